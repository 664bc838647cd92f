import { redirect } from '@sveltejs/kit';
import { asProblem } from '$lib/api/problem';
import { recall, signInAddress } from '$lib/session.svelte';

export async function load({ url, parent }) {
	try {
		return { me: await recall(parent()) };
	} catch (error) {
		const problem = asProblem(error);
		if (problem.status === 401) redirect(307, signInAddress(url));
		return { me: null, problem };
	}
}
