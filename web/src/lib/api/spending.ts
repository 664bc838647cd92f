// What was paid to networks.
import { body } from './ask';
import { rest } from './client';
import type { components } from './schema';

export type Spending = components['schemas']['Spending'];
export type SpendingLine = components['schemas']['SpendingLine'];

export const spending = (months: number, signal?: AbortSignal) => body(rest.GET('/api/v1/spending', { params: { query: { months } }, signal }));
export const spendingTable = '/api/v1/spending.csv';
