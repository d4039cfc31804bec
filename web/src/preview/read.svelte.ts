// The beginning of a file, and more of it on demand.

import { getPart, isAbort, type Part } from '../api/call';

export const firstBytes = 512 * 1024; // read without being asked
export const mostBytes = 32 * 1024 * 1024; // of what is shown as a whole

export class Head {
	part = $state.raw<Part>();
	error = $state.raw<unknown>();
	busy = $state(false);
	#under?: AbortController;

	constructor(readonly address: string) {}

	get whole(): boolean {
		return this.part !== undefined && this.part.bytes.length >= this.part.size;
	}

	/** Reads on, up to so many bytes from the start in all. */
	async read(length: number): Promise<void> {
		const known = this.part?.bytes ?? new Uint8Array();
		this.#under?.abort();
		const mine = (this.#under = new AbortController());
		this.busy = true;
		try {
			const { bytes, size } = await getPart(this.address, known.length, length - known.length, mine.signal);
			const all = new Uint8Array(known.length + bytes.length);
			all.set(known);
			all.set(bytes, known.length);
			this.part = { bytes: all, size };
			this.error = undefined;
		} catch (error) {
			if (!isAbort(error)) this.error = error;
		} finally {
			if (this.#under === mine) this.busy = false;
		}
	}

	stop(): void {
		this.#under?.abort();
	}
}
