// What a template comes to, as the server makes it.
import type { Template } from '$lib/api/types';

const line = (value: string | undefined) => (value ?? '').trim().split(/\s+/).join(' ');

/** The words with what stands in the holes; an empty hole keeps its name. */
export function words(template: Template, values: Record<string, string>): string {
	return template.text.replace(/\{\{\s*([A-Za-z0-9_]+)\s*\}\}/g, (hole, name: string) => (template.holes.includes(name) && line(values[name])) || hole);
}

/** Whether nothing is missing. */
export function filled(template: Template, values: Record<string, string>): boolean {
	return template.holes.every((name) => line(values[name]) !== '');
}
