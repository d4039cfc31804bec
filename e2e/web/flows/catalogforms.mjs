// An entity is made by a form that its type gives, refused where it is wrong, changed,
// related, copied, deleted, made anew and purged, all by hand.

import assert from 'node:assert/strict';
import { entityNamed, flow, server, until } from '../browser.mjs';

const name = `flow ${Date.now().toString(36)}`;

await flow('a new entity', async (page, problems) => {
	// The way there: what type, found by a part of its name and taken by the keyboard.
	await page.goto('/catalog');
	await page.getByRole('link', { name: 'New entity' }).click();
	const which = page.getByRole('combobox', { name: 'Type of the entity' });
	await until('the box has the keyboard', () => which.evaluate((box) => box === document.activeElement));
	await page.keyboard.type('readings');
	await page.getByRole('option', { name: /^meter_table Readings of meters/ }).waitFor();
	await page.keyboard.press('Enter');
	const form = page.getByRole('form', { name: 'New meter_table' });
	await form.waitFor();
	assert.equal(new URL(page.url()).searchParams.get('type'), 'meter_table');

	// What is missing and what is wrong is said by its field, and the keyboard goes to the first.
	await form.getByRole('textbox', { name: /^rows/ }).fill('many');
	await page.keyboard.press('Enter');
	const nameBox = form.getByRole('textbox', { name: /^name/ });
	await until('the first of them has the keyboard', () => nameBox.evaluate((box) => box === document.activeElement));
	assert.equal(await nameBox.getAttribute('aria-invalid'), 'true');
	assert.equal(await page.locator(`#${await nameBox.getAttribute('aria-describedby')}`).innerText(), 'It is needed.');
	await form.getByText('It is to be a whole number.').waitFor();
	await form.getByText('3 fields are to be mended').waitFor();

	// A unique value that there is belongs to another entity, which is told of.
	await nameBox.fill(name);
	const qualified = form.getByRole('textbox', { name: /^qualifiedName/ });
	await qualified.fill('meter_readings@meters');
	await form.getByRole('textbox', { name: /^rows/ }).fill('12');
	await page.keyboard.press('Enter');
	await form.getByText('There is one of this already.').waitFor();
	await form.getByRole('link', { name: 'meter_readings' }).waitFor();
	await qualified.fill(`${name}@flows`);

	// Of every sort: one of a list, a moment, a struct, a set, keys with values, references.
	await form.getByRole('combobox', { name: /^kind/ }).selectOption('industry');
	await form.getByLabel(/^measured/).fill('2026-01-31T09:30:00');
	await form.getByRole('group', { name: 'retention' }).getByRole('textbox', { name: /days/ }).fill('30');
	for (const place of ['Łódź', '高雄']) {
		await form.getByRole('button', { name: 'Add to places' }).click();
		await page.keyboard.type(place);
	}
	await form.getByRole('button', { name: 'Add a key to units' }).click();
	await page.keyboard.type('load');
	await page.keyboard.press('Tab');
	await page.keyboard.type('kW');
	await form.getByText(/^\d+ relationships$/).click();
	await form.getByRole('combobox', { name: 'outputFromProcesses' }).fill('mean of');
	await form.getByRole('option', { name: /^mean of hours/ }).click();
	await form.getByRole('button', { name: 'Remove mean of hours' }).waitFor();
	await form.getByRole('button', { name: 'Create' }).click();

	await page.getByRole('heading', { name, level: 1 }).waitFor();
	const attributes = page.getByRole('table', { name: 'Attributes' });
	await attributes.getByRole('row', { name: /^kind industry/ }).waitFor();
	await attributes.getByRole('row', { name: /^measured 2026-01-31 09:30/ }).waitFor();
	await attributes.getByRole('row', { name: /^retention days 30/ }).waitFor();
	await attributes.getByRole('row', { name: /^places Łódź 高雄/ }).waitFor();
	await attributes.getByRole('row', { name: /^units load kW/ }).waitFor();
	await page.getByRole('table', { name: 'Relationships' }).getByRole('row', { name: /^outputFromProcesses mean of hours/ }).waitFor();

	// What the server alone can tell is said by the field that it names.
	await page.route('**/api/atlas/v2/entity', (route) => route.fulfill({ status: 404, contentType: 'application/json', body: JSON.stringify({ errorCode: 'ATLAS-404-00-007', errorMessage: 'Invalid instance creation/updation parameters passed : meter_table.owner=me: invalid value for type string' }) }));
	await page.getByRole('region', { name: 'Attributes' }).getByRole('button', { name: 'Edit' }).click();
	const edit = page.getByRole('form', { name: 'Edit the attributes' });
	await edit.getByRole('textbox', { name: /^owner/ }).fill('me');
	await edit.getByRole('button', { name: 'Save' }).click();
	await edit.getByText('invalid value for type string').waitFor();
	await until('the refusal is logged', () => problems.length === 1);
	problems.pop();
	await page.unroute('**/api/atlas/v2/entity');

	// Once it is mended all is saved at once; what is emptied has no value any more.
	await edit.getByRole('button', { name: 'Remove places 1' }).click();
	await edit.getByRole('combobox', { name: /^kind/ }).selectOption('not set');
	await edit.getByRole('button', { name: 'Save' }).click();
	await attributes.getByRole('row', { name: /^owner me/ }).waitFor();
	await attributes.getByRole('row', { name: /^places 高雄/ }).waitFor();
	assert.equal(await attributes.getByRole('row', { name: /^kind/ }).count(), 0);
});

