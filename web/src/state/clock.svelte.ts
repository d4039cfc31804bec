// The time by which "3 min ago" is reckoned: one clock for all of the page.

const clock = $state({ now: Date.now() });
setInterval(() => (clock.now = Date.now()), 10_000);

export function now(): number {
	return clock.now;
}
