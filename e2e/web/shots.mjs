// A picture of every page in light, dark and on a phone, to be looked at; axe must
// find nothing serious on any in either theme, none may be wider than the screen, and
// none may call the server more often than it says (calls; 8 unless it says).

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { axe, emptyServer, entityNamed, mlflow, lake, nodeAt, nodeNamed, runNamed, server, watchFor, withBrowser } from './browser.mjs';

const looks = [
	{ name: 'light', colorScheme: 'light', viewport: { width: 1280, height: 800 }, judged: true },
	{ name: 'dark', colorScheme: 'dark', viewport: { width: 1280, height: 800 }, judged: true },
	{ name: 'phone', colorScheme: 'light', viewport: { width: 390, height: 844 }, hasTouch: true },
	{ name: 'narrow', colorScheme: 'dark', viewport: { width: 360, height: 640 }, hasTouch: true, only: ['home', 'runs', 'run', 'hostile', 'lineage', 'lineage-list', 'artifacts', 'audit', 'impact', 'path', 'columns-of-data', 'catalog', 'catalog-entity', 'catalog-edit', 'catalog-many', 'catalog-ahead', 'catalog-compared', 'catalog-new', 'catalog-new-entity', 'catalog-type', 'catalog-classification', 'catalog-term', 'catalog-search', 'catalog-hostile'] },
	{ name: 'wide', colorScheme: 'light', viewport: { width: 3840, height: 2160 }, only: ['home', 'runs', 'run', 'lineage', 'catalog', 'catalog-entity', 'catalog-types', 'catalog-classification'] },
];

