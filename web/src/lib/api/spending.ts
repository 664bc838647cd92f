// What was paid to networks.
import { body } from './ask';
import { rest } from './client';
import type { components } from './schema';

export type Spending = components['schemas']['Spending'];
export type SpendingLine = components['schemas']['SpendingLine'];

export const spending = (months: number, signal?: AbortSignal) => body(rest.GET('/api/v1/spending', { params: { query: { months } }, signal }));

/** The table of the months from one to another. */
export function spendingTable(from: string, to: string): string {
	const span = new URLSearchParams(Object.entries({ from, to }).filter(([, month]) => month));
	return `/api/v1/spending.csv${span.size > 0 ? `?${span}` : ''}`;
}
