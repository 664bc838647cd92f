export const composer = async () => (await import('./Composer.svelte')).default;
