// Reads JSON of unknown form. What is missing or of another type becomes empty:
// one odd field must not blank a page.

export function asRecord(x: unknown): Record<string, unknown> {
	return typeof x === 'object' && x !== null && !Array.isArray(x) ? (x as Record<string, unknown>) : {};
}

export function asList(x: unknown): unknown[] {
	return Array.isArray(x) ? x : [];
}

export function asText(x: unknown): string {
	if (typeof x === 'string') return x;
	return typeof x === 'number' || typeof x === 'boolean' ? String(x) : '';
}

/** Reads a number; MLflow writes what JSON has no word for, and 64-bit integers,
 * as text. */
export function asNumber(x: unknown): number | undefined {
	if (typeof x === 'number') return x;
	if (typeof x !== 'string' || x === '') return undefined;
	if (x === 'NaN') return NaN;
	if (x === 'Infinity' || x === '-Infinity') return x === 'Infinity' ? Infinity : -Infinity;
	const n = Number(x);
	return Number.isNaN(n) ? undefined : n;
}

/** Reads a list of {key, value}. */
export function asPairs<V>(x: unknown, read: (value: unknown) => V | undefined): Map<string, V> {
	const pairs = new Map<string, V>();
	for (const item of asList(x)) {
		const { key, value } = asRecord(item);
		const decoded = read(value);
		if (typeof key === 'string' && decoded !== undefined) pairs.set(key, decoded);
	}
	return pairs;
}
