// Every page by keyboard alone.

import assert from 'node:assert/strict';
import { flow } from '../browser.mjs';

await flow('keyboard', async (page) => {
	await page.goto('/');
	await page.getByRole('heading', { name: 'What happened lately' }).waitFor();

	// The skip link is the first stop, and leads to the content.
	await page.keyboard.press('Tab');
	assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Skip to content');
	await page.keyboard.press('Enter');
	assert.equal(await page.evaluate(() => document.activeElement.id), 'main');

	await page.keyboard.press('?');
	await page.getByRole('dialog', { name: 'Keys' }).waitFor();
	await page.keyboard.press('Escape');
	assert.equal(await page.getByRole('dialog').count(), 0);

	await page.keyboard.press('g');
	await page.keyboard.press('e');
	await page.getByRole('heading', { name: 'Experiments', exact: true }).waitFor();
	await page.keyboard.press('g');
	await page.keyboard.press('m');
	await page.getByRole('heading', { name: 'Models', exact: true }).waitFor();

	// The palette finds a run by a word and opens it.
	await page.keyboard.press('Control+k');
	const box = page.getByRole('combobox', { name: 'Search runs, models, experiments' });
	await box.fill('winner');
	await page.getByRole('option', { name: /winner\s*run/ }).waitFor();
	await page.keyboard.press('Enter');
	await page.getByRole('heading', { name: 'winner', level: 1 }).waitFor();
	assert.match(page.url(), /\/runs\/[0-9a-f]{32}$/);

	// What was opened is on top the next time; the first character says what else is wanted.
	const option = (name) => page.getByRole('listbox', { name: 'Found' }).getByRole('option', { name });
	await page.keyboard.press('Control+k');
	assert.match(await option(/./).first().innerText(), /winner/);
	await box.fill(':models:/demand@champion');
	await option(/demand/).waitFor();
	await box.fill('#team=a');
	await option(/(otter|fox|lynx|heron)-\d+/).first().waitFor();
	await box.fill('>dark');
	await page.keyboard.press('Enter');
	assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark');

	// Single keys can be switched off, and on again.
	await page.keyboard.press('Control+k');
	await box.fill('>single');
	await page.keyboard.press('Enter');
	await page.keyboard.press('?');
	assert.equal(await page.getByRole('dialog').count(), 0);
	await page.keyboard.press('Control+k');
	await box.fill('>keys on');
	await page.keyboard.press('Enter');

	// In a table the arrows choose, Enter looks into a run, and the page is behind it.
	await page.getByRole('link', { name: 'electricity/forecast' }).press('Enter');
	const grid = page.getByRole('treegrid', { name: 'Runs' });
	await grid.waitFor();
	await grid.focus();
	await page.keyboard.press('ArrowDown');
	assert.equal(await grid.getAttribute('aria-activedescendant'), 'line-1');
	const name = await grid.getByRole('rowheader').nth(1).innerText();
	await page.keyboard.press('Enter');
	const peek = page.getByRole('complementary', { name: 'Run' });
	await peek.getByRole('link', { name }).waitFor();
	await page.keyboard.press('j');
	await peek.getByRole('link', { name: await grid.getByRole('rowheader').nth(2).innerText() }).waitFor();
	await page.keyboard.press('Escape');
	assert.equal(await peek.count(), 0);
	await page.keyboard.press('k');
	await page.keyboard.press('Control+Enter');
	await page.getByRole('heading', { name, level: 1 }).waitFor();

	// Keys are letters where one types.
	await page.goto('/experiments/1');
	await page.getByRole('treegrid').waitFor();
	await page.keyboard.press('/');
	const filter = page.getByRole('combobox', { name: 'Filter' });
	await page.keyboard.type('ge?/');
	assert.equal(await filter.inputValue(), 'ge?/');
});
