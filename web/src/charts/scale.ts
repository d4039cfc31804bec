// From values to pixels, and the values that are written beside them.

import type { Axis } from '../api/series';
import { formatNumber } from '../text/number';
import { formatDuration, formatMoment } from '../text/time';

export interface Scale {
	from: number;
	to: number;
	log: boolean;
	size: number; // px
	turned: boolean; // small values are at the far end, as on the y axis
}

export function at(s: Scale, value: number): number {
	const [a, b, v] = s.log ? [Math.log10(s.from), Math.log10(s.to), Math.log10(value)] : [s.from, s.to, value];
	const part = b === a ? 0.5 : (v - a) / (b - a);
	return (s.turned ? 1 - part : part) * s.size;
}

/** Gives the value at a pixel. */
export function valueAt(s: Scale, pixel: number): number {
	const part = s.size === 0 ? 0 : s.turned ? 1 - pixel / s.size : pixel / s.size;
	if (!s.log) return s.from + part * (s.to - s.from);
	return 10 ** (Math.log10(s.from) + part * (Math.log10(s.to) - Math.log10(s.from)));
}

/** Gives some round values between two, about as many as asked for. */
export function ticks(from: number, to: number, count: number, units: number[] = [1, 2, 5]): number[] {
	if (!(to > from) || count < 1) return [from];
	const rough = (to - from) / count;
	const power = 10 ** Math.floor(Math.log10(rough));
	const unit = units.find((u) => u * power >= rough) ?? 10;
	const step = unit * power;
	const found: number[] = [];
	for (let i = Math.ceil(from / step); i * step <= to + step * 1e-9 && found.length < 2 * count + 2; i++) found.push(clean(i * step, step));
	return found;
}

/** Takes out what adding has put in: 0.30000000000000004 is 0.3. */
function clean(value: number, step: number): number {
	const digits = Math.max(0, Math.min(100, 1 - Math.floor(Math.log10(step))));
	return Number(value.toFixed(digits)) + 0;
}

export function logTicks(from: number, to: number): number[] {
	const [a, b] = [Math.floor(Math.log10(from)), Math.ceil(Math.log10(to))];
	const every = Math.max(1, Math.ceil((b - a) / 6));
	const units = b - a <= 2 ? [1, 2, 5] : [1];
	const found: number[] = [];
	for (let e = a; e <= b; e += every) for (const u of units) if (u * 10 ** e >= from && u * 10 ** e <= to) found.push(u * 10 ** e);
	return found.length > 1 ? found : [from, to];
}

const second = 1000;
const spans = [1, 10, 100, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21_600, 43_200, 86_400].map((n, i) => (i < 3 ? n : n * second));

/** Gives round moments, on whole minutes, hours and days of the clock on the wall. */
export function timeTicks(from: number, to: number, count: number): number[] {
	const rough = (to - from) / count;
	const step = spans.find((s) => s >= rough) ?? Math.ceil(rough / 86_400_000) * 86_400_000;
	const shift = step >= 3_600_000 ? new Date(from).getTimezoneOffset() * 60_000 : 0;
	const found: number[] = [];
	for (let t = Math.ceil((from - shift) / step) * step + shift; t <= to && found.length < 2 * count + 2; t += step) found.push(t);
	return found.length > 0 ? found : [from];
}

export function axisTicks(axis: Axis, from: number, to: number, count: number): number[] {
	if (axis === 'time') return timeTicks(from, to, count);
	if (axis === 'relative') return timeTicks(0, to - from, count).map((t) => t + from - (from % 1000));
	return ticks(from, to, count).filter(Number.isInteger);
}

/** Says a place on an axis: exactly, or in short for its ticks. */
export function placeWord(axis: Axis, value: number, short = false): string {
	switch (axis) {
		case 'step':
			return Math.round(value).toLocaleString('en');
		case 'relative':
			return formatDuration(value).replace('–', '0 s');
		case 'time':
			if (!short) return `${formatMoment(value)}:${String(new Date(value).getSeconds()).padStart(2, '0')}`;
			return formatMoment(value).slice(new Date(value).getHours() + new Date(value).getMinutes() === 0 ? 5 : 11, new Date(value).getHours() + new Date(value).getMinutes() === 0 ? 10 : 16);
	}
}

/** Says a value beside the y axis, with as many digits as tell it from the next. */
export function tickWord(value: number, step: number): string {
	if (value === 0) return '0';
	const size = Math.abs(value);
	if (size >= 1e6 || size < 1e-4) return formatNumber(value);
	return value.toFixed(Math.min(7, Math.max(0, -Math.floor(Math.log10(step))))).replaceAll('-', '−');
}
