// MLflow's REST protocol, as far as the pages use it.

import { CallError, get, post } from './call';
import { quoteText } from '../table/column';
import { asList, asNumber, asPairs, asRecord, asText } from './decode';

const base = '/api/2.0/mlflow';

export interface Experiment {
	id: string;
	name: string;
	created: number | undefined;
	updated: number | undefined;
	note: string;
}

export interface Run {
	id: string;
	name: string;
	experiment: string;
	status: string;
	user: string;
	started: number | undefined;
	ended: number | undefined;
	deleted: boolean;
	metrics: Map<string, number>;
	params: Map<string, string>;
	tags: Map<string, string>;
	datasets: Dataset[];
	modelsRead: string[];
	modelsMade: string[];
	place: string; // of its artifacts
}

export interface Dataset {
	name: string;
	digest: string;
	source: string;
	context: string;
}

export interface ArtifactFile {
	path: string;
	folder: boolean;
	size: number | undefined;
}

export interface Page<T> {
	items: T[];
	next: string | undefined;
}

const note = 'mlflow.note.content';

export function readExperiment(x: unknown): Experiment {
	const e = asRecord(x);
	return {
		id: asText(e.experiment_id),
		name: asText(e.name),
		created: asNumber(e.creation_time),
		updated: asNumber(e.last_update_time),
		note: asPairs(e.tags, asText).get(note) ?? '',
	};
}

export function readRun(x: unknown): Run {
	const run = asRecord(x);
	const [info, data, inputs, outputs] = [asRecord(run.info), asRecord(run.data), asRecord(run.inputs), asRecord(run.outputs)];
	const models = (list: unknown) => asList(list).map((m) => asText(asRecord(m).model_id));
	const tags = asPairs(data.tags, asText);
	return {
		id: asText(info.run_id),
		name: asText(info.run_name) || (tags.get('mlflow.runName') ?? ''),
		experiment: asText(info.experiment_id),
		status: asText(info.status),
		user: asText(info.user_id),
		started: asNumber(info.start_time),
		ended: asNumber(info.end_time) || undefined,
		deleted: info.lifecycle_stage === 'deleted',
		metrics: asPairs(data.metrics, asNumber),
		params: asPairs(data.params, asText),
		tags,
		datasets: asList(inputs.dataset_inputs).map(readDataset),
		modelsRead: models(inputs.model_inputs),
		modelsMade: models(outputs.model_outputs),
		place: asText(info.artifact_uri),
	};
}

function readDataset(x: unknown): Dataset {
	const input = asRecord(x);
	const d = asRecord(input.dataset);
	return { name: asText(d.name), digest: asText(d.digest), source: asText(d.source), context: asPairs(input.tags, asText).get('mlflow.data.context') ?? '' };
}

/** What a run's notes say, as they were written. */
export function noteOf(run: Run): string {
	return run.tags.get(note) ?? '';
}

function page<T>(answer: unknown, list: string, read: (x: unknown) => T): Page<T> {
	const a = asRecord(answer);
	return { items: asList(a[list]).map(read), next: asText(a.next_page_token) || undefined };
}

/** Lists experiments, those that changed last first, whose names hold a text in any case. */
export async function searchExperiments(part: string, token: string | undefined, signal?: AbortSignal): Promise<Page<Experiment>> {
	const filter = part ? `name ILIKE ${quoteText(`%${part}%`)}` : '';
	const body = { max_results: 200, filter, order_by: ['last_update_time DESC'], page_token: token };
	return page(await post(`${base}/experiments/search`, body, signal), 'experiments', readExperiment);
}

export async function getExperiment(id: string, signal?: AbortSignal): Promise<Experiment> {
	return readExperiment(asRecord(await get(`${base}/experiments/get`, { experiment_id: id }, signal)).experiment);
}

export interface RunsQuery {
	experiment: string;
	filter: string;
	orderBy: string[];
}

export async function searchRuns(q: RunsQuery, token: string | undefined, signal?: AbortSignal): Promise<Page<Run>> {
	const body = { experiment_ids: [q.experiment], filter: q.filter, order_by: q.orderBy, max_results: 200, page_token: token };
	return page(await post(`${base}/runs/search`, body, signal), 'runs', readRun);
}

export async function getRun(id: string, signal?: AbortSignal): Promise<Run> {
	return readRun(asRecord(await get(`${base}/runs/get`, { run_id: id }, signal)).run);
}

/** The last point of a metric. */
export interface LastPoint {
	key: string;
	value: number;
	step: number;
	time: number;
}

/** What a run tells of how far it is. */
export interface Doing {
	last: LastPoint[];
	params: Map<string, string>;
	started: number | undefined;
}

export async function getDoing(id: string, signal?: AbortSignal): Promise<Doing> {
	const run = asRecord(asRecord(await get(`${base}/runs/get`, { run_id: id }, signal)).run);
	const data = asRecord(run.data);
	const last = asList(data.metrics).map((x) => {
		const m = asRecord(x);
		return { key: asText(m.key), value: asNumber(m.value) ?? NaN, step: asNumber(m.step) ?? 0, time: asNumber(m.timestamp) ?? 0 };
	});
	return { last, params: asPairs(data.params, asText), started: asNumber(asRecord(run.info).start_time) || undefined };
}

/** Gives runs by their ids, in the order asked for, wherever they are; those that are
 * gone are left out. It asks twice for each experiment that they are in. */
export async function getRuns(ids: string[], signal?: AbortSignal): Promise<Run[]> {
	const found = new Map<string, Run>();
	const left = new Set(ids);
	for (const id of ids) {
		if (!left.delete(id)) continue;
		const run = await getRun(id, signal).catch((error: unknown) => {
			if (error instanceof CallError && error.status === 404) return undefined;
			throw error;
		});
		if (!run) continue;
		found.set(id, run);
		const others = [...left].filter((other) => /^\w+$/.test(other));
		if (others.length === 0) continue;
		const filter = `attributes.run_id IN (${others.map((other) => `'${other}'`).join(', ')})`;
		for (const other of (await searchRuns({ experiment: run.experiment, filter, orderBy: [] }, undefined, signal)).items) {
			found.set(other.id, other);
			left.delete(other.id);
		}
	}
	return ids.flatMap((id) => found.get(id) ?? []);
}
