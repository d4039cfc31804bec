// Glossaries with their categories and terms, by Atlas's protocol.

import { get, post, send, upload } from './call';
import { readRelated, type Related } from './catalogentities';
import { asList, asNumber, asRecord, asText } from './decode';
import type { Page } from './mlflow';

const base = '/api/atlas/v2/glossary';

export interface Glossary {
	guid: string;
	name: string;
	qualifiedName: string;
	short: string;
	long: string;
	language: string;
	usage: string;
}

/** A term or category as another thing of the glossary knows it. */
export interface Tie {
	guid: string;
	name: string;
	relation: string; // guid of the tie itself
	parent: string; // of a category; empty for the topmost
}

export interface Term {
	guid: string;
	name: string;
	qualifiedName: string;
	glossary: string;
	short: string;
	long: string;
	abbreviation: string;
	usage: string;
	examples: string[];
	categories: Tie[];
	related: Map<Relation, Tie[]>;
}

export interface Category {
	guid: string;
	name: string;
	qualifiedName: string;
	glossary: string;
	short: string;
	long: string;
	parent: string; // empty for one at the top
	terms: Tie[];
}

/** Ways in which a term is related to another, and how a page says each. */
export const relations = {
	seeAlso: 'See also',
	synonyms: 'Synonyms',
	antonyms: 'Antonyms',
	preferredTerms: 'Preferred terms',
	preferredToTerms: 'Preferred to',
	replacementTerms: 'Replaced by terms',
	replacedBy: 'Replaces',
	translationTerms: 'Translations',
	translatedTerms: 'Translated from',
	isA: 'Is a',
	classifies: 'Has kinds',
	validValues: 'Valid values',
	validValuesFor: 'Valid value for',
} as const;
export type Relation = keyof typeof relations;

export interface Opened {
	glossary: Glossary;
	terms: Term[];
	categories: Category[];
}

export async function listGlossaries(signal?: AbortSignal): Promise<Glossary[]> {
	return asList(await get(base, { limit: '-1', offset: '0', sort: 'ASC' }, signal)).map(readGlossary);
}

/** Gives a glossary with all that is in it. */
export async function openGlossary(guid: string, signal?: AbortSignal): Promise<Opened> {
	return readOpened(await get(`${base}/${encodeURIComponent(guid)}/detailed`, {}, signal));
}

export function readOpened(x: unknown): Opened {
	const answer = asRecord(x);
	const byName = (a: { name: string }, b: { name: string }) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1);
	return {
		glossary: readGlossary(answer),
		terms: Object.values(asRecord(answer.termInfo)).map(readTerm).sort(byName),
		categories: Object.values(asRecord(answer.categoryInfo)).map(readCategory).sort(byName),
	};
}

export async function getTerm(guid: string, signal?: AbortSignal): Promise<Term> {
	return readTerm(await get(`${base}/term/${encodeURIComponent(guid)}`, {}, signal));
}

export async function getCategory(guid: string, signal?: AbortSignal): Promise<Category> {
	return readCategory(await get(`${base}/category/${encodeURIComponent(guid)}`, {}, signal));
}

function common(x: unknown) {
	const g = asRecord(x);
	return { guid: asText(g.guid), name: asText(g.name), qualifiedName: asText(g.qualifiedName), short: asText(g.shortDescription), long: asText(g.longDescription) };
}

function readGlossary(x: unknown): Glossary {
	const g = asRecord(x);
	return { ...common(x), language: asText(g.language), usage: asText(g.usage) };
}

function readTie(x: unknown): Tie {
	const t = asRecord(x);
	return { guid: asText(t.termGuid) || asText(t.categoryGuid), name: asText(t.displayText), relation: asText(t.relationGuid), parent: asText(t.parentCategoryGuid) };
}

export function readTerm(x: unknown): Term {
	const t = asRecord(x);
	const related = new Map<Relation, Tie[]>();
	for (const name of Object.keys(relations) as Relation[]) {
		const ties = asList(t[name]).map(readTie);
		if (ties.length > 0) related.set(name, ties);
	}
	return {
		...common(x),
		glossary: asText(asRecord(t.anchor).glossaryGuid),
		abbreviation: asText(t.abbreviation),
		usage: asText(t.usage),
		examples: asList(t.examples).map(asText),
		categories: asList(t.categories).map(readTie),
		related,
	};
}

export function readCategory(x: unknown): Category {
	const c = asRecord(x);
	return { ...common(x), glossary: asText(asRecord(c.anchor).glossaryGuid), parent: asText(asRecord(c.parentCategory).categoryGuid), terms: asList(c.terms).map(readTie) };
}

const assignedPage = 100;

/** Gives the entities that a term stands for. */
export async function listAssigned(term: string, token: string | undefined, signal: AbortSignal): Promise<Page<Related>> {
	const from = Number(token ?? 0);
	const answer = asList(await get(`${base}/terms/${encodeURIComponent(term)}/assignedEntities`, { limit: String(assignedPage), offset: String(from), sort: 'ASC' }, signal));
	return { items: answer.map(readRelated), next: answer.length < assignedPage ? undefined : String(from + assignedPage) };
}

