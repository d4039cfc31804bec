// Search in the catalog, by Atlas's protocol: by words and conditions, or in its
// language.

import { get, post } from './call';
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
