import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readRun, type Run } from '../api/mlflow';
import { dimension, filterOf, valueOf, varying, within, type Dimension } from './dimension';
import { readParamsView, writeParamsView, type ParamsView } from './paramsview';

const pairs = (record: Record<string, unknown>) => Object.entries(record).map(([key, value]) => ({ key, value }));
const run = (id: string, params: Record<string, string>, metrics: Record<string, number> = {}): Run => readRun({ info: { run_id: id }, data: { params: pairs(params), metrics: pairs(metrics) } });
const runs = [
	run('a', { lr: '0.001', kind: 'adam', note: 'x1' }, { loss: 1 }),
	run('b', { lr: '0.01', kind: 'sgd', note: 'x2' }, { loss: 2 }),
	run('c', { lr: '0.1', kind: 'sgd', note: 'x3' }, { loss: 3 }),
	run('d', { lr: '1', note: 'x4' }, {}),
];
const of = (id: string) => dimension(runs, id) as Dimension;

describe('an axis', () => {
	test('of figures that span much is a logarithm', () => {
		expect(of('params.lr').log).toBe(true);
		expect(of('params.lr').at).toEqual([0, 1 / 3, 2 / 3, 1].map((v) => expect.closeTo(v)));
		expect(valueOf(of('params.lr'), 1 / 3)).toBe('0.01000');
	});
	test('of words has them one beside the other, and none for who has none', () => {
		expect(of('params.kind')).toMatchObject({ words: ['adam', 'sgd'], at: [0, 1, 1, undefined] });
	});
	test('is for what varies, not for a text of each run', () => {
		expect(varying(runs)).toEqual(['params.lr', 'params.kind']);
		expect(dimension(runs, 'params.never')).toBeUndefined();
	});
});

describe('brushes', () => {
	const axes = [of('params.lr'), of('params.kind'), of('metrics.loss')];
	test('keep the runs that are within all of them', () => {
		expect(within(axes, new Map(), 4)).toEqual([true, true, true, true]);
		expect(within(axes, new Map([['params.lr', [0.2, 1]], ['params.kind', [0.5, 1]]]), 4)).toEqual([false, true, true, false]);
	});
	test('become a filter in MLflow’s grammar', () => {
		expect(filterOf(axes, new Map([['params.lr', [0.2, 0.7]], ['params.kind', [0, 0.1]], ['metrics.loss', [0, 0.5]]]))).toBe(
			"(params.lr = '0.01' OR params.lr = '0.1') AND params.kind = 'adam' AND metrics.loss >= 1 AND metrics.loss <= 2",
		);
		const odd = [run('a', { 'opt/name': "it's" }), run('b', { 'opt/name': 'b' })];
		expect(filterOf([dimension(odd, 'params.opt/name') as Dimension], new Map([['params.opt/name', [0.9, 1]]]))).toBe('params.`opt/name` = "it\'s"');
	});
});

describe('the view of params', () => {
	const text = fc.string({ minLength: 1, unit: 'grapheme' }).filter((s) => s.isWellFormed());
	const part = fc.tuple(fc.integer({ min: 0, max: 499 }), fc.integer({ min: 500, max: 1000 })).map(([a, b]): [number, number] => [a / 1000, b / 1000]);
	const view: fc.Arbitrary<ParamsView> = fc.record({
		target: fc.option(text, { nil: undefined }),
		axes: fc.option(fc.uniqueArray(text, { maxLength: 5 }), { nil: undefined }),
		brushes: fc.uniqueArray(fc.tuple(text, part), { maxLength: 4, selector: ([id]) => id }).map((list) => new Map(list)),
		x: fc.option(text, { nil: undefined }),
		table: fc.boolean(),
	});
	test('is the same after a way through a URL', () => {
		fc.assert(fc.property(view, (v) => void expect(readParamsView(new URL('http://a/' + writeParamsView('', v)).search)).toEqual(v)));
	});
});