export const assign = (term: string, entities: string[]) => post(`${base}/terms/${encodeURIComponent(term)}/assignedEntities`, entities.map((guid) => ({ guid })));
export const unassign = (term: string, ties: [entity: string, relationship: string][]) =>
	send('PUT', `${base}/terms/${encodeURIComponent(term)}/assignedEntities`, ties.map(([guid, relationshipGuid]) => ({ guid, relationshipGuid })));

/** Gives the relationships by which a term stands for entities, by their guids. */
export async function tiesOf(term: string): Promise<Map<string, string>> {
	const all = asList(await get(`${base}/terms/${encodeURIComponent(term)}/assignedEntities`, { limit: '-1', offset: '0', sort: 'ASC' })).map(readRelated);
	return new Map(all.map((r) => [r.guid, r.relationshipGuid]));
}

export interface Texts {
	name: string;
	shortDescription: string;
	longDescription: string;
	language?: string; // of a glossary
	abbreviation?: string; // of a term, as are those below
	usage?: string;
	examples?: string[];
}

/** What is said of a term that is new. */
export const blankTerm = (): Texts => ({ name: '', shortDescription: '', longDescription: '', abbreviation: '', usage: '', examples: [] });

const anchor = (glossary: string) => ({ anchor: { glossaryGuid: glossary } });
const guidOf = async (made: Promise<unknown>) => asText(asRecord(await made).guid);

/** Each of these gives the guid of what was made. */
export const createGlossary = (texts: Texts) => guidOf(post(base, texts));
export const createTerm = (glossary: string, texts: Texts, category: string) =>
	guidOf(post(`${base}/term`, { ...texts, ...anchor(glossary), ...(category && { categories: [{ categoryGuid: category }] }) }));
export const createCategory = (glossary: string, texts: Texts, parent: string) =>
	guidOf(post(`${base}/category`, { ...texts, ...anchor(glossary), ...(parent && { parentCategory: { categoryGuid: parent } }) }));

export type Sort = 'glossary' | 'term' | 'category';

const path = (sort: Sort, guid: string) => (sort === 'glossary' ? `${base}/${encodeURIComponent(guid)}` : `${base}/${sort}/${encodeURIComponent(guid)}`);

/** Changes something of a glossary: all of it as it is now, but for what is given. What
 * the page has may be older, and would undo what came since. */
export async function change(sort: Sort, was: { guid: string }, to: (now: Record<string, unknown>) => Record<string, unknown>): Promise<unknown> {
	const now = asRecord(await get(path(sort, was.guid)));
	return send('PUT', path(sort, was.guid), { ...now, ...to(now) });
}
export const remove = (sort: Sort, guid: string) => send('DELETE', path(sort, guid), undefined);

/** Puts a category below another, or at the top. */
export const moveCategory = (category: Category, parent: string) => change('category', category, () => ({ parentCategory: parent ? { categoryGuid: parent } : undefined }));

/** Puts a term into categories of its glossary, and out of all others. */
export const moveTerm = (term: Term, categories: string[]) =>
	change('term', term, (now) => {
		const ties = readTerm(now).categories;
		return { categories: categories.map((guid) => ({ categoryGuid: guid, ...(ties.find((t) => t.guid === guid) && { relationGuid: ties.find((t) => t.guid === guid)?.relation }) })) };
	});

/** Relates a term to another, or takes that away. */
export function relate(term: Term, how: Relation, to: string): Promise<unknown> {
	return change('term', term, (now) => ({ [how]: [...asList(now[how]), { termGuid: to }] }));
}
export function unrelate(term: Term, how: Relation, to: string): Promise<unknown> {
	return change('term', term, (now) => ({ [how]: asList(now[how]).filter((t) => asText(asRecord(t).termGuid) !== to) }));
}

/** What became of one line of a file. */
export interface ImportLine {
	row: number | undefined;
	glossary: string;
	term: string;
	done: boolean;
	remarks: string;
	guid: string; // of the term that was made; empty where none was
}

export const templateAddress = `${base}/import/template`;

export async function importFile(file: File, signal?: AbortSignal): Promise<ImportLine[]> {
	return readImport(await upload(`${base}/import`, file, signal));
}

// What was made is told as JSON among the remarks.
function guidIn(remarks: string): string {
	try {
		return asText(asRecord(JSON.parse(remarks)).termGuid);
	} catch {
		return '';
	}
}

export function readImport(x: unknown): ImportLine[] {
	const answer = asRecord(x);
	const read = (done: boolean) => (y: unknown) => {
		const line = asRecord(y);
		const row = asNumber(line.rowNumber);
		const made = done ? guidIn(asText(line.remarks)) : '';
		return { row: row === undefined || row < 0 ? undefined : row, glossary: asText(line.parentObjectName), term: asText(line.childObjectName), done, remarks: made ? '' : asText(line.remarks), guid: made };
	};
	return [...asList(answer.failedImportInfoList).map(read(false)), ...asList(answer.successImportInfoList).map(read(true))];
}
