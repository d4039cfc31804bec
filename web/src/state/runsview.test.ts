import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { orderBy, readRunsView, writeRunsView, type RunsView } from './runsview';

const column = fc
	.tuple(fc.constantFrom('metrics', 'params', 'tags'), fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }))
	.map(([space, key]) => `${space}.${key}`)
	.filter((id) => !/[\ud800-\udfff]/.test(id.replace(/[\ud800-\udbff][\udc00-\udfff]/g, '')));

const view: fc.Arbitrary<RunsView> = fc.record({
	filter: fc.string({ unit: 'grapheme' }),
	sort: fc.option(fc.record({ column, descending: fc.boolean() }), { nil: undefined }),
	columns: fc.option(fc.uniqueArray(column, { maxLength: 8 }), { nil: undefined }),
});

describe('the view of a table of runs', () => {
	test('is the same after a way through the address bar', () => {
		fc.assert(fc.property(view, (v) => void expect(readRunsView(writeRunsView(v))).toEqual(v)));
	});

	test('survives a URL, which escapes more', () => {
		fc.assert(fc.property(view, (v) => void expect(readRunsView(new URL(`http://a/experiments/0${writeRunsView(v)}`).search)).toEqual(v)));
	});

	test('leaves no trace of what is the default', () => {
		expect(writeRunsView({ filter: '', sort: undefined, columns: undefined })).toBe('');
	});

	test('drops what is no column', () => {
		expect(readRunsView('?s=nothing&c=attributes.__proto__&c=x&c=metrics.&c=params.a&c=params.a')).toEqual({
			filter: '',
			sort: undefined,
			columns: ['params.a'],
		});
	});
});

describe('the order in MLflow’s grammar', () => {
	for (const [column, want] of [
		['metrics.rmse', 'metrics.rmse DESC'],
		['metrics.val/rmse', 'metrics.`val/rmse` DESC'],
		['params.a`b', 'params."a`b" DESC'],
		['attributes.start_time', 'attributes.start_time DESC'],
	] as const) {
		test(`of ${column}`, () => expect(orderBy({ filter: '', sort: { column, descending: true }, columns: undefined })).toEqual([want]));
	}
	test('is left to the server where none is chosen', () => expect(orderBy(readRunsView(''))).toEqual([]));
});
