// A run: where it came from, what it made, its files; and the model that came of it.

import assert from 'node:assert/strict';
import { flow, mlflow, runNamed } from '../browser.mjs';

await flow('run', async (page) => {
	await page.goto(`/runs/${await runNamed('winner')}`);
	await page.getByRole('heading', { name: 'winner', level: 1 }).waitFor();
	await page.getByText('The best so far.').waitFor();
	await page.getByRole('table', { name: 'Metrics' }).getByRole('row', { name: 'val/rmse 0.1312' }).waitFor();
	await page.getByRole('table', { name: 'Params' }).getByRole('row', { name: 'lr 0.01' }).waitFor();
	const strip = page.getByRole('region', { name: 'Inputs and outputs' });
	await strip.getByText('readings').waitFor();

	// Folders open in the address; files are shown beside them.
	await page.getByRole('link', { name: 'Artifacts', exact: true }).click();
	const artifacts = page.getByRole('list', { name: 'Artifacts' });
	await artifacts.getByRole('link', { name: 'plots' }).click();
	await page.getByRole('link', { name: 'up' }).waitFor();
	assert.equal(new URL(page.url()).searchParams.get('path'), 'plots');
	await artifacts.getByRole('link', { name: 'notes.txt' }).click();
	await page.getByRole('region', { name: 'Preview of notes.txt' }).getByText('hi', { exact: true }).waitFor();

	// The files of a model that the run made are with those of the run.
	await page.getByRole('link', { name: /^Model m-/ }).click();
	await artifacts.getByRole('link', { name: 'MLmodel' }).click();
	const model = page.getByRole('region', { name: 'Preview of MLmodel' });
	await model.getByText('python_function', { exact: true }).waitFor();
	await model.getByText(`mlflow.set_tracking_uri("${new URL(page.url()).origin}")`).waitFor();
	await page.getByRole('link', { name: 'Overview' }).click();

	await strip.getByRole('link', { name: 'demand version 1' }).click();
	await page.getByRole('heading', { name: 'demand version 1', level: 1 }).waitFor();
	const files = page.getByRole('table', { name: 'Files' });
	await files.getByRole('row', { name: /MLmodel .* [0-9a-f]{12}…/ }).waitFor();
	await page.getByRole('link', { name: 'run winner' }).click();
	await page.getByRole('heading', { name: 'winner', level: 1 }).waitFor();

	// A model that the run made is registered from here, and back.
	const register = page.locator('main').getByRole('button', { name: 'Register a model' });
	await register.click();
	await page.getByRole('combobox', { name: 'Name of the registered model' }).fill('shelf');
	await page.getByRole('button', { name: 'Register', exact: true }).click();
	await page.getByRole('link', { name: 'shelf version 1' }).first().waitFor();
	await page.getByText('Registered', { exact: true }).waitFor();
	await page.locator('.register').getByRole('button', { name: 'Undo' }).click();
	await strip.getByRole('link', { name: 'shelf version 1' }).waitFor({ state: 'detached' });

	// A run that goes on changes before one's eyes.
	const { run } = await mlflow('runs/create', { experiment_id: '0', run_name: 'growing' });
	await page.goto(`/runs/${run.info.run_id}`);
	await page.getByText('Live', { exact: true }).waitFor();
	await mlflow('runs/log-metric', { run_id: run.info.run_id, key: 'loss', value: 0.5, timestamp: 1, step: 1 });
	await page.getByRole('table', { name: 'Metrics' }).getByRole('row', { name: 'loss 0.5000' }).waitFor();
	await mlflow('runs/update', { run_id: run.info.run_id, status: 'FINISHED', end_time: Date.now() });
	await page.getByText('Finished').waitFor();

	// What is not there is said, where it would stand.
	await page.goto('/models');
	await page.getByRole('link', { name: 'demand', exact: true }).waitFor();
});
