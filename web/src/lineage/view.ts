// What of a lineage is shown, and its form in the address bar: form=list, open one
// side of one node each, page how many of a stack, at the chosen node. The default,
// one hop each way, is left out.

import type { Side } from './world';

export interface View {
	list: boolean;
	open: string[] | undefined; // sides, as openKey writes them; undefined for both of the start
	pages: Map<string, number>; // shown of each stack, by its key
	at: number | undefined; // the chosen node
}

/** Names one side of a node. */
export function openKey(id: number, side: Side): string {
	return id + (side === 'up' ? 'u' : 'd');
}

export function readView(search: string): View {
	const params = new URLSearchParams(search);
	const pages = new Map<string, number>();
	for (const text of params.getAll('page')) {
		const [, count, key] = /^(\d{1,6})\.(\d+[ud]\..*)$/s.exec(text) ?? [];
		if (count && key && Number(count) > 0) pages.set(key, Number(count));
	}
	const at = params.get('at') ?? '';
	return {
		list: params.get('form') === 'list',
		open: params.has('open') ? [...new Set((params.get('open') ?? '').split('.').filter((key) => /^\d{1,15}[ud]$/.test(key)))] : undefined,
		pages,
		at: /^\d{1,15}$/.test(at) ? Number(at) : undefined,
	};
}

export function writeView(view: View): string {
	const params = new URLSearchParams();
	if (view.list) params.set('form', 'list');
	if (view.open) params.set('open', view.open.join('.'));
	for (const [key, count] of view.pages) params.append('page', `${count}.${key}`);
	if (view.at !== undefined) params.set('at', String(view.at));
	const text = params.toString();
	return text && '?' + text;
}

/** Opens or closes one side of a node. */
export function turned(view: View, open: string[], key: string): View {
	return { ...view, open: open.includes(key) ? open.filter((k) => k !== key) : [...open, key] };
}

/** Shows ten more of a stack. */
export function paged(view: View, stack: string): View {
	return { ...view, pages: new Map(view.pages).set(stack, (view.pages.get(stack) ?? 0) + 10) };
}
