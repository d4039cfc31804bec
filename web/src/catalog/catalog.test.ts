import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { asNew, readClassification, readEntity, readHeader, readRelated } from '../api/catalogentities';
import { readCarried } from '../api/catalogcarried';
import { readImport, readOpened, type Term } from '../api/catalogglossary';
import { bodyOf, operators, readAnswer, readSaved } from '../api/catalogsearch';
import { readLineage } from '../api/lineage';
import { countWord, elementType, readTypeDef, type TypeDef } from '../api/catalogtypes';
import { layoutOf } from '../lineage/layout';
import { actionWord, detailsOf } from './audit';
import { apart, momentOf, newOf, validityWord, wishOf, wishProblem } from './classified';
import { csvOf, markOf, typeIn, wordBefore } from './dsl';
import { readCondition, readEntitiesView, writeCondition, writeEntitiesView, type EntitiesView } from './entitiesview';
import { fieldOf, problemOf, type Field } from './form';
import { categoriesAfter, fitsIn, leavesOf, parentsFor, trailOf, wayTo, type Leaf } from './glossary';
import { blankAttribute, blankType, changeOf, defsOf, nameProblem, readDefs, typeProblem, type NewType } from './newtype';
import { closer, spreadOf, stopBox } from './spread';
import { ancestorsOf, branchesOf, descendantsOf } from './tree';
import { lineOf, shownOf } from './values';

const named = (name: string, ...superTypes: string[]) => ({ name, superTypes });

describe('types', () => {
	const types = [named('Referenceable'), named('Asset', 'Referenceable'), named('DataSet', 'Asset'), named('Process', 'Asset'), named('model', 'DataSet', 'Process'), named('loop', 'loop')];

	test('stand below what they descend from, once for each way', () => {
		const rows = branchesOf(types, () => true);
		expect(rows.map((r) => `${'-'.repeat(r.level)}${r.item.name}`)).toEqual(['-Referenceable', '--Asset', '---DataSet', '----model', '---Process', '----model', '-loop']);
		expect(new Set(rows.map((r) => r.key)).size).toBe(rows.length);
		expect(rows.find((r) => r.item.name === 'Asset')).toMatchObject({ children: 2, position: 1, beside: 1 });
	});

	test('show nothing of what is closed', () => {
		expect(branchesOf(types, (_, level) => level < 2).map((r) => r.item.name)).toEqual(['Referenceable', 'Asset', 'loop']);
	});

	test('know all above and below them, circles or not', () => {
		const circle = [named('a', 'b'), named('b', 'a')];
		expect(ancestorsOf('model', new Map(types.map((t) => [t.name, t])))).toEqual(['DataSet', 'Process', 'Asset', 'Referenceable']);
		expect(descendantsOf('Asset', types)).toEqual(['DataSet', 'Process', 'model']);
		expect(ancestorsOf('a', new Map(circle.map((t) => [t.name, t])))).toEqual(['b']);
		expect(branchesOf(circle, () => true)).toEqual([]);
	});

	test.each([
		[{ cardinality: 'SINGLE', optional: true, least: 0, most: 1 }, 'one or none'],
		[{ cardinality: 'SINGLE', optional: false, least: 1, most: 1 }, 'one'],
		[{ cardinality: 'SET', optional: true, least: undefined, most: undefined }, 'any number, each once'],
		[{ cardinality: 'LIST', optional: false, least: 1, most: undefined }, '1 or more'],
		[{ cardinality: 'LIST', optional: true, least: 2, most: 5 }, '2 to 5'],
	])('%j has %s', (a, want) => expect(countWord(a)).toBe(want));

	test('of attributes are read without array and map', () => {
		expect(['string', 'array<hive_column>', 'map<string,array<int>>'].map(elementType)).toEqual(['string', 'hive_column', 'int']);
	});

	test('of any form are read, and -1 and the largest number are no bound', () => {
		expect(readTypeDef({ name: 7, attributeDefs: 'x' })).toMatchObject({ name: '7', attributes: [], superTypes: [] });
		const def = readTypeDef({ category: 'ENTITY', attributeDefs: [{ name: 'a', valuesMinCount: -1, valuesMaxCount: 2147483647, constraints: [{ type: 'inverseRef', params: { attribute: 'b' } }] }] });
		expect(def.attributes[0]).toMatchObject({ least: undefined, most: undefined, constraints: [{ type: 'inverseRef', params: new Map([['attribute', 'b']]) }] });
	});
});

