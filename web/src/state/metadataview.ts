// What a list of artifacts, executions or contexts shows, and its form in the
// address bar: f one condition each, q words, s the order, c one column each.
// What is the default is left out.

export interface MetadataView {
	conditions: string[]; // in the server's grammar
	words: string;
	order: string;
	columns: string[] | undefined; // keys of properties; undefined for the most frequent
}

export const orders = ['-updated', 'updated', '-created', 'created'] as const;

export function readMetadataView(search: string): MetadataView {
	const params = new URLSearchParams(search);
	const order = params.get('s') ?? '';
	const distinct = (name: string) => [...new Set(params.getAll(name).filter((text) => text !== ''))];
	return {
		conditions: distinct('f'),
		words: params.get('q') ?? '',
		order: orders.find((o) => o === order) ?? orders[0],
		columns: params.has('c') ? distinct('c') : undefined,
	};
}

export function writeMetadataView(view: MetadataView): string {
	const params = new URLSearchParams();
	for (const condition of view.conditions) params.append('f', condition);
	if (view.words) params.set('q', view.words);
	if (view.order !== orders[0]) params.set('s', view.order);
	for (const column of view.columns ?? []) params.append('c', column);
	if (view.columns?.length === 0) params.append('c', '');
	const text = params.toString();
	return text && '?' + text;
}
