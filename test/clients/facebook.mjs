// What a community manager's tool needs of a Facebook Page, done with Meta's own SDK:
//
//   node facebook.mjs BASE_URL PAGE_TOKEN PAGE_ID [CONTROL_URL]
//
// With CONTROL_URL, people of the rehearsal's cast comment, and are moderated.
import http from 'node:http'
import sdk from 'facebook-nodejs-business-sdk'
import { picture, refused, step, talk } from './steps.mjs'

const [base, token, pageID, control] = process.argv.slice(2)
const { AdVideo, Comment, FacebookAdsApi, Page, PagePost, Photo } = sdk

// the SDK has its host in a static getter and no option
for (const name of ['GRAPH', 'GRAPH_VIDEO']) Object.defineProperty(FacebookAdsApi, name, { get: () => base.replace(/\/$/, '') })
FacebookAdsApi.init(token, 'en_US', false)

const page = new Page(pageID)
const must = (ok, what) => {
  if (!ok) throw new Error(what)
}
const list = (cursor) => cursor.map((item) => item._data)

// Facebook fetches photos by their address; so one is offered here
const files = http.createServer((_, response) => response.setHeader('content-type', 'image/png').end(picture(640, 480)))
await new Promise((ready) => files.listen(0, '127.0.0.1', ready))
const image = `http://127.0.0.1:${files.address().port}/picture.png`

