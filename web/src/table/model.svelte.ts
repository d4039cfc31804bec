// What the lines of the table of runs are: runs, runs below those that they are
// part of, or groups and the runs in them.

import { SvelteMap } from 'svelte/reactivity';
import { groupRuns, tableRuns, type Group, type Listed, type TableQuery } from '../api/runs';
import { joinConditions } from '../filter/parse';
import { Load } from '../state/load.svelte';
import { Few, Rows, rowOf, type Row } from '../state/rows.svelte';
import { amongRuns, isPlotted, orderBy, writeView, type RunsView } from '../state/runsview';
import { conditionOf } from './column';
import type { TableLine } from './line';
import { Outline } from './outline';

const below = 500; // runs shown below an open line
const mostGroups = 5000;
const mostSummed = 20; // metrics, as many as the server sums up

const firstColumns = 16; // fetched before it is known which are in sight

/** The status comes with each run, whatever columns are asked for. */
const apart = (column: string) => column !== 'attributes.status';

interface Open {
	row: number;
	few: Few;
}

export class Model {
	readonly rows = new Rows();
	readonly groups = new Load<Listed<Group>>();
	stay = $state.raw<Few>(); // the baseline and the pinned
	#open = new SvelteMap<string, Open>(); // by what is open
	#columns: string[] = [];

	constructor(
		readonly experiment: string,
		readonly view: () => RunsView,
		readonly columns: () => string[],
	) {}

	readonly grouped = $derived.by(() => this.view().groups.length > 0);
	readonly metrics = $derived.by(() => this.columns().filter((c) => c.startsWith('metrics.')).slice(0, mostSummed));
	readonly count = $derived.by(() => (this.grouped ? (this.groups.value?.items.length ?? 0) : this.rows.length));
	readonly outline = $derived.by(() => new Outline(this.count, [...this.#open.values()].map(({ row, few }) => [row, this.#linesOf(few)] as [number, number])));
	readonly error = $derived.by(() => (this.grouped ? this.groups.error : this.rows.error));
	readonly begun = $derived.by(() => (this.grouped ? this.groups.value !== undefined : this.rows.begun));
	readonly busy = $derived.by(() => (this.grouped ? this.groups.busy : this.rows.busy));

	query(part: Partial<TableQuery> = {}): TableQuery {
		const { filter, sort, deleted, nest, groups } = this.view();
		return { experiment: this.experiment, filter, orderBy: orderBy(sort), deleted, roots: nest && groups.length === 0, ...part };
	}

	/** Asks anew for what the view says now. */
	start(): void {
		this.#closeAll();
		if (this.grouped) {
			this.rows.stop();
			void this.groups.run((signal) => groupRuns(this.query({ roots: false }), this.view().groups, this.metrics, mostGroups, signal));
		} else {
			this.groups.stop();
			if (this.#columns.length === 0) this.rows.want(0, 1, this.columns().slice(0, firstColumns).filter(apart));
			void this.rows.start(this.query());
		}
	}

	stop(): void {
		this.rows.stop();
		this.groups.stop();
		this.stay?.stop();
		this.#closeAll();
	}

	#closeAll(): void {
		for (const { few } of this.#open.values()) few.stop();
		this.#open.clear();
	}

	/** Fetches the runs that stay at the top. */
	keep(ids: string[]): void {
		this.stay?.stop();
		this.stay = ids.length > 0 ? new Few(this.query({ filter: amongRuns(ids), roots: false, deleted: false, orderBy: [] }), ids.length) : undefined;
		this.stay?.want(this.#columns);
	}

	stayRow(id: string): Row | undefined {
		const at = this.stay?.page?.ids.indexOf(id) ?? -1;
		return at >= 0 && this.stay?.page ? rowOf(this.stay.page, at) : undefined;
	}

	seen(first: number, last: number, columns: string[]): void {
		this.#columns = columns.filter(apart);
		const [from, to] = [this.outline.at(first).row, this.outline.at(Math.max(first, last - 1)).row + 1];
		if (!this.grouped) this.rows.want(from, to, this.#columns);
		for (const { row, few } of this.#open.values()) if (row >= from && row < to) few.want(this.#columns);
		this.stay?.want(this.#columns);
	}

	line(at: number): TableLine | undefined {
		const { row, child } = this.outline.at(at);
		const view = this.view();
		if (child >= 0) return this.#lineBelow(row, child);
		if (this.grouped) {
			const group = this.groups.value?.items[row];
			if (!group) return undefined;
			const id = conditionOfGroup(view.groups, group);
			return { kind: 'group', id, by: view.groups, group, open: this.#open.has(id), plotted: isPlotted(view, row, id) };
		}
		const run = this.rows.row(row);
		return run && { kind: 'run', row: run, depth: 0, opens: view.nest && run.children > 0, open: this.#open.has(run.id), plotted: isPlotted(view, row, run.id) };
	}

	#linesOf(few: Few): number {
		if (!few.page) return 1;
		return Math.max(1, few.page.ids.length + (few.page.next ? 1 : 0));
	}

	#lineBelow(row: number, child: number): TableLine | undefined {
		const open = [...this.#open.values()].find((o) => o.row === row);
		const page = open?.few.page;
		if (!open || !page) return open?.few.error ? { kind: 'note', text: 'They cannot be shown.' } : undefined;
		if (child < page.ids.length) {
			const run = rowOf(page, child);
			return { kind: 'run', row: run, depth: 1, opens: false, open: false, plotted: isPlotted(this.view(), undefined, run.id) };
		}
		if (page.ids.length === 0) return { kind: 'note', text: 'None of them is left.' };
		const alone = { ...this.view(), filter: open.few.query.filter, groups: [], nest: false, peek: '' };
		return { kind: 'note', text: 'Show all of them', address: writeView(alone) };
	}

	/** Opens or closes the line below which others can stand. */
	turn(at: number, to: 'open' | 'close' | 'either'): void {
		const line = this.line(at);
		const { row } = this.outline.at(at);
		if (line?.kind !== 'group' && !(line?.kind === 'run' && line.opens)) return;
		const id = line.kind === 'group' ? line.id : line.row.id;
		if (line.open === (to === 'open') && to !== 'either') return;
		if (line.open) {
			this.#open.get(id)?.few.stop();
			this.#open.delete(id);
			return;
		}
		const filter = line.kind === 'group' ? joinConditions([this.view().filter, id]) : conditionOf('tags.mlflow.parentRunId', id);
		const few = new Few(this.query({ filter, roots: false }), below);
		few.want(this.#columns);
		this.#open.set(id, { row, few });
	}

	/** Asks anew for what some runs in sight have, and puts it where they are. */
	async refresh(ids: string[]): Promise<void> {
		for (let at = 0; at < ids.length; at += 200) {
			const some = ids.slice(at, at + 200);
			const page = await tableRuns(this.query({ filter: amongRuns(some), roots: false, orderBy: [] }), { columns: this.#columns, limit: some.length });
			this.rows.merge(page);
			this.stay?.merge(page);
			for (const { few } of this.#open.values()) few.merge(page);
		}
	}
}

export function conditionOfGroup(by: string[], group: Group): string {
	return joinConditions(by.map((column, i) => conditionOf(column, group.values[i] ?? null)));
}
