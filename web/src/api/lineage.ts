// Lineage: what nodes were made of and what was made of them.

import { get } from './call';
import { asList, asNumber, asRecord, asText } from './decode';
import { readNode, type Node } from './nodes';

export interface LineageNode extends Node {
	depth: number; // hops from where the walk started
}

export interface Edge {
	from: number; // what came first
	to: number;
	kind: string;
}

/** Why two nodes are one. */
export interface Tie {
	a: number;
	b: number;
	why: string;
	uri: string;
	actor: string;
	note: string;
}

export interface Lineage {
	nodes: LineageNode[];
	edges: Edge[];
	joined: number[][]; // nodes that are one thing under several names
	ties: Tie[];
	truncated: boolean;
}

export function readLineage(x: unknown): Lineage {
	const answer = asRecord(x);
	return {
		nodes: asList(answer.nodes).map((n) => ({ ...readNode(n), depth: asNumber(asRecord(n).depth) ?? 0 })),
		edges: asList(answer.edges).map(readEdge),
		joined: asList(answer.joined).map((group) => asList(group).map((id) => asNumber(id) ?? 0)),
		ties: asList(answer.ties).map(readTie),
		truncated: answer.truncated === true,
	};
}

function readEdge(x: unknown): Edge {
	const e = asRecord(x);
	return { from: asNumber(e.from) ?? 0, to: asNumber(e.to) ?? 0, kind: asText(e.kind) };
}

function readTie(x: unknown): Tie {
	const t = asRecord(x);
	return { a: asNumber(t.a) ?? 0, b: asNumber(t.b) ?? 0, why: asText(t.why), uri: asText(t.uri), actor: asText(t.actor), note: asText(t.note) };
}

/** Walks so many hops both ways from what a reference names. */
export async function getLineage(ref: string, depth: number, limit: number, signal?: AbortSignal): Promise<Lineage> {
	return readLineage(await get('/api/pedigree/v1/lineage', { ref, depth: String(depth), limit: String(limit) }, signal));
}

/** Says in words why two nodes are one. */
export function tieWord(tie: Tie): string {
	switch (tie.why) {
		case 'version':
			return 'the same version of the same place';
		case 'location':
			return 'the same place';
		case 'undated':
			return 'the same place, its version not told';
		case 'hand':
			return tie.actor ? `joined by ${tie.actor}` : 'joined by hand';
	}
	return tie.why;
}
