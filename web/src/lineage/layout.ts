// Where each vertex of a lineage stands: in layers from left to right, in each
// layer near what it is linked to. The same input gives the same picture.

import { layersOf, withoutCircles, type Link } from './layers';

export const box = { width: 208, height: 48 };
export const gap = { x: 88, y: 20, thread: 12 };
const sweeps = 24;

export interface Spot {
	x: number; // of the left upper corner
	y: number;
	layer: number;
}

export interface Line extends Link {
	points: { x: number; y: number }[];
	back: boolean; // it leads from right to left: part of a circle
}

export interface Layout {
	spots: Map<string, Spot>;
	lines: Line[];
	width: number;
	height: number;
}

/** Gives a line as a path of SVG: curves between layers, straight through them. */
export function curveOf({ points, back }: Line): string {
	let at = points[0] as { x: number; y: number };
	let d = `M${at.x} ${at.y}`;
	points.slice(1).forEach((to, i) => {
		const bend = back ? 60 : Math.max(24, (to.x - at.x) / 2);
		d += i % 2 === 0 ? `C${at.x + bend} ${at.y} ${to.x - bend} ${to.y} ${to.x} ${to.y}` : `L${to.x} ${to.y}`;
		at = to;
	});
	return d;
}

/** Gives the tip of a line, which always comes in from the left. */
export function tipOf({ points }: Line): string {
	const { x, y } = points.at(-1) as { x: number; y: number };
	return `M${x - 7} ${y - 3.5}L${x} ${y}L${x - 7} ${y + 3.5}z`;
}

/** A place in a layer: of a vertex, or of a link that passes through. */
interface Slot {
	layer: number;
	height: number;
	y: number; // of its middle
	before: Slot[];
	after: Slot[];
}

export function layoutOf(keys: string[], links: Link[]): Layout {
	const forward = withoutCircles(keys, links);
	const layers = layersOf(keys, forward);
	const slots = new Map<string, Slot>(keys.map((key) => [key, { layer: layers.get(key) as number, height: box.height, y: 0, before: [], after: [] }]));
	const columns: Slot[][] = [];
	for (const slot of slots.values()) (columns[slot.layer] ??= []).push(slot);
	const threads = new Map(forward.map((link) => [link, thread(columns, slots.get(link.from) as Slot, slots.get(link.to) as Slot)]));
	for (let column = 0; column < columns.length; column++) columns[column] ??= [];
	order(columns);
	settle(columns);
	return drawn(slots, links, threads);
}

/** Lays out in rows and columns, in time linear in the graph: the vertices of a layer
 * stand below each other in their order, lines go straight. */
export function plainOf(keys: string[], links: Link[]): Layout {
	const forward = new Set(withoutCircles(keys, links));
	const layers = layersOf(keys, [...forward]);
	const heights: number[] = [];
	const spots = new Map<string, Spot>();
	for (const key of keys) {
		const layer = layers.get(key) as number;
		const row = heights[layer] ?? 0;
		heights[layer] = row + 1;
		spots.set(key, { x: layer * (box.width + gap.x), y: row * (box.height + gap.y), layer });
	}
	const lines = links.map((link) => {
		const [from, to] = [spots.get(link.from) as Spot, spots.get(link.to) as Spot];
		return { ...link, back: !forward.has(link), points: [{ x: from.x + box.width, y: from.y + box.height / 2 }, { x: to.x, y: to.y + box.height / 2 }] };
	});
	const tallest = heights.reduce((most, height) => Math.max(most, height ?? 0), 0);
	return { spots, lines, width: keys.length === 0 ? 0 : heights.length * (box.width + gap.x) - gap.x, height: tallest === 0 ? 0 : tallest * (box.height + gap.y) - gap.y };
}

// Gives a link a slot in each layer that it passes, so that it runs beside vertices.
function thread(columns: Slot[][], from: Slot, to: Slot): Slot[] {
	const through: Slot[] = [];
	let last = from;
	for (let layer = from.layer + 1; layer <= to.layer; layer++) {
		const slot = layer === to.layer ? to : { layer, height: gap.thread, y: 0, before: [], after: [] };
		if (slot !== to) {
			(columns[layer] ??= []).push(slot);
			through.push(slot);
		}
		last.after.push(slot);
		slot.before.push(last);
		last = slot;
	}
	return through;
}

