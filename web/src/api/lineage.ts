// Lineage: what nodes were made of and what was made of them.

import { get, post, send } from './call';
import { asList, asNumber, asRecord, asText } from './decode';
import { asMoment, readNode, type Node } from './nodes';

export interface LineageNode extends Node {
	depth: number; // hops from where the walk started
	created: number | undefined;
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
	version: string;
	actor: string;
	note: string;
}

export interface Lineage {
	nodes: LineageNode[];
	edges: Edge[];
	joined: number[][]; // nodes that are one thing under several names
	ties: Tie[];
	truncated: boolean;
	crowded: string[]; // places of so much that nothing was joined by them
}

export function readLineageNode(x: unknown): LineageNode {
	const n = asRecord(x);
	return { ...readNode(x), depth: asNumber(n.depth) ?? 0, created: asMoment(n.created) };
}

export function readLineage(x: unknown): Lineage {
	const answer = asRecord(x);
	return {
		nodes: asList(answer.nodes).map(readLineageNode),
		edges: asList(answer.edges).map(readEdge),
		joined: readJoined(answer.joined),
		ties: asList(answer.ties).map(readTie),
		truncated: answer.truncated === true,
		crowded: asList(answer.crowded).map(asText),
	};
}

function readJoined(x: unknown): number[][] {
	return asList(x).map((group) => asList(group).map((id) => asNumber(id) ?? 0));
}

function readEdge(x: unknown): Edge {
	const e = asRecord(x);
	return { from: asNumber(e.from) ?? 0, to: asNumber(e.to) ?? 0, kind: asText(e.kind) };
}

function readTie(x: unknown): Tie {
	const t = asRecord(x);
	return { a: asNumber(t.a) ?? 0, b: asNumber(t.b) ?? 0, why: asText(t.why), uri: asText(t.uri), version: asText(t.version), actor: asText(t.actor), note: asText(t.note) };
}

const base = '/api/pedigree/v1';

/** Walks so many hops both ways from what a reference names, as of a moment or now. */
export async function getLineage(ref: string, depth: number, limit: number, signal?: AbortSignal, asOf?: number): Promise<Lineage> {
	const as_of = asOf === undefined ? undefined : String(asOf);
	return readLineage(await get(`${base}/lineage`, { ref, depth: String(depth), limit: String(limit), as_of }, signal));
}

/** Walks so many hops to what was made of what a reference names. */
export async function getDownstream(ref: string, depth: number, limit: number, signal?: AbortSignal): Promise<Lineage> {
	return readLineage(await get(`${base}/lineage`, { ref, depth: String(depth), limit: String(limit), direction: 'downstream' }, signal));
}

/** Gives a shortest way between two, in the order in which they were made; without
 * nodes where there is none. */
export async function getPath(from: string, to: string, asOf: number | undefined, signal: AbortSignal): Promise<Lineage> {
	return readLineage(await get(`${base}/path`, { from, to, as_of: asOf === undefined ? undefined : String(asOf) }, signal));
}

/** How the pedigrees of two things differ. */
export interface Difference {
	common: number;
	removed: LineageNode[]; // only on the left
	added: LineageNode[]; // only on the right
	changed: { left: LineageNode; right: LineageNode; fields: { key: string; left: unknown; right: unknown }[] }[];
	truncated: boolean;
}

export async function getDifference(left: string, right: string, signal: AbortSignal): Promise<Difference> {
	const d = asRecord(await get(`${base}/diff`, { left, right }, signal));
	return {
		common: asNumber(d.common) ?? 0,
		removed: asList(d.removed).map(readLineageNode),
		added: asList(d.added).map(readLineageNode),
		changed: asList(d.changed).map((x) => {
			const c = asRecord(x);
			const fields = asList(c.fields).map((y) => {
				const f = asRecord(y);
				return { key: asText(f.key), left: f.left ?? undefined, right: f.right ?? undefined };
			});
			return { left: readLineageNode(c.left), right: readLineageNode(c.right), fields };
		}),
		truncated: d.truncated === true,
	};
}

export interface Column {
	node: number;
	name: string;
}

/** The lineage of columns: which were made from which. */
export interface Columns {
	nodes: LineageNode[];
	edges: { from: Column; to: Column; execution: number; detail: unknown }[];
	joined: number[][];
	truncated: boolean;
}

export async function getColumns(ref: string, column: string, signal: AbortSignal): Promise<Columns> {
	const answer = asRecord(await get(`${base}/columns`, { ref, column }, signal));
	const end = (x: unknown) => ({ node: asNumber(asRecord(x).node) ?? 0, name: asText(asRecord(x).name) });
	return {
		nodes: asList(answer.nodes).map(readLineageNode),
		edges: asList(answer.edges).map((x) => {
			const e = asRecord(x);
			return { from: end(e.from), to: end(e.to), execution: asNumber(e.execution) ?? 0, detail: e.detail };
		}),
		joined: readJoined(answer.joined),
		truncated: answer.truncated === true,
	};
}

/** What somebody said of two artifacts by hand. */
export interface Said {
	a: number;
	b: number;
	same: boolean;
	reason: string;
	actor: string;
	time: number | undefined;
}

export async function getSaid(of: number, signal: AbortSignal): Promise<Said[]> {
	return asList(asRecord(await get(`${base}/joins`, { of: String(of) }, signal)).joins).map((x) => {
		const s = asRecord(x);
		return { a: asNumber(s.a) ?? 0, b: asNumber(s.b) ?? 0, same: s.same === true, reason: asText(s.reason), actor: asText(s.actor), time: asMoment(s.time) };
	});
}

export const say = (a: number, b: number, same: boolean, reason: string) => post(`${base}/joins`, { a, b, same, reason });
export const unsay = (a: number, b: number) => send('DELETE', `${base}/joins?a=${a}&b=${b}`, undefined);

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
