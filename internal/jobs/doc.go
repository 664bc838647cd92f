// Package jobs keeps our intentions: what is to be done outside, written in the
// transaction that makes it necessary, and done once, in order, even if the
// machine dies.
//
// # What is authoritative
//
// The tables job and job_lane. A job is open until it is done, failed or
// cancelled; that is a column. Whether an open job runs is a fact about its
// lane: a lane has a head (the open job with the least due_at, then id), and it
// is free or held by one runner with a lease and a token. Nothing about a job
// is true because some goroutine believes it.
//
//	            ┌──────────── again (run_at moves, due_at does not) ─────────┐
//	            ▼                                                            │
//	Insert → ready ── claimed: the lane is held, token+1 ──→ running ────────┤
//	            │                                              │  │         │ lease expired:
//	         Cancel                                     settled │  │ Cancel  │ rescued
//	            ▼                                               ▼  ▼         │
//	        cancelled                           done | failed | cancelled ◄──┘
//
// # Promises
//
//   - A job exists if and only if the transaction that inserted it committed.
//   - Of a lane at most one job runs, in order of (due_at, id). A head that
//     waits for a retry holds its lane. Lanes do not wait for each other.
//   - A finished job never runs again; an open one is never forgotten. A key is
//     unique in its kind and workspace while its job is open.
//   - A job is settled at most once: settling checks that the lane is still held
//     for this job with this token. A worker that slept while another took over
//     gets Conflict from [Settle] and [Hold], and its transaction is undone.
//   - A handler may run more than once for one job: its process may die, or its
//     lease may run out. [Job.Rescued] and [Job.Attempt] say so. What must not
//     happen twice outside is claimed in the room's own rows, and Uncertain is
//     never repeated.
//   - What a handler's error means is decided in one place, [decide], by its kind.
//   - A job starts when it is due, not at the next look: timers are exact, and an
//     insertion wakes the runner when it commits.
//
// # How the promises hold on PostgreSQL
//
// Runners write under READ COMMITTED and lock a lane's row before they read its
// jobs. Everyone else is SERIALIZABLE and writes or locks the lane's row
// whenever a change could alter its head. So for each lane there is one order of
// events: either the runner sees the new job, or the inserter is told to repeat,
// or the inserter finds the lane as the runner left it. Only runners choose
// heads; a cancellation or a move of the head leaves "find out" behind.
//
// # What may be lost
//
// Words that wake other processes: they look each second anyway. Progress since
// the last second. The finished after their retention. Local time decides
// nothing but to step down early: a runner that cannot renew its leases cancels
// its handlers before another may take over.
package jobs
