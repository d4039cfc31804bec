// How far a classification goes from where it was put: what it has reached, and what
// beside that it has not.

import type { EntityHeader, Related } from '../api/catalogentities';
import type { Lineage } from '../api/lineage';
import { nameOf, nodeAddress, typeWord, type Node } from '../api/nodes';
import { box, gap, type Layout } from '../lineage/layout';
import { entityAddress } from './address';

export interface Stop {
	key: string;
	name: string;
	type: string;
	address: string;
	source: boolean;
	reached: boolean | undefined; // it carries the classification, or is where it was put; undefined where that is not known
}

export interface Spread {
	stops: Map<string, Stop>;
	links: { from: string; to: string; by: string }[]; // by: how, where it is not what was read and written
	left: number; // of those reached, how many are not drawn
}

/** What carries the classification, as far as it was read. */
export interface Carriers {
	list: readonly EntityHeader[];
	complete: boolean;
}

const most = 80; // stops of a picture
const same = 'the same';

// The guid of another protocol's node ends in its number, and has a digit that says so.
const foreign = /^[0-9a-f]{8}-[0-9a-f]{4}-0[0-9a-f]{3}-([0-9a-f]{4})-([0-9a-f]{12})$/i;

/** Gives a key that a guid has in common with the node it is of. */
export function keyOfGuid(guid: string): string {
	const digits = foreign.exec(guid)?.slice(1).join('');
	return digits ? `node ${parseInt(digits, 16)}` : guid;
}
const keyOfNode = (node: Node) => (node.protocol === 'atlas' ? node.uid : `node ${node.id}`);

/** Draws the way of a classification along what was made of its source: all that it
 * reached, the nearest first, and what is next to that and was not; and along the
 * relationships of the source. */
export function spreadOf(family: ReadonlySet<string>, source: EntityHeader, lineage: Lineage, tied: readonly Related[], carriers: Carriers): Spread {
	const from = new Map(carriers.list.filter((h) => h.classifications.some((c) => family.has(c.type) && c.source === source.guid)).map((h) => [keyOfGuid(h.guid), h]));
	const start = keyOfGuid(source.guid);
	const nodes = new Map(lineage.nodes.map((n) => [n.id, n]));
	const onward = onwardOf(lineage);
	const stops = new Map<string, Stop>([[start, { key: start, name: source.name, type: source.type, address: entityAddress(source.guid), source: true, reached: true }]]);
	const links: Spread['links'] = [];
	let left = 0;
	const seen = new Set([start]);
	const first = lineage.nodes.find((n) => keyOfNode(n) === start);
	for (let at: Node[] = first ? [first] : [], next: Node[] = []; at.length > 0; [at, next] = [next, []]) {
		for (const node of at) {
			for (const { to, by } of onward.get(node.id) ?? []) {
				const other = nodes.get(to);
				if (!other) continue;
				const key = keyOfNode(other);
				const header = from.get(key);
				const reached = header ? true : carriers.complete ? false : undefined;
				const fresh = !seen.has(key);
				if (fresh) {
					seen.add(key);
					if (stops.size >= most) left += reached ? 1 : 0;
					else stops.set(key, { key, name: nameOf(other), type: typeWord(other), address: header ? entityAddress(header.guid) : nodeAddress(String(to)), source: false, reached });
					if (reached !== false) next.push(other); // what is behind what was not reached is none of its way
				}
				if (stops.has(key) && key !== start && (fresh || by !== same)) links.push({ from: keyOfNode(node), to: key, by });
			}
		}
	}
	for (const { guid, relationship, gone } of tied) {
		const key = keyOfGuid(guid);
		const header = from.get(key);
		if (!header || gone || seen.has(key)) continue;
		seen.add(key);
		if (stops.size >= most) left++;
		else {
			stops.set(key, { key, name: header.name, type: header.type, address: entityAddress(guid), source: false, reached: true });
			links.push({ from: start, to: key, by: relationship });
		}
	}
	for (const key of from.keys()) if (!seen.has(key)) left++;
	return { stops, links: links.filter((l) => stops.has(l.from)), left };
}

// What is one thing under several names hands on to each of them.
function onwardOf({ edges, joined }: Lineage): Map<number, { to: number; by: string }[]> {
	const onward = new Map<number, { to: number; by: string }[]>();
	const add = (from: number, to: number, by: string) => onward.set(from, [...(onward.get(from) ?? []), { to, by }]);
	for (const { from, to, kind } of edges) add(from, to, kind === 'input' || kind === 'output' ? '' : kind);
	for (const group of joined) for (const a of group) for (const b of group) if (a !== b) add(a, b, same);
	return onward;
}

/** Measures of a stop, which is smaller than a vertex of a lineage, for ways are long. */
export const stopBox = { width: 164, height: box.height };
const between = 40;

/** Draws a layout closer together, from left to right. */
export function closer(layout: Layout): Layout {
	const x = (at: number) => {
		const layer = Math.floor(at / (box.width + gap.x));
		const rest = at - layer * (box.width + gap.x);
		return layer * (stopBox.width + between) + (rest <= box.width ? (rest * stopBox.width) / box.width : stopBox.width + ((rest - box.width) * between) / gap.x);
	};
	return {
		spots: new Map([...layout.spots].map(([key, spot]) => [key, { ...spot, x: x(spot.x) }])),
		lines: layout.lines.map((line) => ({ ...line, points: line.points.map((p) => ({ ...p, x: x(p.x) })) })),
		width: x(layout.width),
		height: layout.height,
	};
}
