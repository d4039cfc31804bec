// What happens to runs while a page shows them: told at most once a second, and
// not while nobody looks.

import { watch } from '../api/nodes';

const pause = 1000; // ms

export class Live {
	on = $state(true); // as someone has chosen
	connected = $state(false);
	#end: (() => void) | undefined;
	#timer: ReturnType<typeof setTimeout> | undefined;
	#touched = new Set<string>();
	#made = false;

	/** Tells the ids of runs that changed, and whether any was made. After a time
	 * without eyes it tells of none, but that some may have been. */
	constructor(readonly told: (touched: Set<string>, made: boolean) => void) {}

	get word(): string {
		return !this.on ? 'Paused' : this.connected ? 'Live' : 'Reconnecting';
	}

	start(): () => void {
		const look = () => {
			if (document.hidden) this.#close();
			else if (this.on) this.#open(true);
		};
		document.addEventListener('visibilitychange', look);
		if (this.on && !document.hidden) this.#open(false);
		return () => {
			document.removeEventListener('visibilitychange', look);
			this.#close();
		};
	}

	toggle(): void {
		this.on = !this.on;
		if (this.on) this.#open(true);
		else this.#close();
	}

	#open(catchUp: boolean): void {
		if (this.#end) return;
		this.#end = watch(
			({ node, actions }) => {
				if (node.type !== 'mlflow.Run') return;
				if (actions.includes('created')) this.#made = true;
				this.#touched.add(node.uid);
				this.#timer ??= setTimeout(() => this.#tell(), pause);
			},
			(is) => (this.connected = is),
			{ type: 'mlflow.Run' },
		);
		if (catchUp) this.told(new Set(), true);
	}

	#tell(): void {
		const [touched, made] = [this.#touched, this.#made];
		[this.#touched, this.#made, this.#timer] = [new Set(), false, undefined];
		this.told(touched, made);
	}

	#close(): void {
		this.#end?.();
		this.#end = undefined;
		clearTimeout(this.#timer);
		this.#timer = undefined;
		this.connected = false;
	}
}
