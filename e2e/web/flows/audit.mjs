// The history of changes: sifted, live, exported.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { flow, mlflow, until } from '../browser.mjs';

await flow('audit', async (page) => {
	await page.goto('/');
	await page.keyboard.press('g');
	await page.keyboard.press('a');
	const lines = page.getByRole('main').getByRole('listitem');
	const champion = lines.filter({ hasText: 'alias' }).filter({ hasText: 'champion' });
	await lines.first().waitFor();
	await page.getByLabel('Change', { exact: true }).fill('alias');
	await page.getByRole('button', { name: 'Apply' }).click();
	await until('only aliases are there', async () => (await lines.filter({ hasText: 'version created' }).count()) === 0);
	assert.equal(new URL(page.url()).searchParams.get('what'), 'alias');
	await champion.first().waitFor();
	assert.match(await champion.first().innerText(), /the local user by MLflow · 127\.0\.0\.1/);
	await page.getByRole('combobox', { name: /^Kind/ }).selectOption('artifact');
	await page.getByRole('button', { name: 'Apply' }).click();
	await lines.filter({ hasText: 'model version' }).first().waitFor();

	const night = `night-${Date.now()}`;
	// What another client does meanwhile waits to be asked for.
	await mlflow('registered-models/alias', { name: 'demand', alias: night, version: '1' });
	await page.getByRole('button', { name: 'New changes · show' }).click();
	await lines.filter({ hasText: night }).first().waitFor();
	await lines.first().getByText('Raw').click();
	await lines.first().getByText('"what": "alias"').waitFor();

	const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export as NDJSON' }).click()]);
	const exported = readFileSync(await download.path(), 'utf8').trim().split('\n').map((line) => JSON.parse(line));
	assert.equal(exported.at(-1).count_of_changes, exported.length - 1);
	assert.ok(exported.slice(0, -1).every((change) => change.what === 'alias'));

	// The version's own page tells of itself.
	await lines.first().getByRole('link').first().click();
	await page.goBack();
	await page.getByRole('link', { name: 'Clear' }).click();
	await until('all are there again', async () => (await lines.filter({ hasNotText: 'alias' }).count()) > 0);
	await page.goto('/audit?until=2020-01-01');
	await page.getByText('No change fulfils all of this.').waitFor();
});
