// What all flows share: a browser on the filled server, and the wish that no page
// breaks the content-security policy, logs an error or runs what a user wrote.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';

const require = createRequire(new URL('../../web/package.json', import.meta.url));
const { chromium } = require('playwright-core');

const flags = [
	'--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
	'--disable-background-networking', '--disable-component-update', '--disable-sync',
];

export const server = process.env.SERVER;
export const emptyServer = process.env.EMPTY_SERVER;
export const axe = require.resolve('axe-core/axe.min.js');

/** Runs a flow in a page of its own and ends the process with its verdict. */
export async function flow(name, walk, { base = server, ...options } = {}) {
	await withBrowser(async (browser) => {
		const problems = [];
		const context = await browser.newContext({ baseURL: base, viewport: { width: 1280, height: 800 }, ...options });
		const page = await context.newPage();
		watchFor(page, problems);
		await walk(page, problems);
		assert.deepEqual(problems, [], name);
	});
}

export async function withBrowser(work) {
	const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: flags });
	try {
		await work(browser);
	} finally {
		await browser.close();
	}
}

/** Collects what must not happen on any page. What a flow provokes it takes out again. */
export function watchFor(page, problems) {
	page.setDefaultTimeout(10_000);
	page.on('console', (message) => {
		if (message.type() === 'error' || /Content Security Policy/i.test(message.text())) problems.push(`${page.url()}: ${message.text()}`);
	});
	page.on('pageerror', (error) => problems.push(`${page.url()}: ${error.message}`));
	page.on('dialog', (dialog) => {
		problems.push(`${page.url()}: a dialog says ${dialog.message()}`);
		void dialog.dismiss();
	});
}

/** Waits until a condition that the page cannot tell of by itself holds. */
export async function until(what, holds) {
	const end = Date.now() + 10_000;
	while (!(await holds())) {
		assert.ok(Date.now() < end, `it does not come to pass that ${what}`);
		await new Promise((done) => setTimeout(done, 50));
	}
}

/** Calls MLflow's protocol, as another client would meanwhile. */
export async function mlflow(operation, body) {
	const answer = await fetch(`${server}/api/2.0/mlflow/${operation}`, {
		method: 'POST',
		headers: { 'Content-Type': 'application/json' },
		body: JSON.stringify(body),
	});
	assert.equal(answer.status, 200, operation);
	return answer.json();
}

/** Gives the id of a node by its type and a word in its name. */
export async function nodeNamed(type, word) {
	const query = new URLSearchParams({ filter: `type = '${type}'`, words: word, limit: '1' });
	const answer = await fetch(`${server}/api/pedigree/v1/search?${query}`);
	assert.equal(answer.status, 200, word);
	return (await answer.json()).nodes[0].id;
}

/** What the clients of three protocols write of and read. */
export const lake = 's3://lake/readings.parquet';

/** Gives the id of the first node of a type at a place. */
export async function nodeAt(place, type) {
	const answer = await fetch(`${server}/api/pedigree/v1/nodes?${new URLSearchParams({ ref: place })}`);
	assert.equal(answer.status, 200, place);
	return (await answer.json()).nodes.find((node) => node.type === type).id;
}

/** Gives the guid of an entity of the catalog by its qualified name. */
export async function entityNamed(type, name) {
	const answer = await fetch(`${server}/api/atlas/v2/entity/uniqueAttribute/type/${type}?${new URLSearchParams({ 'attr:qualifiedName': name })}`);
	assert.equal(answer.status, 200, name);
	return (await answer.json()).entity.guid;
}

/** Gives the id of a run by its name. */
export async function runNamed(name) {
	const experiments = await mlflow('experiments/search', { max_results: 100 });
	const ids = experiments.experiments.map((e) => e.experiment_id);
	const found = await mlflow('runs/search', { experiment_ids: ids, filter: `attributes.run_name = '${name}'`, max_results: 1 });
	return found.runs[0].info.run_id;
}
