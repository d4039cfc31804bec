/// <reference types="node" />
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readRows } from './parquetrows';

const file = (name: string) => new Uint8Array(readFileSync(new URL(`../../../e2e/web/tables/${name}.parquet`, import.meta.url)));

function read(bytes: Uint8Array, rows: number, allowed: number) {
	let sum = 0;
	const get = async (from: number, length: number) => {
		sum += length;
		return bytes.slice(from, from + length).buffer as ArrayBuffer;
	};
	return readRows({ size: bytes.length, rows, allowed }, get).then((answer) => ({ ...answer, sum }));
}

// The library reads columns side by side; when one fails, nobody waits for the others.
const others = process.listeners('unhandledRejection');
beforeAll(() => void process.removeAllListeners('unhandledRejection').on('unhandledRejection', () => {}));
afterAll(async () => {
	await new Promise((done) => setTimeout(done, 50));
	process.removeAllListeners('unhandledRejection');
	for (const listener of others) process.on('unhandledRejection', listener);
});

for (const codec of ['snappy', 'zstd', 'gzip', 'lz4']) {
	test(`rows are read that ${codec} packed`, async () => {
		const { table, count } = await read(file(codec), 500, 1 << 20);
		expect([table.columns, table.rows.length, count, table.more]).toEqual([['hour', 'load', 'place'], 500, 600, true]);
		expect(table.rows[3]).toEqual([3n, 4.5, 'Łódź']);
	});
}

test('rows that need more bytes than allowed are not read, and it is said how many', async () => {
	const { needs, sum } = await read(file('snappy'), 500, 1 << 20);
	expect(sum).toBeGreaterThanOrEqual(needs);
	const few = await read(file('snappy'), 500, 4000);
	expect([few.table.rows.length, few.count, few.needs, few.table.more]).toEqual([0, 600, needs, true]);
	expect(few.sum).toBeLessThanOrEqual(4000);
});

// How long it takes is bounded by the worker alone: a few broken bytes can make minutes
// of work. The seed is one without such.
test('a broken file is an error or a table, and is never read beyond itself', async () => {
	const whole = file('snappy');
	await fc.assert(
		fc.asyncProperty(fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 12 }), async (changes) => {
			const bytes = whole.slice();
			for (const [at, value] of changes) bytes[at] = value;
			const answer = await read(bytes, 500, 1 << 20).catch((e: unknown) => e);
			expect(answer).toBeTypeOf('object');
			if (!(answer instanceof Error)) expect((answer as { sum: number }).sum).toBeLessThanOrEqual(4 * whole.length);
		}),
		{ numRuns: 150, seed: 7 },
	);
}, 60_000);

test('what is no Parquet file is an error', async () => {
	for (const bytes of [new Uint8Array(0), new Uint8Array(3), new TextEncoder().encode('PAR1'.repeat(50))]) await expect(read(bytes, 10, 1 << 20)).rejects.toThrow();
});
