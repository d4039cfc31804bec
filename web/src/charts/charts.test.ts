import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readRun } from '../api/mlflow';
import { axes, readLine, smoothings, type Line } from '../api/series';
import { encode, keysOf } from './encode';
import { beyondWords, bucketAt, footer, frame, summary } from './frame';
import { hues, placesOf } from './palette';
import { at, axisTicks, logTicks, placeWord, tickWord, ticks, valueAt, type Scale } from './scale';
import { sectionsOf } from './sections';
import { least, most, mostRuns, readChartsView, usual, withCharts, writeChartsView, type ChartsView } from './view';

const text = fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' }).filter((s) => s.isWellFormed());
const view: fc.Arbitrary<ChartsView> = fc.record({
	axis: fc.constantFrom(...axes),
	smoothing: fc.option(fc.constantFrom(...smoothings).chain((by) => fc.double({ min: least[by], max: most[by], noNaN: true }).map((amount) => ({ by, amount: Math.abs(amount) }))), { nil: undefined }),
	window: fc.option(fc.tuple(fc.integer(), fc.integer()).filter(([a, b]) => a < b), { nil: undefined }),
	pin: fc.option(fc.integer(), { nil: undefined }),
	log: fc.boolean(),
	clip: fc.boolean(),
	metrics: fc.oneof(fc.constant(''), text),
	open: fc.option(text, { nil: undefined }),
	runs: fc.integer({ min: 1, max: mostRuns }),
	colour: fc.option(text, { nil: undefined }),
	stroke: fc.option(text, { nil: undefined }),
	facet: fc.option(text, { nil: undefined }),
	tables: fc.uniqueArray(text, { maxLength: 3 }),
	off: fc.uniqueArray(fc.string({ unit: 'grapheme' }).filter((s) => s.isWellFormed()), { maxLength: 4 }),
});

describe('the view of charts', () => {
	test('is the same after a way through a URL', () => {
		fc.assert(fc.property(view, (v) => void expect(readChartsView(new URL('http://a/' + writeChartsView('', v)).search)).toEqual(v)));
	});
	test('leaves no trace of what is the default, and the keys of others as they are', () => {
		expect(writeChartsView('', readChartsView(''))).toBe('');
		expect(writeChartsView('?q=a&view=charts&x=time', readChartsView(''))).toBe('?q=a&view=charts');
	});
	test('stays when the table writes its own', () => {
		expect(withCharts('?view=charts&x=time&q=old', '?q=new')).toBe('?q=new&view=charts&x=time');
	});
	test('takes nothing that it cannot be', () => {
		const odd = readChartsView('?x=depth&sm=ema:2&z=5..1&pin=x&n=-3&y=cube');
		expect(odd).toEqual(readChartsView(''));
		for (const by of smoothings) expect(readChartsView(`?sm=${by}:${usual[by]}`).smoothing).toEqual({ by, amount: usual[by] });
	});
});

describe('colours', () => {
	test('stay with a value when others stand beside it in another order', () => {
		fc.assert(fc.property(fc.uniqueArray(fc.string(), { maxLength: 20 }), (values) => void expect(placesOf(values, 20)).toEqual(placesOf(values.toReversed(), 20))));
	});
	test('are different while there are enough', () => {
		fc.assert(fc.property(fc.uniqueArray(fc.string(), { maxLength: 20 }), (values) => void expect(new Set(placesOf(values, 20).values()).size).toBe(values.length)));
	});
	test('have a contrast of at least 3 on the page', () => {
		for (const { light, dark } of hues) {
			expect(contrast(light, '#ffffff'), light).toBeGreaterThanOrEqual(3);
			expect(contrast(dark, '#15171c'), dark).toBeGreaterThanOrEqual(3);
		}
	});
});

function contrast(a: string, b: string): number {
	const light = (hex: string) => {
		const [r, g, bl] = [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16) / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)) as [number, number, number];
		return 0.2126 * r + 0.7152 * g + 0.0722 * bl;
	};
	const [x, y] = [light(a), light(b)];
	return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

