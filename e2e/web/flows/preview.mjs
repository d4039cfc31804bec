// Files of a run: each shown as what it is, never more of it than was asked for, and
// nothing in it runs here.

import assert from 'node:assert/strict';
import { flow, runNamed, until } from '../browser.mjs';

await flow('preview', async (page, problems) => {
	const run = await runNamed('gallery');
	await page.goto(`/runs/${run}`);

	// A run that failed says why before all else.
	const why = page.getByRole('region', { name: 'Why it failed' });
	await why.getByText('RuntimeError: out of memory').waitFor();
	const commit = page.getByRole('link', { name: '0123456789', exact: true });
	assert.equal(await commit.getAttribute('href'), 'https://github.com/example/forecast/commit/0123456789abcdef0123456789abcdef01234567');
	await page.getByRole('link', { name: /^System/ }).click();
	await page.getByRole('table', { name: 'System metrics' }).getByRole('row', { name: 'cpu_utilization_percentage 71.50' }).waitFor();

	await page.getByRole('link', { name: 'Artifacts', exact: true }).first().click();
	const list = page.getByRole('list', { name: 'Artifacts' });
	const open = async (name) => {
		await list.getByRole('link', { name, exact: true }).click();
		return page.getByRole('region', { name: `Preview of ${name}` });
	};

	const csv = await open('table.csv');
	await csv.getByText('100 of more rows, 3 of 3 columns').waitFor();
	await csv.getByRole('columnheader', { name: /load 0 – / }).waitFor();
	await csv.getByRole('button', { name: 'Show 100 more rows' }).click();
	await csv.getByText('200 of more rows').waitFor();
	assert.equal(new URL(page.url()).searchParams.get('file'), 'table.csv');

	for (const name of ['snappy.parquet', 'zstd.parquet', 'gzip.parquet', 'lz4.parquet']) {
		const parquet = await open(name);
		await parquet.getByText('100 of 600 rows, 3 of 3 columns').waitFor();
		await parquet.getByRole('row', { name: '3 2 3 Łódź' }).waitFor();
	}

	// A file that makes endless work is given up, and the page goes on.
	const endless = await open('endless.parquet');
	await endless.getByText('Its rows cannot be shown.').waitFor();

	const lines = await open('lines.jsonl');
	await lines.getByRole('row', { name: '2 2 – –' }).waitFor();

	const json = await open('config.json');
	await json.getByText('layers').click();
	await json.getByText('64').waitFor();
	await json.getByText('ö⟦U+202E⟧gnp.exe').waitFor();

	const code = await open('train.py');
	await code.getByText('# ⟦U+202E⟧gnp.exe').waitFor();

	// A long log is read piece by piece.
	const asked = [];
	page.on('response', (r) => r.url().includes('train.log') && asked.push(Number(r.headers()['content-length'])));
	const log = await open('train.log');
	await log.getByText('512 KiB of 849 KiB are read').waitFor();
	await log.getByRole('button', { name: 'Read 337 KiB more' }).click();
	await log.getByText('line 39999 of the log').waitFor();
	assert.deepEqual(asked, [512 * 1024, asked[1]]);

	const markdown = await open('readme.md');
	await markdown.getByRole('heading', { name: 'Read me' }).waitFor();
	await markdown.getByText('Boldly', { exact: false }).waitFor();
	assert.equal(await markdown.getByRole('link', { name: 'bad' }).count(), 0);
	await markdown.getByText('<script>alert(1)</script>').waitFor();

	const png = await open('plot.png');
	await png.getByRole('img', { name: 'plot.png' }).waitFor();
	await png.getByText('64 × 48').waitFor();
	const svg = await open('plot.svg');
	await svg.getByText('40 × 40').waitFor();
	await svg.getByRole('img', { name: 'plot.svg' }).click();

	// A page runs apart, and its scripts only on demand.
	const html = await open('report.html');
	const frame = html.frameLocator('iframe');
	await frame.getByText('still').waitFor();
	await html.getByRole('checkbox', { name: 'Run its scripts' }).check();
	await frame.getByText('alive at null alone').waitFor();

	const alone = await page.context().newPage();
	assert.equal((await alone.goto(await html.locator('iframe').getAttribute('src'))).status(), 403);
	await alone.close();

	const sound = await open('beep.wav');
	const audio = sound.locator('audio');
	await audio.evaluate((a) => ((a.muted = true), a.play()));
	await until('the sound plays', () => audio.evaluate((a) => a.duration > 0.4));

	const pickle = await open('model.pkl');
	await pickle.getByText('reading one runs the code in it').waitFor();
	await (await open('empty.txt')).getByText('The file is empty.').waitFor();

	// The one before and after are a step away, and the address has all of it.
	await page.getByRole('link', { name: '← Previous' }).click();
	await page.getByRole('region', { name: 'Preview of config.json' }).waitFor();
	await page.keyboard.press('j');
	await page.getByRole('region', { name: 'Preview of empty.txt' }).waitFor();
	await page.reload();
	await page.getByRole('region', { name: 'Preview of empty.txt' }).waitFor();
	const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: /^Download/ }).click()]);
	assert.equal(download.suggestedFilename(), 'empty.txt');

	// Notes and tags are changed where they stand, and back.
	await page.goto(`/runs/${run}`);
	const notes = page.getByRole('region', { name: 'Notes' });
	await notes.getByRole('button', { name: 'Write' }).click();
	await notes.getByRole('textbox', { name: 'Notes' }).fill('# So it was\n\n- one');
	await page.keyboard.press('Control+Enter');
	await notes.getByRole('heading', { name: 'So it was' }).waitFor();
	await notes.getByRole('button', { name: 'Undo' }).click();
	await notes.getByText('Nobody has written about this run.').waitFor();
	const tags = page.getByRole('region', { name: 'Tags', exact: true });
	await tags.getByRole('button', { name: 'Remove error' }).click();
	await tags.getByText('Tag removed').waitFor();
	await tags.getByRole('button', { name: 'Undo' }).click();
	await tags.getByRole('button', { name: 'Remove error' }).waitFor();

	// The browser tells of scripts that did not run, and that an empty file has no first byte.
	problems.splice(0, problems.length, ...problems.filter((p) => !/Blocked script execution|empty\.txt.*416/.test(p)));
});
