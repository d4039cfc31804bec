// How params bear on a metric: what matters and how sure that is, parallel coordinates
// with brushes, one param against the metric; all of it in the address.

import assert from 'node:assert/strict';
import { flow, mlflow, until } from '../browser.mjs';

await flow('params', async (page, problems) => {
	const { experiments } = await mlflow('experiments/search', { max_results: 1, filter: "name = 'curves'" });
	await page.goto(`/experiments/${experiments[0].experiment_id}`);
	await page.getByRole('link', { name: 'Params' }).click();
	await page.getByRole('combobox', { name: 'For the metric' }).selectOption('val/loss');

	// What made the curves is found; an interval stands beside it.
	const weights = page.getByRole('table', { name: 'Importance of params' });
	await until('lr matters most', async () => /^lr\s/.test(await weights.getByRole('row').nth(1).innerText()));
	assert.match(await weights.getByRole('row').nth(1).innerText(), /\(.* to .*\)/);
	await page.getByText(/of the variance in runs it has not seen/).waitFor();

	// A brush by keyboard and one by pointer; the rest fades and is counted.
	const figure = page.getByRole('figure', { name: 'Parallel coordinates' });
	const from = figure.getByRole('slider', { name: 'lr, from' });
	await from.focus();
	for (let i = 0; i < 10; i++) await page.keyboard.press('ArrowUp');
	await figure.getByText('16 of 24 runs are within').waitFor();
	assert.equal(await from.getAttribute('aria-valuetext'), '0.02800');
	const top = await figure.getByRole('slider', { name: 'optimizer, to' }).boundingBox();
	await page.mouse.move(top.x + 12, top.y + 12);
	await page.mouse.down();
	await page.mouse.move(top.x + 12, top.y + 70, { steps: 3 });
	await page.mouse.up();
	await figure.getByText('8 of 24 runs are within').waitFor();

	// One against the metric, chosen by a row; as a table with links.
	await weights.getByRole('button', { name: /^optimizer/ }).click();
	const scatter = page.getByRole('figure', { name: 'val/loss against optimizer' });
	await scatter.getByRole('button', { name: 'Table' }).click();
	assert.equal(await scatter.getByRole('row').count(), 9);

	// Another browser shows the same.
	const other = await page.context().newPage();
	await other.goto(page.url());
	await other.getByText('8 of 24 runs are within').waitFor();
	await other.getByRole('figure', { name: 'val/loss against optimizer' }).waitFor();
	await other.close();

	// What is brushed becomes the filter of the table.
	await page.getByRole('button', { name: 'Filter the table by this' }).click();
	await page.getByRole('treegrid', { name: 'Runs' }).waitFor();
	await until('eight runs are left', async () => (await page.getByRole('treegrid').getByRole('rowheader').count()) === 8);

	// Too few runs: refused, and said.
	await page.getByRole('link', { name: 'Params' }).click();
	await page.getByText(/at least 20 runs/).waitFor();
	problems.splice(0, problems.length, ...problems.filter((p) => !p.includes('status of 409')));
});
