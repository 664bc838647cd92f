package publish

import (
	"context"
	"slices"
	"time"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
)

// Taking is so much of a quota at a moment: what has gone out, or is to.
type Taking struct {
	At time.Time
	N  int
}

// Room is what a quota says of something that is to go out at a moment.
type Room struct {
	Quota network.Quota
	Needs int       // so much of it goes out
	Used  int       // in the while that ends then, or in its day, without what is to go out
	Fits  bool      // there is room for it at that moment
	Next  time.Time // else the next moment with room in every quota; zero: there never is
}

// Fit says whether n more fit into a quota at a moment, beside what has gone out
// and what is to go out; else when they do. No while of a rolling quota may hold
// more than the quota, wherever it begins.
func Fit(of network.Quota, booked []Taking, due time.Time, n int) Room {
	q := quota{of, zoneOf(of)}
	r := Room{Quota: of, Needs: n, Used: q.used(booked, due), Next: due}
	if q.Max <= 0 || q.fits(booked, due, n) {
		r.Fits = true // without a number only the network knows
		return r
	}
	r.Next = time.Time{}
	if n > q.Max {
		return r
	}
	if q.zone != nil {
		at := tomorrow(due, q.zone)
		for !q.fits(booked, at, n) { // a day after the last booking is empty
			at = tomorrow(at, q.zone)
		}
		r.Next = at
		return r
	}
	// Room is made only where something leaves the while.
	booked = slices.Clone(booked)
	slices.SortFunc(booked, func(a, b Taking) int { return a.At.Compare(b.At) })
	for _, b := range booked {
		if at := b.At.Add(q.while()); at.After(due) && q.fits(booked, at, n) {
			r.Next = at
			return r
		}
	}
	return r
}

// quota is one with its zone at hand; a nil zone is that of a rolling one.
type quota struct {
	network.Quota
	zone *time.Location
}

// fits says that no while, or day, holds more than the quota when n go out then.
func (q quota) fits(booked []Taking, at time.Time, n int) bool {
	if q.used(booked, at)+n > q.Max {
		return false
	}
	if q.zone != nil {
		return true
	}
	for _, b := range booked { // whiles that end later and hold this moment, too
		if b.At.After(at) && b.At.Before(at.Add(q.while())) && within(booked, b.At.Add(-q.while()), b.At)+n > q.Max {
			return false
		}
	}
	return true
}

// used is how many are in the while that ends at a moment, or in its day.
func (q quota) used(booked []Taking, at time.Time) (n int) {
	if q.zone == nil {
		return within(booked, at.Add(-q.while()), at)
	}
	end := tomorrow(at, q.zone)
	for _, b := range booked {
		if tomorrow(b.At, q.zone).Equal(end) {
			n += b.N
		}
	}
	return n
}

// within adds up what is after from, and not after to.
func within(booked []Taking, from, to time.Time) (n int) {
	for _, b := range booked {
		if b.At.After(from) && !b.At.After(to) {
			n += b.N
		}
	}
	return n
}

func (q quota) while() time.Duration { return time.Duration(q.WindowS) * time.Second }

// zoneOf gives the zone of a quota of calendar days, nil for a rolling one.
func zoneOf(q network.Quota) *time.Location {
	if q.Daily == "" {
		return nil
	}
	zone, err := time.LoadLocation(q.Daily)
	if err != nil {
		return time.UTC // a zone that this machine has forgotten
	}
	return zone
}

// Day is when the day of a quota began that a moment is in, and when it ends.
func Day(of network.Quota, at time.Time) (from, until time.Time) {
	zone := zoneOf(of)
	if zone == nil {
		zone = time.UTC
	}
	y, m, d := at.In(zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, zone), tomorrow(at, zone)
}

func tomorrow(at time.Time, zone *time.Location) time.Time {
	y, m, d := at.In(zone).Date()
	return time.Date(y, m, d+1, 0, 0, 0, 0, zone)
}

// What quotas of posts count.
const (
	OfPosts      = "posts"
	OfReels      = "reels"      // short upright videos alone
	OfDrafts     = "drafts"     // those with an option: they wait for a person
	OfContainers = "containers" // files, and what holds several of them
)

