// What a community manager's tool needs of a server of Lemmy, done with Lemmy's own client:
//
//   node lemmy.mjs BASE_URL USERNAME PASSWORD COMMUNITY OTHER_COMMUNITY CONTROL_URL
//
// COMMUNITY is moderated by the account, OTHER_COMMUNITY is not. People of the rehearsal's cast comment and write.
import { LemmyHttp } from 'lemmy-js-client'
import { picture, step, talk } from './steps.mjs'

const [url, username, password, community, other, control] = process.argv.slice(2)
const client = new LemmyHttp(url)
const community_id = Number(community)
const must = (ok, what) => {
  if (!ok) throw new Error(what)
}
// The client gives Lemmy's own word for a refusal, and no status.
const refused = (name, word, act) =>
  step(name, async (known) => {
    let answer
    try {
      answer = await act(known)
    } catch (err) {
      if (err.message === word) return { word }
      throw err
    }
    throw new Error(`it was not refused: ${JSON.stringify(answer)?.slice(0, 200)}`)
  })

await refused('a wrong password', 'incorrect_login', () => client.login({ username_or_email: username, password: 'wrong' }))
await refused('without a session', 'incorrect_login', () => client.getReplies({}))
await step('login', async () => {
  const { jwt } = await client.login({ username_or_email: username, password })
  must(jwt, 'no session')
  client.setHeaders({ Authorization: `Bearer ${jwt}` })
})
await step('me', async () => {
  const { my_user, version, all_languages } = await client.getSite()
  must(my_user.moderates.some((m) => m.community.id === community_id), 'the community is not among those we moderate')
  must(version.startsWith('0.19'), version)
  return { id: my_user.local_user_view.person.id, english: all_languages.find((l) => l.code === 'en').id }
})
await step('community', async () => {
  const { community_view, moderators, discussion_languages } = await client.getCommunity({ id: community_id })
  must(moderators.length === 1, `${moderators.length} moderators`)
  return { name: community_view.community.name, languages: discussion_languages }
})
await step('image', async () => {
  const { msg, files, url } = await client.uploadImage({ image: new File([picture()], 'a.png', { type: 'image/png' }) })
  must(msg === 'ok' && files.length === 1, msg)
  const seen = await fetch(url)
  must(seen.ok && seen.headers.get('content-type') === 'image/png', `the image is ${seen.status}`)
  return { url }
})
await step('post', async ({ image, me }) => {
  const { post_view } = await client.createPost({
    name: 'Ce que nous lisons',
    community_id,
    url: image.url,
    body: 'Bonjour à tous, voici **une image**',
    alt_text: 'Un carré qui va du bleu au rouge',
    language_id: me.english,
  })
  must(post_view.post.alt_text === 'Un carré qui va du bleu au rouge' && post_view.my_vote === 1, 'the description or our own vote is missing')
  return { id: post_view.post.id }
})
await step('clicks are not counted', async () => {
  const { post_view } = await client.createPost({ name: 'A link', community_id, url: 'https://example.org/a?utm_source=kith&b=1' })
  must(post_view.post.url === 'https://example.org/a?b=1', post_view.post.url)
  return { id: post_view.post.id }
})
await refused('a title too short', 'invalid_post_title', () => client.createPost({ name: 'x', community_id }))
await refused('a text too long', 'invalid_body_field', () => client.createPost({ name: 'A post', community_id, body: 'x'.repeat(50001) }))
await refused('a link that is none', 'invalid_url', () => client.createPost({ name: 'A post', community_id, url: 'nowhere' }))
await refused('another language', 'language_not_allowed', () => client.createPost({ name: 'A post', community_id, language_id: 5 }))
await step('edit', async ({ post }) => {
  const { post_view } = await client.editPost({ post_id: post.id, body: 'Bonjour encore' })
  must(post_view.post.body === 'Bonjour encore' && post_view.post.updated, 'nothing has changed')
})
await step('feature', async ({ post }) => {
  const { post_view } = await client.featurePost({ post_id: post.id, featured: true, feature_type: 'Community' })
  must(post_view.post.featured_community, 'it is not at the top')
})
await step('lock', async ({ me, post }) => {
  const locked = await client.lockPost({ post_id: post.id, locked: true })
  must(locked.post_view.post.locked, 'it is not closed')
  const late = await talk(control, { network: 'lemmy', account: String(me.id), kind: 'comment', target: `post/${post.id}`, text: 'Trop tard', person: 'p002' }).catch((e) => e)
  must(late instanceof Error, 'somebody comments on what is closed')
  const opened = await client.lockPost({ post_id: post.id, locked: false })
  must(!opened.post_view.post.locked, 'it is still closed')
})
await step('own posts', async ({ me, post }) => {
  const { posts, comments, person_view } = await client.getPersonDetails({ person_id: me.id, sort: 'New', limit: 50, page: 1 })
  must(posts.filter((p) => p.post.id === post.id).length === 1 && comments.length === 0, 'the post is not there exactly once')
  return { posts: person_view.counts.post_count }
})
await step('somebody comments', ({ me, post }) => talk(control, { network: 'lemmy', account: String(me.id), kind: 'comment', target: `post/${post.id}`, text: 'Très joli !', person: 'p002' }))
await step('somebody votes', ({ me, post }) => talk(control, { network: 'lemmy', account: String(me.id), kind: 'react', target: `post/${post.id}`, person: 'p003' }))
await step('somebody writes', ({ me }) => talk(control, { network: 'lemmy', account: String(me.id), kind: 'message', text: 'Psst', person: 'p004' }))
await step('replies', async () => {
  const { replies } = await client.getReplies({ sort: 'New', unread_only: false, limit: 50, page: 1 })
  must(replies.length === 1 && replies[0].comment.content === 'Très joli !', JSON.stringify(replies))
  return { id: replies[0].comment.id, post: replies[0].post.id, from: replies[0].creator.id }
})
await step('answer', async ({ replies }) => {
  const { comment_view } = await client.createComment({ content: 'Merci !', post_id: replies.post, parent_id: replies.id })
  must(comment_view.comment.path === `0.${replies.id}.${comment_view.comment.id}`, comment_view.comment.path)
  return { id: comment_view.comment.id }
})
await step('comments', async ({ replies, answer }) => {
  const { comments } = await client.getComments({ post_id: replies.post, type_: 'All', sort: 'New', limit: 50, page: 1 })
  must(comments.length === 2 && comments.some((c) => c.comment.id === answer.id), `${comments.length} comments`)
})
await step('edit a comment', async ({ answer }) => {
  const { comment_view } = await client.editComment({ comment_id: answer.id, content: 'Merci bien !' })
  must(comment_view.comment.content === 'Merci bien !', comment_view.comment.content)
})
await step('vote', async ({ replies }) => {
  const { comment_view } = await client.likeComment({ comment_id: replies.id, score: 1 })
  must(comment_view.my_vote === 1 && comment_view.counts.upvotes === 2, `${comment_view.counts.upvotes} votes`)
})
await step('counted', async ({ post }) => {
  const { post_view } = await client.getPost({ id: post.id })
  must(post_view.counts.upvotes === 2 && post_view.counts.comments === 2, JSON.stringify(post_view.counts))
})
await step('mentions', async () => must((await client.getPersonMentions({ sort: 'New' })).mentions.length === 0, 'somebody named us'))
await step('unread', async () => {
  const { replies, private_messages } = await client.getUnreadCount()
  must(replies === 1 && private_messages === 1, `${replies} and ${private_messages}`)
})
await step('messages', async ({ me }) => {
  const { private_messages } = await client.getPrivateMessages({ unread_only: false, limit: 50, page: 1 })
  must(private_messages.length === 1 && private_messages[0].recipient.id === me.id, JSON.stringify(private_messages))
  return { from: private_messages[0].creator.id }
})
await step('write back', async ({ messages }) => {
  const { private_message_view } = await client.createPrivateMessage({ content: 'Oui ?', recipient_id: messages.from })
  must(private_message_view.recipient.id === messages.from, 'somebody else got it')
  return { id: private_message_view.private_message.id }
})
await step('take it back', async ({ 'write back': sent }) => {
  await client.deletePrivateMessage({ private_message_id: sent.id, deleted: true })
  must((await client.getPrivateMessages({})).private_messages.length === 1, 'it is still there')
})
await step('remove', async ({ replies }) => {
  const { comment_view } = await client.removeComment({ comment_id: replies.id, removed: true, reason: 'rude' })
  must(comment_view.comment.removed, 'it is still there')
})
await step('give back', async ({ replies }) => {
  const { comment_view } = await client.removeComment({ comment_id: replies.id, removed: false })
  must(!comment_view.comment.removed && comment_view.comment.content === 'Très joli !', 'it did not come back')
})
await step('ban', async ({ replies }) => {
  const { banned } = await client.banFromCommunity({ community_id, person_id: replies.from, ban: true })
  must(banned, 'not banned')
})
await refused('ban elsewhere', 'not_a_mod_or_admin', ({ replies }) =>
  client.banFromCommunity({ community_id: Number(other), person_id: replies.from, ban: true }))
await step('block', async ({ messages }) => {
  const { blocked } = await client.blockPerson({ person_id: messages.from, block: true })
  must(blocked, 'not blocked')
})
await refused('post where moderators alone may', 'only_mods_can_post_in_community', () => client.createPost({ name: 'A post', community_id: Number(other) }))
await step('delete', async ({ post }) => {
  const { post_view } = await client.deletePost({ post_id: post.id, deleted: true })
  must(post_view.post.deleted, 'it is still there')
})
await refused('delete twice', 'couldnt_update_post', ({ post }) => client.deletePost({ post_id: post.id, deleted: true }))
await step('logout', () => client.logout())
await refused('after it', 'incorrect_login', () => client.getReplies({}))
