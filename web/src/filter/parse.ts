// The filter as a text and as conditions side by side: one is made from the other.
// The server reads filters and says what is wrong; here is only as much of the
// grammar as it takes to show a text as chips and to complete what is typed.

export interface Token {
	kind: 'word' | 'text' | 'operator' | 'open' | 'shut' | 'comma' | 'junk';
	raw: string;
	from: number;
	to: number;
}

/** Cuts a filter into tokens. */
export function lex(filter: string): Token[] {
	const tokens: Token[] = [];
	for (let at = 0; at < filter.length; ) {
		const c = filter[at] as string;
		if (/\s/.test(c)) {
			at++;
			continue;
		}
		const [kind, length] = next(filter.slice(at));
		tokens.push({ kind, raw: filter.slice(at, at + length), from: at, to: at + length });
		at += length;
	}
	return tokens;
}

function next(s: string): [Token['kind'], number] {
	const c = s[0] as string;
	if (c === '(') return ['open', 1];
	if (c === ')') return ['shut', 1];
	if (c === ',') return ['comma', 1];
	if (c === "'" || c === '"') {
		const n = quoted(s);
		if (n === 0) return ['junk', s.length];
		if (s[n] !== '.') return ['text', n];
	}
	const operator = /^[<>=!~]+/.exec(s);
	if (operator) return ['operator', operator[0].length];
	const n = word(s);
	return n > 0 ? ['word', n] : ['junk', 1];
}

/** Measures a quoted text with its quotes, 0 where nothing closes it; a quote
 * written twice stands for itself. */
function quoted(s: string): number {
	for (let i = 1; i < s.length; i++) {
		if (s[i] !== s[0]) continue;
		if (s[i + 1] !== s[0]) return i + 1;
		i++;
	}
	return 0;
}

