// What is put on nodes of every protocol, and what they carry of others, by the
// server's own protocol.

import { CallError, get } from './call';
import { entriesOf, readClassification, type Classification } from './catalogentities';
import { asList, asRecord, asText } from './decode';
import { readNode, type Node } from './nodes';

/** A step of the way that a classification took. */
export interface Step {
	node: Node;
	guid: string;
	by: string; // a relationship's type; "event" along a process
}

export interface Carried {
	classification: Classification;
	own: boolean;
	source: Node;
	way: Step[]; // from the source to the node; empty for what is its own, or is not known
}

export interface CarriedBy {
	guid: string; // of the node, by Atlas's protocol
	list: Carried[];
}

/** Gives the classifications of a node; nothing where the server tells of none. */
export async function getCarried(node: number, signal?: AbortSignal): Promise<CarriedBy | undefined> {
	try {
		return readCarried(await get(`/api/pedigree/v1/nodes/${node}/classifications`, {}, signal));
	} catch (error) {
		if (error instanceof CallError && error.status === 404) return undefined;
		throw error;
	}
}

export function readCarried(x: unknown): CarriedBy {
	const answer = asRecord(x);
	return {
		guid: asText(answer.guid),
		list: asList(answer.classifications).map((y) => {
			const c = asRecord(y);
			const source = asRecord(c.source);
			return {
				classification: {
					...readClassification(c),
					type: asText(c.type) || asText(c.typeName),
					attributes: entriesOf(c.attributes),
					removeOnDelete: c.remove_on_delete === true,
					source: asText(source.guid),
				},
				own: c.own === true,
				source: readNode(source),
				way: asList(c.way).map((z) => {
					const s = asRecord(z);
					return { node: readNode(s.node), guid: asText(asRecord(s.node).guid), by: asText(s.by) };
				}),
			};
		}),
	};
}
