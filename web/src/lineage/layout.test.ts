import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { layersOf, withoutCircles, type Link } from './layers';
import { box, layoutOf } from './layout';
import { arrowTo, fitted, inSight, opened, steadied, zoomed } from './move';

const graph = fc.integer({ min: 1, max: 24 }).chain((size) => {
	const key = fc.integer({ min: 0, max: size - 1 }).map(String);
	const links = fc.uniqueArray(fc.record({ from: key, to: key }), { maxLength: 60, selector: (l) => `${l.from}>${l.to}` });
	return links.map((all) => ({ keys: Array.from({ length: size }, (_, i) => String(i)), links: all.filter((l) => l.from !== l.to) }));
});
const acyclic = graph.map(({ keys, links }) => ({ keys, links: links.filter((l) => Number(l.from) < Number(l.to)) }));

const chain: Link[] = [{ from: 'a', to: 'b' }, { from: 'b', to: 'c' }, { from: 'x', to: 'c' }];

describe('a layout', () => {
	test('lets no two boxes overlap, circles or not', () => {
		fc.assert(
			fc.property(graph, ({ keys, links }) => {
				const spots = [...layoutOf(keys, links).spots.values()];
				expect(spots.length).toBe(keys.length);
				spots.forEach((a, i) => {
					for (const b of spots.slice(i + 1)) expect(Math.abs(a.x - b.x) >= box.width || Math.abs(a.y - b.y) >= box.height).toBe(true);
				});
			}),
		);
	});

	test('leads from left to right, but for what closes a circle', () => {
		fc.assert(
			fc.property(graph, ({ keys, links }) => {
				const { lines } = layoutOf(keys, links);
				expect(lines.length).toBe(links.length);
				for (const line of lines) {
					const steps = line.points.slice(1).map((p, i) => p.x - (line.points[i] as { x: number }).x);
					if (!line.back) expect(steps.every((step) => step > 0)).toBe(true);
				}
			}),
		);
	});

	test('has no line back where there is no circle', () => {
		fc.assert(fc.property(acyclic, ({ keys, links }) => void expect(layoutOf(keys, links).lines.some((l) => l.back)).toBe(false)));
	});

	test('is the same every time, and lies within its measure', () => {
		fc.assert(
			fc.property(graph, ({ keys, links }) => {
				const layout = layoutOf(keys, links);
				expect(layoutOf(keys, links)).toEqual(layout);
				for (const { x, y } of layout.spots.values()) {
					expect(x >= 0 && x + box.width <= layout.width && y >= -1e-6 && y + box.height <= layout.height + 1e-6).toBe(true);
				}
			}),
		);
	});

	test('keeps a long line off the boxes that it passes', () => {
		const { spots, lines } = layoutOf(['a', 'b', 'c'], [{ from: 'a', to: 'b' }, { from: 'b', to: 'c' }, { from: 'a', to: 'c' }]);
		const through = lines[2]?.points[1] as { x: number; y: number };
		const b = spots.get('b') as { x: number; y: number };
		expect(through.x).toBe(b.x);
		expect(through.y < b.y || through.y > b.y + box.height).toBe(true);
	});

	test('untangles what need not cross', () => {
		const { spots } = layoutOf(['a', 'b', 'y', 'x'], [{ from: 'a', to: 'x' }, { from: 'b', to: 'y' }]);
		const y = (key: string) => spots.get(key)?.y as number;
		expect(Math.sign(y('a') - y('b'))).toBe(Math.sign(y('x') - y('y')));
	});

	test('of nothing is nothing', () => expect(layoutOf([], [])).toEqual({ spots: new Map(), lines: [], width: 0, height: 0 }));
});

describe('layers', () => {
	test('go by the longest way, and a late source stands before what it leads to', () => {
		expect([...layersOf(['a', 'b', 'c', 'x'], chain)].sort()).toEqual([['a', 0], ['b', 1], ['c', 2], ['x', 1]]);
	});

	test('of links without circles rise along every link', () => {
		fc.assert(
			fc.property(graph, ({ keys, links }) => {
				const kept = withoutCircles(keys, links);
				const layers = layersOf(keys, kept);
				for (const { from, to } of kept) expect(layers.get(from)).toBeLessThan(layers.get(to) as number);
			}),
		);
	});

	test('a circle loses one link', () => {
		const circle = [{ from: 'a', to: 'b' }, { from: 'b', to: 'a' }];
		expect(withoutCircles(['a', 'b'], circle)).toEqual([{ from: 'a', to: 'b' }]);
	});
});

