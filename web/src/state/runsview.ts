// What a table of runs shows, and its form in the address bar. What is the default
// is left out and keys come in one order, so that equal views have equal addresses.

import { chartKeys, mostRuns, usualRuns } from '../charts/view';
import { groupable, parseColumn, quoteKey, quoteText, sortable, type Column } from '../table/column';

export interface Sort {
	column: string;
	descending: boolean;
}

export interface RunsView {
	filter: string; // q
	sort: Sort[]; // s, the first term first; newest first where there is none
	columns: string[] | undefined; // c; undefined: chosen by what runs have
	groups: string[]; // g: what the runs of a group have in common
	nest: boolean; // nest: runs below those that they are part of
	deleted: boolean; // bin
	plotted: number; // n: how many rows are plotted, from the first on, but for
	switched: string[]; // eye: runs that are the other way round
	base: string; // run that others are compared with
	pins: string[]; // keep: runs that stay at the top
	peek: string; // run that is looked into
}

export const mostPins = 50;

export const plainView: RunsView = {
	filter: '', sort: [], columns: undefined, groups: [], nest: false, deleted: false,
	plotted: usualRuns, switched: [], base: '', pins: [], peek: '',
};

const known = ['q', 's', 'c', 'g', 'nest', 'bin', 'n', 'eye', 'base', 'keep', 'peek', ...chartKeys];

/** Reads an address, and lists what it says that means nothing here. */
export function readView(search: string): { view: RunsView; ignored: string[] } {
	const params = new URLSearchParams(search);
	const ignored = [...new Set([...params.keys()].filter((key) => !known.includes(key)))];
	const one = (key: string) => params.get(key) ?? '';
	const list = (key: string, fits: (text: string) => boolean) =>
		[...new Set(params.getAll(key))].filter((text) => {
			const fitting = text === '' || fits(text);
			if (!fitting) ignored.push(`${key}=${text}`);
			return fitting && text !== '';
		});
	const isColumn = (id: string) => parseColumn(id) !== undefined;
	const sort = list('s', (text) => sortable(text.replace(/^-/, ''))).map((text) => ({ column: text.replace(/^-/, ''), descending: text.startsWith('-') }));
	const rows = /^\d{1,6}$/.test(one('n')) ? Math.min(Number(one('n')), mostRuns) : usualRuns;
	if (one('n') !== '' && String(rows) !== one('n')) ignored.push(`n=${one('n')}`);
	const view: RunsView = {
		filter: one('q'),
		sort: sort.filter((s, i) => sort.findIndex((t) => t.column === s.column) === i),
		columns: params.has('c') ? list('c', isColumn) : undefined,
		groups: list('g', groupable),
		nest: one('nest') === '1',
		deleted: one('bin') === '1',
		plotted: rows,
		switched: list('eye', () => true),
		base: one('base'),
		pins: list('keep', () => true).slice(0, mostPins),
		peek: one('peek'),
	};
	return { view, ignored };
}

export function writeView(view: RunsView): string {
	const params = new URLSearchParams();
	const add = (key: string, ...values: string[]) => values.forEach((value) => params.append(key, value));
	if (view.filter) add('q', view.filter);
	add('s', ...view.sort.map((s) => (s.descending ? '-' : '') + s.column));
	if (view.columns) add('c', ...(view.columns.length > 0 ? view.columns : ['']));
	add('g', ...view.groups);
	if (view.nest) add('nest', '1');
	if (view.deleted) add('bin', '1');
	if (view.plotted !== usualRuns) add('n', String(view.plotted));
	add('eye', ...view.switched);
	if (view.base) add('base', view.base);
	add('keep', ...view.pins);
	if (view.peek) add('peek', view.peek);
	const text = params.toString();
	return text && '?' + text;
}

/** Gives the order in MLflow's grammar. */
export function orderBy(sort: Sort[]): string[] {
	return sort.map(({ column, descending }) => {
		const { space, key } = parseColumn(column) as Column;
		return `${space}.${quoteKey(key)} ${descending ? 'DESC' : 'ASC'}`;
	});
}

/** Sorts by a column: ascending, descending, not at all. Among others, it keeps
 * its place, or comes last. */
export function sortedBy(sort: Sort[], column: string, among: boolean): Sort[] {
	const at = sort.findIndex((s) => s.column === column);
	const now = sort[at];
	const next: Sort[] = !now ? [{ column, descending: false }] : now.descending ? [] : [{ column, descending: true }];
	if (!among) return next;
	return at < 0 ? [...sort, ...next] : [...sort.slice(0, at), ...next, ...sort.slice(at + 1)];
}

/** Writes the condition that keeps some runs. */
export const amongRuns = (ids: string[]) => `run_id IN (${ids.map(quoteText).join(', ')})`;

/** Tells whether a row is plotted. Only rows at the top level count for the rule. */
export function isPlotted(view: RunsView, row: number | undefined, id: string): boolean {
	const ruled = row !== undefined && row < view.plotted;
	return ruled !== view.switched.includes(id);
}
