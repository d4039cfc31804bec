import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { quoteKey, quoteText } from '../table/column';
import { columnOf, conditionsOf, joinConditions, lex, placeAt, unquote, writeComparison } from './parse';

describe('a filter as conditions', () => {
	test('is split at its outermost ANDs alone', () => {
		expect(conditionsOf("metrics.`val AND x` < 0.5 AND (params.a = 'AND' OR NOT tags.t = 'x') AND user_id IN ('a', 'b')").map((c) => [c.text, c.simple])).toEqual([
			['metrics.`val AND x` < 0.5', { field: 'metrics.`val AND x`', op: '<', value: '0.5' }],
			["(params.a = 'AND' OR NOT tags.t = 'x')", undefined],
			["user_id IN ('a', 'b')", { field: 'user_id', op: 'IN', value: "('a', 'b')" }],
		]);
	});
	test('with an OR outside of parentheses is one', () => expect(conditionsOf("params.a = '1' OR params.b = '2' AND params.c = '3'")).toHaveLength(1));
	test('knows the words that stand for an operator', () => {
		expect(conditionsOf("params.a is  not null AND tags.b not like '%x'").map((c) => c.simple)).toEqual([
			{ field: 'params.a', op: 'IS NOT NULL', value: '' },
			{ field: 'tags.b', op: 'NOT LIKE', value: "'%x'" },
		]);
	});
	test('never loses a character, whatever it is', () => {
		fc.assert(
			fc.property(fc.string({ unit: fc.constantFrom(...`ab.'"\`<=( ),; ANDOR1`) }), (text) => {
				const tokens = lex(text);
				expect(tokens.map((t) => t.raw).join('')).toBe(tokens.length ? text.replace(/\s/g, '').length === 0 ? '' : tokens.map((t) => text.slice(t.from, t.to)).join('') : '');
				tokens.forEach((t, i) => expect(text.slice(i ? (tokens[i - 1]?.to as number) : 0, t.from).trim()).toBe(''));
				conditionsOf(text);
				placeAt(text, text.length);
			}),
		);
	});
});

const key = fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' }).filter((k) => !(k.includes('`') && k.includes('"')));
const comparison = fc.record({ field: key.map((k) => `params.${quoteKey(k)}`), op: fc.constantFrom('=', '!=', 'LIKE'), value: fc.string({ unit: 'grapheme' }).map(quoteText) });

test('what chips say is the same after a way through the text', () => {
	fc.assert(
		fc.property(fc.array(comparison, { minLength: 1, maxLength: 4 }), (all) => {
			expect(conditionsOf(joinConditions(all.map(writeComparison))).map((c) => c.simple)).toEqual(all);
		}),
	);
});

test('a field names a column, and quotes come off', () => {
	fc.assert(fc.property(key, (k) => void expect(columnOf(`params.${quoteKey(k)}`)).toBe(`params.${k}`)));
	fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => void expect(unquote(quoteText(text))).toBe(text)));
	expect(['status', 'parameter.a', 'attr.user_id'].map(columnOf)).toEqual(['attributes.status', 'params.a', 'attributes.user_id']);
});

test('alternatives joined to others get parentheses', () => {
	expect(joinConditions(["a = '1' OR b = '2'", "c = '3'"])).toBe("(a = '1' OR b = '2') AND c = '3'");
	expect(joinConditions(["a = '1' OR b = '2'", ' '])).toBe("a = '1' OR b = '2'");
});

describe('what is completed', () => {
	for (const [text, what, part, field] of [
		['', 'key', '', ''],
		['metr', 'key', 'metr', ''],
		['metrics.va', 'key', 'metrics.va', ''],
		['metrics.`val/r', 'key', 'metrics.`val/r', ''],
		['metrics.a ', 'operator', '', 'metrics.a'],
		['params.a not li', 'operator', 'li', 'params.a'],
		['params.a = ', 'value', '', 'params.a'],
		["params.a = 'ab", 'value', 'ab', 'params.a'],
		["params.a = 'ab' ", 'join', '', 'params.a'],
		["params.a = 'ab' AND NOT (ta", 'key', 'ta', 'params.a'],
		['params.a IS NULL ', 'join', '', 'params.a'],
		["run_id IN ('a', 'b", 'value', 'b', 'run_id'],
	] as const) {
		test(`after ${JSON.stringify(text)}`, () => {
			const place = placeAt(text, text.length);
			expect([place.what, place.part, place.field]).toEqual([what, part, field]);
		});
	}
});
