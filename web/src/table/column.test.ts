import { expect, test } from 'vitest';
import { better, conditionOf, expand, groupable, parseColumn, patternsOf, quoteKey, readAs, sortable, usualColumns, type Column } from './column';

test('keys may hold dots, and no attribute is made up', () => {
	expect(parseColumn('params.a.b.c')?.key).toBe('a.b.c');
	expect(parseColumn('attributes.constructor')).toBeUndefined();
	expect(parseColumn('files.a')).toBeUndefined();
});

test('a metric can be read in other ways, by which runs are not sorted', () => {
	const least = parseColumn('min.val/a.b') as Column;
	expect([least.space, least.key, least.reading, sortable('min.val/a.b'), sortable('metrics.val/a.b'), readAs(least, 'last'), readAs(least, 'max')]).toEqual(['metrics', 'val/a.b', 'min', false, true, 'metrics.val/a.b', 'max.val/a.b']);
});

test('runs are gathered by texts and by some attributes, whatever the key is', () => {
	expect(['params.a', 'tags.\u2028', 'params.\n', 'attributes.user_id', 'attributes.run_id', 'metrics.m', 'min.m', 'params.', 'lr'].filter(groupable)).toEqual(['params.a', 'tags.\u2028', 'params.\n', 'attributes.user_id']);
});

test('a column can stand for many', () => {
	expect(patternsOf(['metrics.val/*', 'min.*', 'params.a', 'attributes.*'])).toEqual([
		{ id: 'metrics.val/*', space: 'metrics', begin: 'val/' },
		{ id: 'min.*', space: 'metrics', begin: '' },
	]);
	expect(expand(['params.a', 'metrics.*', 'metrics.b', 'tags.*'], new Map([['metrics.*', ['metrics.a', 'metrics.b']]]))).toEqual(['params.a', 'metrics.a', 'metrics.b']);
});

test('keys are quoted where the grammar needs it', () => {
	expect(['lr', '1x', 'a.b', 'val/loss', 'a`b', 'a`"b'].map(quoteKey)).toEqual(['lr', '`1x`', '`a.b`', '`val/loss`', '"a`b"', '`a``"b`']);
});

test('a value is written as the condition that keeps it', () => {
	expect(conditionOf('params.a b', "it's")).toBe("params.`a b` = 'it''s'");
	expect(conditionOf('tags.t', null)).toBe('tags.t IS NULL');
	expect(conditionOf('attributes.status', 'FAILED')).toBe("attributes.status = 'FAILED'");
});

test('some metrics tell by their name which way is better', () => {
	expect(['val/rmse', 'train_loss', 'test.accuracy', 'glossary', 'f1', 'steps'].map(better)).toEqual(['lower', 'lower', 'higher', undefined, 'higher', undefined]);
});

test('a few columns are chosen where nobody has, those that most runs have', () => {
	const keys = (space: string) => Array.from({ length: 50 }, (_, i) => ({ column: `${space}.${i}`, runs: i === 7 ? 9 : 3 }));
	expect(usualColumns(keys('metrics'), keys('params').slice(0, 1))).toEqual(['attributes.status', 'attributes.start_time', 'metrics.7', 'metrics.0', 'metrics.1', 'metrics.2', 'params.0']);
});
