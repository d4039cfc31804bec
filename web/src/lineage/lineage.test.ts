import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readLineage, tieWord, type Lineage } from '../api/lineage';
import { drawingOf, pathTo } from './drawing';
import { forms, openKey, paged, readView, turned, writeView, type View } from './view';
import { countWord, detailWord, howWord, vertexName } from './words';
import { worldOf, type Answer } from './world';

const plain: View = { form: 'graph', open: undefined, pages: new Map(), at: undefined, asOf: undefined };

/** Makes an answer of "from>to" edges; depths are given by id, 1 where they are not. */
function answer(ref: number, depth: number, edges: string, depths: Record<number, number> = {}, more: Partial<Lineage> = {}): Answer {
	const pairs = edges.split(' ').filter(Boolean).map((e) => e.split('>').map(Number) as [number, number]);
	const ids = new Set([ref, ...pairs.flat(), ...(more.joined ?? []).flat()]);
	const nodes = [...ids].map((id) => ({ id, kind: 'artifact', type: 'T', name: `n${id}`, depth: id === ref ? 0 : (depths[id] ?? 1) }));
	return { ref, depth, lineage: { ...readLineage({ nodes, edges: pairs.map(([from, to]) => ({ from, to, kind: 'derived' })) }), ...more } };
}

const keysOf = (answers: Answer[], view: View = plain) => [...drawingOf(worldOf(answers), view, answers[0]?.ref as number).vertices.keys()].sort();

describe('what is known', () => {
	const world = worldOf([answer(3, 2, '1>2 2>3 3>4 4>5', { 1: 2, 5: 2 })]);

	test('is full on its own side and short of the last hop alone', () => {
		expect([...world.full.up].sort()).toEqual([2, 3]);
		expect([...world.full.down].sort()).toEqual([3, 4]);
	});

	test('of a truncated answer is never full', () => {
		expect(worldOf([answer(1, 2, '1>2', {}, { truncated: true })]).full.down.size).toBe(0);
	});

	test('what is joined is one thing, also over several answers', () => {
		const ties = [{ a: 2, b: 7, why: 'location', uri: 's3://a/b', version: '', actor: '', note: '' }];
		const joined = worldOf([answer(1, 1, '1>2', {}, { joined: [[7, 2]], ties }), answer(9, 1, '7>9', {}, { joined: [[9, 2, 7]], ties })]);
		expect([...joined.things.keys()]).toEqual([1, 2]);
		expect(joined.things.get(2)?.names.map((n) => n.id)).toEqual([2, 7, 9]);
		expect(joined.things.get(2)?.ties).toEqual(ties);
		expect([...(joined.next.down.get(2)?.keys() ?? [])]).toEqual([]); // what is within a thing is no edge
	});
});