const hostile = await runNamed('<script>alert(1)</script><img src=x onerror=alert(2)>');
const { experiments } = await mlflow('experiments/search', { max_results: 1, filter: "name = 'curves'" });
const curves = `${server}/experiments/${experiments[0].experiment_id}`;
const readings = await nodeAt(lake, 'mlflow.Dataset');
const hub = await nodeNamed('Point', 'hub');
const alert = await nodeNamed('mlflow.Dataset', 'onerror');
const table = await entityNamed('meter_table', 'meter_readings@meters');
const written = await entityNamed('meter_table', '<script>alert(1)</script><img src=x onerror=alert(2)>@meters');
const term = await entityNamed('AtlasGlossaryTerm', 'Load@Electricity');
const routes = [
	{ name: 'empty', url: `${emptyServer}/`, ready: (page) => page.getByText('Nothing is recorded yet') },
	{ name: 'home', calls: 14, url: `${server}/`, ready: (page) => page.getByText('Running now') },
	{ name: 'experiments', url: `${server}/experiments`, ready: (page) => page.getByRole('table') },
	{ name: 'runs', url: `${server}/experiments/1`, ready: (page) => page.getByRole('treegrid').getByRole('rowheader').first() },
	{ name: 'run', url: `${server}/runs/${await runNamed('winner')}`, ready: (page) => page.getByRole('table', { name: 'Params' }) },
	{ name: 'files', url: `${server}/runs/${await runNamed('gallery')}?tab=artifacts&file=snappy.parquet`, ready: (page) => page.getByText('100 of 600 rows') },
	{ name: 'markdown', url: `${server}/runs/${await runNamed('gallery')}?tab=artifacts&file=readme.md`, ready: (page) => page.getByRole('heading', { name: 'Read me' }) },
	{ name: 'hostile', url: `${server}/runs/${hostile}`, ready: (page) => page.getByRole('region', { name: 'Why it failed' }) },
	{ name: 'charts', url: `${curves}?view=charts&n=24&col=params.lr&sm=ema:0.8&pin=100`, ready: (page) => page.getByRole('figure', { name: 'val/loss' }).getByText('points').first() },
	{ name: 'compare', url: `${curves}?view=compare&at=params.note`, ready: (page) => page.getByRole('grid', { name: 'Comparison' }).getByText('val/loss') },
	{ name: 'params', url: `${curves}?view=params&for=val/loss&br=0.5..1@params.lr`, ready: (page) => page.getByRole('table', { name: 'Importance of params' }) },
	{ name: 'models', url: `${server}/models`, ready: (page) => page.getByRole('table') },
	{ name: 'model', url: `${server}/models/demand`, ready: (page) => page.getByRole('row', { name: /Version 2 .*better/ }) },
	{ name: 'version', calls: 14, url: `${server}/models/demand/versions/2?file=MLmodel`, ready: (page) => page.getByText('python_function:') },
	{ name: 'version-hostile', calls: 9, url: `${server}/models/${encodeURIComponent('<b>bold<b>')}/versions/1`, ready: (page) => page.getByText('onerror=alert(2)').first() },
	{ name: 'difference', url: `${server}/models/demand/diff/1..2`, ready: (page) => page.getByRole('table', { name: 'Files' }) },
	{ name: 'node', calls: 10, url: `${server}/nodes/${readings}`, ready: (page) => page.getByRole('link', { name: /^winner, run/ }) },
	{ name: 'lineage', calls: 14, url: `${server}/nodes/${readings}`, ready: openLineage },
	{ name: 'lineage-list', url: `${server}/nodes/${readings}?form=list`, ready: (page) => page.getByRole('table', { name: 'Lineage' }) },
	{ name: 'lineage-why', calls: 9, url: `${server}/nodes/${readings}`, ready: openWhy },
	{ name: 'lineage-wide', url: `${server}/nodes/${hub}?page=60.${hub}d.system.ContainerExecution`, ready: (page) => page.getByText('62 shown') },
	{ name: 'impact', url: `${server}/nodes/${readings}?form=impact`, ready: (page) => page.getByRole('grid', { name: 'What depends on it' }).getByRole('rowheader').first() },
	{ name: 'columns-of-data', url: `${server}/nodes/${readings}?form=columns`, ready: (page) => page.getByRole('table', { name: 'Columns' }) },
	{ name: 'path', url: `${server}/lineage?from=${readings}&to=${await nodeNamed('system.Model', 'load')}`, ready: (page) => page.getByRole('list', { name: 'Path' }) },
	{ name: 'difference-of-pedigrees', url: `${server}/lineage?from=${await nodeNamed('Examples', 'train')}&to=${await nodeNamed('Examples', 'eval')}&show=difference`, ready: (page) => page.getByText('nodes in both pedigrees') },
	{ name: 'lineage-hostile', url: `${server}/nodes/${alert}`, ready: (page) => page.getByRole('link', { name: /alert.*, run/ }) },
	{ name: 'artifacts', url: `${server}/artifacts`, ready: (page) => page.getByRole('grid', { name: 'Artifacts' }).getByRole('rowheader').first() },
	{ name: 'executions', url: `${server}/executions?f=${encodeURIComponent("type = 'system.ContainerExecution'")}`, ready: (page) => page.getByRole('grid', { name: 'Executions' }).getByRole('rowheader').first() },
	{ name: 'contexts', url: `${server}/contexts`, ready: (page) => page.getByRole('grid', { name: 'Contexts' }).getByRole('rowheader').first() },
	{ name: 'artifacts-none', url: `${emptyServer}/artifacts`, ready: (page) => page.getByText('No artifacts are recorded yet') },
	{ name: 'context', url: `${server}/nodes/${await nodeNamed('system.Pipeline', 'daily')}`, ready: (page) => page.getByRole('grid', { name: 'Members' }).getByRole('rowheader').first() },
	{ name: 'catalog', url: `${server}/catalog?type=meter_table`, ready: (page) => page.getByRole('grid', { name: 'Entities' }).getByRole('rowheader').first() },
	{ name: 'catalog-entity', calls: 12, url: `${server}/catalog/entities/${table}`, ready: (page) => page.getByRole('group', { name: 'Lineage graph' }).getByRole('link', { name: /^mean of hours/ }) },
	{ name: 'catalog-edit', calls: 12, url: `${server}/catalog/entities/${table}`, ready: openForms },
	{ name: 'catalog-many', url: `${server}/catalog?type=meter_table`, ready: openMany },
	{ name: 'catalog-ahead', calls: 15, url: `${server}/catalog/entities/${table}`, ready: openAhead },
	{ name: 'catalog-compared', calls: 12, url: `${server}/catalog/entities/${table}`, ready: openCompared },
	{ name: 'catalog-new', url: `${server}/catalog/entities/new`, ready: (page) => page.getByRole('link', { name: 'meter_table' }) },
	{ name: 'catalog-new-entity', url: `${server}/catalog/entities/new?type=meter_table`, ready: openRefused },
	{ name: 'catalog-hostile', calls: 12, url: `${server}/catalog/entities/${written}`, ready: (page) => page.getByRole('table', { name: 'Attributes' }) },
	{ name: 'catalog-types', url: `${server}/catalog/types`, ready: (page) => page.getByRole('tree', { name: 'Entity types' }) },
	{ name: 'catalog-new-type', url: `${server}/catalog/types`, ready: openNewType },
	{ name: 'catalog-type', url: `${server}/catalog/types/meter_table`, ready: (page) => page.getByRole('table', { name: 'Relationships' }) },
	{ name: 'catalog-relationship', url: `${server}/catalog/types/meter_table_columns`, ready: (page) => page.getByRole('region', { name: 'Ends' }) },
	{ name: 'catalog-classifications', url: `${server}/catalog/classifications`, ready: (page) => page.getByRole('table', { name: 'Classifications' }) },
	{ name: 'catalog-classification', url: `${server}/catalog/classifications/PII?from=${table}`, ready: (page) => page.getByRole('list', { name: 'Where it goes' }).getByText('hourly_means') },
	{ name: 'catalog-term', url: `${server}/catalog/glossary?at=${term}`, ready: (page) => page.getByRole('region', { name: 'Stands for' }).getByRole('link', { name: 'meter_readings' }) },
	{ name: 'catalog-glossary-none', url: `${emptyServer}/catalog/glossary`, ready: (page) => page.getByText('There is no glossary yet.') },
	{ name: 'catalog-search', url: `${server}/catalog/search`, ready: (page) => page.getByRole('region', { name: 'Examples' }) },
	{ name: 'catalog-select', url: `${server}/catalog/search?dsl=${encodeURIComponent('from meter_table groupby (owner) select owner, count()')}`, ready: (page) => page.getByRole('grid', { name: 'Rows' }).getByRole('rowheader').first() },
	{ name: 'version-classified', calls: 16, url: `${server}/models/demand/versions/1`, ready: (page) => page.getByRole('list', { name: 'The way it took' }) },
	{ name: 'audit', url: `${server}/audit?type=mlflow.RegisteredModel`, ready: (page) => page.getByText('champion').filter({ visible: true }).first() },
	{ name: 'palette', calls: 16, url: `${server}/`, ready: openPalette },
	{ name: 'keys', url: `${server}/models`, ready: openKeys },
	{ name: 'runs-groups', url: `${server}/experiments/1?g=params.lr&g=params.model`, ready: (page) => page.getByText('±').first() },
	{ name: 'runs-peek', url: `${server}/experiments/1?q=run_name+%3D+%27winner%27`, ready: openPeek },
	{ name: 'columns', calls: 12, url: `${server}/experiments/1`, ready: openColumns },
];

