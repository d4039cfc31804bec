// Which rows of a long table are drawn. Rows have one height, so that it is
// arithmetic alone.

export interface Window {
	first: number;
	last: number; // the one after the last drawn
}

/** Gives the rows to draw for what is seen, and some beyond either end. */
export function windowOf(scrollTop: number, height: number, rowHeight: number, rows: number, beyond = 8): Window {
	const first = Math.floor(Math.max(0, scrollTop) / rowHeight) - beyond;
	const last = Math.ceil((Math.max(0, scrollTop) + Math.max(0, height)) / rowHeight) + beyond;
	const end = Math.min(rows, Math.max(0, last));
	return { first: Math.min(Math.max(0, first), end), last: end };
}

/** Gives where to scroll so that a row is wholly seen below a header, or where
 * it is when it is. */
export function reveal(row: number, scrollTop: number, height: number, rowHeight: number): number {
	const top = row * rowHeight;
	if (top < scrollTop) return top;
	if (top + rowHeight > scrollTop + height) return top + rowHeight - height;
	return scrollTop;
}

/** Gives the columns to draw for what is seen beside those that stay, given where
 * each begins and, last, where all end. Few are all drawn. */
export function columnsSeen(starts: number[], left: number, width: number, few = 24, beyond = 3): Window {
	const columns = starts.length - 1;
	if (columns <= few) return { first: 0, last: columns };
	let [low, high] = [0, columns - 1];
	while (low < high) {
		const middle = (low + high + 1) >> 1;
		if ((starts[middle] as number) <= left) low = middle;
		else high = middle - 1;
	}
	let last = low;
	while (last < columns && (starts[last] as number) < left + width) last++;
	return { first: Math.max(0, low - beyond), last: Math.min(columns, last + beyond) };
}
