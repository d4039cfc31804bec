// The runs of an experiment as a table: chosen columns of some rows, and what else
// the server knows of all of them.

import { get, post } from './call';
import { asList, asNumber, asRecord, asText } from './decode';

const base = '/api/pedigree/v1';

/** Which runs, and in which order. */
export interface TableQuery {
	experiment: string;
	filter: string;
	orderBy: string[];
	deleted: boolean;
	roots: boolean; // only runs that are part of no other
}

export type Value = string | number | null; // null: the run has none

export interface TablePage {
	ids: string[];
	names: string[];
	states: string[];
	children: number[]; // of each run, where roots were asked for
	columns: Map<string, Value[]>;
	next: string | undefined;
	newest: number;
}

export interface Window {
	columns: string[];
	limit: number;
	page?: string | undefined;
	skip?: number;
	until?: number | undefined; // leaves out what was made later
}

function params(q: TableQuery): Record<string, string | string[] | undefined> {
	return { filter: q.filter || undefined, order_by: q.orderBy, view: q.deleted ? 'deleted' : undefined, roots: q.roots ? 'true' : undefined };
}

const path = (experiment: string, rest = '') => `${base}/experiments/${encodeURIComponent(experiment)}/runs${rest}`;

export async function tableRuns(q: TableQuery, w: Window, signal?: AbortSignal): Promise<TablePage> {
	const wanted = { column: w.columns, limit: String(w.limit), page: w.page, skip: w.skip ? String(w.skip) : undefined, until: w.until ? String(w.until) : undefined };
	return readPage(await get(path(q.experiment), { ...params(q), ...wanted }, signal));
}

export function readPage(x: unknown): TablePage {
	const a = asRecord(x);
	const ids = asList(a.runs).map(asText);
	const columns = new Map<string, Value[]>();
	for (const c of asList(a.columns).map(asRecord)) {
		const name = asText(c.column);
		const values = asList(c.values);
		columns.set(name, ids.map((_, i) => readValue(name, values[i])));
	}
	return {
		ids,
		names: texts(a.names, ids.length),
		states: texts(a.states, ids.length),
		children: asList(a.children).map((n) => asNumber(n) ?? 0),
		columns,
		next: asText(a.next) || undefined,
		newest: asNumber(a.newest) ?? 0,
	};
}

function texts(x: unknown, length: number): string[] {
	const list = asList(x);
	return Array.from({ length }, (_, i) => asText(list[i]));
}

function readValue(column: string, x: unknown): Value {
	if (x === null || x === undefined) return null;
	return /^(metrics|min|max|first)\./.test(column) ? (asNumber(x) ?? null) : typeof x === 'number' ? x : asText(x);
}

export interface Count {
	runs: number;
	more: boolean; // there are more than were counted
}

function readCount(x: unknown): Count {
	const c = asRecord(x);
	return { runs: asNumber(c.runs) ?? 0, more: c.more === true };
}

export async function countRuns(q: TableQuery, made: { until?: number; since?: number }, signal?: AbortSignal): Promise<Count> {
	const when = { until: made.until ? String(made.until) : undefined, since: made.since ? String(made.since) : undefined };
	return readCount(await get(path(q.experiment, '/count'), { ...params(q), order_by: undefined, ...when }, signal));
}

export interface Key extends Count {
	column: string;
}

export interface Listed<T> {
	items: T[];
	more: boolean; // there are others
}

/** Lists what runs have, those first whose key begins with the text looked for. */
export async function runKeys(experiment: string, part: string, spaces: string[], limit: number, signal?: AbortSignal): Promise<Listed<Key>> {
	const a = asRecord(await get(path(experiment, '/keys'), { part: part || undefined, space: spaces, limit: String(limit) }, signal));
	return { items: asList(a.keys).map((k) => ({ ...readCount(k), column: asText(asRecord(k).column) })), more: a.more === true };
}

export interface Used extends Count {
	value: string;
	cut: boolean; // it only begins so
}

