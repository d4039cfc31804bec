// The lines of the charts that are seen. What all of them lack is asked for at once;
// what is drawn stays until what takes its place is there.

import { isAbort } from '../api/call';
import { drawSeries, mostLines, type Line, type SeriesQuery } from '../api/series';

export type Ask = Omit<SeriesQuery, 'metrics'>;

export class Lines {
	found = $state.raw<ReadonlyMap<string, Line[]>>(new Map()); // by metric
	error = $state.raw<unknown>();
	asked = $state.raw<ReadonlySet<string>>(new Set()); // metrics whose answer is under way
	#ask: Ask | undefined;
	#stamps = new Map<string, string>(); // by metric, what was asked for last
	#under = new AbortController();
	#timer: ReturnType<typeof setTimeout> | undefined;
	#wanted = new Set<string>();

	/** Says what is wanted of the metrics that are seen now. */
	want(metrics: Iterable<string>, ask: Ask): void {
		this.#ask = ask;
		this.#wanted = new Set(metrics);
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => void this.#read(), 40);
	}

	/** Asks anew for all that is seen. */
	again(): void {
		this.#stamps.clear();
		void this.#read();
	}

	stop(): void {
		clearTimeout(this.#timer);
		this.#under.abort();
	}

	async #read(): Promise<void> {
		const ask = this.#ask;
		if (!ask || ask.runs.length === 0) return;
		const stamp = JSON.stringify(ask);
		const lacking = [...this.#wanted].filter((metric) => this.#stamps.get(metric) !== stamp);
		if (lacking.length === 0) return;
		for (const metric of lacking) this.#stamps.set(metric, stamp);
		const some = Math.max(1, Math.floor(mostLines / ask.runs.length));
		for (let i = 0; i < lacking.length; i += some) await this.#draw(lacking.slice(i, i + some), ask, stamp);
	}

	async #draw(metrics: string[], ask: Ask, stamp: string): Promise<void> {
		this.asked = new Set([...this.asked, ...metrics]);
		try {
			const lines = await drawSeries({ ...ask, metrics }, this.#under.signal);
			const found = new Map(this.found);
			for (const metric of metrics) if (this.#stamps.get(metric) === stamp) found.set(metric, lines.filter((line) => line.metric === metric));
			this.found = found;
			this.error = undefined;
		} catch (error) {
			if (isAbort(error)) return;
			for (const metric of metrics) if (this.#stamps.get(metric) === stamp) this.#stamps.delete(metric);
			this.error = error;
		} finally {
			const asked = new Set(this.asked);
			for (const metric of metrics) if (this.#stamps.get(metric) === stamp || !this.#stamps.has(metric)) asked.delete(metric);
			this.asked = asked;
		}
	}
}
