// What a layout would cost, before it is begun: no number of vertices foretells it,
// long lines do.

import { layersOf, withoutCircles, type Link } from './layers';

/** Most of what is laid out with care; beyond that it is laid out plainly. */
export const most = { links: 2000, layers: 400, passes: 20_000 };

/** Says whether a layout is cheap enough, in time linear in the graph. A line passes
 * each layer between its ends. */
export function affordable(keys: string[], links: Link[]): boolean {
	if (links.length > most.links) return false;
	const forward = withoutCircles(keys, links);
	const layers = layersOf(keys, forward);
	const layer = (key: string) => layers.get(key) as number;
	const depth = keys.reduce((deepest, key) => Math.max(deepest, layer(key)), 0);
	const passes = forward.reduce((sum, { from, to }) => sum + layer(to) - layer(from) - 1, 0);
	return depth < most.layers && passes <= most.passes;
}
