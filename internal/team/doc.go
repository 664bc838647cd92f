// Package team knows who works here: workspaces, accounts, members with their
// roles and channels, sessions, invitations, tokens, and what was done by whom.
//
// # What is authoritative
//
// An account is a person with an e-mail and a password; a member is that person
// in one workspace, with a role and the channels they are limited to. Rights
// are read with every request: a change holds at once. Of session cookies, API
// tokens, invitations and reset links only digests are kept.
//
// # Promises
//
// A workspace always has an owner. A changed password ends the other sessions,
// a reset one all of them. Whether an e-mail is known is told to nobody:
// unknown ones cost the same work and are throttled alike. Tries count before
// the password is looked at, so a crowd of guesses at once gains nothing.
//
// Passwords are hashed and checked outside of transactions: a hash takes tens
// of milliseconds, and a writer has better things to do.
package team