describe('a new type', () => {
	test('becomes the definitions that make it', () => {
		const type = { ...blankType('ENTITY'), name: ' table ', attributes: [{ ...blankAttribute(), name: 'columns', type: 'column', cardinality: 'SET' as const }, { ...blankAttribute(), name: 'id', unique: true, optional: false }, blankAttribute()] };
		expect(defsOf(type)).toEqual({
			entityDefs: [
				{
					category: 'ENTITY', name: 'table', typeVersion: '1.0', superTypes: ['DataSet'],
					attributeDefs: [
						{ name: 'columns', typeName: 'array<column>', cardinality: 'SET', isOptional: true, isUnique: false, isIndexable: false, valuesMinCount: 0, valuesMaxCount: 2147483647 },
						{ name: 'id', typeName: 'string', cardinality: 'SINGLE', isOptional: false, isUnique: true, isIndexable: true, valuesMinCount: 1, valuesMaxCount: 1 },
					],
				},
			],
		});
	});

	test('of each category becomes what that wants', () => {
		const one = (type: NewType, before?: TypeDef) => (Object.values(defsOf(type, before))[0] as Record<string, unknown>[])[0];
		expect(one({ ...blankType('ENUM'), name: 'kind', elements: [{ value: ' a ', description: '' }, { value: '', description: 'x' }, { value: 'b', description: 'B' }] })).toEqual({ category: 'ENUM', name: 'kind', typeVersion: '1.0', elementDefs: [{ value: 'a', ordinal: 1 }, { value: 'b', ordinal: 2, description: 'B' }] });
		const ends: NewType['ends'] = [{ type: 'table', name: 'columns', many: true }, { type: 'column', name: 'table', many: false }];
		expect(one({ ...blankType('RELATIONSHIP'), name: 'r', ends, relation: 'COMPOSITION', propagate: 'BOTH' })).toMatchObject({
			relationshipCategory: 'COMPOSITION', propagateTags: 'BOTH', endDef1: { type: 'table', name: 'columns', isContainer: true, cardinality: 'SET' }, endDef2: { type: 'column', name: 'table', isContainer: false, cardinality: 'SINGLE' },
		});
		expect(one({ ...blankType('BUSINESS_METADATA'), name: 'b', entityTypes: ['DataSet'], attributes: [{ ...blankAttribute(), name: 'score', type: 'int' }] })).toMatchObject({ attributeDefs: [{ options: { applicableEntityTypes: '["DataSet"]' } }] });
	});

	test('is asked for what its category needs', () => {
		expect(typeProblem(blankType('ENUM'), [])).toBe('An enumeration needs a value.');
		expect(typeProblem(blankType('RELATIONSHIP'), ['table'])).toBe('Both ends need a type that there is.');
		expect(typeProblem({ ...blankType('BUSINESS_METADATA'), attributes: [blankAttribute()] }, [])).toBe('Say which types may have it.');
		expect(typeProblem({ ...blankType('STRUCT'), attributes: [{ ...blankAttribute(), name: 'a' }, { ...blankAttribute(), name: 'a ' }] }, [])).toBe('The attribute a is there twice.');
		expect(typeProblem(blankType('ENTITY'), [])).toBeUndefined();
	});

	test('that is changed keeps what it has', () => {
		const raw = { category: 'ENTITY', guid: 'g', name: 'table', description: 'old', superTypes: ['DataSet'], attributeDefs: [{ name: 'a', typeName: 'int' }], version: 3 };
		const before = readTypeDef(raw);
		const after = { ...changeOf(before), description: 'new', attributes: [{ ...blankAttribute(), name: 'b' }] };
		expect(defsOf(after, before)).toMatchObject({ entityDefs: [{ guid: 'g', version: 3, description: 'new', superTypes: ['DataSet'], attributeDefs: [{ name: 'a', typeName: 'int' }, { name: 'b', typeName: 'string' }] }] });
	});

	test('has a name as the protocol wants it', () => {
		for (const good of ['PII', 'Model Serving', 'a_1', 'Łódź']) expect(nameProblem(good)).toBeUndefined();
		for (const bad of ['', ' ', '1a', 'a-b', 'a.b', '_a']) expect(nameProblem(bad)).toBeDefined();
	});

	test('is read from JSON: a set, or one by itself', () => {
		expect(readDefs('{"category":"ENUM","name":"colour"}')).toEqual({ defs: { enumDefs: [{ category: 'ENUM', name: 'colour' }] }, names: ['colour'] });
		expect(readDefs('{"structDefs":[{"name":"s"}],"entityDefs":[{"name":"e"}]}')).toMatchObject({ names: ['e', 's'] });
		for (const bad of ['', '[', '[]', '1', '{}', '{"entityDefs":{}}']) expect(readDefs(bad)).toHaveProperty('problem');
	});
});

