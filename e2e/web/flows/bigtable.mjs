// The table of runs at size: many runs, and runs with many metrics and params. It
// counts what is in the document, what is asked of the server, how long the page
// is busy at a stretch and how long an interaction takes until it is seen.
//
// BIGTABLE=full fills 100,000 runs, and 200 with 1,500 metrics and 150 params
// each, which takes some minutes; else it is a hundredth of that.

import assert from 'node:assert/strict';
import { flow, mlflow, until } from '../browser.mjs';

const full = process.env.BIGTABLE === 'full';
const size = full ? { runs: 100_000, wide: 200, metrics: 1500, params: 150 } : { runs: 1000, wide: 10, metrics: 300, params: 60 };
const filled = process.env.BIGTABLE_FILLED?.split(',') ?? [];
const many = filled[0] ?? (await fill('many', size.runs, 20, 5));
const wide = filled[1] ?? (await fill('wide', size.wide, size.metrics, size.params));
console.log(`  BIGTABLE_FILLED=${many},${wide} measures again what this has filled`);

/** Makes an experiment of runs, some at a time. */
async function fill(name, runs, metrics, params) {
	const { experiment_id: experiment } = await mlflow('experiments/create', { name: `${name} ${Date.now()}` });
	let next = 0;
	await Promise.all(Array.from({ length: 16 }, async () => {
		for (let i = next++; i < runs; i = next++) await make(experiment, i, metrics, params);
	}));
	return experiment;
}

async function make(experiment, i, metrics, params) {
	const { run } = await mlflow('runs/create', { experiment_id: experiment, run_name: `run ${i}`, start_time: 1_700_000_000_000 + i * 1000 });
	const all = {
		metrics: Array.from({ length: metrics }, (_, k) => ({ key: `val/m${k}`, value: ((i * 7919 + k * 104_729) % 100_003) / 100_003, timestamp: 1, step: 0 })),
		params: Array.from({ length: params }, (_, k) => ({ key: `p${k}`, value: String(k === 0 ? i % 5000 : (i * (k + 1)) % 7) })),
	};
	while (all.metrics.length > 0 || all.params.length > 0) {
		await mlflow('runs/log-batch', { run_id: run.info.run_id, metrics: all.metrics.splice(0, 900), params: all.params.splice(0, 100) });
	}
}

