// What a person needs to publish by hand: the right place to open, the files in their hand, and what can be done there.
import type { Channel, Handed, Limits, Network, Part, PostKind, Target } from '$lib/api/types';

/** Whether a person publishes: because no program can, or because they chose to. */
export const byHand = (network: Network | undefined, hand: Target['hand']): boolean => !!network?.assisted && (network.assisted.only || !!hand?.chosen);

/** What a channel takes when a person publishes there. */
export function handLimits(channel: Channel, network: Network | undefined): Limits {
	const more = network?.assisted?.limits;
	if (!more) return channel.limits;
	return { ...channel.limits, media: more.media, poll: more.poll ?? channel.limits.poll, kinds: { ...channel.limits.kinds, ...more.kinds } };
}

/** A telephone opens applications; a computer opens pages. */
export const onPhone = (): boolean => matchMedia('(pointer: coarse)').matches && matchMedia('(max-width: 60rem)').matches;

/** The address that opens the place to publish this, with its words in it; empty where there is none. */
export function opening(network: Network, channel: Channel | undefined, part: Part, kind: PostKind, phone: boolean): string {
	const found = network.assisted?.links.find((l) => l.on === (phone ? 'phone' : 'computer') && (l.kinds.length === 0 || l.kinds.includes(kind)));
	if (!found) return '';
	let server = '';
	try {
		server = channel?.url ? new URL(channel.url).origin : '';
	} catch {
		// It has no address of its own.
	}
	const words: Record<string, string> = { text: part.text, link: part.link ?? '', title: part.title ?? '', handle: (channel?.handle ?? '').replace(/^@/, '') };
	const address = found.url.replace('{server}', server).replace(/\{(text|link|title|handle)\}/g, (_, name: string) => encodeURIComponent(words[name]!));
	return /^(?!javascript:|data:|blob:|file:)[a-z][a-z0-9+.-]*:/i.test(address) ? address : '';
}

/** What to do there, in order. */
export function steps(network: Network, kind: PostKind, more: readonly string[]): string[] {
	const { assisted } = network;
	if (!assisted) return [];
	const usual = assisted.kinds.find((k) => k.kind === kind)?.steps ?? assisted.steps;
	const added = assisted.more.filter((m) => more.includes(m.name)).map((m) => m.step);
	return [...usual.slice(0, -1), ...added, ...usual.slice(-1)];
}

/** What can be added there and no program can, for a kind of post. */
export const additions = (network: Network | undefined, kind: PostKind) => (network?.assisted?.more ?? []).filter((m) => m.kinds.length === 0 || m.kinds.includes(kind));

export const fileAddress = (publication: string, n: number): string => `/api/v1/publications/${encodeURIComponent(publication)}/files/${n}`;

/** A file as it can be given to another application. */
export async function take(publication: string, n: number, file: Handed): Promise<File> {
	const answer = await fetch(fileAddress(publication, n));
	if (!answer.ok) throw new Error(answer.statusText);
	const ending = { 'image/jpeg': 'jpg', 'image/png': 'png', 'image/webp': 'webp', 'image/gif': 'gif', 'video/mp4': 'mp4', 'video/quicktime': 'mov', 'application/pdf': 'pdf' }[file.type] ?? 'bin';
	return new File([await answer.blob()], `kith-${n + 1}.${ending}`, { type: file.type });
}

/** Whether this browser can hand files to an application. */
export function shares(type: string): boolean {
	try {
		return !!navigator.canShare?.({ files: [new File([''], 'x', { type })] });
	} catch {
		return false;
	}
}
