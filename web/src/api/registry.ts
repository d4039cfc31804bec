// MLflow's model registry, and the digests of versions, which are our own.

import { get } from './call';
import { asList, asNumber, asPairs, asRecord, asText } from './decode';
import type { Page } from './mlflow';

const base = '/api/2.0/mlflow';

export interface Model {
	name: string;
	description: string;
	created: number | undefined;
	updated: number | undefined;
	aliases: { alias: string; version: string }[];
	latest: string; // the highest version there is, or empty
	tags: Map<string, string>;
}

export interface Version {
	version: string;
	stage: string; // empty for none
	status: string;
	source: string;
	run: string;
	created: number | undefined;
	description: string;
	tags: Map<string, string>;
}

export interface Files {
	state: string;
	digest: string;
	reason: string;
	count: number | undefined;
	bytes: number | undefined;
	files: { path: string; size: number | undefined; sha256: string }[];
	more: boolean;
}

export function readModel(x: unknown): Model {
	const m = asRecord(x);
	const versions = asList(m.latest_versions).map((v) => asNumber(asRecord(v).version) ?? 0);
	return {
		name: asText(m.name),
		description: asText(m.description),
		created: asNumber(m.creation_timestamp),
		updated: asNumber(m.last_updated_timestamp),
		aliases: asList(m.aliases).map((a) => ({ alias: asText(asRecord(a).alias), version: asText(asRecord(a).version) })),
		latest: versions.length > 0 ? String(Math.max(...versions)) : '',
		tags: asPairs(m.tags, asText),
	};
}

export function readVersion(x: unknown): Version {
	const v = asRecord(x);
	const stage = asText(v.current_stage);
	return {
		version: asText(v.version),
		stage: stage === 'None' ? '' : stage,
		status: asText(v.status),
		source: asText(v.source),
		run: asText(v.run_id),
		created: asNumber(v.creation_timestamp),
		description: asText(v.description),
		tags: asPairs(v.tags, asText),
	};
}

export async function searchModels(filter: string | undefined, token: string | undefined, signal?: AbortSignal): Promise<Page<Model>> {
	const answer = asRecord(await get(`${base}/registered-models/search`, { filter, max_results: '200', page_token: token }, signal));
	return { items: asList(answer.registered_models).map(readModel), next: asText(answer.next_page_token) || undefined };
}

export async function getModel(name: string, signal?: AbortSignal): Promise<Model> {
	return readModel(asRecord(await get(`${base}/registered-models/get`, { name }, signal)).registered_model);
}

/** Puts text between quotes as MLflow's filters take it. */
export function quoted(text: string): string {
	return text.includes("'") ? `"${text}"` : `'${text}'`;
}

export async function searchVersions(filter: string, token: string | undefined, signal?: AbortSignal): Promise<Page<Version & { model: string }>> {
	const params = { filter, max_results: '200', order_by: 'version_number DESC', page_token: token };
	const answer = asRecord(await get(`${base}/model-versions/search`, params, signal));
	const items = asList(answer.model_versions).map((x) => ({ ...readVersion(x), model: asText(asRecord(x).name) }));
	return { items, next: asText(answer.next_page_token) || undefined };
}

export async function getFiles(name: string, version: string, signal?: AbortSignal): Promise<Files> {
	const f = asRecord(await get('/api/pedigree/v1/model-version/files', { name, version, limit: '200' }, signal));
	return {
		state: asText(f.state),
		digest: asText(f.digest),
		reason: asText(f.reason),
		count: asNumber(f.count),
		bytes: asNumber(f.bytes),
		files: asList(f.files).map((x) => {
			const file = asRecord(x);
			return { path: asText(file.path), size: asNumber(file.size), sha256: asText(file.sha256) };
		}),
		more: asText(f.next) !== '',
	};
}

export async function getVersion(name: string, version: string, signal?: AbortSignal): Promise<Version> {
	return readVersion(asRecord(await get(`${base}/model-versions/get`, { name, version }, signal)).model_version);
}
