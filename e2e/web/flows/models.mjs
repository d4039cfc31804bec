// Models: names for versions, what differs between two, the card, and bytes that are
// verified before one's eyes. What is changed is undone, and MLflow's clients see it.

import assert from 'node:assert/strict';
import { flow, server } from '../browser.mjs';

async function get(path) {
	const answer = await fetch(server + path);
	assert.equal(answer.status, 200, path);
	return answer.json();
}
const registered = async () => (await get('/api/2.0/mlflow/registered-models/get?name=demand')).registered_model;
const version = async (number) => (await get(`/api/2.0/mlflow/model-versions/get?name=demand&version=${number}`)).model_version;

await flow('models', async (page, problems) => {
	await page.goto('/models');
	const find = page.getByRole('searchbox', { name: 'Find models by name' });
	await find.fill('nothing like it');
	await page.getByText('No model has nothing like it in its name.').waitFor();
	await find.fill('EMAN');
	await page.getByRole('link', { name: 'demand', exact: true }).click();

	// Versions stand beside the one that has an alias.
	const versions = page.getByRole('table', { name: 'Versions' });
	await versions.getByRole('row', { name: /Version 2 .*0\.1287 ▼ −0\.002500 better/ }).waitFor();

	// An alias moves at once, and back.
	const aliases = page.getByRole('list', { name: 'Aliases' });
	const board = page.getByRole('region', { name: 'Aliases' });
	await aliases.getByRole('combobox', { name: 'Move champion to version' }).selectOption('2');
	await board.getByText('champion is version 2 now').waitFor();
	assert.equal((await registered()).aliases.find((a) => a.alias === 'champion').version, '2');
	await board.getByRole('button', { name: 'Undo' }).click();
	await aliases.getByRole('listitem').filter({ hasText: 'champion' }).getByRole('link', { name: 'version 1' }).waitFor();
	await board.getByRole('button', { name: 'Add' }).click();
	await board.getByRole('textbox', { name: 'Alias' }).fill('latest');
	await board.getByRole('button', { name: 'Save' }).click();
	await board.getByRole('alert').getByText(/latest/i).waitFor(); // the server says why not
	await board.getByRole('textbox', { name: 'Alias' }).fill('trial');
	await board.getByRole('button', { name: 'Save' }).click();
	await aliases.getByRole('button', { name: 'Remove trial' }).click();
	await board.getByText('trial is gone').waitFor();

	// Two versions, aspect by aspect.
	await page.getByRole('checkbox', { name: 'Compare version 2' }).check();
	await page.getByRole('checkbox', { name: 'Compare version 1' }).check();
	await page.getByRole('link', { name: 'What differs between 1 and 2' }).click();
	await page.getByRole('table', { name: 'Params' }).getByRole('row', { name: 'lr 0.01 0.001' }).waitFor();
	await page.getByRole('table', { name: 'Signature' }).getByRole('row', { name: 'inputs.hour – double' }).waitFor();
	await page.getByRole('table', { name: 'Upstream data' }).getByRole('row', { name: /^readings [0-9a-f]{8} –$/ }).waitFor();
	await page.getByRole('table', { name: 'Upstream data' }).getByRole('row', { name: /^loads – [0-9a-f]{8}$/ }).waitFor();
	await page.getByRole('table', { name: 'Files' }).getByRole('row', { name: /^MLmodel changed / }).waitFor();
	await page.getByRole('table', { name: 'Environment' }).getByRole('row', { name: /^numpy – ==2\.1\.0$/ }).waitFor();
	assert.equal(await page.getByRole('table', { name: 'Code' }).count(), 0); // equal, so folded
	assert.match(page.url(), /\/models\/demand\/diff\/1\.\.2$/);

	// A version: the card begins with what is recorded and is kept where clients see it.
	await page.getByRole('link', { name: 'version 2', exact: true }).click();
	await page.getByRole('heading', { name: 'demand version 2', level: 1 }).waitFor();
	const checks = page.getByRole('list', { name: 'Checks' });
	await checks.getByText('Card: missing.').waitFor();
	const card = page.getByRole('region', { name: 'Card' });
	await card.getByRole('button', { name: 'Write' }).click();
	const draft = card.getByRole('textbox', { name: 'Card' });
	const drawn = await draft.inputValue();
	for (const said of ['# demand, version 2', '| `val/rmse` | 0.1287 |', '| `lr` | `0.001` |', '`numpy==2.1.0`', 'pedigree verify model demand 2']) assert.ok(drawn.includes(said), said);
	await draft.fill(drawn.replace('*What the model is for', 'For the grid of the north.\n\n*What the model is for'));
	await card.getByRole('checkbox', { name: 'See it as it will look' }).check();
	await card.getByText('For the grid of the north.').waitFor();
	await card.getByRole('button', { name: 'Save' }).click();
	await card.getByRole('heading', { name: 'Intended use' }).waitFor();
	await checks.getByText('Card: there').waitFor();
	assert.match((await version(2)).description, /For the grid of the north/);
	await card.getByRole('button', { name: 'Undo' }).click();
	await card.getByText('There is no card yet.').waitFor();

	// Which way a metric is better is decided once, for all.
	const metrics = page.getByRole('table', { name: 'Metrics' });
	await metrics.getByRole('row', { name: /^val\/rmse 0\.1287 0\.1312 ▼ −0\.002500 better/ }).waitFor();
	await metrics.getByRole('button', { name: 'Of val/rmse, lower is better; change it' }).click();
	await metrics.getByRole('row', { name: /^val\/rmse 0\.1287 0\.1312 ▼ −0\.002500 worse/ }).waitFor();
	await page.getByRole('region', { name: 'Metrics' }).getByRole('button', { name: 'Undo' }).click();
	await metrics.getByRole('row', { name: /better lower$|better Of val\/rmse/ }).first().waitFor();

	await page.getByRole('combobox', { name: 'Stage' }).selectOption('Staging');
	await page.getByText('It is in the stage Staging now').waitFor();
	assert.equal((await version(2)).current_stage, 'Staging');
	const head = page.locator('main header');
	await head.getByRole('button', { name: 'Undo' }).click();
	await head.getByText('Undone').waitFor();

	// The bytes are read again, and a byte that is another is found.
	const files = page.getByRole('region', { name: 'Files' });
	await files.getByRole('button', { name: 'Verify the bytes' }).click();
	await files.getByText('All bytes are those that were registered.').waitFor();
	await files.getByRole('row', { name: /^requirements\.txt .* same bytes$/ }).waitFor();
	const model = (await version(2)).source.replace('models:/', '');
	const place = (await get(`/api/2.0/mlflow/logged-models/${model}`)).model.info.artifact_uri.replace('mlflow-artifacts:/', '');
	const stored = `${server}/api/2.0/mlflow-artifacts/artifacts/${place}/requirements.txt`;
	const whole = await (await fetch(stored)).text();
	const put = (body) => fetch(stored, { method: 'PUT', headers: { 'Content-Type': 'application/octet-stream' }, body });
	await put(whole + '\nevil');
	await files.getByRole('button', { name: 'Verify again' }).click();
	await files.getByText('1 thing is not as registered.').waitFor();
	await files.getByRole('row', { name: /^requirements\.txt .* other bytes than registered$/ }).waitFor();
	await put(whole);

	await files.getByRole('link', { name: 'MLmodel' }).click();
	await page.getByRole('region', { name: 'Preview of MLmodel' }).getByText('python_function:').waitFor();
	await page.getByRole('region', { name: 'History' }).getByText('stage', { exact: true }).first().waitFor();

	// The browser tells of the alias that was refused.
	problems.splice(0, problems.length, ...problems.filter((p) => !/status of 400/.test(p)));
});
