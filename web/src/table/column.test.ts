import { expect, test } from 'vitest';
import { readRun } from '../api/mlflow';
import { columnsOf, parseColumn, usualColumns } from './column';

const run = (metrics: string[], params: string[], tags: string[]) =>
	readRun({ data: { metrics: metrics.map((key) => ({ key, value: 1 })), params: params.map((key) => ({ key, value: 'x' })), tags: tags.map((key) => ({ key, value: 'x' })) } });

test('columns are those that any run has, without the tags of MLflow itself', () => {
	expect(columnsOf([run(['b', 'a'], ['p'], ['mlflow.user', 't']), run(['c'], [], [])])).toEqual(['metrics.a', 'metrics.b', 'metrics.c', 'params.p', 'tags.t']);
});

test('a few columns are chosen where nobody has', () => {
	const many = columnsOf([run(Array.from({ length: 1500 }, (_, i) => `m${i}`), ['p'], [])]);
	expect(usualColumns(many)).toHaveLength(2 + 4 + 1);
});

test('keys may hold dots, and no attribute is made up', () => {
	expect(parseColumn('params.a.b.c')?.key).toBe('a.b.c');
	expect(parseColumn('attributes.constructor')).toBeUndefined();
	expect(parseColumn('files.a')).toBeUndefined();
});