/** Lists the values of a param, tag or attribute, the most frequent first. */
export async function runValues(experiment: string, column: string, part: string, limit: number, signal?: AbortSignal): Promise<Listed<Used>> {
	const a = asRecord(await get(path(experiment, '/values'), { column, part: part || undefined, limit: String(limit) }, signal));
	return { items: asList(a.values).map((v) => ({ ...readCount(v), value: asText(asRecord(v).value), cut: asRecord(v).cut === true })), more: a.more === true };
}

export interface Summary {
	n: number;
	mean: number;
	deviation: number;
	min: number;
	max: number;
}

export interface Group {
	values: (string | null)[]; // as the columns were given
	runs: number;
	metrics: Map<string, Summary>; // of those that any run of the group has
}

export async function groupRuns(q: TableQuery, by: string[], metrics: string[], limit: number, signal?: AbortSignal): Promise<Listed<Group>> {
	const a = asRecord(await get(path(q.experiment, '/groups'), { ...params(q), order_by: undefined, by, metric: metrics, limit: String(limit) }, signal));
	return { items: readGroups(a), more: a.more === true };
}

export function readGroups(a: Record<string, unknown>): Group[] {
	const by = asList(a.by).map((c) => asList(asRecord(c).values));
	const metrics = asList(a.metrics).map(asRecord);
	return asList(a.runs).map((runs, i) => {
		const sums = new Map<string, Summary>();
		for (const m of metrics) {
			const at = (list: unknown) => asNumber(asList(list)[i]) ?? NaN;
			const n = at(m.n);
			if (n > 0) sums.set(asText(m.column), { n, mean: at(m.mean), deviation: at(m.deviation), min: at(m.min), max: at(m.max) });
		}
		return { runs: asNumber(runs) ?? 0, values: by.map((list) => (typeof list[i] === 'string' ? list[i] : null)), metrics: sums };
	});
}

/** Where all of the table can be had as a file. */
export function exportAddress(q: TableQuery, columns: string[]): string {
	const query = new URLSearchParams();
	for (const [key, value] of Object.entries({ ...params(q), column: columns })) {
		for (const one of Array.isArray(value) ? value : value === undefined ? [] : [value]) query.append(key, one);
	}
	return path(q.experiment, '/export') + '?' + query;
}

const most = 1000; // runs that one call changes

/** Changes runs in as many calls as it takes. */
async function inParts(runs: string[], change: (some: string[]) => Promise<unknown>): Promise<unknown[]> {
	const answers: unknown[] = [];
	for (let at = 0; at < runs.length; at += most) answers.push(await change(runs.slice(at, at + most)));
	return answers;
}

export const deleteRuns = (runs: string[]) => inParts(runs, (some) => post(`${base}/runs/delete`, { runs: some }));
export const restoreRuns = (runs: string[]) => inParts(runs, (some) => post(`${base}/runs/restore`, { runs: some }));

export interface TagBefore {
	run: string;
	key: string;
	value: string | null;
}

/** Sets and removes tags, and gives what the runs had before. */
export async function tagRuns(runs: string[], set: Record<string, string>, remove: string[] = []): Promise<TagBefore[]> {
	const answers = await inParts(runs, (some) => post(`${base}/runs/tags`, { runs: some, set, remove }));
	return answers.flatMap((a) =>
		asList(asRecord(a).before).map((x) => {
			const b = asRecord(x);
			return { run: asText(b.run), key: asText(b.key), value: typeof b.value === 'string' ? b.value : null };
		}),
	);
}

/** Gives runs back what they had of their tags. */
export async function untagRuns(before: TagBefore[]): Promise<void> {
	const same = new Map<string, { change: TagBefore; runs: string[] }>();
	for (const b of before) {
		const what = JSON.stringify([b.key, b.value]);
		same.set(what, { change: b, runs: [...(same.get(what)?.runs ?? []), b.run] });
	}
	for (const { change, runs } of same.values()) {
		if (change.value === null) await tagRuns(runs, {}, [change.key]);
		else await tagRuns(runs, { [change.key]: change.value });
	}
}
