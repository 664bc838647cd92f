package facebook

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"github.com/kithhq/kith/internal/network/graph"
)

// The newest comments are looked at again: whether they are still there, say the
// same and can be seen. Webhooks tell it at once; this is for Pages without.
const (
	watchMost = 40
	lookEvery = 2 * time.Minute
)

// watched is a comment that is looked at again.
type watched struct {
	ID     string      `json:"id"`
	Post   string      `json:"post"`
	Who    graph.Ident `json:"who,omitempty"`
	Sum    string      `json:"sum"` // of its text
	Hidden bool        `json:"hidden,omitempty"`
}

// sum is short: it only shows that a text has changed.
func sum(c change) string {
	c.Verb = "edited"
	key := c.key()
	return key[max(0, len(key)-16):]
}

func (r *reading) watch(c change) {
	if string(c.From.ID) == r.conn.Account {
		return
	}
	for _, w := range r.c.Watch {
		if w.ID == c.Comment {
			return
		}
	}
	r.c.Watch = append(r.c.Watch, watched{ID: c.Comment, Post: c.Post, Who: c.From.ID, Sum: sum(c)})
	r.c.Watch = r.c.Watch[max(0, len(r.c.Watch)-watchMost):]
}

// changed tells what became of the newest comments. It is a courtesy: what
// cannot be asked now is asked the next time.
func (r *reading) changed(ctx context.Context) {
	now := r.now()
	if len(r.c.Watch) == 0 || now.Unix()-r.c.Looked < int64(lookEvery/time.Second) {
		return
	}
	var ids []string
	for _, w := range r.c.Watch {
		ids = append(ids, w.ID)
	}
	found, err := graph.ByIDs(ctx, r.as(r.conn), ids, "id,message,from,is_hidden")
	if err != nil || len(found) == 0 && len(ids) > 2 {
		return // all gone at once: more likely that we may not look
	}
	r.c.Looked = now.Unix()
	var kept []watched
	for _, w := range r.c.Watch {
		c := change{Item: "comment", Verb: "remove", From: person{ID: w.Who}, Post: w.Post, Comment: w.ID, Created: graph.Clock(now.Unix())}
		item, there := found[w.ID]
		if !there {
			r.tell(c.raw(r.conn.Account, now))
			continue
		}
		var got struct {
			Message string `json:"message"`
			From    person `json:"from"`
			Hidden  bool   `json:"is_hidden"`
		}
		if json.Unmarshal(item, &got) == nil {
			c.Text, c.From.Name = got.Message, got.From.Name
			c, _ = c.lean()
			if s := sum(c); s != w.Sum {
				w.Sum, c.Verb = s, "edited"
				r.tell(c.raw(r.conn.Account, now))
			}
			if got.Hidden != w.Hidden {
				w.Hidden, c.Verb, c.Version = got.Hidden, map[bool]string{true: "hide", false: "unhide"}[got.Hidden], strconv.FormatInt(now.Unix(), 10)
				r.tell(c.raw(r.conn.Account, now))
			}
		}
		kept = append(kept, w)
	}
	r.c.Watch = kept
}