await flow('what an entity is tied to', async (page) => {
	const guid = await entityNamed('meter_table', `${name}@flows`);
	await page.goto(`/catalog/entities/${guid}`);
	const ties = page.getByRole('region', { name: 'Relationships' });
	await ties.getByRole('button', { name: 'Add' }).click();
	const form = ties.getByRole('form', { name: 'Relate it to another entity' });
	await form.getByRole('button', { name: 'Relate' }).click();
	await form.getByText('Choose the other entity.').waitFor();
	await form.getByRole('combobox', { name: 'As' }).selectOption({ label: 'inputToProcesses (Process)' });
	await form.getByRole('combobox', { name: 'Entity to relate it to' }).fill('export');
	await form.getByRole('option', { name: /^export to the lake/ }).click();
	await form.getByRole('button', { name: 'Relate' }).click();
	const row = page.getByRole('table', { name: 'Relationships' }).getByRole('row', { name: /^inputToProcesses export to the lake/ });
	await row.waitFor();
	await row.getByRole('button', { name: 'Take export to the lake out of inputToProcesses' }).click();
	await ties.getByText('export to the lake is no longer related').waitFor();

	// Custom attributes are added, and taken back.
	const custom = page.getByRole('region', { name: 'Custom attributes' });
	await custom.getByRole('button', { name: 'Add' }).click();
	await custom.getByRole('textbox', { name: 'Key' }).fill('shelf');
	await custom.getByRole('textbox', { name: 'Value' }).fill('7b');
	await page.keyboard.press('Enter');
	await custom.getByRole('row', { name: /^shelf 7b/ }).waitFor();
	await custom.getByRole('button', { name: 'Undo' }).click();
	await custom.getByText('What its type has no attribute for can be put here.').waitFor();

	// A classification is changed, and its form begins with what it says.
	const tags = page.getByRole('region', { name: 'Classifications' });
	await tags.getByRole('button', { name: 'Add' }).click();
	await tags.getByRole('combobox', { name: 'Classification' }).selectOption('Retention');
	await tags.getByRole('textbox', { name: /^days/ }).fill('7');
	await tags.getByRole('form').getByRole('button', { name: 'Add' }).click();
	await tags.getByText('days 7').waitFor();
	await tags.getByRole('button', { name: 'Change Retention' }).click();
	const days = tags.getByRole('form', { name: 'Change Retention' }).getByRole('textbox', { name: /^days/ });
	await until('the form is filled', async () => (await days.inputValue()) === '7');
	await days.fill('8');
	await page.keyboard.press('Enter');
	await tags.getByText('days 8').waitFor();
});

