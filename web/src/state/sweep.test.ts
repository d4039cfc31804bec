import { describe, expect, it } from 'vitest';
import { CallError } from '../api/call';
import { Sweep, type Plan } from './sweep.svelte';

const keys = (n: number) => Array.from({ length: n }, (_, i) => `k${i}`);
const say = (n: number) => `${n} done`;

describe('what is done to many', () => {
	it('goes on by so many at a time, and is undone', async () => {
		const [calls, back]: [string[][], string[][]] = [[], []];
		let shown = 0;
		const sweep = new Sweep(() => shown++);
		await sweep.run({
			keys: keys(250),
			say,
			act: async (some) => calls.push(some),
			back: (done) => ({ keys: done, size: 125, say: (n) => `${n} undone`, act: async (some) => back.push(some) }),
		});
		expect(calls.map((c) => c.length)).toEqual([100, 100, 50]);
		expect([sweep.said, sweep.met, sweep.total, sweep.undoable, shown]).toEqual(['250 done', 250, 250, true, 1]);
		await sweep.undo();
		expect(back.flat()).toEqual(keys(250));
		expect([sweep.said, sweep.undoable, shown]).toEqual(['250 undone', false, 2]);
	});

	it('tells what was refused and does the rest, once each', async () => {
		const done: string[] = [];
		const bad = new Set(['k3', 'k99', 'k100', 'k207']);
		const act: Plan['act'] = async (some) => {
			if (some.some((k) => bad.has(k))) throw new CallError('no', 404, undefined);
			done.push(...some);
		};
		const sweep = new Sweep(() => {});
		await sweep.run({ keys: keys(250), say, act });
		expect(sweep.refusals.map((r) => r.key)).toEqual([...bad]);
		expect(done.sort()).toEqual(keys(250).filter((k) => !bad.has(k)).sort());
		expect(sweep.said).toBe('246 done');
		bad.clear();
		await sweep.again();
		expect([sweep.said, sweep.refusals.length, done.length]).toEqual(['250 done', 0, 250]);
	});

	it('ends where it may not go on, and says how far it came', async () => {
		let calls = 0;
		const sweep = new Sweep(() => {});
		await sweep.run({
			keys: keys(300),
			say,
			act: async () => {
				if (++calls === 2) throw new CallError('You may not.', 403, undefined);
			},
		});
		expect([calls, sweep.said, sweep.refusals.length]).toEqual([2, '100 done; stopped before the other 200', 0]);
		expect(sweep.error).toBeInstanceOf(CallError);
	});

	it('is stopped', async () => {
		const sweep = new Sweep(() => {});
		let calls = 0;
		await sweep.run({ keys: keys(500), size: 50, say, act: async () => void (++calls === 3 && sweep.stop()) });
		expect([calls, sweep.said]).toEqual([3, '150 done; stopped before the other 350']);
		await sweep.goOn();
		expect([calls, sweep.said, sweep.left.length]).toEqual([10, '500 done', 0]);
	});
});
