import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { diffOf, readChange } from './history';

describe('what a change changed', () => {
	test('is the thing itself, with nothing where there was nothing', () => {
		expect(diffOf({ what: 'stage', before: '', after: 'Staging' })).toEqual([{ field: 'stage', before: undefined, after: 'Staging' }]);
	});
	test('is each member of an object that differs', () => {
		expect(diffOf({ what: 'deleted', before: '{"name":"a","kind":"artifact","n":{"x":1}}', after: '{"name":"b","kind":"artifact"}' })).toEqual([
			{ field: 'name', before: 'a', after: 'b' },
			{ field: 'n', before: '{"x":1}', after: undefined },
		]);
	});
	test('is told of any text, broken JSON too', () => {
		fc.assert(
			fc.property(fc.string(), fc.oneof(fc.string(), fc.json()), (what, text) => {
				for (const { before, after } of diffOf({ what, before: text, after: '' })) expect(before !== undefined || after !== undefined || text === '').toBe(true);
			}),
		);
		expect(diffOf({ what: 'x', before: '{no', after: '' })).toEqual([{ field: 'x', before: '{no', after: undefined }]);
	});
});

test('a change of a node that is gone has no node', () => {
	expect(readChange({ id: 3, node: 7, time: '2026-11-29T12:00:00.000Z', what: 'deleted' })).toMatchObject({ id: 3, node: 7, of: undefined, actor: '' });
	expect(readChange({ of: { id: 7, name: 'x' } }).of?.name).toBe('x');
});
