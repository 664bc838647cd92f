// What a community manager's tool needs of a LinkedIn Page, done with LinkedIn's own client:
//
//   node linkedin.mjs BASE_URL TOKEN PAGE_URN MEMBER_URN CLIENT_ID CLIENT_SECRET [CONTROL_URL]
//
// With CONTROL_URL, people of the rehearsal's cast comment, and are answered.
import { createRequire } from 'node:module'
import { picture, refused, step, talk } from './steps.mjs'

const [base, token, page, member, clientId, clientSecret, control] = process.argv.slice(2)
const require = createRequire(import.meta.url)
const axios = require('axios')
const { AuthClient, RestliClient } = require('linkedin-api-client')

// the client has its hosts in constants and no option; it asks through its own axios, and signs in through the shared one
const here = (config) => ({ ...config, url: config.url.replace(/^https:\/\/(api|www)\.linkedin\.com/, base.replace(/\/$/, '')) })
const client = new RestliClient()
client.axiosInstance.interceptors.request.use(here)
axios.interceptors.request.use(here)

const versionString = '202609'
const accessToken = token
const as = { versionString, accessToken }
const must = (ok, what) => {
  if (!ok) throw new Error(what)
}
const words = 'Bonjour \\(à tous\\) {hashtag|\\#|été}'
const entity = (more = {}) => ({
  author: page,
  commentary: words,
  visibility: 'PUBLIC',
  distribution: { feedDistribution: 'MAIN_FEED', targetEntities: [], thirdPartyDistributionChannels: [] },
  lifecycleState: 'PUBLISHED',
  isReshareDisabledByAuthor: false,
  ...more,
})
const comments = '/socialActions/{target}/comments'