describe('the list of entities', () => {
	const word = fc.string({ minLength: 1, unit: 'grapheme' }).filter((s) => s.isWellFormed());
	const trimmed = fc.oneof(fc.constant(''), word.filter((s) => s.trimEnd() === s));
	const attribute = word.filter((s) => !/\s/.test(s));
	const view: fc.Arbitrary<EntitiesView> = fc.record({
		type: trimmed, words: trimmed, classification: trimmed, term: trimmed,
		conditions: fc.array(fc.record({ attribute, operator: fc.constantFrom(...operators), value: word.filter((s) => s.trim() === s) })),
		sortBy: fc.oneof(fc.constant(''), attribute.filter((s) => !s.startsWith('-'))), descending: fc.boolean(), deleted: fc.boolean(),
	}).map((v) => ({ ...v, descending: v.descending && v.sortBy !== '' }));

	test('is the same after a way through a URL', () => {
		fc.assert(fc.property(view, (v) => void expect(readEntitiesView(new URL(`http://a/catalog${writeEntitiesView(v)}`).search)).toEqual(v)));
	});

	test('drops what is no condition', () => {
		expect(['owner = ann', 'name  LIKE a b ', 'a isNull', 'x', 'a b c', ''].map(readCondition)).toEqual([
			{ attribute: 'owner', operator: '=', value: 'ann' },
			{ attribute: 'name', operator: 'like', value: 'a b' },
			{ attribute: 'a', operator: 'isNull', value: '' },
			undefined, undefined, undefined,
		]);
		expect(writeCondition({ attribute: 'a', operator: 'isNull', value: '' })).toBe('a isNull');
	});

	test('that is kept is found again as it was', () => {
		const kept = { words: 'w', type: 't', classification: 'c', term: 'm', conditions: [{ attribute: 'owner', operator: '=', value: 'ann' }, { attribute: 'x', operator: 'isNull', value: '' }], sortBy: 'name', descending: true, deleted: true };
		expect(readSaved({ name: 'n', searchType: 'BASIC', searchParameters: bodyOf({ ...kept, attributes: [] }) })).toMatchObject({ dsl: '', query: kept });
		expect(readSaved({ searchType: 'ADVANCED', searchParameters: { query: 'from t' } }).dsl).toBe('from t');
		expect(readSaved({ searchParameters: { typeName: '_ALL_ENTITY_TYPES' } }).query?.type).toBe('');
		const either = { condition: 'OR', criterion: [{ attributeName: 'a', operator: '=', attributeValue: '1' }, { attributeName: 'a', operator: '=', attributeValue: '2' }] };
		expect(readSaved({ searchParameters: { entityFilters: { condition: 'AND', criterion: [either] } } }).query).toBeUndefined();
	});

	test('asks for what it says and no more', () => {
		const q = { words: '', type: 'DataSet', classification: '', term: '', conditions: [{ attribute: 'a', operator: 'isNull', value: '' }], deleted: false, sortBy: 'name', descending: true, attributes: [] };
		expect(bodyOf(q)).toEqual({
			excludeDeletedEntities: true, includeClassificationAttributes: true, includeSubTypes: true, includeSubClassifications: true,
			typeName: 'DataSet', sortBy: 'name', sortOrder: 'DESCENDING', entityFilters: { condition: 'AND', criterion: [{ attributeName: 'a', operator: 'isNull' }] },
		});
	});
});