await flow('bigtable', async (page) => {
	let asked = 0;
	page.on('request', (request) => (asked += request.url().includes('/api/') && !request.url().includes('/watch') ? 1 : 0));
	await page.addInitScript(() => {
		globalThis.busy = [];
		globalThis.felt = [];
		new PerformanceObserver((list) => list.getEntries().forEach((e) => globalThis.busy.push(e.duration))).observe({ type: 'longtask' });
		new PerformanceObserver((list) => list.getEntries().forEach((e) => e.interactionId && globalThis.felt.push(e.duration))).observe({ type: 'event', durationThreshold: 16 });
	});

	/** Does something and tells what it took. */
	async function measure(what, most, act) {
		const [began, before] = [Date.now(), asked];
		await page.evaluate(() => ([globalThis.busy, globalThis.felt] = [[], []]));
		await act();
		const took = Date.now() - began;
		await page.waitForTimeout(300);
		const seen = await page.evaluate(() => ({ busy: globalThis.busy, felt: globalThis.felt, nodes: document.querySelectorAll('*').length }));
		const longest = Math.round(Math.max(0, ...seen.busy));
		const [sum, felt] = [Math.round(seen.busy.reduce((a, b) => a + b, 0)), Math.max(0, ...seen.felt)];
		console.log(`  ${what.padEnd(34)} ${String(took).padStart(6)} ms, ${String(asked - before).padStart(3)} requests, ${String(seen.nodes).padStart(5)} elements, busy ${longest} ms at a stretch, ${sum} in all; interaction ${felt} ms`);
		assert.ok(asked - before <= most, `${what}: ${asked - before} requests`);
		assert.ok(seen.nodes < 4000, `${what}: ${seen.nodes} elements`);
		assert.ok(longest < 1000, `${what}: busy for ${longest} ms`);
	}

	const grid = page.getByRole('treegrid', { name: 'Runs' });
	const named = (i) => grid.getByRole('link', { name: `run ${i}`, exact: true });
	const rows = size.runs.toLocaleString('en');
	await measure('open', 8, async () => {
		await page.goto(`/experiments/${many}`);
		await page.getByText(`${rows} runs`, { exact: true }).waitFor();
		await grid.getByText(/^0\.\d/).first().waitFor();
	});

	const steps = 60;
	await measure('scroll from first to last', steps * 3, async () => {
		for (let step = 1; step <= steps; step++) {
			await grid.evaluate((g, part) => {
				g.scrollTop = (g.scrollHeight - g.clientHeight) * part;
				return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
			}, step / steps);
		}
		await named(0).waitFor();
	});
	assert.ok((await grid.getByRole('row').count()) < 60);

	await grid.focus();
	await measure('first row by key', 4, async () => {
		await page.keyboard.press('Home');
		await named(size.runs - 1).waitFor();
	});
	await measure('200 rows down by keys', 4, async () => {
		for (let i = 0; i < 200; i++) await page.keyboard.press('ArrowDown');
		await named(size.runs - 201).waitFor();
	});
	await measure('sort by a metric', 4, async () => {
		await page.getByRole('button', { name: 'val/m0' }).click();
		await until('it is sorted', async () => (await grid.getByRole('columnheader', { name: 'val/m0' }).getAttribute('aria-sort')) === 'ascending' && (await grid.getAttribute('aria-busy')) === 'false');
	});
	const filter = page.getByRole('combobox', { name: 'Filter' });
	await measure('complete a key', 6, async () => {
		await filter.click();
		await page.keyboard.type('p0');
		await page.getByRole('option', { name: /params\.p0/ }).waitFor();
	});
	await measure('filter', 6, async () => {
		await filter.fill("metrics.`val/m0` < 0.5 AND params.p1 = '3'");
		await filter.press('Enter');
		await until('it is filtered', async () => !(await page.getByText(`${rows} runs`, { exact: true }).isVisible()) && (await grid.getAttribute('aria-busy')) === 'false');
	});
	await measure('group by 5,000 values', 10, async () => {
		await page.goto(`/experiments/${many}?g=params.p0`);
		await page.getByText(`${Math.min(5000, size.runs).toLocaleString('en')} groups`, { exact: true }).waitFor();
		await grid.getByText('±').or(grid.getByText(/^0\.\d/)).first().waitFor();
	});
	await measure('scroll through groups', 2, () => grid.evaluate((g) => void (g.scrollTop = g.scrollHeight)));


	const columns = size.metrics + size.params;
	await measure(`open ${columns.toLocaleString('en')} columns`, 8, async () => {
		await page.goto(`/experiments/${wide}?c=metrics.*&c=params.*`);
		await grid.getByText(/^0\.\d/).first().waitFor();
	});
	assert.equal(await grid.getAttribute('aria-colcount'), String(columns + 2));
	await measure('scroll from first to last column', steps * 2, async () => {
		for (let step = 1; step <= steps; step++) {
			await grid.evaluate((g, part) => {
				g.scrollLeft = (g.scrollWidth - g.clientWidth) * part;
				return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
			}, step / steps);
		}
		await until('the last column is read', () => grid.evaluate((g) => [...g.querySelectorAll('[role=gridcell]')].at(-1)?.textContent.trim() !== ''));
	});
	assert.ok((await grid.getByRole('columnheader').count()) < 40);
	await measure('find a column', 10, async () => {
		await page.keyboard.press('Escape');
		await page.getByRole('button', { name: 'Columns' }).click();
		await page.getByRole('searchbox', { name: 'Find a column' }).fill(`m${size.metrics - 1}`);
		await page.getByRole('checkbox', { name: new RegExp(`val/m${size.metrics - 1} `) }).waitFor();
	});
});
