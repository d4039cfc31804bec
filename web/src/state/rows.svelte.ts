// The rows of a table that may be very long: read by pages where one looks, each
// with the columns that are in sight and no others. What was made since the table
// was asked for is left out, so that no row moves.

import { isAbort } from '../api/call';
import { countRuns, tableRuns, type Count, type TablePage, type TableQuery, type Value } from '../api/runs';

export interface Row {
	id: string;
	name: string;
	state: string;
	children: number; // runs that are part of it, where that was asked for
	cell: (column: string) => Value | undefined; // undefined: not read yet
}

export const pageSize = 200;
const atOnce = 2; // requests under way
const settled = 100; // ms without a move, after which pages beside those in sight are read too

/** Gives the row of a page that was read. */
export function rowOf(page: TablePage, i: number): Row {
	return {
		id: page.ids[i] as string,
		name: page.names[i] as string,
		state: page.states[i] as string,
		children: page.children[i] ?? 0,
		cell: (column) => page.columns.get(column)?.[i],
	};
}

interface Wanted {
	first: number; // pages
	last: number;
	columns: string[];
}

export class Rows {
	total = $state.raw<Count>();
	error = $state.raw<unknown>();
	busy = $state(false); // another table was asked for and is not there yet
	begun = $state(false);
	newest = 0;
	#seen = $state(0); // counts what came, for those who show it
	#query: TableQuery | undefined;
	#pages = new Map<number, TablePage>();
	#wanted: Wanted = { first: 0, last: 0, columns: [] };
	#under = new Map<number, AbortController>();
	#count: AbortController | undefined;
	#moved = 0; // when what is in sight last changed
	#settles: ReturnType<typeof setTimeout> | undefined;

