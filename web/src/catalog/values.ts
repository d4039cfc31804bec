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
