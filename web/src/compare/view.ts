// How runs are compared, and its form in the address bar.

import { pathOf } from '../routes';

export interface CompareView {
	all: boolean; // all=1: rows that are the same too
	deltas: boolean; // delta=0: without
	turned: boolean; // turn=1: a row for each run
	reference: string | undefined; // ref, a run; the first where there is none
	part: string; // k, what a label has in it
	folded: string[]; // fold, groups that are closed
	at: string | undefined; // at, the row whose values are shown in full
}

export const mostCompared = 100;

export function readCompareView(search: string): CompareView {
	const params = new URLSearchParams(search);
	return {
		all: params.get('all') === '1',
		deltas: params.get('delta') !== '0',
		turned: params.get('turn') === '1',
		reference: params.get('ref') || undefined,
		part: params.get('k') ?? '',
		folded: [...new Set(params.getAll('fold'))],
		at: params.get('at') || undefined,
	};
}

export function writeCompareView(search: string, view: CompareView): string {
	const params = new URLSearchParams(search);
	const put = (key: string, value: string | undefined) => (value ? params.set(key, value) : params.delete(key));
	put('all', view.all ? '1' : undefined);
	put('delta', view.deltas ? undefined : '0');
	put('turn', view.turned ? '1' : undefined);
	put('ref', view.reference);
	put('k', view.part);
	params.delete('fold');
	for (const group of view.folded) params.append('fold', group);
	put('at', view.at);
	const text = params.toString();
	return text && '?' + text;
}

/** Gives the address at which runs stand side by side. */
export function compareAddress(runs: string[]): string {
	return pathOf({ page: 'compare' }) + '?' + new URLSearchParams(runs.map((run) => ['run', run]));
}
