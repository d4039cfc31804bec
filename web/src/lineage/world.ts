// What is known of the graph so far: the sum of all answers about it. Nodes that
// the server says are one thing are one thing here.

import type { Lineage, LineageNode, Tie } from '../api/lineage';

export type Side = 'up' | 'down';
export const sides: readonly Side[] = ['up', 'down'];

/** An answer to: what is around this node, so many hops each way? */
export interface Answer {
	ref: number;
	depth: number;
	lineage: Lineage;
}

export interface Thing {
	id: number; // the lowest of its names'
	names: LineageNode[];
	ties: Tie[];
}

export interface World {
	things: Map<number, Thing>;
	thingOf: Map<number, number>; // by the id of any of its names
	next: Record<Side, Map<number, Map<number, string>>>; // neighbours of a thing, with the kind of the edge
	full: Record<Side, Set<number>>; // things all of whose neighbours are known
	truncated: boolean;
}

export function worldOf(answers: Answer[]): World {
	const nodes = new Map<number, LineageNode>();
	const parents = new Map<number, number>();
	for (const { lineage } of answers) {
		for (const node of lineage.nodes) if (!nodes.has(node.id)) nodes.set(node.id, node);
		for (const group of lineage.joined) for (const id of group) unite(parents, group[0] as number, id);
	}
	const world: World = {
		things: new Map(),
		thingOf: new Map(),
		next: { up: new Map(), down: new Map() },
		full: { up: new Set(), down: new Set() },
		truncated: answers.some((a) => a.lineage.truncated),
	};
	addThings(world, nodes, parents);
	for (const { lineage } of answers) addEdges(world, lineage);
	addTies(world, answers);
	for (const answer of answers) addFull(world, answer);
	return world;
}

function root(parents: Map<number, number>, id: number): number {
	let at = id;
	for (let up = parents.get(at); up !== undefined; up = parents.get(at)) at = up;
	return at;
}

function unite(parents: Map<number, number>, a: number, b: number): void {
	const [low, high] = [root(parents, a), root(parents, b)].sort((x, y) => x - y) as [number, number];
	if (low !== high) parents.set(high, low);
}

function addThings(world: World, nodes: Map<number, LineageNode>, parents: Map<number, number>): void {
	for (const node of [...nodes.values()].sort((a, b) => a.id - b.id)) {
		const first = world.thingOf.get(root(parents, node.id)) ?? node.id;
		world.thingOf.set(node.id, first);
		world.thingOf.set(root(parents, node.id), first);
		const thing = world.things.get(first);
		if (thing) thing.names.push(node);
		else world.things.set(first, { id: first, names: [node], ties: [] });
	}
}

function addEdges(world: World, lineage: Lineage): void {
	for (const edge of lineage.edges) {
		const [from, to] = [world.thingOf.get(edge.from), world.thingOf.get(edge.to)];
		if (from === undefined || to === undefined || from === to) continue;
		link(world.next.down, from, to, edge.kind);
		link(world.next.up, to, from, edge.kind);
	}
}

function link(next: Map<number, Map<number, string>>, from: number, to: number, kind: string): void {
	const there = next.get(from) ?? new Map<number, string>();
	if (!there.has(to)) there.set(to, kind);
	next.set(from, there);
}

function addTies(world: World, answers: Answer[]): void {
	const seen = new Set<string>();
	for (const tie of answers.flatMap((a) => a.lineage.ties)) {
		const key = JSON.stringify([tie.a, tie.b, tie.why, tie.uri]);
		if (seen.has(key)) continue;
		seen.add(key);
		world.things.get(world.thingOf.get(tie.a) ?? -1)?.ties.push(tie);
	}
}

// A walk goes from its start up and from its start down, never down from what is
// up: so only on its own side of the start, and short of its last hop, is all known.
function addFull(world: World, { ref, depth, lineage }: Answer): void {
	const start = world.thingOf.get(ref);
	if (start === undefined || lineage.truncated) return;
	const hops = new Map<number, number>();
	for (const node of lineage.nodes) {
		const id = world.thingOf.get(node.id) as number;
		hops.set(id, Math.min(node.depth, hops.get(id) ?? Infinity));
	}
	for (const side of sides) {
		for (const id of reach(world.next[side], start)) if ((hops.get(id) ?? depth) < depth) world.full[side].add(id);
	}
}

/** Gives all that can be reached from a key, itself too. */
export function reach<K>(next: Map<K, { keys(): Iterable<K> }>, start: K): Set<K> {
	const seen = new Set([start]);
	for (const at of seen) for (const other of next.get(at)?.keys() ?? []) seen.add(other);
	return seen;
}
