// Something that a person changes: done at once, and undone on demand, instead of
// asking first whether they are sure.

export class Deed {
	said = $state('');
	error = $state.raw<unknown>();
	busy = $state(false);
	#back = $state.raw<() => Promise<unknown>>();

	/** Afterwards the page is to show what there is now. */
	constructor(readonly afterwards: () => void) {}

	get undoable(): boolean {
		return this.#back !== undefined;
	}

	/** Does something and says so; back, if there is a way back, undoes it. It gives
	 * whether it was done. */
	async do(said: string, act: () => Promise<unknown>, back?: () => Promise<unknown>): Promise<boolean> {
		this.busy = true;
		this.error = undefined;
		this.said = '';
		this.#back = undefined;
		try {
			await act();
		} catch (error) {
			this.error = error;
			return false;
		} finally {
			this.busy = false;
		}
		this.said = said;
		this.#back = back;
		this.afterwards();
		return true;
	}

	async undo(): Promise<void> {
		if (this.#back) await this.do('Undone', this.#back);
	}
}
