// Long text from users, in a table.

/** Cuts text in its middle, where names differ least, to at most so many characters. */
export function shorten(text: string, most: number): string {
	const letters = Array.from(text.length > 4 * most ? text.slice(0, 2 * most) + text.slice(-2 * most) : text);
	if (letters.length <= most) return text;
	const head = Math.ceil((most - 1) / 2);
	return letters.slice(0, head).join('') + '…' + letters.slice(letters.length - (most - 1 - head)).join('');
}
