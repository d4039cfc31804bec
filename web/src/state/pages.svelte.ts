// A list that is read page by page as it is scrolled through.

import { isAbort } from '../api/call';
import type { Page } from '../api/mlflow';

type Ask<T> = (token: string | undefined, signal: AbortSignal) => Promise<Page<T>>;

export class Pages<T> {
	items = $state.raw<T[]>([]);
	error = $state.raw<unknown>();
	busy = $state(false);
	begun = $state(false); // the first page is there
	#next: string | undefined;
	#ask: Ask<T> | undefined;
	#under: AbortController | undefined;
	#reading: Promise<void> | undefined;
	more = $state(false);

	/** Begins anew. What is in sight stays until the first page, or for good when
	 * the server refuses. */
	async start(ask: Ask<T>): Promise<void> {
		this.#ask = ask;
		this.#under?.abort();
		await this.#read(undefined, (page) => page);
	}

	/** Reads the next page, or waits for the one that is under way. */
	async further(): Promise<void> {
		if (this.busy) return this.#reading;
		if (!this.more) return;
		await this.#read(this.#next, (page) => [...this.items, ...page]);
	}

	async again(): Promise<void> {
		if (this.begun && this.more && this.items.length > 0) await this.further();
		else if (this.#ask) await this.start(this.#ask);
	}

	stop(): void {
		this.#under?.abort();
	}

	#read(token: string | undefined, join: (page: T[]) => T[]): Promise<void> {
		return (this.#reading = this.#readPage(token, join));
	}

	async #readPage(token: string | undefined, join: (page: T[]) => T[]): Promise<void> {
		if (!this.#ask) return;
		const mine = new AbortController();
		this.#under = mine;
		this.busy = true;
		try {
			const page = await this.#ask(token, mine.signal);
			if (mine.signal.aborted) return;
			this.items = join(page.items);
			this.#next = page.next;
			this.more = page.next !== undefined;
			this.error = undefined;
			this.begun = true;
		} catch (error) {
			if (mine.signal.aborted || isAbort(error)) return;
			this.error = error;
		} finally {
			if (this.#under === mine) this.busy = false;
		}
	}
}
