// Charts of runs: drawn from what the server draws together, zoomed, pinned, smoothed,
// told apart; all of it in the address; by keyboard and as a table too.

import assert from 'node:assert/strict';
import { flow, mlflow, until } from '../browser.mjs';

await flow('charts', async (page) => {
	const calls = [];
	page.on('request', (request) => request.url().endsWith('/series') && calls.push(JSON.parse(request.postData())));
	const experiments = await mlflow('experiments/search', { max_results: 100, filter: "name = 'curves'" });
	await page.goto(`/experiments/${experiments.experiments[0].experiment_id}`);
	await page.getByRole('link', { name: 'Charts' }).click();
	const loss = page.getByRole('figure', { name: 'train/loss' });
	await loss.getByText(/every one of|buckets of/).waitFor();
	await until('the curve is there', async () => /points/.test(await loss.innerText()));

	// What is in sight is asked for at once.
	assert.ok(calls.length <= 3, `${calls.length} calls for one page`);
	assert.ok(calls[0].metrics.length > 1);

	// It is drawn: the canvas is not empty.
	await until('something is painted', () => painted(loss));

	// All say the same of a metric: the sentence, the table and the footer.
	const plot = loss.getByRole('group', { name: 'train/loss, chart' });
	await loss.getByRole('button', { name: 'Table', exact: true }).click();
	const rows = loss.getByRole('table').getByRole('row');
	assert.equal(await rows.count(), 21);
	await loss.getByRole('button', { name: 'Highest' }).click();
	await loss.getByRole('button', { name: 'Highest' }).click();
	assert.match(await rows.nth(1).innerText(), /curve-/);
	await loss.getByRole('button', { name: 'Table', exact: true }).click();

	// The keyboard pins a step, everywhere, and says what is there.
	await plot.focus();
	await page.keyboard.press('ArrowRight');
	await page.keyboard.press('Shift+ArrowRight');
	await page.getByRole('status').getByText(/curve-.*step/).waitFor();
	const pin = Number(param(page, 'pin'));
	assert.ok(pin >= 10, `the pin is at ${pin}`);
	await page.getByRole('button', { name: /^Pin at/ }).waitFor();

	// A drag looks closer; the server is asked again, for that part alone.
	const before = calls.length;
	const box = await plot.boundingBox();
	await page.mouse.move(box.x + box.width * 0.2, box.y + 60);
	await page.mouse.down();
	await page.mouse.move(box.x + box.width * 0.5, box.y + 80, { steps: 4 });
	await page.mouse.up();
	await until('the zoom is in the address', () => param(page, 'z') !== null);
	await until('the server is asked again', () => calls.length > before);
	assert.ok(calls.at(-1).from > 0 && calls.at(-1).to < 3000);
	const window = param(page, 'z');
	await plot.focus();
	await page.keyboard.press('+');
	await until('the keyboard zooms too', () => param(page, 'z') !== window);
	await page.goBack();
	await until('back undoes it', () => param(page, 'z') === window);
	await plot.focus();
	await page.keyboard.press('0');
	await until('all is in sight', () => param(page, 'z') === null);

	// Smoothing is the server's, over all points.
	await page.getByRole('combobox', { name: 'Smoothing', exact: true }).selectOption('ema');
	await until('it is asked for', () => calls.at(-1).smoothing?.by === 'ema');
	await page.keyboard.press('Escape');
	await page.getByLabel('Smoothing in figures').fill('0.9');
	await page.getByLabel('Smoothing in figures').press('Enter');
	await until('as much as was said', () => calls.at(-1).smoothing?.amount === 0.9);

	// Outliers that are clipped announce themselves.
	await page.getByLabel('Clip outliers').check();
	await loss.getByText(/▲ .* above .*, up to/).waitFor();
	await loss.getByRole('button', { name: 'show' }).first().click();
	await until('they are back', () => param(page, 'clip') === null);

	// Colour, stroke and facet by what runs differ by.
	await page.getByRole('combobox', { name: 'Colour', exact: true }).selectOption('params.lr');
	await page.getByRole('combobox', { name: 'Stroke', exact: true }).selectOption('params.optimizer');
	await page.getByRole('button', { name: /^0.01/ }).waitFor();
	await page.getByRole('button', { name: /^0.1 / }).click();
	await until('a group is taken out', () => param(page, 'off') === '0.1');
	await page.getByRole('combobox', { name: 'Facet', exact: true }).selectOption('params.width');
	await page.getByRole('figure', { name: 'train/loss · 64' }).waitFor();

	// Another browser shows the same.
	const other = await page.context().newPage();
	await other.goto(page.url());
	await other.getByRole('figure', { name: 'train/loss · 64' }).getByText(/lines/).waitFor();
	for (const name of ['train/loss · 64', 'train/loss · 128']) {
		const text = (of) => of.getByRole('figure', { name }).innerText();
		assert.equal(await text(other), await text(page), name);
	}
	await other.close();

	// More runs than the first 20.
	await page.getByRole('spinbutton', { name: /^First/ }).fill('24');
	await page.getByRole('spinbutton', { name: /^First/ }).press('Enter');
	await until('they are asked for', () => param(page, 'n') === '24');

	// One chart fills the page; the next is a key away.
	await page.getByRole('combobox', { name: 'Facet', exact: true }).selectOption('');
	await page.getByRole('searchbox', { name: 'Metrics' }).fill('val/');
	await until('the pattern holds', async () => (await page.getByRole('figure').count()) === 2);
	await page.getByRole('button', { name: 'Full page with val/accuracy' }).click();
	await page.getByRole('button', { name: 'Close' }).waitFor();
	await page.keyboard.press('j');
	await page.getByRole('figure', { name: 'val/loss' }).waitFor();
	await page.getByRole('figure', { name: 'val/loss' }).getByText(/not finite/).waitFor({ state: 'attached' });
	await page.keyboard.press('Escape');
	await until('it is closed', () => param(page, 'open') === null);
});

function param(page, key) {
	return new URL(page.url()).searchParams.get(key);
}

function painted(figure) {
	return figure.locator('canvas').first().evaluate((canvas) => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some((v) => v > 0));
}
