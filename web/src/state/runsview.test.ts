import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isPlotted, orderBy, plainView, readView, sortedBy, writeView, type RunsView } from './runsview';

const key = fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }).filter((text) => !/[\ud800-\udfff]/.test(text.replace(/[\ud800-\udbff][\udc00-\udfff]/g, '')));
const column = fc.tuple(fc.constantFrom('metrics', 'params', 'tags', 'min'), key).map(([space, k]) => `${space}.${k}`);
const text = fc.tuple(fc.constantFrom('params', 'tags'), key).map(([space, k]) => `${space}.${k}`);
const run = fc.string({ minLength: 1, maxLength: 32, unit: fc.constantFrom(...'0123456789abcdef-_') });
const some = (of: fc.Arbitrary<string>) => fc.uniqueArray(of, { maxLength: 5 });

const view: fc.Arbitrary<RunsView> = fc.record({
	filter: fc.string({ unit: 'grapheme' }),
	sort: fc.uniqueArray(fc.record({ column: column.filter((c) => !c.startsWith('min.')), descending: fc.boolean() }), { maxLength: 3, selector: (s) => s.column }),
	columns: fc.option(some(column), { nil: undefined }),
	groups: some(text),
	nest: fc.boolean(),
	deleted: fc.boolean(),
	plotted: fc.nat(1000),
	switched: some(run),
	base: fc.oneof(fc.constant(''), run),
	pins: some(run),
	peek: fc.oneof(fc.constant(''), run),
});

describe('the view of a table of runs', () => {
	test('is the same after a way through the address bar, and nothing of it is ignored', () => {
		fc.assert(fc.property(view, (v) => void expect(readView(writeView(v))).toEqual({ view: v, ignored: [] })));
	});

	test('survives a URL, which escapes more', () => {
		fc.assert(fc.property(view, (v) => void expect(readView(new URL(`http://a/experiments/0${writeView(v)}`).search).view).toEqual(v)));
	});

	test('has one address, however its own was spelled', () => {
		fc.assert(fc.property(view, (v) => void expect(writeView(readView(writeView(v)).view)).toBe(writeView(v))));
	});

	test('leaves no trace of what is the default', () => expect(writeView(plainView)).toBe(''));

	test('says what it cannot read', () => {
		expect(readView('?s=nothing&c=attributes.__proto__&c=x&c=metrics.&c=params.a&c=params.a&g=metrics.m&n=many&theme=dark')).toEqual({
			view: { ...plainView, columns: ['params.a'] },
			ignored: ['theme', 's=nothing', 'n=many', 'c=attributes.__proto__', 'c=x', 'c=metrics.', 'g=metrics.m'],
		});
	});
});

describe('the order in MLflow’s grammar', () => {
	for (const [column, want] of [
		['metrics.rmse', 'metrics.rmse DESC'],
		['metrics.val/rmse', 'metrics.`val/rmse` DESC'],
		['params.a`b', 'params."a`b" DESC'],
		['params.a`"b', 'params.`a``"b` DESC'],
		['attributes.start_time', 'attributes.start_time DESC'],
	] as const) {
		test(`of ${column}`, () => expect(orderBy([{ column, descending: true }])).toEqual([want]));
	}
	test('is left to the server where none is chosen', () => expect(orderBy([])).toEqual([]));
});

test('a column is sorted up, down and not at all, alone or among others', () => {
	const [a, b] = [{ column: 'metrics.a', descending: false }, { column: 'metrics.b', descending: true }];
	expect(sortedBy([], 'metrics.a', false)).toEqual([a]);
	expect(sortedBy([a], 'metrics.a', false)).toEqual([{ ...a, descending: true }]);
	expect(sortedBy([b], 'metrics.b', false)).toEqual([]);
	expect(sortedBy([b], 'metrics.a', false)).toEqual([a]);
	expect(sortedBy([a, b], 'metrics.a', true)).toEqual([{ ...a, descending: true }, b]);
	expect(sortedBy([a, b], 'metrics.b', true)).toEqual([a]);
	expect(sortedBy([b], 'metrics.a', true)).toEqual([b, a]);
});

test('the first rows are plotted, but for those that were switched', () => {
	const v = { ...plainView, plotted: 2, switched: ['x', 'y'] };
	expect([isPlotted(v, 0, 'a'), isPlotted(v, 1, 'x'), isPlotted(v, 2, 'b'), isPlotted(v, 3, 'y'), isPlotted(v, undefined, 'c'), isPlotted(v, undefined, 'y')]).toEqual([true, false, false, true, false, true]);
});
