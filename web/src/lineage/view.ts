// What of a lineage is shown, and its form in the address bar: form, open one side
// of one node each, page how many of a stack, at the chosen node, asof a moment. The
// default, one hop each way as it is now, is left out.

import type { Side } from './world';

export const forms = ['graph', 'list', 'impact', 'columns'] as const;
export type Form = (typeof forms)[number];

export interface View {
	form: Form;
	open: string[] | undefined; // sides, as openKey writes them; undefined for both of the start
	pages: Map<string, number>; // shown of each stack, by its key
	at: number | undefined; // the chosen node
	asOf: number | undefined; // the graph as it was then, in ms since 1970
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
	const asOf = params.get('asof') ?? '';
	return {
		form: forms.find((form) => form === params.get('form')) ?? forms[0],
		open: params.has('open') ? [...new Set((params.get('open') ?? '').split('.').filter((key) => /^\d{1,15}[ud]$/.test(key)))] : undefined,
		pages,
		at: /^\d{1,15}$/.test(at) ? Number(at) : undefined,
		asOf: /^\d{1,15}$/.test(asOf) ? Number(asOf) : undefined,
	};
}

export function writeView(view: View): string {
	const params = new URLSearchParams();
	if (view.form !== forms[0]) params.set('form', view.form);
	if (view.open) params.set('open', view.open.join('.'));
	for (const [key, count] of view.pages) params.append('page', `${count}.${key}`);
	if (view.at !== undefined) params.set('at', String(view.at));
	if (view.asOf !== undefined) params.set('asof', String(view.asOf));
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