describe('arrow keys', () => {
	const layout = layoutOf(['a', 'b', 'c', 'x'], chain);
	for (const [from, arrow, to] of [
		['a', 'ArrowRight', 'b'], ['b', 'ArrowLeft', 'a'], ['a', 'ArrowLeft', 'a'], ['c', 'ArrowRight', 'c'], ['x', 'ArrowRight', 'c'], ['nobody', 'ArrowUp', 'nobody'],
	] as const) {
		test(`${arrow} from ${from} is ${to}`, () => expect(arrowTo(layout, from, arrow)).toBe(to));
	}
	test('up and down go to and fro in a layer', () => {
		const [first, second] = (layout.spots.get('b')?.y as number) < (layout.spots.get('x')?.y as number) ? (['b', 'x'] as const) : (['x', 'b'] as const);
		expect([arrowTo(layout, first, 'ArrowDown'), arrowTo(layout, second, 'ArrowUp'), arrowTo(layout, first, 'ArrowUp')]).toEqual([second, first, first]);
	});
});

describe('the camera', () => {
	const camera = fc.record({ x: fc.integer({ min: -999, max: 999 }), y: fc.integer({ min: -999, max: 999 }), k: fc.double({ min: 0.2, max: 2, noNaN: true }) });
	const spot = fc.record({ x: fc.integer({ min: 0, max: 9999 }), y: fc.integer({ min: 0, max: 9999 }), layer: fc.constant(0) });

	test('keeps the point it zooms around, within its bounds', () => {
		fc.assert(
			fc.property(camera, fc.double({ min: 0.1, max: 9, noNaN: true }), (c, by) => {
				const next = zoomed(c, by, { x: 100, y: 50 });
				expect((100 - next.x) / next.k).toBeCloseTo((100 - c.x) / c.k, 5);
				expect(next.k).toBeGreaterThanOrEqual(0.2);
				expect(next.k).toBeLessThanOrEqual(2);
			}),
		);
	});

	test('keeps a vertex under the pointer when the layout changes', () => {
		fc.assert(
			fc.property(camera, spot, spot, (c, before, after) => {
				const next = steadied(c, before, after);
				expect(after.x * next.k + next.x).toBeCloseTo(before.x * c.k + c.x, 5);
				expect(after.y * next.k + next.y).toBeCloseTo(before.y * c.k + c.y, 5);
			}),
		);
	});

	test('brings a vertex into sight, and does not move when it is', () => {
		fc.assert(
			fc.property(camera, spot, (c, at) => {
				const next = inSight(c, at, 1200, 600);
				expect(at.x * next.k + next.x).toBeGreaterThanOrEqual(43.99);
				expect(at.y * next.k + next.y + box.height * next.k).toBeLessThanOrEqual(556.01);
				const again = inSight(next, at, 1200, 600);
				expect(again.x).toBeCloseTo(next.x, 5);
				expect(again.y).toBeCloseTo(next.y, 5);
			}),
		);
	});

	test('opens on the start where all of it could not be read', () => {
		const layout = layoutOf(['a', 'b', 'c', 'x'], chain);
		const b = layout.spots.get('b') as { x: number; y: number; layer: number };
		expect(opened(layout, b, 2000, 900)).toEqual(fitted(layout, 2000, 900));
		const small = opened(layout, b, 360, 400);
		expect((b.x + box.width / 2) * small.k + small.x).toBeCloseTo(180, 5);
		expect(small.k).toBeGreaterThan(fitted(layout, 360, 400).k);
	});

	test('fits all that it can, never larger than life', () => {
		expect(fitted(layoutOf(['a'], []), 1000, 500)).toEqual({ k: 1, x: (1000 - box.width) / 2, y: (500 - box.height) / 2 });
	});
});