function word(s: string): number {
	let n = 0;
	for (;;) {
		if (/["`]/.test(s[n] ?? '')) {
			const q = quoted(s.slice(n));
			if (q === 0) return s.length;
			n += q;
		} else n += /^[^\s.<>=!~(),;'"`]*/.exec(s.slice(n))?.[0].length ?? 0;
		if (s[n] !== '.') return n;
		n++;
	}
}

/** Takes the quotes off a text. */
export function unquote(text: string): string {
	const q = text[0] ?? '';
	return /['"`]/.test(q) && text.length > 1 && quoted(text) === text.length ? text.slice(1, -1).replaceAll(q + q, q) : text;
}

/** A condition that others are joined to by AND. */
export interface Condition {
	text: string; // as it stands in the filter
	simple: Comparison | undefined; // undefined: anything else, such as an OR in parentheses
}

export interface Comparison {
	field: string; // such as metrics.`val/rmse`
	op: string; // in upper case
	value: string; // as it was written; empty for IS NULL
}

const is = (t: Token | undefined, keyword: string) => t?.kind === 'word' && t.raw.toUpperCase() === keyword;

/** Splits a filter at its outermost ANDs. */
export function conditionsOf(filter: string): Condition[] {
	const tokens = lex(filter);
	const parts: Token[][] = [[]];
	let depth = 0;
	let alternatives = false;
	for (const t of tokens) {
		if (t.kind === 'open') depth++;
		if (t.kind === 'shut') depth--;
		if (depth === 0 && is(t, 'OR')) alternatives = true;
		if (depth === 0 && is(t, 'AND')) parts.push([]);
		else parts.at(-1)?.push(t);
	}
	if (alternatives) return [{ text: filter.trim(), simple: undefined }];
	return parts
		.filter((part) => part.length > 0)
		.map((part) => ({ text: filter.slice((part[0] as Token).from, (part.at(-1) as Token).to), simple: comparisonOf(filter, part) }));
}

function comparisonOf(filter: string, part: Token[]): Comparison | undefined {
	const [field, ...rest] = part;
	if (!field || (field.kind !== 'word' && !(field.kind === 'text' && field.raw[0] === '"'))) return undefined;
	const words = [];
	while (rest[0] && (rest[0].kind === 'operator' || ['IS', 'NOT', 'NULL', 'LIKE', 'ILIKE', 'IN'].some((k) => is(rest[0], k)))) words.push((rest.shift() as Token).raw.toUpperCase());
	const op = words.join(' ');
	if (!operators.includes(op)) return undefined;
	const [first, last] = [rest[0], rest.at(-1)];
	if (op.endsWith('NULL')) return rest.length === 0 ? { field: field.raw, op, value: '' } : undefined;
	if (!first || !last) return undefined;
	if (op.endsWith('IN')) return first.kind === 'open' && last.kind === 'shut' ? { field: field.raw, op, value: filter.slice(first.from, last.to) } : undefined;
	return rest.length === 1 && (first.kind === 'word' || first.kind === 'text') ? { field: field.raw, op, value: first.raw } : undefined;
}

export const operators = ['=', '!=', '<', '<=', '>', '>=', 'LIKE', 'ILIKE', 'NOT LIKE', 'NOT ILIKE', 'IN', 'NOT IN', 'IS NULL', 'IS NOT NULL'];

/** Writes conditions as one filter. */
export function joinConditions(texts: string[]): string {
	const kept = texts.map((t) => t.trim()).filter((t) => t !== '');
	if (kept.length < 2) return kept.join('');
	return kept.map((t) => (conditionsOf(t).length > 1 || needsParentheses(t) ? `(${t})` : t)).join(' AND ');
}

function needsParentheses(text: string): boolean {
	let depth = 0;
	for (const t of lex(text)) {
		if (t.kind === 'open') depth++;
		if (t.kind === 'shut') depth--;
		if (depth === 0 && is(t, 'OR')) return true;
	}
	return false;
}

export const writeComparison = (c: Comparison): string => (c.value === '' ? `${c.field} ${c.op}` : `${c.field} ${c.op} ${c.value}`);

/** Gives the column that a field of a filter names: params.`a b` is params.a b. */
export function columnOf(field: string): string {
	const dot = /^["`]/.test(field) ? quoted(field) : field.indexOf('.');
	if (dot < 0 || dot >= field.length) return `attributes.${unquote(field)}`;
	const spaces: Record<string, string> = { metric: 'metrics', param: 'params', parameter: 'params', parameters: 'params', tag: 'tags', attribute: 'attributes', attr: 'attributes', run: 'attributes' };
	const space = unquote(field.slice(0, dot));
	return `${Object.hasOwn(spaces, space) ? spaces[space] : space}.${unquote(field.slice(dot + 1))}`;
}

/** Which comparators make sense for a field. */
export function operatorsOf(field: string): string[] {
	const column = columnOf(field);
	if (column.startsWith('metrics.') || /^attributes\.(start_time|end_time|created|Created)$/.test(column)) return ['<', '<=', '>', '>=', '=', '!='];
	if (column === 'attributes.run_id') return ['=', '!=', 'IN', 'NOT IN', 'LIKE', 'ILIKE'];
	if (column.startsWith('attributes.') || column.startsWith('datasets.')) return ['=', '!=', 'LIKE', 'ILIKE'];
	return ['=', '!=', 'LIKE', 'ILIKE', 'IS NULL', 'IS NOT NULL'];
}

/** What could stand where the caret is. */
export interface Place {
	what: 'key' | 'operator' | 'value' | 'join';
	from: number; // what is there already, to be replaced
	to: number;
	part: string; // without quotes
	field: string; // that the operator or value belongs to
}

export function placeAt(filter: string, caret: number): Place {
	const before = lex(filter.slice(0, caret));
	const last = before.at(-1);
	const touching = last && last.to === caret && !/\s$/.test(filter.slice(0, caret)) ? last : undefined;
	const done = touching && ['word', 'text', 'junk'].includes(touching.kind) ? before.slice(0, -1) : before;
	const here = touching && done.length < before.length ? { from: touching.from, to: caret, part: touching.raw } : { from: caret, to: caret, part: '' };
	const { what, field } = expected(done);
	const part = what === 'value' ? here.part.replace(/^['"]/, '').replace(/['"]$/, '') : here.part;
	return { what, field, ...here, part };
}

/** What follows some tokens. */
function expected(tokens: Token[]): { what: Place['what']; field: string } {
	let what: Place['what'] = 'key';
	let field = '';
	let list = false;
	for (const t of tokens) {
		if (what === 'key') {
			if (t.kind === 'word' && !is(t, 'NOT') && !is(t, 'AND') && !is(t, 'OR')) [what, field] = ['operator', t.raw];
		} else if (what === 'operator') {
			if (t.kind === 'operator' || is(t, 'LIKE') || is(t, 'ILIKE')) what = 'value';
			else if (is(t, 'IN')) [what, list] = ['value', true];
			else if (is(t, 'NULL')) what = 'join';
		} else if (what === 'value') {
			if (list && t.kind === 'shut') [what, list] = ['join', false];
			else if (!list) what = 'join';
		} else if (is(t, 'AND') || is(t, 'OR')) what = 'key';
	}
	return { what, field };
}
