// Classifications: what is put on data shows on all that is made of it, of whatever
// protocol, with where it comes from and by which way; put on, taken away and put back.

import assert from 'node:assert/strict';
import { entityNamed, flow, until } from '../browser.mjs';

await flow('catalog classifications', async (page) => {
	await page.goto('/catalog/classifications');
	const list = page.getByRole('table', { name: 'Classifications' });
	await list.getByRole('row', { name: /^Address .*PII/ }).waitFor();
	await list.getByRole('link', { name: 'PII' }).first().click();
	await page.getByRole('heading', { name: 'PII', level: 1 }).waitFor();

	// The picture: from the table, along the jobs, to MLflow's run and model version.
	const picture = page.getByRole('region', { name: 'Where it goes' });
	await picture.getByRole('combobox', { name: 'from' }).selectOption({ label: 'meter_readings' });
	const stops = picture.getByRole('list', { name: 'Where it goes' });
	await stops.getByRole('listitem').filter({ hasText: 'meter_readings' }).getByText('put here').waitFor();
	for (const name of ['mean of hours', 'hourly_means', 'export to the lake', 'winner', 'demand']) {
		await stops.getByRole('listitem').filter({ hasText: name }).getByText('carries it').first().waitFor();
	}
	const carriers = page.getByRole('grid', { name: 'What carries it' });
	await carriers.getByRole('row', { name: /^meter_readings meter_table put here/ }).waitFor();
	await carriers.getByRole('row', { name: /^winner mlflow_run carried meter_readings/ }).waitFor();

	// What carries it and has no owner is one click away, and the address says it.
	await page.getByRole('link', { name: 'Those that nobody owns' }).click();
	const grid = page.getByRole('grid', { name: 'Entities' });
	await grid.getByRole('row', { name: /^mean of hours meter_job PII/ }).waitFor();
	await page.getByRole('list', { name: 'Conditions' }).getByRole('button', { name: 'Remove the condition owner isNull' }).waitFor();
	assert.equal(await grid.getByRole('row', { name: /^winner/ }).count(), 0);
	await page.goBack();
	await page.getByRole('heading', { name: 'PII', level: 1 }).waitFor();
});

await flow('a classification from further down, and one that is none', async (page, problems) => {
	// Of what carries it only the first are read; where it was put may be none of them.
	const table = await entityNamed('meter_table', 'meter_readings@meters');
	await page.route('**/search/basic', async (route) => {
		const answer = await route.fetch();
		const found = await answer.json();
		await route.fulfill({ response: answer, json: { ...found, entities: found.entities.filter((e) => !e.classifications?.some((c) => c.entityGuid === e.guid)) } });
	});
	for (const address of ['/catalog/classifications/PII', `/catalog/classifications/PII?from=${table}`]) {
		await page.goto(address);
		await page.getByRole('list', { name: 'Where it goes' }).getByRole('listitem').filter({ hasText: 'meter_readings' }).getByText('put here').waitFor();
		await page.getByRole('grid', { name: 'What carries it' }).getByRole('row', { name: /^winner mlflow_run carried meter_readings/ }).waitFor();
	}
	await page.unroute('**/search/basic');

	await page.goto('/catalog/classifications/Nowhere');
	await page.getByText('There is no classification of this name.').waitFor();
	assert.equal(await page.getByRole('alert').count(), 0);
	await until('the refusal is logged', () => problems.length === 1);
	assert.match(problems.pop(), /400/);

	// What cannot be had says what to do, and what was written stays.
	await page.goto(`/catalog/entities/${table}`);
	const region = page.getByRole('region', { name: 'Classifications' });
	await region.getByRole('button', { name: 'Add' }).first().click();
	const form = region.getByRole('form', { name: 'Add a classification' });
	await form.getByRole('combobox', { name: 'Classification' }).selectOption('Unused');
	await form.getByLabel('Holds from').fill('2026-01-31T09:00');
	await page.route('**/classifications', (route) => (route.request().method() === 'POST' ? route.fulfill({ status: 403, json: { errorCode: 'ATLAS-403-00-001', errorMessage: 'guest is not authorized' } }) : route.continue()));
	await form.getByRole('button', { name: 'Add' }).click();
	await page.getByRole('alert').getByText('Whoever runs this server can give you the right').waitFor();
	await page.getByRole('alert').getByText('guest is not authorized').waitFor();
	await page.unroute('**/classifications');
	await page.route('**/classifications', (route) => (route.request().method() === 'POST' ? route.abort() : route.continue()));
	await form.getByRole('button', { name: 'Add' }).click();
	await page.getByRole('alert').getByText('What is written here stays.').waitFor();
	assert.equal(await form.getByLabel('Holds from').inputValue(), '2026-01-31T09:00');
	await until('both are logged', () => problems.length === 2);
	problems.length = 0;
});