// Kept says whether a quota is one that is counted here: one of posts, or one of calls
// that is long enough to plan with.
func Kept(q network.Quota) bool {
	return q.Spread() || slices.Contains([]string{OfPosts, OfReels, OfDrafts, OfContainers}, q.Name)
}

// Counts says whether a quota counts such a post.
func Counts(q network.Quota, c Content) bool {
	if q.Option != "" && c.Options[q.Option] != q.Value || q.Name == OfReels && c.Kind != network.Reel {
		return false
	}
	return Kept(q)
}

// weight is how much one part takes of a quota.
func weight(q network.Quota, c Content) int {
	if q.Name == OfContainers && len(c.Media) > 1 {
		return len(c.Media) + 1
	}
	return 1
}

// Rooms holds the parts of one more post against all quotas that count it; without
// parts it says how full all of them are. calls is what they take of quotas of calls, and
// booked gives what counts for a quota. Next is the same in all: a moment with room in
// every one.
func Rooms(quotas []network.Quota, contents []Content, calls int, l network.Limits, booked func(network.Quota) []Taking, due time.Time) []Room {
	var all []Room
	n := func(q network.Quota) (sum int) {
		if q.Spread() {
			return calls
		}
		for _, c := range contents[:Weighs(len(contents), l)] {
			sum += weight(q, c)
		}
		return sum
	}
	for _, q := range quotas {
		if len(contents) == 0 && Kept(q) || len(contents) > 0 && Counts(q, contents[0]) {
			all = append(all, Fit(q, booked(q), due, n(q)))
		}
	}
	next, moved := due, true
	for moved && !next.IsZero() { // each round goes on to a later moment, or ends
		moved = false
		for _, r := range all {
			f := Fit(r.Quota, booked(r.Quota), next, n(r.Quota))
			if f.Next.IsZero() || f.Next.After(next) {
				next, moved = f.Next, true
				break
			}
		}
	}
	for i := range all {
		all[i].Next = next
	}
	return all
}

// Weighs says how many posts a network counts for these parts: a thread is
// several, a first comment is none.
func Weighs(parts int, l network.Limits) int {
	if l.Thread {
		return parts
	}
	return min(parts, 1)
}

// Booked gives when parts of some channels have gone out since a moment, and when
// the others are to go out. A part of which nobody knows whether it is out counts.
// Channels of several workspaces may share an app, so that none is named here. What a
// quota does not count is left out. What a person publishes takes nothing of what
// programs may do.
func Booked(ctx context.Context, tx *store.Tx, channels []string, thread bool, q network.Quota, since time.Time) ([]Taking, error) {
	kind := network.PlainPost // of all kinds
	if q.Name == OfReels {
		kind = network.Reel
	}
	type booking struct {
		At      time.Time
		Content Content
	}
	// Most quotas count posts, whatever is in them.
	inside := q.Option != "" || q.Name == OfContainers
	var all []Taking
	for _, channel := range channels {
		out, err := store.All[booking](ctx, tx, `select sent_at, case when $5 = 1 then content else '{}' end from part where channel_id = $1 and sent_at > $2 and state = 'sent' and remote_id not like 'hand:%' and (position = 0 or $3 = 1)
			and ($4 = '' or exists (select 1 from publication u where u.id = part.publication_id and u.kind = $4))`, channel, since, thread, string(kind), inside)
		if err != nil {
			return nil, err
		}
		// What is late goes out at once.
		waiting, err := store.All[booking](ctx, tx, `select case when u.due_at < $2 then $2 else u.due_at end, case when $5 = 1 then p.content else '{}' end from part p join publication u on u.id = p.publication_id
			where p.channel_id = $1 and p.state in ('due', 'claimed', 'unclear') and u.state in ('scheduled', 'publishing', 'unclear') and u.hand not like '%"chosen":true%' and (p.position = 0 or $3 = 1) and ($4 = '' or u.kind = $4)`, channel, tx.Now, thread, string(kind), inside)
		if err != nil {
			return nil, err
		}
		for _, b := range append(out, waiting...) {
			b.Content.Kind = kind // as it was asked for
			if Counts(q, b.Content) {
				all = append(all, Taking{b.At, weight(q, b.Content)})
			}
		}
	}
	return all, nil
}
