package instagram

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"github.com/kithhq/kith/internal/network/graph"
)

// The newest comments are looked at again: whether they are still there and can be
// seen. Instagram tells neither by itself.
const (
	watchMost = 40
	lookEvery = 2 * time.Minute
)

// watched is a comment that is looked at again.
type watched struct {
	ID     string      `json:"id"`
	Post   string      `json:"post"`
	Who    graph.Ident `json:"who,omitempty"`
	Hidden bool        `json:"hidden,omitempty"`
}

func (r *reading) watch(f fact, hidden bool) {
	for _, w := range r.c.Watch {
		if w.ID == f.ID {
			return
		}
	}
	r.c.Watch = append(r.c.Watch, watched{ID: f.ID, Post: f.Media, Who: f.From.ID, Hidden: hidden})
	r.c.Watch = r.c.Watch[max(0, len(r.c.Watch)-watchMost):]
}

// changed tells what became of the newest comments. It is a courtesy: what cannot
// be asked now is asked the next time.
func (r *reading) changed(ctx context.Context) {
	now := r.now()
	if len(r.c.Watch) == 0 || now.Unix()-r.c.Looked < int64(lookEvery/time.Second) {
		return
	}
	var ids []string
	for _, w := range r.c.Watch {
		if graph.Object.MatchString(w.ID) {
			ids = append(ids, w.ID)
		}
	}
	found, err := graph.ByIDs(ctx, r.call, ids, "id,hidden")
	if err != nil || len(found) == 0 && len(ids) > 2 {
		return // all gone at once: more likely that we may not look
	}
	r.c.Looked = now.Unix()
	var kept []watched
	for _, w := range r.c.Watch {
		f := fact{ID: w.ID, Media: w.Post, From: person{ID: w.Who}}.at(now)
		item, there := found[w.ID]
		if !there {
			f.What = "deleted"
			r.tell(f)
			continue
		}
		var got said
		if json.Unmarshal(item, &got) == nil && got.Hidden != w.Hidden {
			w.Hidden, f.What, f.Version = got.Hidden, map[bool]string{true: "hidden", false: "shown"}[got.Hidden], strconv.FormatInt(now.Unix(), 10)
			r.tell(f)
		}
		kept = append(kept, w)
	}
	r.c.Watch = kept
}