// Sorts each layer by the middle of what its slots are linked to, to and fro, and
// keeps the order in which the fewest lines cross.
function order(columns: Slot[][]): void {
	columns.forEach(number);
	let [best, fewest] = [columns.map((column) => [...column]), crossings(columns)];
	for (let sweep = 0; sweep < sweeps && fewest > 0; sweep++) {
		const [run, side] = sweep % 2 === 0 ? [columns, 'before' as const] : [columns.toReversed(), 'after' as const];
		for (const column of run) {
			const wish = new Map(column.map((slot) => [slot, middle(slot[side], slot.y)]));
			column.sort((a, b) => (wish.get(a) as number) - (wish.get(b) as number));
			number(column);
		}
		const now = crossings(columns);
		if (now < fewest) [best, fewest] = [columns.map((column) => [...column]), now];
	}
	best.forEach((column, i) => {
		columns[i] = column;
		number(column);
	});
}

// Counts the crossings between neighbouring layers: pairs of links whose ends are
// in opposite order, summed up in a tree over the places of the second layer.
function crossings(columns: Slot[][]): number {
	let sum = 0;
	columns.slice(1).forEach((column, i) => {
		const place = new Map(column.map((slot, at) => [slot, at]));
		const tree = new Array<number>(column.length + 1).fill(0);
		let seen = 0;
		for (const slot of columns[i] as Slot[]) {
			const ends = slot.after.map((other) => place.get(other) as number);
			for (const end of ends) {
				let notAfter = 0;
				for (let at = end + 1; at > 0; at -= at & -at) notAfter += tree[at] as number;
				sum += seen - notAfter;
			}
			for (const end of ends) for (let at = end + 1; at <= column.length; at += at & -at) tree[at] = (tree[at] as number) + 1;
			seen += ends.length;
		}
	});
	return sum;
}

function number(column: Slot[]): void {
	column.forEach((slot, i) => (slot.y = column.length === 1 ? 0.5 : i / (column.length - 1)));
}

function middle(slots: Slot[], otherwise: number): number {
	return slots.length === 0 ? otherwise : slots.reduce((sum, slot) => sum + slot.y, 0) / slots.length;
}

// Moves the slots of each layer towards what they are linked to, in their order.
function settle(columns: Slot[][]): void {
	for (const column of columns) spread(column, column.map((_, i) => (i - (column.length - 1) / 2) * (box.height + gap.y)));
	for (let sweep = 0; sweep < sweeps; sweep++) {
		const [run, side] = sweep % 2 === 0 ? [columns, 'before' as const] : [columns.toReversed(), 'after' as const];
		for (const column of run) spread(column, column.map((slot) => middle(slot[side], slot.y)));
	}
}

// Puts slots as near to where they wish to be as their heights allow: least squares
// under a fixed order, by pooling neighbours that press on each other.
function spread(column: Slot[], wishes: number[]): void {
	const offsets: number[] = [];
	column.forEach((slot, i) => {
		const above = column[i - 1];
		offsets.push(above ? (offsets[i - 1] as number) + (above.height + slot.height) / 2 + gap.y : 0);
	});
	const pools: { sum: number; count: number }[] = [];
	wishes.forEach((wish, i) => {
		let pool = { sum: wish - (offsets[i] as number), count: 1 };
		for (let last = pools.at(-1); last && last.sum / last.count >= pool.sum / pool.count; last = pools.at(-1)) {
			pool = { sum: pool.sum + last.sum, count: pool.count + last.count };
			pools.pop();
		}
		pools.push(pool);
	});
	let i = 0;
	for (const { sum, count } of pools) {
		for (const end = i + count; i < end; i++) (column[i] as Slot).y = sum / count + (offsets[i] as number);
	}
}

function drawn(slots: Map<string, Slot>, links: Link[], threads: Map<Link, Slot[]>): Layout {
	const all = [...slots.values(), ...[...threads.values()].flat()];
	const top = all.reduce((least, slot) => Math.min(least, slot.y - slot.height / 2), Infinity);
	const bottom = all.reduce((most, slot) => Math.max(most, slot.y + slot.height / 2), -Infinity);
	const left = (slot: Slot) => slot.layer * (box.width + gap.x);
	const spots = new Map([...slots].map(([key, slot]) => [key, { x: left(slot), y: slot.y - slot.height / 2 - top, layer: slot.layer }]));
	const lines = links.map((link) => {
		const [from, to] = [slots.get(link.from) as Slot, slots.get(link.to) as Slot];
		const through = (threads.get(link) ?? []).flatMap((slot) => [
			{ x: left(slot), y: slot.y - top },
			{ x: left(slot) + box.width, y: slot.y - top },
		]);
		const points = [{ x: left(from) + box.width, y: from.y - top }, ...through, { x: left(to), y: to.y - top }];
		return { from: link.from, to: link.to, points, back: !threads.has(link) };
	});
	const width = all.reduce((most, slot) => Math.max(most, left(slot) + box.width), 0);
	return { spots, lines, width, height: all.length === 0 ? 0 : bottom - top };
}
