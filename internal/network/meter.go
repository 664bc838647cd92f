package network

import (
	"context"
	"encoding/json"
	"slices"
	"time"
)

// Calls names quotas that count calls, or the units that calls cost: reading takes of
// them, too.
const Calls = "calls"

// spread is the least while of a quota that is planned with: what is shorter is the
// business of Retry-After.
const spread = 3600

// Spread says that a quota counts calls over so long a while that they are divided:
// among what is to go out, what people do, and reading.
func (q Quota) Spread() bool {
	return q.Name == Calls && q.Max > 0 && (q.Daily != "" || q.WindowS >= spread)
}

// Meter is told what was taken of a quota that counts more than posts. nil: nobody
// counts.
type Meter func(what string, n int)

// Purchase is a thing that a network takes money for when it is read or told: once on a
// day (UTC), whichever channel of the house it is for.
type Purchase struct {
	What  string // of which sort it is: each of a sort is charged once
	ID    string
	Price string // as prices name it
}

// Purse is what reading pays with, where a network takes money for what it tells.
type Purse struct {
	// Pay counts what an answer brought: durably, before anything is made of it, so that
	// nothing is counted twice or left out. nil: nobody counts.
	Pay func(ctx context.Context, at time.Time, bought []Purchase) error
	// Empty says that no more is to be spent on reading this month: a reader stops where it
	// can go on later. nil: never.
	Empty func(ctx context.Context) (bool, error)
}

// Spent asks a purse whether it is empty.
func (p Purse) Spent(ctx context.Context) (bool, error) {
	if p.Empty == nil {
		return false, nil
	}
	return p.Empty(ctx)
}

// Take tells a meter.
func (m Meter) Take(what string, n int) {
	if m != nil && n > 0 {
		m(what, n)
	}
}

// Costs is how many calls something takes: the first of its names that is known, else
// one.
func (p Profile) Costs(names ...string) int {
	for _, name := range names {
		if n, ok := p.CallCosts[name]; ok {
			return n
		}
	}
	return 1
}

// CallsOf is about how many calls parts take that are published as one post, each with
// what belongs to it, in the words of CallCosts: “post” and “comment” for a part, “file”
// or “video” for each of its files, “cover”, “subtitles” for each language, and
// “option NAME” for a choice that is acted upon. What is not named is in the others.
func (p Profile) CallsOf(l Limits, parts []Part) (all []int) {
	for i, part := range parts {
		n := p.Costs("post")
		if i > 0 && !l.Thread {
			n = p.Costs("comment")
		}
		kind, _ := l.Of(part.Kind)
		takes := kind.Media.Video
		for _, m := range part.Media {
			if !m.Video() {
				n += p.CallCosts["file"]
				continue
			}
			n += p.CallCosts["video"]
			if takes.Cover != nil && m.Cover != nil && takes.Covers(m, len(part.Media)) == nil {
				n += p.CallCosts["cover"]
			}
			if takes.Subtitles != nil {
				fit, _ := takes.Captions(m)
				n += p.CallCosts["subtitles"] * len(fit)
			}
		}
		for name, value := range part.Options {
			if value != "" {
				n += p.CallCosts["option "+name]
			}
		}
		all = append(all, n)
	}
	return all
}

// Elsewhere is the profile of a network where another address stands in its place, as in
// a rehearsal: the network's calls are not used there, unless somebody says how many
// there are.
func (p Profile) Elsewhere(said json.RawMessage) Profile {
	var own struct {
		Quotas json.RawMessage `json:"quotas"`
	}
	if json.Unmarshal(said, &own) == nil && own.Quotas != nil {
		return p
	}
	p.Quotas = slices.DeleteFunc(slices.Clone(p.Quotas), func(q Quota) bool { return q.Name == Calls })
	return p
}
