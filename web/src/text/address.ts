// Addresses from users, before a link leads there.

/** Gives the address of a link if it is of a kind that only leads somewhere: another
 * page on the web, a letter, or a page of this server. */
export function safeAddress(address: string): string | undefined {
	const plain = address.trim();
	if (/[\u0000-\u001f]/.test(plain)) return undefined; // browsers leave them out, and read something else
	if (/^(https?:\/\/|mailto:)/i.test(plain)) return plain;
	return /^\/(?![/\\])/.test(plain) ? plain : undefined;
}
