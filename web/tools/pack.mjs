// Puts a brotli and a gzip form beside each built file, for the server to send
// as they are, and fails when the application outgrows its budget.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const DIST = new URL('../dist', import.meta.url).pathname;
// Bytes of brotli. The shell is what the document itself loads; of what is loaded only
// when it is wanted, lineage with its worker has a budget, and each other file.
const BUDGET = { shell: 80_000, lineage: 30_000, css: 15_000 };
const EACH = 60_000;
const shell = readFileSync(join(DIST, 'index.html'), 'utf8');

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
	if (kind !== 'js' || shell.includes(name)) return kind === 'js' ? 'shell' : kind;
	return /^assets\/(Lineage|layout|Impact)/.test(name) ? 'lineage' : name;
}

for (const [kind, sum] of Object.entries(sums)) {
	const most = BUDGET[kind] ?? (kind.endsWith('.js') ? EACH : Infinity);
	if (sum > most) {
		console.error(`${kind} takes ${sum} bytes in brotli; the budget is ${most}`);
		process.exitCode = 1;
	}
}
