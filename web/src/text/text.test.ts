import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatBytes, formatNumber } from './number';
import { shorten } from './shorten';
import { formatAgo, formatDuration, formatMoment } from './time';

describe('a number', () => {
	for (const [x, want] of [
		[undefined, '–'], [NaN, 'NaN'], [Infinity, '+∞'], [-Infinity, '−∞'], [0, '0'], [-0, '0'], [42, '42'], [0.1312, '0.1312'], [0.1, '0.1000'],
		[1234.5678, '1235'], [-12.3456, '−12.35'], [999999, '999999'], [1e6, '1.000e+06'], [0.0001, '0.0001000'], [0.00009, '9.000e−05'], [-1.5e300, '−1.500e+300'], [5e-324, '4.941e−324'],
	] as const) {
		test(`${x} is ${want}`, () => expect(formatNumber(x)).toBe(want));
	}

	test('is shown within a thousandth of what it is', () => {
		fc.assert(
			fc.property(fc.double({ noNaN: true, min: -1e308, max: 1e308 }), (x) => {
				const shown = Number(formatNumber(x).replaceAll('−', '-'));
				expect(Math.abs(shown - x)).toBeLessThanOrEqual(Math.abs(x) * 1e-3 + Number.MIN_VALUE);
			}),
		);
	});
});

describe('bytes', () => {
	for (const [n, want] of [[0, '0 B'], [1023, '1023 B'], [1024, '1.0 KiB'], [1536, '1.5 KiB'], [10 * 1024, '10 KiB'], [5 * 1024 ** 3, '5.0 GiB']] as const) {
		test(`${n} are ${want}`, () => expect(formatBytes(n)).toBe(want));
	}
});

describe('how long something took', () => {
	for (const [ms, want] of [[0, '0 ms'], [80, '80 ms'], [2400, '2.4 s'], [59_999, '59.9 s'], [187_000, '3m 07s'], [3_840_000, '1h 04m'], [90_000_000, '1d 01h'], [-1, '–']] as const) {
		test(`${ms} ms is ${want}`, () => expect(formatDuration(ms)).toBe(want));
	}
});

describe('a moment', () => {
	const now = Date.UTC(2026, 10, 29, 12);
	for (const [ago, want] of [[0, 'now'], [12_000, '12 s ago'], [185_000, '3 min ago'], [7_300_000, '2 h ago']] as const) {
		test(`${ago} ms ago is ${want}`, () => expect(formatAgo(now - ago, now)).toBe(want));
	}
	test('of another day is a date', () => expect(formatAgo(now - 86_400_000, now)).toBe(formatMoment(now - 86_400_000)));
	test('that is yet to come is a date', () => expect(formatAgo(now + 3_600_000, now)).toBe(formatMoment(now + 3_600_000)));
});

describe('long text', () => {
	test('keeps both ends', () => expect(shorten('abcdefghij', 5)).toBe('ab…ij'));
	test('is never longer than asked for, and short text stays', () => {
		fc.assert(
			fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 2, max: 40 }), (text, most) => {
				const short = shorten(text, most);
				if (Array.from(text).length <= most) expect(short).toBe(text);
				else expect(Array.from(short).length).toBe(most);
			}),
		);
	});
});
