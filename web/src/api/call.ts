// The one way to call the server.

import { asNumber, asRecord, asText } from './decode';

/** What the server says when it refuses, or why it could not be asked. */
export class CallError extends Error {
	constructor(
		message: string,
		readonly status: number, // 0: no answer came
		readonly request: string | undefined, // under which the server's log tells more
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
	const init: RequestInit = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
	return call(path, signal ? { ...init, signal } : init);
}

async function call(path: string, init: RequestInit): Promise<unknown> {
	let answer: Response;
	let text: string;
	try {
		answer = await fetch(path, init);
		text = await answer.text();
	} catch (cause) {
		if (init.signal?.aborted) throw cause;
		throw new CallError('The server cannot be reached.', 0, undefined);
	}
	if (!answer.ok) throw refusal(answer, text);
	try {
		return JSON.parse(text);
	} catch {
		throw new CallError('The answer is not JSON.', answer.status, answer.headers.get('X-Request-Id') ?? undefined);
	}
}

/** Reads a refusal in any of the forms of the server's wires. */
function refusal(answer: Response, text: string): CallError {
	let message = text.trim().slice(0, 500);
	try {
		const body = asRecord(JSON.parse(text));
		message = asText(body.detail) || asText(body.message) || message;
	} catch {
		// plain text stays as it is
	}
	return new CallError(message || `The server answered ${answer.status}.`, asNumber(answer.status) ?? 0, answer.headers.get('X-Request-Id') ?? undefined);
}

/** Reports whether an error says only that nobody waits for the answer any more. */
export function isAbort(error: unknown): boolean {
	return error instanceof DOMException && error.name === 'AbortError';
}
