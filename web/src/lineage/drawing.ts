// What is drawn of the known world: the start, and what its open sides lead to.

import { openKey, type View } from './view';
import { sides, type Side, type Thing, type World } from './world';

/** More of one type than this on one side of a node are a stack. */
export const fan = 6;

export interface Expander {
	key: string; // as openKey writes it
	open: boolean;
	count: number; // known there and not drawn
	exact: boolean; // there are no others
}

export interface Vertex {
	key: string;
	thing: Thing; // of a stack the first in it
	stack: Thing[] | undefined;
	hop: number;
	side: Side | 'self' | 'beside'; // where it lies, seen from the start
	relation: string; // the kind of the edge it was reached by
	parent: string | undefined;
	expanders: Partial<Record<Side, Expander>>;
}

export interface Drawing {
	vertices: Map<string, Vertex>;
	edges: { from: string; to: string }[];
	start: string;
}

const opposite = { up: 'down', down: 'up' } as const;

export function drawingOf(world: World, view: View, start: number): Drawing {
	const first = world.thingOf.get(start);
	const thing = first === undefined ? undefined : world.things.get(first);
	const drawing: Drawing = { vertices: new Map(), edges: [], start: String(first) };
	if (!thing) return drawing;
	const open = openSides(world, view, start);
	const names = thing.names.toSorted((a, b) => Number(b.id === start) - Number(a.id === start)); // first the one that was asked for
	place(drawing, { key: String(first), thing: { ...thing, names }, stack: undefined, hop: 0, side: 'self', relation: '', parent: undefined, expanders: {} });
	for (const vertex of drawing.vertices.values()) {
		if (vertex.stack) continue;
		for (const side of sides) if (open.has(openKey(vertex.thing.id, side))) unfold(world, view, drawing, vertex, side);
	}
	dropEmptyStacks(drawing);
	for (const vertex of drawing.vertices.values()) if (!vertex.stack) addExpanders(world, drawing, vertex, open);
	addEdges(world, drawing);
	return drawing;
}

/** Gives the open sides by the things they are of, whatever name the address has for them. */
export function openSides(world: World, view: View, start: number): Set<string> {
	const given = view.open ?? sides.map((side) => openKey(start, side));
	return new Set(given.map((key) => (world.thingOf.get(parseInt(key, 10)) ?? parseInt(key, 10)) + key.slice(-1)));
}

function place(drawing: Drawing, vertex: Vertex): void {
	drawing.vertices.set(vertex.key, vertex);
}

function neighbours(world: World, drawing: Drawing, id: number, side: Side): Thing[] {
	return [...(world.next[side].get(id)?.keys() ?? [])].filter((other) => !drawing.vertices.has(String(other))).map((other) => world.things.get(other) as Thing);
}

function unfold(world: World, view: View, drawing: Drawing, from: Vertex, side: Side): void {
	const groups = new Map<string, Thing[]>();
	for (const thing of neighbours(world, drawing, from.thing.id, side).sort((a, b) => b.id - a.id)) {
		const type = thing.names[0]?.type ?? '';
		groups.set(type, [...(groups.get(type) ?? []), thing]);
	}
	for (const [type, things] of groups) {
		const key = `${openKey(from.thing.id, side)}.${type}`;
		const shown = things.length > fan ? (view.pages.get(key) ?? 0) : things.length;
		const child = {
			hop: from.hop + 1,
			side: from.side === 'self' || from.side === side ? side : ('beside' as const),
			parent: from.key,
			expanders: {},
		};
		const relation = (thing: Thing) => world.next[side].get(from.thing.id)?.get(thing.id) ?? '';
		for (const thing of things.slice(0, shown)) place(drawing, { ...child, key: String(thing.id), thing, stack: undefined, relation: relation(thing) });
		const rest = things.slice(shown);
		if (rest[0]) place(drawing, { ...child, key, thing: rest[0], stack: rest, relation: relation(rest[0]) });
	}
}

// What lies in a stack may have been drawn later, by another way.
function dropEmptyStacks(drawing: Drawing): void {
	for (const vertex of drawing.vertices.values()) {
		if (!vertex.stack) continue;
		vertex.stack = vertex.stack.filter((thing) => !drawing.vertices.has(String(thing.id)));
		if (vertex.stack[0]) vertex.thing = vertex.stack[0];
		else drawing.vertices.delete(vertex.key);
	}
}

function addExpanders(world: World, drawing: Drawing, vertex: Vertex, open: Set<string>): void {
	for (const side of sides) {
		const key = openKey(vertex.thing.id, side);
		const isOpen = open.has(key);
		const count = isOpen ? 0 : neighbours(world, drawing, vertex.thing.id, side).length;
		const exact = world.full[side].has(vertex.thing.id);
		const leads = isOpen && [...drawing.vertices.values()].some((v) => v.parent === vertex.key && leadsTo(world, vertex, v, side));
		if (count > 0 || leads || (!exact && !isOpen)) vertex.expanders[side] = { key, open: isOpen, count, exact };
	}
}

function leadsTo(world: World, vertex: Vertex, child: Vertex, side: Side): boolean {
	return world.next[side].get(vertex.thing.id)?.has(child.thing.id) ?? false;
}

function addEdges(world: World, drawing: Drawing): void {
	for (const vertex of drawing.vertices.values()) {
		if (vertex.stack && vertex.parent) {
			const up = leadsTo(world, drawing.vertices.get(vertex.parent) as Vertex, vertex, 'up');
			drawing.edges.push(up ? { from: vertex.key, to: vertex.parent } : { from: vertex.parent, to: vertex.key });
		}
		if (vertex.stack) continue;
		for (const other of world.next.down.get(vertex.thing.id)?.keys() ?? []) {
			if (drawing.vertices.has(String(other))) drawing.edges.push({ from: vertex.key, to: String(other) });
		}
	}
}

/** Gives what lies on the ways between a vertex and the start. */
export function pathTo(drawing: Drawing, key: string): Set<string> {
	const path = new Set<string>();
	for (let at: string | undefined = key; at !== undefined && !path.has(at); at = drawing.vertices.get(at)?.parent) path.add(at);
	for (const side of sides) {
		const [there, back] = [reachBy(drawing, key, side), reachBy(drawing, drawing.start, opposite[side])];
		if (there.has(drawing.start)) for (const at of there) if (back.has(at)) path.add(at);
	}
	return path;
}

function reachBy(drawing: Drawing, from: string, side: Side): Set<string> {
	const next = new Map<string, string[]>();
	for (const edge of drawing.edges) {
		const [a, b] = side === 'down' ? [edge.from, edge.to] : [edge.to, edge.from];
		next.set(a, [...(next.get(a) ?? []), b]);
	}
	const seen = new Set([from]);
	for (const at of seen) for (const other of next.get(at) ?? []) seen.add(other);
	return seen;
}
