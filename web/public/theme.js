// Runs before the first paint, so that a chosen theme does not flash. It stands in
// a file of its own because the content-security policy forbids scripts in pages.
try {
	const theme = localStorage.getItem('pedigree.theme');
	if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
	// Storage may be switched off; the theme then is that of the system.
}
