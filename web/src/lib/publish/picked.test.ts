import { describe, expect, it } from 'vitest';
import { communityOf, picked, placeOf, sharedBy } from './picked';

describe('what was searched for', () => {
	it('is kept with its name', () => {
		expect(picked('214300987120441 Parc du Thabor')).toEqual({ id: '214300987120441', name: 'Parc du Thabor' });
		expect(picked(' 214300987120441 ')).toEqual({ id: '214300987120441', name: '' });
		expect(picked(undefined)).toEqual({ id: '', name: '' });
	});
	it('names the place of a post', () => {
		expect(placeOf({ place: '214300987120441 Parc du Thabor' }, '')).toBe('Parc du Thabor');
		expect(placeOf({ place: '214300987120441' }, 'reel')).toBe('214300987120441');
		expect(placeOf({ place: '214300987120441 Parc du Thabor' }, 'story')).toBe('');
		expect(placeOf({}, '')).toBe('');
		expect(placeOf(undefined, '')).toBe('');
	});
});

describe('the community of a post', () => {
	it('is called by its name, or stands at its address', () => {
		expect(communityOf({ community: '1146654567674912769 Indie bookshops' })).toBe('Indie bookshops');
		expect(communityOf({ community: '1146654567674912769' })).toBe('x.com/i/communities/1146654567674912769');
		expect(communityOf({})).toBe('');
		expect(communityOf(undefined)).toBe('');
	});
});

describe('the post of others that one shows', () => {
	it('is what the kind of post says', () => {
		const both = { reshare: 'https://x.com/a/status/1', repost: 'https://www.pinterest.com/pin/7/' };
		expect(sharedBy(both, '')).toBe(both.reshare);
		expect(sharedBy(both, 'repost')).toBe(both.repost);
		expect(sharedBy(undefined, 'repost')).toBe('');
	});
});
