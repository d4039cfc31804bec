// Search in the catalog, by Atlas's protocol: by words and conditions, or in its
// language.

import { get, post, send } from './call';
import { readHeader, type EntityHeader } from './catalogentities';
import { asList, asNumber, asRecord, asText } from './decode';
import type { Page } from './mlflow';

const base = '/api/atlas/v2/search';

export const operators = ['=', '!=', '<', '<=', '>', '>=', 'contains', 'not_contains', 'startsWith', 'endsWith', 'like', 'in', 'isNull', 'notNull', 'notEmpty'] as const;

export interface Condition {
	attribute: string;
	operator: string;
	value: string;
}

export interface BasicQuery {
	words: string;
	type: string;
	classification: string;
	term: string;
	conditions: Condition[];
	tagConditions?: Condition[]; // on the attributes of the classification
	deleted: boolean; // those in the bin too
	sortBy: string;
	descending: boolean;
	attributes: string[]; // to be told of each
}

const page = 100;

export interface Found extends Page<EntityHeader> {
	total: number | undefined; // of all pages, where it is known
}

export function bodyOf(q: BasicQuery): Record<string, unknown> {
	const body: Record<string, unknown> = { excludeDeletedEntities: !q.deleted, includeClassificationAttributes: true, includeSubTypes: true, includeSubClassifications: true };
	if (q.words) body.query = q.words;
	if (q.type) body.typeName = q.type;
	else if (q.conditions.length > 0 || (!q.classification && !q.words && !q.term)) body.typeName = '_ALL_ENTITY_TYPES'; // conditions want a type
	if (q.classification) body.classification = q.classification;
	if (q.term) body.termName = q.term;
	if (q.sortBy) Object.assign(body, { sortBy: q.sortBy, sortOrder: q.descending ? 'DESCENDING' : 'ASCENDING' });
	if (q.attributes.length > 0) body.attributes = q.attributes;
	if (q.conditions.length > 0) body.entityFilters = criteria(q.conditions);
	if (q.tagConditions && q.tagConditions.length > 0) body.tagFilters = criteria(q.tagConditions);
	return body;
}

const criteria = (conditions: Condition[]) => ({
	condition: 'AND',
	criterion: conditions.map((c) => ({ attributeName: c.attribute, operator: c.operator, ...(needsValue(c.operator) && { attributeValue: c.value }) })),
});

export const needsValue = (operator: string) => !['isNull', 'notNull', 'notEmpty'].includes(operator);

/** Reads a page of what fulfils a query; with nothing asked for, of all entities. */
export async function searchBasic(q: BasicQuery, token: string | undefined, signal: AbortSignal, limit = page): Promise<Found> {
	const from = Number(token ?? 0);
	return found(await post(`${base}/basic`, { ...bodyOf(q), limit, offset: from }, signal), from, limit);
}

function found(x: unknown, from: number, limit: number): Found {
	const answer = asRecord(x);
	const items = asList(answer.entities).map(readHeader);
	const total = asNumber(answer.approximateCount);
	return { items, next: items.length < limit ? undefined : String(from + limit), total: total === undefined || total < 0 ? undefined : total };
}

/** Counts what fulfils a query, by type and the like, as far as the server does. */
export async function countBasic(q: BasicQuery, signal: AbortSignal): Promise<Map<string, { name: string; count: number }[]>> {
	const body = bodyOf(q);
	const answer = asRecord(await post(`${base}/quick`, { ...body, query: q.words || '*', limit: 1, offset: 0 }, signal));
	return new Map(
		Object.entries(asRecord(answer.aggregationMetrics)).map(([field, list]) => [
			field,
			asList(list).map((y) => {
				const e = asRecord(y);
				return { name: asText(e.name), count: asNumber(e.count) ?? 0 };
			}),
		]),
	);
}

/** Gives a few entities by the beginning of a word in them. */
export async function pickEntities(words: string, type: string, signal: AbortSignal): Promise<EntityHeader[]> {
	const body = { query: words, typeName: type || '_ALL_ENTITY_TYPES', excludeDeletedEntities: true, limit: 10, offset: 0 };
	return asList(asRecord(await post(`${base}/basic`, body, signal)).entities).map(readHeader);
}

/** What a query in the language gives: entities, or the columns that it selects. */
export interface Answer {
	entities: EntityHeader[] | undefined;
	columns: string[];
	rows: unknown[][];
	total: number | undefined;
}

export async function searchDSL(query: string, limit: number, offset: number, signal?: AbortSignal): Promise<Answer> {
	return readAnswer(await get(`${base}/dsl`, { query, limit: String(limit), offset: String(offset) }, signal));
}

export function readAnswer(x: unknown): Answer {
	const answer = asRecord(x);
	const total = asNumber(answer.approximateCount);
	const table = asRecord(answer.attributes);
	const selects = answer.attributes !== undefined && answer.attributes !== null;
	return {
		entities: selects ? undefined : asList(answer.entities).map(readHeader),
		columns: asList(table.name).map(asText),
		rows: asList(table.values).map(asList),
		total: total === undefined || total < 0 ? undefined : total,
	};
}

/** A search that somebody keeps: in the language, or by conditions. */
export interface Saved {
	guid: string;
	name: string;
	owner: string;
	dsl: string; // empty for one by conditions
	query: Omit<BasicQuery, 'attributes' | 'tagConditions'> | undefined; // of one whose conditions the pages have no form for
}

export async function listSaved(signal?: AbortSignal): Promise<Saved[]> {
	return asList(await get(`${base}/saved`, {}, signal)).map(readSaved).sort((a, b) => (a.name < b.name ? -1 : 1));
}

export function readSaved(x: unknown): Saved {
	const s = asRecord(x);
	const q = asRecord(s.searchParameters);
	const [words, type] = [asText(q.query), asText(q.typeName)];
	const conditions = conditionsIn(q.entityFilters);
	return {
		guid: asText(s.guid),
		name: asText(s.name),
		owner: asText(s.ownerName),
		dsl: s.searchType === 'ADVANCED' ? words : '',
		query: conditions && {
			words,
			type: type === '_ALL_ENTITY_TYPES' ? '' : type,
			classification: asText(q.classification),
			term: asText(q.termName),
			conditions,
			sortBy: asText(q.sortBy),
			descending: q.sortOrder === 'DESCENDING',
			deleted: q.excludeDeletedEntities === false,
		},
	};
}

// Conditions may stand within each other; what is to hold together is one list, and
// what is to hold by choice is none.
function conditionsIn(x: unknown): Condition[] | undefined {
	const c = asRecord(x);
	if (Array.isArray(c.criterion)) {
		const inside = c.criterion.map(conditionsIn);
		return inside.length > 1 && c.condition === 'OR' ? undefined : inside.reduce((all, some) => all && some && [...all, ...some], []);
	}
	const [attribute, operator] = [asText(c.attributeName), asText(c.operator)];
	return attribute && operator ? [{ attribute, operator, value: asText(c.attributeValue) }] : [];
}

export const saveSearch = (name: string, what: string | BasicQuery) =>
	post(`${base}/saved`, typeof what === 'string' ? { name, searchType: 'ADVANCED', searchParameters: { query: what } } : { name, searchType: 'BASIC', searchParameters: bodyOf(what) });
export const dropSaved = (guid: string) => send('DELETE', `${base}/saved/${encodeURIComponent(guid)}`, undefined);
