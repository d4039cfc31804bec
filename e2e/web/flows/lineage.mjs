// A node of any protocol: its facts, its lineage as a picture and as a list, by
// mouse and by keyboard, and all of it in the address.

import assert from 'node:assert/strict';
import { flow, nodeNamed, runNamed, until } from '../browser.mjs';

await flow('lineage', async (page, problems) => {
	// From the run one gets to what it read, which has no page but that of any node.
	await page.goto(`/runs/${await runNamed('winner')}`);
	await page.getByRole('region', { name: 'Inputs and outputs' }).getByRole('link', { name: 'readings' }).click();
	await page.getByRole('heading', { name: 'readings', level: 1 }).waitFor();
	await page.getByRole('group', { name: 'Lineage graph' }).getByRole('link').first().waitFor();
	const asked = [];
	page.on('request', (request) => request.url().includes('/lineage?') && asked.push(request.url()));
	await page.reload();
	const graph = page.getByRole('group', { name: 'Lineage graph' });
	const vertex = (name) => graph.getByRole('link', { name });
	const chip = (name) => graph.getByRole('button', { name });

	// One hop each way, by one question; the three protocols' names are one thing, and why is said.
	await vertex(/^readings, .*3 names, this/).waitFor();
	await vertex(/^winner, run, downstream, hop 1/).waitFor();
	assert.equal(await graph.getByRole('link').count(), 5);
	assert.equal(asked.length, 1);
	const chosen = page.getByRole('region', { name: 'Chosen' });
	await chosen.getByText('3 names of one thing').waitFor();
	await chosen.getByText('s3://lake/readings.parquet', { exact: true }).first().waitFor();

	// A counted expander leaves what it is of where it was.
	const before = await vertex(/^winner, run/).boundingBox();
	await chip(/^Show \d+ downstream of winner$/).click();
	await vertex(/^demand, model version 1, downstream, hop 2/).waitFor();
	const after = await vertex(/^winner, run/).boundingBox();
	assert.ok(Math.abs(after.x - before.x) < 1.5 && Math.abs(after.y - before.y) < 1.5, `winner moved from ${before.x},${before.y} to ${after.x},${after.y}`);

	// A fan is a stack, and opens ten at a time.
	await chip(/^Show 23 upstream of .*ingest/).click();
	const stack = chip(/^23 × data set/);
	await stack.waitFor();
	await graph.getByRole('button', { name: 'Fit' }).click();
	const drawn = await graph.getByRole('link').count();
	await stack.click();
	await chip(/^13 × data set/).waitFor();
	assert.equal(await graph.getByRole('link').count(), drawn + 10);

	// Another browser that gets the address sees the same.
	const names = () => graph.getByRole('link').evaluateAll((all) => all.map((v) => v.getAttribute('aria-label')).sort());
	const seen = await names();
	await page.goto('/models');
	await page.goBack();
	await chip(/^13 × data set/).waitFor();
	await until('the same is drawn', async () => JSON.stringify(await names()) === JSON.stringify(seen));

	await walkByKeys(page, vertex);
	await readList(page);
	await seeHostile(page);
	await seeNothing(page, problems);
});

async function walkByKeys(page, vertex) {
	await page.goto(`/nodes/${await nodeNamed('mlflow.Dataset', 'readings')}`);
	await vertex(/^readings/).focus();
	const label = () => page.evaluate(() => document.activeElement.getAttribute('aria-label'));
	await page.keyboard.press('ArrowRight');
	await until('the keyboard is downstream', async () => /downstream, hop 1/.test(await label()));
	for (const arrow of ['ArrowUp', 'ArrowUp', 'ArrowDown', 'ArrowDown']) {
		if (/^winner/.test(await label())) break;
		const was = await label();
		await page.keyboard.press(arrow);
		await page.waitForTimeout(100);
		if (was === (await label())) continue;
	}
	await until('winner has the keyboard', async () => /^winner/.test(await label()));
	await page.keyboard.press('+');
	await vertex(/^demand, model version/).waitFor();
	await page.keyboard.press('ArrowRight');
	await until('the keyboard is downstream', async () => /hop 2$/.test(await label()));
	const first = await label();
	await page.keyboard.press('ArrowDown');
	await page.keyboard.press('ArrowUp');
	await page.keyboard.press('ArrowLeft');
	await until('the keyboard is back', async () => /^winner/.test(await label()));
	await page.keyboard.press('-');
	await until('what was opened is closed', async () => (await vertex(/hop 2$/).count()) === 0);
	assert.match(first, /downstream, hop 2$/);
	await page.keyboard.press('f');
	await page.keyboard.press('Enter');
	await page.getByRole('heading', { name: 'winner', level: 1 }).waitFor();
	assert.match(page.url(), /\/nodes\/\d+$/);
	await page.getByRole('link', { name: 'Open the run' }).first().click();
	await page.getByRole('table', { name: 'Metrics' }).waitFor();
	await page.goBack();
}

async function readList(page) {
	await page.goto(`/nodes/${await nodeNamed('mlflow.Dataset', 'readings')}`);
	await page.getByRole('navigation', { name: 'Form of the lineage' }).getByRole('link', { name: 'List' }).click();
	const table = page.getByRole('table', { name: 'Lineage' });
	await table.getByRole('row', { name: /winner downstream 1 input execution run/ }).waitFor();
	await table.getByRole('button', { name: /^Show 23 upstream of .*ingest/ }).click();
	await table.getByRole('row', { name: /day-23/ }).waitFor();
	assert.equal(await table.getByRole('row', { name: /raw\/day/ }).count(), 23);
	assert.equal(new URL(page.url()).searchParams.get('form'), 'list');
	await table.getByRole('button', { name: /^Hide what is upstream of .*ingest/ }).click();
	await until('they are gone', async () => (await table.getByRole('row', { name: /raw\/day/ }).count()) === 0);
}

async function seeHostile(page) {
	await page.goto(`/nodes/${await nodeNamed('mlflow.Dataset', 'onerror')}`);
	await page.getByRole('link', { name: /^<script>.*=alert\(2\)>, run, downstream, hop 1, in full <script>alert\(1\)/ }).waitFor();
	assert.equal(await page.locator('img:not([src="/icon.svg"]), body script, main b').count(), 0);
	await page.goto('/');
	await page.keyboard.press('Control+k');
	await page.getByRole('combobox', { name: 'Search runs' }).fill('readings');
	await page.getByRole('option', { name: /readings\s*data set/ }).first().click();
	await page.getByRole('heading', { name: 'readings', level: 1 }).waitFor();
}

// The browser logs the answer 404 that is wanted here, and that alone.
async function seeNothing(page, problems) {
	assert.deepEqual(problems, []);
	await page.goto('/nodes/999999999');
	await page.getByRole('alert').getByText('The node cannot be shown.').waitFor();
	await until('the refusal is logged', () => problems.length === 1);
	assert.match(problems.pop(), /999999999: .*404/);
}
