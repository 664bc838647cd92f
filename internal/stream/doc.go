// Package stream keeps facts: what networks told us, appended before we answer
// them, and applied to the database afterwards. It also carries passing news to
// open screens.
//
// # What is authoritative
//
// The stream is authoritative for what was told; the database is authoritative
// for how far we are. The position of a partition (the epoch of the stream and
// the last applied sequence) is written in the very transaction that applies
// the facts; reading starts there, and nothing is acknowledged to the stream.
// So a database restored from an older copy is fed again what it misses, and a
// stream that was lost or replaced has another epoch and is read from its
// beginning. Facts that come twice are recognised by their key ([Fresh]).
//
// # Promises
//
//   - When [Stream.Append] returns nil the facts are on disk (a crowd of callers
//     shares one atomic batch and its fsync), all of them or none.
//   - The facts of one person are applied in the order in which they were
//     appended: a person belongs to one partition, a partition has one reader,
//     and the row of its position is the lock that sees to it.
//   - A batch of facts is one transaction. Where it fails, facts are applied one
//     by one; one that fails five times for its own sake is set aside, visible
//     and replayable ([Stream.Replay]), and its partition goes on. What is
//     merely unavailable or throttled is repeated for as long as it takes.
//   - A full stream refuses with Unavailable. A fact that was not applied is
//     never dropped; applied ones are kept for Options.Keep, and fewer when
//     there is no room.
//   - [Stream.Erase] removes what a person told us from the stream.
//
// # What may be lost
//
// News ([News]): a screen that was too slow, or not there, asks again. And
// applied facts that are older than Keep: a database restored from a copy older
// than that misses them.
package stream
