package instagram

import (
	"context"
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network/graph"
)

const commentFields = "id,text,timestamp,username,from,parent_id"

// rests reads the lists of comments that are left; done is false when there is
// still more, which the next Read goes on with.
func (r *reading) rests(ctx context.Context) (done bool, err error) {
	for s := r.c.Sweep; len(s.Left) > 0; {
		one := s.Left[0]
		over, err := r.rest(ctx, &one)
		s.Left[0] = one
		if err != nil || !over {
			return false, err
		}
		s.Left = slices.Delete(s.Left, 0, 1)
	}
	r.c.Sweep.Left = nil
	return true, nil
}

// rest reads one list: newest first to what is old, or to its end.
func (r *reading) rest(ctx context.Context, left *rest) (over bool, err error) {
	path, fields := left.Post+"/comments", commentFields+",replies.limit(50){"+commentFields+"}"
	if left.Below != "" {
		path, fields = left.Below+"/replies", commentFields
	}
	if !graph.Object.MatchString(left.Post) || left.Below != "" && !graph.Object.MatchString(left.Below) {
		return true, nil // a cursor that was not kept as it was
	}
	for {
		if r.calls >= callsMost {
			return false, nil
		}
		r.calls++
		query := url.Values{"fields": {fields}, "limit": {"50"}}
		maps.Copy(query, left.Place)
		var l graph.List
		a := graph.Ask{Path: path, Query: query}
		err := r.call(ctx, a, &l)
		switch {
		case fault.Is(err, fault.NotFound):
			return true, nil // the post is gone, and its comments with it
		case err != nil && fault.Is(err, fault.Invalid) && left.Place != nil && !left.Again,
			err == nil && l.Data != nil && len(l.Data) == 0 && left.Place != nil && !left.Again:
			left.Place, left.Again = nil, true // the comment that marked our place may be gone
			continue
		case err != nil:
			return false, err
		case l.Data == nil:
			return false, r.misunderstood(a)
		}
		old := r.comments(left, l.Data)
		place := l.Further()
		if place == nil || len(l.Data) == 0 {
			r.whole(left)
			return true, nil
		}
		if old && !left.Deep && left.Below == "" {
			r.partly(left)
			return true, nil
		}
		left.Place = place
	}
}

// whole notes that all of a discussion was seen.
func (r *reading) whole(left *rest) {
	if t, ok := r.c.Sweep.Said[left.Post]; ok && left.Below == "" {
		t.Whole, t.Deep = r.c.Sweep.Then, false
		r.c.Sweep.Said[left.Post] = t
	}
}

// partly notes that somebody may have answered a comment that was not looked at.
func (r *reading) partly(left *rest) {
	t, ok := r.c.Sweep.Said[left.Post]
	if !ok {
		return
	}
	if t.Deep = true; r.due(t) {
		r.c.Sweep.Left = append(r.c.Sweep.Left, rest{Post: left.Post, Deep: true, Floor: t.Whole - int64(graph.Overlap/time.Second)})
	}
	r.c.Sweep.Said[left.Post] = t
}

// comments tells comments and the answers to them; old says that one was older
// than what is looked for.
func (r *reading) comments(left *rest, items []json.RawMessage) (old bool) {
	for _, item := range items {
		var c said
		if !lenient(item, &c) {
			continue
		}
		if r.comment(left, c) {
			old = true
		}
		for _, below := range c.Replies.Data {
			var answer said
			if lenient(below, &answer) {
				if answer.Parent == "" {
					answer.Parent = c.ID
				}
				r.comment(left, answer)
			}
		}
		if c.Replies.Further() != nil {
			r.c.Sweep.Left = append(r.c.Sweep.Left, rest{Post: left.Post, Below: string(c.ID), Floor: left.Floor})
		}
	}
	return old
}

func (r *reading) comment(left *rest, c said) (old bool) {
	at := graph.Moment(c.Time)
	if at.IsZero() {
		at = r.now()
	}
	if at.Unix() < left.Floor {
		return true
	}
	who := c.From
	if who.Username == "" {
		who.Username = c.Name
	}
	if who.ID == "" {
		who.ID = c.User.ID
	}
	parent := string(c.Parent)
	if parent == "" {
		parent = left.Below
	}
	f := fact{What: "comment", ID: string(c.ID), Media: left.Post, Parent: parent, From: who, Text: c.Text, Ours: c.ours(r.conn)}.at(at)
	r.tell(f)
	r.c.See(at.Unix(), r.now())
	if !f.Ours {
		r.watch(f, c.Hidden)
	}
	return false
}
