import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

export default defineConfig({
	plugins: [svelte()],
	build: {
		target: 'es2022',
		assetsInlineLimit: 0, // the content-security policy wants files
		cssCodeSplit: false, // a dozen kB at once, where two dozen files were half as much again
		modulePreload: { polyfill: false },
		reportCompressedSize: false,
	},
	server: {
		// `npm run dev` beside a server that runs on its usual address.
		proxy: { '/api': 'http://127.0.0.1:5000', '/get-artifact': 'http://127.0.0.1:5000' },
	},
	test: { include: ['src/**/*.test.ts'] },
});