	/** Asks for another table, or for the same again. What is in sight stays until
	 * it comes, or for good where the server refuses. */
	async start(query: TableQuery): Promise<void> {
		this.stop();
		this.#query = query;
		this.busy = true;
		const mine = new AbortController();
		this.#under.set(0, mine);
		try {
			const page = await tableRuns(query, { columns: this.#wanted.columns, limit: pageSize }, mine.signal);
			if (mine.signal.aborted) return;
			this.#pages = new Map([[0, page]]);
			this.newest = page.newest;
			this.total = page.next ? undefined : { runs: page.ids.length, more: false };
			this.error = undefined;
			this.begun = true;
			this.#seen++;
			if (page.next) void this.#countAll(query, page.newest);
		} catch (error) {
			if (mine.signal.aborted || isAbort(error)) return;
			this.error = error;
		} finally {
			if (this.#under.get(0) === mine) {
				this.#under.delete(0);
				this.busy = false;
			}
		}
		this.#pump(true);
	}

	async #countAll(query: TableQuery, until: number): Promise<void> {
		const mine = new AbortController();
		this.#count = mine;
		try {
			const count = await countRuns(query, { until }, mine.signal);
			if (!mine.signal.aborted) this.total = count;
		} catch {
			// the table can be used without
		}
	}

	stop(): void {
		clearTimeout(this.#settles);
		this.#count?.abort();
		for (const under of this.#under.values()) under.abort();
		this.#under.clear();
		this.busy = false;
	}

	/** How many rows there are, as far as is known. */
	get length(): number {
		void this.#seen;
		if (this.total) return this.total.runs;
		let known = 0;
		for (const [n, page] of this.#pages) known = Math.max(known, n * pageSize + page.ids.length + (page.next ? pageSize : 0));
		return known;
	}

	/** Gives a row; nothing where it was not read yet. */
	row(i: number): Row | undefined {
		void this.#seen;
		const page = this.#pages.get(Math.floor(i / pageSize));
		const at = i % pageSize;
		return page && at < page.ids.length ? rowOf(page, at) : undefined;
	}

	/** Finds the number of a row that was read. */
	indexOf(id: string): number {
		for (const [n, page] of this.#pages) {
			const at = page.ids.indexOf(id);
			if (at >= 0) return n * pageSize + at;
		}
		return -1;
	}

	/** Says what is in sight: rows from one to before another, and columns. */
	want(first: number, last: number, columns: string[]): void {
		this.#wanted = { first: Math.floor(first / pageSize), last: Math.floor(Math.max(first, last - 1) / pageSize), columns };
		const moving = performance.now() - this.#moved < settled;
		this.#moved = performance.now();
		clearTimeout(this.#settles);
		this.#settles = setTimeout(() => this.#pump(true), settled);
		if (!moving) this.#pump(false);
	}

	/** Puts newer values of some runs where those runs are. */
	merge(page: TablePage): void {
		let changed = false;
		for (const held of this.#pages.values()) changed = mergeInto(held, page) || changed;
		if (changed) this.#seen++;
	}

	/** Asks for what is in sight and was not read, and, where nothing moves, for what
	 * is next to it. */
	#pump(beside: boolean): void {
		if (this.#pages.size === 0 || !this.#query || this.busy) return;
		const { first, last, columns } = this.#wanted;
		for (const [n, under] of this.#under) {
			if (n >= first - 1 && n <= last + 1) continue;
			under.abort();
			this.#under.delete(n);
		}
		const inSight = Array.from({ length: last - first + 1 }, (_, i) => first + i);
		for (const n of beside ? [...inSight, last + 1, first - 1] : inSight) {
			if (this.#under.size >= atOnce) return;
			if (n < 0 || this.#under.has(n) || (n > 0 && n * pageSize >= this.length)) continue;
			const missing = this.#missing(n, columns);
			if (missing) void this.#read(n, missing);
		}
	}

	#missing(n: number, columns: string[]): string[] | undefined {
		const page = this.#pages.get(n);
		if (!page) return columns;
		if (page.ids.length === 0) return undefined;
		const missing = columns.filter((c) => !page.columns.has(c));
		return missing.length > 0 ? missing : undefined;
	}

	async #read(n: number, columns: string[]): Promise<void> {
		const query = this.#query as TableQuery;
		const mine = new AbortController();
		this.#under.set(n, mine);
		try {
			const page = await tableRuns(query, { columns, limit: pageSize, until: this.newest, ...this.#placeOf(n) }, mine.signal);
			if (mine.signal.aborted) return;
			const held = this.#pages.get(n);
			if (held && held.ids.join() === page.ids.join()) for (const [c, values] of page.columns) held.columns.set(c, values);
			else this.#pages.set(n, page);
			this.#seen++;
		} catch (error) {
			if (mine.signal.aborted || isAbort(error)) return;
			this.error = error;
			return;
		} finally {
			if (this.#under.get(n) === mine) this.#under.delete(n);
		}
		this.#pump(performance.now() - this.#moved >= settled);
	}

	/** Where a page begins: behind the nearest one before it that was read. */
	#placeOf(n: number): { page?: string; skip?: number } {
		for (let before = n - 1; before >= 0; before--) {
			const next = this.#pages.get(before)?.next;
			if (next) return { page: next, skip: (n - before - 1) * pageSize };
		}
		return { skip: n * pageSize };
	}
}

/** Replaces what a page says of the runs of another, and tells whether that changes
 * anything. */
export function mergeInto(held: TablePage, newer: TablePage): boolean {
	let changed = false;
	newer.ids.forEach((id, i) => {
		const at = held.ids.indexOf(id);
		if (at < 0) return;
		const put = (list: Value[], value: Value | undefined) => {
			if (value === undefined || Object.is(list[at], value)) return;
			list[at] = value;
			changed = true;
		};
		put(held.states, newer.states[i]);
		put(held.names, newer.names[i]);
		for (const [c, values] of newer.columns) {
			const list = held.columns.get(c);
			if (list) put(list, values[i]);
		}
	});
	return changed;
}

/** A few rows that are read at once, with columns as they come into sight. */
export class Few {
	page = $state.raw<TablePage>();
	error = $state.raw<unknown>();
	#wanted: string[] = [];
	#under: AbortController | undefined;

	constructor(
		readonly query: TableQuery,
		readonly limit: number,
	) {}

	stop(): void {
		this.#under?.abort();
	}

	want(columns: string[]): void {
		this.#wanted = columns;
		if (!this.#under) void this.#read();
	}

	merge(newer: TablePage): void {
		if (this.page && mergeInto(this.page, newer)) this.page = { ...this.page };
	}

	async #read(): Promise<void> {
		const missing = this.#wanted.filter((c) => !this.page?.columns.has(c));
		if (this.page && missing.length === 0) return;
		const mine = new AbortController();
		this.#under = mine;
		try {
			const page = await tableRuns(this.query, { columns: missing, limit: this.limit }, mine.signal);
			if (mine.signal.aborted) return;
			const held = this.page;
			this.page = held && held.ids.join() === page.ids.join() ? { ...held, columns: new Map([...held.columns, ...page.columns]) } : page;
			this.error = undefined;
		} catch (error) {
			if (!isAbort(error)) this.error = error;
			return;
		} finally {
			this.#under = undefined;
		}
		await this.#read();
	}
}
