// Package lemmy pretends to be a server of Lemmy, version 3 of its API as the
// line 0.19 speaks it, from the published types and the documentation alone.
//
// It is harsher than life: numbers of posts, comments and messages overlap
// nowhere and have gaps, what comes from other servers may arrive hours late with
// its old time, addresses lose what counts clicks, what is deleted or removed
// stays in lists without its words, and a second deletion is refused.
//
// Objects are named here, in the ledger and for people, by the end of their
// address: post/48211, comment/930112, private_message/7311.
package lemmy
