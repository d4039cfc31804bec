// The glossary: a tree by the keyboard, things made, changed, moved and deleted in it,
// terms assigned and related, and a file of terms with a line that is broken.

import assert from 'node:assert/strict';
import { flow, server, until } from '../browser.mjs';

await flow('catalog glossary', async (page, problems) => {
	await page.goto('/catalog/glossary');
	const tree = page.getByRole('tree', { name: 'Glossaries' });
	const item = (name) => tree.getByRole('treeitem', { name });
	await item(/^Electricity/).waitFor();
	await item(/Measures/).waitFor();
	await tree.focus();
	await page.keyboard.press('Home');
	await page.keyboard.press('ArrowDown');
	await page.keyboard.press('ArrowRight');
	await page.keyboard.press('ArrowRight');
	await page.keyboard.press('ArrowRight');
	await page.keyboard.press('ArrowDown');
	await item(/Load/).waitFor();
	await page.keyboard.press('Enter');
	await page.getByRole('heading', { name: 'Load', level: 1 }).waitFor();
	assert.match(page.url(), /\?at=/);
	await page.getByRole('region', { name: 'Stands for' }).getByRole('link', { name: 'meter_readings' }).waitFor();
	await page.getByRole('region', { name: 'Categories' }).getByRole('link', { name: 'Measures / Energy' }).waitFor();
	await page.getByRole('region', { name: 'Related terms' }).getByRole('link', { name: 'Demand' }).waitFor();

	// The address opens the tree to it.
	await page.goto(page.url());
	await page.getByRole('heading', { name: 'Load', level: 1 }).waitFor();
	await until('it is chosen', async () => (await item(/^Load/).getAttribute('aria-selected')) === 'true');

	// Made: a glossary, a category, another in it, a term; a name that cannot be is refused.
	await page.getByRole('button', { name: 'New glossary' }).click();
	await fill(page, 'New glossary', 'a.b');
	await page.getByText('A name has none of @ . < >').waitFor();
	await fill(page, 'New glossary', 'Flow');
	await page.getByRole('heading', { name: 'Flow', level: 1 }).waitFor();
	await page.getByRole('button', { name: 'New category' }).click();
	await fill(page, 'New category', 'Upper');
	await page.getByRole('heading', { name: 'Upper', level: 1 }).waitFor();
	await page.getByRole('button', { name: 'New category in it' }).click();
	await fill(page, 'New category', 'Lower');
	await page.getByRole('heading', { name: 'Lower', level: 1 }).waitFor();
	await page.getByRole('button', { name: 'New term' }).click();
	await fill(page, 'New term', 'Word', 'What it says');
	await page.getByRole('heading', { name: 'Word', level: 1 }).waitFor();
	await page.getByText('What it says').first().waitFor();

	// Changed, and back.
	await page.getByRole('button', { name: 'Edit', exact: true }).click();
	await fill(page, 'Edit the term', 'Words');
	await page.getByRole('heading', { name: 'Words', level: 1 }).waitFor();
	await page.getByRole('button', { name: 'Undo' }).click();
	await page.getByRole('heading', { name: 'Word', level: 1, exact: true }).waitFor();

	// What else is known of a term is written there, too.
	await page.getByRole('button', { name: 'Edit', exact: true }).click();
	await page.getByRole('textbox', { name: 'Abbreviation' }).fill('W.');
	await page.getByRole('textbox', { name: 'Examples, one a line' }).fill('yes\nno\n');
	await page.getByRole('form', { name: 'Edit the term' }).getByRole('button', { name: 'Save' }).click();
	await page.getByText('yes; no').waitFor();
	await page.getByText('W.', { exact: true }).waitFor();

	// Moved: the term into another category too, and out of the first.
	const categories = page.getByRole('region', { name: 'Categories' });
	await categories.getByRole('combobox', { name: 'Put it into a category' }).selectOption({ label: 'Upper' });
	await categories.getByRole('link', { name: 'Upper', exact: true }).waitFor();
	await categories.getByRole('button', { name: 'Take it out of Upper / Lower' }).click();
	await until('it is in one', async () => (await categories.getByRole('link').count()) === 1);

	// Moved in the tree: cut and put by the keyboard, and dragged; each can be undone.
	await tree.focus();
	await until('the keyboard is at it', async () => {
		await page.keyboard.press('End');
		return /^Word$/.test(await tree.evaluate((t) => document.getElementById(t.getAttribute('aria-activedescendant')).innerText.trim()));
	});
	await page.keyboard.press('Control+x');
	await page.getByText('Word is taken.').waitFor();
	await page.keyboard.press('Control+v');
	await page.getByText('Word does not go there').waitFor();
	await page.keyboard.press('ArrowUp');
	await page.keyboard.press('Control+v');
	await categories.getByRole('link', { name: 'Upper / Lower' }).waitFor();
	await page.getByText('Word is in Lower now').waitFor();
	await item(/^Word/).dragTo(item(/^Flow/));
	await categories.getByText('in none').waitFor();
	await page.getByRole('button', { name: 'Undo' }).last().click();
	await categories.getByRole('link', { name: 'Upper / Lower' }).waitFor();

	// Assigned to an entity, and related to another term.
	await page.getByRole('button', { name: 'Assign an entity' }).click();
	await page.getByRole('combobox', { name: 'Entity to assign' }).fill('archive_009');
	await page.getByRole('option', { name: /archive_009/ }).waitFor();
	await page.keyboard.press('Enter');
	const stands = page.getByRole('region', { name: 'Stands for' });
	await stands.getByRole('link', { name: 'archive_009' }).waitFor();
	await stands.getByRole('button', { name: 'Take away from archive_009' }).click();
	await stands.getByText('No entity has it.').waitFor();
	await page.getByRole('button', { name: 'Relate' }).click();
	await page.getByRole('combobox', { name: 'How' }).selectOption('Antonyms');
	await page.getByRole('combobox', { name: 'Term to relate to' }).fill('Demand');
	await page.getByRole('option', { name: /^Demand/ }).waitFor();
	await page.keyboard.press('Enter');
	await page.getByRole('region', { name: 'Related terms' }).getByText('Antonyms').last().waitFor();

	// A file of terms: what is wrong with a line is said for that line.
	await page.getByRole('button', { name: 'Import', exact: true }).click();
	const region = page.getByRole('region', { name: 'Import terms' });
	const file = 'GlossaryName, TermName, ShortDescription, LongDescription, Examples, Abbreviation, Usage, AdditionalAttributes, TranslationTerms, ValidValuesFor, Synonyms, ReplacedBy, ValidValues, ReplacementTerms, SeeAlso, TranslatedTerms, IsA, Antonyms, Classifies, PreferredToTerms, PreferredTerms\nFlow,Imported,From a file\nFlow,bad@name,\nFlow,Second,\n';
	await region.locator('input[type=file]').setInputFiles({ name: 'terms.csv', mimeType: 'text/csv', buffer: Buffer.from(file) });
	await region.getByRole('button', { name: 'Import', exact: true }).click();
	await region.getByText(/2 rows are imported, 1 failed\./).waitFor();
	await region.getByRole('grid', { name: 'Report' }).getByRole('row', { name: /failed/ }).waitFor();
	await region.getByRole('checkbox', { name: 'Only those that failed' }).check();
	await until('one line is left', async () => (await region.getByRole('grid', { name: 'Report' }).getByRole('rowheader').count()) === 1);
	await region.getByRole('button', { name: 'Close' }).click();
	await item(/Imported/).waitFor();

	// Deleted with all that is in it.
	await item(/^Flow/).getByText('Flow', { exact: true }).click();
	await page.getByRole('heading', { name: 'Flow', level: 1 }).waitFor();
	await page.getByRole('button', { name: 'Delete…' }).click();
	await page.getByRole('button', { name: 'Delete the glossary' }).click();
	await until('it is gone', async () => (await item(/Flow/).count()) === 0);

	await page.goto('/catalog/glossary?at=018f4e5f-0000-7000-8000-000000000003');
	await page.getByText('Nothing of a glossary has this address').waitFor();
	await until('the refusals are logged', () => problems.length === 2);
	problems.length = 0;
});