await flow('where a classification would go', async (page) => {
	await page.goto(`/catalog/entities/${await entityNamed('meter_table', 'meter_readings@meters')}`);
	const region = page.getByRole('region', { name: 'Classifications' });
	await region.getByRole('button', { name: 'Add' }).first().click();
	const form = region.getByRole('form', { name: 'Add a classification' });
	await form.getByRole('combobox', { name: 'Classification' }).selectOption('Unused');
	await form.getByText(/^It goes on to 21 others: .*meter_column/).waitFor();
	await form.getByText('Which they are').click();
	const ahead = form.getByRole('list', { name: 'Where it would go' });
	for (const name of ['mean of hours', 'hourly_means', 'winner', 'demand']) await ahead.getByRole('link', { name }).first().waitFor();
	await form.getByRole('switch', { name: 'Goes on to what is made of it' }).click();
	await until('it stays', async () => (await ahead.count()) === 0);
	await form.getByRole('button', { name: 'Cancel' }).click();
	await region.getByRole('list', { name: 'Its own' }).getByText('PII').waitFor();
	assert.equal(await region.getByText('Unused').count(), 0);

	await page.goto(`/catalog/entities/${await entityNamed('meter_table', 'archive_007@meters')}`);
	await region.getByRole('button', { name: 'Add' }).first().click();
	await form.getByRole('combobox', { name: 'Classification' }).selectOption('PII');
	await form.getByText('It goes no further now').waitFor();
});

await flow('a classification on pages of MLflow', async (page) => {
	// The story of the catalog: PII on the data shows on the model version made of it.
	await page.goto('/models/demand/versions/1');
	const marks = page.getByRole('region', { name: 'Classifications' });
	const carried = marks.getByRole('list', { name: 'Carried' }).getByRole('listitem').filter({ hasText: 'PII' }).first();
	await carried.getByRole('link', { name: 'meter_readings' }).first().waitFor();
	const way = carried.getByRole('list', { name: 'The way it took' });
	for (const stop of ['mean of hours', 'hourly_means', 'export to the lake', 'readings', 'winner']) await way.getByText(stop).first().waitFor();
	await marks.getByRole('link', { name: 'In the catalog' }).click();
	await page.getByRole('heading', { level: 1 }).waitFor();
	assert.match(page.url(), /\/catalog\/entities\//);
	await page.getByRole('region', { name: 'Classifications' }).getByRole('list', { name: 'Carried' }).getByText('PII').first().waitFor();

	await page.goto('/models/demand/versions/1');
	await way.getByRole('link', { name: 'winner' }).click();
	await page.getByRole('heading', { name: 'winner', level: 1 }).waitFor();
	await page.getByRole('region', { name: 'Classifications' }).getByRole('link', { name: 'PII' }).first().waitFor();
	await page.getByRole('link', { name: 'Lineage' }).first().click();
	await page.getByRole('region', { name: 'Classifications' }).getByRole('link', { name: 'PII' }).first().waitFor();
});

await flow('a classification is put on and taken away', async (page) => {
	await page.goto('/catalog?type=meter_table&f=' + encodeURIComponent('name = archive_007'));
	await page.getByRole('grid', { name: 'Entities' }).getByRole('link', { name: 'archive_007' }).click();
	const region = page.getByRole('region', { name: 'Classifications' });
	await region.getByText('It has none of its own, and carries none of what it was made of.').waitFor();
	await region.getByRole('button', { name: 'Add' }).first().click();
	const form = region.getByRole('form', { name: 'Add a classification' });
	await form.getByRole('button', { name: 'Add' }).click();
	await form.getByText('Choose a classification.').waitFor();
	await form.getByRole('combobox', { name: 'Classification' }).selectOption('Retention');
	await form.getByRole('button', { name: 'Add' }).click();
	await form.getByText('It is needed.').waitFor();
	await form.getByRole('textbox', { name: /^days/ }).fill('7');
	await form.getByLabel('Holds from').fill('2026-01-31T09:00');
	await form.getByRole('switch', { name: 'Goes on to what is made of it' }).click();
	await form.getByRole('button', { name: 'Add' }).click();
	const own = region.getByRole('list', { name: 'Its own' }).getByRole('listitem').filter({ hasText: 'Retention' });
	await own.getByText('stays here').waitFor();
	await own.getByText(/from 2026\/01\/31 09:00:00 \(UTC\)/).waitFor();
	await own.getByRole('link', { name: 'Retention' }).click();
	await page.getByRole('region', { name: 'Where it goes' }).getByText(/It stays on .*: it was put there so that it does not go on/).waitFor();
	await page.goBack();
	await own.getByText('stays here').waitFor();

	await own.getByRole('button', { name: 'Remove Retention' }).click();
	await until('it is gone', async () => (await own.count()) === 0);
	await region.getByRole('button', { name: 'Undo' }).click();
	await own.getByText(/from 2026\/01\/31 09:00:00 \(UTC\)/).waitFor();
	await own.getByRole('button', { name: 'Remove Retention' }).click();
	await until('it is gone', async () => (await own.count()) === 0);

	// From its own page it is put on what is found by words.
	await page.goto('/catalog/classifications/Unused');
	await page.getByText('Nothing carries it yet.').waitFor();
	await page.getByRole('button', { name: 'Put it on something' }).click();
	await page.getByRole('combobox', { name: 'Entity to put it on' }).fill('archive_008');
	await page.getByRole('option', { name: /archive_008/ }).waitFor();
	await page.keyboard.press('Enter');
	await page.getByRole('form', { name: 'Add a classification' }).getByRole('button', { name: 'Add' }).click();
	await page.getByRole('grid', { name: 'What carries it' }).getByRole('row', { name: /^archive_008 meter_table put here/ }).waitFor();
	await page.getByRole('button', { name: 'Undo' }).click();
	await page.getByText('Nothing carries it yet.').waitFor();
});
