// Types, by Atlas's protocol: what is known of them, and how they are made.

import { get, post, send } from './call';
import { asList, asNumber, asRecord, asText } from './decode';

const base = '/api/atlas/v2/types';

export const categories = ['ENTITY', 'CLASSIFICATION', 'RELATIONSHIP', 'BUSINESS_METADATA', 'STRUCT', 'ENUM'] as const;
export type Category = (typeof categories)[number];

/** What stands under one category in a set of definitions. */
export const listOf: Record<Category, string> = {
	ENTITY: 'entityDefs',
	CLASSIFICATION: 'classificationDefs',
	RELATIONSHIP: 'relationshipDefs',
	BUSINESS_METADATA: 'businessMetadataDefs',
	STRUCT: 'structDefs',
	ENUM: 'enumDefs',
};

/** Says what one of a category is, and what several are. */
export const categoryWord: Record<Category, string> = {
	ENTITY: 'entity type',
	CLASSIFICATION: 'classification',
	RELATIONSHIP: 'relationship',
	BUSINESS_METADATA: 'business metadata',
	STRUCT: 'struct',
	ENUM: 'enumeration',
};
export const categoryTitle: Record<Category, string> = {
	ENTITY: 'Entity types',
	CLASSIFICATION: 'Classifications',
	RELATIONSHIP: 'Relationships',
	BUSINESS_METADATA: 'Business metadata',
	STRUCT: 'Structs',
	ENUM: 'Enumerations',
};

export interface Attribute {
	name: string;
	type: string;
	optional: boolean;
	cardinality: string;
	least: number | undefined; // values
	most: number | undefined; // undefined where there is no bound
	unique: boolean;
	indexed: boolean;
	default: string;
	description: string;
	constraints: { type: string; params: Map<string, string> }[];
	options: Map<string, string>;
	relationship: string; // of which it is an end; empty for an attribute proper
	legacy: boolean;
}

export interface End {
	type: string;
	name: string;
	container: boolean;
	cardinality: string;
	description: string;
}

export interface TypeDef {
	category: Category;
	guid: string;
	name: string;
	description: string;
	version: number | undefined;
	typeVersion: string;
	service: string;
	created: number | undefined;
	createdBy: string;
	updated: number | undefined;
	updatedBy: string;
	superTypes: string[];
	subTypes: string[];
	entityTypes: string[]; // a classification may be put on
	attributes: Attribute[]; // its own
	ends: Attribute[]; // of relationships, as an entity type sees them
	business: Map<string, Attribute[]>; // by the name of the business metadata
	elements: { value: string; description: string; ordinal: number | undefined }[];
	between: [End, End] | undefined; // of a relationship
	relationshipCategory: string;
	propagate: string;
	raw: unknown;
}

export interface TypeHeader {
	guid: string;
	name: string;
	category: Category;
	service: string;
}

export function asCategory(x: unknown): Category {
	const text = asText(x);
	return categories.find((c) => c === text) ?? 'ENTITY';
}

/** Gives the names and categories of all types. */
export async function listTypeHeaders(signal?: AbortSignal): Promise<TypeHeader[]> {
	return asList(await get(`${base}/typedefs/headers`, {}, signal)).map((x) => {
		const h = asRecord(x);
		return { guid: asText(h.guid), name: asText(h.name), category: asCategory(h.category), service: asText(h.serviceType) };
	});
}

/** Gives all types of a category, by their names. */
export async function listTypes(category: Category, signal?: AbortSignal): Promise<TypeDef[]> {
	const answer = asRecord(await get(`${base}/typedefs`, { type: category === 'BUSINESS_METADATA' ? 'business_metadata' : category.toLowerCase() }, signal));
	return asList(answer[listOf[category]])
		.map((x) => readTypeDef(x, category))
		.sort((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1));
}

export async function getType(name: string, signal?: AbortSignal): Promise<TypeDef> {
	return readTypeDef(await get(`${base}/typedef/name/${encodeURIComponent(name)}`, {}, signal));
}

export function readTypeDef(x: unknown, category?: Category): TypeDef {
	const t = asRecord(x);
	return {
		category: category ?? asCategory(t.category),
		guid: asText(t.guid),
		name: asText(t.name),
		description: asText(t.description),
		version: asNumber(t.version),
		typeVersion: asText(t.typeVersion),
		service: asText(t.serviceType),
		created: asNumber(t.createTime),
		createdBy: asText(t.createdBy),
		updated: asNumber(t.updateTime),
		updatedBy: asText(t.updatedBy),
		superTypes: asList(t.superTypes).map(asText),
		subTypes: asList(t.subTypes).map(asText).sort(),
		entityTypes: asList(t.entityTypes).map(asText),
		attributes: asList(t.attributeDefs).map(readAttribute),
		ends: asList(t.relationshipAttributeDefs).map(readAttribute),
		business: new Map(Object.entries(asRecord(t.businessAttributeDefs)).map(([name, list]) => [name, asList(list).map(readAttribute)])),
		elements: asList(t.elementDefs).map((y) => {
			const e = asRecord(y);
			return { value: asText(e.value), description: asText(e.description), ordinal: asNumber(e.ordinal) };
		}),
		between: t.endDef1 && t.endDef2 ? [readEnd(t.endDef1), readEnd(t.endDef2)] : undefined,
		relationshipCategory: asText(t.relationshipCategory),
		propagate: asText(t.propagateTags),
		raw: x,
	};
}