describe('scales', () => {
	test('find the value at a pixel again', () => {
		const scale = fc.record({ from: fc.double({ min: 0.1, max: 10, noNaN: true }), to: fc.double({ min: 11, max: 1e6, noNaN: true }), log: fc.boolean(), size: fc.integer({ min: 10, max: 4000 }), turned: fc.boolean() });
		fc.assert(fc.property(scale, fc.double({ min: 0, max: 1, noNaN: true }), (s: Scale, part) => void expect(at(s, valueAt(s, part * s.size))).toBeCloseTo(part * s.size, 4)));
	});
	test('have few ticks, in order, within', () => {
		fc.assert(
			fc.property(fc.double({ min: -1e9, max: 1e9, noNaN: true }), fc.double({ min: 1e-6, max: 1e9, noNaN: true }), fc.integer({ min: 2, max: 12 }), (from, span, count) => {
				const found = ticks(from, from + span, count);
				expect(found.length).toBeLessThanOrEqual(2 * count + 2);
				expect(found).toEqual(found.toSorted((a, b) => a - b));
				for (const t of found) expect(t).toBeGreaterThanOrEqual(from - span * 1e-6 - 1e-6);
			}),
		);
	});
	test('write ticks without what adding puts in', () => {
		expect(ticks(0, 1, 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
		expect(tickWord(0.3, 0.1)).toBe('0.3');
		expect(tickWord(-1500, 500)).toBe('−1500');
		expect(logTicks(0.001, 1000)).toEqual([0.001, 0.01, 0.1, 1, 10, 100, 1000].map((v) => expect.closeTo(v)));
		expect(axisTicks('step', 0, 3, 8)).toEqual([0, 1, 2, 3]);
		expect(axisTicks('relative', 0, 120_000, 4)).toEqual([0, 30_000, 60_000, 90_000, 120_000]);
		expect(placeWord('relative', 3_840_000)).toBe('1h 04m');
		expect(placeWord('step', 41_200)).toBe('41,200');
	});
});

const line = (part: object): Line => readLine({ run: 'r', metric: 'm', points: 3, buckets: { to: [0, 1, 2], last: [1, 2, 3] }, ...part });

describe('a line', () => {
	test('of single points has its columns from the last values', () => {
		const l = line({ last: { value: 3, at: 2 } });
		expect(l).toMatchObject({ single: true, from: [0, 1, 2], count: [1, 1, 1], low: [1, 2, 3], high: [1, 2, 3], last: { value: 3, at: 2 } });
	});
	test('survives an answer of any form', () => {
		fc.assert(fc.property(fc.anything(), (x) => void readLine(x)));
	});
	test('has NaN where a bucket has no value', () => {
		expect(line({ buckets: { to: [0, 1], last: [null, 1], nan: [0] } }).value).toEqual([NaN, 1]);
	});
	test('is at the last bucket that has begun', () => {
		const l = line({ buckets: { from: [0, 10, 20], to: [9, 19, 29], points: [5, 5, 5], last: [1, 2, 3], least: [0, 0, 0], greatest: [4, 5, 6] } });
		expect([-1, 0, 9, 10, 25, 99].map((place) => bucketAt(l, place))).toEqual([-1, 0, 0, 1, 2, 2]);
	});
});

describe('a chart', () => {
	const many = line({ points: 101, buckets: { to: [...Array(101).keys()], last: [...Array(100).fill(1).map((v, i) => v + i / 100), 900] } });
	test('says what clipping leaves out, and leaves nothing out otherwise', () => {
		const whole = frame([many], { window: undefined, log: false, clip: false });
		expect(beyondWords(whole, true)).toEqual([]);
		expect(whole.y.to).toBeGreaterThan(900);
		const clipped = frame([many], { window: undefined, log: false, clip: true });
		expect(clipped.y.to).toBeLessThan(3);
		expect(clipped.over).toEqual({ count: 1, most: 900 });
		expect(beyondWords(clipped, true)[0]).toMatch(/^▲ 1 point above .*, up to 900$/);
	});
	test('has a logarithm only of what is positive', () => {
		expect(frame([line({})], { window: undefined, log: true, clip: false }).log).toBe(true);
		expect(frame([line({ buckets: { to: [0], last: [-1] } })], { window: undefined, log: true, clip: false }).log).toBe(false);
	});
	test('says how much it holds', () => {
		expect(footer([line({})])).toBe('1 line, every one of 3 points');
		const long = line({ points: 1_204_331, buckets: { from: [0], to: [9], points: [1_204_331], last: [1], least: [0], greatest: [2] } });
		expect(footer([long])).toBe('1 × up to 1 buckets of 1,204,331 points');
	});
	test('is said in one sentence', () => {
		const a = line({ run: 'a', last: { value: 1, at: 9 }, least: { value: 0.1312, at: 41_200 }, greatest: { value: 2, at: 0 } });
		const b = line({ run: 'b', last: { value: 3, at: 9 }, least: { value: 3, at: 9 }, greatest: { value: 5, at: 3 }, nan: 2 });
		expect(summary([a, b], 'step', (run) => ({ a: 'otter', b: 'fox' })[run] ?? '')).toBe('2 runs; lowest 0.1312 at step 41,200 by otter, highest 5 at step 3 by fox; 2 points are not finite.');
		expect(summary([], 'step', String)).toBe('No finite value is in sight.');
	});
	test('comes in a section with those that begin like it', () => {
		expect(sectionsOf(['lr', 'train/loss', 'val/acc', 'val/loss'])).toEqual([
			{ name: 'val', metrics: ['val/acc', 'val/loss'] },
			{ name: '', metrics: ['lr', 'train/loss'] },
		]);
	});
});

const run = (id: string, params: Record<string, string>) => readRun({ info: { run_id: id, run_name: id }, data: { params: Object.entries(params).map(([key, value]) => ({ key, value })) } });

describe('encoding', () => {
	const runs = [run('a', { lr: '0.1', seed: '1' }), run('b', { lr: '0.1', seed: '1' }), run('c', { lr: '0.01', seed: '1' })];
	test('offers what runs differ by', () => expect(keysOf(runs)).toEqual(['params.lr']));
	test('groups runs by a value', () => {
		const e = encode(runs, { colour: 'params.lr' });
		expect(e.groups.map((g) => [g.value, g.runs])).toEqual([['0.01', 1], ['0.1', 2]]);
		expect(e.looks.get('a')?.colour).toBe(e.looks.get('b')?.colour);
		expect(e.looks.get('a')?.colour).not.toBe(e.looks.get('c')?.colour);
	});
	test('is grey beyond as many as can be told apart', () => {
		const many = Array.from({ length: 21 }, (_, i) => run(`r${i}`, {}));
		expect(encode(many, {}).crowded).toBe(true);
		expect(encode(many.slice(1), {}).crowded).toBe(false);
	});
});
