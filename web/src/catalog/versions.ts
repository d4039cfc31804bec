// What an entity was before: its attributes as the audit tells of them, event by event,
// the last first. An event of a change has what changed; that of the making has all.

import type { AuditEvent } from '../api/catalogentities';
import { asRecord, asText } from '../api/decode';

const made = new Set(['ENTITY_CREATE', 'ENTITY_IMPORT_CREATE']);
const changed = new Set(['ENTITY_UPDATE', 'ENTITY_IMPORT_UPDATE']);

/** A value of an attribute at two times. */
export interface Change {
	key: string;
	before: unknown;
	after: unknown;
	known: boolean; // what was before; else it is further back than the audit was read
}

export const isMaking = (event: AuditEvent) => made.has(event.action);
export const isChange = (event: AuditEvent) => changed.has(event.action);
export const isVersion = (event: AuditEvent) => made.has(event.action) || changed.has(event.action);

const read = new WeakMap<AuditEvent, Map<string, unknown>>();

/** Gives what an event says of attributes. */
export function valuesOf(event: AuditEvent): Map<string, unknown> {
	const values = read.get(event) ?? readValues(event);
	read.set(event, values);
	return values;
}

function readValues(event: AuditEvent): Map<string, unknown> {
	const at = event.details.indexOf('{');
	if (at < 0 || !isVersion(event)) return new Map();
	try {
		return new Map(Object.entries(asRecord(asRecord(JSON.parse(event.details.slice(at))).attributes)));
	} catch {
		return new Map();
	}
}

// Gives a value of an attribute from an event on, back to the making.
function valueAt(events: readonly AuditEvent[], from: number, key: string): { value: unknown; known: boolean } {
	for (const event of events.slice(from)) {
		const values = valuesOf(event);
		if (values.has(key)) return { value: values.get(key) ?? undefined, known: true };
		if (isMaking(event)) return { value: undefined, known: true };
	}
	return { value: undefined, known: false };
}

/** Gives what an event changed, with what was before. A client may write, and the
 * audit tell, what stayed as it was. */
export function changesOf(events: readonly AuditEvent[], i: number): Change[] {
	const event = events[i];
	if (!event || !changed.has(event.action)) return [];
	return [...valuesOf(event)]
		.map(([key, after]) => {
			const { value, known } = valueAt(events, i + 1, key);
			return { key, before: value, after: after ?? undefined, known };
		})
		.filter((c) => !c.known || !sameValue(c.before, c.after));
}

/** Gives what is not now as it was once an event had happened. */
export function sinceThen(events: readonly AuditEvent[], i: number, now: ReadonlyMap<string, unknown>): Change[] {
	const later = new Set(events.slice(0, i).flatMap((event) => [...valuesOf(event).keys()]));
	return [...later]
		.sort()
		.map((key) => {
			const { value, known } = valueAt(events, i, key);
			return { key, before: value, after: now.get(key) ?? undefined, known };
		})
		.filter((c) => !c.known || !sameValue(c.before, c.after));
}

/** Reports whether two values are one: what refers to the same thing does not differ. */
export function sameValue(a: unknown, b: unknown): boolean {
	return JSON.stringify(plain(a)) === JSON.stringify(plain(b));
}

function plain(x: unknown): unknown {
	if (Array.isArray(x)) return x.map(plain);
	if (typeof x !== 'object' || x === null) return x ?? '';
	const guid = asText(asRecord(x).guid);
	if (guid) return guid;
	return Object.entries(x).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => [key, plain(value)]);
}
