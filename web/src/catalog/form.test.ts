import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readTypeDef, type TypeDef } from '../api/catalogtypes';
import { bodyOf, draftOf, fieldsOf, isMakeable, kindOf, problemIn, problemOf, refusalOf, tieOf, valueOf, type Draft, type Field, type Kind } from './form';

const attribute = (name: string, typeName: string, more = {}) => ({ name, typeName, isOptional: true, cardinality: 'SINGLE', ...more });
const end = (name: string, typeName: string, relationshipTypeName: string, more = {}) => ({ ...attribute(name, typeName, more), relationshipTypeName });

const types: Map<string, TypeDef> = new Map(
	[
		{ category: 'ENUM', name: 'kind', elementDefs: [{ value: 'industry', ordinal: 2 }, { value: 'household', ordinal: 1 }] },
		{ category: 'STRUCT', name: 'retention', attributeDefs: [attribute('days', 'int', { isOptional: false }), attribute('reason', 'string')] },
		{ category: 'ENTITY', name: 'Asset', attributeDefs: [attribute('qualifiedName', 'string', { isOptional: false, isUnique: true }), attribute('description', 'string')], relationshipAttributeDefs: [end('meanings', 'array<AtlasGlossaryTerm>', 'assignment')] },
		{
			category: 'ENTITY',
			name: 'table',
			superTypes: ['Asset'],
			attributeDefs: [
				attribute('kind', 'kind'), attribute('rows', 'long'), attribute('measured', 'date'), attribute('retention', 'retention'), attribute('places', 'array<string>', { cardinality: 'SET' }),
				attribute('units', 'map<string,double>'), attribute('inputs', 'array<Asset>'), attribute('level', 'int', { isOptional: false, defaultValue: '1' }), attribute('mode', 'string', { isOptional: false }),
			],
			relationshipAttributeDefs: [end('columns', 'array<table>', 'parts'), end('inputs', 'array<Asset>', 'reads'), end('owner', 'Asset', 'parts', { isOptional: false })],
		},
		{ category: 'RELATIONSHIP', name: 'parts', endDef1: { type: 'Asset', name: 'columns' }, endDef2: { type: 'table', name: 'owner' } },
	].map((t) => [t.name, readTypeDef(t)]),
);
const fields = fieldsOf('table', types);
const field = (name: string) => fields.find((f) => f.name === name) as Field;

