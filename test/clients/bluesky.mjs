// How an application is let in by an account's own server, done with the AT Protocol's own client:
//
//   node bluesky.mjs BASE_URL HANDLE DID OTHER_DID DOCUMENT
//
// First as a client on one's own machine, then as one that signs: what it says of itself is written to the file DOCUMENT, where
// the server reads it.
import { writeFileSync } from 'node:fs'
import { createHash, randomBytes } from 'node:crypto'
import { OAuthClient } from '@atproto/oauth-client'
import { JoseKey } from '@atproto/jwk-jose'
import { picture, step } from './steps.mjs'

const [base, handle, did, other, file] = process.argv.slice(2)
const scope = 'atproto transition:generic transition:chat.bsky'
const must = (ok, what) => {
  if (!ok) throw new Error(what)
}
const store = () => {
  const kept = new Map()
  return { kept, get: async (k) => kept.get(k), set: async (k, v) => void kept.set(k, v), del: async (k) => void kept.delete(k) }
}
const one = (() => {
  let last = Promise.resolve()
  return (_name, act) => (last = last.then(act, act))
})()

function client(clientMetadata, keyset) {
  const sessions = store()
  const made = new OAuthClient({
    responseMode: 'query',
    clientMetadata,
    keyset,
    runtimeImplementation: {
      createKey: (algs) => JoseKey.generate(algs),
      getRandomValues: (n) => randomBytes(n),
      digest: (bytes, { name }) => createHash(name).update(bytes).digest(),
      requestLock: one,
    },
    stateStore: store(),
    sessionStore: sessions,
    handleResolver: base,
    plcDirectoryUrl: base,
    allowHttp: true,
  })
  return { made, sessions }
}

// press goes to the page as a person does and gives what comes back.
async function press(address, button, value) {
  const page = await fetch(address)
  must(page.status === 200 && (await page.text()).includes('<form'), `the page of consent: ${page.status}`)
  const form = new URLSearchParams(address.search)
  form.set(button, value)
  const answer = await fetch(new URL(address.pathname, address), { method: 'POST', body: form, redirect: 'manual' })
  return new URL(answer.headers.get('location')).searchParams
}

async function fails(act, sign) {
  let answer
  try {
    answer = await act()
  } catch (err) {
    const said = `${err.name} ${err.error ?? ''} ${err.message} ${err.cause?.message ?? ''}`
    must(sign.test(said), `it failed in another way: ${said}`)
    return said
  }
  throw new Error(`it did not fail: ${JSON.stringify(answer)?.slice(0, 200)}`)
}

async function all(name, metadata, keyset) {
  const { made, sessions } = client(metadata, keyset)
  const say = (what) => `${what} (${name})`
  let session
  await step(say('let in'), async () => {
    const back = await press(await made.authorize(handle, { scope }), 'account', did)
    session = (await made.callback(back)).session
    must(session.did === did, `let in as ${session.did}`)
    const info = await session.getTokenInfo()
    must(info.iss === base && info.scope === scope, JSON.stringify(info))
    await fails(() => made.callback(back), /unknown authorization session/i)
  })
  await step(say('who it is'), async () => {
    const said = await (await session.fetchHandler('/xrpc/com.atproto.server.getSession')).json()
    must(said.did === did && said.handle === handle, JSON.stringify(said))
  })
  await step(say('a post with a picture'), async () => {
    const blob = await session.fetchHandler('/xrpc/com.atproto.repo.uploadBlob', { method: 'POST', headers: { 'content-type': 'image/png' }, body: picture() })
    const { blob: image } = await blob.json()
    const record = { $type: 'app.bsky.feed.post', text: `by the official client, ${name}`, createdAt: new Date().toISOString(), embed: { $type: 'app.bsky.embed.images', images: [{ image, alt: '' }] } }
    const answer = await session.fetchHandler('/xrpc/com.atproto.repo.createRecord', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ repo: did, collection: 'app.bsky.feed.post', record }),
    })
    must(answer.status === 200, await answer.text())
  })
  await step(say('many calls, while the nonce changes'), async () => {
    for (let i = 0; i < 40; i++) {
      const answer = await session.fetchHandler('/xrpc/app.bsky.notification.listNotifications?limit=5')
      must(answer.status === 200, await answer.text())
    }
  })
  await step(say('renewed'), async () => {
    const before = sessions.kept.get(did).tokenSet
    await session.getTokenInfo(true)
    const now = sessions.kept.get(did).tokenSet
    must(now.access_token !== before.access_token && now.refresh_token !== before.refresh_token, 'the tokens are the same')
    session = await made.restore(did)
    must((await session.fetchHandler('/xrpc/com.atproto.server.getSession')).status === 200, 'refused')
    // A spent token ends all.
    sessions.kept.set(did, { ...sessions.kept.get(did), tokenSet: { ...now, refresh_token: before.refresh_token } })
    await fails(() => made.restore(did, true), /replayed|revoked|refresh/i)
  })
  await step(say('somebody says no'), async () => {
    const back = await press(await made.authorize(handle, { scope }), 'deny', '1')
    await fails(() => made.callback(back), /denied/i)
  })
  await step(say('somebody else is let in'), async () => {
    const back = await press(await made.authorize(handle, { scope }), 'account', other)
    must((await made.callback(back)).session.did === other, 'not the one who pressed')
  })
  await step(say('signed out'), async () => {
    const back = await press(await made.authorize(handle, { scope }), 'account', did)
    session = (await made.callback(back)).session
    const kept = sessions.kept.get(did)
    await session.signOut()
    sessions.kept.set(did, kept)
    await fails(() => made.restore(did, true), /revoked|refresh/i)
  })
}

const back = 'http://127.0.0.1:3000/back'
const id = `http://localhost?${new URLSearchParams({ redirect_uri: back, scope })}`
const common = { scope, grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'], dpop_bound_access_tokens: true }
await all('own machine', { ...common, client_id: id, redirect_uris: [back], application_type: 'native', token_endpoint_auth_method: 'none' })

const key = await JoseKey.generate(['ES256'], 'key-1')
const house = 'https://app.kith-house.net'
const document = {
  ...common,
  client_id: `${house}/client.json`,
  client_uri: house,
  redirect_uris: [`${house}/back`],
  application_type: 'web',
  token_endpoint_auth_method: 'private_key_jwt',
  token_endpoint_auth_signing_alg: 'ES256',
  jwks: { keys: [key.publicJwk] },
}
writeFileSync(file, JSON.stringify(document))
await all('signing', document, [key])
