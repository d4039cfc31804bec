// A thing that runs differ by, as an axis from 0 to 1: figures evenly or by their
// logarithm, words one beside the other.

import type { Run } from '../api/mlflow';
import { asFigure, formatNumber } from '../text/number';

export interface Dimension {
	id: string; // such as params.lr or metrics.val/loss
	label: string;
	words: string[] | undefined; // in order; undefined for figures
	log: boolean;
	from: number;
	to: number;
	at: (number | undefined)[]; // of each run
	values: (string | number | undefined)[];
}

const mostWords = 40; // on one axis

/** Gives a thing as an axis; nothing where no run has it or the words are too many. */
export function dimension(runs: Run[], id: string): Dimension | undefined {
	const key = id.slice(id.indexOf('.') + 1);
	const values = runs.map((run) => (id.startsWith('metrics.') ? run.metrics.get(key) : run.params.get(key)));
	const figures = values.map((v) => (typeof v === 'string' ? asFigure(v) : v)).map((v) => (v !== undefined && Number.isFinite(v) && Math.abs(v) < 1.7e308 ? v : undefined));
	const known = figures.filter((v) => v !== undefined);
	if (values.every((v, i) => typeof v !== 'string' || figures[i] !== undefined)) {
		if (known.length === 0) return undefined;
		const [from, to] = known.reduce(([a, b], v) => [Math.min(a, v), Math.max(b, v)], [Infinity, -Infinity]);
		const log = from > 0 && to / from >= 100;
		const scale = (v: number) => (to === from ? 0.5 : log ? Math.log(v / from) / Math.log(to / from) : (v - from) / (to - from));
		return { id, label: key, words: undefined, log, from, to, at: figures.map((v) => (v === undefined ? undefined : scale(v))), values };
	}
	const words = [...new Set(values.filter((v) => v !== undefined).map(String))].sort();
	if (words.length > mostWords) return undefined;
	const place = new Map(words.map((word, i) => [word, words.length === 1 ? 0.5 : i / (words.length - 1)]));
	return { id, label: key, words, log: false, from: 0, to: words.length - 1, at: values.map((v) => (v === undefined ? undefined : place.get(String(v)))), values };
}

/** Gives the value at a place of an axis in words. */
export function valueOf(d: Dimension, place: number): string {
	if (d.words) return d.words[Math.round(place * (d.words.length - 1))] ?? '';
	return formatNumber(d.log ? d.from * (d.to / d.from) ** place : d.from + place * (d.to - d.from));
}

/** Lists the params by which runs differ and that fit an axis, those with most values
 * first, but none in which nearly every run has a word of its own. */
export function varying(runs: Run[]): string[] {
	const values = new Map<string, Set<string>>();
	for (const run of runs) {
		for (const [key, value] of run.params) {
			const seen = values.get(key);
			if (seen) seen.add(value);
			else values.set(key, new Set([value]));
		}
	}
	return [...values]
		.filter(([, seen]) => seen.size > 1)
		.filter(([, seen]) => seen.size <= mostWords || [...seen].every((v) => asFigure(v) !== undefined))
		.filter(([, seen]) => seen.size <= runs.length / 2 || [...seen].every((v) => asFigure(v) !== undefined))
		.sort(([a, x], [b, y]) => y.size - x.size || (a < b ? -1 : 1))
		.map(([key]) => `params.${key}`);
}

/** Reports which runs lie in all brushes. */
export function within(dimensions: Dimension[], brushes: ReadonlyMap<string, [number, number]>, runs: number): boolean[] {
	const inside = Array<boolean>(runs).fill(true);
	for (const d of dimensions) {
		const brush = brushes.get(d.id);
		if (!brush) continue;
		d.at.forEach((at, i) => {
			if (at === undefined || at < brush[0] - 1e-9 || at > brush[1] + 1e-9) inside[i] = false;
		});
	}
	return inside;
}

/** Says brushes in MLflow's grammar: metrics by bounds, params by the values that
 * are within, for they are texts there. */
export function filterOf(dimensions: Dimension[], brushes: ReadonlyMap<string, [number, number]>): string {
	const parts: string[] = [];
	for (const d of dimensions) {
		const brush = brushes.get(d.id);
		if (!brush) continue;
		const name = `${d.id.slice(0, d.id.indexOf('.'))}.${quote(d.label)}`;
		const inside = d.values.filter((_, i) => {
			const at = d.at[i];
			return at !== undefined && at >= brush[0] - 1e-9 && at <= brush[1] + 1e-9;
		});
		if (d.id.startsWith('metrics.')) {
			const figures = inside.filter((v) => typeof v === 'number');
			if (figures.length > 0) parts.push(`${name} >= ${Math.min(...figures)} AND ${name} <= ${Math.max(...figures)}`);
			continue;
		}
		const texts = [...new Set(inside.map(String))].sort();
		if (texts.length > 0) parts.push(texts.length === 1 ? `${name} = ${text(texts[0] ?? '')}` : `(${texts.map((t) => `${name} = ${text(t)}`).join(' OR ')})`);
	}
	return parts.join(' AND ');
}

function quote(key: string): string {
	if (/^\w+$/.test(key)) return key;
	return key.includes('`') ? `"${key}"` : '`' + key + '`';
}

const text = (value: string) => (value.includes("'") ? `"${value}"` : `'${value}'`);
