// Markdown as a tree of what it says. It is drawn as elements and text: HTML in it
// is text like any other, and images are links, for the page loads nothing from
// elsewhere.

import MarkdownIt, { type Token } from 'markdown-it';
import { safeAddress } from './address';

export type Inline =
	| { kind: 'text'; text: string }
	| { kind: 'code'; text: string }
	| { kind: 'break' }
	| { kind: 'strong' | 'em' | 'del'; inside: Inline[] }
	| { kind: 'link'; address: string; inside: Inline[] };

export type Block =
	| { kind: 'heading'; level: number; inside: Inline[] }
	| { kind: 'paragraph'; inside: Inline[] }
	| { kind: 'code'; text: string }
	| { kind: 'rule' }
	| { kind: 'quote'; blocks: Block[] }
	| { kind: 'list'; start: number | undefined; items: Block[][] } // start: of an ordered one
	| { kind: 'table'; head: Inline[][]; rows: Inline[][][] };

const deepest = 20; // what is nested deeper is left out: nobody wrote it to be read

const parser = new MarkdownIt({ html: false, linkify: false, maxNesting: deepest });
parser.validateLink = (address) => safeAddress(address) !== undefined;

export function readMarkdown(text: string): Block[] {
	const reader = new Reader(parser.parse(text, {}));
	return reader.blocks();
}

class Reader {
	#at = 0;
	constructor(readonly tokens: Token[]) {}

	/** Reads blocks until what surrounds them ends. */
	blocks(): Block[] {
		const all: Block[] = [];
		for (let t = this.#next(); t && t.nesting >= 0; t = this.#next()) {
			const block = this.#block(t);
			if (block) all.push(block);
		}
		return all;
	}

	#next(): Token | undefined {
		return this.tokens[this.#at++];
	}

	#block(t: Token): Block | undefined {
		switch (t.type) {
			case 'heading_open':
				return { kind: 'heading', level: Number(t.tag.slice(1)) || 1, inside: this.#line() };
			case 'paragraph_open':
				return { kind: 'paragraph', inside: this.#line() };
			case 'fence':
			case 'code_block':
				return { kind: 'code', text: t.content };
			case 'hr':
				return { kind: 'rule' };
			case 'blockquote_open':
				return { kind: 'quote', blocks: this.blocks() };
			case 'bullet_list_open':
				return { kind: 'list', start: undefined, items: this.#items() };
			case 'ordered_list_open':
				return { kind: 'list', start: Number(t.attrGet('start') ?? 1), items: this.#items() };
			case 'table_open':
				return this.#table();
			case 'inline':
				return { kind: 'paragraph', inside: inlines(t.children ?? []) };
		}
		if (t.nesting > 0) this.blocks(); // of no kind that is known here
		return undefined;
	}

	// The text of a block that holds nothing but that, with its end.
	#line(): Inline[] {
		const t = this.#next();
		if (t?.type !== 'inline') return [];
		this.#next();
		return inlines(t.children ?? []);
	}

	#items(): Block[][] {
		const items: Block[][] = [];
		for (let t = this.#next(); t && t.nesting >= 0; t = this.#next()) {
			if (t.type === 'list_item_open') items.push(this.blocks());
		}
		return items;
	}

	#table(): Block {
		const rows: Inline[][][] = [];
		let headed = false;
		for (let t = this.#next(); t && t.type !== 'table_close'; t = this.#next()) {
			if (t.type === 'thead_open') headed = true;
			else if (t.type === 'tr_open') rows.push([]);
			else if (t.type === 'inline') rows.at(-1)?.push(inlines(t.children ?? []));
		}
		return { kind: 'table', head: headed ? (rows[0] ?? []) : [], rows: headed ? rows.slice(1) : rows };
	}
}

const wraps: Record<string, 'strong' | 'em' | 'del'> = { strong_open: 'strong', em_open: 'em', s_open: 'del' };

function inlines(tokens: Token[]): Inline[] {
	const stack: Inline[][] = [[]];
	const put = (inline: Inline) => void stack.at(-1)?.push(inline);
	for (const t of tokens) {
		const wrap = wraps[t.type];
		if (wrap || t.type === 'link_open') {
			const inside: Inline[] = [];
			const address = safeAddress(String(t.attrGet('href') ?? ''));
			if (wrap) put({ kind: wrap, inside });
			else put(address ? { kind: 'link', address, inside } : { kind: 'em', inside });
			stack.push(inside);
		} else if (t.nesting < 0) {
			if (stack.length > 1) stack.pop();
		} else if (t.type === 'code_inline') put({ kind: 'code', text: t.content });
		else if (t.type === 'hardbreak') put({ kind: 'break' });
		else if (t.type === 'softbreak') put({ kind: 'text', text: '\n' });
		else if (t.type === 'image') put(imageOf(t));
		else if (t.content) put({ kind: 'text', text: t.content });
	}
	return stack[0] ?? [];
}

function imageOf(t: Token): Inline {
	const text: Inline = { kind: 'text', text: t.content || 'image' };
	const address = safeAddress(String(t.attrGet('src') ?? ''));
	return address ? { kind: 'link', address, inside: [text] } : text;
}
