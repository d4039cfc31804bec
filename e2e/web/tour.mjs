// The pictures of docs/tour.md, taken anew: `e2e/web/run --tour`.

import { mkdirSync } from 'node:fs';
import { mlflow, nodeNamed, runNamed, server, withBrowser } from './browser.mjs';

const folder = process.env.PICTURES;
const { experiments } = await mlflow('experiments/search', { max_results: 1, filter: "name = 'electricity/forecast'" });
const runs = `${server}/experiments/${experiments[0].experiment_id}`;
const june = `${server}/runs/${await runNamed('forecast-june')}`;
const readings = await nodeNamed('mlflow.Dataset', 'readings');
const raw = await nodeNamed('openlineage.Dataset', '2026-04.csv');

const stops = [
	['home', `${server}/`, (page) => page.getByText('Running now')],
	['runs', `${runs}?q=${encodeURIComponent("params.lr = '0.03' OR params.lr = '0.1'")}&s=metrics.val%2Frmse`, (page) => page.getByRole('treegrid').getByRole('rowheader').first()],
	['groups', `${runs}?g=params.model`, (page) => page.getByText('±').first()],
	['charts', `${runs}?view=charts&n=24&col=params.model&sm=ema:0.6`, (page) => page.getByRole('figure', { name: 'train/loss' }).getByText('points').first()],
	['compare', `${runs}?view=compare`, (page) => page.getByRole('grid', { name: 'Comparison' }).getByText('val/rmse')],
	['params', `${runs}?view=params&for=val/rmse`, (page) => page.getByRole('table', { name: 'Importance of params' })],
	['run', june, (page) => page.getByRole('table', { name: 'Params' })],
	['preview', `${june}?tab=artifacts&file=readings.csv`, (page) => page.getByText('rows').first()],
	['model', `${server}/models/demand`, (page) => page.getByRole('row', { name: /Version 2/ })],
	['version', `${server}/models/demand/versions/2`, (page) => page.getByRole('heading', { level: 1 })],
	['difference', `${server}/models/demand/diff/1..2`, (page) => page.getByRole('table', { name: 'Files' })],
	['lineage', `${server}/nodes/${readings}`, (page) => page.getByRole('link', { name: /clean readings/ }).first()],
	['impact', `${server}/nodes/${raw}?form=impact`, (page) => page.getByRole('grid', { name: 'What depends on it' }).getByRole('rowheader').first()],
	['catalog', `${server}/catalog/classifications/PII`, (page) => page.getByRole('list', { name: 'Where it goes' }).getByText('carries it').first()],
	['audit', `${server}/audit`, (page) => page.getByText('champion').filter({ visible: true }).first()],
];

mkdirSync(folder, { recursive: true });
await withBrowser(async (browser) => {
	const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, colorScheme: 'light', reducedMotion: 'reduce', timezoneId: 'UTC' });
	const page = await context.newPage();
	page.setDefaultTimeout(20_000);
	for (const [name, url, ready] of stops) {
		await page.goto(url);
		await ready(page).waitFor();
		await page.waitForLoadState('networkidle', { timeout: 3_000 }).catch(() => {}); // a page that stays live is never idle
		await page.screenshot({ path: `${folder}/${name}.png`, caret: 'hide' });
	}
});
