// Tables: what CSV, JSON lines and Parquet files have in common.

export interface Table {
	columns: string[];
	rows: unknown[][];
	more: boolean; // the file has rows beyond these
}

/** Reads delimited text, at most so many rows. A quote that is never closed takes
 * the rest, as it stands. */
export function readDelimited(text: string, delimiter: string, most: number): Table {
	const rows: string[][] = [];
	let row: string[] = [];
	let at = 0;
	let more = false;
	while (at < text.length) {
		const [field, next] = text[at] === '"' ? quotedField(text, at, delimiter) : plainField(text, at, delimiter);
		row.push(field);
		at = next;
		if (text[at] === delimiter) {
			at++;
			if (at < text.length && text[at] !== '\n') continue;
			row.push('');
		}
		if (text[at] === '\n') at++;
		rows.push(row);
		row = [];
		if (rows.length > most) {
			more = at < text.length;
			break;
		}
	}
	const [head = [], ...rest] = rows;
	const width = Math.min(maxColumns, Math.max(head.length, ...rest.slice(0, 50).map((r) => r.length)));
	return { columns: named(head, width), rows: rest.filter((r) => r.length > 1 || r[0] !== ''), more };
}

// A file with more columns is hardly a table; what is beyond is not shown.
const maxColumns = 2000;

function named(head: string[], width: number): string[] {
	return Array.from({ length: width }, (_, i) => head[i] || `column ${i + 1}`);
}

function plainField(text: string, from: number, delimiter: string): [field: string, next: number] {
	let end = from;
	while (end < text.length && text[end] !== delimiter && text[end] !== '\n') end++;
	const field = text.slice(from, end);
	return [field.endsWith('\r') ? field.slice(0, -1) : field, end];
}

function quotedField(text: string, from: number, delimiter: string): [field: string, next: number] {
	let field = '';
	let at = from + 1;
	for (;;) {
		const quote = text.indexOf('"', at);
		if (quote < 0) return [field + text.slice(at), text.length];
		field += text.slice(at, quote);
		if (text[quote + 1] !== '"') {
			const [rest, next] = plainField(text, quote + 1, delimiter);
			return [field + rest, next];
		}
		field += '"';
		at = quote + 2;
	}
}

/** Reads lines of JSON as rows: one column for each member of any of them. */
export function readLines(text: string, most: number): Table {
	const columns = new Map<string, number>();
	const rows: unknown[][] = [];
	let more = false;
	for (const line of text.split('\n')) {
		if (line.trim() === '') continue;
		if (rows.length === most) {
			more = true;
			break;
		}
		rows.push(rowOf(line, columns));
	}
	return { columns: [...columns.keys()], rows, more };
}

function rowOf(line: string, columns: Map<string, number>): unknown[] {
	const row: unknown[] = [];
	for (const [key, value] of membersOf(line)) {
		let place = columns.get(key);
		if (place === undefined) {
			if (columns.size === maxColumns) continue;
			columns.set(key, (place = columns.size));
		}
		row[place] = value;
	}
	return row;
}

function membersOf(line: string): [key: string, value: unknown][] {
	try {
		const value: unknown = JSON.parse(line);
		return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [['value', value]];
	} catch {
		return [['line', line]];
	}
}

/** What can be said of a column by the rows that are shown. */
export interface Stats {
	numeric: boolean;
	missing: number;
	least: number;
	most: number;
}

export function statsOf(table: Table, column: number): Stats {
	const stats: Stats = { numeric: true, missing: 0, least: Infinity, most: -Infinity };
	let numbers = 0;
	for (const row of table.rows) {
		const value = row[column];
		if (value === undefined || value === null || value === '') {
			stats.missing++;
			continue;
		}
		const x = typeof value === 'number' || typeof value === 'bigint' ? Number(value) : typeof value === 'string' ? numberIn(value) : NaN;
		if (Number.isNaN(x) && !Number.isNaN(value)) {
			stats.numeric = false;
			continue;
		}
		numbers++;
		stats.least = Math.min(stats.least, Number.isNaN(x) ? stats.least : x);
		stats.most = Math.max(stats.most, Number.isNaN(x) ? stats.most : x);
	}
	stats.numeric &&= numbers > 0;
	return stats;
}

function numberIn(text: string): number {
	return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : NaN;
}

/** Writes a cell as text. */
export function cellText(value: unknown): string {
	if (value === undefined || value === null) return '';
	if (typeof value === 'string') return value;
	if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid date' : value.toISOString().replace('T00:00:00.000Z', '');
	if (value instanceof Uint8Array) return `${value.length} bytes`;
	if (typeof value !== 'object') return String(value);
	return JSON.stringify(value, (_, v: unknown) => (typeof v === 'bigint' ? String(v) : v)) ?? '';
}
