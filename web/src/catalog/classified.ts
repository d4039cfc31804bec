// Classifications: which are a thing's own and which it carries of another, when they
// hold, and how they are put on.

import { asNew, type Classification, type NewClassification, type Validity } from '../api/catalogentities';
import { valueOf, type Draft, type Field } from './form';

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
	drafts: Record<string, Draft>; // of its attributes
	propagate: boolean;
	removeOnDelete: boolean;
	start: string; // as the browser's own field for a moment gives it: 2026-01-31T09:00
	end: string;
	zone: string;
}

/** Gives what to begin with: nothing, or a classification that is to be changed. */
export function wishOf(before?: Classification): Wish {
	const [held] = before?.validity ?? [];
	return { type: before?.type ?? '', drafts: {}, propagate: before?.propagate ?? true, removeOnDelete: before?.removeOnDelete ?? true, start: localOf(held?.start), end: localOf(held?.end), zone: held?.zone || 'UTC' };
}

/** Gives a moment as the protocol writes it. */
export const momentOf = (local: string) => (local ? `${local.slice(0, 10).replaceAll('-', '/')} ${local.slice(11, 19).padEnd(8, ':00')}` : '');

const localOf = (moment = '') => moment.replaceAll('/', '-').replace(' ', 'T');

/** Gives what to send for a wish. Of a classification that holds at several times the
 * form says the first; the others stay. */
export function newOf(wish: Wish, fields: readonly Field[], before?: Classification): NewClassification {
	const values = fields.map((f) => [f.name, valueOf(f.kind, wish.drafts[f.name] ?? '')] as const).filter(([, value]) => value !== null || before);
	const made: NewClassification = { typeName: wish.type, propagate: wish.propagate, removePropagationsOnEntityDelete: wish.removeOnDelete };
	if (values.length > 0) made.attributes = Object.fromEntries(values);
	const [startTime, endTime] = [momentOf(wish.start), momentOf(wish.end)];
	const periods = startTime || endTime ? [{ ...(startTime && { startTime }), ...(endTime && { endTime }), timeZone: wish.zone || 'UTC' }] : [];
	const others = (before && asNew(before).validityPeriods?.slice(1)) ?? [];
	if (periods.length + others.length > 0 || before) made.validityPeriods = [...periods, ...others];
	return made;
}

/** Says what is wrong with a wish besides its attributes, if anything is. */
export function wishProblem(wish: Wish): string | undefined {
	if (!wish.type) return 'Choose a classification.';
	return wish.start && wish.end && wish.start >= wish.end ? 'It ends before it begins.' : undefined;
}