describe('a form', () => {
	test('asks for what is needed first, then for its own, then for what it inherits, last for relationships, each once', () => {
		expect(fields.map((f) => f.name)).toEqual(['qualifiedName', 'level', 'mode', 'kind', 'rows', 'measured', 'retention', 'places', 'units', 'inputs', 'description', 'columns', 'owner']);
		expect(field('owner')).toMatchObject({ needed: false, expected: true, relationship: 'parts' });
	});

	test('asks for each type in its own way', () => {
		expect(field('kind').kind).toMatchObject({ sort: 'choice', values: [{ value: 'household' }, { value: 'industry' }] });
		expect(field('places').kind).toEqual({ sort: 'list', once: true, of: { sort: 'text', type: 'string' } });
		expect(field('units').kind).toEqual({ sort: 'pairs', of: { sort: 'number', type: 'double' } });
		expect(field('retention').kind).toMatchObject({ sort: 'struct', fields: [{ name: 'days', needed: true }, { name: 'reason' }] });
		expect(field('inputs').kind).toEqual({ sort: 'list', once: false, of: { sort: 'entity', type: 'Asset' } });
		expect(field('description').kind.sort).toBe('long');
		expect(kindOf('map<int,string>', types).sort).toBe('json');
		expect(kindOf('array<nothing>', types)).toMatchObject({ of: { sort: 'json' } });
	});

	test.each<[string, Draft, string | undefined]>([
		['qualifiedName', ' ', 'It is needed.'],
		['level', '', undefined],
		['rows', '1.5', 'It is to be a whole number.'],
		['rows', '9223372036854775807', undefined],
		['rows', '9223372036854775808', 'It is to be between -9223372036854775808 and 9223372036854775807.'],
		['level', '2147483648', 'It is to be between -2147483648 and 2147483647.'],
		['measured', 'soon', 'It is to be a date and a time.'],
		['units', [{ key: '', value: '1' }], 'A value has no key.'],
		['units', [{ key: 'a', value: '1' }, { key: 'a', value: '2' }], 'The key a is there twice.'],
		['units', [{ key: 'a', value: 'one' }], 'It is to be a number.'],
		['retention', { days: '', reason: '' }, undefined],
		['retention', { days: '', reason: 'law' }, 'days: It is needed.'],
	])('says of %s what is wrong with %j', (name, draft, want) => expect(problemOf(field(name), draft)).toBe(want));

	test('says what is no JSON', () => {
		expect(problemIn({ sort: 'json', type: 'any' }, '{')).toBe('It is to be JSON.');
		expect(problemIn({ sort: 'json', type: 'any' }, '{}')).toBeUndefined();
	});

	test('gives each value the form that the protocol wants', () => {
		expect(valueOf(field('rows').kind, '9223372036854775807')).toBe('9223372036854775807');
		expect(valueOf(field('rows').kind, '5')).toBe(5);
		expect(valueOf(field('places').kind, ['a', '', 'b'])).toEqual(['a', 'b']);
		expect(valueOf(field('units').kind, [{ key: 'a', value: '1e3' }])).toEqual({ a: 1000 });
		expect(valueOf(field('retention').kind, { days: '90', reason: '' })).toEqual({ typeName: 'retention', attributes: { days: 90 } });
		expect(valueOf(field('inputs').kind, [{ guid: 'g', name: 'n', type: 'table' }])).toEqual([{ guid: 'g', typeName: 'table' }]);
		expect(valueOf({ sort: 'boolean', type: 'boolean' }, 'false')).toBe(false);
		expect(valueOf(field('kind').kind, '')).toBeNull();
	});

	test('gives back what it began with', () => {
		const value = fc.constantFrom<[Kind, unknown]>(
			[field('rows').kind, 7], [field('places').kind, ['a', 'b']], [field('units').kind, { a: 1.5 }], [field('retention').kind, { typeName: 'retention', attributes: { days: 1, reason: 'x' } }],
			[field('measured').kind, 1767225600000], [field('kind').kind, 'household'], [{ sort: 'json', type: 'any' }, { a: [1] }], [field('inputs').kind, [{ guid: 'g', typeName: 'table' }]], [field('rows').kind, null],
		);
		fc.assert(fc.property(value, ([kind, v]) => void expect(valueOf(kind, draftOf(kind, v))).toEqual(v)));
	});

	test('takes what the server says of fields apart', () => {
		const said = 'Invalid instance creation/updation parameters passed : table.kind=foo, bar: invalid value for type kind, table.retention.days=x: invalid value for type int, table.other: mandatory attribute value missing in type table';
		const { byField, rest } = refusalOf(said, ['kind', 'retention']);
		expect([...byField]).toEqual([['kind', 'invalid value for type kind'], ['retention', 'invalid value for type int']]);
		expect(rest).toBe('table.other: mandatory attribute value missing in type table');
		expect(refusalOf('Referenced entity nope is not found', ['kind'])).toEqual({ byField: new Map(), rest: 'Referenced entity nope is not found' });
	});
});

describe('what is sent', () => {
	const empty = Object.fromEntries(fields.map((f) => [f.name, draftOf(f.kind, undefined)]));

	test('of a new entity is what was typed, its relationships apart', () => {
		const drafts = { ...empty, qualifiedName: 'q', rows: '3', owner: { guid: 'o', name: 'O', type: 'Asset' } };
		expect(bodyOf('table', fields, drafts)).toEqual({ typeName: 'table', attributes: { qualifiedName: 'q', rows: 3 }, relationshipAttributes: { owner: { guid: 'o', typeName: 'Asset' } } });
	});

	test('of one that is changed is what changed, what was taken away, and what may not be missing', () => {
		const before = { ...empty, qualifiedName: 'q', mode: 'm', rows: '3', kind: 'household' };
		expect(bodyOf('table', fields, { ...before, rows: '', kind: 'industry' }, { guid: 'g', drafts: before })).toEqual({ typeName: 'table', guid: 'g', attributes: { qualifiedName: 'q', mode: 'm', rows: null, kind: 'industry' } });
	});
});

test('entities of other protocols and of glossaries are not made by a form', () => {
	expect(['table', 'AtlasGlossaryTerm', '__internal'].map((name) => isMakeable({ name, service: '', category: 'ENTITY' }))).toEqual([true, false, false]);
	expect(isMakeable({ name: 'mlflow_run', service: 'mlflow', category: 'ENTITY' })).toBe(false);
});

test('a tie knows which end is which', () => {
	const [here, there] = [{ guid: 'h', typeName: 'table' }, { guid: 't', typeName: 'table' }];
	const def = types.get('parts') as TypeDef;
	expect(tieOf(def, 'columns', 'table', here, there, {}, types)).toEqual({ typeName: 'parts', end1: here, end2: there });
	expect(tieOf(def, 'owner', 'table', here, there, { a: 1 }, types)).toEqual({ typeName: 'parts', end1: there, end2: here, attributes: { a: 1 } });
});
