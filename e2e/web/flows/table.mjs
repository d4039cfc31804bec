// The table of runs: sorted, filtered, scrolled through, its state in the address.

import assert from 'node:assert/strict';
import { flow, until } from '../browser.mjs';

await flow('table', async (page, problems) => {
	await page.goto('/experiments');
	await page.getByRole('searchbox', { name: 'Find an experiment' }).fill('FORECAST');
	await until('only one is left', async () => (await page.getByRole('rowheader').count()) === 1);
	assert.ok(page.url().endsWith('?q=FORECAST'));
	await page.getByRole('link', { name: 'electricity/forecast' }).click();
	const grid = page.getByRole('treegrid', { name: 'Runs' });
	await grid.waitFor();
	const first = grid.getByRole('row').nth(1);
	const counted = page.getByRole('status').filter({ hasText: /^\d+ runs$/ });
	await counted.waitFor();
	const total = Number.parseInt(await counted.innerText(), 10);
	assert.ok(total > 450, String(total)); // more than two pages

	// Only what is seen is drawn, and all of it can be reached, at once.
	assert.ok((await grid.getByRole('row').count()) < 60);
	assert.equal(await grid.getAttribute('aria-rowcount'), String(total + 1)); // with the header
	await grid.focus();
	await page.keyboard.press('End');
	await grid.getByRole('row', { name: '-000', exact: false }).waitFor();
	await page.keyboard.press('Home');

	// Sorting is the server's, over all runs.
	await page.getByRole('button', { name: 'val/rmse', exact: false }).first().click();
	await first.getByText('0.1312').waitFor();
	assert.equal(await page.getByRole('columnheader', { name: 'val/rmse' }).getAttribute('aria-sort'), 'ascending');
	await page.getByRole('button', { name: 'val/rmse', exact: false }).first().click();
	await first.getByText('-449').waitFor();

	// A filter that is wrong says so below the box, and what was there stays.
	const filter = page.getByRole('combobox', { name: 'Filter' });
	await page.keyboard.press('Escape');
	await filter.fill('metricsss.x < 1');
	await filter.press('Enter');
	await page.getByRole('alert').getByText("Invalid entity type 'metricsss'").waitFor();
	assert.ok(await first.isVisible());
	problems.splice(0, problems.length, ...problems.filter((p) => !p.includes('status of 400')));

	await filter.fill("metrics.`val/rmse` < 0.21 AND params.lr = '0.01'");
	await filter.press('Enter');
	await page.getByText('winner').waitFor();
	assert.equal(await page.getByRole('alert').count(), 0);
	const seen = await names(grid);
	assert.ok(seen.length > 1 && seen.length < 12, String(seen));

	// The address is the state: another page shows the same, and Back undoes.
	const other = await page.context().newPage();
	await other.goto(page.url());
	const copy = other.getByRole('treegrid', { name: 'Runs' });
	await copy.getByText('winner').waitFor();
	assert.deepEqual(await names(copy), seen);
	await page.goBack();
	await page.getByRole('alert').waitFor();
	await page.goBack();
	await first.getByText('-449').waitFor();
	assert.equal(await filter.inputValue(), '');
	problems.splice(0, problems.length, ...problems.filter((p) => !p.includes('status of 400')));

	// Nothing matches: said, with the way back.
	await filter.fill("params.lr = 'none'");
	await filter.press('Enter');
	await page.getByText('No run matches this filter.').waitFor();
	await page.getByRole('button', { name: 'Show all runs' }).click();
	await first.waitFor();

	// Columns are chosen and moved by keyboard, and kept in the address.
	await page.getByRole('button', { name: 'Columns' }).click();
	await page.getByRole('searchbox', { name: 'Find a column' }).fill('tea');
	await page.getByRole('checkbox', { name: 'team' }).press('Space');
	await page.getByRole('button', { name: 'team tag' }).press('Alt+ArrowUp');
	await page.keyboard.press('Escape');
	await page.getByRole('columnheader', { name: 'team' }).waitFor();
	assert.equal(new URL(page.url()).searchParams.getAll('c').at(-2), 'tags.team');
});

async function names(grid) {
	return grid.getByRole('rowheader').allInnerTexts();
}
