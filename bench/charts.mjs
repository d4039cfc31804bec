// Asks a server for its long series and has a browser draw them; see bench/charts.

import { execSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const [url, server, runs, points] = process.argv.slice(2);
const times = 9;

async function post(path, body) {
	const begun = performance.now();
	const answer = await fetch(url + path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
	const text = await answer.text();
	if (!answer.ok) throw new Error(`${path}: ${text}`);
	return { took: performance.now() - begun, body: JSON.parse(text), size: text.length };
}

/** Gives the processor time that the server has used, in milliseconds. */
function used() {
	const fields = readFileSync(`/proc/${server}/stat`, 'utf8').split(') ')[1].split(' ');
	return ((Number(fields[11]) + Number(fields[12])) * 1000) / tick;
}
const tick = Number(execSync('getconf CLK_TCK'));

const middle = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];

const experiments = (await post('/api/2.0/mlflow/experiments/search', { max_results: 1, filter: "name = 'long series'" })).body.experiments;
const experiment = experiments[0].experiment_id;
const found = (await post('/api/2.0/mlflow/runs/search', { experiment_ids: [experiment], max_results: 1000 })).body.runs.map((run) => run.info.run_id);

console.log(`${runs} series of ${points} points, median of ${times}\n`);
console.log('| asked for | answer, ms | server CPU, ms | size, KiB | buckets |\n|---|---:|---:|---:|---:|');
const tenth = Math.floor(points / 10);
const asks = [
	['all, along steps', {}],
	['all, along the time', { axis: 'time' }],
	['a tenth', { from: 4 * tenth, to: 5 * tenth }],
	['5,000 steps', { from: 4 * tenth, to: 4 * tenth + 5000 }],
	['all of ten series, smoothed', { runs: found.slice(0, 10), smoothing: { by: 'ema', amount: 0.9 } }],
];
for (const [name, more] of asks) {
	const took = [];
	let last;
	const before = used();
	for (let i = 0; i < times; i++) {
		last = await post('/api/pedigree/v1/series', { runs: found, metrics: ['loss'], buckets: 1000, ...more });
		took.push(last.took);
	}
	const buckets = last.body.series.reduce((sum, s) => sum + s.buckets.to.length, 0);
	console.log(`| ${name} | ${middle(took).toFixed(0)} | ${((used() - before) / times).toFixed(0)} | ${(last.size / 1024).toFixed(0)} | ${buckets.toLocaleString('en')} |`);
}

if (process.env.CHROMIUM) await draw();

async function draw() {
	const { chromium } = createRequire(new URL('../web/package.json', import.meta.url))('playwright-core');
	const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ['--headless', '--no-sandbox', '--disable-gpu'] });
	const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
	await page.goto(`${url}/experiments/${experiment}?view=charts&n=${found.length}&open=loss`);
	await page.getByText(/buckets of/).waitFor({ timeout: 60_000 });
	const took = [];
	for (let i = 0; i < times; i++) {
		await page.evaluate(() => performance.clearMeasures());
		await page.getByRole('checkbox', { name: 'Logarithm' }).click(); // the same lines are drawn anew
		await page.waitForFunction(() => performance.getEntriesByName('pedigree chart').length > 0);
		took.push(await page.evaluate(() => performance.getEntriesByName('pedigree chart').at(-1).duration));
	}
	console.log(`\nChromium draws them in ${middle(took).toFixed(0)} ms, without a graphics card.`);
	await browser.close();
}
