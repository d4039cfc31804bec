// What is shown of params, and its form in the address bar.

export interface ParamsView {
	target: string | undefined; // for, the metric that matters
	axes: string[] | undefined; // ax, of parallel coordinates, such as params.lr; undefined: chosen by what varies
	brushes: Map<string, [number, number]>; // br, parts of axes from 0 to 1, such as 0.2..0.5@params.lr
	x: string | undefined; // sx, what the target is drawn against
	table: boolean; // st=1: that as a table
}

export function readParamsView(search: string): ParamsView {
	const params = new URLSearchParams(search);
	const brushes = new Map<string, [number, number]>();
	for (const text of params.getAll('br')) {
		const at = text.indexOf('@');
		const [from, to] = text.slice(0, at).split('..').map(Number);
		if (at > 0 && from !== undefined && to !== undefined && from >= 0 && to <= 1 && from < to) brushes.set(text.slice(at + 1), [from, to]);
	}
	return {
		target: params.get('for') || undefined,
		axes: params.has('ax') ? [...new Set(params.getAll('ax').filter((ax) => ax !== ''))] : undefined,
		brushes,
		x: params.get('sx') || undefined,
		table: params.get('st') === '1',
	};
}

export function writeParamsView(search: string, view: ParamsView): string {
	const params = new URLSearchParams(search);
	const put = (key: string, value: string | undefined) => (value ? params.set(key, value) : params.delete(key));
	put('for', view.target);
	put('sx', view.x);
	put('st', view.table ? '1' : undefined);
	params.delete('ax');
	for (const axis of view.axes ?? []) params.append('ax', axis);
	if (view.axes?.length === 0) params.append('ax', '');
	params.delete('br');
	for (const [axis, [from, to]] of [...view.brushes].sort(([a], [b]) => (a < b ? -1 : 1))) params.append('br', `${from}..${to}@${axis}`);
	const text = params.toString();
	return text && '?' + text;
}
