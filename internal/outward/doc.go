// Package outward is the only http.Client of Kith: whatever asks another
// machine over HTTP goes through it.
//
// # Promises
//
//   - It speaks to public addresses only. The address is judged when the
//     connection is made, after the name was resolved, so a name that changes
//     its mind between two questions gains nothing. Hosts and ranges named in
//     [Options.Allow] are exempt; with [Options.Within] nobody else is spoken to.
//   - A failure says whether the request can have been received. Every
//     connection counts what was handed to it: while nothing was, the failure
//     is Unavailable and the request may be repeated; from the first byte on,
//     a request that changes something fails as Uncertain, and the caller looks
//     before it repeats. Reading requests, and those marked by [Repeatable], are
//     Unavailable in both cases.
//   - No request is sent twice behind the caller's back. net/http repeats a
//     request on a connection that died while it was idle, also a POST that
//     carries an idempotency key; here it does so only when nothing was written.
//     HTTP/1.1 alone is spoken, so that one connection carries one request.
//   - Answers are bounded in size (after decompression) and in time.
//   - Redirects: five at most, for GET and HEAD alone, never from https to http;
//     on another host only harmless header fields go along; none where [Direct] says.
//   - No URL, header field or body is in the text of an error; the host name is.
//   - Inside a transaction it refuses: the network may take seconds.
//
// # What is not here
//
// The meaning of a status: every answer, also 500, is a [Response] without an
// error. The driver of a network knows what its statuses mean.
package outward