async function fill(page, title, name, short) {
	const form = page.getByRole('form', { name: title });
	await form.getByRole('textbox', { name: 'Name' }).fill(name);
	if (short) await form.getByRole('textbox', { name: 'In short' }).fill(short);
	await form.getByRole('textbox', { name: 'Name' }).press('Enter');
}

// Of a glossary of many terms the tree shows some; the one that is asked for is among
// them, in sight, and the page is no longer for what the tree scrolls through.
await flow('a large glossary', async (page) => {
	const atlas = async (method, path, body) => {
		const answer = await fetch(`${server}/api/atlas/v2/glossary${path}`, { method, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
		assert.ok(answer.ok, path);
		return answer.status === 204 ? undefined : answer.json();
	};
	const glossary = await atlas('POST', '', { name: 'Many' });
	const anchor = { glossaryGuid: glossary.guid };
	await atlas('POST', '/terms', Array.from({ length: 420 }, (_, i) => ({ name: `word ${1000 + i}`, anchor })));
	try {
		const tree = page.getByRole('tree', { name: 'Glossaries' });
		await page.goto('/catalog/glossary');
		await page.getByRole('combobox', { name: 'Find a term' }).fill('word 1399');
		await page.getByRole('option', { name: /^word 1399/ }).first().click();
		await page.getByRole('heading', { name: 'word 1399', level: 1 }).waitFor();
		const row = tree.getByRole('treeitem', { name: 'word 1399' });
		await row.waitFor();
		assert.equal(await row.getAttribute('aria-selected'), 'true');
		await until('it is in sight', () => row.evaluate((e) => { const [r, t] = [e, e.parentElement].map((x) => x.getBoundingClientRect()); return r.top >= t.top && r.bottom <= t.bottom + 1; }));
		assert.ok((await page.evaluate(() => document.documentElement.scrollHeight)) < 1600);
		assert.equal(await tree.getByRole('treeitem', { name: 'word 1398' }).count(), 0);

		// So it is by its address, and Back leads to what was shown before.
		await page.goto(page.url());
		await row.waitFor();
		await page.getByRole('link', { name: 'Many', exact: true }).click();
		await page.getByRole('heading', { name: 'Many', level: 1 }).waitFor();
		await page.goBack();
		await page.getByRole('heading', { name: 'word 1399', level: 1 }).waitFor();
	} finally {
		await atlas('DELETE', `/${glossary.guid}`);
	}
});
