import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readRun, type Run } from '../api/mlflow';
import { wordDiff } from './diff';
import { asFigure } from '../text/number';
import { deltaWord, rowsOf, type Row } from './rows';
import { compareAddress, readCompareView, writeCompareView, type CompareView } from './view';

const pairs = (record: Record<string, unknown>) => Object.entries(record).map(([key, value]) => ({ key, value }));
function run(id: string, params: Record<string, string>, metrics: Record<string, number | string> = {}, tags: Record<string, string> = {}): Run {
	return readRun({ info: { run_id: id, status: 'FINISHED' }, data: { params: pairs(params), metrics: pairs(metrics), tags: pairs(tags) } });
}
const rowOf = (rows: Row[], id: string) => rows.find((row) => row.id === id) as Row;

describe('rows', () => {
	const rows = rowsOf([run('a', { lr: '0.1', seed: '1' }, { 'val/loss': 0.5, 'val/acc': 1, x: 'NaN' }), run('b', { lr: '0.10', width: '64' }, { 'val/loss': 0.25, 'val/acc': 1, x: 'NaN' })]);
	test('differ where values do, a missing one too', () => {
		expect(rows.filter((row) => row.differs).map((row) => row.id)).toEqual(['params.seed', 'params.width', 'metrics.val/loss']);
	});
	test('are the same where figures are, however written, and where both are no number', () => {
		expect(rowOf(rows, 'params.lr').differs).toBe(false);
		expect(rowOf(rows, 'metrics.x').differs).toBe(false);
	});
	test('stand in the groups of their namespaces', () => {
		expect(rows.filter((row) => row.id.startsWith('metrics.')).map((row) => [row.group, row.label])).toEqual([
			['Metrics', 'x'],
			['Metrics · val', 'val/acc'],
			['Metrics · val', 'val/loss'],
		]);
	});
	test('leave out what clients write for themselves, but not what tells of the code', () => {
		const tagged = rowsOf([run('a', {}, {}, { 'mlflow.runName': 'a', 'mlflow.source.git.commit': '1', team: 'x' }), run('b', {})]);
		expect(tagged.filter((row) => row.id.startsWith('tags.')).map((row) => row.label)).toEqual(['mlflow.source.git.commit', 'team']);
	});
	test('say by how much they differ', () => {
		const loss = rowOf(rows, 'metrics.val/loss');
		expect(deltaWord(loss, 0.25, 0.5)).toBe('▼ −0.2500');
		expect(deltaWord(loss, 0.75, 0.5)).toBe('▲ +0.2500');
		expect([deltaWord(loss, 0.5, 0.5), deltaWord(loss, undefined, 1), deltaWord(loss, NaN, 1)]).toEqual(['', '', '']);
	});
	test('take for a figure only what is one', () => {
		expect(['1', '-1.5e-3', '.5', '1.'].map(asFigure)).toEqual([1, -0.0015, 0.5, 1]);
		expect(['', '1a', '0x10', 'NaN', 'Infinity', '1_000', ' 1'].map(asFigure)).toEqual(Array(7).fill(undefined));
	});
});

describe('the difference of texts', () => {
	const text = fc.array(fc.constantFrom('lr', 'is', ' ', '\n', '0.1', 'ä'), { maxLength: 30 }).map((list) => list.join(''));
	test('holds both of them', () => {
		fc.assert(
			fc.property(text, text, (a, b) => {
				const pieces = wordDiff(a, b);
				expect(pieces.filter((p) => p.sort !== 'new').map((p) => p.text).join('')).toBe(a);
				expect(pieces.filter((p) => p.sort !== 'gone').map((p) => p.text).join('')).toBe(b);
			}),
		);
	});
	test('is as small as can be', () => {
		expect(wordDiff('the quick brown fox', 'the slow brown fox')).toEqual([
			{ sort: 'same', text: 'the ' },
			{ sort: 'gone', text: 'quick' },
			{ sort: 'new', text: 'slow' },
			{ sort: 'same', text: ' brown fox' },
		]);
	});
	test('of long texts is found in no time', () => {
		const [a, b] = [Array.from({ length: 50_000 }, (_, i) => `a${i}`).join(' '), Array.from({ length: 50_000 }, (_, i) => `b${i}`).join(' ')];
		expect(wordDiff(a, b).length).toBe(2);
	});
});

describe('the view of a comparison', () => {
	const text = fc.string({ minLength: 1, unit: 'grapheme' }).filter((s) => s.isWellFormed());
	const view: fc.Arbitrary<CompareView> = fc.record({
		all: fc.boolean(),
		deltas: fc.boolean(),
		turned: fc.boolean(),
		reference: fc.option(text, { nil: undefined }),
		part: fc.oneof(fc.constant(''), text),
		folded: fc.uniqueArray(text, { maxLength: 3 }),
		at: fc.option(text, { nil: undefined }),
	});
	test('is the same after a way through a URL', () => {
		fc.assert(fc.property(view, (v) => void expect(readCompareView(new URL('http://a/' + writeCompareView('?run=1', v)).search)).toEqual(v)));
	});
	test('keeps the runs', () => expect(new URLSearchParams(writeCompareView('?run=a&run=b', readCompareView(''))).getAll('run')).toEqual(['a', 'b']));
	test('is found under the address of some runs', () => expect(compareAddress(['a', 'b'])).toBe('/compare?run=a&run=b'));
});
