// Artifacts, executions and contexts of every protocol: lists, and what stands
// around one of them.

import { get } from './call';
import { asList, asNumber, asPairs, asRecord, asText } from './decode';
import type { Page } from './mlflow';
import { asMoment, readNode, type Node } from './nodes';

/** A node of a list, with what was asked for of it. */
export interface FoundNode extends Node {
	properties: Map<string, unknown>;
	contexts: Node[];
}

export interface FacetValue {
	value: string;
	nodes: number;
	filter: string; // the condition that keeps these alone; empty where all have the value
}

export interface Facets {
	facets: Map<string, { values: FacetValue[]; more: boolean }>;
	seen: number;
	more: boolean; // there are more nodes than were counted
}

export interface Search {
	conditions: string[]; // all of which must hold
	words: string;
	order: string; // as the server names it, with a minus for the last first
}

function question({ conditions, words }: Search): Record<string, string> {
	return { filter: conditions.length > 1 ? conditions.map((c) => `(${c})`).join(' AND ') : (conditions[0] ?? ''), words };
}

export async function listNodes(search: Search, show: string[], token: string | undefined, signal: AbortSignal): Promise<Page<FoundNode>> {
	const answer = asRecord(
		await get('/api/pedigree/v1/search', { ...question(search), order_by: search.order, show, contexts: 'true', limit: '100', page: token }, signal),
	);
	return { items: asList(answer.nodes).map(readFound), next: asText(answer.next) || undefined };
}

function readFound(x: unknown): FoundNode {
	const n = asRecord(x);
	return { ...readNode(x), properties: asPairs(n.properties, (value) => value ?? undefined), contexts: asList(n.contexts).map(readNode) };
}

export async function countNodes(search: Search, by: string[], signal: AbortSignal): Promise<Facets> {
	const answer = asRecord(await get('/api/pedigree/v1/search', { ...question(search), facet: by, facet_values: '40', limit: '1' }, signal));
	const facets = asList(answer.facets).map((x) => {
		const f = asRecord(x);
		return [asText(f.name), { values: asList(f.values).map(readValue), more: f.more === true }] as const;
	});
	return { facets: new Map(facets), seen: asNumber(answer.seen) ?? 0, more: answer.more === true };
}

function readValue(x: unknown): FacetValue {
	const v = asRecord(x);
	return { value: asText(v.value), nodes: asNumber(v.nodes) ?? 0, filter: asText(v.filter) };
}

export async function getContexts(id: number, signal: AbortSignal): Promise<Node[]> {
	return asList(asRecord(await get(`/api/pedigree/v1/nodes/${id}/contexts`, {}, signal)).contexts).map(readNode);
}

/** A meeting of an artifact with an execution, as one of them sees it. */
export interface NodeEvent {
	written: boolean; // or read
	role: string;
	time: number | undefined;
	path: string; // to the artifact in what was read or written
	node: Node;
}

export async function listEvents(id: number, token: string | undefined, signal: AbortSignal): Promise<Page<NodeEvent>> {
	const answer = asRecord(await get(`/api/pedigree/v1/nodes/${id}/events`, { limit: '100', page: token }, signal));
	return { items: asList(answer.events).map(readEvent), next: asText(answer.next) || undefined };
}

function readEvent(x: unknown): NodeEvent {
	const e = asRecord(x);
	return {
		written: e.direction === 'output',
		role: asText(e.role),
		time: asMoment(e.time),
		path: asList(e.path).map(asText).join(' / '),
		node: readNode(e.node),
	};
}
