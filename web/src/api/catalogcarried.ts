// What is put on nodes of every protocol, and what they carry of others, by the
// server's own protocol.

import { get } from './call';
import { readClassification, type Classification } from './catalogentities';
import { asList, asNumber, asRecord, asText } from './decode';
import { readNode, type Node } from './nodes';

/** A step of the way that a classification took. */
export interface Step {
	node: Node;
	by: string; // what leads to it: input, output, derived, version, same, or a relationship's type
}

export interface Carried {
	classification: Classification;
	own: boolean;
	source: Node;
	way: Step[]; // from the source, which is the first, to the node; empty for what is its own
}

export interface CarriedBy {
	guid: string; // of the node, by Atlas's protocol
	list: Carried[];
}

export async function getCarried(node: number, signal?: AbortSignal): Promise<CarriedBy> {
	return readCarried(await get(`/api/pedigree/v1/nodes/${node}/classifications`, {}, signal));
}

export function readCarried(x: unknown): CarriedBy {
	const answer = asRecord(x);
	return { guid: asText(answer.guid), list: asList(answer.classifications).map(readOne) };
}

function readOne(x: unknown): Carried {
	const c = asRecord(x);
	const way = asList(c.way).map((y) => ({ node: readNode(asRecord(y).node), by: asText(asRecord(y).by) }));
	return {
		classification: {
			...readClassification({ ...c, typeName: c.type, validityPeriods: c.validity }),
			removeOnDelete: c.remove_on_delete === true,
			source: asText(asRecord(c.source).guid),
		},
		own: c.own === true,
		source: readNode(c.source),
		way: way.length > 0 ? [{ node: readNode(c.source), by: '' }, ...way] : [],
	};
}

/** Where a classification would go from a node. */
export interface Ahead {
	nodes: Node[]; // the first, the nearest before others
	types: { type: string; count: number }[];
	count: number;
	more: boolean; // than were counted
}

/** Asks where a classification would go if it were put on a node; nothing is put there. */
export async function previewClassification(node: number, name: string, signal: AbortSignal): Promise<Ahead> {
	const answer = asRecord(await get(`/api/pedigree/v1/nodes/${node}/classifications/preview`, { name }, signal));
	return {
		nodes: asList(answer.nodes).map(readNode),
		types: asList(answer.types).map((x) => ({ type: asText(asRecord(x).type), count: asNumber(asRecord(x).count) ?? 0 })),
		count: asNumber(answer.count) ?? 0,
		more: answer.more === true,
	};
}
