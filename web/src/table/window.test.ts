import fc from 'fast-check';
import { expect, test } from 'vitest';
import { columnsSeen, reveal, windowOf } from './window';

const H = 28;
const rows = fc.integer({ min: 0, max: 200_000 });
const height = fc.integer({ min: 0, max: 3000 });
const scroll = fc.integer({ min: -50, max: 6_000_000 });

test('the rows that are drawn exist', () => {
	fc.assert(
		fc.property(rows, height, scroll, (n, h, top) => {
			const { first, last } = windowOf(top, h, H, n);
			expect(first).toBeGreaterThanOrEqual(0);
			expect(first).toBeLessThanOrEqual(last);
			expect(last).toBeLessThanOrEqual(n);
		}),
	);
});

test('every row that is seen is drawn', () => {
	fc.assert(
		fc.property(rows, height, fc.nat(6_000_000), (n, h, top) => {
			const { first, last } = windowOf(top, h, H, n);
			for (let row = Math.floor(top / H); row < Math.min(n, (top + h) / H); row++) {
				expect(row).toBeGreaterThanOrEqual(first);
				expect(row).toBeLessThan(last);
			}
		}),
	);
});

test('few rows are drawn, however many there are', () => {
	fc.assert(
		fc.property(rows, height, scroll, (n, h, top) => {
			const { first, last } = windowOf(top, h, H, n);
			expect(last - first).toBeLessThanOrEqual(h / H + 18);
		}),
	);
});

test('a revealed row is wholly in sight, and one in sight moves nothing', () => {
	fc.assert(
		fc.property(fc.nat(100_000), fc.nat(3_000_000), fc.integer({ min: H, max: 2000 }), (row, top, h) => {
			const to = reveal(row, top, h, H);
			expect(row * H).toBeGreaterThanOrEqual(to);
			expect((row + 1) * H).toBeLessThanOrEqual(to + h);
			expect(reveal(row, to, h, H)).toBe(to);
		}),
	);
});

test('every column that is seen is drawn, and few others', () => {
	fc.assert(
		fc.property(fc.array(fc.integer({ min: 60, max: 400 }), { minLength: 1, maxLength: 2000 }), fc.nat(200_000), fc.integer({ min: 1, max: 2000 }), (widths, at, width) => {
			const starts = widths.reduce<number[]>((all, w) => [...all, (all.at(-1) as number) + w], [0]);
			const left = Math.min(at, starts.at(-1) as number);
			const { first, last } = columnsSeen(starts, left, width);
			widths.forEach((w, i) => {
				const start = starts[i] as number;
				if (start < left + width && start + w > left) expect(i >= first && i < last).toBe(true);
			});
			expect(last - first).toBeLessThanOrEqual(Math.max(24, width / 60 + 8));
		}),
		{ numRuns: 40 },
	);
});
