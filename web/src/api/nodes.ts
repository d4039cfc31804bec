// The server's own protocol: nodes of every kind, found and watched.

import { pathOf } from '../routes';
import { get } from './call';
import { asList, asNumber, asPairs, asRecord, asText } from './decode';

export interface Node {
	id: number;
	kind: string;
	type: string;
	protocol: string;
	name: string;
	uid: string;
	uri: string;
	state: string;
	version: string;
	updated: number | undefined;
}

export function readNode(x: unknown): Node {
	const n = asRecord(x);
	return {
		id: asNumber(n.id) ?? 0,
		kind: asText(n.kind),
		type: asText(n.type),
		protocol: asText(n.protocol),
		name: asText(n.name),
		uid: asText(n.uid),
		uri: asText(n.uri),
		state: asText(n.state),
		version: asText(n.version),
		updated: asMoment(n.updated),
	};
}

export function asMoment(x: unknown): number | undefined {
	const moment = Date.parse(asText(x));
	return Number.isNaN(moment) ? undefined : moment;
}

/** A node with what is known of it. */
export interface DetailedNode extends Node {
	owner: string;
	workspace: string;
	externalId: string;
	created: number | undefined;
	deleted: number | undefined; // while it is in the bin
	properties: [title: string, pairs: Map<string, unknown>][]; // by space
}

export function readDetailedNode(x: unknown): DetailedNode {
	const n = asRecord(x);
	return {
		...readNode(x),
		owner: asText(n.owner),
		workspace: asText(n.workspace),
		externalId: asText(n.external_id),
		created: asMoment(n.created),
		deleted: asMoment(n.deleted),
		properties: bySpace(asPairs(n.properties, (value) => value ?? undefined)),
	};
}

const spaces: Record<string, string> = { 'metrics.': 'Metrics', 'params.': 'Params', 'tags.': 'Tags', 'aliases.': 'Aliases', 'manifest.': 'Manifest' };

function bySpace(pairs: Map<string, unknown>): [string, Map<string, unknown>][] {
	const titles = new Map<string, Map<string, unknown>>();
	for (const [key, value] of pairs) {
		const prefix = Object.keys(spaces).find((p) => key.startsWith(p)) ?? '';
		const title = spaces[prefix] ?? 'Properties';
		titles.set(title, (titles.get(title) ?? new Map<string, unknown>()).set(key.slice(prefix.length), value));
	}
	return [...titles].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Gives the nodes that a reference names. */
export async function getNodes(ref: string, signal?: AbortSignal): Promise<DetailedNode[]> {
	return asList(asRecord(await get('/api/pedigree/v1/nodes', { ref }, signal)).nodes).map(readDetailedNode);
}

export interface NodeQuery {
	filter?: string;
	words?: string;
	limit: number;
}

export async function searchNodes(q: NodeQuery, signal?: AbortSignal): Promise<{ nodes: Node[]; more: boolean }> {
	const answer = asRecord(await get('/api/pedigree/v1/search', { filter: q.filter, words: q.words, limit: String(q.limit) }, signal));
	return { nodes: asList(answer.nodes).map(readNode), more: asText(answer.next) !== '' };
}

/** Gives the address of the page that a node has wherever it is at home: its type's
 * own, or else the page of any node. */
export function addressOf(node: Node): string {
	return homeOf(node) ?? nodeAddress(String(node.id));
}

/** Gives the address of the page of any node, which shows its lineage. */
export function nodeAddress(ref: string): string {
	return pathOf({ page: 'node', node: ref });
}

/** Gives the address of the page of a node's type; nothing where that has none. */
export function homeOf(node: Node): string | undefined {
	switch (node.type) {
		case 'mlflow.Run':
			return pathOf({ page: 'run', run: node.uid });
		case 'mlflow.Experiment':
			return pathOf({ page: 'runs', experiment: node.uid });
		case 'mlflow.RegisteredModel':
			return pathOf({ page: 'model', model: node.name });
		case 'mlflow.ModelVersion':
			return pathOf({ page: 'version', model: node.name, version: node.version });
	}
	if (node.protocol === 'atlas' && node.uid) return pathOf({ page: 'catalog', view: 'entities', name: node.uid });
	return undefined;
}

const words: Record<string, string> = {
	'mlflow.Run': 'run',
	'mlflow.Experiment': 'experiment',
	'mlflow.RegisteredModel': 'model',
	'mlflow.ModelVersion': 'model version',
	'mlflow.LoggedModel': 'logged model',
	'mlflow.Dataset': 'data set',
	'openlineage.Run': 'run',
	'openlineage.Job': 'job',
	'openlineage.Dataset': 'data set',
	'openlineage.DatasetVersion': 'data set version',
	'openlineage.Namespace': 'namespace',
};

/** Says in words what a node is; a type of a client's own by its name. */
export function typeWord(node: Pick<Node, 'type' | 'kind'>): string {
	return Object.hasOwn(words, node.type) ? (words[node.type] as string) : node.type.replace(/^atlas\./, '') || node.kind;
}

const protocols: Record<string, string> = { mlflow: 'MLflow', openlineage: 'OpenLineage', mlmd: 'ML Metadata', atlas: 'Atlas' };

/** Says by which protocol a node came. */
export function protocolWord(protocol: string): string {
	return Object.hasOwn(protocols, protocol) ? (protocols[protocol] as string) : protocol;
}

/** Gives what to call a node by. */
export function nameOf(node: Node): string {
	return node.name || node.uid || node.uri || `node ${node.id}`;
}

export interface Happening {
	node: Node;
	actions: string[];
	time: number;
}

/** Tells what happens from now on, to nodes of one type, to what a reference names or
 * to all, until the function it gives is called. A stream that breaks is taken up by
 * the browser where it was. */
export function watch(told: (h: Happening) => void, live: (is: boolean) => void, of: { type?: string; ref?: string } = {}): () => void {
	const query = new URLSearchParams(of).toString();
	const source = new EventSource('/api/pedigree/v1/watch' + (query && '?' + query));
	source.onopen = () => live(true);
	source.onerror = () => live(false);
	source.onmessage = (message) => {
		const event = asRecord(JSON.parse(message.data));
		told({ node: readNode(event.node), actions: asList(event.actions).map(asText), time: Date.parse(asText(event.time)) });
	};
	return () => source.close();
}
