// Runs side by side: what differs and by how much, texts word by word, turned, of any
// experiments; all of it in the address.

import assert from 'node:assert/strict';
import { flow, mlflow, runNamed, until } from '../browser.mjs';

await flow('compare', async (page, problems) => {
	const { experiments } = await mlflow('experiments/search', { max_results: 1, filter: "name = 'curves'" });
	await page.goto(`/experiments/${experiments[0].experiment_id}`);
	await page.getByRole('link', { name: 'Compare' }).click();
	const grid = page.getByRole('grid', { name: 'Comparison' });
	await grid.getByRole('rowheader', { name: 'train/loss' }).waitFor();

	// Differences alone, until all is asked for.
	assert.equal(await grid.getByRole('rowheader', { name: 'status' }).count(), 0);
	await page.getByLabel('Differences only').uncheck();
	await grid.getByRole('rowheader', { name: 'status' }).waitFor();
	await page.getByLabel('Differences only').check();

	// Deltas are to the reference, which may be another run.
	assert.match(await row(grid, 'val/loss').innerText(), /[▲▼]/);
	await grid.getByRole('button', { name: 'Make curve-21 the reference' }).click();
	await until('the reference stands first', async () => /curve-21.*reference/s.test(await grid.getByRole('columnheader').nth(1).innerText()));
	await page.getByLabel('Deltas to the reference').uncheck();
	await until('deltas are gone', async () => !/[▲▼] [+−]/.test(await grid.innerText()));
	await page.getByLabel('Deltas to the reference').check();

	// A text opens with what differs, word by word.
	await grid.getByRole('gridcell', { name: /attempt 22/ }).click();
	const values = page.getByRole('region', { name: 'Values of note' });
	await values.getByText('with a text of its own').first().waitFor();
	assert.match(await values.locator('ins').first().innerText(), /added:\s*23/);

	// Groups fold; names are found.
	await grid.getByRole('button', { name: /^Params/ }).click();
	await until('the group is closed', async () => (await grid.getByRole('rowheader', { name: 'optimizer' }).count()) === 0);
	await page.getByRole('searchbox', { name: 'Find in names' }).fill('acc');
	await until('only what is found is shown', async () => (await grid.getByRole('rowheader').allInnerTexts()).join().includes('Metrics'));
	await grid.getByRole('rowheader', { name: 'val/accuracy' }).waitFor();
	await page.getByRole('searchbox', { name: 'Find in names' }).fill('');

	// Another browser shows the same.
	const other = await page.context().newPage();
	await other.goto(page.url());
	await other.getByRole('region', { name: 'Values of note' }).waitFor();
	assert.equal(await other.getByRole('grid').innerText(), await grid.innerText());
	await other.close();

	// By keyboard, to the far end; what is out of sight is not drawn.
	await page.getByRole('button', { name: /^Compare 2/ }).click();
	await until('all runs are there', async () => (await grid.getAttribute('aria-colcount')) === '25');
	assert.ok((await grid.getByRole('columnheader').count()) < 16);
	await grid.focus();
	await page.keyboard.press('End');
	for (let i = 0; i < 24; i++) await page.keyboard.press('ArrowRight');
	await grid.getByRole('columnheader', { name: /curve-00/ }).waitFor();
	assert.ok(await grid.getAttribute('aria-activedescendant'));

	// Chosen runs of several experiments, turned.
	const ids = [await runNamed('winner'), await runNamed('curve-03'), 'gone'];
	await page.goto('/compare?' + new URLSearchParams(ids.map((id) => ['run', id])));
	await page.getByText('1 of them is gone.').waitFor();
	problems.splice(0, problems.length, ...problems.filter((p) => !p.includes('status of 404')));
	await page.getByLabel('Transpose').check();
	await grid.getByRole('rowheader', { name: 'curve-03' }).waitFor();
	await grid.getByRole('columnheader', { name: 'experiment' }).waitFor();
	await page.getByRole('link', { name: 'Charts' }).click();
	await page.getByRole('figure', { name: 'val/rmse' }).waitFor();
});

function row(grid, name) {
	return grid.getByRole('row').filter({ has: grid.page().getByRole('rowheader', { name }) });
}
