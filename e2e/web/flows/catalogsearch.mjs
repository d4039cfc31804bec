// Search in the catalog's language: offers while one types, mistakes where they stand,
// entities and tables as answers, and files of them.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { flow, until } from '../browser.mjs';

await flow('catalog search', async (page, problems) => {
	await page.goto('/catalog/search');
	const query = page.getByRole('textbox', { name: 'Query' });
	await query.click();

	// What fits is offered; the arrows choose, Tab takes.
	await page.keyboard.type('from meter_tab');
	await page.getByRole('option', { name: 'meter_table type' }).waitFor();
	await page.keyboard.press('ArrowDown');
	await page.keyboard.press('Tab');
	assert.equal(await query.inputValue(), 'from meter_table ');
	await page.keyboard.type('where name like "archive_00*" orderby name');
	await page.keyboard.press('Control+Enter');
	const grid = page.getByRole('grid', { name: 'Entities' });
	await grid.getByRole('row', { name: /^archive_000 meter_table/ }).waitFor();
	await page.getByText('10 entities').waitFor();
	assert.match(page.url(), /\?dsl=from\+meter_table/);

	// A mistake is told and marked, and the text stays.
	await query.fill('from meter_table where nosuchattribute = 1');
	await page.getByRole('button', { name: 'Ask', exact: true }).click();
	const wrong = page.getByRole('alert').filter({ hasText: 'The query is not understood.' });
	await wrong.getByText('nosuchattribute').first().waitFor();
	await until('it is marked', async () => (await query.getAttribute('aria-invalid')) === 'true');
	assert.equal(await page.locator('.mirror u').innerText(), 'nosuchattribute');
	await query.fill('from meter_table where nosuchattribute = 12');
	await until('the mark goes with the text it was for', async () => (await query.getAttribute('aria-invalid')) === 'false');
	await until('the refusal is logged', () => problems.length === 1);
	assert.match(problems.pop(), /400/);

	// What is selected is a table.
	await query.fill('from meter_table where owner = "ann" or owner = "bob" groupby (owner) select owner, count() orderby owner');
	await page.keyboard.press('Control+Enter');
	const rows = page.getByRole('grid', { name: 'Rows' });
	await rows.getByRole('row', { name: /^ann 81$/ }).waitFor();
	await rows.getByRole('row', { name: /^bob 81$/ }).waitFor();
	const [saved] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export CSV' }).click()]);
	assert.equal(await readFile(await saved.path(), 'utf8'), 'owner,count()\r\nann,81\r\nbob,81\r\n');

	// All pages of an answer are in its file.
	await query.fill('from meter_table');
	await page.keyboard.press('Control+Enter');
	await grid.getByRole('rowheader').first().waitFor();
	const [all] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export CSV' }).click()]);
	assert.equal((await readFile(await all.path(), 'utf8')).trim().split('\r\n').length, 244);

	// Across protocols, by what is carried.
	await query.fill('from mlflow_model_version where mlflow_model_version isa PII');
	await page.keyboard.press('Control+Enter');
	await grid.getByRole('row', { name: /^demand/ }).first().waitFor();

	// Help has examples to begin with, and words are searched beside it.
	await page.goto('/catalog/search');
	await page.getByRole('button', { name: 'from DataSet', exact: true }).click();
	assert.equal(await query.inputValue(), 'from DataSet');
	await page.getByRole('searchbox', { name: /^By words/ }).fill('hourly_means');
	await page.keyboard.press('Enter');
	await page.getByRole('grid', { name: 'Entities' }).getByRole('row', { name: /^hourly_means/ }).waitFor();

	// A search is kept, found again under its name, dropped, and put back.
	await page.goto(`/catalog/search?dsl=${encodeURIComponent('from meter_job')}`);
	await page.getByText('Kept searches').click();
	await page.getByRole('textbox', { name: 'Keep this one as' }).fill('the jobs');
	await page.getByRole('button', { name: 'Keep', exact: true }).click();
	await page.goto('/catalog?type=meter_table&f=' + encodeURIComponent('owner = ann'));
	await page.getByText('Kept searches').click();
	await page.getByRole('textbox', { name: 'Keep this one as' }).fill('tables of ann');
	await page.getByRole('button', { name: 'Keep', exact: true }).click();
	const kept = page.getByRole('list', { name: 'Kept searches' });
	await kept.getByRole('link', { name: 'tables of ann' }).waitFor();
	await kept.getByRole('button', { name: 'Drop tables of ann' }).click();
	await until('it is gone', async () => (await kept.getByRole('link', { name: 'tables of ann' }).count()) === 0);
	await page.getByRole('button', { name: 'Undo' }).click();
	await kept.getByRole('link', { name: 'tables of ann' }).waitFor();
	await kept.getByRole('link', { name: 'the jobs' }).click();
	await page.getByRole('grid', { name: 'Entities' }).getByRole('row', { name: /^mean of hours/ }).waitFor();
	await page.goBack();
	await page.getByRole('button', { name: 'Remove the condition owner = ann' }).waitFor();
});
