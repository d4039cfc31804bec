// The lines of a table some of whose rows are open: below each stand others. Rows
// are known by number, lines by where they stand on the screen.

export interface Line {
	row: number;
	child: number; // which of the lines below the row; -1 for the row itself
}

export class Outline {
	#open: [row: number, below: number][];

	/** Takes the number of rows, and of lines below those that are open. */
	constructor(
		readonly rows: number,
		open: Iterable<[row: number, below: number]> = [],
	) {
		this.#open = [...open].filter(([row, below]) => row < rows && below > 0).sort(([a], [b]) => a - b);
	}

	get lines(): number {
		return this.#open.reduce((sum, [, below]) => sum + below, this.rows);
	}

	at(line: number): Line {
		let before = 0; // lines below the rows that are open so far
		for (const [row, below] of this.#open) {
			if (line <= row + before) break;
			if (line <= row + before + below) return { row, child: line - before - row - 1 };
			before += below;
		}
		return { row: line - before, child: -1 };
	}

	/** Gives the line where a row stands. */
	lineOf(row: number): number {
		return this.#open.reduce((line, [open, below]) => (open < row ? line + below : line), row);
	}
}
