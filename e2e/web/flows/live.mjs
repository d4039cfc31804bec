// Home: what happens elsewhere shows, and moves nothing until it is asked for.

import assert from 'node:assert/strict';
import { flow, mlflow } from '../browser.mjs';

await flow('live', async (page) => {
	const { experiment_id } = await mlflow('experiments/create', { name: `live ${Date.now()}` });
	const { run } = await mlflow('runs/create', { experiment_id, run_name: 'first', start_time: Date.now() });
	await page.goto('/');
	const lately = page.getByRole('region', { name: 'What happened lately' });
	await lately.getByText('Live', { exact: true }).waitFor();
	const row = lately.getByRole('listitem').filter({ hasText: 'first' });
	await row.getByText('Running').waitFor();

	const before = await lately.getByRole('link').allInnerTexts();
	await mlflow('runs/create', { experiment_id, run_name: 'second', start_time: Date.now() });
	await page.getByRole('button', { name: '1 new · show' }).waitFor();
	await mlflow('runs/update', { run_id: run.info.run_id, status: 'FINISHED', end_time: Date.now() });
	await row.getByText('Finished').waitFor();
	assert.deepEqual(await lately.getByRole('link').allInnerTexts(), before);

	await page.getByRole('button', { name: '1 new · show' }).click();
	await lately.getByRole('link', { name: 'second' }).waitFor();
	assert.equal(await page.getByRole('button', { name: /new · show/ }).count(), 0);
});
