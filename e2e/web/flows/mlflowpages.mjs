// MLflow's own pages, from an installed MLflow, on this server: what people know
// of them works. What they ask for beside it, the server says it does not have.

import assert from 'node:assert/strict';
import { flow, mlflow, runNamed, until } from '../browser.mjs';

const notHere = /\/(assistant|users|traces|gateway|issues|workspaces|scorers|datasets|label-schemas|review-queues|mcp-servers)\b/;

await flow('mlflow pages', async (page, problems) => {
	const refused = [];
	page.on('response', (answer) => {
		if (answer.status() >= 400) refused.push(`${answer.status()} ${answer.request().method()} ${answer.url()}`);
	});
	const queries = new Set();
	page.on('request', (request) => {
		if (request.url().endsWith('/mlflow-ui/graphql')) queries.add(request.postDataJSON().operationName);
	});
	const heading = (name) => page.getByRole('heading', { name }).first();

	await page.goto('/mlflow-ui');
	await page.getByRole('link', { name: 'Experiments' }).first().click();
	await page.getByRole('link', { name: 'electricity/forecast' }).waitFor();

	const winner = await runNamed('winner');
	const experiment = await experimentOf(winner);
	await page.goto(`/mlflow-ui/#/experiments/${experiment}/runs`);
	await page.getByText('matching runs').waitFor();
	await page.getByRole('link', { name: 'winner' }).first().waitFor();

	await page.goto(`/mlflow-ui/#/experiments/${experiment}/runs/${winner}`);
	await heading('winner').waitFor();
	await page.getByText('About this run').waitFor();
	await page.goto(`/mlflow-ui/#/experiments/${experiment}/runs/${winner}/artifacts`);
	await page.getByText('notes.txt').first().click();
	await page.getByText('hi', { exact: true }).waitFor();

	const { experiment_id } = await mlflow('experiments/create', { name: `curve ${Date.now()}` });
	const { run } = await mlflow('runs/create', { experiment_id, run_name: 'curved', start_time: Date.now() });
	await mlflow('runs/log-batch', {
		run_id: run.info.run_id,
		metrics: [4, 2, 1].map((value, step) => ({ key: 'loss', value, timestamp: Date.now(), step })),
	});
	await page.goto(`/mlflow-ui/#/experiments/${experiment_id}/runs/${run.info.run_id}/model-metrics`);
	await until('a curve is drawn', async () => (await page.locator('.js-plotly-plot .scatterlayer .trace').count()) > 0);

	await page.goto('/mlflow-ui/#/models');
	await page.getByRole('link', { name: 'demand' }).first().waitFor();
	await page.goto('/mlflow-ui/#/models/demand');
	await page.getByText('Version 1').first().waitFor();
	await page.goto('/mlflow-ui/#/models/demand/versions/1');
	await heading('Version 1').waitFor();

	for (const name of ['MlflowGetExperimentQuery', 'GetRun']) assert.ok(queries.has(name), `the pages ask for ${name}`);
	const unexpected = refused.filter((line) => !(line.startsWith('501 ') && notHere.test(line)) && !line.includes('path=MLmodel'));
	assert.deepEqual(unexpected, [], 'what the server refuses');
	const others = problems.filter((line) => !/the server responded with a status of (501|404)/.test(line));
	problems.splice(0, problems.length, ...others);
});

async function experimentOf(run) {
	const answer = await fetch(`${process.env.SERVER}/api/2.0/mlflow/runs/get?run_id=${run}`);
	return (await answer.json()).run.info.experiment_id;
}
