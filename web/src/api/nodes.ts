// The server's own protocol: nodes of every kind, found and watched.

import { pathOf } from '../routes';
import { get } from './call';
import { asList, asNumber, asRecord, asText } from './decode';

export interface Node {
	id: number;
	kind: string;
	type: string;
	name: string;
	uid: string;
	state: string;
	version: string;
	updated: number | undefined;
}

export function readNode(x: unknown): Node {
	const n = asRecord(x);
	const updated = Date.parse(asText(n.updated));
	return {
		id: asNumber(n.id) ?? 0,
		kind: asText(n.kind),
		type: asText(n.type),
		name: asText(n.name),
		uid: asText(n.uid),
		state: asText(n.state),
		version: asText(n.version),
		updated: Number.isNaN(updated) ? undefined : updated,
	};
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

/** The types that have a page. */
export const pagedTypes = ['mlflow.Run', 'mlflow.Experiment', 'mlflow.RegisteredModel', 'mlflow.ModelVersion'];

/** Gives the address of a node's page; nothing for a type that has none. */
export function addressOf(node: Node): string | undefined {
	switch (node.type) {
		case 'mlflow.Run':
			return pathOf({ page: 'run', run: node.uid });
		case 'mlflow.Experiment':
			return pathOf({ page: 'runs', experiment: node.uid });
		case 'mlflow.RegisteredModel':
			return pathOf({ page: 'model', model: node.name });
		case 'mlflow.ModelVersion':
			return pathOf({ page: 'model', model: node.name }) + '?' + new URLSearchParams({ v: node.version });
	}
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
export function typeWord(node: Node): string {
	return Object.hasOwn(words, node.type) ? (words[node.type] as string) : node.type || node.kind;
}

export interface Happening {
	node: Node;
	actions: string[];
	time: number;
}

/** Tells what happens from now on, until the function it gives is called. A
 * stream that breaks is taken up by the browser where it was. */
export function watch(told: (h: Happening) => void, live: (is: boolean) => void): () => void {
	const source = new EventSource('/api/pedigree/v1/watch');
	source.onopen = () => live(true);
	source.onerror = () => live(false);
	source.onmessage = (message) => {
		const event = asRecord(JSON.parse(message.data));
		told({ node: readNode(event.node), actions: asList(event.actions).map(asText), time: Date.parse(asText(event.time)) });
	};
	return () => source.close();
}
