import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import adapter from '@sveltejs/adapter-static';
import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';

// The one inline script of our own (theme before first paint) is allowed by its hash; the framework adds its own.
const page = readFileSync(new URL('./src/app.html', import.meta.url), 'utf8');
const inline = [...page.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(
	(m) => /** @type {const} */ (`sha256-${createHash('sha256').update(m[1]).digest('base64')}`)
);
const pkg = JSON.parse(readFileSync(new URL('./package.json', import.meta.url), 'utf8'));

/** @type {import('@sveltejs/kit').Config} */
export default {
	preprocess: vitePreprocess(),
	kit: {
		adapter: adapter({ pages: 'build', assets: 'build', fallback: 'index.html', precompress: true }),
		alias: { $kit: 'src/kit', '$kit/*': 'src/kit/*' },
		paths: { relative: false },
		// Nobody is asked anything at the door: the worker is registered when a person wants to be reminded.
		serviceWorker: { register: false },
		version: { name: process.env.KITH_VERSION ?? pkg.version },
		// Rooms of the application change often and are small; one file of shared code keeps the first load to few requests.
		output: { preloadStrategy: 'modulepreload' },
		csp: {
			mode: 'hash',
			directives: {
				'default-src': ['none'],
				'script-src': ['self', ...inline],
				'style-src': ['self'],
				// The framework's page announcer carries this one style attribute.
				'style-src-attr': ['unsafe-hashes', 'sha256-S8qMpvofolR8Mpjy4kQvEm7m1q8clzU4dfDH0AmvZjo='],
				'img-src': ['self', 'blob:', 'data:'],
				'media-src': ['self', 'blob:'],
				'font-src': ['self'],
				'connect-src': ['self'],
				'manifest-src': ['self'],
				'worker-src': ['self'],
				'base-uri': ['none'],
				'form-action': ['self']
			}
		}
	}
};