describe('entities', () => {
	const recorded = {
		typeName: 'table', guid: 'g', status: 'ACTIVE', attributes: { name: 'n', qualifiedName: 'q', owner: null },
		relationshipAttributes: { db: { guid: 'd', typeName: 'db', displayText: 'sales', relationshipType: 'table_db', relationshipGuid: 'r' }, columns: [{ guid: 'c', entityStatus: 'DELETED' }], schema: null, meanings: [{ guid: 't', displayText: 'term', relationshipGuid: 'm' }] },
		classifications: [{ typeName: 'PII', entityGuid: 'g', propagate: true }, { typeName: 'PII', entityGuid: 'other', propagate: true, validityPeriods: [{ startTime: '2026/01/01 00:00:00', timeZone: 'UTC' }] }],
		labels: ['l'], customAttributes: { k: 'v' }, businessAttributes: { bm: { a: 1 } },
	};

	test('are read with their relationships, terms apart', () => {
		const e = readEntity(recorded);
		expect([...e.relationships.keys()]).toEqual(['db', 'columns', 'schema']);
		expect(e.relationships.get('db')?.[0]).toMatchObject({ name: 'sales', relationship: 'table_db' });
		expect(e.relationships.get('columns')?.[0]).toMatchObject({ name: 'c', deleted: true });
		expect(e.relationships.get('schema')).toEqual([]);
		expect(e.meanings).toEqual([{ term: 't', name: 'term', relation: 'm' }]);
		expect(e.business.get('bm')?.get('a')).toBe(1);
	});

	test('of any form have a name', () => {
		expect(readHeader({ guid: 'g', attributes: { qualifiedName: 'q' } }).name).toBe('q');
		expect(readHeader(null).name).toBe('');
		expect(readEntity('x').relationships.size).toBe(0);
	});

	test('have classifications of their own before those they carry', () => {
		const { own, carried } = apart(readEntity(recorded).classifications, 'g');
		expect([own.length, carried.map((c) => c.source)]).toEqual([1, ['other']]);
		expect(validityWord(carried[0]?.validity[0] ?? { start: '', end: '', zone: '' })).toBe('from 2026/01/01 00:00:00 (UTC)');
	});

	test('show values as what they are', () => {
		expect(shownOf({ guid: 'g', typeName: 't', uniqueAttributes: { qualifiedName: 'q' } })).toEqual({ kind: 'entity', guid: 'g', name: 'q', type: 't' });
		expect(shownOf(0, 'date')).toEqual({ kind: 'none' });
		expect(shownOf(false)).toEqual({ kind: 'text', text: 'false' });
		expect(lineOf([{ typeName: 's', attributes: { x: 1 } }, { k: ['v'] }])).toBe('x: 1, k: v');
		expect(lineOf(1700000000000, 'date')).toBe('2023-11-14 22:13:20');
	});
});

describe('what is moved in a glossary', () => {
	const leaf = (sort: Leaf['sort'], key: string): Leaf => ({ sort, key, guid: key.split('/').at(-1) ?? '', name: '', level: 1, children: 0, position: 1, beside: 1 });
	const [glossary, other, a, b, term] = [leaf('glossary', 'g'), leaf('glossary', 'h'), leaf('category', 'g/a'), leaf('category', 'g/a/b'), leaf('term', 'g/a/t')] as const;

	test('goes to another place of its glossary, and never below itself', () => {
		expect([fitsIn(term, b), fitsIn(term, glossary), fitsIn(b, glossary), fitsIn(term, a), fitsIn(a, b), fitsIn(a, a), fitsIn(a, other), fitsIn(b, term), fitsIn(glossary, a)]).toEqual([true, true, true, false, false, false, false, false, false]);
	});

	test('leaves the category that it was dragged from, and no other', () => {
		const { terms } = readOpened({ guid: 'g', termInfo: { t: { guid: 't', categories: [{ categoryGuid: 'a' }, { categoryGuid: 'c' }] } } });
		const [t] = terms as [Term];
		expect(categoriesAfter(t, term, b)).toEqual(['c', 'b']);
		expect(categoriesAfter(t, term, glossary)).toEqual(['c']);
		expect(categoriesAfter(t, leaf('term', 'g/t'), leaf('category', 'g/c'))).toEqual(['a', 'c']);
	});
});

