// What two texts have in common, word by word.

export interface Piece {
	text: string;
	sort: 'same' | 'gone' | 'new';
}

const most = 4_000_000; // comparisons; texts with more are compared at their ends alone

export function wordDiff(before: string, after: string): Piece[] {
	const [a, b] = [words(before), words(after)];
	let start = 0;
	while (start < a.length && start < b.length && a[start] === b[start]) start++;
	let end = 0;
	while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
	const [x, y] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
	const middle: Piece[] = x.length * y.length > most ? [piece('gone', x), piece('new', y)] : common(x, y);
	return joined([piece('same', a.slice(0, start)), ...middle, piece('same', a.slice(a.length - end))]);
}

const words = (text: string) => text.match(/\s+|[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu) ?? [];
const piece = (sort: Piece['sort'], list: string[]): Piece => ({ sort, text: list.join('') });

/** Finds the longest common subsequence. */
function common(a: string[], b: string[]): Piece[] {
	const width = b.length + 1;
	const table = new Uint32Array((a.length + 1) * width); // how much the rests have in common
	for (let i = a.length - 1; i >= 0; i--) {
		for (let k = b.length - 1; k >= 0; k--) {
			const [below, beside, across] = [table[(i + 1) * width + k] as number, table[i * width + k + 1] as number, table[(i + 1) * width + k + 1] as number];
			table[i * width + k] = a[i] === b[k] ? across + 1 : Math.max(below, beside);
		}
	}
	const pieces: Piece[] = [];
	let [i, k] = [0, 0];
	while (i < a.length || k < b.length) {
		if (i < a.length && k < b.length && a[i] === b[k]) {
			pieces.push({ sort: 'same', text: a[i++] as string });
			k++;
		} else if (k >= b.length || (i < a.length && (table[(i + 1) * width + k] as number) >= (table[i * width + k + 1] as number))) pieces.push({ sort: 'gone', text: a[i++] as string });
		else pieces.push({ sort: 'new', text: b[k++] as string });
	}
	return pieces;
}

function joined(pieces: Piece[]): Piece[] {
	const out: Piece[] = [];
	for (const p of pieces) {
		const last = out[out.length - 1];
		if (p.text === '') continue;
		if (last?.sort === p.sort) last.text += p.text;
		else out.push({ ...p });
	}
	return out;
}
