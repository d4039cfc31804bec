// Where the application is. The address bar is the only place that knows.

import { routeOf, type Route } from '../routes';

const here = $state({ path: window.location.pathname, search: window.location.search });

function read() {
	here.path = window.location.pathname;
	here.search = window.location.search;
}

window.addEventListener('popstate', read);

export const place = {
	get path(): string {
		return here.path;
	},
	get search(): string {
		return here.search;
	},
	get route(): Route | undefined {
		return routeOf(here.path);
	},
};

/** Goes to an address of the application, as a click on a link to it does. */
export function go(address: string): void {
	history.pushState(null, '', address);
	read();
}

/** Puts what the page shows now into the address bar, without a step back to what it was. */
export function amend(address: string): void {
	history.replaceState(null, '', address);
	read();
}

/** Takes a click on a link to a page of the application. Others, and those that
 * want a new tab, are the browser's. */
export function follow(event: MouseEvent): void {
	const link = (event.target as Element).closest('a');
	if (!link || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
	const url = new URL(link.href);
	if (url.origin !== window.location.origin || link.target || link.hasAttribute('download') || link.hash || !routeOf(url.pathname)) return;
	event.preventDefault();
	go(url.pathname + url.search);
}
