// What the people of the reference network can do, and what can be asked of it. Everything goes through the official
// client; reads marked "AppView" are what any reader of Bluesky would see.
import { AtUri, RichText } from '@atproto/api'
import { documents } from './documents.mjs'

function person(world, name) {
  const found = world.people.get(name)
  if (!found) throw new Error(`nobody here is called ${name}`)
  return found
}

// reference gives the strong reference {uri, cid} of a record that exists now.
async function reference(world, as, uri) {
  const at = new AtUri(uri)
  const { data } = await as.agent.com.atproto.repo.getRecord({ repo: at.host, collection: at.collection, rkey: at.rkey })
  return { uri: data.uri, cid: data.cid, value: data.value }
}

async function write(world, command, extra = {}) {
  const as = person(world, command.as)
  const text = new RichText({ text: command.text ?? '' })
  await text.detectFacets(as.agent)
  const embed = command.image ? await picture(as, command) : extra.embed
  return as.agent.post({
    text: text.text,
    facets: text.facets,
    langs: command.langs,
    createdAt: command.createdAt ?? new Date().toISOString(),
    ...extra,
    embed,
  })
}

async function picture(as, { image, alt = '', type = 'image/png' }) {
  const { data } = await as.agent.uploadBlob(Buffer.from(image, 'base64'), { encoding: type })
  return { $type: 'app.bsky.embed.images', images: [{ image: data.blob, alt }] }
}

const strong = ({ uri, cid }) => ({ uri, cid })

