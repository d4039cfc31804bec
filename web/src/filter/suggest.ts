// What can be put where the caret is: keys and values that runs really have.

import { runKeys, runValues, type Count } from '../api/runs';
import { parseColumn, quoteKey, quoteText } from '../table/column';
import { columnOf, operatorsOf, unquote, type Place } from './parse';

export interface Suggestion {
	insert: string;
	label: string;
	detail: string; // how many runs have it
}

const attributes = ['status', 'run_name', 'start_time', 'end_time', 'user_id', 'run_id'];
const shown = 12;

export function countWord({ runs, more }: Count): string {
	return `${runs.toLocaleString('en')}${more ? '+' : ''} ${runs === 1 && !more ? 'run' : 'runs'}`;
}

/** Writes the field of a filter that a column is. */
export function fieldOf(column: string): string {
	const { space, key } = parseColumn(column) ?? { space: 'attributes', key: column };
	return `${space}.${quoteKey(key)}`;
}

export async function suggest(experiment: string, place: Place, signal: AbortSignal): Promise<Suggestion[]> {
	const begins = (text: string) => text.toLowerCase().startsWith(place.part.toLowerCase());
	switch (place.what) {
		case 'join':
			return ['AND', 'OR'].filter(begins).map((word) => ({ insert: word + ' ', label: word, detail: '' }));
		case 'operator':
			return operatorsOf(place.field).filter(begins).map((word) => ({ insert: word + ' ', label: word, detail: '' }));
		case 'key':
			return suggestKeys(experiment, place.part, signal);
		case 'value':
			return suggestValues(experiment, columnOf(place.field), place.part, signal);
	}
}

async function suggestKeys(experiment: string, part: string, signal: AbortSignal): Promise<Suggestion[]> {
	const [, space = '', rest = part] = /^(metrics|params|tags)\.(.*)$/s.exec(part) ?? [];
	const own = attributes.filter((a) => a.includes(part.toLowerCase()) && part !== '').map((a) => ({ insert: `${a} `, label: a, detail: 'of the run' }));
	const found = await runKeys(experiment, unquote(rest).replace(/^[`"]/, ''), space ? [space] : [], shown, signal);
	return [...own, ...found.items.map((k) => ({ insert: `${fieldOf(k.column)} `, label: k.column, detail: countWord(k) }))].slice(0, shown);
}

async function suggestValues(experiment: string, column: string, part: string, signal: AbortSignal): Promise<Suggestion[]> {
	if (!/^(params|tags)\../.test(column) && !/^attributes\.(status|user_id|run_name)$/.test(column)) return [];
	const found = await runValues(experiment, column, part, shown, signal);
	return found.items.map((v) => ({ insert: `${quoteText(v.value + (v.cut ? '%' : ''))} `, label: v.value + (v.cut ? '…' : ''), detail: countWord(v) }));
}