const unbounded = 2147483647; // as a 32-bit protocol says it

function readAttribute(x: unknown): Attribute {
	const a = asRecord(x);
	const bound = (n: number | undefined) => (n === undefined || n < 0 || n >= unbounded ? undefined : n);
	return {
		name: asText(a.name),
		type: asText(a.typeName),
		optional: a.isOptional !== false,
		cardinality: asText(a.cardinality),
		least: bound(asNumber(a.valuesMinCount)),
		most: bound(asNumber(a.valuesMaxCount)),
		unique: a.isUnique === true,
		indexed: a.isIndexable === true,
		default: asText(a.defaultValue),
		description: asText(a.description),
		constraints: asList(a.constraints).map((y) => {
			const c = asRecord(y);
			return { type: asText(c.type), params: textsOf(c.params) };
		}),
		options: textsOf(a.options),
		relationship: asText(a.relationshipTypeName),
		legacy: a.isLegacyAttribute === true,
	};
}

function textsOf(x: unknown): Map<string, string> {
	return new Map(Object.entries(asRecord(x)).map(([key, value]) => [key, typeof value === 'object' ? JSON.stringify(value) : asText(value)]));
}

function readEnd(x: unknown): End {
	const e = asRecord(x);
	return { type: asText(e.type), name: asText(e.name), container: e.isContainer === true, cardinality: asText(e.cardinality), description: asText(e.description) };
}

/** Says how many values an attribute has: "one", "one or none", "2 to 5", "any number, each once". */
export function countWord(a: Pick<Attribute, 'cardinality' | 'optional' | 'least' | 'most'>): string {
	if (a.cardinality !== 'LIST' && a.cardinality !== 'SET') return a.optional ? 'one or none' : 'one';
	const least = Math.max(a.least ?? 0, a.optional ? 0 : 1);
	const range = a.most !== undefined && a.most > 1 ? (least === a.most ? `${least}` : `${least} to ${a.most}`) : least > 0 ? `${least} or more` : 'any number';
	return a.cardinality === 'SET' ? `${range}, each once` : range;
}

/** Gives the name of the type that values of an attribute are of, without array and map. */
export function elementType(type: string): string {
	const array = /^array<(.*)>$/.exec(type)?.[1];
	if (array) return elementType(array);
	const map = /^map<[^,]*,(.*)>$/.exec(type)?.[1];
	return map ? elementType(map) : type.trim();
}

const primitives = new Set(['string', 'boolean', 'byte', 'short', 'int', 'long', 'float', 'double', 'biginteger', 'bigdecimal', 'date', 'any']);

/** Reports whether a type is one that is not defined anywhere. */
export const isPrimitive = (type: string) => primitives.has(type);

/** Makes types, of one category or several, as a set of definitions has them. */
export const createTypes = (defs: unknown) => post(`${base}/typedefs`, defs);
export const updateTypes = (defs: unknown) => send('PUT', `${base}/typedefs`, defs);
export const deleteType = (name: string) => send('DELETE', `${base}/typedef/name/${encodeURIComponent(name)}`, undefined);

/** What types have how many entities, those of their sub types not counted; of
 * classifications, how many entities they are on. */
export interface Counts {
	active: Map<string, number>;
	deleted: Map<string, number>;
	tagged: Map<string, number>;
}

export async function countEntities(signal?: AbortSignal): Promise<Counts> {
	const data = asRecord(asRecord(await get('/api/atlas/admin/metrics', {}, signal)).data);
	const [entity, tag] = [asRecord(data.entity), asRecord(data.tag)];
	const numbers = (x: unknown) => new Map(Object.entries(asRecord(x)).map(([name, count]) => [name, asNumber(count) ?? 0]));
	return { active: numbers(entity.entityActive), deleted: numbers(entity.entityDeleted), tagged: numbers(tag.tagEntities) };
}

/** Gives all types of all categories, by their names. */
export async function allTypes(signal?: AbortSignal): Promise<Map<string, TypeDef>> {
	const answer = asRecord(await get(`${base}/typedefs`, {}, signal));
	return new Map(categories.flatMap((category) => asList(answer[listOf[category]]).map((x) => readTypeDef(x, category))).map((t) => [t.name, t]));
}
