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
