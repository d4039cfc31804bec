// Text from users is text: markup runs nowhere, and long names push nothing aside.

import assert from 'node:assert/strict';
import { flow, runNamed } from '../browser.mjs';

const markup = '<script>alert(1)</script><img src=x onerror=alert(2)>';

await flow('hostile', async (page) => {
	const run = await runNamed(markup);
	for (const path of ['/', '/experiments', '/models', `/runs/${run}`, `/models/${encodeURIComponent('<b>bold<b>')}`, `/models/${encodeURIComponent('<b>bold<b>')}/versions/1`]) {
		await page.goto(path);
		await page.getByText(path.includes('bold') || path === '/models' ? '<b>bold<b>' : 'onerror=alert(2)').first().waitFor();
		await wantText(page, path);
	}
	await page.goto(`/runs/${run}`);
	await page.getByRole('heading', { name: markup, level: 1 }).waitFor();
	const metrics = page.getByRole('table', { name: 'Metrics' });
	await metrics.getByRole('row', { name: 'inf 1.798e+308' }).waitFor(); // how MLflow keeps infinity
	await metrics.getByRole('row', { name: 'nan NaN' }).waitFor();
	await page.getByRole('button', { name: 'Show all 5,000 characters' }).click();
	await page.getByText('x'.repeat(5000)).waitFor();
	await wantText(page, 'the long param');

	await page.keyboard.press('Control+k');
	await page.getByRole('combobox', { name: 'Search runs' }).fill('alert');
	await page.getByRole('option', { name: /onerror/ }).first().waitFor();
	await wantText(page, 'the palette');
});

async function wantText(page, where) {
	assert.equal(await page.locator('img:not([src="/icon.svg"]), body script, main b').count(), 0, where);
	const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
	assert.ok(wide <= 0, `${where} is ${wide} px too wide`);
}
