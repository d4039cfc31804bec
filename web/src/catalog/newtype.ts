// A type as a form says it, and the definitions that make it.

import { listOf, type Category } from '../api/catalogtypes';

export interface NewAttribute {
	name: string;
	type: string;
	cardinality: 'SINGLE' | 'LIST' | 'SET';
	optional: boolean;
	unique: boolean;
	indexed: boolean;
	default: string;
}

export interface NewType {
	category: 'ENTITY' | 'CLASSIFICATION';
	name: string;
	description: string;
	superTypes: string[];
	entityTypes: string[]; // that a classification may be put on
	attributes: NewAttribute[];
}

export const blankAttribute = (): NewAttribute => ({ name: '', type: 'string', cardinality: 'SINGLE', optional: true, unique: false, indexed: false, default: '' });

export function blankType(category: NewType['category']): NewType {
	return { category, name: '', description: '', superTypes: category === 'ENTITY' ? ['DataSet'] : [], entityTypes: [], attributes: [] };
}

/** Gives the definitions to send for what a form says. */
export function defsOf(type: NewType): Record<string, unknown> {
	const def: Record<string, unknown> = { category: type.category, name: type.name.trim(), typeVersion: '1.0', superTypes: type.superTypes, attributeDefs: type.attributes.filter((a) => a.name.trim()).map(attributeOf) };
	if (type.description.trim()) def.description = type.description.trim();
	if (type.category === 'CLASSIFICATION' && type.entityTypes.length > 0) def.entityTypes = type.entityTypes;
	return { [listOf[type.category]]: [def] };
}

function attributeOf(a: NewAttribute): Record<string, unknown> {
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
