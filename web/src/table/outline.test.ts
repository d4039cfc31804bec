import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Outline } from './outline';

const open = fc.uniqueArray(fc.tuple(fc.nat(120), fc.nat(5)), { selector: ([row]) => row, maxLength: 10 });

test('every row stands once, and below it as many lines as were said', () => {
	fc.assert(
		fc.property(fc.nat(100), open, (rows, opened) => {
			const outline = new Outline(rows, opened);
			const want: [number, number][] = [];
			for (let row = 0; row < rows; row++) {
				const below = opened.find(([r]) => r === row)?.[1] ?? 0;
				for (let child = -1; child < below; child++) want.push([row, child]);
			}
			expect(outline.lines).toBe(want.length);
			expect(want.map((_, line) => outline.at(line)).map((l) => [l.row, l.child])).toEqual(want);
			for (let row = 0; row < rows; row++) expect(outline.at(outline.lineOf(row))).toEqual({ row, child: -1 });
		}),
	);
});
