import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig } from 'vitest/config';

export default defineConfig({
	plugins: [sveltekit()],
	build: {
		// Browsers that know light-dark(); older ones are not pretended to work.
		target: ['chrome123', 'edge123', 'firefox120', 'safari17.5'],
		assetsInlineLimit: 0,
		// What many pages share is one file: a hundred small ones cost more in headers than in code, and compress badly.
		// What two places share and is smaller than what a file of its own adds goes there too; what two places of the inbox
		// share comes with it, for whoever opens a conversation needs all of it.
		rolldownOptions: {
			output: {
				codeSplitting: {
					groups: [
						{ name: 'core', minShareCount: 5, priority: 2 },
						{ name: 'core', minShareCount: 2, maxModuleSize: 1500, test: /\/web\/src\/|\/@sveltejs\/kit\//, priority: 2 },
						{ name: 'desk', minShareCount: 2, test: /\/web\/src\/lib\/(?:inbox|people|rules)\//, priority: 1 }
					]
				}
			}
		}
	},
	server: {
		proxy: { '/api': { target: process.env.KITH_SERVER ?? 'http://127.0.0.1:8080', changeOrigin: false } }
	},
	test: { include: ['src/**/*.test.ts', 'tests/**/*.test.ts'], environment: 'node' }
});
