// A form that is made from the definition of a type: what it asks for and in which
// order, what was typed, what is wrong with it, and what is sent of it.

import { elementType, type Attribute, type TypeDef } from '../api/catalogtypes';
import type { Tie } from '../api/catalogentities';
import { asRecord, asText } from '../api/decode';
import { ancestorsOf } from './tree';

/** What a value may be, and so how it is asked for. */
export type Kind =
	| { sort: 'text' | 'long' | 'number' | 'whole' | 'boolean' | 'date' | 'json'; type: string }
	| { sort: 'choice'; values: { value: string; description: string }[] }
	| { sort: 'list'; of: Kind; once: boolean }
	| { sort: 'pairs'; of: Kind }
	| { sort: 'struct'; name: string; fields: Field[] }
	| { sort: 'entity'; type: string };

export interface Field {
	name: string;
	kind: Kind;
	type: string;
	needed: boolean;
	expected: boolean; // by who wrote the definition; the server takes an entity without it, too
	unique: boolean;
	default: string;
	description: string;
	relationship: string; // of which it is an end; empty for an attribute proper
}

/** An entity that was picked. */
export interface Picked {
	guid: string;
	name: string;
	type: string;
}

/** What was typed so far: text for all that is one value, and the parts of the rest. */
export type Draft = string | Picked | Draft[] | { key: string; value: Draft }[] | { [field: string]: Draft };

export type Types = ReadonlyMap<string, TypeDef>;

const whole: Record<string, bigint> = { byte: 2n ** 7n, short: 2n ** 15n, int: 2n ** 31n, long: 2n ** 63n };
const deepest = 4; // structs within structs; what is below is asked for as JSON

/** Says how values of a type are asked for. */
export function kindOf(type: string, types: Types, { once = false, name = '', depth = 0 } = {}): Kind {
	const array = /^array<(.*)>$/.exec(type)?.[1];
	if (array) return { sort: 'list', of: kindOf(array, types, { depth: depth + 1 }), once };
	const map = /^map<\s*string\s*,(.*)>$/.exec(type)?.[1];
	if (map) return { sort: 'pairs', of: kindOf(map.trim(), types, { depth: depth + 1 }) };
	if (type === 'boolean' || type === 'date') return { sort: type, type };
	if (type in whole || type === 'biginteger') return { sort: 'whole', type };
	if (type === 'float' || type === 'double' || type === 'bigdecimal') return { sort: 'number', type };
	const def = types.get(type);
	if (def?.category === 'ENUM') return { sort: 'choice', values: [...def.elements].sort((a, b) => (a.ordinal ?? 0) - (b.ordinal ?? 0)) };
	if (def?.category === 'STRUCT' && depth < deepest) return { sort: 'struct', name: type, fields: def.attributes.map((a) => fieldOf(a, types, depth + 1)) };
	if (def?.category === 'ENTITY') return { sort: 'entity', type };
	if (type === 'string') return { sort: /descri|comment|query|text|ddl/i.test(name) ? 'long' : 'text', type };
	return { sort: 'json', type };
}

export function fieldOf(a: Attribute, types: Types, depth = 0): Field {
	return {
		name: a.name,
		kind: kindOf(a.type, types, { once: a.cardinality === 'SET', name: a.name, depth }),
		type: a.type,
		needed: !a.optional && !a.relationship,
		expected: !a.optional,
		unique: a.unique,
		default: a.default,
		description: a.description === a.name ? '' : a.description,
		relationship: a.relationship,
	};
}

/** Everything that entities of a type may say: what is needed first, then what its own
 * type declares, then what it inherits, and last what it is related to. */
export function fieldsOf(type: string, types: Types): Field[] {
	const lineage = [type, ...ancestorsOf(type, types)].map((name) => types.get(name)).filter((t) => t !== undefined);
	const seen = new Set(['meanings']);
	const fresh = (list: readonly Attribute[]) => list.filter((a) => !seen.has(a.name) && seen.add(a.name)).map((a) => fieldOf(a, types));
	const attributes = lineage.flatMap((t) => fresh(t.attributes).map((field) => ({ field, own: t === lineage[0] })));
	const needed = attributes.filter((a) => a.field.needed).sort((a, b) => Number(a.own) - Number(b.own));
	return [...needed, ...attributes.filter((a) => !a.field.needed)].map((a) => a.field).concat(lineage.flatMap((t) => fresh(t.ends)));
}

/** Reports whether somebody may make entities of a type: not of those that the server
 * keeps for itself, of glossaries, or of what other protocols write. */
