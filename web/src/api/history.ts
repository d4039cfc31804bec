// What people changed: the history that the server keeps of nodes.

import { get } from './call';
import { asList, asNumber, asRecord, asText } from './decode';
import type { Page } from './mlflow';
import { asMoment, readNode, type Node } from './nodes';

export interface Change {
	id: number;
	node: number;
	time: number | undefined;
	actor: string; // empty for the one local user
	origin: string; // protocol and address
	what: string;
	before: string;
	after: string;
	reason: string;
	of: Node | undefined; // the node as it is; nothing where it is gone
	raw: unknown;
}

export function readChange(x: unknown): Change {
	const c = asRecord(x);
	return {
		id: asNumber(c.id) ?? 0,
		node: asNumber(c.node) ?? 0,
		time: asMoment(c.time),
		actor: asText(c.actor),
		origin: asText(c.origin),
		what: asText(c.what),
		before: asText(c.before),
		after: asText(c.after),
		reason: asText(c.reason),
		of: c.of === undefined ? undefined : readNode(c.of),
		raw: x,
	};
}

/** What of the history is wanted; empty for any. */
export interface HistoryQuery {
	node: string;
	what: string;
	actor: string;
	kind: string;
	type: string;
	since: string;
	until: string;
}

const path = '/api/pedigree/v1/changes';
const filled = (query: HistoryQuery) => Object.fromEntries(Object.entries(query).filter(([, value]) => value !== ''));

/** Reads pages until there is something to show, or the end: with conditions a page may be empty. */
export async function listChanges(query: HistoryQuery, token: string | undefined, signal: AbortSignal): Promise<Page<Change>> {
	for (let before = token; ; ) {
		const answer = asRecord(await get(path, { ...filled(query), limit: '100', before }, signal));
		const items = asList(answer.changes).map(readChange);
		before = asText(answer.next) || undefined;
		if (items.length > 0 || before === undefined) return { items, next: before };
	}
}

/** Gives the number of the newest line that fulfils a query, 0 where there is none. */
export async function newestChange(query: HistoryQuery, signal: AbortSignal): Promise<number> {
	const answer = asRecord(await get(path, { ...filled(query), limit: '1' }, signal));
	return asNumber(asRecord(asList(answer.changes)[0]).id) ?? 0;
}

/** Gives all lines that fulfil a query, each a line of JSON, as the server sends them. */
export async function exportChanges(query: HistoryQuery, signal: AbortSignal): Promise<Blob> {
	const answer = await fetch(`${path}?${new URLSearchParams(filled(query))}`, { headers: { Accept: 'application/x-ndjson' }, signal });
	if (!answer.ok) throw new Error(`The server answered ${answer.status}.`);
	return answer.blob();
}

/** One field that a change changed. */
export interface FieldDiff {
	field: string;
	before: string | undefined; // where there was none
	after: string | undefined;
}

/** Says what a change changed, field by field: of two objects those of their members that
 * differ, else the thing itself. */
export function diffOf(change: Pick<Change, 'what' | 'before' | 'after'>): FieldDiff[] {
	const [was, is] = [objectIn(change.before), objectIn(change.after)];
	if (!was && !is) return [{ field: change.what, before: change.before || undefined, after: change.after || undefined }];
	const text = (record: Record<string, unknown> | undefined, field: string) => {
		const value = record?.[field];
		return value === undefined ? undefined : typeof value === 'string' ? value : JSON.stringify(value);
	};
	return [...new Set([...Object.keys(was ?? {}), ...Object.keys(is ?? {})])]
		.map((field) => ({ field, before: text(was, field), after: text(is, field) }))
		.filter(({ before, after }) => before !== after);
}

function objectIn(text: string): Record<string, unknown> | undefined {
	if (!text.startsWith('{')) return undefined;
	try {
		return asRecord(JSON.parse(text));
	} catch {
		return undefined;
	}
}
