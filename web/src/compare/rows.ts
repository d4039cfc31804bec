// What runs are compared by: one row for each thing that is known of some of them.

import type { Run } from '../api/mlflow';
import { asFigure, formatNumber } from '../text/number';
import { formatDuration, formatMoment } from '../text/time';

export interface Row {
	id: string; // such as params.lr
	group: string;
	label: string;
	numeric: boolean; // every value is a number, so differences can be told
	values: (string | number | undefined)[]; // one for each run
	differs: boolean;
}

const written = 'mlflow.'; // tags that clients write for themselves
const telling = ['mlflow.source.name', 'mlflow.source.git.commit', 'mlflow.source.git.branch', 'mlflow.source.type', 'mlflow.note.content', 'mlflow.parentRunId'];

export function rowsOf(runs: Run[]): Row[] {
	return [
		...attributes(runs),
		...keyed(runs, 'params', 'Params', (run) => run.params),
		...keyed(runs, 'metrics', 'Metrics', (run) => run.metrics),
		...keyed(runs, 'inputs', 'Inputs', inputsOf),
		...keyed(runs, 'tags', 'Tags', (run) => new Map([...run.tags].filter(([key]) => !key.startsWith(written) || telling.includes(key)))),
	];
}

function row(id: string, group: string, label: string, values: (string | number | undefined)[]): Row {
	const numbers = values.map((v) => (typeof v === 'string' ? asFigure(v) : v));
	const numeric = values.some((v) => v !== undefined) && values.every((v, i) => v === undefined || numbers[i] !== undefined);
	const [first, ...rest] = numeric ? numbers : values;
	return { id, group, label, numeric, values, differs: rest.some((v) => !Object.is(v, first)) };
}

function attributes(runs: Run[]): Row[] {
	const took = (run: Run) => (run.started === undefined || run.ended === undefined ? undefined : formatDuration(run.ended - run.started));
	return [
		row('attributes.status', 'Run', 'status', runs.map((run) => run.status || undefined)),
		row('attributes.user_id', 'Run', 'user', runs.map((run) => run.user || undefined)),
		row('attributes.start_time', 'Run', 'started', runs.map((run) => (run.started === undefined ? undefined : formatMoment(run.started)))),
		row('attributes.took', 'Run', 'took', runs.map(took)),
		row('attributes.experiment_id', 'Run', 'experiment', runs.map((run) => run.experiment)),
	].map((r) => ({ ...r, numeric: false }));
}

function inputsOf(run: Run): Map<string, string> {
	const found = new Map(run.datasets.map((d) => [d.context ? `${d.name} (${d.context})` : d.name, d.digest]));
	for (const model of run.modelsRead) found.set(`model ${model}`, 'read');
	return found;
}

function keyed(runs: Run[], space: string, word: string, of: (run: Run) => ReadonlyMap<string, string | number>): Row[] {
	const maps = runs.map(of);
	const keys = [...new Set(maps.flatMap((map) => [...map.keys()]))].sort();
	const groupOf = groupsOf(keys, word);
	const rows = keys.map((key) => row(`${space}.${key}`, groupOf(key), key, maps.map((map) => map.get(key))));
	return rows.sort((a, b) => order(a.group, b.group, word));
}

const order = (a: string, b: string, first: string) => (a === b ? 0 : a === first ? -1 : b === first ? 1 : a < b ? -1 : 1);

/** Groups keys by the namespaces that several of them share: train/loss and train/acc. */
function groupsOf(keys: string[], word: string): (key: string) => string {
	const spaceOf = (key: string) => (key.includes('/') ? key.slice(0, key.indexOf('/')) : '');
	const counts = new Map<string, number>();
	for (const key of keys) counts.set(spaceOf(key), (counts.get(spaceOf(key)) ?? 0) + 1);
	return (key) => (spaceOf(key) !== '' && (counts.get(spaceOf(key)) ?? 0) > 1 ? `${word} · ${spaceOf(key)}` : word);
}

export function valueWord(value: string | number | undefined): string {
	return typeof value === 'number' ? formatNumber(value) : (value ?? '–');
}

/** Says by how much a value is more or less than that of the reference; nothing where
 * it is the same or no difference can be told. */
export function deltaWord(row: Row, value: string | number | undefined, reference: string | number | undefined): string {
	if (!row.numeric || value === undefined || reference === undefined) return '';
	const [a, b] = [Number(value), Number(reference)];
	const delta = a - b;
	if (!Number.isFinite(delta) || delta === 0) return '';
	return `${delta > 0 ? '▲ +' : '▼ '}${formatNumber(delta)}`;
}
