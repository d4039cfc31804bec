// A column of a table of runs, known by a name such as metrics.val/rmse.

import type { Run } from '../api/mlflow';

export type Space = 'attributes' | 'params' | 'metrics' | 'tags';

export interface Column {
	id: string;
	space: Space;
	key: string;
	label: string;
	numeric: boolean;
	width: number; // px
}

const attributes: Record<string, { label: string; width: number; numeric?: boolean }> = {
	start_time: { label: 'Started', width: 128 },
	status: { label: 'Status', width: 116 },
	end_time: { label: 'Ended', width: 128 },
	user_id: { label: 'User', width: 112 },
};

/** Reads the name of a column; nothing for what is none. */
export function parseColumn(id: string): Column | undefined {
	const dot = id.indexOf('.');
	const space = id.slice(0, dot);
	const key = id.slice(dot + 1);
	if (dot < 0 || key === '') return undefined;
	switch (space) {
		case 'attributes': {
			const known = Object.hasOwn(attributes, key) ? attributes[key] : undefined;
			return known && { id, space, key, label: known.label, numeric: known.numeric ?? false, width: known.width };
		}
		case 'metrics':
			return { id, space, key, label: key, numeric: true, width: 120 };
		case 'params':
		case 'tags':
			return { id, space, key, label: key, numeric: false, width: 120 };
	}
	return undefined;
}

export const attributeColumns = Object.keys(attributes).map((key) => `attributes.${key}`);

/** Lists the columns that runs have something in, by space and key. Tags that
 * MLflow's clients write for themselves are left to the run's own page. */
export function columnsOf(runs: Run[]): string[] {
	const params = new Set<string>();
	const metrics = new Set<string>();
	const tags = new Set<string>();
	for (const run of runs) {
		for (const key of run.metrics.keys()) metrics.add(key);
		for (const key of run.params.keys()) params.add(key);
		for (const key of run.tags.keys()) if (!key.startsWith('mlflow.')) tags.add(key);
	}
	const sorted = (space: Space, keys: Set<string>) => [...keys].sort().map((key) => `${space}.${key}`);
	return [...sorted('metrics', metrics), ...sorted('params', params), ...sorted('tags', tags)];
}

/** Chooses what a table shows of runs when nobody has chosen: few enough to read. */
export function usualColumns(available: string[]): string[] {
	const some = (space: Space) => available.filter((id) => id.startsWith(`${space}.`)).slice(0, 4);
	return ['attributes.status', 'attributes.start_time', ...some('metrics'), ...some('params')];
}
