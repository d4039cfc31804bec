import { expect, test } from 'vitest';
import { readRun } from '../api/mlflow';
import { codeOf, errorsOf, splitMetrics } from './facts';

test('a commit leads to where it can be read, if its host is known', () => {
	const at = (repository: string, commit = 'abcdef0123') => codeOf(new Map([['mlflow.source.git.repoURL', repository], ['mlflow.source.git.commit', commit]])).commitAddress;
	expect(at('git@github.com:a/b.git')).toBe('https://github.com/a/b/commit/abcdef0123');
	expect(at('https://user:secret@github.com/a/b')).toBe('https://github.com/a/b/commit/abcdef0123');
	expect(at('https://gitlab.example.com/g/s/p.git')).toBe('https://gitlab.example.com/g/s/p/-/commit/abcdef0123');
	for (const odd of ['javascript://github.com/a', 'https://evil.example/github.com/a', 'file:///github.com/a', '', 'https://github.com/a/b"onclick=']) expect(at(odd), odd).toBe('');
	expect(at('git@github.com:a/b.git', '../x')).toBe('');
});

test('metrics of the machine stand apart', () => {
	const { own, system } = splitMetrics(new Map([['rmse', 1], ['system/cpu_utilization_percentage', 2]]));
	expect([[...own], [...system]]).toEqual([[['rmse', 1]], [['cpu_utilization_percentage', 2]]]);
});

test('what a run says of its failure is found by its key', () => {
	const run = readRun({ data: { tags: [{ key: 'error', value: 'out of memory' }, { key: 'train.traceback', value: 't' }, { key: 'errors_allowed', value: '3' }, { key: 'exception', value: ' ' }], params: [{ key: 'stack_trace', value: 's' }] } });
	expect(errorsOf(run).map(([key]) => key)).toEqual(['error', 'train.traceback', 'stack_trace']);
});