async function openWhy(page) {
	await page.getByText(/Why are these \d one/).click();
	return page.getByRole('table', { name: 'What ties them' });
}

async function openLineage(page) {
	const graph = page.getByRole('group', { name: 'Lineage graph' });
	await graph.getByRole('button', { name: /downstream of winner/ }).dispatchEvent('click'); // it may be out of sight
	await graph.getByRole('button', { name: /upstream of .*ingest/ }).dispatchEvent('click');
	await graph.getByRole('button', { name: /^23 × data set/ }).waitFor();
	if (page.viewportSize().width > 500) await graph.getByRole('button', { name: 'Fit' }).click();
	return graph.getByRole('link', { name: /^demand, model version/ });
}

async function openMany(page) {
	await page.getByRole('grid', { name: 'Entities' }).getByRole('rowheader').first().locator('input').click();
	const choice = page.getByRole('toolbar', { name: 'Chosen entities' });
	await choice.getByRole('button', { name: 'Choose all 243' }).click();
	await choice.getByText('243 entities chosen').waitFor();
	await choice.getByRole('button', { name: 'Classify' }).click();
	return page.getByRole('form', { name: 'Add a classification' });
}

async function openAhead(page) {
	const region = page.getByRole('region', { name: 'Classifications' });
	await region.getByRole('button', { name: 'Add' }).first().click();
	const form = region.getByRole('form', { name: 'Add a classification' });
	await form.getByRole('combobox', { name: 'Classification' }).selectOption('Unused');
	await form.getByText('Which they are').click();
	return form.getByRole('list', { name: 'Where it would go' }).getByRole('link', { name: 'hourly_means' });
}

