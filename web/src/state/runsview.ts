// What a table of runs shows, and its form in the address bar: q the filter, s the
// order, c one chosen column each. What is the default is left out, so that equal
// views have equal addresses.

import { parseColumn, type Column } from '../table/column';

export interface RunsView {
	filter: string;
	sort: { column: string; descending: boolean } | undefined; // newest first where there is none
	columns: string[] | undefined; // undefined: chosen by what the first runs have
}

export function readRunsView(search: string): RunsView {
	const params = new URLSearchParams(search);
	const sort = params.get('s') ?? '';
	const descending = sort.startsWith('-');
	const by = descending ? sort.slice(1) : sort;
	const columns = params.getAll('c').filter((id) => parseColumn(id) !== undefined);
	return {
		filter: params.get('q') ?? '',
		sort: parseColumn(by) ? { column: by, descending } : undefined,
		columns: params.has('c') ? [...new Set(columns)] : undefined,
	};
}

export function writeRunsView(view: RunsView): string {
	const params = new URLSearchParams();
	if (view.filter) params.set('q', view.filter);
	if (view.sort) params.set('s', (view.sort.descending ? '-' : '') + view.sort.column);
	for (const id of view.columns ?? []) params.append('c', id);
	if (view.columns?.length === 0) params.append('c', '');
	const text = params.toString();
	return text && '?' + text;
}

/** Gives the order in MLflow's grammar. */
export function orderBy(view: RunsView): string[] {
	if (!view.sort) return [];
	const column = parseColumn(view.sort.column) as Column;
	return [`${column.space}.${quote(column.key)} ${view.sort.descending ? 'DESC' : 'ASC'}`];
}

function quote(key: string): string {
	if (/^\w+$/.test(key)) return key;
	return key.includes('`') ? `"${key}"` : '`' + key + '`';
}
