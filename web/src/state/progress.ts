// How far a run is, as far as it tells by what it logs.

import type { Doing } from '../api/mlflow';

export interface Progress {
	metric: { key: string; value: number } | undefined; // the one that was logged last
	step: number | undefined; // the furthest that was logged
	part: { done: number; of: number; unit: 'step' | 'epoch' } | undefined; // where a param says how far it is to go
}

// Params by which training scripts and libraries say how long they train.
const steps = new Set(['max_steps', 'total_steps', 'num_steps', 'n_steps', 'num_training_steps', 'max_iterations', 'num_iterations', 'total_timesteps']);
const epochs = new Set(['epochs', 'max_epochs', 'num_epochs', 'n_epochs', 'num_train_epochs', 'total_epochs']);

/**
 * Gives how far a run is. What it has done is told by steps where a param counts
 * steps, and by the metric "epoch" where one counts epochs: a step may be either, so
 * steps are not taken for epochs.
 */
export function progressOf({ last, params }: Doing): Progress {
	const own = last.filter((p) => !p.key.startsWith('system/'));
	const epoch = own.find((p) => lastName(p.key) === 'epoch');
	const newest = own.filter((p) => p !== epoch).reduce<(typeof own)[number] | undefined>((a, b) => (a && a.time >= b.time ? a : b), undefined);
	const step = own.length > 0 ? Math.max(...own.map((p) => p.step)) : undefined;
	return {
		metric: newest && { key: newest.key, value: newest.value },
		step,
		part: partOf(step, goal(params, steps), 'step') ?? partOf(epoch?.value, goal(params, epochs), 'epoch'),
	};
}

function partOf(done: number | undefined, of: number | undefined, unit: 'step' | 'epoch') {
	return done !== undefined && of !== undefined && done >= 0 && done <= of ? { done, of, unit } : undefined;
}

function goal(params: Map<string, string>, names: Set<string>): number | undefined {
	for (const [key, value] of params) {
		const n = Number(value);
		if (names.has(lastName(key)) && Number.isFinite(n) && n > 0) return n;
	}
	return undefined;
}

function lastName(key: string): string {
	return (key.split(/[/.]/).at(-1) ?? '').toLowerCase();
}
