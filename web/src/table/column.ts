// A column of a table of runs, known by a name such as metrics.val/rmse.

export type Space = 'attributes' | 'params' | 'metrics' | 'tags';

/** Which value of a metric: the latest, or one of all that was logged. */
export const readings = ['last', 'min', 'max', 'first'] as const;
export type Reading = (typeof readings)[number];

export interface Column {
	id: string;
	space: Space;
	key: string;
	reading: Reading; // of a metric
	label: string;
	numeric: boolean;
	width: number; // px, unless someone has chosen another
}

const attributes: Record<string, { label: string; width: number; numeric?: boolean }> = {
	start_time: { label: 'Started', width: 144 },
	status: { label: 'Status', width: 104 },
	end_time: { label: 'Ended', width: 144 },
	duration: { label: 'Took', width: 88, numeric: true },
	user_id: { label: 'User', width: 112 },
	run_id: { label: 'Run id', width: 112 },
};

/** Reads the name of a column; nothing for what is none. */
export function parseColumn(id: string): Column | undefined {
	const dot = id.indexOf('.');
	const space = id.slice(0, dot);
	const key = id.slice(dot + 1);
	if (dot < 0 || key === '') return undefined;
	switch (space) {
		case 'attributes': {
			const known = Object.hasOwn(attributes, key) ? attributes[key] : undefined;
			return known && { id, space, key, reading: 'last', label: known.label, numeric: known.numeric ?? false, width: known.width };
		}
		case 'metrics':
			return { id, space, key, reading: 'last', label: key, numeric: true, width: 120 };
		case 'min':
		case 'max':
		case 'first':
			return { id, space: 'metrics', key, reading: space, label: `${key} · ${space}`, numeric: true, width: 120 };
		case 'params':
		case 'tags':
			return { id, space, key, reading: 'last', label: key, numeric: false, width: 120 };
	}
	return undefined;
}

export const attributeColumns = Object.keys(attributes).map((key) => `attributes.${key}`);

/** Reports whether the server can sort by a column. */
export const sortable = (id: string) => parseColumn(id)?.reading === 'last' && id !== 'attributes.duration' && id !== 'attributes.run_id';

/** Tells a column that stands for all whose keys begin as it does: metrics.val/*. */
export const isPattern = (id: string) => id.endsWith('*');

/** Lists the keys that patterns need to know: how they begin, in which space. */
export function patternsOf(columns: string[]): { id: string; space: string; begin: string }[] {
	return columns.filter(isPattern).flatMap((id) => {
		const column = parseColumn(id);
		return column ? [{ id, space: column.space, begin: column.key.slice(0, -1) }] : [];
	});
}

/** Puts in place of patterns what they stand for, as far as that is known. */
export function expand(columns: string[], known: Map<string, string[]>): string[] {
	return [...new Set(columns.flatMap((id) => (isPattern(id) ? (known.get(id) ?? []) : [id])))];
}

/** Gives the column of another reading of a metric. */
export const readAs = (column: Column, reading: Reading) => `${reading === 'last' ? 'metrics' : reading}.${column.key}`;

/** Reports whether runs can be gathered by a column. */
export function groupable(id: string): boolean {
	const space = parseColumn(id)?.space;
	return space === 'params' || space === 'tags' || id === 'attributes.status' || id === 'attributes.user_id';
}

/** Writes a key as filters and orders take it. */
export function quoteKey(key: string): string {
	if (/^[A-Za-z_]\w*$/.test(key)) return key;
	return key.includes('`') && !key.includes('"') ? `"${key}"` : '`' + key.replaceAll('`', '``') + '`';
}

/** Writes a text as filters take it. */
export function quoteText(text: string): string {
	return `'${text.replaceAll("'", "''")}'`;
}

/** Writes the condition that keeps the runs with a value of a column alone. */
export function conditionOf(column: string, value: string | null): string {
	const { space, key } = parseColumn(column) as Column;
	const field = `${space}.${quoteKey(key)}`;
	if (value !== null) return `${field} = ${quoteText(value)}`;
	return space === 'attributes' ? `${field} = ''` : `${field} IS NULL`;
}

/** Whether a lower or a higher value of a metric is the better one, as far as its
 * name tells. */
export function better(key: string): 'lower' | 'higher' | undefined {
	const name = key.toLowerCase();
	if (/(^|[^a-z])(loss|error|err|rmse|mse|mae|mape|smape|perplexity|ppl|wer|cer|nll|fid|latency|duration)([^a-z]|$)/.test(name)) return 'lower';
	if (/(^|[^a-z])(acc|accuracy|auc|auroc|f1|precision|recall|r2|score|map|ndcg|bleu|rouge|iou|dice|reward)([^a-z]|$)/.test(name)) return 'higher';
	return undefined;
}

/** Chooses what a table shows when nobody has chosen: what most runs have, but for
 * the load of the machine, and few enough to read. */
export function usualColumns(metrics: { column: string; runs: number }[], params: { column: string; runs: number }[]): string[] {
	const most = (keys: { column: string; runs: number }[]) => keys.filter((k) => !k.column.startsWith('metrics.system/')).sort((a, b) => b.runs - a.runs).slice(0, 4).map((k) => k.column);
	return ['attributes.status', 'attributes.start_time', ...most(metrics), ...most(params)];
}
