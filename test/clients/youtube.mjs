// What a community manager's tool needs of a YouTube channel, done with Google's own client:
//
//   node youtube.mjs BASE_URL CLIENT_ID CLIENT_SECRET REFRESH_TOKEN CHANNEL_ID CONTROL_URL
import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { auth, youtube } from '@googleapis/youtube'
import { refused, step, talk } from './steps.mjs'

const [base, clientId, clientSecret, refreshToken, channelId, control] = process.argv.slice(2)
const root = base.replace(/\/$/, '')
const redirectUri = 'http://127.0.0.1:9/back'
const endpoints = {
  oauth2AuthBaseUrl: `${root}/o/oauth2/v2/auth`,
  oauth2TokenUrl: `${root}/token`,
  oauth2RevokeUrl: `${root}/revoke`,
}
const oauth = () => new auth.OAuth2({ clientId, clientSecret, redirectUri, endpoints })
const ours = oauth()
ours.setCredentials({ refresh_token: refreshToken })
const must = (ok, what) => {
  if (!ok) throw new Error(what)
}
const retry = false // what goes wrong is to be seen
const rootUrl = `${root}/`
const yt = youtube({ version: 'v3', auth: ours, rootUrl })
const upload = { retry, rootUrl } // uploads take the address from here alone
// an MP4 header and noise: no two are the same file
const film = (size) => Buffer.concat([Buffer.from('\0\0\0\x18ftypisom\0\0\x02\0isomiso2', 'latin1'), randomBytes(size)])
const advance = (seconds) =>
  fetch(new URL('/sandbox/clock', control), { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ advance_s: seconds }) })

await step('the channel', async () => {
  const { data } = await yt.channels.list({ mine: true, part: ['snippet', 'statistics', 'contentDetails', 'status'] }, { retry })
  must(data.items.length === 1 && data.items[0].id === channelId, `the channel is ${JSON.stringify(data.items)}`)
  must(ours.credentials.access_token?.startsWith('ya29.'), 'no access token came of the refresh token')
  return { uploads: data.items[0].contentDetails.relatedPlaylists.uploads }
})
const insert = (privacyStatus, title, body) =>
  yt.videos.insert(
    {
      part: ['snippet', 'status', 'paidProductPlacementDetails'],
      notifySubscribers: false,
      requestBody: {
        snippet: { title, description: 'Une description\n\nhttps://example.org', tags: ['livres', 'club de lecture'], categoryId: '27' },
        status: { privacyStatus, selfDeclaredMadeForKids: false, containsSyntheticMedia: true },
        paidProductPlacementDetails: { hasPaidProductPlacement: true },
      },
      media: { mimeType: 'video/mp4', body },
    },
    upload,
  )
await step('upload in one piece', async () => {
  const { data } = await insert('public', 'Rencontre', Readable.from(film(700_000)))
  must(data.kind === 'youtube#video' && data.status.uploadStatus === 'uploaded', JSON.stringify(data.status))
  return { id: data.id }
})
await step('a private one', async () => ({ id: (await insert('private', 'Plus tard', Readable.from(film(1000)))).data.id }))
await refused('an empty title', [400], () => insert('public', ' ', Readable.from(film(100))))
await refused('no such privacy', [400], () => insert('friends', 'x', Readable.from(film(100))))
await step('it is worked on', async ({ 'upload in one piece': { id } }) => {
  const { data } = await yt.videos.list({ id: [id], part: ['status', 'processingDetails'] }, { retry })
  must(data.items[0].processingDetails.processingStatus === 'processing', JSON.stringify(data.items[0]))
})
await advance(60)
await step('it is ready', async ({ 'upload in one piece': { id } }) => {
  const { data } = await yt.videos.list({ id: [id], part: ['snippet', 'status', 'statistics', 'processingDetails', 'paidProductPlacementDetails'] }, { retry })
  const [v] = data.items
  must(v.status.uploadStatus === 'processed' && v.status.containsSyntheticMedia, JSON.stringify(v.status))
  must(v.paidProductPlacementDetails.hasPaidProductPlacement, 'what is paid is not kept')
  must(v.snippet.tags.length === 2 && v.statistics.viewCount === '0', JSON.stringify(v))
})
await step('the private one is made public', async ({ 'a private one': { id } }) => {
  const { data } = await yt.videos.update({ part: ['status'], requestBody: { id, status: { privacyStatus: 'public', selfDeclaredMadeForKids: false } } }, { retry })
  must(data.status.privacyStatus === 'public', JSON.stringify(data))
})
await step('uploads', async ({ 'the channel': { uploads }, 'upload in one piece': { id } }) => {
  const { data } = await yt.playlistItems.list({ playlistId: uploads, part: ['snippet', 'contentDetails', 'status'], maxResults: 50 }, { retry })
  must(data.items.length === 2 && data.items.some((i) => i.contentDetails.videoId === id), JSON.stringify(data.items))
})
await step('edit', async ({ 'upload in one piece': { id } }) => {
  const { data } = await yt.videos.update({ part: ['snippet'], requestBody: { id, snippet: { title: 'Autre titre', description: 'Autre', categoryId: '22' } } }, { retry })
  must(data.snippet.title === 'Autre titre' && !data.snippet.tags, 'what an update leaves out is taken away')
})
await step('first comment', async ({ 'upload in one piece': { id } }) => {
  const { data } = await yt.commentThreads.insert(
    { part: ['snippet'], requestBody: { snippet: { channelId, videoId: id, topLevelComment: { snippet: { textOriginal: 'Premier !' } } } } },
    { retry },
  )
  return { id: data.id }
})
const say = (text, to) => (known) => talk(control, { network: 'youtube', account: channelId, kind: 'comment', target: to(known), text })
await step('somebody comments', say('Très <joli> & beau', (known) => known['upload in one piece'].id))
await step('somebody is rude', say('Vous êtes nuls', (known) => known['upload in one piece'].id))
await step('threads', async ({ 'somebody comments': { id } }) => {
  const { data } = await yt.commentThreads.list(
    { allThreadsRelatedToChannelId: channelId, part: ['snippet', 'replies'], order: 'time', textFormat: 'plainText', maxResults: 100 },
    { retry },
  )
  must(data.items.length === 3, `${data.items.length} threads`)
  const theirs = data.items.find((t) => t.id === id).snippet.topLevelComment.snippet
  must(theirs.textDisplay === 'Très <joli> & beau' && theirs.authorChannelId.value.startsWith('UC'), JSON.stringify(theirs))
})
await step('reply', async ({ 'somebody comments': { id } }) => {
  const { data } = await yt.comments.insert({ part: ['snippet'], requestBody: { snippet: { parentId: id, textOriginal: 'Merci !' } } }, { retry })
  must(data.snippet.parentId === id && data.id.startsWith(`${id}.`), JSON.stringify(data))
  return { id: data.id }
})
await step('replies', async ({ 'somebody comments': { id }, reply }) => {
  const { data } = await yt.comments.list({ parentId: id, part: ['snippet'], maxResults: 100 }, { retry })
  must(data.items.length === 1 && data.items[0].id === reply.id, JSON.stringify(data.items))
})
await refused('an answer to an answer', [400], ({ reply }) =>
  yt.comments.insert({ part: ['snippet'], requestBody: { snippet: { parentId: reply.id, textOriginal: 'x' } } }, { retry }),
)
const moderate = (moderationStatus, banAuthor) => ({ 'somebody is rude': { id } }) =>
  yt.comments.setModerationStatus({ id: [id], moderationStatus, ...(banAuthor === undefined ? {} : { banAuthor }) }, { retry })
