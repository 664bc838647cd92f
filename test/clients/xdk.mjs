// What a community manager's tool needs of an account on X, done with X's own client:
//
//   node xdk.mjs BASE_URL TOKEN ACCOUNT_ID APP_TOKEN CLIENT_ID CLIENT_SECRET CONTROL_URL [SIGN_IN_URL]
//
// Through CONTROL_URL, people of the rehearsal's cast answer, and are answered. SIGN_IN_URL is where consent is asked for and
// keys are given, when that is not at BASE_URL.
import { Client, OAuth2, generateCodeChallenge, generateCodeVerifier } from '@xdevplatform/xdk'
import { picture, refused, step, talk } from './steps.mjs'

const [base, token, account, appToken, clientId, clientSecret, control, signIn = base] = process.argv.slice(2)
const baseUrl = base.replace(/\/$/, '')

// the client signs in at hosts that it has in constants
const elsewhere = globalThis.fetch
globalThis.fetch = (url, options) => elsewhere(String(url).replace(/^https:\/\/(api\.)?x\.com/, signIn), options)

const x = new Client({ baseUrl, accessToken: token })
const app = new Client({ baseUrl, bearerToken: appToken })
const must = (ok, what) => {
  if (!ok) throw new Error(typeof what === 'string' ? what : JSON.stringify(what))
}
const words = 'Bonjour à tous & bienvenue <3 #été'
const shownAs = 'Bonjour à tous &amp; bienvenue &lt;3 #été'
const image = picture(640, 480)
const hour = 3600_000
const seconds = (ms) => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z')

