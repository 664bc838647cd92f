// What a community manager's tool needs of a server that speaks Mastodon's API, done with masto.js:
//
//   node masto.mjs BASE_URL TOKEN [CONTROL_URL]
//
// With CONTROL_URL, people of the rehearsal's cast react, and are read back as notifications.
import { createRestAPIClient } from 'masto'
import { picture, refused, step, talk } from './steps.mjs'

const [url, accessToken, control] = process.argv.slice(2)
const { v1, v2 } = createRestAPIClient({ url, accessToken, timeout: 10_000 })

const alt = 'A square that goes from blue to red'
const plain = (html) => html.replace(/<[^>]*>/g, '')
const must = (ok, what) => {
  if (!ok) throw new Error(what)
}

await step('instance', async () => {
  const { version, configuration } = await v2.instance.fetch()
  must(configuration.statuses.maxCharacters > 0, 'no limit of characters')
  return { version, max: configuration.statuses.maxCharacters }
})
await step('me', async () => {
  const { id, acct, username } = await v1.accounts.verifyCredentials()
  return { id, acct, username }
})
await step('media', async () => {
  const { id, type, description, url } = await v2.media.create({
    file: new Blob([picture()], { type: 'image/png' }),
    description: alt,
  })
  must(description === alt, `the alt text came back as ${description}`)
  return { id, type, url }
})
await step('post', async ({ media }) => {
  const { id, uri, content, mediaAttachments } = await v1.statuses.create({
    status: 'Bonjour à tous, voici une image',
    mediaIds: [media.id],
    visibility: 'public',
    language: 'fr',
  })
  must(mediaAttachments.length === 1 && mediaAttachments[0].description === alt, 'the image or its alt text is missing')
  return { id, uri, text: plain(content) }
})
await step('cover', async () => {
  const cover = picture(96, 54)
  const film = new Blob([new Uint8Array([0, 0, 0, 24, ...new TextEncoder().encode('ftypmp42'), ...new Array(4096).fill(7)])], { type: 'video/mp4' })
  const { id, previewUrl } = await v2.media.create({ file: film, thumbnail: new Blob([cover], { type: 'image/png' }) })
  const seen = previewUrl ? Buffer.from(await (await fetch(previewUrl)).arrayBuffer()) : Buffer.alloc(0)
  return { id, seen: seen.equals(Buffer.from(cover)) }
})
// Mastodon says 422, GoToSocial 400
await refused('post too long', [400, 422], ({ instance }) => v1.statuses.create({ status: 'x'.repeat(instance.max + 1) }))
await refused('post nothing', [400, 422], () => v1.statuses.create({ status: '' }))
await step('fetch', async ({ post }) => {
  const status = await v1.statuses.$select(post.id).fetch()
  must(status.uri === post.uri, 'another status came back')
  return { id: status.id, repliesCount: status.repliesCount, favouritesCount: status.favouritesCount }
})
await step('reply', async ({ post }) => {
  const shown = await v2.media.create({ file: new Blob([picture()], { type: 'image/png' }), description: alt })
  const { id, inReplyToId, mediaAttachments } = await v1.statuses.create({ status: 'Et une suite', inReplyToId: post.id, mediaIds: [shown.id] })
  must(inReplyToId === post.id, `it answers ${inReplyToId}`)
  must(mediaAttachments.length === 1 && mediaAttachments[0].id === shown.id, 'the image of the answer is missing')
  return { id }
})
await step('context', async ({ post, reply }) => {
  const { ancestors, descendants } = await v1.statuses.$select(post.id).context.fetch()
  must(descendants.some(({ id }) => id === reply.id), 'the reply is not in the context')
  return { ancestors: ancestors.length, descendants: descendants.length }
})
await step('favourite', async ({ reply }) => {
  const { favourited, favouritesCount } = await v1.statuses.$select(reply.id).favourite()
  must(favourited === true && favouritesCount === 1, `favourited is ${favourited}, ${favouritesCount} times`)
})
await step('unfavourite', async ({ reply }) => {
  const { favourited } = await v1.statuses.$select(reply.id).unfavourite()
  must(favourited === false, `favourited is ${favourited}`)
})
await step('own statuses', async ({ me, post }) => {
  const statuses = await v1.accounts.$select(me.id).statuses.list({ limit: 20 })
  must(statuses.filter(({ id }) => id === post.id).length === 1, 'the post is not there exactly once')
  return { seen: statuses.length }
})
await step('quote', async ({ post, reply }) => {
  const { apiVersions } = await v2.instance.fetch()
  if (!(apiVersions?.mastodon >= 7)) return { quotes: false } // it would overlook what it does not know
  const made = await v1.statuses.create({ status: 'Comme je le disais', quotedStatusId: post.id })
  must(made.quote?.state === 'accepted' && made.quote.quotedStatus?.id === post.id, `the quote is ${JSON.stringify(made.quote)}`)
  must(made.content.startsWith('<p class="quote-inline">RE: <a href="'), `those who know no quotes read ${made.content}`)
  const again = await v1.statuses.create({ status: 'Et encore', quotedStatusId: made.id })
  must(again.quote.quotedStatus.quote.quotedStatusId === post.id, 'what is quoted does not say what it quotes')
  const { quotesCount, quoteApproval } = await v1.statuses.$select(post.id).fetch()
  must(quotesCount === 1 && quoteApproval.currentUser === 'automatic', `${quotesCount} quotes, ${JSON.stringify(quoteApproval)}`)
  const nothing = await v1.statuses.create({ status: 'Non', quotedStatusId: '1' }).catch((err) => err.statusCode)
  must(nothing === 404, `what is not there is quoted: ${JSON.stringify(nothing)}`)
  const { quote } = await v1.statuses.$select(reply.id).fetch()
  must(quote === null, 'an answer quotes something')
  return { quotes: true }
})
await step('poll', async () => {
  const { poll } = await v1.statuses.create({ status: 'Thé ou café ?', poll: { options: ['Thé', 'Café'], expiresIn: 3600, multiple: true } })
  must(poll.options.length === 2 && poll.options[1].title === 'Café' && poll.multiple, `the poll is ${JSON.stringify(poll)}`)
})
await step('video', async () => {
  const film = new Uint8Array(4096)
  film.set([0, 0, 0, 24, ...new TextEncoder().encode('ftypisom')], 0)
  // masto.js waits until the server has worked on it
  const { id, type, url } = await v2.media.create({ file: new Blob([film], { type: 'video/mp4' }), description: 'A film' })
  must(type === 'video' && url, `a ${type} at ${url}`)
  const { mediaAttachments } = await v1.statuses.create({ status: 'En images', mediaIds: [id] })
  must(mediaAttachments[0].id === id, 'the video is missing')
})
await step('edit', async ({ media, post }) => {
  const { content, editedAt, mediaAttachments } = await v1.statuses
    .$select(post.id)
    .update({ status: 'Bonjour à toutes et à tous', mediaIds: [media.id] })
  must(plain(content) === 'Bonjour à toutes et à tous' && editedAt, `it says ${content}`)
  must(mediaAttachments.length === 1 && mediaAttachments[0].id === media.id, 'the image is gone')
})
await step('pin', async ({ me, post }) => {
  const { pinned } = await v1.statuses.$select(post.id).pin()
  must(pinned === true, `pinned is ${pinned}`)
  const kept = await v1.accounts.$select(me.id).statuses.list({ pinned: true })
  must(kept.length === 1 && kept[0].id === post.id, 'it is not at the top')
  const { pinned: still } = await v1.statuses.$select(post.id).unpin()
  must(still === false, `pinned is ${still}`)
})
await step('repeat with a key', async ({ me }) => {
  // whether the server honours the key is for the caller to judge; the official client can send it
  const meta = { requestInit: { headers: new Headers({ 'Idempotency-Key': 'kith-test-1' }) } }
  const first = await v1.statuses.create({ status: 'deux fois la même chose' }, meta)
  const second = await v1.statuses.create({ status: 'deux fois la même chose' }, meta)
  return { same: first.id === second.id, of: me.id }
})
if (control) {
  await step('somebody answers', ({ me, post }) =>
    talk(control, { network: 'mastodon', account: me.id, kind: 'comment', target: post.id, text: 'Très joli !' }))
  await step('somebody likes', ({ me, post }) => talk(control, { network: 'mastodon', account: me.id, kind: 'react', target: post.id }))
  await step('somebody follows', ({ me }) => talk(control, { network: 'mastodon', account: me.id, kind: 'follow' }))
  await step('notifications', async () => {
    const told = await v1.notifications.list({ limit: 40 })
    const types = told.map(({ type }) => type)
    for (const type of ['mention', 'favourite', 'follow']) must(types.includes(type), `no ${type} among ${types}`)
    const mention = told.find(({ type }) => type === 'mention')
    return { types, status: mention.status.id, text: plain(mention.status.content), from: mention.account.acct }
  })
  await step('answer them', async ({ notifications }) => {
    const { inReplyToId } = await v1.statuses.create({ status: `@${notifications.from} Merci !`, inReplyToId: notifications.status })
    must(inReplyToId === notifications.status, `it answers ${inReplyToId}`)
  })
  await step('mute', async ({ notifications }) => {
    const { id } = await v1.accounts.lookup({ acct: notifications.from })
    const { muting, mutingNotifications } = await v1.accounts.$select(id).mute()
    must(muting && mutingNotifications, 'the person is not muted')
    const { muting: still } = await v1.accounts.$select(id).unmute()
    must(still === false, 'the person is muted')
  })
  await step('figures', async () => {
    const { followersCount } = await v1.accounts.verifyCredentials()
    must(followersCount === 1, `${followersCount} followers`)
  })
  await step('counted', async ({ post }) => {
    const { repliesCount, favouritesCount } = await v1.statuses.$select(post.id).fetch()
    must(favouritesCount === 1, `${favouritesCount} favourites`)
    must(repliesCount === 2, `${repliesCount} replies`)
  })
}
await step('delete', async ({ post }) => {
  const { id } = await v1.statuses.$select(post.id).remove()
  must(id === post.id, `deleted ${id}`)
})
await refused('gone', [404], ({ post }) => v1.statuses.$select(post.id).fetch())
await refused('a forged token', [401], () =>
  createRestAPIClient({ url, accessToken: 'forged' }).v1.accounts.verifyCredentials())
