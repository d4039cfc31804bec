// One thing that is done to many, some at a time: with how far it is, a way to stop,
// what was refused and why, and a way back for what was done.

import { CallError, isAbort } from '../api/call';

export interface Plan {
	keys: readonly string[];
	act: (some: string[]) => Promise<unknown>; // to all of them or to none
	say: (done: number) => string;
	size?: number; // of what is done at once; 100 unless it says
	abreast?: number; // calls under way; 1 unless it says
	back?: (done: string[]) => Promise<Omit<Plan, 'back'>> | Omit<Plan, 'back'>; // how it is undone
}

export interface Refusal {
	key: string;
	error: unknown;
}

/** What is refused for all there is, and not for one of them: to go on is of no use. */
function endsAll(error: unknown): boolean {
	return !(error instanceof CallError) || error.status < 400 || error.status === 401 || error.status === 403 || error.status === 429 || error.status >= 500;
}

export class Sweep {
	total = $state(0);
	met = $state(0); // done or refused
	busy = $state(false);
	said = $state('');
	error = $state.raw<unknown>(); // why it went no further
	refusals = $state.raw<readonly Refusal[]>([]);
	#stopped = false;
	#plan = $state.raw<Plan>();
	#done = $state.raw<readonly string[]>([]);
	left = $state.raw<readonly string[]>([]); // what it did not come to

	/** Afterwards the page is to show what there is now. */
	constructor(readonly afterwards: () => void) {}

	get undoable(): boolean {
		return !this.busy && this.#plan?.back !== undefined && this.#done.length > 0;
	}

	/** Goes no further than what is under way. */
	stop(): void {
		this.#stopped = true;
	}

	/** Does it to all of a plan; before is what it was done to already. */
	async run(plan: Plan, before: readonly string[] = []): Promise<void> {
		if (this.busy) return;
		[this.#plan, this.#done, this.#stopped, this.left] = [plan, [], false, []];
		[this.total, this.met, this.said, this.error, this.refusals, this.busy] = [plan.keys.length, 0, '', undefined, [], true];
		const size = plan.size ?? 100;
		const done: string[] = [];
		const refused: Refusal[] = [];
		const wait: string[][] = [];
		for (let at = 0; at < plan.keys.length; at += size) wait.push(plan.keys.slice(at, at + size));
		const work = async () => {
			for (let some = wait.shift(); some && !this.#stopped; some = wait.shift()) {
				await this.#try(plan.act, some, done, refused);
				this.met = done.length + refused.length;
			}
		};
		await Promise.all(Array.from({ length: plan.abreast ?? 1 }, work));
		const met = new Set([...done, ...refused.map((r) => r.key)]);
		this.left = plan.keys.filter((key) => !met.has(key));
		[this.#done, this.refusals, this.busy] = [[...before, ...done], refused, false];
		this.said = plan.say(this.#done.length) + (this.left.length > 0 ? `; stopped before the other ${this.left.length.toLocaleString('en')}` : '');
		this.afterwards();
	}

	// Where some are refused together, each half is tried by itself until it is known
	// which they are.
	async #try(act: Plan['act'], some: string[], done: string[], refused: Refusal[]): Promise<void> {
		if (this.#stopped) return;
		try {
			await act(some);
			done.push(...some);
		} catch (error) {
			if (endsAll(error)) {
				if (!isAbort(error)) this.error = error;
				this.#stopped = true;
			} else if (some.length === 1) refused.push({ key: some[0] as string, error });
			else {
				const half = Math.ceil(some.length / 2);
				await this.#try(act, some.slice(0, half), done, refused);
				await this.#try(act, some.slice(half), done, refused);
			}
		}
	}

	async undo(): Promise<void> {
		const [back, done] = [this.#plan?.back, this.#done];
		if (!back || !this.undoable) return;
		try {
			await this.run(await back([...done]));
		} catch (error) {
			this.error = error;
		}
	}

	/** Goes on with what it did not come to. */
	async goOn(): Promise<void> {
		if (this.#plan) await this.run({ ...this.#plan, keys: this.left }, this.#done);
	}

	/** Tries once more what was refused. */
	async again(): Promise<void> {
		if (this.#plan) await this.run({ ...this.#plan, keys: this.refusals.map((r) => r.key) }, this.#done);
	}
}
