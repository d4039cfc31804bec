// What a chart of some lines spans, what it leaves out, and what it says in words.

import type { Axis, Extreme, Line } from '../api/series';
import { formatNumber } from '../text/number';
import { placeWord } from './scale';

export interface Range {
	from: number;
	to: number;
}

export interface Frame {
	x: Range;
	y: Range;
	log: boolean; // it may be wanted and not be possible
	over: Beyond; // what is above and below the range of y
	under: Beyond;
}

/** What a chart leaves out at one side: buckets, and the outermost value. */
export interface Beyond {
	count: number;
	most: number;
}

export function frame(lines: Line[], options: { window: [number, number] | undefined; log: boolean; clip: boolean }): Frame {
	const [xs, ys] = [new Bounds(), new Bounds()];
	const positive = new Bounds();
	const values: number[] = [];
	for (const line of lines) {
		if (line.to.length > 0) {
			xs.add(line.from[0] as number);
			xs.add(line.to[line.to.length - 1] as number);
		}
		for (let i = 0; i < line.to.length; i++) {
			const [low, high] = [line.low[i] as number, line.high[i] as number];
			ys.add(low);
			ys.add(high);
			if (low > 0) positive.add(low);
			else if (high > 0) positive.add(high);
			if (options.clip && !Number.isNaN(low)) values.push(low, high);
		}
	}
	const log = options.log && positive.any;
	let y = log ? { from: positive.from, to: ys.to } : ys.range;
	if (options.clip && values.length > 20) {
		values.sort((a, b) => a - b);
		const quantile = (q: number) => values[Math.round(q * (values.length - 1))] as number;
		y = { from: Math.max(y.from, quantile(0.01)), to: Math.min(y.to, quantile(0.99)) };
		if (log && y.from <= 0) y.from = positive.from;
	}
	const x = options.window ? { from: options.window[0], to: options.window[1] } : xs.range;
	const padded = pad(y, log);
	return { x: x.from === x.to ? { from: x.from - 1, to: x.to + 1 } : x, y: padded, log, ...beyond(lines, padded) };
}

class Bounds {
	from = Infinity;
	to = -Infinity;
	add(value: number) {
		if (value < this.from) this.from = value;
		if (value > this.to) this.to = value;
	}
	get any() {
		return this.from <= this.to;
	}
	get range(): Range {
		return this.any ? { from: this.from, to: this.to } : { from: 0, to: 1 };
	}
}

function pad({ from, to }: Range, log: boolean): Range {
	if (log) return { from: from / 1.1, to: Math.max(to, from) * 1.1 };
	const room = from === to ? Math.max(Math.abs(from) * 0.1, 1e-9) : (to - from) * 0.05;
	return { from: from - room, to: to + room };
}

function beyond(lines: Line[], y: Range): { over: Beyond; under: Beyond } {
	const over = { count: 0, most: -Infinity };
	const under = { count: 0, most: Infinity };
	for (const line of lines) {
		for (let i = 0; i < line.to.length; i++) {
			const [low, high] = [line.low[i] as number, line.high[i] as number];
			if (high > y.to) {
				over.count++;
				over.most = Math.max(over.most, high);
			}
			if (low < y.from) {
				under.count++;
				under.most = Math.min(under.most, low);
			}
		}
	}
	return { over, under };
}

/** Says what is left out, so that nobody thinks it lost. */
export function beyondWords({ over, under, y }: Frame, single: boolean): string[] {
	const what = (n: number) => `${n.toLocaleString('en')} ${single ? 'point' : 'bucket'}${n === 1 ? '' : 's'}`;
	return [
		...(over.count > 0 ? [`▲ ${what(over.count)} above ${formatNumber(y.to)}, up to ${formatNumber(over.most)}`] : []),
		...(under.count > 0 ? [`▼ ${what(under.count)} below ${formatNumber(y.from)}, down to ${formatNumber(under.most)}`] : []),
	];
}

/** Says how much of what there is the picture holds. */
export function footer(lines: Line[]): string {
	const points = lines.reduce((sum, line) => sum + line.points, 0);
	const buckets = lines.reduce((sum, line) => sum + line.to.length, 0);
	const all = `${points.toLocaleString('en')} ${points === 1 ? 'point' : 'points'}`;
	if (lines.length === 0) return 'No points';
	if (points === buckets) return `${lines.length} ${lines.length === 1 ? 'line' : 'lines'}, every one of ${all}`;
	const most = Math.max(...lines.map((line) => line.to.length));
	return `${lines.length} × up to ${most.toLocaleString('en')} buckets of ${all}`;
}

/** Says a chart in one sentence. */
export function summary(lines: Line[], axis: Axis, name: (run: string) => string): string {
	const found = lines.filter((line) => line.last);
	if (found.length === 0) return 'No finite value is in sight.';
	const place = (e: Extreme) => `at ${axis === 'time' ? '' : axis === 'step' ? 'step ' : ''}${placeWord(axis, e.at)}`;
	const ends = (pick: (a: Line, b: Line) => boolean) => found.reduce((best, line) => (pick(line, best) ? line : best));
	const [least, greatest] = [
		ends((a, b) => (a.least?.value ?? Infinity) < (b.least?.value ?? Infinity)),
		ends((a, b) => (a.greatest?.value ?? -Infinity) > (b.greatest?.value ?? -Infinity)),
	];
	const [low, high] = [least.least as Extreme, greatest.greatest as Extreme];
	const odd = lines.reduce((n, line) => n + line.odd.nan + line.odd.above + line.odd.below, 0);
	const one = found.length === 1 ? `${name(found[0]?.run ?? '')}, last ${formatNumber(found[0]?.last?.value)}` : `${found.length} runs`;
	const by = (line: Line) => (found.length === 1 ? '' : ` by ${name(line.run)}`);
	return (
		`${one}; lowest ${formatNumber(low.value)} ${place(low)}${by(least)}, highest ${formatNumber(high.value)} ${place(high)}${by(greatest)}` +
		(odd > 0 ? `; ${odd.toLocaleString('en')} ${odd === 1 ? 'point is' : 'points are'} not finite.` : '.')
	);
}

/** Gives the bucket at a place of the axis: the last that starts there or before, -1
 * before the first. */
export function bucketAt(line: Line, place: number): number {
	let [low, high] = [0, line.from.length];
	while (low < high) {
		const middle = (low + high) >> 1;
		if ((line.from[middle] as number) <= place) low = middle + 1;
		else high = middle;
	}
	return low - 1;
}
