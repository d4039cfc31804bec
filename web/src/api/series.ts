// Series of metrics as charts show them: drawn together by the server into buckets
// that say exactly what is in them.

import { post } from './call';
import { asList, asNumber, asRecord, asText } from './decode';

export const axes = ['step', 'time', 'relative'] as const;
export type Axis = (typeof axes)[number];

export const smoothings = ['ema', 'mean', 'gaussian'] as const;
export interface Smoothing {
	by: (typeof smoothings)[number];
	amount: number;
}

export interface SeriesQuery {
	runs: string[];
	metrics: string[];
	axis: Axis;
	window: [from: number, to: number] | undefined;
	smoothing: Smoothing | undefined;
	buckets: number;
}

export interface Extreme {
	value: number;
	at: number;
}

/** One metric of one run. What it says is of what is looked at; columns are as long
 * as there are buckets, NaN where one has no finite value. */
export interface Line {
	run: string;
	metric: string;
	points: number;
	odd: { nan: number; above: number; below: number }; // points that are not finite
	first: Extreme | undefined;
	last: Extreme | undefined;
	least: Extreme | undefined;
	greatest: Extreme | undefined;
	before: Extreme | undefined; // the nearest point out of sight
	after: Extreme | undefined;
	single: boolean; // every bucket holds one point
	from: number[];
	to: number[];
	count: number[];
	low: number[];
	high: number[];
	value: number[];
	smooth: number[] | undefined;
	nanAt: number[]; // places of buckets
	aboveAt: number[];
	belowAt: number[];
}

/** A server takes no more lines than this at once. */
export const mostLines = 1000;

export async function drawSeries(q: SeriesQuery, signal?: AbortSignal): Promise<Line[]> {
	const { runs, metrics, axis, buckets, smoothing } = q;
	const window = q.window ? { from: Math.floor(q.window[0]), to: Math.ceil(q.window[1]) } : {};
	const answer = await post('/api/pedigree/v1/series', { runs, metrics, axis, buckets, ...(smoothing ? { smoothing } : {}), ...window }, signal);
	return asList(asRecord(answer).series).map(readLine);
}

export function readLine(x: unknown): Line {
	const s = asRecord(x);
	const b = asRecord(s.buckets);
	const numbers = (list: unknown) => asList(list).map((v) => (typeof v === 'number' ? v : NaN));
	const [to, value] = [numbers(b.to), numbers(b.last)];
	const single = !Array.isArray(b.points);
	return {
		run: asText(s.run),
		metric: asText(s.metric),
		points: asNumber(s.points) ?? 0,
		odd: { nan: asNumber(s.nan) ?? 0, above: asNumber(s.above) ?? 0, below: asNumber(s.below) ?? 0 },
		first: readExtreme(s.first),
		last: readExtreme(s.last),
		least: readExtreme(s.least),
		greatest: readExtreme(s.greatest),
		before: readExtreme(s.before),
		after: readExtreme(s.after),
		single,
		from: single ? to : numbers(b.from),
		to,
		count: single ? to.map(() => 1) : numbers(b.points),
		low: single ? value : numbers(b.least),
		high: single ? value : numbers(b.greatest),
		value,
		smooth: Array.isArray(b.smoothed) ? numbers(b.smoothed) : undefined,
		nanAt: numbers(b.nan),
		aboveAt: numbers(b.above),
		belowAt: numbers(b.below),
	};
}

function readExtreme(x: unknown): Extreme | undefined {
	const e = asRecord(x);
	return typeof e.value === 'number' && typeof e.at === 'number' ? { value: e.value, at: e.at } : undefined;
}
