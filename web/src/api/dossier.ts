// All that is known of model versions, in the server's own protocol.

import { CallError, get } from './call';
import { asList, asNumber, asPairs, asRecord, asText } from './decode';
import { readNode, type Node } from './nodes';

const base = '/api/pedigree/v1';

export interface Metric {
	key: string;
	value: number;
	dataset: string; // on which it was measured; empty where nobody says
}

/** Something that went into a version. */
export interface Material extends Node {
	digest: string;
}

export interface Dossier {
	aliases: string[];
	stage: string; // empty for none
	deleted: boolean;
	run: string;
	runName: string;
	metrics: Metric[];
	params: Map<string, string>;
	flavors: string[];
	needs: string[];
	manifest: Map<string, string>;
	code: Map<string, string>;
	data: Material[];
	truncated: boolean;
}

function readMetrics(x: unknown): Metric[] {
	return asList(x).map((m) => {
		const { key, value, dataset } = asRecord(m);
		return { key: asText(key), value: asNumber(value) ?? NaN, dataset: asText(dataset) };
	});
}

export function readDossier(x: unknown): Dossier {
	const d = asRecord(x);
	const stage = asText(d.stage);
	return {
		aliases: asList(d.aliases).map(asText),
		stage: stage === 'None' ? '' : stage,
		deleted: asText(d.deleted) !== '',
		run: asText(d.run),
		runName: asText(d.run_name),
		metrics: readMetrics(d.metrics),
		params: asPairs(d.params, asText),
		flavors: asList(d.flavors).map(asText),
		needs: asList(d.needs).map(asText),
		manifest: asPairs(d.manifest, asText),
		code: asPairs(d.code, asText),
		data: asList(d.data).map((m) => ({ ...readNode(m), digest: asText(asRecord(m).digest) })),
		truncated: d.truncated === true,
	};
}

export async function getDossier(name: string, version: string, signal?: AbortSignal): Promise<Dossier> {
	return readDossier(await get(`${base}/model-version/dossier`, { name, version }, signal));
}

/** Gives a card of a version, as the server draws it from what is recorded. */
export async function getCard(name: string, version: string, signal?: AbortSignal): Promise<string> {
	return asText(asRecord(await get(`${base}/model-version/card`, { name, version }, signal)).card);
}

/** Gives the metrics of versions, by their numbers. */
export async function getVersionMetrics(name: string, versions: string[], signal?: AbortSignal): Promise<Map<string, Metric[]>> {
	if (versions.length === 0) return new Map();
	const answer = asRecord(await get(`${base}/model-metrics`, { name, version: versions.slice(0, 200) }, signal));
	return new Map(asList(answer.versions).map((v) => [asText(asRecord(v).version), readMetrics(asRecord(v).metrics)]));
}

export interface Change {
	key: string;
	left: string | undefined; // where a side does not have it
	right: string | undefined;
}

export interface Aspect {
	changes: Change[];
	differ: number;
	equal: number;
}

export interface FileChange {
	path: string;
	left: { size: number; sha256: string } | undefined;
	right: { size: number; sha256: string } | undefined;
}

export const aspects = ['metrics', 'params', 'signature', 'data', 'code', 'environment'] as const;

export type Difference = Record<(typeof aspects)[number], Aspect> & { files: { changes: FileChange[]; differ: number; equal: number }; truncated: boolean };

