// The impact list: what of the hits is shown, in which order, and as a file.

import type { Hit } from '../api/impact';
import { nameOf, typeWord } from '../api/nodes';

export const sorts = ['distance', 'type', 'name', 'owner', 'used'] as const;
export type Sort = (typeof sorts)[number];

/** The list in the address bar: q words, role, s the order. */
export interface ImpactView {
	words: string;
	role: string;
	sort: Sort;
	descending: boolean;
}

export function readImpactView(search: string): ImpactView {
	const params = new URLSearchParams(search);
	const order = params.get('s') ?? '';
	const by = order.replace(/^-/, '');
	return { words: params.get('q') ?? '', role: params.get('role') ?? '', sort: sorts.find((s) => s === by) ?? 'distance', descending: order.startsWith('-') && sorts.some((s) => s === by) };
}

/** Writes the list into an address that holds other things too. */
export function writeImpactView(search: string, view: ImpactView): string {
	const params = new URLSearchParams(search);
	const order = (view.descending ? '-' : '') + view.sort;
	for (const [key, value] of [['q', view.words], ['role', view.role], ['s', order === 'distance' ? '' : order]] as const) {
		if (value) params.set(key, value);
		else params.delete(key);
	}
	const text = params.toString();
	return text && '?' + text;
}

/** Gives the hits that are wanted, in order; equal ones the nearest first. */
export function listed(hits: readonly Hit[], view: ImpactView): Hit[] {
	const words = view.words.toLowerCase().split(/\s+/).filter(Boolean);
	const kept = hits.filter((hit) => {
		if (view.role && hit.role !== view.role) return false;
		const text = words.length > 0 ? `${nameOf(hit)} ${typeWord(hit)} ${hit.owner} ${hit.aliases.join(' ')}`.toLowerCase() : '';
		return words.every((word) => text.includes(word));
	});
	if (view.sort === 'distance') return view.descending ? kept.reverse() : kept;
	const key = keyOf[view.sort];
	const sorted = kept.map((hit) => ({ hit, at: key(hit) })).sort((a, b) => compare(a.at, b.at));
	if (view.descending) sorted.reverse();
	// What is not known comes last, either way.
	return [...sorted.filter(({ at }) => at !== ''), ...sorted.filter(({ at }) => at === '')].map(({ hit }) => hit);
}

const keyOf: Record<Exclude<Sort, 'distance'>, (hit: Hit) => string | number> = {
	type: typeWord,
	name: (hit) => nameOf(hit).toLowerCase(),
	owner: (hit) => hit.owner.toLowerCase(),
	used: (hit) => hit.used ?? '',
};

function compare(a: string | number, b: string | number): number {
	return a < b ? -1 : a > b ? 1 : 0;
}

/** Gives the way to a hit, from what was asked about on: the last so many steps. */
export function wayTo(hits: Map<number, Hit>, hit: Hit, most: number): Hit[] {
	const way = new Set<Hit>();
	for (let at = hits.get(hit.by); at && !way.has(at) && way.size < most; at = hits.get(at.by)) way.add(at);
	return [...way].reverse();
}

const steps = 1000; // of a way in a file

/** Writes hits as CSV, for a spreadsheet: what one would take for a formula is text. */
export function csvOf(list: readonly Hit[], hits: Map<number, Hit>): string {
	const rows = list.map((hit) => [
		String(hit.depth), hit.role, hit.type, nameOf(hit), hit.version, hit.owner, hit.aliases.join(' '), hit.stage,
		hit.used === undefined ? '' : new Date(hit.used).toISOString(), String(hit.id), wayTo(hits, hit, steps).map(nameOf).join(' > '),
	]);
	return [['distance', 'role', 'type', 'name', 'version', 'owner', 'aliases', 'stage', 'last used', 'node', 'path'], ...rows].map((row) => row.map(cell).join(',')).join('\r\n') + '\r\n';
}

function cell(text: string): string {
	const plain = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
	return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
