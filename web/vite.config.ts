import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig } from 'vitest/config';

export default defineConfig({
	plugins: [sveltekit()],
	build: {
		// Browsers that know light-dark(); older ones are not pretended to work.
		target: ['chrome123', 'edge123', 'firefox120', 'safari17.5'],
		assetsInlineLimit: 0,
		// What many pages share is one file: a hundred small ones cost more in headers than in code, and compress badly.
		rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'core', minShareCount: 5 }] } } }
	},
	server: {
		proxy: { '/api': { target: process.env.KITH_SERVER ?? 'http://127.0.0.1:8080', changeOrigin: false } }
	},
	test: { include: ['src/**/*.test.ts', 'tests/**/*.test.ts'], environment: 'node' }
});
