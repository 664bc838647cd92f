// Package store opens the database and runs transactions on it; it knows two
// engines, SQLite and PostgreSQL, and no table but by its schema files.
//
// # What is authoritative
//
// One SQL text serves both engines: text identifiers, integer microseconds,
// JSON as text, placeholders $1…$n. What truly differs is a function here.
//
// # Promises
//
// [View] reads, [Do] writes; one inside the other is an error. When Do returns
// nil the change is durable (SQLite: synchronous=FULL; PostgreSQL: its own
// commit). On PostgreSQL a transaction is SERIALIZABLE and is repeated on a
// conflict, so a closure must have no effect outside the database; what leaves
// the process waits in [Tx.AfterCommit].
//
// On SQLite there is one writer. Closures that wait at the same time share one
// commit, each in its own savepoint: a closure that fails undoes only itself,
// and a commit that fails is told to all of them. So durability costs one
// fsync for a crowd, not one for each.
//
// The context that a closure receives carries the transaction: with it
// InTx is true, and package outward refuses to speak to the network.
package store
