// A glossary as a tree: its categories with what they hold, and the terms that are
// in none.

import type { Category, Glossary, Opened, Term } from '../api/catalogglossary';

export interface Leaf {
	sort: 'glossary' | 'category' | 'term' | 'more';
	key: string; // unlike any other's in the tree
	guid: string;
	name: string;
	level: number; // 1 for glossaries
	children: number;
	position: number;
	beside: number;
}

const most = 200; // terms beside each other before the rest is asked for

/** Gives the rows of the tree that are seen, what is chosen always among them. A term
 * of two categories stands in both. */
export function leavesOf(glossaries: readonly Glossary[], opened: ReadonlyMap<string, Opened>, open: ReadonlySet<string>, whole: ReadonlySet<string>, chosen = ''): Leaf[] {
	const rows: Leaf[] = [];
	glossaries.forEach((g, i) => {
		const inside = opened.get(g.guid);
		const key = g.guid;
		const top = inside ? childrenOf(inside, '') : undefined;
		rows.push({ sort: 'glossary', key, guid: g.guid, name: g.name, level: 1, children: top ? top.categories.length + top.terms.length : -1, position: i + 1, beside: glossaries.length });
		if (inside && open.has(key)) grow(rows, inside, '', key, 2, { open, whole, chosen }, new Set());
	});
	return rows;
}

interface Seen {
	open: ReadonlySet<string>; // keys
	whole: ReadonlySet<string>; // keys of what all terms are seen of
	chosen: string; // guid
}

function grow(rows: Leaf[], inside: Opened, parent: string, path: string, level: number, seen: Seen, above: ReadonlySet<string>) {
	const { categories, terms } = childrenOf(inside, parent);
	const shown = seen.whole.has(path) ? terms : terms.filter((t, i) => i < most || t.guid === seen.chosen);
	const beside = categories.length + shown.length + (shown.length < terms.length ? 1 : 0);
	let position = 0;
	for (const c of categories) {
		if (above.has(c.guid)) continue;
		const key = `${path}/${c.guid}`;
		const below = childrenOf(inside, c.guid);
		rows.push({ sort: 'category', key, guid: c.guid, name: c.name, level, children: below.categories.length + below.terms.length, position: ++position, beside });
		if (seen.open.has(key)) grow(rows, inside, c.guid, key, level + 1, seen, new Set([...above, c.guid]));
	}
	for (const t of shown) rows.push({ sort: 'term', key: `${path}/${t.guid}`, guid: t.guid, name: t.name, level, children: 0, position: ++position, beside });
	if (shown.length < terms.length) rows.push({ sort: 'more', key: `${path}/more`, guid: path, name: `${(terms.length - shown.length).toLocaleString('en')} more terms`, level, children: 0, position: ++position, beside });
}

function childrenOf(inside: Opened, parent: string): { categories: Category[]; terms: Term[] } {
	return {
		categories: inside.categories.filter((c) => c.parent === parent),
		terms: inside.terms.filter((t) => (parent ? t.categories.some((tie) => tie.guid === parent) : t.categories.length === 0)),
	};
}

/** Gives the keys of what is to be open so that something is seen. */
export function wayTo(guid: string, opened: ReadonlyMap<string, Opened>): string[] {
	for (const [glossary, inside] of opened) {
		if (glossary === guid) return [];
		const term = inside.terms.find((t) => t.guid === guid);
		const category = term ? inside.categories.find((c) => c.guid === term.categories[0]?.guid) : inside.categories.find((c) => c.guid === guid);
		if (!term && !category) continue;
		const chain: string[] = term && category ? [category.guid] : [];
		for (let up = category?.parent ?? ''; up && !chain.includes(up); up = inside.categories.find((c) => c.guid === up)?.parent ?? '') chain.unshift(up);
		return chain.reduce<string[]>((keys, one) => [...keys, `${keys.at(-1)}/${one}`], [glossary]);
	}
	return [];
}

const above = (key: string) => key.slice(0, Math.max(0, key.lastIndexOf('/')));

/** Reports whether one row can be moved to another: a term or a category to another
 * category of its glossary, or out of all, and nothing below itself. */
export function fitsIn(leaf: Leaf, onto: Leaf): boolean {
	if ((leaf.sort !== 'term' && leaf.sort !== 'category') || (onto.sort !== 'glossary' && onto.sort !== 'category')) return false;
	return leaf.key.split('/')[0] === onto.key.split('/')[0] && above(leaf.key) !== onto.key && !`${onto.key}/`.startsWith(`${leaf.key}/`);
}

/** Gives the categories of a term once its row is moved to another. */
export function categoriesAfter(term: Term, leaf: Leaf, onto: Leaf): string[] {
	const from = above(leaf.key).split('/').at(-1);
	const stay = term.categories.map((c) => c.guid).filter((guid) => guid !== from && guid !== onto.guid);
	return onto.sort === 'category' ? [...stay, onto.guid] : stay;
}

/** Gives a category's name with those above it: Finance / Accounts. */
export function trailOf(category: Category, all: readonly Category[]): string {
	const names = [category.name];
	const seen = new Set([category.guid]);
	for (let up = category.parent; up && !seen.has(up); ) {
		seen.add(up);
		const parent = all.find((c) => c.guid === up);
		if (!parent) break;
		names.unshift(parent.name);
		up = parent.parent;
	}
	return names.join(' / ');
}

/** Gives the categories that one may be put below: none of those below itself. */
export function parentsFor(category: Category | undefined, all: readonly Category[]): Category[] {
	const below = (c: Category): boolean => {
		for (let [at, steps] = [c, 0] as [Category | undefined, number]; at && steps < all.length + 1; at = all.find((x) => x.guid === (at as Category).parent), steps++) if (at.guid === category?.guid) return true;
		return false;
	};
	return all.filter((c) => !category || !below(c));
}
