// The moments at which something in sight came to be: where a slider through time stops.

import type { Answer } from './world';

const most = 400; // stops, beyond which the earliest of neighbours stand for them

/** Gives the moments at which the nodes of answers were made, ascending, each once,
 * from when the first of all was there. */
export function momentsOf(answers: Answer[], from = -Infinity): number[] {
	const all = new Set<number>();
	for (const { lineage } of answers) for (const { created } of lineage.nodes) if (created !== undefined && created >= from) all.add(created);
	const sorted = [...all].sort((a, b) => a - b);
	const step = Math.max(1, Math.ceil(sorted.length / most));
	return sorted.filter((_, i) => i % step === 0 || i === sorted.length - 1);
}

/** Gives the last stop that is not after a moment; the one after the last is now. */
export function stopOf(moments: number[], asOf: number | undefined): number {
	if (asOf === undefined) return moments.length;
	const after = moments.findIndex((moment) => moment > asOf);
	return Math.max(0, (after < 0 ? moments.length : after) - 1);
}
