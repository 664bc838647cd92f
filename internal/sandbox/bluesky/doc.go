// Package bluesky pretends to be the Bluesky network: a personal data server and its AppView behind one XRPC address, written from
// the published lexicons and from recorded answers of the reference server. It stands on package sandbox and on nothing else of
// ours.
//
// What is as on the real network: record addresses (CIDv1 over DAG-CBOR), record rules and their complaints, TIDs, sessions with
// short-lived access tokens, app passwords, swaps, "put" of the same record twice without a second commit, "create" on an existing
// key answered by 500, notifications, threads, counts, blocks, mutes, thread gates, rate limits by points.
//
// What is harsher: whatever package sandbox plays as weather; a post that is listed late is in no list at all, neither the
// AppView's nor the repository's, though getRecord finds it.
//
// Its own authorization server (OAuth by the AT Protocol's profile) takes pushed requests, shows a page of consent, and gives
// tokens that are bound to a key. A nonce holds for a few answers, a proof for one request, an access token until the next one
// is given, and whoever comes with a used refresh token ends the consent.
//
// What is not there: permission sets, feeds other than author and timeline, lists, labelers, the firehose.
package bluesky