export function isMakeable(t: Pick<TypeDef, 'name' | 'service' | 'category'>): boolean {
	return t.category === 'ENTITY' && !/^(__|AtlasGlossary)/.test(t.name) && !['mlflow', 'mlmd', 'openlineage', 'pedigree'].includes(t.service);
}

const two = (n: number) => String(n).padStart(2, '0');

/** Gives a moment as the browser's own field has it. */
function localOf(at: number): string {
	const d = new Date(at);
	return Number.isNaN(d.getTime()) ? '' : `${String(d.getFullYear()).padStart(4, '0')}-${two(d.getMonth() + 1)}-${two(d.getDate())}T${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}`;
}

/** Gives what to begin with: a value that there is, or nothing. */
export function draftOf(kind: Kind, value: unknown): Draft {
	const none = value === null || value === undefined;
	switch (kind.sort) {
		case 'list':
			return (Array.isArray(value) ? value : []).map((v) => draftOf(kind.of, v));
		case 'pairs':
			return Object.entries(asRecord(value)).map(([key, v]) => ({ key, value: draftOf(kind.of, v) }));
		case 'struct': {
			const inside = asRecord(value);
			const values = 'attributes' in inside ? asRecord(inside.attributes) : inside;
			return Object.fromEntries(kind.fields.map((f) => [f.name, draftOf(f.kind, values[f.name])]));
		}
		case 'entity': {
			const end = asRecord(value);
			const guid = asText(end.guid);
			return guid ? { guid, name: asText(end.displayText) || asText(end.name) || asText(asRecord(end.uniqueAttributes).qualifiedName) || guid, type: asText(end.typeName) || kind.type } : '';
		}
		case 'date':
			return typeof value === 'number' && value !== 0 ? localOf(value) : '';
		case 'json':
			return none ? '' : JSON.stringify(value);
		default:
			return none ? '' : String(value);
	}
}

const isPicked = (draft: Draft): draft is Picked => typeof draft === 'object' && 'guid' in draft && typeof draft.guid === 'string';
const parts = (draft: Draft) => draft as { [field: string]: Draft };
const pairs = (draft: Draft) => draft as { key: string; value: Draft }[];
const numeric = /^-?\d+(\.\d+)?(e[-+]?\d+)?$/i;

/** Gives the value that a draft stands for; nothing that was typed is null. */
export function valueOf(kind: Kind, draft: Draft): unknown {
	switch (kind.sort) {
		case 'list': {
			const values = (draft as Draft[]).map((d) => valueOf(kind.of, d)).filter((v) => v !== null);
			return values.length > 0 ? values : null;
		}
		case 'pairs': {
			const some = pairs(draft).filter((p) => p.key !== '');
			return some.length > 0 ? Object.fromEntries(some.map((p) => [p.key, valueOf(kind.of, p.value)])) : null;
		}
		case 'struct': {
			const set = kind.fields.map((f) => [f.name, valueOf(f.kind, parts(draft)[f.name] ?? '')] as const).filter(([, v]) => v !== null);
			return set.length > 0 ? { typeName: kind.name, attributes: Object.fromEntries(set) } : null;
		}
		case 'entity':
			return isPicked(draft) ? { guid: draft.guid, typeName: draft.type || kind.type } : null;
	}
	const text = String(draft);
	if (text.trim() === '') return null;
	switch (kind.sort) {
		case 'boolean':
			return text === 'true';
		case 'date':
			return new Date(text).getTime();
		case 'whole':
			return Number.isSafeInteger(Number(text)) ? Number(text) : text.trim();
		case 'number':
			return kind.type === 'bigdecimal' ? text.trim() : Number(text);
		case 'json':
			return JSON.parse(text);
		default:
			return text;
	}
}

