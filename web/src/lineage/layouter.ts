// Lays out in a worker that is ended when it takes too long or its answer is not
// wanted any more; then, and for what would cost too much, there is a plain layout.

import type { Link } from './layers';
import { plainOf, type Layout } from './layout';
import { affordable } from './preflight';

/** What is used of a worker. */
export interface Hand {
	onmessage: ((event: MessageEvent<Layout>) => void) | null;
	onerror: ((event: ErrorEvent) => void) | null;
	postMessage(question: { keys: string[]; links: Link[] }): void;
	terminate(): void;
}

export interface Laid {
	layout: Layout;
	plain: boolean; // rows and columns, without care for crossings
}

const patience = 5000; // ms

export class Layouter {
	#hand: Hand | undefined;
	#giveUp: (() => void) | undefined; // on what is under way

	constructor(
		private readonly hire: () => Hand = () => new Worker(new URL('./layout.worker.ts', import.meta.url), { type: 'module' }),
		private readonly deadline = patience,
	) {}

	/** Lays a graph out. What was asked for before is given up: its answer is undefined. */
	lay(keys: string[], links: Link[]): Promise<Laid | undefined> {
		this.#giveUp?.();
		if (!affordable(keys, links)) return Promise.resolve({ layout: plainOf(keys, links), plain: true });
		const hand = (this.#hand ??= this.hire());
		return new Promise((resolve) => {
			const fall = () => {
				this.end();
				resolve({ layout: plainOf(keys, links), plain: true });
			};
			const timer = setTimeout(fall, this.deadline);
			const settled = () => {
				clearTimeout(timer);
				this.#giveUp = undefined;
			};
			this.#giveUp = () => {
				settled();
				this.end();
				resolve(undefined);
			};
			hand.onerror = () => {
				settled();
				fall();
			};
			hand.onmessage = ({ data }) => {
				settled();
				resolve({ layout: data, plain: false });
			};
			hand.postMessage({ keys, links });
		});
	}

	end(): void {
		this.#hand?.terminate();
		this.#hand = undefined;
	}
}
