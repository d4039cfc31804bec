// What tells runs apart in a chart: colour, stroke and facet, each by the run itself
// or by anything that is known of runs.

import type { Run } from '../api/mlflow';
import { dashes, grey, hues, placesOf, solid, type Pair } from './palette';

export interface Look {
	name: string; // of the run
	colour: Pair;
	dash: readonly number[];
	group: string; // the value it is coloured by
	facet: string;
}

export interface Group {
	value: string;
	label: string;
	colour: Pair;
	dash: readonly number[];
	runs: number;
}

export interface Encoding {
	looks: Map<string, Look>; // by run
	groups: Group[]; // of the colour, in the order of their values
	strokes: Group[]; // likewise; empty where nothing is told apart by them
	facets: string[];
	crowded: boolean; // there are more groups than colours: all are grey
}

export const none = '–';

/** Gives what a run has at a key such as params.lr. */
export function valueAt(run: Run, key: string): string {
	const dot = key.indexOf('.');
	const name = key.slice(dot + 1);
	switch (key.slice(0, dot)) {
		case 'params':
			return run.params.get(name) ?? none;
		case 'tags':
			return run.tags.get(name) ?? none;
		case 'attributes':
			return (name === 'status' ? run.status : name === 'user_id' ? run.user : '') || none;
	}
	return none;
}

/** Lists the keys by which runs differ. */
export function keysOf(runs: Run[]): string[] {
	const values = new Map<string, Set<string>>();
	const counts = new Map<string, number>();
	const note = (key: string, value: string) => {
		if (value === '') return;
		const seen = values.get(key);
		if (seen) seen.add(value);
		else values.set(key, new Set([value]));
		counts.set(key, (counts.get(key) ?? 0) + 1);
	};
	for (const run of runs) {
		for (const [key, value] of run.params) note(`params.${key}`, value);
		for (const [key, value] of run.tags) if (!key.startsWith('mlflow.')) note(`tags.${key}`, value);
		note('attributes.status', run.status);
		note('attributes.user_id', run.user);
	}
	return [...values].filter(([key, seen]) => seen.size > 1 || counts.get(key) !== runs.length).map(([key]) => key).sort();
}

/** Names a key as it is shown. */
export function keyWord(key: string): string {
	const words: Record<string, string> = { 'attributes.status': 'status', 'attributes.user_id': 'user' };
	return words[key] ?? key.slice(key.indexOf('.') + 1);
}

/** Orders values as numbers where they are. */
function byValue(a: string, b: string): number {
	const difference = Number(a) - Number(b);
	return Number.isNaN(difference) || a === '' || b === '' ? a.localeCompare(b, 'en', { numeric: true }) : difference;
}

export function encode(runs: Run[], by: { colour?: string | undefined; stroke?: string | undefined; facet?: string | undefined }): Encoding {
	const groupOf = (run: Run) => (by.colour ? valueAt(run, by.colour) : run.id);
	const names = new Map(runs.map((run) => [groupOf(run), by.colour ? groupOf(run) : run.name || run.id.slice(0, 8)]));
	const crowded = names.size > hues.length;
	const places = names.size === 1 ? new Map([...names.keys()].map((value) => [value, 0])) : placesOf([...names.keys()], hues.length); // one alone is no mark of anything
	const hueOf = (value: string) => (crowded ? grey : hues[places.get(value) ?? 0] ?? grey);
	const dashOf = (value: string) => (crowded || by.stroke || (places.get(value) ?? 0) < solid ? [] : [5, 3]);
	const strokeValues = by.stroke ? [...new Set(runs.map((run) => valueAt(run, by.stroke as string)))].sort(byValue) : [];
	const strokeOf = (run: Run) => dashes[Math.min(strokeValues.indexOf(valueAt(run, by.stroke as string)), dashes.length - 1)] ?? [];
	const looks = new Map<string, Look>();
	for (const run of runs) {
		const group = groupOf(run);
		looks.set(run.id, {
			name: run.name || run.id.slice(0, 8),
			colour: hueOf(group),
			dash: by.stroke ? strokeOf(run) : dashOf(group),
			group,
			facet: by.facet ? valueAt(run, by.facet) : '',
		});
	}
	const count = (value: string) => runs.filter((run) => groupOf(run) === value).length;
	const groups = [...names].map(([value, label]) => ({ value, label, colour: hueOf(value), dash: dashOf(value), runs: count(value) }));
	return {
		looks,
		groups: by.colour ? groups.sort((a, b) => byValue(a.value, b.value)) : groups,
		strokes: strokeValues.map((value, i) => ({ value, label: value, colour: grey, dash: dashes[Math.min(i, dashes.length - 1)] ?? [], runs: 0 })),
		facets: by.facet ? [...new Set(runs.map((run) => valueAt(run, by.facet as string)))].sort(byValue) : [''],
		crowded,
	};
}
