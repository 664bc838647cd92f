// Package inbox keeps what people say to us and what we answer.
//
// # What is authoritative
//
// A message is one comment, mention or private message, ours or theirs; a
// conversation is a top-level comment with everything below it, a mention with
// its thread, or a chat. A message belongs to the conversation of the message
// it answers, so drivers need not know threads.
//
// # Promises
//
// The network's id of a message is unique in its channel: telling an event
// twice records it once. A deletion told before its message leaves a tombstone,
// and the message stays deleted when it comes. An answer to a message that we do
// not know leaves a placeholder, which the message fills when it comes.
//
// An answer of ours has the same life as a part of a post: due, claimed, sent,
// unclear, failed; claimed is committed before the network is asked.
package inbox
