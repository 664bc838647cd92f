// What travels between the browser and the server, in the words of the API. Everything here is made from its text
// (schema.d.ts); only the shapes that the browser makes more certain are written by hand.
import type { components } from './schema';

type S = components['schemas'];

export type Kind = S['Problem']['kind'];
export type Role = S['Me']['role'];
export type Verb = 'read' | 'compose' | 'schedule' | 'reply' | 'moderate' | 'measure' | 'connect' | 'team' | 'settings';
export type ThemeName = S['User']['theme'];

export type Page<T> = { items: T[]; next: string };

export type Me = S['Me'];
export type Setting = S['Setting'];
export type Limits = S['Limits'];
export type Network = S['Network'];
export type Health = S['Health'];
export type Channel = S['Channel'];
export type MediaUse = S['MediaUse'];
export type Tag = S['Tag'];
export type TagLimit = S['TagLimit'];
export type Media = S['Media'];
export type Rate = S['Rate'];
export type Checked = S['Checked'];
export type Wrong = S['Wrong'];
export type Invited = S['Invited'];

/** A part always has a list of its images, empty or not. */
export type Part = Omit<S['Part'], 'media'> & { media: MediaUse[] };
export type Publication = Omit<S['Publication'], 'parts'> & { parts: Part[] };
export type PublicationState = Publication['state'];
export type Post = Omit<S['Post'], 'parts' | 'publications'> & { parts: Part[]; publications: Publication[] };
export type PostState = Post['state'];
export type PostKind = Publication['kind'];
export type Option = S['Option'];
export type Edit = S['Edit'];
export type Hand = S['Hand'];
export type Crop = S['Crop'];
export type Handed = S['Handed'];
export type HandStep = S['HandStep'];
export type AccountFigures = S['AccountFigures'];
export type PostMeasure = S['PostMeasure'];
export type Choice = S['Choice'];
export type Ability = S['Ability'];

export type Conversation = S['Conversation'];
export type BulkAct = S['Bulk']['act'];
export type BulkOutcome = S['Outcome'];
export type Message = S['Message'];
export type Template = S['Template'];
export type Writing = NonNullable<S['Writing']>;
export type PersonName = S['PersonName'];
export type Person = S['Person'];
export type Identity = S['Identity'];
export type Reason = S['Reason'];
export type Verdict = S['Verdict'];
export type Rule = S['Rule'];
export type Hit = S['Hit'];
export type Today = S['Today'];
export type Item = S['Item'];
export type ToPublish = S['ToPublish'];
export type PushHouse = S['PushHouse'];
export type Member = S['Member'];
export type Invitation = S['Invitation'];
export type Token = S['Token'];
export type AuditLine = S['Record'];
export type WorkspaceNow = S['Workspace'];
/** A channel a post goes to, what it is there, and what was chosen for it. */
export type Target = { channel_id: string; parts: Part[] | null; kind: PostKind; options: Record<string, string>; hand?: Hand };
export type PostDraft = { parts: Part[]; publications: Target[]; revision: number };

export type News = { topic: S['News']['topic'] | 'all'; id: string; at: string };
