// What is put on nodes of every protocol, and what they carry of others, by the
// server's own protocol.

import { get } from './call';
import { readClassification, type Classification } from './catalogentities';
import { asList, asRecord, asText } from './decode';
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
	guid: string; // of the node, by Atlas's protocol; empty where it is not told
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
	const source = readNode(c.source);
	const own = c.own === true;
	const way = asList(c.way).map((y) => ({ node: readNode(asRecord(y).node), by: asText(asRecord(y).by) }));
	return {
		classification: {
			...readClassification({ ...c, typeName: c.type, validityPeriods: c.validity }),
			removeOnDelete: c.remove_on_delete === true,
			source: own ? '' : sourceKey(source),
		},
		own,
		source,
		way: way.length > 0 ? [{ node: source, by: '' }, ...way] : [],
	};
}

// An entity of Atlas's own has its guid; that of another protocol's node ends in its
// number, and has a digit that says so.
const foreign = /^[0-9a-f]{8}-[0-9a-f]{4}-0[0-9a-f]{3}-([0-9a-f]{4})-([0-9a-f]{12})$/i;

/** Gives the number of the node of another protocol that a guid is of. */
export function nodeIn(guid: string): number | undefined {
	const digits = foreign.exec(guid)?.slice(1).join('');
	return digits ? parseInt(digits, 16) : undefined;
}

/** Names a node as its guid does. */
export const sourceKey = (node: Node) => (node.protocol === 'atlas' ? node.uid : `node ${node.id}`);

/** Names what a guid is of, as sourceKey names a node. */
export function guidKey(guid: string): string {
	const id = nodeIn(guid);
	return id === undefined ? guid : `node ${id}`;
}