describe('what is drawn', () => {
	const chain = answer(3, 2, '1>2 2>3 3>4 4>5', { 1: 2, 5: 2 });

	test('is one hop each way, and expanders count the next', () => {
		const drawing = drawingOf(worldOf([chain]), plain, 3);
		expect([...drawing.vertices.keys()].sort()).toEqual(['2', '3', '4']);
		expect(drawing.vertices.get('2')?.expanders.up).toEqual({ key: '2u', open: false, count: 1, exact: true });
		expect(drawing.vertices.get('4')).toMatchObject({ side: 'down', hop: 1, relation: 'derived' });
		expect(drawing.edges).toEqual([{ from: '3', to: '4' }, { from: '2', to: '3' }]);
	});

	test('grows where a side is opened, and shrinks with all that came by it', () => {
		const open: View = { ...plain, open: ['3u', '3d', '2u'] };
		expect(keysOf([chain], open)).toEqual(['1', '2', '3', '4']);
		expect(keysOf([chain], turned(open, open.open ?? [], '3u'))).toEqual(['3', '4']);
		expect(keysOf([chain], { ...plain, open: [] })).toEqual(['3']);
	});

	test('a fan is one stack that opens ten at a time, newest first', () => {
		const fan = answer(1, 1, Array.from({ length: 23 }, (_, i) => `1>${i + 2}`).join(' '));
		const world = worldOf([fan]);
		const closed = drawingOf(world, plain, 1);
		expect([...closed.vertices.keys()]).toEqual(['1', '1d.T']);
		expect(vertexName(closed.vertices.get('1d.T') as never)).toBe('23 × T');
		const once = drawingOf(world, paged(plain, '1d.T'), 1);
		expect(once.vertices.size).toBe(12);
		expect(once.vertices.has('24') && !once.vertices.has('14')).toBe(true);
		expect(once.vertices.get('1d.T')?.stack?.length).toBe(13);
		expect(drawingOf(world, paged(paged(paged(plain, '1d.T'), '1d.T'), '1d.T'), 1).vertices.has('1d.T')).toBe(false);
	});

	test('circles end', () => {
		expect(keysOf([answer(1, 2, '1>2 2>1')], { ...plain, open: ['1u', '1d', '2u', '2d'] })).toEqual(['1', '2']);
	});

	test('is open by any of the names of a thing', () => {
		const joined = answer(7, 2, '1>2 7>8', {}, { joined: [[2, 7]] });
		expect(keysOf([joined], { ...plain, open: ['7u', '2d'] })).toEqual(['1', '2', '8']);
		const vertex = drawingOf(worldOf([joined]), plain, 7).vertices.get('2');
		expect(detailWord(vertex as never)).toBe('T · 2 names');
		expect(vertexName(vertex as never)).toBe('n7'); // the one that was asked for
	});

	test('of an unknown start is nothing', () => expect(drawingOf(worldOf([]), plain, 5).vertices.size).toBe(0));

	test('the way to the start is what lies between', () => {
		const drawing = drawingOf(worldOf([answer(4, 2, '1>2 1>3 2>4 3>4 4>5', { 1: 2 })]), { ...plain, open: ['4u', '4d', '2u'] }, 4);
		expect([...pathTo(drawing, '1')].sort()).toEqual(['1', '2', '3', '4']);
		expect([...pathTo(drawing, '5')].sort()).toEqual(['4', '5']);
	});

	test('every vertex but the start has a drawn parent, whatever the graph', () => {
		const edge = fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 })).map(([a, b]) => `${a}>${b}`);
		const open = fc.array(fc.tuple(fc.integer({ min: 1, max: 12 }), fc.constantFrom('up' as const, 'down' as const)).map(([id, side]) => openKey(id, side)));
		fc.assert(
			fc.property(fc.array(edge), open, (edges, sidesOpen) => {
				const drawing = drawingOf(worldOf([answer(1, 3, edges.join(' '))]), { ...plain, open: sidesOpen }, 1);
				for (const v of drawing.vertices.values()) expect(v.parent === undefined ? v.key === '1' : drawing.vertices.has(v.parent)).toBe(true);
				for (const e of drawing.edges) expect(drawing.vertices.has(e.from) && drawing.vertices.has(e.to)).toBe(true);
			}),
		);
	});
});

describe('the view of a lineage', () => {
	const id = fc.integer({ min: 1, max: 1e12 });
	const side = fc.tuple(id, fc.constantFrom('up' as const, 'down' as const)).map(([n, s]) => openKey(n, s));
	const type = fc.string({ unit: 'grapheme' }).filter((s) => s.isWellFormed());
	const stack = fc.tuple(side, type).map(([s, t]) => `${s}.${t}`);
	const view: fc.Arbitrary<View> = fc.record({
		form: fc.constantFrom(...forms),
		open: fc.option(fc.uniqueArray(side), { nil: undefined }),
		pages: fc.array(fc.tuple(stack, fc.integer({ min: 1, max: 99 }).map((n) => 10 * n))).map((all) => new Map(all)),
		at: fc.option(id, { nil: undefined }),
		asOf: fc.option(id, { nil: undefined }),
	});

	test('is the same after a way through a URL', () => {
		fc.assert(fc.property(view, (v) => void expect(readView(new URL(`http://a/nodes/1${writeView(v)}`).search)).toEqual(v)));
	});
	test('leaves no trace of what is the default', () => expect(writeView(plain)).toBe(''));
	test('drops what is none', () => {
		expect(readView('?form=x&open=1u.x.2&page=0.1u.T&page=a&at=-1')).toEqual({ ...plain, open: ['1u'] });
	});
});

test('expanders say what they know', () => {
	const one = { key: '1u', open: false, count: 14, exact: true };
	expect([one, { ...one, exact: false }, { ...one, count: 0, exact: false }, { ...one, open: true }].map(countWord)).toEqual(['+14', '+14…', '+…', '−']);
});

test('how a column came of another is said in the words of its producer', () => {
	expect(
		[
			{ transformations: [], transformationDescription: 'wh / 1000', transformationType: 'IDENTITY' },
			{ transformations: [{ type: 'DIRECT', subtype: 'AGGREGATION', description: 'sum' }, { type: 'INDIRECT' }] },
			{ other: 1 }, 'as it is', null, undefined, {},
		].map(howWord),
	).toEqual(['IDENTITY: wh / 1000', 'DIRECT AGGREGATION sum; INDIRECT', '{"other":1}', 'as it is', '', '', '']);
});

test('why two are one is said in words', () => {
	const tie = { a: 1, b: 2, why: 'hand', uri: '', version: '', actor: 'ada', note: '' };
	expect([tie, { ...tie, actor: '' }, { ...tie, why: 'location' }].map(tieWord)).toEqual(['joined by ada', 'joined by hand', 'the same place']);
});