await step('hold', async (known) => ({ status: (await moderate('heldForReview')(known)).status }))
await step('held', async ({ 'somebody is rude': { id } }) => {
  const { data } = await yt.commentThreads.list({ allThreadsRelatedToChannelId: channelId, part: ['snippet'], moderationStatus: 'heldForReview' }, { retry })
  must(data.items.length === 1 && data.items[0].id === id, JSON.stringify(data.items))
})
await refused('a ban without a rejection', [400], moderate('published', true))
await step('reject and ban', async (known) => ({ status: (await moderate('rejected', true)(known)).status }))
await refused("somebody else's comment is not deleted", [403], ({ 'somebody comments': { id } }) => yt.comments.delete({ id }, { retry }))
await step('delete our answer', async ({ reply }) => ({ status: (await yt.comments.delete({ id: reply.id }, { retry })).status }))
await step('playlists', async () => {
  const { data } = await yt.playlists.list({ mine: true, part: ['snippet'], maxResults: 50 }, { retry })
  return { id: data.items[0].id }
})
await step('into a playlist', async ({ playlists, 'upload in one piece': { id } }) => {
  const { data } = await yt.playlistItems.insert(
    { part: ['snippet'], requestBody: { snippet: { playlistId: playlists.id, resourceId: { kind: 'youtube#video', videoId: id } } } },
    { retry },
  )
  must(data.snippet.resourceId.videoId === id, JSON.stringify(data))
})
await step('thumbnail', async ({ 'upload in one piece': { id } }) => {
  const jpeg = Buffer.from('/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////////////2Q==', 'base64')
  const { data } = await yt.thumbnails.set({ videoId: id, media: { mimeType: 'image/jpeg', body: Readable.from(jpeg) } }, upload)
  must(data.kind === 'youtube#thumbnailSetResponse', JSON.stringify(data))
})
await step('consent', async () => {
  const asking = oauth()
  const { codeVerifier, codeChallenge } = await asking.generateCodeVerifierAsync()
  const scope = ['https://www.googleapis.com/auth/youtube.force-ssl', 'https://www.googleapis.com/auth/yt-analytics.readonly']
  const page = asking.generateAuthUrl({ access_type: 'offline', prompt: 'consent', scope, state: 's', code_challenge: codeChallenge, code_challenge_method: 'S256' })
  const form = new URL(page).searchParams
  form.set('answer', 'allow')
  const answer = await fetch(page.split('?')[0], { method: 'POST', body: form, redirect: 'manual' })
  const back = new URL(answer.headers.get('location')).searchParams
  must(back.get('state') === 's', 'the state is lost')
  const { tokens } = await asking.getToken({ code: back.get('code'), codeVerifier })
  must(tokens.refresh_token && tokens.scope.split(' ').length === 2, JSON.stringify(tokens))
  await asking.revokeToken(tokens.refresh_token)
})
await step('delete', async ({ 'upload in one piece': { id } }) => ({ status: (await yt.videos.delete({ id }, { retry })).status }))
await refused('gone', [404], ({ 'upload in one piece': { id } }) => yt.videos.delete({ id }, { retry }))
await refused('a forged token', [401], () => {
  const forged = oauth()
  forged.setCredentials({ access_token: 'ya29.forged', expiry_date: Date.now() + 3_600_000 })
  return youtube({ version: 'v3', auth: forged, rootUrl }).channels.list({ mine: true, part: ['id'] }, { retry })
})
