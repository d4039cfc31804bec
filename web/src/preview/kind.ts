// What a file is: by its first bytes, then by its name. Nothing is taken for what
// its bytes deny.

export type Kind = 'text' | 'markdown' | 'table' | 'lines' | 'json' | 'model' | 'image' | 'sound' | 'page' | 'parquet' | 'tensors' | 'none';

export interface Guess {
	kind: Kind;
	media: string; // of images and sounds, as browsers call them
	word: string; // what to call it
}

const bytesKinds: [magic: string, offset: number, guess: Guess][] = [
	['89504e470d0a1a0a', 0, { kind: 'image', media: 'image/png', word: 'PNG image' }],
	['ffd8ff', 0, { kind: 'image', media: 'image/jpeg', word: 'JPEG image' }],
	['47494638', 0, { kind: 'image', media: 'image/gif', word: 'GIF image' }],
	['57454250', 8, { kind: 'image', media: 'image/webp', word: 'WebP image' }],
	['57415645', 8, { kind: 'sound', media: 'audio/wav', word: 'WAV sound' }],
	['4f676753', 0, { kind: 'sound', media: 'audio/ogg', word: 'Ogg sound' }],
	['664c6143', 0, { kind: 'sound', media: 'audio/flac', word: 'FLAC sound' }],
	['494433', 0, { kind: 'sound', media: 'audio/mpeg', word: 'MP3 sound' }],
	['50415231', 0, { kind: 'parquet', media: '', word: 'Parquet table' }],
	['25504446', 0, { kind: 'none', media: '', word: 'PDF document' }],
	['504b0304', 0, { kind: 'none', media: '', word: 'ZIP archive' }],
	['1f8b', 0, { kind: 'none', media: '', word: 'gzip archive' }],
	['89484446', 0, { kind: 'none', media: '', word: 'HDF5 file' }],
	['934e554d5059', 0, { kind: 'none', media: '', word: 'NumPy array' }],
];

const names: Record<string, [kind: Kind, word: string]> = {
	md: ['markdown', 'Markdown'],
	markdown: ['markdown', 'Markdown'],
	csv: ['table', 'CSV table'],
	tsv: ['table', 'TSV table'],
	json: ['json', 'JSON'],
	ipynb: ['json', 'Jupyter notebook'],
	jsonl: ['lines', 'JSON lines'],
	ndjson: ['lines', 'JSON lines'],
	html: ['page', 'HTML page'],
	htm: ['page', 'HTML page'],
	svg: ['image', 'SVG image'],
	mlmodel: ['model', 'MLmodel file'],
};

/** Judges a file by its name and its first bytes. */
export function kindOf(path: string, head: Uint8Array): Guess {
	for (const [magic, offset, guess] of bytesKinds) {
		if (hex(head.subarray(offset, offset + magic.length / 2)) === magic && (offset === 0 || hex(head.subarray(0, 4)) === '52494646')) return guess;
	}
	const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
	const extension = name.slice(name.lastIndexOf('.') + 1);
	if (extension === 'safetensors' && hex(head.subarray(6, 9)) === '00007b') return { kind: 'tensors', media: '', word: 'Safetensors' };
	if (!isText(head)) return { kind: 'none', media: '', word: /^(pkl|pickle|joblib)$/.test(extension) ? 'Python pickle' : 'Bytes' };
	const known = Object.hasOwn(names, extension) ? names[extension] : undefined;
	if (!known) return { kind: 'text', media: '', word: 'Text' };
	return { kind: known[0], media: known[0] === 'image' ? 'image/svg+xml' : '', word: known[1] };
}

function hex(bytes: Uint8Array): string {
	return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
}

/** Reports whether bytes are the beginning of a text in UTF-8. */
export function isText(head: Uint8Array): boolean {
	if (head.includes(0)) return false;
	try {
		new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
		return true;
	} catch {
		return false;
	}
}

/** Reads text, whole lines only where it is cut short. */
export function asLines(bytes: Uint8Array, whole: boolean): string {
	const text = new TextDecoder().decode(bytes, { stream: !whole });
	const end = text.lastIndexOf('\n');
	return whole || end < 0 ? text : text.slice(0, end + 1);
}

// Characters that change the direction of text around them or cannot be seen:
// code that holds them reads otherwise than it runs.
const hidden = /[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

/** Makes characters visible that would reorder or hide what is shown. */
export function shown(text: string): string {
	return text.replace(hidden, (c) => `⟦U+${c.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}⟧`);
}