await flow('an entity that goes', async (page) => {
	const guid = await entityNamed('meter_table', `${name}@flows`);
	await page.goto(`/catalog/entities/${guid}`);
	await page.getByRole('button', { name: 'Delete this entity…' }).click();
	await page.getByRole('button', { name: 'Delete it' }).click();
	await page.getByText('deleted', { exact: true }).waitFor();

	// It is made anew of what is known of it, and is another then.
	await page.getByRole('link', { name: 'Make it anew' }).click();
	const form = page.getByRole('form', { name: 'New meter_table' });
	await until('it begins with what there was', async () => (await form.getByRole('textbox', { name: /^qualifiedName/ }).inputValue()) === `${name}@flows`);
	await form.getByRole('button', { name: 'Create' }).click();
	await page.getByRole('heading', { name, level: 1 }).waitFor();
	await until('it is another', async () => !page.url().includes(guid));
	await page.getByRole('link', { name: 'Make another like it' }).waitFor();

	// What was deleted can be purged, and is gone then.
	await page.getByRole('button', { name: 'Delete this entity…' }).click();
	await page.getByRole('button', { name: 'Delete it' }).click();
	await page.getByText('deleted', { exact: true }).waitFor();
	for (const address of [page.url(), `/catalog/entities/${guid}`]) {
		await page.goto(address);
		await page.getByRole('button', { name: 'Purge this entity…' }).click();
		await page.getByRole('button', { name: 'Purge it' }).click();
		await page.getByRole('heading', { name: 'Catalog', level: 1 }).waitFor();
	}
});

await flow('a form of many fields', async (page) => {
	const atlas = async (method, path, body) => {
		const answer = await fetch(`${server}/api/atlas/${path}`, { method, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
		assert.ok(answer.ok, path);
		return answer.status === 204 ? undefined : answer.json();
	};
	const attributeDefs = Array.from({ length: 150 }, (_, i) => ({ name: `part_${1000 + i}`, typeName: 'string', isOptional: true, cardinality: 'SINGLE' }));
	await atlas('POST', 'v2/types/typedefs', { entityDefs: [{ name: 'flow_wide', superTypes: ['DataSet'], attributeDefs }] });
	let guid = '';
	try {
		// What one looks for is found by its name, and the end is at hand.
		await page.goto('/catalog/entities/new?type=flow_wide');
		const form = page.getByRole('form', { name: 'New flow_wide' });
		await form.getByRole('textbox', { name: /^name/ }).fill('wide');
		await form.getByRole('searchbox', { name: 'Find a field' }).fill('1149');
		await form.getByText('1 found').waitFor();
		await until('the others are not seen', async () => (await form.getByRole('textbox').count()) === 1);
		await form.getByRole('textbox', { name: /^part_1149/ }).fill('the last');
		await form.getByRole('searchbox', { name: 'Find a field' }).fill('');
		const box = await form.getByRole('button', { name: 'Create' }).boundingBox();
		assert.ok(box.y + box.height <= 800, `the end is at ${box.y}`);
		await form.getByRole('button', { name: 'Create' }).click();
		await form.getByText(/^1 field is to be mended: qualifiedName/).waitFor();
		await form.getByRole('textbox', { name: /^qualifiedName/ }).fill('wide@flow');
		await form.getByRole('button', { name: 'Create' }).click();
		await page.getByRole('heading', { name: 'wide', exact: true, level: 1 }).waitFor();
		guid = page.url().split('/').at(-1);
		await page.getByRole('table', { name: 'Attributes' }).getByRole('row', { name: /^part_1149 the last/ }).waitFor();

		// So are the attributes of the type.
		await page.goto('/catalog/types/flow_wide');
		await page.getByRole('searchbox', { name: 'Find in attributes' }).fill('1077');
		await until('one is left', async () => (await page.getByRole('table', { name: 'Attributes' }).getByRole('row').count()) === 2);
	} finally {
		if (guid) {
			await atlas('DELETE', `v2/entity/guid/${guid}`);
			await atlas('PUT', 'admin/purge', [guid]);
		}
		await atlas('DELETE', 'v2/types/typedef/name/flow_wide');
	}
});
