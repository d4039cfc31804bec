// What a page waits for: nothing yet, an answer, or an error. An answer stays in
// sight while the next is under way, and one that comes too late is dropped.

import { isAbort } from '../api/call';

export class Load<T> {
	value = $state.raw<T>();
	error = $state.raw<unknown>();
	busy = $state(false);
	#under?: AbortController;

	async run(ask: (signal: AbortSignal) => Promise<T>): Promise<void> {
		this.#under?.abort();
		const mine = new AbortController();
		this.#under = mine;
		this.busy = true;
		try {
			const value = await ask(mine.signal);
			if (mine.signal.aborted) return;
			this.value = value;
			this.error = undefined;
		} catch (error) {
			if (mine.signal.aborted || isAbort(error)) return;
			this.error = error;
		} finally {
			if (this.#under === mine) this.busy = false;
		}
	}

	stop(): void {
		this.#under?.abort();
	}
}
