import fc from 'fast-check';
import { expect, test } from 'vitest';
import { orders, readMetadataView, writeMetadataView, type MetadataView } from './metadataview';

const text = fc.string({ minLength: 1, unit: 'grapheme' }).filter((s) => s.isWellFormed());
const view: fc.Arbitrary<MetadataView> = fc.record({
	conditions: fc.uniqueArray(text),
	words: fc.oneof(fc.constant(''), text),
	order: fc.constantFrom(...orders),
	columns: fc.option(fc.uniqueArray(text), { nil: undefined }),
});

test('the view of a list is the same after a way through a URL', () => {
	fc.assert(fc.property(view, (v) => void expect(readMetadataView(new URL(`http://a/artifacts${writeMetadataView(v)}`).search)).toEqual(v)));
});

test('the default leaves no trace, and what is no order is dropped', () => {
	expect(writeMetadataView(readMetadataView(''))).toBe('');
	expect(readMetadataView('?s=name&f=').order).toBe('-updated');
});
