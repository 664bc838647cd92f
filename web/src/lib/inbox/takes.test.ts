import { describe, expect, it } from 'vitest';
import type { Limits } from '$lib/api/types';
import { accepts, called, mostOf, sizeOf, takesOf } from './takes';

const takes = {
	max_items: 1,
	alt_max: 0, apart: [],
	types: [
		{ type: 'image/jpeg', max_bytes: 5_000_000 },
		{ type: 'image/png', max_bytes: 5_000_000 },
		{ type: 'application/pdf', max_bytes: 100_000_000 },
		{ type: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document' }
	]
};

describe('what files an answer may carry', () => {
	it('is what the limits of its way say', () => {
		const limits = { message_media: { ...takes, direct: true } } as unknown as Limits;
		expect(takesOf(limits, false, false)).toBeNull();
		expect(takesOf(limits, true, false)).toBeNull();
		expect(takesOf(limits, true, true)).not.toBeNull();
		expect(takesOf(undefined, true, true)).toBeNull();
		expect(takesOf({ reply_media: { ...takes, max_items: 0 } } as unknown as Limits, false, false)).toBeNull();
	});
	it('is said as people call it', () => {
		expect(called(takes)).toEqual([
			{ what: 'JPEG, PNG', max: 5_000_000 },
			{ what: 'PDF', max: 100_000_000 },
			{ what: 'Word', max: 0 }
		]);
		expect([mostOf(takes), mostOf({ ...takes, several: 10 }), mostOf({ ...takes, max_items: 4 })]).toEqual([1, 10, 4]);
		expect(accepts(takes)).toContain('image/jpeg,image/png');
		expect(sizeOf(26_214_400)).toBe(26.2);
		expect(sizeOf(102_400)).toBe(0.102);
	});
});
