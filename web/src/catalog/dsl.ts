// The language of the catalog's search, as far as a page needs to know it: where a
// mistake is, what may come next, and what a table is as CSV.

export interface Mark {
	from: number; // in characters of the text
	to: number;
}

/** Finds what a refusal speaks of in a query: a line and column, a place, or something
 * that it names. */
export function markOf(query: string, message: string, part?: Mark): Mark | undefined {
	if (part) return widen(query, part.from, part.to);
	const reason = /Reason:\s*([^]*?)(?:\.? Please refer|$)/.exec(message)?.[1] ?? message;
	const [, line, column] = /\bline:?\s*(\d+)[,:]?\s*(?:column|col|:)?\s*(\d+)/i.exec(reason) ?? [];
	if (line && column) {
		const before = query.split('\n').slice(0, Number(line) - 1).join('\n');
		const at = (before ? before.length + 1 : 0) + Number(column);
		return widen(query, at, at);
	}
	const at = /\bcharacter\s+(\d+)\b/i.exec(reason)?.[1]; // counted from one
	if (at) return widen(query, Number(at) - 1, Number(at) - 1);
	for (const named of [...reason.matchAll(/['"‘“`]([^'"’”`]+)['"’”`]/g), ...reason.matchAll(/([\w.]+) (?:type|attribute|field)? ?not found/gi), ...reason.matchAll(/(?:attribute|type|field|term) ([\w.]+)/gi)]) {
		const found = named[1] ? wordAt(query, named[1]) : -1;
		if (found >= 0) return { from: found, to: found + (named[1] as string).length };
	}
	return undefined;
}

function wordAt(query: string, word: string): number {
	const escaped = word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
	return new RegExp(`(?<![\\w.])${escaped}(?![\\w])`, 'i').exec(query)?.index ?? query.toLowerCase().indexOf(word.toLowerCase());
}

// A place becomes the word at it; beyond the end it is the last character.
function widen(query: string, from: number, to: number): Mark {
	const start = Math.min(Math.max(0, from), Math.max(0, query.length - 1));
	const word = /^[\w.]+|^[^]/.exec(query.slice(start))?.[0] ?? '';
	return { from: start, to: Math.min(query.length, Math.max(to, start + word.length)) };
}

export const keywords = ['from', 'where', 'select', 'as', 'groupby', 'orderby', 'asc', 'desc', 'limit', 'offset', 'and', 'or', 'isa', 'is', 'has', 'hasTerm', 'like', 'in', 'count()', 'sum()', 'min()', 'max()'] as const;

export interface Offer {
	label: string;
	detail: string;
}

/** Says what the word before a place in a query is, and what kinds of words fit. */
export function wordBefore(query: string, at: number): { from: number; word: string; wants: 'type' | 'attribute' | 'classification' | 'any' } {
	const before = query.slice(0, at);
	const word = /[\w.]*$/.exec(before)?.[0] ?? '';
	const from = at - word.length;
	const last = /([\w]+)\s*$/.exec(before.slice(0, from))?.[1]?.toLowerCase() ?? '';
	if (/["']/.test(quoteOpen(before))) return { from: at, word: '', wants: 'any' };
	if (before.slice(0, from).trim() === '' || last === 'from') return { from, word, wants: 'type' };
	if (last === 'isa' || last === 'is') return { from, word, wants: 'classification' };
	if (['where', 'and', 'or', 'select', 'groupby', 'orderby', 'has'].includes(last) || /[,(]\s*$/.test(before.slice(0, from))) return { from, word, wants: 'attribute' };
	return { from, word, wants: 'any' };
}

// Gives the quote that is open at the end of a text, if one is.
function quoteOpen(text: string): string {
	let open = '';
	for (const letter of text) if (letter === open) open = '';
	else if (!open && (letter === '"' || letter === "'")) open = letter;
	return open;
}

/** Gives the type that a query begins with. */
export function typeIn(query: string): string {
	return /^\s*(?:from\s+)?(?:`([^`]+)`|([\w]+))/i.exec(query)?.slice(1).find((name) => name) ?? '';
}

/** Writes a table as CSV, by RFC 4180. What is a list or an object is JSON. */
export function csvOf(columns: readonly string[], rows: readonly (readonly unknown[])[]): string {
	const cell = (value: unknown) => {
		const text = value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);
		return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
	};
	return [columns, ...rows].map((row) => row.map(cell).join(',') + '\r\n').join('');
}

/** Reports whether a query selects columns or counts, and so has a limit of its own or
 * none that paging may add. */
export const hasLimit = (query: string) => /\blimit\s+\d+/i.test(query);