describe('a classification', () => {
	const [level] = readTypeDef({ attributeDefs: [{ name: 'level', typeName: 'int', isOptional: false }] }).attributes.map((a) => fieldOf(a, new Map())) as [Field];

	test('is put on as the form says', () => {
		const wish = { ...wishOf(), type: 'PII', drafts: { level: '3' }, propagate: false, start: '2026-01-31T09:00' };
		expect(newOf(wish, [level])).toEqual({
			typeName: 'PII', propagate: false, removePropagationsOnEntityDelete: true, attributes: { level: 3 },
			validityPeriods: [{ startTime: '2026/01/31 09:00:00', timeZone: 'UTC' }],
		});
		expect(momentOf('')).toBe('');
	});

	test('is asked for what it needs', () => {
		expect(wishProblem(wishOf())).toBe('Choose a classification.');
		expect(wishProblem({ ...wishOf(), type: 'PII', start: '2026-02-01T00:00', end: '2026-01-01T00:00' })).toBe('It ends before it begins.');
		expect(wishProblem({ ...wishOf(), type: 'PII' })).toBeUndefined();
		expect(problemOf(level, '')).toBe('It is needed.');
	});

	test('that is changed begins as it was, and keeps the times that the form does not show', () => {
		const was = readClassification({ typeName: 'PII', attributes: { level: 2 }, propagate: false, validityPeriods: [{ startTime: '2026/01/31 09:00:00', timeZone: 'CET' }, { endTime: '2027/01/31 09:00:00' }] });
		expect(wishOf(was)).toMatchObject({ type: 'PII', propagate: false, start: '2026-01-31T09:00:00', end: '', zone: 'CET' });
		expect(newOf({ ...wishOf(was), drafts: { level: '' } }, [level], was)).toMatchObject({ attributes: { level: null }, validityPeriods: [{ startTime: '2026/01/31 09:00:00', timeZone: 'CET' }, { endTime: '2027/01/31 09:00:00' }] });
		expect(newOf({ ...wishOf(was), drafts: { level: '3' }, start: '' }, [level], was).validityPeriods).toHaveLength(1);
	});

	test('that was removed is put back as it was', () => {
		const was = { typeName: 'PII', attributes: { level: 1 }, entityGuid: 'g', propagate: false, removePropagationsOnEntityDelete: true, validityPeriods: [{ startTime: 's', endTime: 'e', timeZone: 'UTC' }] };
		const { entityGuid: _, ...again } = was;
		expect(asNew(readClassification(was))).toEqual(again);
	});

	test('is told with its way', () => {
		const told = readCarried({ guid: 'g', classifications: [{ type: 'PII', own: false, propagate: true, validity: [{ timeZone: 'UTC' }], source: { id: 3, name: 'readings', guid: 's' }, way: [{ node: { id: 4 }, by: 'input' }] }, 'x'] });
		expect(told.list[0]).toMatchObject({ own: false, source: { id: 3 }, classification: { type: 'PII', source: 's', validity: [{ zone: 'UTC' }] } });
		expect(told.list[0]?.way.map((s) => s.node.id)).toEqual([3, 4]);
		expect(told.list).toHaveLength(2);
	});

	test('spreads along what was made, by whatever name, and not behind what it has not reached', () => {
		const header = (guid: string, source = 'a') => readHeader({ guid, typeName: 't', displayText: guid, classifications: [{ typeName: 'PII', entityGuid: source }] });
		const node = (id: number, uid: string, protocol = 'atlas') => ({ id, uid, name: uid, protocol, type: 't', kind: 'artifact' });
		const lineage = readLineage({
			nodes: [node(1, 'a'), node(2, 'p'), node(3, 'run', 'mlflow'), node(4, 'q'), node(5, 'c'), node(6, 'same')],
			edges: [[1, 2], [2, 3], [1, 4], [4, 5], [3, 1]].map(([from, to]) => ({ from, to, kind: 'input' })),
			joined: [[2, 6]],
		});
		const run = '0a1b2c3d-4e5f-0607-0000-000000000003';
		const carriers = { list: [header('a'), header('p'), header(run), header('same'), header('column'), header('other', 'elsewhere'), header('far')], complete: true };
		const tied = [{ guid: 'column', relationshipType: 'table_columns' }, { guid: 'other', relationshipType: 'x' }].map(readRelated);
		const { stops, links, left } = spreadOf(new Set(['PII']), header('a'), lineage, tied, carriers);
		expect([...stops.keys()]).toEqual(['a', 'p', 'q', 'node 3', 'same', 'column']);
		expect(stops.get('q')).toMatchObject({ reached: false, address: '/nodes/4' });
		expect(stops.get('node 3')).toMatchObject({ reached: true, address: `/catalog/entities/${run}` });
		expect(links.filter((l) => l.by)).toEqual([{ from: 'p', to: 'same', by: 'the same' }, { from: 'a', to: 'column', by: 'table_columns' }]);
		expect(left).toBe(1); // what is far is reached by a way that is not drawn
		const unread = spreadOf(new Set(['PII']), header('a'), lineage, [], { list: [], complete: false });
		expect(unread.stops.get('q')?.reached).toBeUndefined();
		expect(unread.stops.has('node 5')).toBe(false);
		expect(unread.stops.has('c')).toBe(true);
	});
});

