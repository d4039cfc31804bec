import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { eachLine, readHit, type Hit } from '../api/impact';
import { csvOf, listed, readImpactView, sorts, wayTo, writeImpactView, type ImpactView } from './impact';

const hit = (id: number, by: number, name: string, more: Partial<Hit> = {}): Hit => ({ ...readHit({ id, by, name, depth: id, role: 'run', type: 'T' }), ...more });
const all = [hit(1, 0, 'b'), hit(2, 1, 'a', { owner: 'ann', used: 5 }), hit(3, 2, 'C', { role: 'model', used: 9, aliases: ['champion'] })];
const plain: ImpactView = { words: '', role: '', sort: 'distance', descending: false };
const names = (view: Partial<ImpactView>) => listed(all, { ...plain, ...view }).map((h) => h.name).join('');

describe('the impact list', () => {
	test('is sifted by words and role', () => {
		expect([names({}), names({ words: 'ann' }), names({ words: 'CHAMP c' }), names({ role: 'model' }), names({ words: 'x' })]).toEqual(['baC', 'a', 'C', 'C', '']);
	});
	test('is sorted both ways, what is not known last', () => {
		expect([names({ descending: true }), names({ sort: 'name' }), names({ sort: 'used' }), names({ sort: 'used', descending: true })]).toEqual(['Cab', 'abC', 'aCb', 'Cab']);
	});
	test('knows the way to each, and circles end', () => {
		const known = new Map(all.map((h) => [h.id, h]));
		expect(wayTo(known, all[2] as Hit, 9).map((h) => h.id)).toEqual([1, 2]);
		expect(wayTo(known, all[2] as Hit, 1).map((h) => h.id)).toEqual([2]);
		const circle = new Map([[1, hit(1, 2, 'x')], [2, hit(2, 1, 'y')]]);
		expect(wayTo(circle, circle.get(1) as Hit, 9).length).toBe(2);
	});
	test('is a file that no spreadsheet runs', () => {
		const csv = csvOf([hit(1, 0, '=1+1'), hit(2, 0, 'a "b", c\nd')], new Map());
		expect(csv.split('\r\n')[1]).toContain(",'=1+1,");
		expect(csv).toContain('"a ""b"", c\nd"');
	});
	test('is the same after a way through a URL, and leaves the rest of it alone', () => {
		const text = fc.string({ unit: 'grapheme' }).filter((s) => s.isWellFormed());
		const view: fc.Arbitrary<ImpactView> = fc.record({ words: text, role: fc.constantFrom('', 'run', 'model'), sort: fc.constantFrom(...sorts), descending: fc.boolean() });
		fc.assert(
			fc.property(view, (v) => {
				const written = writeImpactView('?form=impact&q=old', v);
				expect(readImpactView(new URL(`http://a/nodes/1${written}`).search)).toEqual(v);
				expect(new URLSearchParams(written).get('form')).toBe('impact');
			}),
		);
	});
});

test('lines are the same however the stream is cut', async () => {
	await fc.assert(
		fc.asyncProperty(fc.array(fc.string({ unit: 'grapheme', minLength: 1 }).filter((s) => !s.includes('\n') && s.isWellFormed())), fc.integer({ min: 1, max: 7 }), async (lines, size) => {
			const bytes = new TextEncoder().encode(lines.map((line) => line + '\n').join(''));
			const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
				start(controller) {
					for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size));
					controller.close();
				},
			});
			const got: string[] = [];
			await eachLine(body, (line) => got.push(line));
			expect(got).toEqual(lines);
		}),
	);
});