/** Says what is wrong with a draft, if anything is. */
export function problemIn(kind: Kind, draft: Draft): string | undefined {
	switch (kind.sort) {
		case 'list':
			return first(draft as Draft[], (d) => problemIn(kind.of, d));
		case 'pairs': {
			const keys = pairs(draft).map((p) => p.key);
			if (keys.some((k, i) => k === '' && valueOf(kind.of, pairs(draft)[i]?.value ?? '') !== null)) return 'A value has no key.';
			const twice = keys.find((k, i) => k !== '' && keys.indexOf(k) < i);
			return twice !== undefined ? `The key ${twice} is there twice.` : first(pairs(draft), (p) => problemIn(kind.of, p.value));
		}
		case 'struct':
			if (valueOf(kind, draft) === null) return undefined;
			return first(kind.fields, (f) => {
				const said = problemOf(f, parts(draft)[f.name] ?? '');
				return said && `${f.name}: ${said}`;
			});
		case 'entity':
			return undefined;
	}
	const text = String(draft).trim();
	if (text === '') return undefined;
	if (kind.sort === 'whole') {
		if (!/^-?\d+$/.test(text)) return 'It is to be a whole number.';
		const bound = whole[kind.type];
		return bound !== undefined && (BigInt(text) >= bound || BigInt(text) < -bound) ? `It is to be between ${-bound} and ${bound - 1n}.` : undefined;
	}
	if (kind.sort === 'number' && !numeric.test(text)) return 'It is to be a number.';
	if (kind.sort === 'date' && Number.isNaN(new Date(text).getTime())) return 'It is to be a date and a time.';
	if (kind.sort === 'json') {
		try {
			JSON.parse(text);
		} catch {
			return 'It is to be JSON.';
		}
	}
	return undefined;
}

function first<T>(list: readonly T[], say: (one: T) => string | undefined): string | undefined {
	for (const one of list) {
		const said = say(one);
		if (said) return said;
	}
	return undefined;
}

/** Says what is wrong with what was typed into a field, if anything is. */
export function problemOf(field: Field, draft: Draft): string | undefined {
	const wrong = problemIn(field.kind, draft);
	if (wrong) return wrong;
	return field.needed && !field.default && valueOf(field.kind, draft) === null ? 'It is needed.' : undefined;
}

/** Gives what the server's refusal says of each field, and what is left of it. */
export function refusalOf(message: string, names: readonly string[]): { byField: Map<string, string>; rest: string } {
	const byField = new Map<string, string>();
	const lead = /^.*?passed\s*:\s*/.exec(message)?.[0] ?? '';
	const rest = message
		.slice(lead.length)
		.split(/, (?=[\w ]+\.[\w-]+[^,]*?: )/)
		.filter((part) => {
			const [, name = '', said = ''] = /^[\w ]+\.([\w-]+)[^]*?: ([^]*)$/.exec(part) ?? [];
			if (!names.includes(name)) return true;
			byField.set(name, said);
			return false;
		});
	return { byField, rest: rest.length > 0 ? (byField.size > 0 ? rest.join(', ') : message) : '' };
}

/** Gives what an entity is saved with: of a new one all that was typed; of one that
 * there is what has changed, and what may not be missing. */
export function bodyOf(type: string, fields: readonly Field[], drafts: Readonly<Record<string, Draft>>, before?: { guid: string; drafts: Readonly<Record<string, Draft>> }): Record<string, unknown> {
	const [attributes, relationshipAttributes]: Record<string, unknown>[] = [{}, {}];
	for (const f of fields) {
		const value = valueOf(f.kind, drafts[f.name] ?? '');
		const same = before ? JSON.stringify(value) === JSON.stringify(valueOf(f.kind, before.drafts[f.name] ?? '')) : value === null;
		if (same && !(before && f.needed && value !== null)) continue;
		((f.relationship ? relationshipAttributes : attributes) as Record<string, unknown>)[f.name] = value;
	}
	return { typeName: type, ...(before && { guid: before.guid }), attributes, ...(Object.keys(relationshipAttributes ?? {}).length > 0 && { relationshipAttributes }) };
}

/** Says a type as one asks for it: "number", "list of text". */
export function kindWord(kind: Kind): string {
	switch (kind.sort) {
		case 'list':
			return `${kind.once ? 'set' : 'list'} of ${kindWord(kind.of)}`;
		case 'pairs':
			return `keys and values (${kindWord(kind.of)})`;
		case 'struct':
			return kind.name;
		case 'entity':
			return kind.type;
		case 'choice':
			return 'one of a list';
		default:
			return elementType(kind.type);
	}
}

/** Reports whether there is a value. */
export const isSet = (value: unknown) => value !== null && value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0);

/** Gives the tie between an entity, seen from the end of this name, and another. */
export function tieOf(def: TypeDef, as: string, type: string, here: Tie['end1'], there: Tie['end1'], attributes: Record<string, unknown>, types: Types): Tie {
	const lineage = [type, ...ancestorsOf(type, types)];
	const isFirst = def.between?.[0].name === as && lineage.includes(def.between[0].type);
	return { typeName: def.name, end1: isFirst ? here : there, end2: isFirst ? there : here, ...(Object.keys(attributes).length > 0 && { attributes }) };
}