test('the picture of a way is drawn closer, in the same order, its lines still from stop to stop', () => {
	const layout = layoutOf(['a', 'b', 'c', 'd'], [{ from: 'a', to: 'b' }, { from: 'b', to: 'c' }, { from: 'c', to: 'd' }, { from: 'a', to: 'd' }]);
	const { spots, lines, width } = closer(layout);
	expect(width).toBeLessThan(layout.width);
	for (const line of lines) {
		expect(line.points[0]?.x).toBeCloseTo((spots.get(line.from)?.x ?? 0) + stopBox.width);
		expect(line.points.at(-1)?.x).toBeCloseTo(spots.get(line.to)?.x ?? 0);
	}
});

describe('the glossary tree', () => {
	const opened = readOpened({
		guid: 'g', name: 'Finance',
		categoryInfo: { x: { guid: 'x', name: 'Accounts', anchor: { glossaryGuid: 'g' } }, y: { guid: 'y', name: 'Open', parentCategory: { categoryGuid: 'x' } } },
		termInfo: { t: { guid: 't', name: 'Balance', categories: [{ categoryGuid: 'y', relationGuid: 'r' }], synonyms: [{ termGuid: 'u', displayText: 'Saldo' }] }, u: { guid: 'u', name: 'Saldo' } },
	});
	const map = new Map([['g', opened]]);

	test('shows what is open', () => {
		const rows = leavesOf([opened.glossary], map, new Set(['g', 'g/x', 'g/x/y']), new Set());
		expect(rows.map((r) => [r.level, r.sort, r.name])).toEqual([[1, 'glossary', 'Finance'], [2, 'category', 'Accounts'], [3, 'category', 'Open'], [4, 'term', 'Balance'], [2, 'term', 'Saldo']]);
		expect(leavesOf([opened.glossary], new Map(), new Set(['g']), new Set())).toMatchObject([{ children: -1 }]);
	});

	test('opens to what is looked for', () => {
		expect(wayTo('t', map)).toEqual(['g', 'g/x', 'g/x/y']);
		expect(wayTo('y', map)).toEqual(['g', 'g/x']);
		expect(wayTo('u', map)).toEqual(['g']);
		expect(wayTo('nothing', map)).toEqual([]);
	});

	test('moves a category anywhere but below itself', () => {
		const [accounts, open] = opened.categories;
		expect(parentsFor(accounts, opened.categories)).toEqual([]);
		expect(parentsFor(open, opened.categories)).toEqual([accounts]);
		expect(trailOf(open as NonNullable<typeof open>, opened.categories)).toBe('Accounts / Open');
	});

	test('keeps long lists short until all are wanted', () => {
		const many = { ...opened, categories: [], terms: Array.from({ length: 300 }, (_, i) => ({ ...(opened.terms[1] as NonNullable<(typeof opened.terms)[1]>), guid: `t${i}`, name: `t${i}` })) };
		expect(leavesOf([opened.glossary], new Map([['g', many]]), new Set(['g']), new Set()).at(-1)).toMatchObject({ sort: 'more', name: '100 more terms' });
		expect(leavesOf([opened.glossary], new Map([['g', many]]), new Set(['g']), new Set(['g']))).toHaveLength(301);
	});

	test('tells of each line of a file what became of it, failures first', () => {
		const lines = readImport({ successImportInfoList: [{ parentObjectName: 'g', childObjectName: 't', importStatus: 'SUCCESS', rowNumber: 1, remarks: '{"termGuid":"t"}' }], failedImportInfoList: [{ rowNumber: 9000, remarks: 'broken' }, { rowNumber: -1 }] });
		expect(lines.map((l) => [l.row, l.done, l.remarks, l.guid])).toEqual([[9000, false, 'broken', ''], [undefined, false, '', ''], [1, true, '', 't']]);
	});
});

