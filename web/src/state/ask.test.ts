import { expect, test } from 'vitest';
import { readAsk } from './ask';

test.each([
	['otter  ', { for: 'all', words: 'otter' }],
	['', { for: 'all', words: '' }],
	['> Dark', { for: 'action', words: 'dark' }],
	[': models:/demand@champion', { for: 'ref', ref: 'models:/demand@champion' }],
	['@ann', { for: 'filter', filter: "owner LIKE 'ann%'" }],
	["@o'brien", { for: 'filter', filter: 'owner LIKE "o\'brien%"' }],
	['@', { for: 'filter', filter: '' }],
	['#team', { for: 'filter', filter: 'tags.`team` IS NOT NULL' }],
	['#my key = a=b', { for: 'filter', filter: "tags.`my key` = 'a=b'" }],
	['#', { for: 'filter', filter: '' }],
])('%s asks', (typed, want) => expect(readAsk(typed)).toEqual(want));
