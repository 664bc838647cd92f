/** A key by which the server recognises a write that it has seen. Works without a secure context too. */
export function idempotencyKey(): string {
	const bytes = crypto.getRandomValues(new Uint8Array(16));
	return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
}
