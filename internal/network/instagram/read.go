package instagram

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/url"
	"slices"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/graph"
)

// reading is one Read under way.
type reading struct {
	*session
	c      cursor
	calls  int
	events []network.Raw
	seen   map[string]bool
	lost   *network.Span
}

// Read asks for what happened since the cursor, oldest first.
func (d *Driver) Read(ctx context.Context, conn network.Conn, given string) (network.Reading, error) {
	s, err := d.open(conn)
	if err != nil {
		return network.Reading{}, err
	}
	r := &reading{session: s, seen: map[string]bool{}}
	if given != "" && json.Unmarshal([]byte(given), &r.c) != nil {
		r.c = cursor{} // one of an older form: read again, which is harmless
	}
	for _, m := range []*graph.Mark{&r.c.Mark, &r.c.Talk, &r.c.Tags} {
		m.Begin(d.now(), while)
	}
	if err := r.sweep(ctx); err != nil {
		return network.Reading{}, err
	}
	more := r.c.Sweep != nil
	if !more {
		// What fails here is asked again from the same place; it must not hold up
		// what is said in public. Check says when a permission is missing.
		r.try(ctx, &r.c.Talk, r.talks)
		if s.keys.Login == byFacebook {
			r.try(ctx, &r.c.Tags, r.tags)
		}
		r.changed(ctx)
	}
	slices.SortStableFunc(r.events, func(a, b network.Raw) int { return a.At.Compare(b.At) })
	next, err := json.Marshal(r.c)
	if err != nil {
		return network.Reading{}, fault.Wrap(fault.Internal, err, "writing a cursor")
	}
	return network.Reading{Events: r.events, Next: string(next), More: more, Lost: r.lost}, nil
}

func (r *reading) try(ctx context.Context, mark *graph.Mark, read func(context.Context) error) {
	before, n := *mark, len(r.events)
	if read(ctx) != nil {
		*mark, r.events, r.lost = before, r.events[:n], nil
	}
}

// tell adds a fact, unless this reading has told it.
func (r *reading) tell(f fact) {
	f, ok := f.lean()
	if !ok || r.seen[f.key()] {
		return
	}
	r.seen[f.key()] = true
	r.events = append(r.events, f.raw(r.conn.Account))
}

// sweep goes over the recent posts, or on with them.
func (r *reading) sweep(ctx context.Context) error {
	s := r.c.Sweep
	if s == nil {
		s = &sweep{Floor: r.c.Floor(), Then: r.c.Then(r.now())}
		r.c.Sweep = s
	}
	if s.Said == nil {
		s.Said = map[string]told{}
	}
	for {
		if done, err := r.rests(ctx); err != nil || !done {
			return err
		}
		if s.Over {
			break
		}
		if r.calls >= callsMost {
			return nil
		}
		l, err := r.posts(ctx)
		switch {
		case err != nil && fault.Is(err, fault.Invalid) && s.Place != nil && !s.Again,
			err == nil && len(l.Data) == 0 && s.Place != nil && !s.Again:
			s.Place, s.Again = nil, true // our place is gone: from the top once more
			continue
		case err != nil:
			return err
		}
		old := r.below(l)
		s.Place = l.Further()
		s.Over = s.Place == nil || old
	}
	r.c.Since, r.c.Said, r.c.Sweep = s.Then, s.Said, nil
	return nil
}

// posts asks for a page of posts with their newest comment.
func (r *reading) posts(ctx context.Context) (graph.List, error) {
	query := url.Values{"limit": {"50"}, "fields": {"id,caption,timestamp,permalink,media_product_type,username,comments_count,comments.limit(1){id}"}}
	maps.Copy(query, r.c.Sweep.Place)
	r.calls++
	var l graph.List
	a := graph.Ask{Path: r.conn.Account + "/media", Query: query}
	err := r.call(ctx, a, &l)
	if err == nil && l.Data == nil {
		err = r.misunderstood(a)
	}
	return l, err
}

// below tells what a page of posts shows, and notes below which there is something
// to be read; old says that a post was reached whose comments are not read any more.
func (r *reading) below(l graph.List) (old bool) {
	s := r.c.Sweep
	for _, item := range l.Data {
		var p post
		if !lenient(item, &p) || !graph.Object.MatchString(string(p.ID)) {
			continue
		}
		id, made := string(p.ID), graph.Moment(p.Time)
		if !made.IsZero() && made.Before(r.now().Add(-recent)) {
			return true
		}
		if made.Unix() >= s.Floor {
			r.tell(fact{What: "post", ID: id, Text: p.Caption, URL: p.URL, Ours: true}.at(made))
		}
		now := told{Count: -1, Top: first(p.Comments.Data)}
		if p.Count != nil {
			now.Count = *p.Count
		}
		before, known := r.c.Said[id]
		now.Whole, now.Deep = before.Whole, before.Deep
		if !known {
			now.Whole = s.Floor
		}
		changed := !known && now.Count != 0 || known && (before.Count != now.Count || before.Top != now.Top)
		if changed || now.Count < 0 {
			s.Left = append(s.Left, rest{Post: id, Floor: s.Floor})
		}
		if now.Deep && !changed && r.due(now) {
			s.Left = append(s.Left, rest{Post: id, Deep: true, Floor: now.Whole - int64(graph.Overlap/time.Second)})
		}
		s.Said[id] = now
	}
	return false
}

func (r *reading) due(t told) bool {
	return r.c.Sweep.Then-t.Whole >= int64(deepEvery/time.Second)
}

// lenient reads what it can: what is of another type stays empty.
func lenient(data []byte, into any) bool {
	err := json.Unmarshal(data, into)
	if err == nil {
		return true
	}
	_, odd := errors.AsType[*json.UnmarshalTypeError](err)
	return odd
}

func first(items []json.RawMessage) string {
	var one made
	if len(items) == 0 || json.Unmarshal(items[0], &one) != nil {
		return ""
	}
	return graph.Clip(string(one.ID), 128)
}
