// What is done in the table of runs: filtered by chips and completion, grouped,
// nested, compared with a baseline, looked into, tagged, deleted and restored.

import assert from 'node:assert/strict';
import { flow, mlflow, server, until } from '../browser.mjs';

const { experiment_id: experiment } = await mlflow('experiments/create', { name: `runs flow ${Date.now()}` });
const runs = [];
for (let i = 0; i < 12; i++) runs.push(await make(i));

async function make(i, tags = []) {
	const { run } = await mlflow('runs/create', { experiment_id: experiment, run_name: `run ${String(i).padStart(2, '0')}`, start_time: 1_700_000_000_000 + i * 60_000, tags });
	const metrics = [{ key: 'val/loss', value: 1 - i / 20, timestamp: 1, step: 0 }];
	await mlflow('runs/log-batch', { run_id: run.info.run_id, metrics, params: [{ key: 'model', value: i % 3 ? 'mlp' : 'knn' }, { key: 'seed', value: String(i) }] });
	return run.info.run_id;
}
await make(12, [{ key: 'mlflow.parentRunId', value: runs[11] }]);

await flow('runs', async (page, problems) => {
	await page.goto(`/experiments/${experiment}`);
	const grid = page.getByRole('treegrid', { name: 'Runs' });
	const row = (name) => grid.getByRole('row', { name });
	await row('run 12').waitFor();
	await grid.getByText('0.4500').waitFor();

	// A key and a value are completed, with how many runs have them.
	const filter = page.getByRole('combobox', { name: 'Filter' });
	await filter.click();
	await page.keyboard.type('mod');
	await page.getByRole('option', { name: 'params.model 13 runs' }).waitFor();
	await page.keyboard.press('Tab');
	await page.keyboard.type('= ');
	await page.getByRole('option', { name: 'mlp 8 runs' }).waitFor();
	await page.keyboard.type('kn');
	await page.keyboard.press('ArrowDown');
	await page.keyboard.press('Enter');
	assert.equal(await filter.inputValue(), "params.model = 'knn' ");
	await page.keyboard.press('Enter');
	await page.getByText('5 runs', { exact: true }).waitFor();

	// The same filter as chips.
	const chips = page.getByRole('list', { name: 'Conditions' });
	await chips.getByRole('button', { name: '+ Condition' }).click();
	await chips.getByRole('combobox', { name: 'Field' }).fill('metrics.`val/loss`');
	await chips.getByRole('combobox', { name: 'Comparison' }).selectOption('<');
	await chips.getByRole('combobox', { name: 'Value' }).fill('0.6');
	await chips.getByRole('button', { name: 'Apply' }).click();
	await page.getByText('2 runs', { exact: true }).waitFor();
	assert.equal(await filter.inputValue(), "params.model = 'knn' AND metrics.`val/loss` < 0.6");
	await chips.getByRole('button', { name: "Remove params.model = 'knn'" }).click();
	await page.getByText('4 runs', { exact: true }).waitFor();

	// What is wrong is marked where it stands, and what was there stays.
	await filter.fill('metrics.`val/loss` LIKE 1');
	await filter.press('Enter');
	await page.getByRole('alert').waitFor();
	assert.equal(await page.locator('.mirror u').innerText(), 'LIKE');
	assert.equal(await grid.getByRole('rowheader').count(), 4);
	problems.splice(0, problems.length, ...problems.filter((p) => !p.includes('status of 400')));
	await filter.fill('');
	await filter.press('Enter');
	await page.getByText('13 runs', { exact: true }).waitFor();

	// The eye is one thing, the box another.
	await grid.focus();
	await page.keyboard.press('e');
	await page.getByRole('button', { name: /plotted/ }).waitFor();
	assert.equal(await row('run 12').getByRole('button', { name: 'Plotted' }).getAttribute('aria-pressed'), 'false');
	assert.equal(await row('run 12').getByRole('checkbox').isChecked(), false);
	await page.keyboard.press('e');

	// A baseline stays at the top, and others say how far they are from it.
	await page.keyboard.press('ArrowDown');
	await page.keyboard.press('b');
	await page.getByText('Baseline', { exact: true }).waitFor({ state: 'attached' });
	await row('run 10').getByText('▲ +0.0500').waitFor();
	assert.ok(new URL(page.url()).searchParams.get('base'));

	// Looked into, one after the other, and back where one was.
	await page.keyboard.press('Enter');
	const peek = page.getByRole('complementary', { name: 'Run' });
	await peek.getByRole('heading', { name: 'run 11' }).waitFor();
	await page.keyboard.press('j');
	await peek.getByRole('heading', { name: 'run 10' }).waitFor();
	await page.keyboard.press('Escape');
	await until('the table has the keyboard again', () => grid.evaluate((g) => document.activeElement === g));

	// Tagged and undone, deleted and undone, all at once.
	await page.keyboard.press('Space');
	await page.keyboard.press('Shift+ArrowDown');
	await page.getByText('2 runs selected').waitFor();
	await page.getByRole('button', { name: 'Tag', exact: true }).click();
	await page.getByRole('textbox', { name: 'Key of the tag' }).fill('team');
	await page.getByRole('textbox', { name: 'Value of the tag' }).fill('a');
	await page.getByRole('button', { name: 'Set', exact: true }).click();
	await page.getByText('Tagged 2 runs').waitFor();
	assert.equal(await tagOf(runs[9]), 'a');
	await page.getByRole('button', { name: 'Undo' }).click();
	await page.getByText('Undone').waitFor();
	assert.equal(await tagOf(runs[9]), undefined);
	await page.getByRole('button', { name: 'Delete' }).click();
	await page.getByText('11 runs', { exact: true }).waitFor();
	await page.getByRole('button', { name: 'Undo' }).click();
	await page.getByText('13 runs', { exact: true }).waitFor();

	// Runs below those that they are part of.
	await page.getByRole('button', { name: 'Nest' }).click();
	await page.getByText('12 runs', { exact: true }).waitFor();
	await row('run 11').last().getByRole('button', { name: 'Open' }).click();
	await row('run 12').waitFor();

	// Groups, with what their metrics are on the whole.
	await page.goto(`/experiments/${experiment}?g=params.model`);
	await page.getByText('2 groups', { exact: true }).waitFor();
	await row('mlp').getByText('0.7000').waitFor();
	await grid.focus();
	await page.keyboard.press('ArrowRight');
	await row('run 11').waitFor();

	// What comes later waits, and what changes changes where it stands.
	await page.goto(`/experiments/${experiment}`);
	await row('run 12').waitFor();
	await page.getByText('Live', { exact: true }).waitFor();
	await make(13);
	await page.getByRole('button', { name: '1 new · show' }).waitFor();
	assert.equal(await row('run 13').count(), 0);
	await mlflow('runs/log-metric', { run_id: runs[0], key: 'val/loss', value: 0.0625, timestamp: 2, step: 1 });
	await row('run 00').getByText('0.06250').waitFor();
	await mlflow('runs/update', { run_id: runs[0], status: 'FINISHED', end_time: Date.now() });
	await row('run 00').getByText('Finished').waitFor();
	await page.getByRole('button', { name: '1 new · show' }).click();
	await row('run 13').waitFor();

	// A second browser shows the same, and what an address says in vain is told.
	const state = `/experiments/${experiment}?s=metrics.val%2Floss&c=params.seed&c=metrics.val%2Floss&keep=${runs[3]}&sunset=1`;
	const other = await page.context().browser().newPage();
	for (const one of [page, other]) {
		await one.goto(server + state);
		await one.getByRole('treegrid').getByText('0.06250').waitFor();
		await one.getByText('sunset').waitFor();
	}
	assert.deepEqual(await cells(page), await cells(other));

	// As a file, what is shown.
	await page.getByRole('button', { name: 'More' }).click();
	const address = await page.getByRole('link', { name: /CSV/ }).getAttribute('href');
	const lines = (await (await fetch(server + address)).text()).trim().split('\n');
	assert.equal(lines.length, 15);
	assert.equal(lines[0], 'run_id,name,status,params.seed,metrics.val/loss');
	assert.ok(lines[1].endsWith(',run 00,FINISHED,0,0.0625'));
});

async function tagOf(run) {
	const answer = await fetch(`${server}/api/2.0/mlflow/runs/get?run_id=${run}`);
	return (await answer.json()).run.data.tags.find((t) => t.key === 'team')?.value;
}

async function cells(page) {
	return page.getByRole('treegrid').getByRole('gridcell').allInnerTexts();
}
