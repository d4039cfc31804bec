// Whether more or less of a metric is better, and by how much one value is.

export type Better = 'lower' | 'higher';

/** The tag of a model that says what its people decided, as JSON: one decision for all
 * who look. What nobody decided is judged by the words in the name. */
export const betterTag = 'pedigree.better';

const lowerWords = /(^|[^a-z])(loss|error|err|rmse|mse|mae|mape|smape|rmsle|wer|cer|fid|perplexity|ppl|latency|time|duration|seconds|ms|cost|size|bytes|deviance|brier|logloss|nll|fpr|fnr|regret|distance|divergence|kl)([^a-z]|$)/i;

export function readBetter(tag: string | undefined): Map<string, Better> {
	try {
		const said: unknown = JSON.parse(tag ?? '{}');
		if (typeof said !== 'object' || said === null) return new Map();
		return new Map(Object.entries(said).filter((e): e is [string, Better] => e[1] === 'lower' || e[1] === 'higher'));
	} catch {
		return new Map();
	}
}

export function writeBetter(said: Map<string, Better>): string {
	return JSON.stringify(Object.fromEntries([...said].sort(([a], [b]) => (a < b ? -1 : 1))));
}

export function betterOf(said: Map<string, Better>, metric: string): Better {
	return said.get(metric) ?? (lowerWords.test(metric) ? 'lower' : 'higher');
}

export type Verdict = 'better' | 'worse' | 'same' | 'unknown';

/** Compares a value with the one that it would take the place of. */
export function judge(value: number | undefined, holder: number | undefined, better: Better): { verdict: Verdict; delta: number } {
	const delta = value === undefined || holder === undefined ? NaN : value - holder;
	if (Number.isNaN(delta)) return { verdict: 'unknown', delta };
	if (delta === 0) return { verdict: 'same', delta };
	return { verdict: delta < 0 === (better === 'lower') ? 'better' : 'worse', delta };
}
