// Entities: listed, narrowed down, and each with all that is known of it, some of it
// to be changed and put back.

import assert from 'node:assert/strict';
import { flow, server, until } from '../browser.mjs';

const markup = '<script>alert(1)</script><img src=x onerror=alert(2)>';

await flow('catalog entities', async (page) => {
	await page.goto('/catalog?type=meter_table');
	const grid = page.getByRole('grid', { name: 'Entities' });
	await grid.getByRole('rowheader').first().waitFor();
	await page.getByText('243 found').waitFor();

	// A long list is read on as one scrolls.
	await grid.focus();
	for (let i = 0; i < 3; i++) {
		await page.keyboard.press('End');
		await page.waitForTimeout(150);
	}
	await until('all are read', async () => (await grid.getAttribute('aria-rowcount')) === '244');
	assert.ok((await grid.getByRole('rowheader').count()) < 80);

	// By a condition, by words, by what they carry; the address holds it all.
	const form = page.getByRole('form', { name: 'Condition' });
	await form.getByRole('combobox', { name: 'Attribute' }).fill('owner');
	await form.getByRole('textbox', { name: 'Value' }).fill('ann');
	await page.keyboard.press('Enter');
	await page.getByRole('list', { name: 'Conditions' }).getByRole('button', { name: 'Remove the condition owner = ann' }).waitFor();
	await page.getByText('81 found').waitFor();
	await page.getByRole('combobox', { name: 'Classification' }).selectOption('PII');
	await page.getByText('1 found').waitFor();
	await page.goto(page.url());
	await grid.getByRole('row', { name: /^meter_readings meter_table PII/ }).waitFor();
	await page.getByRole('searchbox', { name: 'Words' }).fill('nosuchwordanywhere');
	await page.keyboard.press('Enter');
	await page.getByRole('button', { name: 'Clear the conditions' }).click();
	await page.getByText(/entities/).first().waitFor();

	// In another order, and several chosen at once: by the keyboard, and by their boxes.
	await page.goto('/catalog?type=meter_table');
	await page.getByRole('combobox', { name: 'Order' }).selectOption('By name, Z first');
	await grid.getByRole('row', { name: /^meter_readings/ }).waitFor();
	await page.getByRole('combobox', { name: 'Order' }).selectOption('By name');
	await grid.getByRole('row', { name: /^archive_001/ }).waitFor();
	assert.match(page.url(), /s=name/);
	const choice = page.getByRole('toolbar', { name: 'Chosen entities' });
	await grid.focus();
	await page.keyboard.press('ArrowDown');
	await page.keyboard.press('Space');
	await choice.getByText('1 entity chosen').waitFor();
	await grid.getByRole('row', { name: /^archive_003/ }).locator('input').click({ modifiers: ['Shift'] });
	await choice.getByText(/^[34] entities chosen/).waitFor();

	// They are classified together, and that is undone together.
	await choice.getByRole('button', { name: 'Classify' }).click();
	const classify = page.getByRole('form', { name: 'Add a classification' });
	await classify.getByRole('combobox', { name: 'Classification' }).selectOption('Unused');
	await classify.getByRole('button', { name: 'Add' }).click();
	await choice.getByText(/^Unused is put on [34] entities/).waitFor();
	await grid.getByRole('row', { name: /^archive_003 meter_table Unused/ }).waitFor();
	await choice.getByRole('button', { name: 'Undo' }).click();
	await choice.getByText(/^Unused is taken from [34] entities again/).waitFor();
	await until('it is gone again', async () => (await grid.getByText('Unused').count()) === 0);

	// Deleting says first what it does.
	await grid.getByRole('row', { name: /^archive_003/ }).locator('input').click();
	await choice.getByRole('button', { name: 'Delete…' }).click();
	await page.getByRole('button', { name: 'Delete 1 entity' }).waitFor();
	await page.getByRole('button', { name: 'Keep them' }).click();

	// What a user wrote is text.
	await page.goto(`/catalog?q=${encodeURIComponent('onerror')}&type=meter_table`);
	await grid.getByText(markup).first().waitFor();
	assert.equal(await page.locator('main img, main script').count(), 0);
});

