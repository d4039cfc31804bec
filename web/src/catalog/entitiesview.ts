// What the list of entities shows, and its form in the address bar: type, q words, c
// the classification, t the term, f one condition each, s the order, d those in the
// bin too. What is the default is left out.

import type { BasicQuery, Condition } from '../api/catalogsearch';
import { operators } from '../api/catalogsearch';

export interface EntitiesView {
	type: string;
	words: string;
	classification: string;
	term: string;
	conditions: Condition[];
	sortBy: string;
	descending: boolean;
	deleted: boolean;
}

export function readEntitiesView(search: string): EntitiesView {
	const params = new URLSearchParams(search);
	const order = params.get('s') ?? '';
	return {
		type: params.get('type') ?? '',
		words: params.get('q') ?? '',
		classification: params.get('c') ?? '',
		term: params.get('t') ?? '',
		conditions: params.getAll('f').map(readCondition).filter((c) => c !== undefined),
		sortBy: order.replace(/^-/, ''),
		descending: /^-./.test(order),
		deleted: params.get('d') === '1',
	};
}

export function writeEntitiesView(view: EntitiesView): string {
	const params = new URLSearchParams();
	if (view.type) params.set('type', view.type);
	if (view.words) params.set('q', view.words);
	if (view.classification) params.set('c', view.classification);
	if (view.term) params.set('t', view.term);
	for (const condition of view.conditions) params.append('f', writeCondition(condition));
	if (view.sortBy) params.set('s', (view.descending ? '-' : '') + view.sortBy);
	if (view.deleted) params.set('d', '1');
	const text = params.toString();
	return text && '?' + text;
}

/** Writes a condition as one reads it: owner = ann. */
export const writeCondition = (c: Condition) => `${c.attribute} ${c.operator} ${c.value}`.trimEnd();

/** Reads a condition; the names of attributes have no spaces. */
export function readCondition(text: string): Condition | undefined {
	const [, attribute = '', operator = '', value = ''] = /^(\S+)\s+(\S+)\s?([^]*)$/.exec(text) ?? [];
	const known = operators.find((o) => o.toLowerCase() === operator.toLowerCase());
	return attribute && known ? { attribute, operator: known, value: value.trimEnd() } : undefined;
}

/** Gives what to ask for a view. */
export function queryOf(view: EntitiesView, attributes: string[]): BasicQuery {
	return {
		words: view.words,
		type: view.type,
		classification: view.classification,
		term: view.term,
		conditions: view.conditions,
		deleted: view.deleted,
		sortBy: view.sortBy,
		descending: view.descending,
		attributes,
	};
}

export const isNarrow = (view: EntitiesView) => view.words !== '' || view.type !== '' || view.classification !== '' || view.term !== '' || view.conditions.length > 0;

/** What holds for an entity that nobody owns. */
export const ownerless: Condition = { attribute: 'owner', operator: 'isNull', value: '' };
