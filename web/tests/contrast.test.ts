import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const css = readFileSync(new URL('../src/lib/tokens.css', import.meta.url), 'utf8');

type Pair = { light: string; dark: string };
const tokens = new Map<string, Pair>(
	[...css.matchAll(/--([\w-]+):\s*light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)].map((m) => [m[1]!, { light: m[2]!, dark: m[3]! }])
);

function luminance(hex: string): number {
	const [r, g, b] = [1, 3, 5].map((at) => {
		const c = parseInt(hex.slice(at, at + 2), 16) / 255;
		return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
	});
	return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

function ratio(a: string, b: string): number {
	const [hi, lo] = [luminance(a), luminance(b)].sort((x, y) => y - x);
	return (hi! + 0.05) / (lo! + 0.05);
}

const papers = ['desk', 'sheet', 'float', 'tint', 'tint-strong', 'ledge'];
const states = ['ok', 'warn', 'bad', 'doubt', 'still'];
const text: [string, string][] = [
	...papers.flatMap((p) => ['ink', 'ink-2', 'ink-3'].map((i): [string, string] => [i, p])),
	...['desk', 'sheet', 'float', 'tint', 'ledge', 'accent-wash'].map((p): [string, string] => ['accent', p]),
	...['ink', 'ink-2', 'accent-ink'].map((i): [string, string] => [i, 'accent-wash']),
	...states.flatMap((s): [string, string][] => [
		[s, `${s}-wash`],
		[s, 'desk'],
		[s, 'sheet'],
		[s, 'float'],
		['ink', `${s}-wash`]
	]),
	['on-accent', 'accent'],
	['on-accent', 'accent-strong'],
	['on-bad', 'bad']
];
const shapes: [string, string][] = [
	...['desk', 'sheet', 'float'].flatMap((p) => ['line-strong', 'focus', 'plot-1', 'plot-2'].map((s): [string, string] => [s, p])),
	...[...tokens.keys()].filter((n) => n.startsWith('net-')).flatMap((n) => ['sheet', 'desk', 'float'].map((p): [string, string] => [n, p]))
];

describe.each(['light', 'dark'] as const)('in the %s theme', (theme) => {
	const colour = (name: string) => {
		const pair = tokens.get(name);
		if (!pair) throw new Error(`no colour named ${name}`);
		return pair[theme];
	};
	test.each(text)('%s can be read on %s', (ink, paper) => {
		expect(ratio(colour(ink), colour(paper))).toBeGreaterThanOrEqual(4.5);
	});
	test.each(shapes)('%s can be seen on %s', (shape, paper) => {
		expect(ratio(colour(shape), colour(paper))).toBeGreaterThanOrEqual(3);
	});
});

test('motion never takes longer than 200 ms and stops where asked', () => {
	const times = [...css.matchAll(/--(?:fast|calm): (\d+)ms/g)].map((m) => Number(m[1]));
	expect(Math.max(...times)).toBeLessThanOrEqual(200);
	expect(css).toMatch(/prefers-reduced-motion: reduce[\s\S]*--calm: 0ms/);
});