export const commands = {
  // document puts a text at an address of the web, as the services read it.
  async document(_world, { address, text }) {
    documents.set(address, text)
  },
  // --- acts, by the person `as` ---
  post: (world, c) => write(world, c),
  async reply(world, c) {
    const parent = await reference(world, person(world, c.as), c.uri)
    return write(world, c, { reply: { root: parent.value.reply?.root ?? strong(parent), parent: strong(parent) } })
  },
  async quote(world, c) {
    const quoted = await reference(world, person(world, c.as), c.uri)
    return write(world, c, { embed: { $type: 'app.bsky.embed.record', record: strong(quoted) } })
  },
  // closed keeps everybody else from quoting a post of one's own.
  async closed(world, c) {
    const { host, rkey } = new AtUri(c.uri)
    await person(world, c.as).agent.app.bsky.feed.postgate.create(
      { repo: host, rkey },
      { post: c.uri, createdAt: new Date().toISOString(), embeddingRules: [{ $type: 'app.bsky.feed.postgate#disableRule' }] },
    )
    return { uri: c.uri }
  },
  async like(world, c) {
    const as = person(world, c.as)
    const { uri, cid } = await reference(world, as, c.uri)
    return as.agent.like(uri, cid)
  },
  async repost(world, c) {
    const as = person(world, c.as)
    const { uri, cid } = await reference(world, as, c.uri)
    return as.agent.repost(uri, cid)
  },
  follow: (world, c) => person(world, c.as).agent.follow(person(world, c.who).did),
  block: (world, c) =>
    person(world, c.as).agent.app.bsky.graph.block.create(
      { repo: person(world, c.as).did },
      { subject: person(world, c.who).did, createdAt: new Date().toISOString() },
    ),
  // delete removes any record of one's own by its address: a post, a like, a repost, a follow.
  async delete(world, c) {
    const { host, collection, rkey } = new AtUri(c.uri)
    await person(world, c.as).agent.com.atproto.repo.deleteRecord({ repo: host, collection, rkey })
    return { uri: c.uri }
  },
  async account(world, c) {
    const { handle, did, password } = await world.account(c.handle, c.password)
    return { handle, did, password }
  },
  async appPassword(world, c) {
    const { data } = await person(world, c.as).agent.com.atproto.server.createAppPassword({ name: c.name ?? `kith-${Date.now()}` })
    return { handle: person(world, c.as).handle, password: data.password }
  },

  // --- questions ---
  // timeline: what the AppView shows of an author, newest first.
  async timeline(world, c) {
    const { data } = await world.appview.getAuthorFeed({ actor: person(world, c.of).did, limit: c.limit ?? 50, filter: c.filter })
    return data.feed.map(({ post, reason, reply }) => ({ ...summary(post), repost: Boolean(reason), parent: reply?.parent?.uri }))
  },
  async thread(world, c) {
    const { data } = await world.appview.getPostThread({ uri: c.uri, depth: c.depth ?? 20, parentHeight: c.height ?? 20 })
    return tree(data.thread)
  },
  // embed is what the AppView shows below the text of a post.
  async embed(world, c) {
    const { data } = await world.appview.getPosts({ uris: [c.uri] })
    const embed = data.posts[0]?.embed
    const inner = embed?.record?.record ?? embed?.record
    return { type: embed?.$type ?? '', media: embed?.media?.$type ?? '', shows: inner?.$type ?? '', uri: inner?.uri ?? '' }
  },
  async counts(world, c) {
    const { data } = await world.appview.getPosts({ uris: [c.uri] })
    if (data.posts.length === 0) throw Object.assign(new Error('the AppView does not know this post'), { error: 'NotFound', status: 404 })
    const { likes, replies, reposts, quotes } = summary(data.posts[0])
    return { likes, replies, reposts, quotes }
  },
  // gates: what somebody may do with a post, as the AppView says.
  async gates(world, c) {
    const { data } = await person(world, c.as).agent.getPosts({ uris: [c.uri] })
    const { viewer, threadgate } = data.posts[0]
    return { noAnswer: viewer?.replyDisabled ?? false, noQuote: viewer?.embeddingDisabled ?? false, gate: threadgate?.record ?? null }
  },
  async profile(world, c) {
    const { data } = await world.appview.getProfile({ actor: person(world, c.of).did })
    const { did, handle, displayName, followersCount, followsCount, postsCount, pinnedPost } = data
    return { did, handle, displayName, pinned: pinnedPost?.uri ?? '', followers: followersCount ?? 0, follows: followsCount ?? 0, posts: postsCount ?? 0 }
  },
  async mutes(world, c) {
    const { data } = await person(world, c.as).agent.app.bsky.graph.getMutes({ limit: 100 })
    return data.mutes.map(({ handle }) => handle)
  },
  async notifications(world, c) {
    const { data } = await person(world, c.as).agent.listNotifications({ limit: c.limit ?? 50 })
    return data.notifications.map(({ uri, reason, reasonSubject, author, record, indexedAt }) => ({
      uri, reason, subject: reasonSubject, author: author.handle, text: record?.text, at: indexedAt,
    }))
  },
  // record and records: what the PDS keeps, byte for byte the author's own, whether the AppView has seen it or not.
  record: (world, c) => {
    const { host, collection, rkey } = new AtUri(c.uri)
    return network(world).com.atproto.repo.getRecord({ repo: host, collection, rkey }).then(({ data }) => data)
  },
  async records(world, c) {
    const found = []
    let cursor
    do {
      const { data } = await network(world).com.atproto.repo.listRecords({
        repo: person(world, c.of).did, collection: c.collection ?? 'app.bsky.feed.post', limit: 100, cursor,
      })
      found.push(...data.records)
      cursor = data.cursor
    } while (cursor)
    return found
  },
  // settle returns when the AppView has seen everything that the PDS holds.
  async settle(world, c) {
    const began = Date.now()
    await world.settle(c.timeout)
    return { ms: Date.now() - began }
  },
  time: () => ({ now: new Date().toISOString() }),
}

// network asks the PDS as nobody in particular.
const network = (world) => person(world, 'alice.test').agent

function summary(post) {
  return {
    uri: post.uri,
    cid: post.cid,
    author: post.author.handle,
    text: post.record.text,
    at: post.indexedAt,
    likes: post.likeCount ?? 0,
    replies: post.replyCount ?? 0,
    reposts: post.repostCount ?? 0,
    quotes: post.quoteCount ?? 0,
    images: post.embed?.images?.map(({ alt, fullsize }) => ({ alt, fullsize })),
    hidden: post.threadgate?.record?.hiddenReplies,
  }
}

function tree(node) {
  if (!node?.post) return { missing: node?.$type ?? 'nothing', uri: node?.uri }
  return {
    ...summary(node.post),
    parent: node.parent && tree(node.parent),
    answers: (node.replies ?? []).map(tree),
  }
}