await step('me', async () => {
  const { data } = await client.get({ resourcePath: '/me', ...as })
  must(`urn:li:person:${data.id}` === member, `the member is ${data.id}`)
  return { id: data.id, name: data.localizedFirstName }
})
await step('pages', async () => {
  const { data } = await client.finder({ resourcePath: '/organizationAcls', finderName: 'roleAssignee', queryParams: { role: 'ADMINISTRATOR', state: 'APPROVED' }, ...as })
  must(data.elements.some(({ organization }) => organization === page), 'the Page is not among them')
  return { total: data.paging.total }
})
await step('page', async () => {
  const { data } = await client.get({ resourcePath: '/organizations/{id}', pathKeys: { id: page.split(':').pop() }, ...as })
  return { name: data.localizedName }
})
await step('post', async () => {
  const { createdEntityId, status } = await client.create({ resourcePath: '/posts', entity: entity(), ...as })
  must(status === 201 && /^urn:li:share:\d+$/.test(createdEntityId), `${status} ${createdEntityId}`)
  return { id: createdEntityId }
})
await refused('the same words at once', [422], () => client.create({ resourcePath: '/posts', entity: entity(), ...as }))
await step('image', async () => {
  const { data } = await client.action({ resourcePath: '/images', actionName: 'initializeUpload', data: { initializeUploadRequest: { owner: page } }, ...as })
  const put = await axios.put(data.value.uploadUrl, picture(640, 480), { headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/octet-stream' } })
  must(put.status === 201, `the upload answers ${put.status}`)
  return { id: data.value.image }
})
await step('image read', async ({ image }) => {
  const { data } = await client.get({ resourcePath: '/images/{id}', pathKeys: { id: image.id }, ...as })
  must(['PROCESSING', 'AVAILABLE'].includes(data.status), `the image is ${data.status}`)
  return data
})
await step('post with the image', async ({ image }) => {
  const { createdEntityId } = await client.create({ resourcePath: '/posts', entity: entity({ commentary: 'Une image', content: { media: { id: image.id, altText: 'A square' } } }), ...as })
  return { id: createdEntityId }
})
await step('read', async ({ post }) => {
  const { data } = await client.get({ resourcePath: '/posts/{id}', pathKeys: { id: post.id }, ...as })
  must(data.commentary === words && data.author === page && data.lifecycleState === 'PUBLISHED', JSON.stringify(data))
})
await step('posts of the page', async ({ post, 'post with the image': shown }) => {
  const { data } = await client.finder({ resourcePath: '/posts', finderName: 'author', queryParams: { author: page, sortBy: 'CREATED', count: 10, start: 0 }, ...as })
  const ids = data.elements.map(({ id }) => id)
  must(ids.filter((id) => id === post.id).length === 1 && ids.includes(shown.id), `the list has ${ids}`)
  return { total: data.paging.total }
})
await step('edit', async ({ post }) => {
  const { status } = await client.partialUpdate({ resourcePath: '/posts/{id}', pathKeys: { id: post.id }, patchSetObject: { commentary: 'Bonsoir' }, ...as })
  must(status === 204, `it answers ${status}`)
})
await step('comment', async ({ post }) => {
  const { createdEntityId, data } = await client.create({ resourcePath: comments, pathKeys: { target: post.id }, entity: { actor: page, object: post.id, message: { text: 'Premier !' } }, ...as })
  must(data.id === String(createdEntityId) && data.message.text === 'Premier !', JSON.stringify(data))
  return { number: data.id, urn: data.commentUrn }
})
await step('edit the comment', async ({ post, comment }) => {
  const before = { message: { text: 'Premier !' } }
  await client.partialUpdate({ resourcePath: `${comments}/{number}`, pathKeys: { target: post.id, number: comment.number }, queryParams: { actor: page }, originalEntity: before, modifiedEntity: { message: { text: 'Le premier !' } }, ...as })
})
if (control) {
  await step('somebody comments', ({ post }) => talk(control, { network: 'linkedin', account: page, kind: 'comment', target: post.id, text: 'Très joli' }))
  await step('somebody likes it', ({ post }) => talk(control, { network: 'linkedin', account: page, kind: 'react', target: post.id }))
  await step('comments', async ({ post, 'somebody comments': kind }) => {
    const { data } = await client.getAll({ resourcePath: comments, pathKeys: { target: post.id }, queryParams: { start: 0, count: 10 }, ...as })
    must(data.elements.length === 2, `${data.elements.length} comments`)
    const found = data.elements.find(({ commentUrn }) => commentUrn === kind.id)
    must(found?.message.text === 'Très joli', 'the kind one is not there')
    return { actor: found.actor }
  })
  await step('who wrote it', async ({ comments: { actor } }) => {
    const { data } = await client.get({ resourcePath: '/people/{key}', pathKeys: { key: { id: actor.split(':').pop() } }, ...as })
    must(data.localizedFirstName, 'no name')
  })
  await step('reply', async ({ post, 'somebody comments': kind }) => {
    const { data } = await client.create({ resourcePath: comments, pathKeys: { target: kind.id }, entity: { actor: page, object: post.id, parentComment: kind.id, message: { text: 'Merci !' } }, ...as })
    return { urn: data.commentUrn, number: data.id, parent: data.parentComment }
  })
  await step('replies', async ({ reply, 'somebody comments': kind }) => {
    const { data } = await client.getAll({ resourcePath: comments, pathKeys: { target: kind.id }, ...as })
    must(data.elements.length === 1 && data.elements[0].commentUrn === reply.urn, JSON.stringify(data.elements))
  })
  await step('like', ({ 'somebody comments': kind }) =>
    client.create({ resourcePath: '/reactions', queryParams: { actor: page }, entity: { root: kind.id, reactionType: 'LIKE' }, ...as }).then(({ data }) => ({ id: data.id })))
  await step('unlike', async ({ 'somebody comments': kind }) => {
    const { status } = await client.delete({ resourcePath: '/reactions/{key}', pathKeys: { key: { actor: page, entity: kind.id } }, ...as })
    must(status === 204, `it answers ${status}`)
  })
  await step('reactions', async ({ post }) => {
    const { data } = await client.finder({ resourcePath: '/reactions/{key}', pathKeys: { key: { entity: post.id } }, finderName: 'entity', ...as })
    must(data.elements.length === 1 && data.elements[0].reactionType === 'LIKE', JSON.stringify(data.elements))
  })
  await step('social metadata', async ({ post, 'post with the image': shown }) => {
    const { data } = await client.batchGet({ resourcePath: '/socialMetadata', ids: [post.id, shown.id], ...as })
    const of = data.results[post.id]
    must(of.commentSummary.count === 3 && of.commentSummary.topLevelCount === 2 && of.reactionSummaries.LIKE.count === 1, JSON.stringify(of))
  })
  await step('statistics', async ({ post }) => {
    const { data } = await client.finder({ resourcePath: '/organizationalEntityShareStatistics', finderName: 'organizationalEntity', queryParams: { organizationalEntity: page, shares: [post.id] }, ...as })
    must(data.elements.length === 1 && data.elements[0].share === post.id && data.elements[0].totalShareStatistics.likeCount === 1, JSON.stringify(data.elements))
    return data.elements[0].totalShareStatistics
  })
  await step('notifications', async () => {
    const { data } = await client.finder({ resourcePath: '/organizationalEntityNotifications', finderName: 'criteria', queryParams: { organizationalEntity: page, actions: ['COMMENT', 'LIKE', 'ADMIN_COMMENT'], timeRange: { start: Date.now() - 3600_000, end: Date.now() + 3600_000 } }, ...as })
    const told = data.elements.map(({ action }) => action).sort()
    must(told.join() === 'ADMIN_COMMENT,ADMIN_COMMENT,COMMENT,LIKE', `told are ${told}`)
  })
  await step('delete a comment', async ({ post, 'somebody comments': kind }) => {
    const number = kind.id.slice(kind.id.lastIndexOf(',') + 1, -1)
    const { status } = await client.delete({ resourcePath: `${comments}/{number}`, pathKeys: { target: post.id, number }, queryParams: { actor: page }, ...as })
    must(status === 204, `it answers ${status}`)
  })
}
await step('followers', async () => {
  const { data } = await client.get({ resourcePath: '/networkSizes/{id}', pathKeys: { id: page }, queryParams: { edgeType: 'COMPANY_FOLLOWED_BY_MEMBER' }, ...as })
  must(data.firstDegreeSize > 0, JSON.stringify(data))
})
await step('a day of the page', async () => {
  const start = Date.UTC(new Date().getUTCFullYear(), new Date().getUTCMonth(), new Date().getUTCDate())
  const { data } = await client.finder({ resourcePath: '/organizationalEntityShareStatistics', finderName: 'organizationalEntity', queryParams: { organizationalEntity: page, timeIntervals: { timeRange: { start, end: start + 86_400_000 }, timeGranularityType: 'DAY' } }, ...as })
  must(data.elements.length === 1, JSON.stringify(data.elements))
})
await refused('an unknown field', [422], () => client.create({ resourcePath: '/posts', entity: entity({ commentary: 'x', secret: true }), ...as }))
await refused('a version that is over', [426], () => client.get({ resourcePath: '/me', versionString: '202409', accessToken }))
await refused('a forged token', [401], () => client.get({ resourcePath: '/me', versionString, accessToken: 'forged' }))
await step('delete', async ({ post }) => {
  const { status } = await client.delete({ resourcePath: '/posts/{id}', pathKeys: { id: post.id }, ...as })
  must(status === 204, `it answers ${status}`)
})
await refused('gone', [404], ({ post }) => client.get({ resourcePath: '/posts/{id}', pathKeys: { id: post.id }, ...as }))

const auth = new AuthClient({ clientId, clientSecret, redirectUrl: 'http://127.0.0.1:1/back' })
await step('consent', async () => {
  const asked = auth.generateMemberAuthorizationUrl(['r_basicprofile', 'w_member_social'], 'state-1').replace('https://www.linkedin.com', base.replace(/\/$/, ''))
  const answer = await fetch(`${asked}&approve=1`, { redirect: 'manual' })
  const back = new URL(answer.headers.get('location'))
  must(back.searchParams.get('state') === 'state-1' && back.searchParams.get('code'), back.search)
  return { code: back.searchParams.get('code') }
})
await step('a token', async ({ consent }) => {
  const given = await auth.exchangeAuthCodeForAccessToken(consent.code)
  must(given.access_token && given.expires_in === 5184000 && given.refresh_token, Object.keys(given).join())
  return given
})
await refused('a code is good once', [401], ({ consent }) => auth.exchangeAuthCodeForAccessToken(consent.code))
await step('about the token', async ({ 'a token': given }) => {
  const { data } = await auth.introspectAccessToken(given.access_token)
  must(data.active === true && data.status === 'active' && data.auth_type === '3L', JSON.stringify(data))
})
await step('a token anew', async ({ 'a token': given }) => {
  const fresh = await auth.exchangeRefreshTokenForAccessToken(given.refresh_token)
  must(fresh.access_token && fresh.access_token !== given.access_token, 'no other token')
})