await step('me', async () => {
  const { id, name } = (await page.read(['id', 'name']))._data
  must(id === pageID, `the Page is ${id}`)
  return { id, name }
})
await step('post', async () => {
  const { id } = (await page.createFeed([], { message: 'Bonjour à tous' }))._data
  must(id.startsWith(`${pageID}_`), `the post is ${id}`)
  return { id }
})
await step('photo', async () => {
  const { id, post_id } = (await page.createPhoto([], { url: image, caption: 'Une image', alt_text_custom: 'A square' }))._data
  must(id && post_id, 'no id or no post_id')
  return { id, post_id }
})
await step('photo read', async ({ photo }) => (await new Photo(photo.id).read(['id', 'alt_text_custom', 'alt_text']))._data)
await step('read', async ({ post }) => {
  const read = (await new PagePost(post.id).read(['id', 'message', 'created_time', 'from', 'permalink_url', 'is_published']))._data
  must(read.message === 'Bonjour à tous', `the message is ${read.message}`)
  return read
})
await step('feed', async ({ post, photo }) => {
  const ids = list(await page.getFeed(['id', 'message', 'created_time'], { limit: 25 })).map(({ id }) => id)
  must(ids.filter((id) => id === post.id).length === 1, 'the post is not there exactly once')
  must(ids.includes(photo.post_id), "the photo's post is not there")
  return { seen: ids.length }
})
await refused('an unknown field', [400], ({ post }) => new PagePost(post.id).read(['no_such_field']))
await step('comment', async ({ post }) => (await new PagePost(post.id).createComment([], { message: 'Premier !' }))._data)
if (control) {
  const say = (text) => ({ post }) => talk(control, { network: 'facebook', account: pageID, kind: 'comment', target: post.id, text })
  await step('somebody comments', say('Très joli'))
  await step('somebody is rude', say('Vous êtes nuls'))
  await step('comments', async ({ post, 'somebody is rude': rude }) => {
    const fields = ['id', 'message', 'from', 'created_time', 'is_hidden', 'can_hide', 'can_reply_privately', 'like_count', 'comment_count']
    const found = list(await new PagePost(post.id).getComments(fields, { filter: 'stream', order: 'chronological', limit: 50 }))
    must(found.length === 3, `${found.length} comments`)
    must(found.some(({ id, message }) => id === rude.id && message === 'Vous êtes nuls'), 'the rude one is not there')
    return found.map(({ id, message, can_hide }) => ({ id, message, can_hide }))
  })
  const kind = (known) => new Comment(known['somebody comments'].id)
  const rude = (known) => new Comment(known['somebody is rude'].id)
  await step('reply', async (known) => (await kind(known).createComment([], { message: 'Merci !' }))._data)
  await step('replies', async (known) => {
    const found = list(await kind(known).getComments(['id', 'message', 'parent']))
    must(found.length === 1 && found[0].id === known.reply.id, `the replies are ${JSON.stringify(found)}`)
  })
  await step('like', async (known) => (await kind(known).createLike([]))._data)
  await step('liked', async (known) => {
    const { like_count, user_likes } = (await kind(known).read(['like_count', 'user_likes']))._data
    must(like_count === 1 && user_likes === true, `liked ${like_count} times, by us: ${user_likes}`)
  })
  await step('unlike', (known) => kind(known).deleteLikes())
  await step('hide', (known) => rude(known).update([], { is_hidden: true }))
  await step('hidden', async (known) => {
    const { is_hidden } = (await rude(known).read(['is_hidden']))._data
    must(is_hidden === true, `is_hidden is ${is_hidden}`)
  })
  await step('unhide', (known) => rude(known).update([], { is_hidden: false }))
  await step('private reply', async (known) =>
    (await page.createMessage([], { recipient: { comment_id: known['somebody comments'].id }, message: { text: 'Un mot en privé' } }))._data)
  await step('delete a comment', (known) => rude(known).delete([]))
  await refused('the comment is gone', [400, 404], (known) => rude(known).read(['id']))
}
// A video in pieces, as the guide has it: the SDK has no call that carries bytes, so the piece itself is a form.
const film = Buffer.concat([Buffer.from('\x00\x00\x00\x18ftypisom', 'latin1'), Buffer.alloc(5000, 7)])
const out = async (id) => {
  for (let i = 0; i < 100; i++) {
    const video = (await new AdVideo(id).read(['status', 'published', 'post_id', 'permalink_url', 'description']))._data
    if (video.status.publishing_phase?.status === 'complete') return video
    must(video.status.video_status !== 'error', `the video is ${JSON.stringify(video.status)}`)
    await new Promise((later) => setTimeout(later, 50))
  }
  throw new Error('the video does not come out')
}
await step('video', async () => {
  const { upload_session_id, video_id, start_offset } = (await page.createVideo([], { upload_phase: 'start', file_size: film.length }))._data
  const form = new FormData()
  for (const [name, value] of Object.entries({ access_token: token, upload_phase: 'transfer', upload_session_id, start_offset })) form.set(name, value)
  form.set('video_file_chunk', new Blob([film]), 'film.mp4')
  const next = await (await fetch(`${base.replace(/\/$/, '')}/v24.0/${pageID}/videos`, { method: 'POST', body: form })).json()
  must(next.start_offset === next.end_offset && next.start_offset === String(film.length), `the next piece is ${JSON.stringify(next)}`)
  const { success } = (await page.createVideo([], { upload_phase: 'finish', upload_session_id, description: 'Une étagère' }))._data
  must(success === true, 'it was not finished')
  const video = await out(video_id)
  must(video.description === 'Une étagère' && video.published === true, `the video is ${JSON.stringify(video)}`)
  return { id: video_id, post: `${pageID}_${video.post_id}` }
})
await step('video in the feed', async ({ video }) => {
  const found = list(await page.getFeed(['id', 'message', 'attachments'], { limit: 25 })).find(({ id }) => id === video.post)
  must(found?.message === 'Une étagère' && found.attachments.data[0].media_type === 'video', `it is ${JSON.stringify(found)}`)
})
// The bytes of a reel and of a story go to the address that the start gives, which is a host of its own there.
const stream = async (id) => {
  const answer = await fetch(`${base.replace(/\/$/, '')}/video-upload/v24.0/${id}`, {
    method: 'POST', body: film, headers: { authorization: `OAuth ${token}`, offset: '0', file_size: String(film.length) },
  })
  must((await answer.json()).success === true, 'the bytes were not taken')
}
await step('reel', async () => {
  const { video_id, upload_url } = (await page.createVideoReel([], { upload_phase: 'start' }))._data
  must(upload_url.endsWith(`/${video_id}`), `the upload goes to ${upload_url}`)
  await stream(video_id)
  await page.createVideoReel([], { upload_phase: 'finish', video_id, video_state: 'PUBLISHED', description: 'Debout' })
  const reel = await out(video_id)
  must(reel.permalink_url === `/reel/${video_id}/`, `it is at ${reel.permalink_url}`)
  return { id: video_id, post: `${pageID}_${reel.post_id}` }
})
await step('story of a video', async () => {
  const { video_id } = (await page.createVideoStory([], { upload_phase: 'start' }))._data
  await stream(video_id)
  const { post_id } = (await page.createVideoStory([], { upload_phase: 'finish', video_id }))._data
  await out(video_id)
  return { id: video_id, post_id }
})
await step('story of a photo', async () => {
  const { id } = (await page.createPhoto([], { url: image, published: false }))._data
  const { post_id } = (await page.createPhotoStory([], { photo_id: id }))._data
  return { id, post_id }
})
await step('stories', async (known) => {
  const found = list(await page.getStories([]))
  const media = ['story of a photo', 'story of a video'].map((name) => known[name].id)
  must(JSON.stringify(found.map(({ media_id }) => media_id)) === JSON.stringify(media), `the stories are ${JSON.stringify(found)}`)
})
await step('edit', async ({ post }) => {
  await new PagePost(post.id).update([], { message: 'Bonjour à toutes et tous' })
  const { message } = (await new PagePost(post.id).read(['message']))._data
  must(message === 'Bonjour à toutes et tous', `the message is ${message}`)
})
await step('pin', ({ post }) => new PagePost(post.id).update([], { is_pinned: true }))
await step('insights of the page', async () => {
  const found = list(await page.getInsights([], { metric: ['page_follows', 'page_media_view'], period: 'day' }))
  must(found.every(({ name, values }) => name && Array.isArray(values)), 'not insights')
  return found.map(({ name }) => name)
})
await step('insights of the post', async ({ post }) => {
  const found = list(await new PagePost(post.id).getInsights([], { metric: ['post_clicks', 'post_reactions_by_type_total'] }))
  return found.map(({ name, values }) => ({ name, value: values[0]?.value }))
})
await refused('a dead metric', [400], () => page.getInsights([], { metric: ['page_impressions'], period: 'day' }))
await step('delete', ({ post }) => new PagePost(post.id).delete([]))
await refused('gone', [400, 404], ({ post }) => new PagePost(post.id).read(['id']))
await refused('a forged token', [400, 401], () => new FacebookAdsApi('forged', 'en_US', false).call('GET', [pageID], { fields: 'id' }))
files.close()