describe('the language', () => {
	const part = (query: string, message: string) => {
		const mark = markOf(query, message);
		return mark && query.slice(mark.from, mark.to);
	};

	test('is marked where a refusal says', () => {
		expect(part('from nosuchtype', 'Invalid DSL query: from nosuchtype | Reason: DSL Semantic Error - nosuchtype type not found, DSL Semantic Error - nosuchtype type not found. Please refer to Atlas DSL grammar for more information')).toBe('nosuchtype');
		expect(part('from a\nwhere x =', 'Reason: line 2:6 no viable alternative')).toBe('x');
		expect(part('from a where', "Reason: mismatched input '<EOF>' at character 13, expecting a name")).toBe('e');
		expect(part('from a orderby b where c', "Reason: mismatched input 'where' at character 18, expecting <EOF>")).toBe('where');
		expect(part('from a where b ~ 1', "Reason: unexpected '~'")).toBe('~');
		expect(part('from a', 'something else')).toBeUndefined();
		expect(markOf('from a', '', { from: 5, to: 6 })).toEqual({ from: 5, to: 6 });
		expect(markOf('', 'line 9:99')).toEqual({ from: 0, to: 0 });
	});

	test('is completed by what fits', () => {
		const at = (text: string) => wordBefore(text, text.length);
		expect(at('fr').wants).toBe('type');
		expect(at('from Da')).toEqual({ from: 5, word: 'Da', wants: 'type' });
		expect(at('from a where na').wants).toBe('attribute');
		expect(at('from a where x isa ').wants).toBe('classification');
		expect(at('from a select b, ').wants).toBe('attribute');
		expect(at('from a where n = "from ').wants).toBe('any');
		expect([typeIn('from DataSet where'), typeIn('`my type` x'), typeIn('  hive_table')]).toEqual(['DataSet', 'my type', 'hive_table']);
	});

	test('answers are tables or entities', () => {
		expect(readAnswer({ queryType: 'DSL', attributes: { name: ['count()'], values: [[3]] }, approximateCount: -1 })).toEqual({ entities: undefined, columns: ['count()'], rows: [[3]], total: undefined });
		expect(readAnswer({ entities: [{ guid: 'g' }] }).entities).toHaveLength(1);
		expect(readAnswer({}).entities).toEqual([]);
	});

	test('tables are CSV', () => {
		expect(csvOf(['a', 'b"'], [[1, 'x,y'], [null, { k: 'v' }]])).toBe('a,"b"""\r\n1,"x,y"\r\n,"{""k"":""v""}"\r\n');
	});
});

test('what happened is said in words', () => {
	expect(actionWord('CLASSIFICATION_ADD')).toBe('Classification added');
	expect(actionWord('SOMETHING_NEW')).toBe('something new');
	expect(detailsOf('Added labels: l2')).toEqual({ fields: [], text: 'l2' });
	expect(detailsOf('Added classification: {"typeName":"PII","attributes":{"level":1,"none":null}}')).toEqual({ fields: [['typeName', 'PII'], ['level', '1']], text: '' });
	expect(detailsOf('Broken: {')).toEqual({ fields: [], text: 'Broken: {' });
});
