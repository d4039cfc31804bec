import fc from 'fast-check';
import { expect, test } from 'vitest';
import { follow, readDifference, readDossier, type Verification } from '../api/dossier';
import { betterOf, judge, readBetter, writeBetter, type Better } from './better';
import { runLines, shellWord, versionLines } from './handoff';
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

test('what nobody decided is judged by its name', () => {
	for (const lower of ['loss', 'val/rmse', 'test_error', 'eval.latency_ms', 'MAE']) expect(betterOf(new Map(), lower), lower).toBe('lower');
	for (const higher of ['accuracy', 'f1', 'r2', 'times_seen', 'lossless_rate', 'auc']) expect(betterOf(new Map(), higher), higher).toBe('higher');
	expect(betterOf(new Map<string, Better>([['loss', 'higher']]), 'loss')).toBe('higher');
});

test('decisions come back as they were, and odd tags decide nothing', () => {
	const decisions = fc.array(fc.tuple(fc.string(), fc.constantFrom<Better>('lower', 'higher'))).map((pairs) => new Map(pairs.filter(([key]) => key !== '__proto__')));
	fc.assert(fc.property(decisions, (said) => void expect(new Map([...readBetter(writeBetter(said))].sort())).toEqual(new Map([...said].sort()))));
	fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (tag) => void readBetter(tag)));
});

test('a value is better or worse than the one it would replace', () => {
	expect(judge(0.2, 0.3, 'lower').verdict).toBe('better');
	expect(judge(0.2, 0.3, 'higher').verdict).toBe('worse');
	expect(judge(1, 1, 'lower').verdict).toBe('same');
	for (const pair of [[NaN, 1], [undefined, 1], [1, undefined], [Infinity, Infinity]] as const) expect(judge(pair[0], pair[1], 'lower').verdict).toBe('unknown');
});

test('answers of any form are read', () => {
	fc.assert(
		fc.property(fc.jsonValue(), (x) => {
			readDossier(x);
			readDossier({ metrics: [x], params: x, data: [x], manifest: [x] });
			readDifference(x);
			readDifference({ metrics: { changes: [x] }, files: { changes: [x] } });
		}),
	);
});

test('a verification is followed to its end', () => {
	let v: Verification = { files: 0, ofFiles: 0, bytes: 0, ofBytes: 0, findings: [], ok: undefined };
	v = follow(v, { progress: { files: 1, of_files: 3, bytes: 10, of_bytes: 30 } });
	expect(v).toMatchObject({ files: 1, ofFiles: 3, ok: undefined });
	v = follow(v, { finding: { problem: 'changed', path: 'a' } });
	v = follow(v, { result: { ok: false, files: 3, bytes: 30 } });
	expect(v).toEqual({ files: 3, ofFiles: 3, bytes: 30, ofBytes: 30, findings: [{ problem: 'changed', path: 'a' }], ok: false });
	expect(() => follow(v, { error: { detail: 'gone' } })).toThrow('gone');
});

test('words for a shell are one word each', () => {
	expect(shellWord('models:/a/1')).toBe('models:/a/1');
	expect(shellWord("a'$(reboot)")).toBe("'a'\\''$(reboot)'");
	fc.assert(fc.property(fc.string({ minLength: 1 }), (word) => void expect(unquoted(shellWord(word))).toBe(word)));
	for (const { code } of [...runLines('http://h', 'r'), ...versionLines('http://h', "it's", '1')]) expect(code).not.toBe('');
});

// What a shell makes of a word that it was given.
function unquoted(word: string): string {
	return word.startsWith("'") ? word.slice(1, -1).replaceAll("'\\''", "'") : word;
}
