// The official client against anything that says it is Bluesky:
//
//   node official.mjs SERVICE HANDLE PASSWORD DID_OF_SOMEBODY_ELSE
//
// Every line tells what happened at one step, in words that are the same on every true network (no addresses, no times), so
// that the reference network and the rehearsal network can be laid side by side.
import { AtpAgent, RichText } from '@atproto/api'
import { picture } from '../clients/steps.mjs'

const [service, identifier, password, somebody] = process.argv.slice(2)
const agent = new AtpAgent({ service })
const posts = 'app.bsky.feed.post'
const known = {}

// step tells the result, or how it was refused: status and name of the error, and never the prose.
async function step(name, act) {
  let told
  try {
    known[name] = await act()
    told = { result: known[name]?.tell ?? null }
  } catch (err) {
    told = { refused: { status: err.status ?? 0, error: err.error ?? `${err.name}: ${err.message}` } }
  }
  console.log(JSON.stringify({ step: name, ...told }))
}

const repo = agent.com.atproto.repo
const me = () => agent.assertDid
const record = (text, more = {}) => ({ $type: posts, text, createdAt: '2026-11-01T10:00:00.000Z', ...more })
const write = (text, more) => repo.createRecord({ repo: me(), collection: posts, record: record(text, more) })
const put = (rkey, text, more) => repo.putRecord({ repo: me(), collection: posts, rkey, record: record(text), ...more })
const count = async () => (await repo.listRecords({ repo: me(), collection: posts, limit: 100 })).data.records.length
const family = '\u{1F468}\u200D\u{1F469}\u200D\u{1F467}\u200D\u{1F466}'

await step('sign in with a wrong password', () => agent.login({ identifier, password: 'wrong' }))
await step('sign in', async () => {
  const { data } = await agent.login({ identifier, password })
  return { tell: { handle: data.handle, active: data.active } }
})
await step('refresh', async () => {
  const { data } = await agent.com.atproto.server.refreshSession(undefined, {
    headers: { authorization: `Bearer ${agent.session.refreshJwt}` },
  })
  agent.session.accessJwt = data.accessJwt
  agent.session.refreshJwt = data.refreshJwt
  return { tell: { handle: data.handle } }
})
await step('resolve a handle', async () => ({ tell: (await agent.resolveHandle({ handle: identifier })).data.did === me() }))
await step('resolve nobody', () => agent.resolveHandle({ handle: 'nobody-at-all.test' }))

await step('post with a link and a tag', async () => {
  const text = new RichText({ text: 'Été: https://example.com/page et #bonjour' })
  await text.detectFacets(agent)
  const { uri, cid } = await agent.post({ text: text.text, facets: text.facets, langs: ['fr'] })
  return { uri, cid, tell: text.facets.map(({ index, features }) => [index.byteStart, index.byteEnd, features[0].$type]) }
})
await step('post an image with alt text', async () => {
  const { data } = await agent.uploadBlob(picture(), { encoding: 'image/png' })
  const images = [{ image: data.blob, alt: 'A square', aspectRatio: { width: 64, height: 48 } }]
  const { uri } = await agent.post({ text: 'image', embed: { $type: 'app.bsky.embed.images', images } })
  const { data: kept } = await repo.getRecord({ repo: me(), collection: posts, rkey: uri.split('/').pop() })
  return { uri, tell: { alt: kept.value.embed.images[0].alt, type: data.blob.mimeType, size: data.blob.size } }
})
await step('five images', () => {
  const { image } = known['post an image with alt text'] ?? {}
  return write('five', { embed: { $type: 'app.bsky.embed.images', images: Array(5).fill({ image, alt: '' }) } })
})
await step('300 graphemes', async () => ({ tell: Boolean((await write('é'.repeat(300))).data.uri) }))
await step('301 graphemes', () => write('é'.repeat(301)))
await step('few graphemes, many bytes', () => write(family.repeat(121)))
await step('a record without a text', () => repo.createRecord({ repo: me(), collection: posts, record: { $type: posts, createdAt: '2026-11-01T10:00:00.000Z' } }))
await step('a record with a wrong time', () => repo.createRecord({ repo: me(), collection: posts, record: { ...record('x'), createdAt: 'yesterday' } }))

const rkey = '3mabcdefghi22'
await step('put', async () => {
  const before = await count()
  const { data } = await put(rkey, 'chosen key')
  return { cid: data.cid, uri: data.uri, tell: (await count()) - before }
})
await step('put the same again', async () => {
  const before = await count()
  const { data } = await put(rkey, 'chosen key')
  return { tell: { same: data.cid === known.put.cid, more: (await count()) - before } }
})
await step('put the same where nothing may be', async () => ({ tell: (await put(rkey, 'chosen key', { swapRecord: null })).data.cid === known.put.cid }))
await step('put another where nothing may be', () => put(rkey, 'another', { swapRecord: null }))
await step('put another in place of a wrong one', () => put(rkey, 'another', { swapRecord: known['post with a link and a tag'].cid }))
await step('put the same in place of a wrong one', async () => {
  const swapRecord = known['post with a link and a tag'].cid
  return { tell: (await put(rkey, 'chosen key', { swapRecord })).data.cid === known.put.cid }
})
await step('put in place of one that is not', () => put('3mabcdefghj22', 'x', { swapRecord: known.put.cid }))
await step('put in place of the right one', async () => {
  const { data } = await put(rkey, 'chosen key, changed', { swapRecord: known.put.cid })
  return { tell: data.cid !== known.put.cid }
})
await step('create where one is', () => repo.createRecord({ repo: me(), collection: posts, rkey, record: record('again') }))
await step('a key that is no TID', () => put('not-a-tid', 'x'))
await step('a post in the name of another', () => repo.createRecord({ repo: somebody, collection: posts, record: record('x') }))

await step('delete a post of another', () => repo.deleteRecord({ repo: somebody, collection: posts, rkey }))

await step('reply', async () => {
  const { uri, cid } = known['post with a link and a tag']
  const answer = await agent.post({ text: 'suite', reply: { root: { uri, cid }, parent: { uri, cid } } })
  return { ...answer, tell: true }
})
await step('like and take it back', async () => {
  const { uri, cid } = known['post with a link and a tag']
  const { uri: like } = await agent.like(uri, cid)
  await agent.deleteLike(like)
  return { tell: like.includes('/app.bsky.feed.like/') }
})
await step('get what is not there', () => repo.getRecord({ repo: me(), collection: posts, rkey: '3mzzzzzzzzz22' }))
await step('delete', async () => {
  await repo.deleteRecord({ repo: me(), collection: posts, rkey })
  return { tell: await repo.getRecord({ repo: me(), collection: posts, rkey }).catch((err) => err.error) }
})
await step('delete what is not there', async () => {
  await repo.deleteRecord({ repo: me(), collection: posts, rkey })
  return { tell: true }
})
const bare = (headers) => new AtpAgent({ service }).com.atproto.repo.createRecord({ repo: me(), collection: posts, record: record('x') }, { headers, encoding: 'application/json' })
await step('without a token', () => bare({}))
await step('with a forged token', () => bare({ authorization: 'Bearer forged' }))
await step('a method that is not', async () => {
  const answer = await fetch(`${service}/xrpc/com.atproto.repo.noSuchThing`, { headers: { authorization: `Bearer ${agent.session.accessJwt}` } })
  return { tell: { status: answer.status, error: (await answer.json()).error } }
})
