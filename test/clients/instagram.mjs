// What a community manager's tool needs of an Instagram account, done with Meta's own SDK:
//
//   node instagram.mjs BASE_URL PAGE_TOKEN ACCOUNT_ID PAGE_ID IMAGE_URL VIDEO_URL CONTROL_URL
//
// IMAGE_URL and VIDEO_URL are what Instagram fetches; through CONTROL_URL people of the rehearsal's cast comment and time passes.
import sdk from 'facebook-nodejs-business-sdk'
import { refused, step, talk } from './steps.mjs'

const [base, token, accountID, pageID, image, video, control] = process.argv.slice(2)
const { FacebookAdsApi, IGComment, IGMedia, IGUser, Page } = sdk

// the SDK has its host in a static getter and no option
for (const name of ['GRAPH', 'GRAPH_VIDEO']) Object.defineProperty(FacebookAdsApi, name, { get: () => base.replace(/\/$/, '') })
const api = FacebookAdsApi.init(token, 'en_US', false)

const account = new IGUser(accountID)
const page = new Page(pageID)
const must = (ok, what) => {
  if (!ok) throw new Error(what)
}
const list = (cursor) => cursor.map((item) => item._data)
const pass = async (seconds) => {
  const response = await fetch(new URL('/sandbox/clock', control), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ advance_s: seconds }),
  })
  must(response.ok, `the clock answers ${response.status}`)
}
// a container is in no list of the SDK: it is asked for by its id
const ready = async (id) => {
  for (let i = 0; i < 20; i++) {
    const { status_code } = await api.call('GET', [id], { fields: 'status_code' })
    if (status_code !== 'IN_PROGRESS') return status_code
    await pass(5)
  }
  return 'IN_PROGRESS'
}
const contain = async (params) => {
  const { id } = (await account.createMedia([], params))._data
  const status = await ready(id)
  must(status === 'FINISHED', `the container is ${status}`)
  return id
}
const publish = async (creation_id) => (await account.createMediaPublish([], { creation_id }))._data

