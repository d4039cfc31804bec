import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AuditEvent } from '../api/catalogentities';
import { changesOf, sameValue, sinceThen, valuesOf } from './versions';

const event = (action: string, attributes: Record<string, unknown>, i = 0): AuditEvent => ({ key: `${i}`, time: i, user: 'ann', action, details: `Updated: ${JSON.stringify({ typeName: 't', attributes })}` });

describe('what an entity was', () => {
	const events = [
		event('ENTITY_UPDATE', { owner: 'eve' }),
		event('CLASSIFICATION_ADD', { owner: 'not of the entity' }),
		event('ENTITY_UPDATE', { name: 'x', owner: 'bob', rows: 2 }),
		event('ENTITY_CREATE', { name: 'x', owner: 'ann' }),
	];

	it('is told of each change', () => {
		expect(changesOf(events, 0)).toEqual([{ key: 'owner', before: 'bob', after: 'eve', known: true }]);
		expect(changesOf(events, 2)).toEqual([
			{ key: 'owner', before: 'ann', after: 'bob', known: true },
			{ key: 'rows', before: undefined, after: 2, known: true },
		]);
		expect(changesOf(events, 1)).toEqual([]);
		expect(changesOf(events, 3)).toEqual([]);
	});

	it('is not guessed where the audit was not read far enough', () => {
		expect(changesOf(events.slice(0, 2), 0)).toEqual([{ key: 'owner', before: undefined, after: 'eve', known: false }]);
		expect(sinceThen(events.slice(0, 3), 1, new Map([['owner', 'eve']]))).toEqual([{ key: 'owner', before: 'bob', after: 'eve', known: true }]);
		expect(sinceThen(events.slice(0, 2), 1, new Map([['owner', 'eve']]))).toEqual([{ key: 'owner', before: undefined, after: 'eve', known: false }]);
	});

	it('reads details that are no JSON as nothing', () => {
		expect(valuesOf({ ...event('ENTITY_UPDATE', {}), details: 'Updated: {"typeName":' }).size).toBe(0);
		expect(valuesOf({ ...event('ENTITY_UPDATE', {}), details: 'Updated' }).size).toBe(0);
	});

	it('is what the changes made of it, whatever they were', () => {
		const values = fc.record({ a: fc.integer({ min: 0, max: 2 }), b: fc.constantFrom('x', 'y', null), c: fc.array(fc.boolean(), { maxLength: 2 }) }, { requiredKeys: [] });
		fc.assert(
			fc.property(values, fc.array(values, { maxLength: 8 }), fc.nat(), (first, updates, n) => {
				const states: Record<string, unknown>[] = [first];
				for (const u of updates) states.unshift({ ...states[0], ...u });
				const told = [...updates.map((u) => event('ENTITY_UPDATE', u)).reverse(), event('ENTITY_CREATE', first)];
				const i = n % told.length;
				const [now, then] = [states[0] as Record<string, unknown>, states[i] as Record<string, unknown>];
				const differ = ['a', 'b', 'c'].filter((key) => !sameValue(now[key] ?? undefined, then[key] ?? undefined));
				expect(sinceThen(told, i, new Map(Object.entries(now))).map((d) => [d.key, d.before, d.after])).toEqual(differ.map((key) => [key, then[key] ?? undefined, now[key] ?? undefined]));
			}),
		);
	});

	it('is the same where it refers to the same', () => {
		expect(sameValue({ guid: 'g', typeName: 't' }, { guid: 'g', displayText: 'x' })).toBe(true);
		expect(sameValue([{ guid: 'g' }], [{ guid: 'h' }])).toBe(false);
		expect(sameValue({ a: 1, b: null }, { b: null, a: 1 })).toBe(true);
		expect(sameValue(undefined, '')).toBe(true);
	});
});
