// Package publish keeps posts and says what may be sent, once.
//
// # What is authoritative
//
// A post holds the text; a publication is that post on one channel; a part is
// one call to the network (a thread has several). Content is frozen into parts
// when a post is scheduled, and so is the key by which a network may recognise
// a repetition.
//
// # States of a part
//
//	due ──Claim──▶ claimed ──Settle──▶ sent
//	 ▲                │ │
//	 │   Release      │ └─Fail──▶ failed
//	 └────────────────┤
//	                  └─Doubt──▶ unclear ──Found──▶ sent
//	 ▲                              │
//	 └──────────Absent──────────────┘
//
// Claim is committed before the network is asked, so a process that dies leaves
// a claimed part; whoever finds it must look on the network before anything
// else. Nothing goes from claimed or unclear back to due but by Release (the
// call certainly did nothing) or Absent (two complete looks after the network's
// delay did not find it), or by the word of a person.
//
// # Steps
//
// Some networks take several acts for one part: files are handed over, worked
// on, then made public. What is reached is kept in the part (Reached, Pause). A
// part that was held by somebody who is gone is gone on with where the next act
// cannot be seen by anybody, and looked for where it can.
//
// # Promises
//
// Two parts never stand for the same remote post (a unique index says so).
// Settle and the others refuse a part that somebody else holds by now (Conflict).
package publish
