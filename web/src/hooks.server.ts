// Only runs while building: the one page that the server hands out asks for the typeface at once, so that it is there
// for the first paint.
import font from '@fontsource-variable/figtree/files/figtree-latin-wght-normal.woff2?url';
import type { Handle } from '@sveltejs/kit';

export const handle: Handle = ({ event, resolve }) => resolve(event, { transformPageChunk: ({ html }) => html.replace('%kith.font%', font) });
