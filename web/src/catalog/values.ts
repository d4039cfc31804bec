// Values of attributes, as they are shown and as they are typed.

import { elementType } from '../api/catalogtypes';
import { asRecord, asText } from '../api/decode';

/** What a value is to the eye. */
export type Shown =
	| { kind: 'none' }
	| { kind: 'text'; text: string }
	| { kind: 'date'; at: number }
	| { kind: 'entity'; guid: string; name: string; type: string }
	| { kind: 'list'; items: Shown[] }
	| { kind: 'pairs'; pairs: [string, Shown][] };

const deepest = 6;

/** Reads a value of a type; what has none of these forms is JSON. */
export function shownOf(value: unknown, type = '', depth = 0): Shown {
	if (value === null || value === undefined || value === '') return { kind: 'none' };
	if (depth > deepest) return { kind: 'text', text: JSON.stringify(value) };
	if (Array.isArray(value)) return value.length === 0 ? { kind: 'none' } : { kind: 'list', items: value.map((v) => shownOf(v, elementType(type), depth + 1)) };
	if (typeof value === 'object') return objectOf(asRecord(value), type, depth);
	if (type === 'date' && typeof value === 'number') return value === 0 ? { kind: 'none' } : { kind: 'date', at: value };
	return { kind: 'text', text: asText(value) };
}

function objectOf(value: Record<string, unknown>, type: string, depth: number): Shown {
	const guid = asText(value.guid);
	if (guid) return { kind: 'entity', guid, name: asText(value.displayText) || asText(asRecord(value.uniqueAttributes).qualifiedName) || guid, type: asText(value.typeName) };
	const inside = 'attributes' in value && 'typeName' in value ? asRecord(value.attributes) : value;
	const pairs = Object.entries(inside).map(([key, v]) => [key, shownOf(v, elementType(type), depth + 1)] as [string, Shown]);
	return pairs.length === 0 ? { kind: 'none' } : { kind: 'pairs', pairs };
}

/** Says a value in one line. */
export function lineOf(value: unknown, type = ''): string {
	const say = (shown: Shown): string => {
		switch (shown.kind) {
			case 'none':
				return '';
			case 'text':
				return shown.text;
			case 'date':
				return new Date(shown.at).toISOString().replace('T', ' ').slice(0, 19);
			case 'entity':
				return shown.name;
			case 'list':
				return shown.items.map(say).join(', ');
			case 'pairs':
				return shown.pairs.map(([key, v]) => `${key}: ${say(v)}`).join(', ');
		}
	};
	return say(shownOf(value, type));
}

/** Reads what was typed for an attribute of a type. Empty is no value. */
export function typedValue(text: string, type: string): unknown {
	const plain = text.trim();
	if (plain === '') return null;
	if (/^(array|map)</.test(type) || plain.startsWith('{')) {
		try {
			return JSON.parse(plain);
		} catch {
			if (/^array</.test(type)) return plain.split(',').map((one) => typedValue(one.trim(), elementType(type)));
			return plain;
		}
	}
	if (type === 'boolean') return plain === 'true';
	if (type === 'date') return /^-?\d+$/.test(plain) ? Number(plain) : Number.isNaN(Date.parse(plain)) ? plain : Date.parse(plain);
	if (['byte', 'short', 'int', 'float', 'double'].includes(type) && Number.isFinite(Number(plain))) return Number(plain);
	if (type === 'long' && Number.isSafeInteger(Number(plain))) return Number(plain);
	return text;
}

/** Gives what to begin with when a value is changed by typing. */
export function typedText(value: unknown): string {
	if (value === null || value === undefined) return '';
	return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
