// What travels between the browser and the server, in the words of the API.

export type Kind = 'internal' | 'invalid' | 'denied' | 'not_found' | 'conflict' | 'throttled' | 'unavailable' | 'uncertain';
export type NetworkName = 'bluesky' | 'mastodon' | 'facebook' | (string & {});
export type Role = 'owner' | 'manager' | 'contributor' | 'moderator' | 'analyst';
export type Verb = 'read' | 'compose' | 'schedule' | 'reply' | 'moderate' | 'measure' | 'connect' | 'team' | 'settings';
export type ThemeName = 'auto' | 'light' | 'dark';

export type Page<T> = { items: T[]; next: string };

export type Me = {
	user: { id: string; name: string; email: string; locale: string; theme: string };
	workspace: { id: string; name: string; zone: string; locale: string };
	role: Role;
	can: Verb[];
	channels: string[] | null;
	rehearsal: boolean;
	version: string;
};

export type Setting = { name: string; label: string; help: string; secret: boolean; required: boolean; kind: string; default?: string };

export type Limits = {
	text: { max: number; unit: 'graphemes' | 'code_points' | 'mastodon' | 'utf16'; max_bytes?: number; url_length?: number };
	media: { max_items: number; image: { max_bytes: number; types: string[]; max_pixels?: number }; alt_max: number };
	thread: boolean;
};

export type NetworkAction = { action: string; can: boolean; why?: string; instead?: string };

export type Network = {
	name: NetworkName;
	label: string;
	fields: Setting[];
	limits: Limits;
	actions: NetworkAction[];
	evidence: string;
	as_of: string;
};

export type Health = { state: 'ok' | 'warn' | 'broken'; text: string; fix: string; checked_at: string };

export type Channel = {
	id: string;
	network: NetworkName;
	handle: string;
	name: string;
	avatar_url: string;
	url: string;
	health: Health;
	limits: Limits;
	complete_until?: string;
};

export type MediaUse = { id: string; alt: string };
export type Part = { text: string; media: MediaUse[]; link?: string };

export type PublicationState = 'draft' | 'scheduled' | 'publishing' | 'published' | 'failed' | 'unclear' | 'cancelled';

export type Publication = {
	id: string;
	channel_id: string;
	network: NetworkName;
	state: PublicationState;
	own: boolean;
	parts: Part[];
	url: string;
	published_at: string | null;
	error: { kind: Kind; text: string; hint: string } | null;
	seen: { what: string }[];
	counts: Record<string, number> | null;
	rate: Rate | null;
};

export type Post = {
	id: string;
	state: PublicationState;
	text: string;
	parts: Part[];
	due_at: string | null;
	created_at: string;
	updated_at: string;
	author: { id: string; name: string };
	revision: number;
	publications: Publication[];
};

export type PostDraft = { parts: Part[]; publications: { channel_id: string; parts: Part[] | null }[]; revision: number };

export type Trouble = { level: 'error' | 'warn'; part: number; field: string; text: string; hint: string };
export type Checked = { channels: { channel_id: string; problems: Trouble[]; counts: { used: number; max: number }[] }[] };

export type Media = { id: string; type: string; width: number; height: number; bytes: number; alt: string };

export type Rate = {
	definition: string;
	version: number | string;
	value: number | null;
	numerator: number | null;
	denominator: number | null;
	formula: string;
	coverage: number | string;
	as_of: string;
};

export type News = { topic: 'inbox' | 'posts' | 'channels' | 'people' | 'rules' | 'today' | 'all'; id: string; at: string };
