// Package mastodon pretends to be a Mastodon instance, or one that speaks its API, written from the published documentation and its
// OpenAPI text. It stands on package sandbox and on nothing else of ours.
//
// What is as on the real network: OAuth with PKCE, statuses as HTML (paragraphs, shortened links, mention cards), text counted in
// graphemes with links as 23 and mentions by their local part, snowflake identifiers, paging by Link headers, asynchronous media,
// Idempotency-Key for an hour, notifications, conversations, streaming, rate limits with an ISO 8601 reset.
//
// The flavour "GoToSocial" ([Options.GoToSocial]) ignores Idempotency-Key, refuses with 400 instead of 422, counts links as 25 and
// takes 5000 characters and six files. Half of the people live on another server, so that their address has two parts.
//
// What is harsher: whatever package sandbox plays as weather; a post that is listed late is in no timeline, context or account's
// list, though it can be asked for by its identifier.
//
// What is not there: federation, lists, web push, translation, administration.
package mastodon
