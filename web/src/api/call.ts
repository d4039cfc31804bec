// The one way to call the server.

import { asNumber, asRecord, asText } from './decode';

/** What the server says when it refuses, or why it could not be asked. */
export class CallError extends Error {
	constructor(
		message: string,
		readonly status: number, // 0: no answer came
		readonly request: string | undefined, // under which the server's log tells more
		readonly part?: { from: number; to: number }, // of the filter, in characters, what is wrong
	) {
		super(message);
	}
}

export function get(path: string, params: Record<string, string | string[] | undefined> = {}, signal?: AbortSignal): Promise<unknown> {
	const query = new URLSearchParams();
	for (const [key, value] of Object.entries(params)) {
		for (const one of Array.isArray(value) ? value : value === undefined ? [] : [value]) query.append(key, one);
	}
	const text = query.toString();
	return call(path + (text && '?' + text), signal ? { signal } : {});
}

export function post(path: string, body: unknown, signal?: AbortSignal): Promise<unknown> {
	return send('POST', path, body, signal);
}

export function send(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body: unknown, signal?: AbortSignal): Promise<unknown> {
	const init: RequestInit = { method, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
	return call(path, signal ? { ...init, signal } : init);
}

/** Sends a file as a form does, and gives what the server says of it. */
export function upload(path: string, file: File, signal?: AbortSignal): Promise<unknown> {
	const body = new FormData();
	body.append('file', file);
	return call(path, signal ? { method: 'POST', body, signal } : { method: 'POST', body });
}

/** A part of a file. */
export interface Part {
	bytes: Uint8Array<ArrayBuffer>;
	size: number; // of the whole file
}

/** Reads some bytes of a file, fewer where it ends. */
export async function getPart(path: string, from: number, length: number, signal?: AbortSignal): Promise<Part> {
	const headers = { Range: `bytes=${from}-${from + length - 1}` };
	const [answer, body] = await reach(path, signal ? { headers, signal } : { headers }, (a) => a.arrayBuffer());
	const size = Number(/\/(\d+)$/.exec(answer.headers.get('Content-Range') ?? '')?.[1] ?? body.byteLength);
	if (answer.status === 416) return { bytes: new Uint8Array(), size };
	if (!answer.ok) throw refusal(answer, new TextDecoder().decode(body));
	return { bytes: new Uint8Array(body), size };
}

async function call(path: string, init: RequestInit): Promise<unknown> {
	const [answer, text] = await reach(path, init, (a) => a.text());
	if (!answer.ok) throw refusal(answer, text);
	if (text === '') return undefined; // done, and nothing to say of it
	try {
		return JSON.parse(text);
	} catch {
		throw new CallError('The answer is not JSON.', answer.status, answer.headers.get('X-Request-Id') ?? undefined);
	}
}

async function reach<T>(path: string, init: RequestInit, read: (answer: Response) => Promise<T>): Promise<[Response, T]> {
	try {
		const answer = await fetch(path, init);
		return [answer, await read(answer)];
	} catch (cause) {
		if (init.signal?.aborted) throw cause;
		throw new CallError('The server cannot be reached.', 0, undefined);
	}
}

/** Reads a refusal in any of the forms of the server's wires. */
function refusal(answer: Response, text: string): CallError {
	let message = text.trim().slice(0, 500);
	let part: CallError['part'];
	try {
		const body = asRecord(JSON.parse(text));
		const [from, to] = [asNumber(asRecord(body.part).from), asNumber(asRecord(body.part).to)];
		if (from !== undefined && to !== undefined) part = { from, to };
		message = asText(body.detail) || asText(body.message) || asText(body.errorMessage) || message;
	} catch {
		// plain text stays as it is
	}
	return new CallError(message || `The server answered ${answer.status}.`, asNumber(answer.status) ?? 0, answer.headers.get('X-Request-Id') ?? undefined, part);
}

/** Reports whether an error says only that nobody waits for the answer any more. */
export function isAbort(error: unknown): boolean {
	return error instanceof DOMException && error.name === 'AbortError';
}