await flow('a catalog entity', async (page, problems) => {
	await page.goto('/catalog?type=meter_table&f=' + encodeURIComponent('name = meter_readings'));
	const grid = page.getByRole('grid', { name: 'Entities' });
	await grid.getByRole('row', { name: /^meter_readings/ }).waitFor();
	await grid.focus();
	await page.keyboard.press('Enter');
	await page.getByRole('heading', { name: 'meter_readings', level: 1 }).waitFor();
	const attributes = page.getByRole('table', { name: 'Attributes' });
	await attributes.getByRole('row', { name: /^retention days 90 reason law/ }).waitFor();
	await attributes.getByRole('row', { name: /^units load kWh/ }).waitFor();
	await page.getByRole('table', { name: 'Relationships' }).getByRole('row', { name: /^columns 4 .*street.*meter_table_columns/ }).waitFor();
	await page.getByRole('region', { name: 'Terms' }).getByRole('link', { name: 'Load' }).waitFor();
	await page.getByRole('group', { name: 'Lineage graph' }).getByRole('link', { name: /^mean of hours/ }).waitFor();

	// An attribute is changed, and back.
	await attributes.getByRole('button', { name: 'Change owner' }).click();
	await attributes.getByRole('textbox', { name: 'owner' }).fill('zoe');
	await page.keyboard.press('Enter');
	await attributes.getByRole('row', { name: /^owner zoe/ }).waitFor();
	await page.getByRole('region', { name: 'Attributes' }).getByRole('button', { name: 'Undo' }).click();
	await attributes.getByRole('row', { name: /^owner ann/ }).waitFor();

	// So is a label, and business metadata; a value that does not fit is refused beside it.
	const labels = page.getByRole('region', { name: 'Labels' });
	await labels.getByRole('textbox', { name: 'New label' }).fill('flow');
	await page.keyboard.press('Enter');
	await labels.getByRole('button', { name: 'Remove the label flow' }).click();
	await labels.getByText('Label removed').waitFor();
	const business = page.getByRole('region', { name: 'Business metadata' });
	await business.getByRole('row', { name: /^Quality.score 92/ }).getByRole('button', { name: 'Change Quality.score' }).click();
	await business.getByRole('textbox', { name: 'Quality.score' }).fill('much');
	await page.keyboard.press('Enter');
	await business.getByText('It is to be a whole number.').waitFor();
	await business.getByRole('textbox', { name: 'Quality.score' }).fill('93');
	await page.keyboard.press('Enter');
	await business.getByRole('row', { name: /^Quality.score 93/ }).waitFor();
	await business.getByRole('button', { name: 'Undo' }).click();
	await business.getByRole('row', { name: /^Quality.score 92/ }).waitFor();

	// All of it was written down.
	const audit = page.getByRole('region', { name: 'Audit' });
	const told = audit.getByRole('list').first();
	await told.getByText('Labels added').first().waitFor();
	await told.getByText('Business metadata changed').first().waitFor();
	await told.getByText('Term assigned').first().waitFor();
	await audit.getByRole('combobox', { name: 'What is shown of the audit' }).selectOption('Labels added');
	await until('only labels are told', async () => (await told.getByText('Labels added').count()) > 0 && (await told.getByText('Term assigned').count()) === 0);

	// Each change tells what was before; what was made is compared with what is now.
	await attributes.getByRole('button', { name: 'Change owner' }).click();
	await attributes.getByRole('textbox', { name: 'owner' }).fill('zoe');
	await page.keyboard.press('Enter');
	await attributes.getByRole('row', { name: /^owner zoe/ }).waitFor();
	await audit.getByRole('combobox', { name: 'What is shown of the audit' }).selectOption('All that happened');
	await audit.getByText('owner ann →became zoe').first().waitFor();
	await audit.getByRole('listitem').filter({ hasText: /^.*Created/ }).last().getByRole('button', { name: 'Compare with now' }).click();
	await audit.getByRole('table', { name: 'Then and now' }).getByRole('row', { name: 'owner ann zoe' }).waitFor();
	await page.getByRole('region', { name: 'Attributes' }).getByRole('button', { name: 'Undo' }).click();
	await attributes.getByRole('row', { name: /^owner ann/ }).waitFor();
	await audit.getByText('owner zoe →became ann').first().waitFor();
	await audit.getByRole('listitem').filter({ hasText: /^.*Created/ }).last().getByRole('button', { name: 'Compare with now' }).click();
	await audit.getByText('Its attributes are now as they were then.').waitFor();

	// An entity of MLflow's is known by both names.
	await page.goto('/catalog?type=mlflow_model_version&q=demand');
	await grid.getByRole('row', { name: /^demand/ }).first().waitFor();
	await grid.focus();
	await page.keyboard.press('Enter');
	await page.getByRole('link', { name: 'Open the model version' }).first().click(); // the chosen node of the lineage has one, too
	await page.getByRole('heading', { name: /^demand version/, level: 1 }).waitFor();

	// One that is not there says so.
	await page.goto('/catalog/entities/018f4e5f-0000-7000-8000-000000000003');
	await page.getByRole('alert').getByText('The entity cannot be shown.').waitFor();
	await page.getByRole('link', { name: 'All entities' }).waitFor();
	await until('the refusal is logged', () => problems.length === 1);
	assert.match(problems.pop(), /404/);
});

