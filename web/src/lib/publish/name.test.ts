import { expect, test } from 'vitest';
import { fileName } from './name';

test('a file says what it is called', () => {
	expect(fileName('attachment; filename=programme.pdf')).toBe('programme.pdf');
	expect(fileName('attachment; filename="autumn \\"26\\".pdf"')).toBe('autumn "26".pdf');
	expect(fileName("attachment; filename*=utf-8''Programme%20d%E2%80%99automne.pdf")).toBe('Programme d\u2019automne.pdf');
	expect(fileName("attachment; filename*=utf-8''%E2%28%A1")).toBe('');
	expect(fileName('attachment')).toBe('');
});
