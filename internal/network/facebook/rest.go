package facebook

import (
	"context"
	"encoding/json"
	"net/url"
	"strconv"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network/graph"
)

// rests reads on below the posts that had more comments than fitted; done is
// false when there is still more, which the next Read goes on with.
func (r *reading) rests(ctx context.Context) (done bool, err error) {
	for s := r.c.Sweep; len(s.Left) > 0; {
		if r.calls >= callsMost {
			return false, nil
		}
		if over, err := r.rest(ctx, &s.Left[0]); err != nil || !over {
			return false, err
		}
		s.Left = s.Left[1:]
	}
	r.c.Sweep.Left = nil
	return true, nil
}

// rest reads the comments of one post from a moment on, oldest first, so that
// what is said meanwhile comes at the end.
func (r *reading) rest(ctx context.Context, left *rest) (over bool, err error) {
	for try := 0; ; try++ {
		before := left.From
		query := url.Values{"fields": {commentFields}, "filter": {"stream"}, "order": {"chronological"}, "limit": {"100"},
			"since": {strconv.FormatInt(max(left.From-1, 1), 10)}}
		end, err := r.walk(ctx, r.conn, left.Post+"/comments", query, max(callsMost-r.calls, 1), func(items []json.RawMessage) bool {
			r.calls++
			for _, item := range items {
				left.From = max(left.From, r.comment(left.Post, item))
			}
			return false
		})
		switch {
		case fault.Is(err, fault.NotFound):
			return true, nil // the post is gone, and its comments with it
		case err != nil:
			return false, err
		case end == graph.Lost && try < 2:
			continue // the comment that marked our place may be gone: on from the last we saw
		case end == graph.Broken:
			if left.From == before {
				left.From++ // thousands in one second: better one left out than all that follow
			}
			return false, nil
		}
		return true, nil
	}
}

// felt is how many reactions of one post are listed at most.
const feltPages = 5

// reactions tells who reacted to a post, when the number has changed. Graph does
// not say when, so it is now.
func (r *reading) reactions(ctx context.Context, p feedPost) error {
	total := p.Reactions.Summary.Total
	if total == nil || *total <= 0 {
		return nil
	}
	if r.c.Felt[p.ID] == *total {
		r.c.Sweep.Felt[p.ID] = *total
		return nil
	}
	now := graph.Clock(r.now().Unix())
	_, err := r.walk(ctx, r.conn, p.ID+"/reactions", url.Values{"limit": {"100"}}, feltPages, func(items []json.RawMessage) bool {
		r.calls++
		for _, item := range items {
			var one struct {
				person
				Type string `json:"type"`
			}
			if json.Unmarshal(item, &one) != nil || one.ID == "" || string(one.ID) == r.conn.Account {
				continue
			}
			c := change{From: one.person, Item: "reaction", Verb: "add", Post: p.ID, Parent: p.ID, Reaction: one.Type, Created: now}
			if c, ok := c.lean(); ok {
				r.tell(c.raw(r.conn.Account, time.Time{}))
			}
		}
		return false
	})
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err == nil {
		r.c.Sweep.Felt[p.ID] = *total
	}
	return err
}

// told is a private message as Graph lists it.
type listedMessage struct {
	said
	To struct {
		Data []person `json:"data"`
	} `json:"to"`
	Files struct {
		Data []struct {
			Mime  string `json:"mime_type"`
			URL   string `json:"file_url"`
			Image struct {
				URL string `json:"url"`
			} `json:"image_data"`
			Video struct {
				URL string `json:"url"`
			} `json:"video_data"`
		} `json:"data"`
	} `json:"attachments"`
}

func (g listedMessage) lean(page string) (message, bool) {
	m := message{ID: g.ID, With: g.From, Text: g.Message, Sent: max(graph.Moment(g.Created).UnixMilli(), 0)}
	if string(g.From.ID) == page {
		m.With, m.Ours = person{}, true
		if len(g.To.Data) > 0 {
			m.With = g.To.Data[0]
		}
	}
	for _, f := range g.Files.Data {
		switch {
		case f.Image.URL != "":
			m.Media = append(m.Media, attachment{"image", f.Image.URL})
		case f.Video.URL != "":
			m.Media = append(m.Media, attachment{"video", f.Video.URL})
		case f.URL != "":
			m.Media = append(m.Media, attachment{"other", f.URL})
		}
	}
	return m.lean()
}

const messageFields = "id,created_time,from,to,message,attachments"

// talks reads the conversations that moved since.
func (r *reading) talks(ctx context.Context) error {
	floor, then := r.c.Talk.Floor(), r.c.Talk.Then(r.now())
	take := func(items []json.RawMessage) (old bool) {
		for _, item := range items {
			var g listedMessage
			_ = json.Unmarshal(item, &g) // what is of another type stays empty
			at := graph.Moment(g.Created).Unix()
			if at > 0 && at < floor {
				return true
			}
			if m, ok := g.lean(r.conn.Account); ok {
				r.tell(m.raw(r.conn.Account))
				if named, ok := m.named(r.conn.Account); ok {
					r.tell(named)
				}
				r.c.Talk.See(at, r.now())
			}
		}
		return false
	}
	var long []string
	query := url.Values{"platform": {"MESSENGER"}, "limit": {"25"}, "fields": {"id,updated_time,messages.limit(10){" + messageFields + "}"}}
	end, err := r.walk(ctx, r.conn, r.conn.Account+"/conversations", query, callsMost, func(items []json.RawMessage) bool {
		for _, item := range items {
			var t struct {
				ID       string     `json:"id"`
				Updated  string     `json:"updated_time"`
				Messages graph.List `json:"messages"`
			}
			_ = json.Unmarshal(item, &t) // what is of another type stays empty
			if at := graph.Moment(t.Updated).Unix(); at > 0 && at < floor {
				return true
			}
			if !take(t.Messages.Data) && t.Messages.Further() != nil && graph.Object.MatchString(t.ID) {
				long = append(long, t.ID)
			}
		}
		return false
	})
	if err != nil {
		return err
	}
	for _, id := range long {
		query := url.Values{"limit": {"100"}, "fields": {messageFields}}
		ended, err := r.walk(ctx, r.conn, id+"/messages", query, callsMost, take)
		if err != nil {
			return err
		}
		if ended == graph.Lost || ended == graph.Broken {
			end = ended
		}
	}
	if end == graph.Enough || end == graph.Whole {
		r.c.Talk.Since = then // else the same is read once more
	}
	return nil
}
