// Package secret keeps what must not be read: texts that print as •••, keys
// that seal texts for the database, tokens and password hashes.
//
// # What is authoritative
//
// The master key (the file secret.key, or a value the operator gives) never
// touches the database. It wraps data keys; the wrapped data keys are the table
// secret_key; a data key seals texts. A copy of the database alone opens
// nothing; a copy of the whole data folder opens everything, unless the master
// key was given from outside.
//
// # Promises
//
// A sealed text names its data key and is bound to the row it was sealed for:
// copied to another row it does not open. [Keyring.Rotate] makes a new data key;
// texts of the old ones still open, and [Keyring.Reseal] brings one along.
// [Keyring.Rewrap] changes the master key without touching any sealed text.
// Losing the master key loses every sealed text: there is no second way in.
package secret
