import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import type { Link } from './layers';
import { box, curveOf, layoutOf, plainOf } from './layout';
import { Layouter, type Hand } from './layouter';
import { momentsOf, stopOf } from './moments';
import { stepped, viewOf, withinView } from './move';
import { affordable, most } from './preflight';
import { dotOf, svgOf } from './save';
import { readLineage } from '../api/lineage';
import { drawingOf } from './drawing';
import { readView } from './view';
import { worldOf } from './world';

const graph = fc.integer({ min: 1, max: 24 }).chain((size) => {
	const key = fc.integer({ min: 0, max: size - 1 }).map(String);
	const links = fc.uniqueArray(fc.record({ from: key, to: key }), { maxLength: 60, selector: (l) => `${l.from}>${l.to}` });
	return links.map((all) => ({ keys: Array.from({ length: size }, (_, i) => String(i)), links: all.filter((l) => l.from !== l.to) }));
});
const chain = (n: number) => ({ keys: Array.from({ length: n }, (_, i) => String(i)), links: Array.from({ length: n - 1 }, (_, i) => ({ from: String(i), to: String(i + 1) })) });

/** A worker that answers when it is told to. */
class Slow implements Hand {
	onmessage: Hand['onmessage'] = null;
	onerror: Hand['onerror'] = null;
	ended = false;
	asked: { keys: string[]; links: Link[] }[] = [];
	postMessage(question: { keys: string[]; links: Link[] }) {
		this.asked.push(question);
	}
	terminate() {
		this.ended = true;
	}
	answer() {
		const { keys, links } = this.asked.at(-1) as { keys: string[]; links: Link[] };
		this.onmessage?.({ data: layoutOf(keys, links) } as MessageEvent);
	}
}

describe('laying out apart from the page', () => {
	const hire = () => {
		const hands: Slow[] = [];
		return { hands, layouter: new Layouter(() => (hands.push(new Slow()), hands.at(-1) as Slow), 50) };
	};
	const { keys, links } = chain(3);

	test('gives what the worker answers, and keeps it for the next', async () => {
		const { hands, layouter } = hire();
		for (let i = 0; i < 2; i++) {
			const laid = layouter.lay(keys, links);
			hands[0]?.answer();
			expect(await laid).toEqual({ layout: layoutOf(keys, links), plain: false });
		}
		expect(hands).toHaveLength(1);
	});

	test('ends a worker whose answer nobody waits for any more', async () => {
		const { hands, layouter } = hire();
		const first = layouter.lay(keys, links);
		const second = layouter.lay(keys, []);
		expect(await first).toBeUndefined();
		expect(hands[0]?.ended).toBe(true);
		hands[1]?.answer();
		expect((await second)?.plain).toBe(false);
	});

	test('falls back to a plain layout at the deadline, and when the worker fails', async () => {
		vi.useFakeTimers();
		const { hands, layouter } = hire();
		const laid = layouter.lay(keys, links);
		await vi.advanceTimersByTimeAsync(60);
		expect(await laid).toEqual({ layout: plainOf(keys, links), plain: true });
		expect(hands[0]?.ended).toBe(true);
		const broken = layouter.lay(keys, links);
		hands[1]?.onerror?.({} as ErrorEvent);
		expect((await broken)?.plain).toBe(true);
		vi.useRealTimers();
	});

	test('asks no worker for what would cost too much', async () => {
		const { hands, layouter } = hire();
		const deep = chain(most.layers + 1);
		expect((await layouter.lay(deep.keys, deep.links))?.plain).toBe(true);
		expect(hands).toHaveLength(0);
	});
});

describe('before a layout', () => {
	test('deep, thick and far-reaching graphs are told apart from the rest', () => {
		const far = chain(300);
		const long = { keys: far.keys, links: [...far.links, ...Array.from({ length: 150 }, (_, i) => ({ from: String(i), to: String(299 - (i % 3)) }))] };
		const thick = { keys: far.keys, links: Array.from({ length: most.links + 1 }, (_, i) => ({ from: String(i % 20), to: String(20 + (i % 280)) })) };
		expect([chain(400), chain(401), far, long, thick].map((g) => affordable(g.keys, g.links))).toEqual([true, false, true, false, false]);
	});
	test('circles are no danger', () => {
		fc.assert(fc.property(graph, ({ keys, links }) => void expect(affordable(keys, links)).toBe(true)));
	});
});

