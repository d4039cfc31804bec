import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { safeAddress } from './address';
import { readMarkdown, type Block, type Inline } from './markdown';

const text = (...texts: string[]) => texts.map((t) => ({ kind: 'text', text: t }));

describe('markdown', () => {
	test('has headings, lists, tables, code and links', () => {
		expect(readMarkdown('# A *b*\n\n1. x\n2. y\n   - z\n\n|h|i|\n|-|-|\n|1|2|\n\n```py\ncode\n```\n\n[go](/runs/1)  \nthere')).toEqual([
			{ kind: 'heading', level: 1, inside: [...text('A '), { kind: 'em', inside: text('b') }] },
			{
				kind: 'list',
				start: 1,
				items: [
					[{ kind: 'paragraph', inside: text('x') }],
					[{ kind: 'paragraph', inside: text('y') }, { kind: 'list', start: undefined, items: [[{ kind: 'paragraph', inside: text('z') }]] }],
				],
			},
			{ kind: 'table', head: [text('h'), text('i')], rows: [[text('1'), text('2')]] },
			{ kind: 'code', text: 'code\n' },
			{ kind: 'paragraph', inside: [{ kind: 'link', address: '/runs/1', inside: text('go') }, { kind: 'break' }, ...text('there')] },
		]);
	});

	test('knows no HTML', () => {
		const said = '<script>alert(1)</script> <img src=x onerror=alert(2)>';
		expect(readMarkdown(said)).toEqual([{ kind: 'paragraph', inside: text(said) }]);
	});

	test('makes links of images', () => {
		expect(readMarkdown('![alt](https://a.b/c.png)')).toEqual([{ kind: 'paragraph', inside: [{ kind: 'link', address: 'https://a.b/c.png', inside: text('alt') }] }]);
	});

	test('survives what is nested deep, long and unfinished', () => {
		for (const hostile of ['> '.repeat(5000) + 'x', '['.repeat(10_000), '*'.repeat(10_000) + 'a', '- '.repeat(5000) + 'x', '`'.repeat(9999) + 'a', '![['.repeat(5000), '<'.repeat(10_000), '**a '.repeat(5000), '|a'.repeat(3000) + '\n' + '|-'.repeat(3000)]) {
			const began = performance.now();
			readMarkdown(hostile);
			expect(performance.now() - began, hostile.slice(0, 6)).toBeLessThan(2000);
		}
	});

	test('leads nowhere but where links may, whatever is written', () => {
		const piece = fc.constantFrom('[a](', ')', 'javascript:alert(1)', 'JaVaScRiPt&#58;x', 'data:text/html,x', '//evil.example', '/\\evil', '<', '>', '&colon;', '\n', ' ', '![', ']', '(', 'http://a.b', '\u202e', '[x]: ', 'vbscript:x', '\t', '`');
		fc.assert(
			fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
				for (const address of addressesOf(readMarkdown(pieces.join('')))) expect(address).toMatch(/^(https?:\/\/|mailto:|\/(?![/\\]))/i);
			}),
			{ numRuns: 500 },
		);
	});
});

test('addresses that only lead somewhere are safe', () => {
	for (const good of ['http://a', 'HTTPS://a', 'mailto:a@b', '/runs/1']) expect(safeAddress(good)).toBe(good);
	for (const bad of ['javascript:alert(1)', ' javascript:x', 'data:text/html,x', '//a', '/\\a', 'ftp://a', 'x', '#x', '', 'java\nscript:x', 'blob:x', '/\t/a']) expect(safeAddress(bad), bad).toBeUndefined();
});

function addressesOf(blocks: Block[]): string[] {
	return blocks.flatMap((b) => {
		switch (b.kind) {
			case 'heading':
			case 'paragraph':
				return inlineAddresses(b.inside);
			case 'quote':
				return addressesOf(b.blocks);
			case 'list':
				return b.items.flatMap(addressesOf);
			case 'table':
				return [b.head, ...b.rows].flat().flatMap(inlineAddresses);
		}
		return [];
	});
}

function inlineAddresses(inside: Inline[]): string[] {
	return inside.flatMap((i) => ('inside' in i ? [...(i.kind === 'link' ? [i.address] : []), ...inlineAddresses(i.inside)] : []));
}
