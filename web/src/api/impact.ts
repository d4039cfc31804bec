// What depends on something, told line by line as the server finds it.

import { CallError } from './call';
import { asList, asNumber, asRecord, asText } from './decode';
import { readLineageNode, type LineageNode } from './lineage';
import { asMoment } from './nodes';

export interface Hit extends LineageNode {
	role: string;
	owner: string;
	used: number | undefined; // last
	by: number; // the node that it was met from; 0 for what was asked about
	stage: string;
	aliases: string[];
	inUse: boolean;
}

export function readHit(x: unknown): Hit {
	const h = asRecord(x);
	return {
		...readLineageNode(x),
		role: asText(h.role),
		owner: asText(h.owner),
		used: asMoment(h.used),
		by: asNumber(h.by) ?? 0,
		stage: asText(h.stage),
		aliases: asList(h.aliases).map(asText),
		inUse: h.in_use === true,
	};
}

export interface ImpactEnd {
	truncated: boolean;
}

/** Reads what depends on a node, some at a time. It gives how the walk ended, and throws
 * where the answer was cut short. */
export async function walkImpact(ref: string, limit: number, tell: (hits: Hit[]) => void, signal: AbortSignal): Promise<ImpactEnd> {
	let answer: Response;
	try {
		answer = await fetch(`/api/pedigree/v1/impact?${new URLSearchParams({ ref, limit: String(limit) })}`, { headers: { Accept: 'application/x-ndjson' }, signal });
	} catch (cause) {
		if (signal.aborted) throw cause;
		throw new CallError('The server cannot be reached.', 0, undefined);
	}
	if (!answer.ok || !answer.body) throw new CallError(asText(asRecord(await answer.json().catch(() => ({}))).detail) || `The server answered ${answer.status}.`, answer.status, answer.headers.get('X-Request-Id') ?? undefined);
	let end: ImpactEnd | undefined;
	await eachLine(answer.body, (line) => {
		const part = asRecord(JSON.parse(line));
		if (part.count_of_nodes !== undefined) end = { truncated: part.truncated === true };
		else tell(asList(part.hits).map(readHit));
	});
	if (!end) throw new CallError('The answer was cut short.', 0, answer.headers.get('X-Request-Id') ?? undefined);
	return end;
}

/** Cuts a stream of text into its lines. */
export async function eachLine(body: ReadableStream<Uint8Array<ArrayBuffer>>, tell: (line: string) => void): Promise<void> {
	const reader = body.pipeThrough(new TextDecoderStream()).getReader();
	let rest = '';
	for (;;) {
		const { done, value } = await reader.read();
		const lines = (rest + (value ?? '')).split('\n');
		rest = done ? '' : (lines.pop() as string);
		for (const line of lines) if (line !== '') tell(line);
		if (done) return;
	}
}