await step('me', async () => {
  const { data } = await x.users.getMe({ userFields: ['public_metrics', 'profile_image_url', 'verified_type'] })
  must(data.id === account && data.username && data.publicMetrics.followersCount >= 0, data)
  return data
})
await step('post', async () => {
  const { data } = await x.posts.create({ text: words })
  must(/^\d{1,19}$/.test(data.id), data)
  return data
})
await refused('the same words again', [403], () => x.posts.create({ text: words }))
await step('thread', async ({ post }) => {
  const { data } = await x.posts.create({ text: 'La suite', reply: { inReplyToTweetId: post.id } })
  return data
})
await step('read', async ({ post, thread }) => {
  const { data, includes } = await x.posts.getByIds([post.id, thread.id], {
    postFields: ['conversation_id', 'created_at', 'public_metrics', 'non_public_metrics'],
    expansions: ['author_id', 'referenced_posts'],
    userFields: ['public_metrics'],
  })
  const [first, second] = data
  must(data.length === 2 && first.text === shownAs && first.authorId === account && includes.users.length === 1, { data, includes })
  must(second.conversationId === post.id && second.referencedPosts[0].type === 'replied_to' && second.referencedPosts[0].id === post.id, second)
  must(first.publicMetrics.replyCount === 1 && first.nonPublicMetrics.impressionCount >= 0, first)
})
await step('upload', async () => {
  const begun = await x.media.initializeUpload({ mediaType: 'image/png', mediaCategory: 'tweet_image', totalBytes: image.length })
  for (const [i, at] of [0, 1000].entries()) {
    await x.media.appendUpload(begun.data.id, { media: image.subarray(at, i ? undefined : 1000).toString('base64'), segmentIndex: i })
  }
  const { data } = await x.media.finalizeUpload(begun.data.id)
  must(data.id === begun.data.id && data.mediaKey === `3_${data.id}` && !data.processingInfo, data)
  return data
})
await refused('a part of an upload that is over', [400], ({ upload }) => x.media.appendUpload(upload.id, { media: image.toString('base64'), segmentIndex: 2 }))
await step('description', async ({ upload }) => {
  const { data } = await x.media.createMetadata({ id: upload.id, metadata: { altText: { text: 'Un dégradé' } } })
  must(data.id === upload.id, data)
})
await step('animation', async () => {
  const file = Buffer.concat([Buffer.from('GIF89a\x01\0\x01\0\0\0\0', 'latin1'), Buffer.from([0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0, 0x3b])])
  const begun = await x.media.initializeUpload({ mediaType: 'image/gif', mediaCategory: 'tweet_gif', totalBytes: file.length })
  await x.media.appendUpload(begun.data.id, { media: file.toString('base64'), segmentIndex: 0 })
  const done = await x.media.finalizeUpload(begun.data.id)
  must(['pending', 'in_progress'].includes(done.data.processingInfo.state) && done.data.processingInfo.checkAfterSecs > 0, done)
  const { data } = await x.media.getUploadStatus(begun.data.id, { command: 'STATUS' })
  must(['pending', 'in_progress'].includes(data.processingInfo.state), data)
})
await step('post with the image', async ({ upload }) => {
  const { data } = await x.posts.create({ text: 'Une image', media: { mediaIds: [upload.id] }, madeWithAi: true })
  return data
})
await step('people by their names', async ({ me }) => {
  const { data, errors } = await x.users.getByUsernames([me.username.toUpperCase(), 'nobody_at_all'])
  must(data.length === 1 && data[0].id === account && errors.length === 1 && errors[0].value === 'nobody_at_all', { data, errors })
})
await step('somebody tagged in the image', async ({ upload }) => {
  const { data } = await x.posts.create({ text: 'Nous voilà', media: { mediaIds: [upload.id], taggedUserIds: [account] } })
  await x.posts.delete(data.id)
})
await refused('nobody tagged in the image', [400], ({ upload }) => x.posts.create({ text: 'Qui ?', media: { mediaIds: [upload.id], taggedUserIds: ['1'] } }))
await step('the image read', async ({ 'post with the image': shown, upload }) => {
  const { includes } = await x.posts.getById(shown.id, { postFields: ['attachments'], expansions: ['attachments.media_keys'], mediaFields: ['type', 'url', 'alt_text'] })
  const [media] = includes.media
  must(media.mediaKey === upload.mediaKey && media.type === 'photo' && media.altText === 'Un dégradé', media)
})
await step('poll', async () => {
  const { data } = await x.posts.create({ text: 'Thé ou café ?', poll: { options: ['Thé', 'Café'], durationMinutes: 60 }, replySettings: 'following' })
  const { includes } = await x.posts.getById(data.id, { expansions: ['attachments.poll_ids'], pollFields: ['options', 'duration_minutes', 'voting_status'] })
  must(includes.polls[0].options.length === 2 && includes.polls[0].durationMinutes === 60, includes)
})
await refused('files and a poll', [400], ({ upload }) => x.posts.create({ text: 'Non', media: { mediaIds: [upload.id] }, poll: { options: ['a', 'b'], durationMinutes: 60 } }))
await refused('too long a text', [403, 400], () => x.posts.create({ text: 'é'.repeat(281) }))
await step('quote', async ({ post }) => {
  const { data } = await x.posts.create({ text: 'Je me cite', quoteTweetId: post.id })
  const { data: quotes } = await x.posts.getQuoted(post.id, { expansions: ['author_id'] })
  must(quotes.length === 1 && quotes[0].id === data.id, quotes)
})
await step('timeline', async ({ post }) => {
  const { data, meta } = await x.users.getPosts(account, { maxResults: 5, postFields: ['created_at'] })
  must(meta.resultCount === 5 && data.length === 5 && data[4].id === post.id, { data, meta })
})
const person = 'p001'
await step('somebody answers', ({ post }) => talk(control, { network: 'x', account, person, kind: 'comment', target: post.id, text: 'Très joli' }))
await step('somebody likes it', ({ post }) => talk(control, { network: 'x', account, person, kind: 'react', target: post.id }))
await step('somebody follows', () => talk(control, { network: 'x', account, person, kind: 'follow' }))
await step('somebody writes', () => talk(control, { network: 'x', account, person, kind: 'message', text: 'Une question' }))
await step('mentions', async ({ 'somebody answers': kind }) => {
  const { data, includes } = await x.users.getMentions(account, { maxResults: 10, postFields: ['conversation_id'], expansions: ['author_id'] })
  const found = data.find(({ id }) => id === kind.id)
  must(found?.text.endsWith('Très joli') && includes.users.some(({ id }) => id === found.authorId), { data, includes })
  return { author: found.authorId }
})
await step('search', async ({ post, 'somebody answers': kind }) => {
  const { data } = await x.posts.searchRecent(`conversation_id:${post.id}`, { maxResults: 10, sortOrder: 'recency' })
  must(data.some(({ id }) => id === kind.id), data)
})
await step('reply', async ({ 'somebody answers': kind }) => {
  const { data } = await x.posts.create({ text: 'Merci !', reply: { inReplyToTweetId: kind.id } })
  return data
})
await step('like', async ({ 'somebody answers': kind }) => {
  must((await x.users.likePost(account, { tweetId: kind.id })).data.liked === true, 'it is not liked')
  must((await x.users.unlikePost(account, kind.id)).data.liked === false, 'it is still liked')
})
await step('hide', async ({ 'somebody answers': kind }) => {
  must((await x.posts.hideReply(kind.id, { hidden: true })).data.hidden === true, 'it is not hidden')
  must((await x.posts.hideReply(kind.id, { hidden: false })).data.hidden === false, 'it is still hidden')
})
await step('mute', async ({ mentions: { author } }) => {
  must((await x.users.muteUser(account, { targetUserId: author })).data.muting === true, 'not muted')
  must((await x.users.unmuteUser(account, author)).data.muting === false, 'still muted')
})
await step('who likes it', async ({ post, mentions: { author } }) => {
  const { data } = await x.posts.getLikingUsers(post.id, { maxResults: 10 })
  must(data.length === 1 && data[0].id === author, data)
})
await step('followers', async ({ mentions: { author } }) => {
  const { data } = await x.users.getFollowers(account, { maxResults: 10 })
  must(data.some(({ id }) => id === author), data)
})
await step('messages', async ({ mentions: { author } }) => {
  const { data } = await x.directMessages.getEvents({ maxResults: 10, eventTypes: ['MessageCreate'], dmEventFields: ['text', 'created_at', 'dm_conversation_id', 'event_type'], expansions: ['sender_id'] })
  must(data.length === 1 && data[0].text === 'Une question' && data[0].senderId === author, data)
  return data[0]
})
await step('answer in private', async ({ messages, mentions: { author } }) => {
  const { data } = await x.directMessages.createByParticipantId(author, { text: 'Une réponse' })
  must(data.dmConversationId === messages.dmConversationId && data.dmEventId, data)
  const events = await x.directMessages.getEventsByConversationId(messages.dmConversationId, { maxResults: 10, expansions: ['sender_id'] })
  must(events.data.length === 2 && events.data[0].senderId === account, events)
})
await step('answer with a file in private', async ({ messages, mentions: { author } }) => {
  const begun = await x.media.initializeUpload({ mediaType: 'image/png', mediaCategory: 'dm_image', totalBytes: image.length })
  await x.media.appendUpload(begun.data.id, { media: image.toString('base64'), segmentIndex: 0 })
  const { data: { mediaKey } } = await x.media.finalizeUpload(begun.data.id)
  const { data } = await x.directMessages.createByParticipantId(author, { text: 'La voici', attachments: [{ mediaId: begun.data.id }] })
  const events = await x.directMessages.getEventsByConversationId(messages.dmConversationId, { maxResults: 10, dmEventFields: ['text', 'attachments'], expansions: ['sender_id', 'attachments.media_keys'], mediaFields: ['type', 'url'] })
  const [newest] = events.data
  must(newest.id === data.dmEventId && newest.attachments.mediaKeys[0] === mediaKey && newest.text.startsWith('La voici'), events)
  must(events.includes.media[0].mediaKey === mediaKey && events.includes.media[0].type === 'photo', events)
  return { id: begun.data.id }
})
await refused('a file that was shown in another message', [400], ({ 'answer with a file in private': { id }, mentions: { author } }) => x.directMessages.createByParticipantId(author, { attachments: [{ mediaId: id }] }))
await step('delete the answer', async ({ reply }) => {
  must((await x.posts.delete(reply.id)).data.deleted === true, 'it is not deleted')
})
await step('figures', async ({ post }) => {
  const now = Date.now()
  const { data } = await x.posts.getAnalytics([post.id], seconds(now - hour), seconds(now + hour), { granularity: 'total', analyticsFields: ['impressions', 'likes', 'replies'] })
  must(data.length === 1 && data[0].id === post.id, data)
})
await step('what the app has read', async () => {
  const { data } = await app.usage.get({ usageFields: ['project_cap', 'project_usage', 'cap_reset_day'] })
  must(Number(data.projectCap) > 0 && data.capResetDay > 0, data)
})
await step('webhooks', async () => {
  const { meta } = await app.webhooks.get()
  must(meta.resultCount === 0, meta)
})
await refused('a webhook that nobody answers', [400], () => app.webhooks.create({ url: 'https://127.0.0.1/hooks/x' }))
await refused('an unknown field', [400, 422], () => x.posts.create({ text: 'x', secret: true }))
await refused('a forged token', [401], () => new Client({ baseUrl, accessToken: 'forged' }).users.getMe())
await step('delete', async ({ post }) => {
  must((await x.posts.delete(post.id)).data.deleted === true, 'it is not deleted')
  const { data, errors } = await x.posts.getById(post.id)
  must(!data && errors[0].resourceId === post.id, { data, errors })
})

