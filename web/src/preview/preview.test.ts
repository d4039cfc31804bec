import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { asLines, isText, kindOf, shown } from './kind';
import { cellText, readDelimited, readLines, statsOf } from './table';

const bytes = (text: string) => new TextEncoder().encode(text);
const from = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (h) => parseInt(h, 16));

describe('what a file is', () => {
	for (const [path, head, want] of [
		['a.txt', from('89504e470d0a1a0a0000'), 'image'],
		['a.png', bytes('<script>'), 'text'],
		['a.png', from('00010203'), 'none'],
		['a.html', bytes('<p>'), 'page'],
		['a.html', from('00ff'), 'none'],
		['x/MLmodel', bytes('flavors:'), 'model'],
		['a.SVG', bytes('<svg/>'), 'image'],
		['a.wav', from('5249464600000000574156450000'), 'sound'],
		['a.wav', from('0102030400000000574156450000'), 'none'],
		['a', from('50415231'), 'parquet'],
		['a.csv', from('50415231'), 'parquet'],
		['constructor', bytes('x'), 'text'],
		['a.__proto__', bytes('x'), 'text'],
		['a.safetensors', from('10000000000000007b22'), 'tensors'],
		['model.pkl', from('80049500'), 'none'],
		['empty.json', bytes(''), 'json'],
	] as const) {
		test(`${path} is ${want}`, () => expect(kindOf(path, head).kind).toBe(want));
	}
	test('is always told', () => fc.assert(fc.property(fc.string(), fc.uint8Array(), (path, head) => void expect(kindOf(path, head).word).not.toBe(''))));
	test('text may be cut within a character', () => expect(isText(bytes('aä').subarray(0, 2))).toBe(true));
});

test('text that is cut ends with a whole line', () => {
	expect(asLines(bytes('a\nb\nc'), false)).toBe('a\nb\n');
	expect(asLines(bytes('a\nb\nc'), true)).toBe('a\nb\nc');
	expect(asLines(bytes('abc'), false)).toBe('abc');
});

test('characters that reorder are shown, all others stay', () => {
	expect(shown('a\u202eb\u2066')).toBe('a⟦U+202E⟧b⟦U+2066⟧');
	expect(shown('größe 語 🙂\t')).toBe('größe 語 🙂\t');
});

describe('delimited text', () => {
	test('has quotes, line ends of both kinds, and rows of any length', () => {
		const t = readDelimited('a,b\r\n"x, ""y""\nz",1\r\n2\n,,3\n', ',', 10);
		expect(t).toEqual({ columns: ['a', 'b', 'column 3'], rows: [['x, "y"\nz', '1'], ['2'], ['', '', '3']], more: false });
	});
	test('ends where enough is read', () => {
		const t = readDelimited('a\n1\n2\n3\n', ',', 2);
		expect([t.rows.length, t.more]).toEqual([2, true]);
	});
	test('of any form comes back as it was written', () => {
		const cell = fc.string({ maxLength: 8, unit: 'binary' }).filter((s) => !s.includes('\r'));
		fc.assert(
			fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { maxLength: 6 }), (rows) => {
				const text = ['h,i', ...rows.map((r) => r.map((c) => '"' + c.replaceAll('"', '""') + '"').join(','))].join('\n') + '\n';
				expect(readDelimited(text, ',', 100).rows).toEqual(rows);
			}),
		);
	});
	test('of any bytes is read to its end', () => {
		fc.assert(fc.property(fc.string({ unit: fc.constantFrom('"', ',', '\n', '\r', 'a') }), (text) => void readDelimited(text, ',', 50)));
	});
});

test('lines of JSON are rows, whatever they hold', () => {
	const t = readLines('{"a":1}\n\n{"b":[2],"__proto__":3}\n7\n{oops\n', 10);
	expect(t.columns).toEqual(['a', 'b', '__proto__', 'value', 'line']);
	expect(t.rows.map((r) => r.map(cellText).join('|'))).toEqual(['1', '|[2]|3', '|||7', '||||{oops']);
});

test('columns are judged by the rows that are shown', () => {
	const t = readDelimited('n,t\n1,x\n-2.5e1,\n,3\n', ',', 10);
	expect(statsOf(t, 0)).toEqual({ numeric: true, missing: 1, least: -25, most: 1 });
	expect(statsOf(t, 1)).toMatchObject({ numeric: false, missing: 1 });
});
