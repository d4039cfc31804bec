// Times as they are shown: relative while that says more, then absolute.

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A moment seen from now: "3 min ago" within a day, then the local date and time. */
export function formatAgo(at: number, now: number): string {
	const ago = now - at;
	if (ago < -MINUTE || ago >= DAY) return formatMoment(at);
	if (ago < 5_000) return 'now';
	if (ago < MINUTE) return `${Math.floor(ago / 1000)} s ago`;
	if (ago < HOUR) return `${Math.floor(ago / MINUTE)} min ago`;
	return `${Math.floor(ago / HOUR)} h ago`;
}

/** The local date and time, to the minute. */
export function formatMoment(at: number): string {
	const d = new Date(at);
	const two = (n: number) => String(n).padStart(2, '0');
	return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())} ${two(d.getHours())}:${two(d.getMinutes())}`;
}

/** How long something took: "1h 04m", "3m 07s", "2.4 s", "80 ms". */
export function formatDuration(ms: number): string {
	const two = (n: number) => String(n).padStart(2, '0');
	if (ms < 0) return '–';
	if (ms < 1000) return `${Math.round(ms)} ms`;
	if (ms < MINUTE) return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`;
	if (ms < HOUR) return `${Math.floor(ms / MINUTE)}m ${two(Math.floor((ms % MINUTE) / 1000))}s`;
	if (ms < DAY) return `${Math.floor(ms / HOUR)}h ${two(Math.floor((ms % HOUR) / MINUTE))}m`;
	return `${Math.floor(ms / DAY)}d ${two(Math.floor((ms % DAY) / HOUR))}h`;
}