const back = 'http://127.0.0.1:1/back'
const auth = new OAuth2({ clientId, clientSecret, redirectUri: back, scope: ['tweet.read', 'users.read', 'tweet.write', 'offline.access'] })
const verifier = generateCodeVerifier()
await step('consent', async ({ me }) => {
  await auth.setPkceParameters(verifier, await generateCodeChallenge(verifier))
  const asked = await auth.getAuthorizationUrl('state-1')
  const answer = await fetch(asked, { method: 'POST', body: new URLSearchParams({ account: me.username, answer: 'allow' }), redirect: 'manual' })
  const { searchParams } = new URL(answer.headers.get('location'))
  must(searchParams.get('state') === 'state-1' && searchParams.get('code'), String(searchParams))
  return { code: searchParams.get('code') }
})
await step('a token', async ({ consent }) => {
  const given = await auth.exchangeCode(consent.code, verifier)
  must(given.access_token && given.expires_in === 7200 && given.refresh_token, Object.keys(given).join())
  return given
})
await step('a code is good once', async ({ consent }) => {
  const again = await auth.exchangeCode(consent.code, verifier).then(() => '', (err) => err.message)
  must(/status: 40[01]/.test(again), again || 'it was not refused')
})
await step('a token anew', async ({ 'a token': given }) => {
  const fresh = await auth.refreshToken(given.refresh_token)
  must(fresh.access_token && fresh.access_token !== given.access_token && fresh.refresh_token !== given.refresh_token, 'no other token')
})
