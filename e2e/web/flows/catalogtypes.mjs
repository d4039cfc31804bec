// Types: found in a tree by the keyboard alone, read with what they inherit, made by
// a form and as JSON, and deleted.

import assert from 'node:assert/strict';
import { flow, until } from '../browser.mjs';

await flow('catalog types', async (page, problems) => {
	await page.goto('/');
	await page.keyboard.press('g');
	await page.keyboard.press('c');
	await page.getByRole('navigation', { name: 'Views of the catalog' }).getByRole('link', { name: 'Types' }).click();
	const tree = page.getByRole('tree', { name: 'Entity types' });
	await tree.waitFor();
	const active = () => tree.evaluate((t) => document.getElementById(t.getAttribute('aria-activedescendant')).innerText);
	await tree.focus();
	assert.match(await active(), /Referenceable/);
	await page.keyboard.press('ArrowDown');
	assert.match(await active(), /Asset/);
	await page.keyboard.press('ArrowRight');
	assert.equal(await tree.getByRole('treeitem', { name: /^Asset/ }).first().getAttribute('aria-expanded'), 'true');
	await tree.getByRole('treeitem', { name: /DataSet/ }).first().waitFor();
	await page.keyboard.press('Home');
	await page.keyboard.press('ArrowLeft');
	await until('the tree is closed', async () => (await tree.getByText('Asset', { exact: true }).count()) === 0);

	// A part of the name finds it wherever it stands.
	await page.keyboard.press('/');
	await page.keyboard.type('meter_t');
	await tree.getByRole('link', { name: 'meter_table', exact: true }).click();
	await page.getByRole('heading', { name: 'meter_table', level: 1 }).waitFor();
	const picture = page.getByRole('region', { name: 'Super and sub types' });
	await picture.getByRole('list', { name: 'Super types' }).getByRole('link', { name: 'DataSet' }).waitFor();
	const attributes = page.getByRole('table', { name: 'Attributes' });
	await attributes.getByRole('row', { name: /^places array<string> any number, each once/ }).waitFor();
	await attributes.getByRole('row', { name: /^qualifiedName string one unique indexed Referenceable/ }).waitFor();
	await page.getByRole('table', { name: 'Relationships' }).getByRole('row', { name: /^columns .*meter_column.*meter_table_columns/ }).waitFor();
	await page.getByRole('link', { name: /^2\d\d entities$/ }).waitFor();
	await page.getByRole('table', { name: 'Relationships' }).getByRole('link', { name: 'meter_table_columns' }).click();
	await page.getByText('One end owns the other, which is deleted with it. Classifications go along it from the first end to the second.').waitFor();

	// Made by a form; a name that cannot be is said so beside it.
	await page.goto('/catalog/types');
	await page.getByRole('button', { name: 'New entity type' }).click();
	const form = page.getByRole('form', { name: 'New entity type' });
	await form.getByRole('textbox', { name: 'Name' }).first().fill('1bad');
	await form.getByRole('button', { name: 'Create' }).click();
	await form.getByText('A name is a letter, then letters, digits, spaces and underscores.').waitFor();
	await form.getByRole('textbox', { name: 'Name' }).first().fill('flow_table');
	await form.getByRole('button', { name: 'Add an attribute' }).click();
	const one = form.getByRole('group', { name: 'Attribute 1' });
	await one.getByRole('textbox', { name: 'Name' }).fill('columns');
	await one.getByRole('combobox', { name: 'Type' }).fill('meter_column');
	await one.getByRole('combobox', { name: 'How many' }).selectOption('SET');
	await form.getByRole('button', { name: 'Create' }).click();
	await page.getByRole('heading', { name: 'flow_table', level: 1 }).waitFor();
	await page.getByRole('table', { name: 'Attributes' }).getByRole('row', { name: /^columns array<meter_column> any number, each once/ }).waitFor();

	// It is added to: what it has stays.
	await page.getByRole('button', { name: 'Change', exact: true }).click();
	const change = page.getByRole('form', { name: 'Change flow_table' });
	await change.getByRole('textbox', { name: 'Description' }).fill('made by a flow');
	await change.getByRole('button', { name: 'Add an attribute' }).click();
	await change.getByRole('group', { name: 'Attribute 1' }).getByRole('textbox', { name: 'Name' }).fill('format');
	await change.getByRole('button', { name: 'Save' }).click();
	await page.getByRole('table', { name: 'Attributes' }).getByRole('row', { name: /^format string one or none/ }).waitFor();
	await page.getByText('made by a flow').first().waitFor();

	// And deleted, once one is sure.
	await page.getByRole('button', { name: 'Delete this type…' }).click();
	await page.getByRole('button', { name: 'Delete flow_table' }).click();
	await page.getByRole('heading', { name: 'Catalog', level: 1 }).waitFor();

	// Of the other categories, too.
	await page.goto('/catalog/types?c=ENUM');
	await page.getByRole('button', { name: 'New enumeration' }).click();
	const values = page.getByRole('form', { name: 'New enumeration' });
	await values.getByRole('textbox', { name: 'Name' }).fill('flow_format');
	await values.getByRole('button', { name: 'Create' }).click();
	await values.getByText('An enumeration needs a value.').waitFor();
	await values.getByRole('button', { name: 'Add a value' }).click();
	await page.keyboard.type('parquet');
	await values.getByRole('button', { name: 'Create' }).click();
	await page.getByRole('table', { name: 'Values' }).getByRole('row', { name: /^parquet/ }).waitFor();
	await page.goto('/catalog/types?c=RELATIONSHIP');
	await page.getByRole('button', { name: 'New relationship' }).click();
	const tie = page.getByRole('form', { name: 'New relationship' });
	await tie.getByRole('textbox', { name: 'Name' }).first().fill('flow_copies');
	for (const [end, name] of [['First end', 'copies'], ['Second end', 'original']]) {
		await tie.getByRole('group', { name: end }).getByRole('combobox', { name: 'Type' }).fill('meter_table');
		await tie.getByRole('group', { name: end }).getByRole('textbox', { name: 'Name' }).fill(name);
	}
	await tie.getByRole('combobox', { name: 'Classifications go along it' }).selectOption('from the first to the second');
	await tie.getByRole('button', { name: 'Create' }).click();
	await page.getByText('Both ends live on their own. Classifications go along it from the first end to the second.').waitFor();
	for (const name of ['flow_copies', 'flow_format']) {
		await page.goto(`/catalog/types/${name}`);
		await page.getByRole('button', { name: 'Delete this type…' }).click();
		await page.getByRole('button', { name: `Delete ${name}` }).click();
		await page.getByRole('heading', { name: 'Catalog', level: 1 }).waitFor();
	}

	// Made of JSON: what is no JSON is said at once, what the server refuses as it says it.
	await page.goto('/catalog/types?c=CLASSIFICATION');
	await page.getByRole('button', { name: 'New classification' }).click();
	await page.getByRole('button', { name: 'JSON', exact: true }).click();
	const text = page.getByRole('textbox', { name: /^Definitions/ });
	await text.fill('{');
	await until('it cannot be sent', async () => page.getByRole('button', { name: 'Create' }).isDisabled());
	await text.fill('{"classificationDefs":[{"name":"PII"}]}');
	await page.getByText('It makes PII.').waitFor();
	await page.getByRole('button', { name: 'Create' }).click();
	await page.getByRole('alert').getByText(/PII already exists/).waitFor();
	await until('the refusal is logged', () => problems.length === 1);
	assert.match(problems.pop(), /409/);
	await text.fill('{"category":"CLASSIFICATION","name":"Flow tag","attributeDefs":[]}');
	await page.getByRole('button', { name: 'Create' }).click();
	await page.getByRole('tree', { name: 'Classifications' }).getByText('Flow tag').waitFor();

	// What is not there says where to go.
	await page.goto('/catalog/types/nosuchtype');
	await page.getByRole('alert').getByText(/nosuchtype/).first().waitFor();
	await page.getByRole('link', { name: 'All types' }).waitFor();
	await until('the refusal is logged', () => problems.length === 1);
	assert.match(problems.pop(), /404/);
});
