// Puts a brotli and a gzip form beside each built file, for the server to send
// as they are, and fails when the application outgrows its budget.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const DIST = new URL('../dist', import.meta.url).pathname;
// Bytes of brotli of all files of a kind; what is loaded only when it is wanted has
// a budget of its own, each file.
const BUDGET = { js: 80_000, css: 18_000 };
const WANTED = 60_000;

const sums = {};
for (const name of readdirSync(DIST, { recursive: true }).sort()) {
	const path = join(DIST, name);
	if (statSync(path).isDirectory()) continue;
	const plain = readFileSync(path);
	const brotli = brotliCompressSync(plain, {
		params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: plain.length },
	});
	const gzip = gzipSync(plain, { level: 9 });
	gzip[9] = 255; // the byte that names the system differs from one to the next
	writeFileSync(path + '.br', brotli);
	writeFileSync(path + '.gz', gzip);
	const kind = kindOf(name);
	sums[kind] = (sums[kind] ?? 0) + brotli.length;
	console.log(`${name}: ${plain.length} bytes, ${brotli.length} in brotli`);
}

function kindOf(name) {
	const kind = name.slice(name.lastIndexOf('.') + 1);
	return kind === 'js' && name.startsWith('assets/') && !name.startsWith('assets/index-') ? name : kind;
}

for (const [kind, sum] of Object.entries(sums)) {
	const most = BUDGET[kind] ?? (kind.endsWith('.js') ? WANTED : Infinity);
	if (sum > most) {
		console.error(`files of ${kind} take ${sum} bytes in brotli; the budget is ${most}`);
		process.exitCode = 1;
	}
}
