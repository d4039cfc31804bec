import fc from 'fast-check';
import { expect, test } from 'vitest';
import { loadingLines } from './load';
import { readColumns } from './signature';

test('a signature has columns, tensors, nested values and params', () => {
	expect(
		readColumns(
			JSON.stringify([
				{ name: 'a', type: 'double', required: true },
				{ name: 'b', type: 'array', items: { type: 'object', properties: { x: { type: 'long' } } }, required: false },
				{ type: 'tensor', 'tensor-spec': { dtype: 'float32', shape: [-1, 3] } },
				{ name: 'p', type: 'integer', default: 3, shape: null },
			]),
		),
	).toEqual([
		{ name: 'a', type: 'double', optional: false, standard: '' },
		{ name: 'b', type: 'list of {x: long}', optional: true, standard: '' },
		{ name: '', type: 'tensor of float32 (-1, 3)', optional: false, standard: '' },
		{ name: 'p', type: 'integer', optional: false, standard: '3' },
	]);
});

test('what is no signature has no columns', () => {
	fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void readColumns(text)));
	let deep: unknown = { type: 'long' };
	for (let i = 0; i < 500; i++) deep = { type: 'array', items: deep };
	expect(readColumns(JSON.stringify([deep]))[0]?.type).toContain('…');
});

test('lines load a model by the flavors it has', () => {
	expect(loadingLines('models:/a/1', ['python_function', 'sklearn'], 'http://h')).toBe(
		'import mlflow\n\nmlflow.set_tracking_uri("http://h")\nmodel = mlflow.pyfunc.load_model("models:/a/1")\nmodel.predict(data)\n\n# or as what it is:\nmodel = mlflow.sklearn.load_model("models:/a/1")',
	);
	expect(loadingLines('models:/"\n/1', [], 'http://h')).toContain('load_model("models:/\\"\\n/1")');
});
