// A type as a form says it, and the definitions that make it.

import { listOf, type Category, type TypeDef } from '../api/catalogtypes';
import { asList, asRecord } from '../api/decode';

export interface NewAttribute {
	name: string;
	type: string;
	cardinality: 'SINGLE' | 'LIST' | 'SET';
	optional: boolean;
	unique: boolean;
	indexed: boolean;
	default: string;
}

export interface NewEnd {
	type: string;
	name: string;
	many: boolean;
}

export interface NewType {
	category: Category;
	name: string;
	description: string;
	superTypes: string[];
	entityTypes: string[]; // that a classification may be put on, or that may have business metadata
	attributes: NewAttribute[];
	elements: { value: string; description: string }[]; // of an enumeration
	ends: [NewEnd, NewEnd]; // of a relationship
	relation: 'ASSOCIATION' | 'AGGREGATION' | 'COMPOSITION'; // of those but the first, the first end is the whole
	propagate: 'NONE' | 'ONE_TO_TWO' | 'TWO_TO_ONE' | 'BOTH';
}

export const blankAttribute = (): NewAttribute => ({ name: '', type: 'string', cardinality: 'SINGLE', optional: true, unique: false, indexed: false, default: '' });

export function blankType(category: Category): NewType {
	const end = { type: '', name: '', many: false };
	return { category, name: '', description: '', superTypes: category === 'ENTITY' ? ['DataSet'] : [], entityTypes: [], attributes: [], elements: [], ends: [{ ...end }, { ...end }], relation: 'ASSOCIATION', propagate: 'NONE' };
}

/** Gives a definition that there is as a form says it, which asks for what is added. */
export function changeOf(def: TypeDef): NewType {
	return { ...blankType(def.category), name: def.name, description: def.description, superTypes: def.superTypes, entityTypes: def.entityTypes };
}

/** Gives the definitions to send for what a form says: of a new type, or of one that
 * there is with what is added. */
export function defsOf(type: NewType, before?: TypeDef): Record<string, unknown> {
	const had = asRecord(before?.raw);
	const { category } = type;
	const attributes = type.attributes.filter((a) => a.name.trim()).map((a) => attributeOf(a, category === 'BUSINESS_METADATA' ? type.entityTypes : undefined));
	const def: Record<string, unknown> = { typeVersion: '1.0', ...had, category, name: type.name.trim() };
	if (type.description.trim() || before) def.description = type.description.trim();
	if (category === 'ENUM') {
		const held = asList(had.elementDefs);
		def.elementDefs = [...held, ...type.elements.filter((e) => e.value.trim()).map((e, i) => ({ value: e.value.trim(), ordinal: held.length + i + 1, ...(e.description.trim() && { description: e.description.trim() }) }))];
	} else def.attributeDefs = [...asList(had.attributeDefs), ...attributes];
	if (category === 'ENTITY' || category === 'CLASSIFICATION') def.superTypes = type.superTypes;
	if (category === 'CLASSIFICATION' && (type.entityTypes.length > 0 || before)) def.entityTypes = type.entityTypes;
	if (category === 'RELATIONSHIP' && !before) {
		const [whole, part] = type.ends.map((end, i) => ({ type: end.type.trim(), name: end.name.trim(), isContainer: i === 0 && type.relation !== 'ASSOCIATION', cardinality: end.many ? 'SET' : 'SINGLE' }));
		Object.assign(def, { relationshipCategory: type.relation, propagateTags: type.propagate, endDef1: whole, endDef2: part });
	}
	return { [listOf[category]]: [def] };
}

/** Says what is wrong with what a form says, if anything is: its name apart. */
export function typeProblem(type: NewType, types: readonly string[], before?: TypeDef): string | undefined {
	const twice = type.attributes.map((a) => a.name.trim()).find((name, i, all) => name && all.indexOf(name) < i);
	if (twice) return `The attribute ${twice} is there twice.`;
	if (type.category === 'ENUM' && !before && !type.elements.some((e) => e.value.trim())) return 'An enumeration needs a value.';
	if (type.category === 'BUSINESS_METADATA' && type.entityTypes.length === 0 && type.attributes.length > 0) return 'Say which types may have it.';
	if (type.category !== 'RELATIONSHIP' || before) return undefined;
	if (type.ends.some((e) => !types.includes(e.type.trim()))) return 'Both ends need a type that there is.';
	return type.ends.some((e) => !e.name.trim()) ? 'Both ends need a name.' : undefined;
}

function attributeOf(a: NewAttribute, applicable?: string[]): Record<string, unknown> {
	const many = a.cardinality !== 'SINGLE';
	const type = a.type.trim() || 'string';
	return {
		name: a.name.trim(),
		typeName: many && !/^array</.test(type) ? `array<${type}>` : type,
		cardinality: a.cardinality,
		isOptional: a.optional,
		isUnique: a.unique,
		isIndexable: a.indexed || a.unique,
		valuesMinCount: a.optional ? 0 : 1,
		valuesMaxCount: many ? 2147483647 : 1,
		...(a.default && { defaultValue: a.default }),
		...(applicable && { options: { applicableEntityTypes: JSON.stringify(applicable), ...(type === 'string' && { maxStrLength: '1000' }) } }),
	};
}

/** Says what is wrong with a name of a type, if anything is: a letter, then letters,
 * digits, spaces and underscores. */
export function nameProblem(name: string): string | undefined {
	if (name.trim() === '') return 'It needs a name.';
	return /^[\p{L}][\p{L}\p{Nd} _]*$/u.test(name.trim()) ? undefined : 'A name is a letter, then letters, digits, spaces and underscores.';
}

/** Reads definitions that somebody wrote: a set of them, or one by itself. */
export function readDefs(text: string): { defs: Record<string, unknown>; names: string[] } | { problem: string } {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch (error) {
		return { problem: error instanceof Error ? error.message : 'It is not JSON.' };
	}
	if (typeof value !== 'object' || value === null || Array.isArray(value)) return { problem: 'It is to be an object, with entityDefs, classificationDefs and so on.' };
	const given = value as Record<string, unknown>;
	const lists = Object.values(listOf);
	const single = typeof given.category === 'string' ? listOf[given.category as Category] : undefined;
	const defs = single ? { [single]: [given] } : given;
	const names = lists.flatMap((list) => (Array.isArray(defs[list]) ? (defs[list] as unknown[]) : [])).map((d) => String((d as { name?: unknown } | null)?.name ?? ''));
	return names.length > 0 ? { defs, names } : { problem: `It has none of ${lists.join(', ')}.` };
}
