// Two nodes: the way between them, over three protocols, and how their pedigrees differ.

import assert from 'node:assert/strict';
import { flow, lake, nodeAt, nodeNamed, until } from '../browser.mjs';

await flow('paths', async (page) => {
	const readings = await nodeAt(lake, 'mlflow.Dataset');
	await page.goto(`/nodes/${readings}`);
	await page.getByRole('link', { name: 'Path or difference to another' }).click();
	await page.getByRole('heading', { name: 'Between two nodes' }).waitFor();
	const other = page.getByRole('combobox', { name: 'Other' });
	await other.fill('load-model');
	await page.getByRole('option', { name: /^load-model/ }).waitFor();
	await other.press('Enter');
	const steps = page.getByRole('list', { name: 'Path' }).getByRole('listitem');
	await steps.last().getByText('load-model').waitFor();
	const words = (await steps.allInnerTexts()).join(' ');
	assert.match(words, /readings .*is one with .*was read by .*split .*wrote .*readings-(train|eval) .*was read by .*train .*wrote .*load-model/s);

	// The other way about it is the same path.
	await page.getByRole('button', { name: 'Swap the two' }).click();
	await steps.first().getByText('readings').waitFor();
	assert.match(page.url(), /from=\d+&to=\d+/);

	await page.getByRole('navigation', { name: 'What to tell' }).getByRole('link', { name: 'Difference' }).click();
	await page.getByText(/nodes in both pedigrees/).waitFor();
	assert.match(page.url(), /show=difference/);
	await page.reload();
	await page.getByText(/nodes in both pedigrees/).waitFor();

	// Two splits of the same differ in what they say of themselves.
	await page.goto(`/lineage?from=${await nodeNamed('Examples', 'readings-train')}&to=${await nodeNamed('Examples', 'readings-eval')}&show=difference`);
	await until('the split is told', async () => (await page.getByText('split').count()) > 0);

	// Where there is no path it is said, and what to do.
	await page.goto(`/lineage?from=${readings}&to=${await nodeNamed('Point', 'hub')}`);
	await page.getByText('Neither was made of the other').waitFor();
	await page.goto('/lineage');
	await page.getByText('Choose two').waitFor();
});
