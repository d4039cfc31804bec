// What charts show, and its form in the address bar. What is the default is left
// out. Keys of others stay as they are: the filter and the order of the runs are
// those of their table.

import { axes, smoothings, type Axis, type Smoothing } from '../api/series';

export interface ChartsView {
	axis: Axis; // x
	smoothing: Smoothing | undefined; // sm, such as ema:0.6
	window: [number, number] | undefined; // z, what is looked at along the axis
	pin: number | undefined; // pin, a place on the axis
	log: boolean; // y=log
	clip: boolean; // clip=1: the range of values leaves outliers out, and says so
	metrics: string; // m, a pattern that the names of metrics match
	open: string | undefined; // open, the chart that fills the page
	runs: number; // n, how many runs are plotted, from the first on
	colour: string | undefined; // col, what runs are coloured by, such as params.lr
	stroke: string | undefined; // dash, what their strokes tell apart
	facet: string | undefined; // facet, what each chart is split by
	off: string[]; // off, values of the colour that are not plotted
	tables: string[]; // tb, metrics that are shown as a table
}

export const usualRuns = 20;
export const mostRuns = 1000;

export function readChartsView(search: string): ChartsView {
	const params = new URLSearchParams(search);
	const axis = axes.find((a) => a === params.get('x')) ?? 'step';
	const runs = Number(params.get('n') ?? NaN);
	return {
		axis,
		smoothing: readSmoothing(params.get('sm') ?? ''),
		window: readWindow(params.get('z') ?? ''),
		pin: readNumber(params.get('pin')),
		log: params.get('y') === 'log',
		clip: params.get('clip') === '1',
		metrics: params.get('m') ?? '',
		open: params.get('open') ?? undefined,
		runs: Number.isInteger(runs) && runs >= 0 && params.get('n') !== '' ? Math.min(runs, mostRuns) : usualRuns,
		colour: params.get('col') || undefined,
		stroke: params.get('dash') || undefined,
		facet: params.get('facet') || undefined,
		off: [...new Set(params.getAll('off'))],
		tables: [...new Set(params.getAll('tb'))],
	};
}

function readNumber(text: string | null): number | undefined {
	const n = text ? Number(text) : NaN;
	return Number.isFinite(n) ? n : undefined;
}

function readSmoothing(text: string): Smoothing | undefined {
	const [method, amount] = text.split(':');
	const by = smoothings.find((s) => s === method);
	const size = readNumber(amount ?? null);
	return by && size !== undefined && size >= least[by] && size <= most[by] ? { by, amount: size } : undefined;
}

/** The bounds of how much is smoothed, and where to begin. */
export const least = { ema: 0, mean: 1, gaussian: 0.1 };
export const most = { ema: 0.9999, mean: 20_001, gaussian: 2500 };
export const usual = { ema: 0.6, mean: 11, gaussian: 5 };

function readWindow(text: string): [number, number] | undefined {
	const [from, to] = text.split('..').map((part) => readNumber(part));
	return from !== undefined && to !== undefined && from < to ? [from, to] : undefined;
}

/** What charts, params and comparisons put into the address bar for themselves; n they share with the table. */
export const chartKeys = [
	...['view', 'x', 'sm', 'z', 'pin', 'y', 'clip', 'm', 'open', 'col', 'dash', 'facet', 'off', 'tb'],
	...['for', 'ax', 'br', 'sx', 'st'],
	...['all', 'delta', 'turn', 'ref', 'k', 'fold', 'at'],
];
const passing = ['open', 'br', 'at']; // they mean nothing among other runs

/** Gives a new query string of the table of runs with what charts have put into the old. */
export function withCharts(search: string, next: string): string {
	const params = new URLSearchParams(next);
	for (const [key, value] of new URLSearchParams(search)) if (chartKeys.includes(key) && !passing.includes(key)) params.append(key, value);
	const text = params.toString();
	return text && '?' + text;
}

/** Puts the view into a query string and leaves the rest of it as it is. */
export function writeChartsView(search: string, view: ChartsView): string {
	const params = new URLSearchParams(search);
	const put = (key: string, value: string | undefined) => (value ? params.set(key, value) : params.delete(key));
	put('x', view.axis === 'step' ? undefined : view.axis);
	put('sm', view.smoothing && `${view.smoothing.by}:${view.smoothing.amount}`);
	put('z', view.window && view.window.join('..'));
	put('pin', view.pin === undefined ? undefined : String(view.pin));
	put('y', view.log ? 'log' : undefined);
	put('clip', view.clip ? '1' : undefined);
	put('m', view.metrics);
	put('open', view.open);
	put('n', view.runs === usualRuns ? undefined : String(view.runs));
	put('col', view.colour);
	put('dash', view.stroke);
	put('facet', view.facet);
	params.delete('off');
	for (const value of view.off) params.append('off', value);
	params.delete('tb');
	for (const metric of view.tables) params.append('tb', metric);
	const text = params.toString();
	return text && '?' + text;
}