const atlas = async (method, path, body) => {
	const answer = await fetch(`${server}/api/atlas/${path}`, { method, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
	assert.equal(answer.status, 200, path);
	return answer.json();
};

await flow('many entities at once', async (page, problems) => {
	const grid = page.getByRole('grid', { name: 'Entities' });
	const choice = page.getByRole('toolbar', { name: 'Chosen entities' });
	const classify = page.getByRole('form', { name: 'Add a classification' });

	// All that is found is chosen, though only the first are read; a term is given to all
	// and taken back, but from the one that had it before.
	await page.goto('/catalog?type=meter_table');
	await grid.getByRole('rowheader').first().locator('input').click();
	await choice.getByRole('button', { name: 'Choose all 243' }).click();
	await choice.getByText('243 entities chosen').waitFor();
	await choice.getByRole('button', { name: 'Assign a term' }).click();
	await page.getByRole('combobox', { name: 'Term to assign' }).fill('Load');
	await page.getByRole('option', { name: /^Load/ }).first().click();
	await choice.getByText('Load stands for 242 entities').waitFor();
	await choice.getByRole('button', { name: 'Undo' }).click();
	await choice.getByText('Load is taken from 242 entities again').waitFor();
	await page.goto('/catalog?t=' + encodeURIComponent('Load@Electricity'));
	await page.getByText('1 found').waitFor();

	// It shows how far it is, and can be stopped; what was done is undone.
	await page.goto('/catalog?type=meter_table');
	await grid.getByRole('rowheader').first().locator('input').click();
	await choice.getByRole('button', { name: 'Choose all 243' }).click();
	await choice.getByText('243 entities chosen').waitFor();
	let calls = 0;
	let goOn;
	const stopped = new Promise((done) => (goOn = done));
	await page.route('**/bulk/classification', async (route) => {
		if (++calls === 2) await stopped;
		await route.continue();
	});
	await choice.getByRole('button', { name: 'Classify' }).click();
	await classify.getByRole('combobox', { name: 'Classification' }).selectOption('Unused');
	await classify.getByRole('switch', { name: 'Goes on to what is made of it' }).click();
	await classify.getByRole('button', { name: 'Add' }).click();
	await choice.getByRole('progressbar', { name: 'Done so far' }).waitFor();
	await choice.getByText('100 of 243').waitFor();
	await choice.getByRole('button', { name: 'Stop' }).click();
	goOn();
	await choice.getByText('Unused is put on 200 entities; stopped before the other 43').waitFor();
	await page.unroute('**/bulk/classification');
	await choice.getByRole('button', { name: 'Go on' }).click();
	await choice.getByText('Unused is put on 243 entities').waitFor();
	await choice.getByRole('button', { name: 'Undo' }).click();
	await choice.getByText('Unused is taken from 243 entities again').waitFor({ timeout: 60_000 });

	// What is refused of one does not hold up the others, and is told by row.
	const made = await atlas('POST', 'v2/entity/bulk', { entities: [1, 2, 3].map((n) => ({ typeName: 'DataSet', attributes: { name: `bulk_${n}`, qualifiedName: `bulk_${n}@flow`, owner: 'bulkflow' } })) });
	const guids = made.mutatedEntities.CREATE.map((e) => e.guid);
	await page.goto('/catalog?f=' + encodeURIComponent('owner = bulkflow'));
	await page.getByText('3 found').waitFor();
	await atlas('DELETE', `v2/entity/guid/${guids[1]}`);
	await atlas('PUT', 'admin/purge', [guids[1]]);
	await grid.getByRole('rowheader').first().locator('input').click();
	await choice.getByRole('button', { name: 'Choose all 3' }).click();
	await choice.getByRole('button', { name: 'Classify' }).click();
	await classify.getByRole('combobox', { name: 'Classification' }).selectOption('Unused');
	await classify.getByRole('switch', { name: 'Goes on to what is made of it' }).click();
	await classify.getByRole('button', { name: 'Add' }).click();
	await choice.getByText('Unused is put on 2 entities').waitFor();
	await choice.getByText('1 was refused').waitFor();
	await choice.getByRole('list', { name: 'Refused' }).getByRole('link', { name: 'bulk_2' }).waitFor();
	await choice.getByRole('button', { name: 'Try it again' }).click();
	await until('the refusals are logged', () => problems.length >= 4);
	await choice.getByText('1 was refused').waitFor();
	assert.ok(problems.splice(0).every((p) => /404/.test(p)));
	await page.goto('/catalog?c=Unused');
	await page.getByText('2 found').waitFor();
	await grid.getByRole('rowheader').first().locator('input').click();
	await choice.getByRole('button', { name: 'Choose all 2' }).click();
	await choice.getByRole('button', { name: 'Delete…' }).click();
	await page.getByRole('button', { name: 'Delete 2 entities' }).click();
	await choice.getByText('Deleted 2 entities').waitFor();
	await atlas('PUT', 'admin/purge', [guids[0], guids[2]]);
});
