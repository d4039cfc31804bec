// What a model takes and gives, as MLflow writes it in its MLmodel file.

import { asList, asRecord, asText } from '../api/decode';

export interface Column {
	name: string;
	type: string;
	optional: boolean;
	standard: string; // of params: what stands where nothing is given
}

/** Reads the columns of one part of a signature: inputs, outputs or params. */
export function readColumns(json: string): Column[] {
	let list: unknown;
	try {
		list = JSON.parse(json);
	} catch {
		return [];
	}
	return asList(list).map((x) => {
		const c = asRecord(x);
		return {
			name: asText(c.name),
			type: typeOf(c),
			optional: c.required === false || c.optional === true,
			standard: c.default === undefined || c.default === null ? '' : JSON.stringify(c.default),
		};
	});
}

const deepest = 8;

function typeOf(c: Record<string, unknown>, depth = 0): string {
	if (depth > deepest) return '…';
	const inner = (x: unknown) => typeOf(asRecord(x), depth + 1);
	const tensor = asRecord(c['tensor-spec']);
	const shape = asList(tensor.shape ?? c.shape).map(asText).join(', ');
	if (asText(tensor.dtype)) return `tensor of ${asText(tensor.dtype)} (${shape})`;
	if (c.type === 'array') return `list of ${inner(c.items)}`;
	if (c.type === 'map') return `map to ${inner(c.values)}`;
	if (c.type === 'object') {
		const members = Object.entries(asRecord(c.properties)).map(([name, x]) => `${name}: ${inner(x)}`);
		return `{${members.join(', ')}}`;
	}
	const type = asText(c.type) || asText(c.dtype) || 'any';
	return shape ? `${type} (${shape})` : type;
}
