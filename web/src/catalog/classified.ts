// Classifications: which are a thing's own and which it carries of another, when they
// hold, and how they are put on.

import type { Classification, NewClassification, Validity } from '../api/catalogentities';
import type { Attribute } from '../api/catalogtypes';
import { typedValue } from './values';

/** What is put on a thing stands before what it carries, each by name. */
export function apart(list: readonly Classification[], guid: string): { own: Classification[]; carried: Classification[] } {
	const sorted = [...list].sort((a, b) => (a.type < b.type ? -1 : a.type > b.type ? 1 : a.source < b.source ? -1 : 1));
	return { own: sorted.filter((c) => c.source === guid || c.source === ''), carried: sorted.filter((c) => c.source !== guid && c.source !== '') };
}

export function validityWord({ start, end, zone }: Validity): string {
	const span = start && end ? `from ${start} to ${end}` : start ? `from ${start}` : end ? `until ${end}` : 'at any time';
	return zone ? `${span} (${zone})` : span;
}

/** What a form says of a classification to be put on. */
export interface Wish {
	type: string;
	values: Record<string, string>;
	propagate: boolean;
	removeOnDelete: boolean;
	start: string; // as the browser's own field for a moment gives it: 2026-01-31T09:00
	end: string;
	zone: string;
}

export const blankWish = (): Wish => ({ type: '', values: {}, propagate: true, removeOnDelete: true, start: '', end: '', zone: 'UTC' });

/** Gives a moment as the protocol writes it. */
export const momentOf = (local: string) => (local ? `${local.slice(0, 10).replaceAll('-', '/')} ${local.slice(11, 19).padEnd(8, ':00')}` : '');

/** Gives what to send for a wish. */
export function newOf(wish: Wish, attributes: readonly Attribute[]): NewClassification {
	const values = attributes.map((a) => [a.name, typedValue(wish.values[a.name] ?? '', a.type)] as const).filter(([, value]) => value !== null);
	const made: NewClassification = { typeName: wish.type, propagate: wish.propagate, removePropagationsOnEntityDelete: wish.removeOnDelete };
	if (values.length > 0) made.attributes = Object.fromEntries(values);
	const [startTime, endTime] = [momentOf(wish.start), momentOf(wish.end)];
	if (startTime || endTime) made.validityPeriods = [{ ...(startTime && { startTime }), ...(endTime && { endTime }), timeZone: wish.zone || 'UTC' }];
	return made;
}

/** Says what is wrong with a wish, if anything is. */
export function wishProblem(wish: Wish, attributes: readonly Attribute[]): string | undefined {
	if (!wish.type) return 'Choose a classification.';
	const missing = attributes.find((a) => !a.optional && !a.default && !(wish.values[a.name] ?? '').trim());
	if (missing) return `${missing.name} is needed.`;
	if (wish.start && wish.end && wish.start >= wish.end) return 'It ends before it begins.';
	return undefined;
}
