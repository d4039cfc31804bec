// An empty server teaches, with its own address.

import assert from 'node:assert/strict';
import { emptyServer, flow } from '../browser.mjs';

await flow(
	'empty',
	async (page) => {
		await page.goto('/');
		await page.getByRole('heading', { name: 'Nothing is recorded yet' }).waitFor();
		await page.getByText(`MLFLOW_TRACKING_URI=${emptyServer}`).waitFor();
		await page.getByRole('button', { name: 'Copy the lines for MLflow' }).click();
		await page.getByText('Copied').waitFor();
		assert.match(await page.evaluate(() => navigator.clipboard.readText()), new RegExp(`^export MLFLOW_TRACKING_URI=${emptyServer}\n`));
		await page.goto('/models');
		await page.getByText('No model is registered yet.').waitFor();
		await page.goto('/experiments/0');
		await page.getByText('This experiment has no runs yet.').waitFor();
	},
	{ base: emptyServer, permissions: ['clipboard-read', 'clipboard-write'] },
);
