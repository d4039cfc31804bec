// A node of any protocol: its facts, its lineage as a picture and as a list, by
// mouse and by keyboard, and all of it in the address.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { flow, lake, mlflow, nodeAt, nodeNamed, runNamed, until } from '../browser.mjs';

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
	assert.equal(await graph.getByRole('link', { name: /hop [^01]/ }).count(), 0);
	assert.equal(asked.length, 1);
	const chosen = page.getByRole('region', { name: 'Chosen' });
	await chosen.getByText('Why are these 3 one?').click();
	await chosen.getByRole('row', { name: /s3:\/\/lake\/readings\.parquet/ }).first().waitFor();

	// A counted expander leaves what it is of where it was.
	await graph.evaluate((frame) => frame.scrollIntoView({ block: 'center' })); // or the click would scroll the page
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

	await saveIt(page, graph);
	await walkByKeys(page, vertex);
	await hearOfIt(page, vertex);
	await goBackInTime(page, vertex);
	await splitAndJoin(page, chosen, vertex);
	await readColumns(page);
	await seeShapes(page, graph);
	await readList(page);
	await seeHostile(page);
	await seeNothing(page, problems);
});

async function saveIt(page, graph) {
	const kept = async (name) => {
		const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name }).click()]);
		return [download.suggestedFilename(), readFileSync(await download.path(), 'utf8')];
	};
	const [svg, picture] = await kept('Save as SVG');
	assert.equal(svg, 'lineage.svg');
	assert.match(picture, /^<svg [^]*>winner<\/text>[^]*<\/svg>\n$/);
	assert.match((await kept('Save for Graphviz'))[1], /^digraph lineage \{[^]*"13 × data set/);
	await graph.focus();
	await page.keyboard.press('/');
	await page.keyboard.type('ingest');
	await page.getByText('1 found').waitFor();
	await page.keyboard.press('Enter');
	await page.getByRole('region', { name: 'Chosen' }).getByText(/ingest/).first().waitFor();
}

// As of the moment at which it was made, nothing had been made of it.
async function goBackInTime(page, vertex) {
	await page.goto(`/nodes/${await nodeAt(lake, 'openlineage.Dataset')}`);
	await vertex(/^winner/).waitFor();
	const slider = page.getByRole('slider', { name: 'As of' });
	assert.equal(await slider.getAttribute('aria-valuetext'), 'now');
	await slider.focus();
	await page.keyboard.press('Home');
	await page.getByRole('note').getByText('Where artifacts are has no history').waitFor();
	await until('what came later is not drawn', async () => (await vertex(/^winner/).count()) + (await vertex(/^split/).count()) === 0);
	assert.match(page.url(), /asof=\d+/);
	await page.reload();
	await page.getByRole('note').waitFor();
	await page.getByRole('button', { name: 'Back to now' }).click();
	await vertex(/^winner/).waitFor();
	assert.ok(!page.url().includes('asof'));
}

// What another client records meanwhile waits to be asked for.
async function hearOfIt(page, vertex) {
	await page.goto(`/nodes/${await nodeAt(lake, 'mlflow.Dataset')}`);
	await vertex(/^winner/).waitFor();
	await page.waitForTimeout(3200); // from when on changes are those of others
	const { run } = await mlflow('runs/create', { experiment_id: '1', run_name: 'latecomer', start_time: Date.now() });
	const dataset = { name: 'readings', digest: '3f33da32', source_type: 's3', source: JSON.stringify({ uri: lake }) };
	await mlflow('runs/log-inputs', { run_id: run.info.run_id, datasets: [{ dataset }] });
	await page.getByRole('button', { name: 'Something changed · show' }).click();
	await vertex(/^latecomer, run, downstream/).waitFor();
	await mlflow('runs/delete', { run_id: run.info.run_id });
}

// What the rule takes for one, people can tell apart; and undo it.
async function splitAndJoin(page, chosen, vertex) {
	await chosen.getByText('Why are these 3 one?').click();
	await chosen.getByRole('button', { name: /^They are not: / }).first().click();
	const form = chosen.getByRole('form', { name: 'Say so' });
	await form.getByRole('textbox', { name: 'Why' }).fill('another copy');
	await form.getByRole('button', { name: 'Split them' }).click();
	await chosen.getByText('Said by hand').first().waitFor();
	await chosen.getByText('another copy').waitFor();
	await until('it has fewer names', async () => (await chosen.getByText('Why are these 3 one?').count()) === 0);
	await chosen.getByRole('button', { name: /^Take back what was said/ }).click();
	await vertex(/3 names, this/).waitFor();
	await chosen.getByText('Why are these 3 one?').waitFor();
}

async function readColumns(page) {
	await page.getByRole('navigation', { name: 'Form of the lineage' }).getByRole('link', { name: 'Columns' }).click();
	const table = page.getByRole('table', { name: 'Columns' });
	await table.getByRole('row', { name: /kwh .*load readings/ }).first().waitFor();
	await page.getByRole('combobox', { name: 'Column' }).selectOption('load');
	await until('only load and what it came of is there', async () => (await table.getByRole('row', { name: /hour/ }).count()) === 0);
	await table.getByRole('row', { name: /load .*mean/ }).waitFor();
	assert.match(page.url(), /column=load/);
}

// A fan of a thousand and a chain of twelve hundred: few are drawn, and panning over
// three hundred keeps the page quick.
async function seeShapes(page, graph) {
	const hub = await nodeNamed('Point', 'hub');
	await page.goto(`/nodes/${hub}`);
	await graph.getByRole('button', { name: /^1000 × syst/ }).waitFor();
	await page.goto(`/nodes/${hub}?form=impact`);
	const impact = page.getByRole('grid', { name: 'What depends on it' });
	await page.getByText('1,000', { exact: true }).waitFor();
	await impact.getByRole('row', { name: /^reader-\d+ 1 / }).first().waitFor();
	assert.ok((await impact.getByRole('rowheader').count()) < 80);
	const walks = [];
	page.on('request', (request) => request.url().includes('/impact?') && walks.push(request.url()));
	const finder = page.getByRole('searchbox', { name: 'Find in what depends on it' });
	await finder.pressSequentially('reader-0007');
	await until('one is left', async () => (await impact.getByRole('rowheader').count()) === 1);
	assert.match(page.url(), /q=reader-0007/);
	assert.ok(await finder.evaluate((box) => box === document.activeElement), 'the keyboard stays where one types');
	assert.equal(walks.length, 0, 'what is there is not asked for again');

	await page.goto(`/nodes/${hub}?page=300.${hub}d.system.ContainerExecution`);
	await page.getByText('302 shown').waitFor();
	assert.ok((await graph.getByRole('link').count()) < 120, 'only what is in sight is drawn');
	const { long, cpu, moves } = await workOf(page, async () => {
		const frame = await graph.boundingBox();
		const [x, y] = [frame.x + 300, frame.y + frame.height - 60];
		await page.mouse.move(x, y);
		await page.mouse.down();
		for (let i = 0; i < 120; i++) await page.mouse.move(x + 2 * i, y - 2 * i);
		await page.mouse.up();
		return 120;
	});
	console.log(`panning over 300: ${(cpu / moves).toFixed(1)} ms of work for each move; long tasks: ${long.map(Math.round).join(', ') || 'none'}`);
	assert.ok(cpu / moves < 16, `a move takes ${cpu / moves} ms`);

	await page.goto(`/nodes/${hub}?page=600.${hub}d.system.ContainerExecution`);
	await page.getByText(/602 nodes are more than a picture can show/).waitFor();
	await page.getByRole('link', { name: 'Show what depends on it as a list' }).click();
	await impact.getByRole('rowheader').first().waitFor();

	await page.goto(`/nodes/${await nodeNamed('Point', 'link-0000')}?form=impact`);
	await page.getByText('1,200', { exact: true }).waitFor();
	await page.getByRole('columnheader', { name: 'Distance' }).getByRole('button').click();
	await impact.getByRole('row', { name: /^link-0600 1200 .*\+1197/ }).waitFor();
	const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save as CSV' }).click()]);
	assert.equal(readFileSync(await download.path(), 'utf8').trim().split('\r\n').length, 1201);
}

/** Gives how much work the page had, in ms of its thread, and how long each task took
 * that held it up for more than 50 ms, which tells of the page only on a quiet machine. */
async function workOf(page, act) {
	const devtools = await page.context().newCDPSession(page);
	await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
	const work = async () => (await devtools.send('Performance.getMetrics')).metrics.find((m) => m.name === 'TaskDuration').value * 1000;
	await page.evaluate(() => {
		window.longTasks = [];
		new PerformanceObserver((list) => window.longTasks.push(...list.getEntries().map((e) => e.duration))).observe({ entryTypes: ['longtask'] });
	});
	const before = await work();
	const moves = await act();
	await page.waitForTimeout(200);
	return { moves, cpu: (await work()) - before, long: await page.evaluate(() => window.longTasks) };
}

async function walkByKeys(page, vertex) {
	await page.goto(`/nodes/${await nodeAt(lake, 'mlflow.Dataset')}`);
	await vertex(/^readings, .*this$/).focus();
	const label = () => page.evaluate(() => document.activeElement.getAttribute('aria-label'));
	await page.keyboard.press('ArrowRight');
	await until('the keyboard is downstream', async () => /downstream, hop 1/.test(await label()));
	for (const arrow of [...Array(5).fill('ArrowUp'), ...Array(9).fill('ArrowDown')]) {
		if (/^winner/.test(await label())) break;
		await page.keyboard.press(arrow);
		await page.waitForTimeout(60); // at the end of a layer the keyboard stays, which nothing tells of
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
	await page.goto(`/nodes/${await nodeAt(lake, 'mlflow.Dataset')}`);
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
