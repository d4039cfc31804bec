// Lists of artifacts, executions and contexts of three protocols, and what stands
// around one of them.

import assert from 'node:assert/strict';
import { flow, nodeNamed, until } from '../browser.mjs';

await flow('metadata', async (page) => {
	await page.goto('/');
	await page.keyboard.press('g');
	await page.keyboard.press('d');
	const grid = page.getByRole('grid', { name: 'Artifacts' });
	await grid.getByRole('rowheader').first().waitFor();

	// Counts lead to what they count; properties are columns.
	await page.getByRole('region', { name: 'Protocol' }).getByRole('button', { name: /^ML Metadata/ }).click();
	await page.getByRole('region', { name: 'Type' }).getByRole('button', { name: /^Examples/ }).click();
	await page.getByRole('list', { name: 'Conditions' }).getByRole('button', { name: /type = 'Examples'/ }).waitFor();
	await grid.getByRole('columnheader', { name: 'split' }).waitFor();
	assert.match(page.url(), /\/artifacts\?f=.*&f=/);
	await page.getByRole('textbox', { name: 'Condition' }).fill("properties.rows > 5000");
	await page.keyboard.press('Enter');
	await grid.getByRole('row', { name: /^readings-train Examples .*train/ }).waitFor();
	await until('one is left', async () => (await grid.getByRole('rowheader').count()) === 1);

	// The address holds it all.
	const address = page.url();
	await page.goto('/');
	await page.goto(address);
	await grid.getByRole('row', { name: /^readings-train/ }).waitFor();
	await page.goBack();
	await page.goto(address);

	// A condition that is none says so where it stands.
	await grid.getByRole('row', { name: /^readings-train/ }).waitFor();
	await grid.focus();
	await page.keyboard.press('Enter');
	await page.getByRole('heading', { name: 'readings-train', level: 1 }).waitFor();
	await page.getByRole('region', { name: 'Contexts' }).getByRole('link', { name: /daily-load/ }).waitFor();
	const events = page.getByRole('grid', { name: 'Events' });
	await events.getByRole('row', { name: /^written by split .* splits \/ 0/ }).waitFor();
	await events.getByRole('row', { name: /^read by train/ }).waitFor();
	await page.getByText('Classification carried here').first().waitFor();

	// A context has its members.
	await page.getByRole('region', { name: 'Contexts' }).getByRole('link', { name: /daily-load/ }).click();
	await page.getByRole('heading', { name: 'daily-load', level: 1 }).waitFor();
	await page.getByText('Nobody has changed it by hand.').waitFor();
	const members = page.getByRole('grid', { name: 'Members' });
	await members.getByRole('row', { name: /^train/ }).waitFor();
	await until('all are there', async () => (await members.getByRole('rowheader').count()) === 6);

	// A long list is read on as one scrolls, and few of its rows are drawn.
	await page.goto(`/executions?f=${encodeURIComponent("type = 'system.ContainerExecution'")}`);
	const executions = page.getByRole('grid', { name: 'Executions' });
	await executions.getByRole('rowheader').first().waitFor();
	await executions.focus();
	for (let i = 0; i < 6; i++) {
		await page.keyboard.press('End');
		await page.waitForTimeout(150);
	}
	await until('much is read', async () => Number((await executions.getAttribute('aria-activedescendant')).split('-').pop()) > 300);
	assert.ok((await executions.getByRole('rowheader').count()) < 80);

	// Twins of a place are said to be one.
	await page.goto(`/nodes/${await nodeNamed('Examples', 'readings')}`);
	await page.getByRole('heading', { level: 1 }).waitFor();
});

await flow('metadata refusals', async (page, problems) => {
	await page.goto('/artifacts?f=nonsense');
	await page.getByRole('alert').getByText('Artifacts cannot be shown.').waitFor();
	await until('the refusal is logged', () => problems.length === 1);
	assert.match(problems.pop(), /400/);
	await page.getByRole('button', { name: 'Remove the condition nonsense' }).click();
	await page.getByRole('grid', { name: 'Artifacts' }).getByRole('rowheader').first().waitFor();
	await page.goto(`/artifacts?q=${encodeURIComponent('nosuchwordanywhere')}`);
	await page.getByRole('button', { name: 'Clear the conditions' }).click();
	await page.getByRole('grid', { name: 'Artifacts' }).waitFor();
});
