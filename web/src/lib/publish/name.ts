/** What a file is called, by the header that comes with it. */
export function fileName(disposition: string): string {
	const encoded = /filename\*=utf-8''([^;]+)/i.exec(disposition)?.[1];
	if (encoded) {
		try {
			return decodeURIComponent(encoded);
		} catch {
			return ''; // no name that can be read
		}
	}
	return /filename="((?:[^"\\]|\\.)*)"/i.exec(disposition)?.[1]?.replace(/\\(.)/g, '$1') ?? /filename=([^;\s"]+)/i.exec(disposition)?.[1] ?? '';
}