describe('a plain layout', () => {
	test('lets no two boxes overlap, lies within its measure and draws every link', () => {
		fc.assert(
			fc.property(graph, ({ keys, links }) => {
				const { spots, lines, width, height } = plainOf(keys, links);
				const all = [...spots.values()];
				expect([all.length, lines.length]).toEqual([keys.length, links.length]);
				all.forEach((a, i) => {
					expect(a.x >= 0 && a.x + box.width <= width && a.y >= 0 && a.y + box.height <= height).toBe(true);
					for (const b of all.slice(i + 1)) expect(Math.abs(a.x - b.x) >= box.width || Math.abs(a.y - b.y) >= box.height).toBe(true);
				});
				for (const line of lines) expect(curveOf(line)).not.toMatch(/NaN|undefined/);
			}),
		);
	});
	test('of nothing is nothing', () => expect(plainOf([], [])).toEqual({ spots: new Map(), lines: [], width: 0, height: 0 }));
});

test('of a picture all that is in sight is drawn', () => {
	const at = fc.integer({ min: -5000, max: 5000 });
	fc.assert(
		fc.property(at, at, fc.double({ min: 0.2, max: 2, noNaN: true }), at, at, (x, y, k, left, top) => {
			const camera = { x, y, k };
			const [screenX, screenY] = [left * k + x, top * k + y];
			const seen = screenX + box.width * k > 0 && screenX < 1200 && screenY + box.height * k > 0 && screenY < 600;
			if (seen) expect(withinView({ x: left, y: top, layer: 0 }, stepped(viewOf(camera, 1200, 600)))).toBe(true);
		}),
	);
	expect(withinView({ x: 9000, y: 0, layer: 0 }, viewOf({ x: 0, y: 0, k: 1 }, 1200, 600))).toBe(false);
});

const answer = (created: (string | undefined)[]) => ({ ref: 1, depth: 1, lineage: readLineage({ nodes: created.map((c, id) => ({ id, created: c })) }) });

describe('the moments of a lineage', () => {
	test('are those at which something came to be, once and in order', () => {
		const moments = momentsOf([answer(['2026-01-02T00:00:00Z', undefined]), answer(['2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'])]);
		expect(moments).toEqual([Date.UTC(2026, 0, 1), Date.UTC(2026, 0, 2)]);
		expect(momentsOf([answer(['2026-01-02T00:00:00Z'])], Date.UTC(2026, 0, 3))).toEqual([]);
	});
	test('are no more than a slider has room for, the last among them', () => {
		const many = momentsOf([answer(Array.from({ length: 3000 }, (_, i) => new Date(i * 1000).toISOString()))]);
		expect(many.length).toBeLessThanOrEqual(401);
		expect(many.at(-1)).toBe(2_999_000);
	});
	test('have a stop for every moment', () => {
		const moments = [10, 20, 30];
		expect([undefined, 5, 10, 15, 30, 99].map((asOf) => stopOf(moments, asOf))).toEqual([3, 0, 0, 0, 2, 2]);
	});
});

describe('a saved picture', () => {
	const hostile = fc.string({ unit: 'binary', maxLength: 30 });
	const drawn = (name: string) => {
		const lineage = readLineage({ nodes: [{ id: 1, kind: 'artifact', type: 'T', name }, { id: 2, kind: 'execution', type: 'S', name: 'step', depth: 1 }], edges: [{ from: 1, to: 2, kind: 'input' }] });
		return drawingOf(worldOf([{ ref: 1, depth: 1, lineage }]), readView(''), 1);
	};
	test('is SVG in which what users wrote is text', () => {
		fc.assert(
			fc.property(hostile, (name) => {
				const drawing = drawn(name);
				const svg = svgOf(drawing, layoutOf([...drawing.vertices.keys()], drawing.edges), 'light');
				expect(svg.match(/<(?!\/?(svg|defs|marker|path|rect|g|title|text)\b)/g)).toBeNull();
				expect(svg).toContain('>step</text>');
				expect(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/.test(svg)).toBe(false);
			}),
		);
	});
	test('is a graph of Graphviz whose quotes are closed', () => {
		fc.assert(
			fc.property(hostile, (name) => {
				const dot = dotOf(drawn(name));
				const outside = dot.replace(/"(\\.|[^"\\])*"/gs, '""');
				expect(outside).toBe('digraph lineage {\n  rankdir=LR;\n  node [shape=box];\n  "" [label=""];\n  "" [label="", style=rounded];\n  "" -> "";\n}\n');
			}),
		);
	});
});
