// Which params matter for a metric, as the server's own protocol says.

import { get } from './call';
import { asList, asNumber, asRecord, asText } from './decode';

export interface Estimate {
	value: number;
	low: number;
	high: number;
}

export interface ParamWeight {
	key: string;
	runs: number; // that have it
	values: number;
	number: boolean;
	importance: Estimate;
	correlation: Estimate | undefined;
}

export interface Importance {
	params: ParamWeight[];
	runs: number;
	more: boolean;
	leftOut: number;
	foretold: number;
}

export async function weighParams(experiments: string[], filter: string, metric: string, signal?: AbortSignal): Promise<Importance> {
	const a = asRecord(await get('/api/pedigree/v1/importance', { experiment: experiments, metric, filter: filter || undefined }, signal));
	return {
		params: asList(a.params).map(readWeight),
		runs: asNumber(a.runs) ?? 0,
		more: a.more === true,
		leftOut: asNumber(a.left_out) ?? 0,
		foretold: asNumber(a.foretold) ?? 0,
	};
}

function readWeight(x: unknown): ParamWeight {
	const p = asRecord(x);
	return {
		key: asText(p.key),
		runs: asNumber(p.runs) ?? 0,
		values: asNumber(p.values) ?? 0,
		number: p.number === true,
		importance: readEstimate(p.importance) ?? { value: 0, low: 0, high: 0 },
		correlation: readEstimate(p.correlation),
	};
}

function readEstimate(x: unknown): Estimate | undefined {
	const e = asRecord(x);
	return typeof e.value === 'number' ? { value: e.value, low: asNumber(e.low) ?? e.value, high: asNumber(e.high) ?? e.value } : undefined;
}
