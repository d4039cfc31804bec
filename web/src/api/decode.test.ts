import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { asNumber, asPairs, asText } from './decode';
import { readExperiment, readRun } from './mlflow';
import { readLineage } from './lineage';
import { addressOf, homeOf, readDetailedNode, readNode, typeWord } from './nodes';
import { quoted, readModel, readVersion } from './registry';

describe('MLflow’s numbers', () => {
	for (const [x, want] of [[1.5, 1.5], ['17', 17], ['NaN', NaN], ['Infinity', Infinity], ['-Infinity', -Infinity], ['', undefined], ['x', undefined], [null, undefined]] as const) {
		test(`${JSON.stringify(x)} is ${want}`, () => expect(asNumber(x)).toBe(want));
	}
});

test('keys that objects have by birth are keys like any other', () => {
	const pairs = asPairs([{ key: '__proto__', value: 'a' }, { key: 'constructor', value: 'b' }, { key: 1, value: 'c' }, null], asText);
	expect([...pairs]).toEqual([['__proto__', 'a'], ['constructor', 'b']]);
});

test('a run is read with its data, inputs and outputs', () => {
	const run = readRun({
		info: { run_id: 'r', run_name: 'fox', experiment_id: '1', status: 'FINISHED', start_time: 5, end_time: '9', lifecycle_stage: 'active' },
		data: { metrics: [{ key: 'm', value: 'NaN' }], params: [{ key: 'p', value: '1' }], tags: [{ key: 't', value: 'x' }] },
		inputs: { dataset_inputs: [{ tags: [{ key: 'mlflow.data.context', value: 'training' }], dataset: { name: 'd', digest: 'h' } }], model_inputs: [{ model_id: 'm-1' }] },
		outputs: { model_outputs: [{ model_id: 'm-2' }] },
	});
	expect(run).toMatchObject({ id: 'r', name: 'fox', started: 5, ended: 9, deleted: false, modelsRead: ['m-1'], modelsMade: ['m-2'] });
	expect(run.metrics.get('m')).toBeNaN();
	expect(run.datasets[0]).toMatchObject({ name: 'd', context: 'training' });
});

test('what never has this form is read all the same', () => {
	fc.assert(
		fc.property(fc.jsonValue(), (x) => {
			for (const read of [readRun, readExperiment, readModel, readVersion]) read(x);
			readDetailedNode(x);
			readDetailedNode({ properties: x });
			readLineage(x);
			readLineage({ nodes: [x], edges: [x], joined: [x], ties: [x] });
			typeWord(readNode(x));
			addressOf(readNode(x));
			readRun({ info: x, data: x, inputs: x, outputs: x });
			readRun({ data: { metrics: x, params: x }, inputs: { dataset_inputs: [x] } });
		}),
	);
});

test('nodes lead to pages that there are', () => {
	expect(addressOf(readNode({ type: 'mlflow.ModelVersion', name: 'a b', version: '3' }))).toBe('/models/a%20b/versions/3');
	expect(addressOf(readNode({ type: 'mlflow.Experiment', uid: '7' }))).toBe('/experiments/7');
	expect(homeOf(readNode({ type: 'mlflow.Dataset', uid: '7' }))).toBeUndefined();
	expect(addressOf(readNode({ type: 'mlflow.Dataset', id: 7 }))).toBe('/nodes/7');
});

test('properties stand by their space, whatever their keys', () => {
	const { properties } = readDetailedNode({ properties: [{ key: 'params.a.b', value: '1' }, { key: 'metrics.__proto__', value: 2 }, { key: 'schema', value: false }, { key: 'params.', value: 'x' }] });
	expect(properties).toEqual([['Metrics', new Map([['__proto__', 2]])], ['Params', new Map([['a.b', '1'], ['', 'x']])], ['Properties', new Map([['schema', false]])]]);
});

test('names with quotes are quoted', () => {
	expect(quoted('a')).toBe("'a'");
	expect(quoted("it's")).toBe('"it\'s"');
});
