// What is typed into the palette, and what it asks the server for.

/** What the first character says is looked for. */
export type Ask =
	| { for: 'all'; words: string }
	| { for: 'action'; words: string }
	| { for: 'ref'; ref: string } // any reference: an id, a URI, models:/name@alias
	| { for: 'filter'; filter: string };

/**
 * Reads what is typed: `>` an action, `:` a reference, `@` nodes of an owner, `#`
 * nodes with a tag, alone or as `#key=value`; anything else words.
 */
export function readAsk(typed: string): Ask {
	const text = typed.trim();
	const rest = text.slice(1).trim();
	switch (text[0]) {
		case '>':
			return { for: 'action', words: rest.toLowerCase() };
		case ':':
			return { for: 'ref', ref: rest };
		case '@':
			return { for: 'filter', filter: rest && `owner LIKE ${quoted(`${rest}%`)}` };
		case '#': {
			const [key = '', value] = split(rest);
			if (!key) return { for: 'filter', filter: '' };
			return { for: 'filter', filter: value === undefined ? `tags.${named(key)} IS NOT NULL` : `tags.${named(key)} = ${quoted(value)}` };
		}
	}
	return { for: 'all', words: text };
}

function split(text: string): [string, string?] {
	const at = text.indexOf('=');
	return at < 0 ? [text] : [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}

// The grammar has two quotes and no escapes: a text holds one of them at most.
function quoted(text: string): string {
	return text.includes("'") ? `"${text.replaceAll('"', '')}"` : `'${text}'`;
}

function named(key: string): string {
	return `\`${key.replaceAll('\`', '')}\``;
}
