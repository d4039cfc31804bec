// In which layer each vertex of a layout stands: by the longest way to it.

export interface Link {
	from: string;
	to: string;
}

/** Gives the links that close no circle when followed in the order of the keys; of
 * a circle one link is left out. */
export function withoutCircles(keys: string[], links: Link[]): Link[] {
	const next = group(keys, links);
	const state = new Map<string, 'under way' | 'done'>();
	const kept: Link[] = [];
	for (const key of keys) {
		if (state.has(key)) continue;
		state.set(key, 'under way');
		const stack = [{ key, at: 0 }];
		for (let top = stack.at(-1); top; top = stack.at(-1)) {
			const link: Link | undefined = next.get(top.key)?.[top.at++];
			if (!link) {
				state.set(top.key, 'done');
				stack.pop();
			} else if (state.get(link.to) !== 'under way') {
				kept.push(link);
				if (!state.has(link.to)) {
					state.set(link.to, 'under way');
					stack.push({ key: link.to, at: 0 });
				}
			}
		}
	}
	return kept;
}

function group(keys: string[], links: Link[]): Map<string, Link[]> {
	const next = new Map<string, Link[]>(keys.map((key) => [key, []]));
	for (const link of links) if (next.has(link.to)) next.get(link.from)?.push(link);
	return next;
}

/** Gives the layer of each key; the links must close no circle. What nothing leads
 * to stands just before the first that it leads to. */
export function layersOf(keys: string[], links: Link[]): Map<string, number> {
	const next = group(keys, links);
	const waits = new Map<string, number>(keys.map((key) => [key, 0]));
	for (const link of links) waits.set(link.to, (waits.get(link.to) ?? 0) + 1);
	const sources = new Set(keys.filter((key) => waits.get(key) === 0));
	const layers = new Map<string, number>([...sources].map((key) => [key, 0]));
	const order = [...sources];
	for (const key of order) {
		for (const { to } of next.get(key) ?? []) {
			layers.set(to, Math.max(layers.get(to) ?? 0, (layers.get(key) as number) + 1));
			const left = (waits.get(to) as number) - 1;
			waits.set(to, left);
			if (left === 0) order.push(to);
		}
	}
	for (const key of sources) {
		const first = Math.min(...(next.get(key) ?? []).map(({ to }) => layers.get(to) as number));
		if (first !== Infinity) layers.set(key, first - 1);
	}
	return layers;
}
