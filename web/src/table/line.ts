// What stands on one line of the table of runs.

import type { Group } from '../api/runs';
import type { Row } from '../state/rows.svelte';

export interface RunLine {
	kind: 'run';
	row: Row;
	depth: number; // 1 below what it belongs to
	opens: boolean; // there is something below it
	open: boolean;
	plotted: boolean;
}

export interface GroupLine {
	kind: 'group';
	id: string; // the condition that keeps its runs
	by: string[];
	group: Group;
	open: boolean;
	plotted: boolean;
}

/** Something said in place of runs. */
export interface NoteLine {
	kind: 'note';
	text: string;
	address?: string;
}

export type TableLine = RunLine | GroupLine | NoteLine;

/** What a person does with a line. */
export type Act = 'peek' | 'page' | 'select' | 'eye' | 'only' | 'base' | 'pin' | 'open' | 'close' | 'next' | 'back';
