// Numbers as they are shown. The exact value is always in the title beside it.

/** Four significant digits; very large and small in exponent form; what is no
 * number has a glyph of its own. */
export function formatNumber(x: number | undefined): string {
	if (x === undefined) return '–';
	if (Number.isNaN(x)) return 'NaN';
	if (x === Infinity) return '+∞';
	if (x === -Infinity) return '−∞';
	if (x === 0) return '0';
	const size = Math.abs(x);
	if (size >= 1e6 || size < 1e-4) return exponent(x);
	if (Number.isInteger(x)) return sign(String(x));
	const digits = Math.max(0, 3 - Math.floor(Math.log10(size)));
	return sign(x.toFixed(Math.min(digits, 7)));
}

function exponent(x: number): string {
	const [mantissa = '', power = ''] = x.toExponential(3).split('e');
	const digits = power.replace(/^[+-]/, '').padStart(2, '0');
	return sign(`${mantissa}e${power.startsWith('-') ? '-' : '+'}${digits}`);
}

function sign(text: string): string {
	return text.replaceAll('-', '−');
}

/** Reads text that is a number; what merely begins as one is text. */
export function asFigure(text: string): number | undefined {
	return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) ? Number(text) : undefined;
}

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** Bytes in the unit that leaves at most four digits. */
export function formatBytes(bytes: number): string {
	let unit = 0;
	let left = bytes;
	while (left >= 1024 && unit < units.length - 1) {
		left /= 1024;
		unit++;
	}
	return `${unit === 0 ? left : left.toFixed(left < 10 ? 1 : 0)} ${units[unit]}`;
}
