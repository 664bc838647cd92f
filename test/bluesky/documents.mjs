// Loaded before the services: what some addresses of the web answer, for servers that read who a client is at its address.
// Everything else is asked as always.
export const documents = new Map()

const asked = globalThis.fetch
globalThis.fetch = async (input, init) => {
  const text = documents.get(typeof input === 'string' ? input : (input.url ?? String(input)))
  return text === undefined ? asked(input, init) : new Response(text, { headers: { 'content-type': 'application/json' } })
}
