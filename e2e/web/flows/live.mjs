// Home: what happens elsewhere shows, and moves nothing until it is asked for.

import assert from 'node:assert/strict';
import { flow, mlflow } from '../browser.mjs';

await flow('live', async (page) => {
	const { experiment_id } = await mlflow('experiments/create', { name: `live ${Date.now()}` });
	const { run } = await mlflow('runs/create', { experiment_id, run_name: 'first', start_time: Date.now() });
	const run_id = run.info.run_id;
	const log = (step, loss) => mlflow('runs/log-batch', { run_id, metrics: [{ key: 'loss', value: loss, timestamp: Date.now(), step }] });
	await mlflow('runs/log-parameter', { run_id, key: 'max_steps', value: '200' });
	await log(50, 0.5);
	await page.goto('/');
	const lately = page.getByRole('region', { name: 'What happened lately' });
	await lately.getByText('Live', { exact: true }).waitFor();
	const row = lately.getByRole('listitem').filter({ hasText: 'first' });
	await row.getByText('Running').waitFor();

	const running = page.getByRole('region', { name: 'Running now' }).getByRole('listitem').filter({ hasText: 'first' });
	await running.getByText('step 50 of 200').waitFor();
	await log(120, 0.25);
	await running.getByText('step 120 of 200').waitFor();
	await running.getByText('loss 0.2500').waitFor();

	const before = await lately.getByRole('link').allInnerTexts();
	await mlflow('runs/create', { experiment_id, run_name: 'second', start_time: Date.now() });
	await page.getByRole('button', { name: '1 new · show' }).waitFor();
	await mlflow('runs/update', { run_id, status: 'FINISHED', end_time: Date.now() });
	await row.getByText('Finished').waitFor();
	assert.deepEqual(await lately.getByRole('link').allInnerTexts(), before);

	await page.getByRole('button', { name: '1 new · show' }).click();
	await lately.getByRole('link', { name: 'second' }).waitFor();
	assert.equal(await page.getByRole('button', { name: /new · show/ }).count(), 0);
});