export function readDifference(x: unknown): Difference {
	const d = asRecord(x);
	const side = (v: unknown) => (typeof v === 'string' ? v : undefined);
	const aspect = (v: unknown): Aspect => {
		const a = asRecord(v);
		const changes = asList(a.changes).map((c) => ({ key: asText(asRecord(c).key), left: side(asRecord(c).left), right: side(asRecord(c).right) }));
		return { changes, differ: asNumber(a.differ) ?? 0, equal: asNumber(a.equal) ?? 0 };
	};
	const content = (v: unknown) => (v === undefined ? undefined : { size: asNumber(asRecord(v).size) ?? 0, sha256: asText(asRecord(v).sha256) });
	const files = asRecord(d.files);
	const changes = asList(files.changes).map((c) => ({ path: asText(asRecord(c).path), left: content(asRecord(c).left), right: content(asRecord(c).right) }));
	return {
		metrics: aspect(d.metrics),
		params: aspect(d.params),
		signature: aspect(d.signature),
		data: aspect(d.data),
		code: aspect(d.code),
		environment: aspect(d.environment),
		files: { changes, differ: asNumber(files.differ) ?? 0, equal: asNumber(files.equal) ?? 0 },
		truncated: d.truncated === true,
	};
}

export async function getDifference(name: string, left: string, right: string, signal?: AbortSignal): Promise<Difference> {
	return readDifference(await get(`${base}/model-version/difference`, { name, version: left, other: right }, signal));
}

/** Something that depends on a version. */
export interface Dependent extends Node {
	role: string;
	inUse: boolean;
}

/** Gives what depends on something, nearest first, and whether there is more. */
export async function getImpact(ref: string, limit: number, signal?: AbortSignal): Promise<{ hits: Dependent[]; more: boolean }> {
	const answer = asRecord(await get(`${base}/impact`, { ref, limit: String(limit) }, signal));
	const hits = asList(answer.hits).map((h) => ({ ...readNode(h), role: asText(asRecord(h).role), inUse: asRecord(h).in_use === true }));
	return { hits, more: answer.truncated === true };
}

/** What a verification says while it goes on. */
export interface Verification {
	files: number; // that were compared, in order of their paths
	ofFiles: number;
	bytes: number;
	ofBytes: number;
	findings: { problem: string; path: string }[];
	ok: boolean | undefined; // once it has ended
}

/** Has the server read all bytes of a version again, and tells how it goes. */
export async function verify(name: string, version: string, told: (v: Verification) => void, signal: AbortSignal): Promise<void> {
	const answer = await fetch(`${base}/model-version/verify?` + new URLSearchParams({ name, version }), { method: 'POST', signal });
	if (!answer.ok || !answer.body) throw new CallError(asText(asRecord(await answer.json().catch(() => ({}))).detail) || `The server answered ${answer.status}.`, answer.status, undefined);
	let seen: Verification = { files: 0, ofFiles: 0, bytes: 0, ofBytes: 0, findings: [], ok: undefined };
	for await (const line of linesOf(answer.body)) told((seen = follow(seen, JSON.parse(line))));
	if (seen.ok === undefined) throw new CallError('The verification was cut short.', 0, undefined);
}

export function follow(seen: Verification, x: unknown): Verification {
	const { progress, finding, result, error } = asRecord(x);
	if (error !== undefined) throw new CallError(asText(asRecord(error).detail) || 'It cannot be verified.', asNumber(asRecord(error).status) ?? 0, asText(asRecord(error).request) || undefined);
	if (finding !== undefined) return { ...seen, findings: [...seen.findings, { problem: asText(asRecord(finding).problem), path: asText(asRecord(finding).path) }] };
	if (result !== undefined) {
		const { files, bytes, ok } = asRecord(result);
		const [n, b] = [asNumber(files) ?? 0, asNumber(bytes) ?? 0];
		return { ...seen, files: n, ofFiles: n, bytes: b, ofBytes: b, ok: ok === true };
	}
	const p = asRecord(progress);
	return { ...seen, files: asNumber(p.files) ?? 0, ofFiles: asNumber(p.of_files) ?? 0, bytes: asNumber(p.bytes) ?? 0, ofBytes: asNumber(p.of_bytes) ?? 0 };
}

async function* linesOf(body: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
	const reader = body.pipeThrough(new TextDecoderStream()).getReader();
	let rest = '';
	for (;;) {
		const { done, value } = await reader.read();
		const lines = (rest + (value ?? '')).split('\n');
		rest = lines.pop() ?? '';
		for (const line of lines) if (line) yield line;
		if (done) return;
	}
}