async function openCompared(page) {
	const audit = page.getByRole('region', { name: 'Audit' });
	const created = audit.getByRole('listitem').filter({ hasText: /Created/ }).last();
	await created.getByRole('button', { name: 'Compare with now' }).click();
	await created.evaluate((e) => e.scrollIntoView());
	return created.getByText('Its attributes are now as they were then.');
}

async function openPalette(page) {
	await page.getByText('Running now').waitFor();
	await page.keyboard.press('Control+k');
	await page.getByRole('combobox', { name: 'Search runs' }).fill('demand');
	return page.getByRole('option', { name: 'demand' }).first();
}

async function openKeys(page) {
	await page.getByRole('table').waitFor();
	await page.keyboard.press('?');
	return page.getByRole('dialog', { name: 'Keys' });
}

async function openNewType(page) {
	await page.getByRole('button', { name: 'New entity type' }).click();
	await page.getByRole('button', { name: 'Add an attribute' }).click();
	return page.getByRole('group', { name: 'Attribute 1' });
}

async function openForms(page) {
	await page.getByRole('region', { name: 'Attributes' }).getByRole('button', { name: 'Edit' }).click();
	await page.getByRole('region', { name: 'Relationships' }).getByRole('button', { name: 'Add' }).click();
	await page.getByRole('button', { name: 'Change PII' }).click();
	return page.getByRole('form', { name: 'Edit the attributes' }).getByRole('textbox', { name: 'places 2' });
}

async function openRefused(page) {
	const form = page.getByRole('form', { name: 'New meter_table' });
	await form.getByText(/relationships$/).click();
	await form.getByRole('button', { name: 'Add a key to units' }).click();
	await form.getByRole('button', { name: 'Create' }).click();
	return form.getByText('2 fields are to be mended');
}

async function openPeek(page) {
	await page.getByRole('treegrid').getByRole('link', { name: 'winner' }).click();
	return page.getByRole('complementary', { name: 'Run' }).getByRole('table', { name: 'Metrics' });
}

async function openColumns(page) {
	await page.getByRole('button', { name: 'Columns' }).click();
	return page.getByRole('checkbox', { name: 'val/rmse' });
}

const named = process.argv.slice(2); // these alone
mkdirSync(process.env.PICTURES, { recursive: true });
const problems = [];
await withBrowser(async (browser) => {
	for (const { name: look, only, judged, ...options } of looks) {
		const context = await browser.newContext({ ...options, reducedMotion: 'reduce' });
		const seen = routes.filter((route) => (!only || only.includes(route.name)) && (named.length === 0 || named.includes(route.name)));
		await Promise.all([0, 1].map((half) => visitAll(context, look, seen.filter((_, i) => i % 2 === half), judged)));
		await context.close();
	}
});
assert.deepEqual(problems, []);

async function visitAll(context, look, some, judged) {
	for (const route of some) await visit(context, look, route, judged);
}

async function visit(context, look, route, judged) {
	const page = await context.newPage();
	watchFor(page, problems);
	let calls = 0;
	page.on('request', (request) => (calls += request.resourceType() === 'fetch' ? 1 : 0));
	await page.goto(route.url);
	await (await route.ready(page)).waitFor();
	const most = route.calls ?? 8;
	if (calls > most) problems.push(`${route.name} in ${look} calls the server ${calls} times, ${most} at the most`);
	await page.screenshot({ path: `${process.env.PICTURES}/${route.name}-${look}.png` });
	const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
	if (wide > 0) problems.push(`${route.name} in ${look} is ${wide} px too wide`);
	for (const found of judged ? await judge(page) : []) problems.push(`${route.name} in ${look}: ${found}`);
	await page.close();
}

// The page's policy holds for axe too; the driver puts it in from outside of the page.
async function judge(page) {
	await page.evaluate(readFileSync(axe, 'utf8'));
	const result = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
	return result.violations
		.filter((v) => v.impact === 'serious' || v.impact === 'critical')
		.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).slice(0, 3).join(', ')}`);
}