await step('account', async () => {
  const read = (await account.get(['id', 'username', 'name', 'followers_count', 'media_count', 'profile_picture_url']))._data
  must(read.id === accountID && read.username, `the account is ${JSON.stringify(read)}`)
  return read
})
await step('account of the page', async () => {
  const read = (await page.read(['id', 'instagram_business_account']))._data
  must(read.instagram_business_account?.id === accountID, 'it is not linked')
})
await refused('not ready yet', [400], async () => {
  const { id } = (await account.createMedia([], { image_url: image, caption: 'too soon' }))._data
  return publish(id)
})
await step('image', async () => publish(await contain({ image_url: image, caption: 'Bonjour à tous #un', alt_text: 'A square' })))
await step('read', async ({ image: { id } }) => {
  const read = (await new IGMedia(id).get(['id', 'caption', 'alt_text', 'media_type', 'media_product_type', 'permalink', 'timestamp', 'username', 'like_count', 'comments_count', 'is_comment_enabled']))._data
  must(read.caption === 'Bonjour à tous #un' && read.alt_text === 'A square' && read.media_type === 'IMAGE' && read.is_comment_enabled === true, JSON.stringify(read))
  return read
})
await step('carousel', async () => {
  const children = []
  for (const params of [{ image_url: image }, { media_type: 'VIDEO', video_url: video }]) children.push(await contain({ ...params, is_carousel_item: true }))
  return publish(await contain({ media_type: 'CAROUSEL', children, caption: 'Deux' }))
})
await step('children', async ({ carousel: { id } }) => {
  const found = list(await new IGMedia(id).getChildren(['id']))
  must(found.length === 2, `${found.length} children`)
})
await step('reel', async () => publish(await contain({ media_type: 'REELS', video_url: video, caption: 'Ça bouge', share_to_feed: true })))
await step('story', async () => publish(await contain({ media_type: 'STORIES', image_url: image })))
await step('media', async ({ image: { id }, carousel, reel, story }) => {
  const ids = list(await account.getMedia(['id', 'caption', 'timestamp'], { limit: 25 })).map((m) => m.id)
  must([id, carousel.id, reel.id].every((one) => ids.filter((other) => other === one).length === 1), 'something is not there exactly once')
  must(!ids.includes(story.id), 'the story is among the posts')
  return { seen: ids.length }
})
await step('stories', async ({ story }) => {
  const found = list(await account.getStories(['id', 'media_product_type']))
  must(found.length === 1 && found[0].id === story.id, `the stories are ${JSON.stringify(found)}`)
})
await refused('an unknown field', [400], ({ image: { id } }) => new IGMedia(id).get(['no_such_field']))
await refused('a carousel of one', [400], async () => account.createMedia([], { media_type: 'CAROUSEL', children: [await contain({ image_url: image, is_carousel_item: true })] }))
await refused('AI on an item of a carousel', [400], () => account.createMedia([], { image_url: image, is_carousel_item: true, is_ai_generated: true }))
await refused('a caption that is too long', [400], () => account.createMedia([], { image_url: image, caption: 'x'.repeat(2201) }))
await step('first comment', async ({ image: { id } }) => (await new IGMedia(id).createComment([], { message: 'Premier !' }))._data)
const say = (text) => ({ image: { id } }) => talk(control, { network: 'instagram', account: accountID, kind: 'comment', target: id, text })
await step('somebody comments', say('Très joli'))
await step('somebody is rude', say('Vous êtes nuls'))
await step('comments', async ({ image: { id }, 'somebody is rude': rude }) => {
  const found = list(await new IGMedia(id).getComments(['id', 'text', 'timestamp', 'username', 'from', 'hidden', 'like_count', 'parent_id']))
  must(found.length === 3 && found[0].id === rude.id, 'not three, the newest first')
  return found.map(({ id, text, username }) => ({ id, text, username }))
})
const kind = (known) => new IGComment(known['somebody comments'].id)
const rude = (known) => new IGComment(known['somebody is rude'].id)
await step('reply', async (known) => (await kind(known).createReply([], { message: 'Merci !' }))._data)
await step('replies', async (known) => {
  const found = list(await kind(known).getReplies(['id', 'text', 'parent_id']))
  must(found.length === 1 && found[0].id === known.reply.id && found[0].parent_id === known['somebody comments'].id, JSON.stringify(found))
})
await step('hide', (known) => rude(known).update([], { hide: true }))
await step('hidden', async (known) => must((await rude(known).get(['hidden']))._data.hidden === true, 'it is not hidden'))
await step('show', (known) => rude(known).update([], { hide: false }))
await step('private reply', async (known) => (await page.createMessage([], { recipient: { comment_id: known['somebody comments'].id }, message: { text: 'Un mot en privé' } }))._data)
await refused('a second private reply', [400], (known) => page.createMessage([], { recipient: { comment_id: known['somebody comments'].id }, message: { text: 'Encore' } }))
await step('conversations', async () => {
  const found = list(await page.getConversations(['id', 'updated_time', 'messages{id,message,from}'], { platform: 'instagram' }))
  must(found.length === 1 && found[0].messages.data[0].message === 'Un mot en privé', JSON.stringify(found))
})
await step('delete a comment', (known) => rude(known).delete([]))
await refused('the comment is gone', [400, 404], (known) => rude(known).get(['id']))
await step('close comments', ({ carousel: { id } }) => new IGMedia(id).update([], { comment_enabled: false }))
await refused('comments are closed', [400], ({ carousel: { id } }) => new IGMedia(id).createComment([], { message: 'hello' }))
await step('figures of a post', async ({ image: { id } }) => {
  const found = list(await new IGMedia(id).getInsights([], { metric: ['reach', 'views', 'saved', 'shares'] }))
  must(found.length === 4 && found.every(({ values }) => values[0].value >= 0), JSON.stringify(found))
})
await refused('a dead metric', [400], ({ image: { id } }) => new IGMedia(id).getInsights([], { metric: ['impressions'] }))
await step('figures of the account', async () => {
  const now = Math.floor(Date.now() / 1000)
  return list(await account.getInsights([], { metric: ['reach', 'views'], period: 'day', metric_type: 'total_value', since: now - 4 * 86400, until: now - 3 * 86400 })).map(({ name, total_value }) => ({ name, total_value }))
})
await step('quota', async () => {
  const [{ quota_usage, config }] = list(await account.getContentPublishingLimit(['quota_usage', 'config']))
  must(quota_usage === 4 && config.quota_total > 0, `used ${quota_usage} of ${config?.quota_total}`)
  return { quota_usage, config }
})
await step('delete', ({ image: { id } }) => new IGMedia(id).delete([]))
await refused('gone', [400, 404], ({ image: { id } }) => new IGMedia(id).get(['id']))
await refused('a forged token', [400, 401], () => new FacebookAdsApi('forged', 'en_US', false).call('GET', [accountID], { fields: 'id' }))
