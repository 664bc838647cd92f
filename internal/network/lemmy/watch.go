package lemmy

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/kithhq/kith/internal/network"
)

func (r *reading) watches(id int64) bool {
	return slices.ContainsFunc(r.c.Watch, func(w watched) bool { return w.ID == id })
}

// add tells of an event, once in a reading.
func (r *reading) add(key, person string, when time.Time, b body) {
	data, err := json.Marshal(b)
	if err != nil {
		panic(err) // texts and numbers alone
	}
	if person == "0" || when.IsZero() || r.keys[key] {
		return
	}
	r.keys[key] = true
	r.events = append(r.events, network.Raw{Account: r.conn.Account, Person: person, Key: key, At: when, Body: data})
}

// tell tells of a comment, or of what became of one that was told before.
func (r *reading) tell(v commentView) {
	v = v.lean()
	if v.Comment.ID <= 0 || v.Comment.Post <= 0 || v.Comment.Creator != v.Creator.ID {
		return
	}
	who, id := number(v.Creator.ID), number(v.Comment.ID)
	i := slices.IndexFunc(r.c.Watch, func(w watched) bool { return w.ID == v.Comment.ID })
	if i < 0 {
		if v.Comment.Deleted || v.Comment.Removed && v.Comment.Content == "" {
			return // it came and went between two readings
		}
		r.add("comment "+id, who, moment(v.Comment.Published), body{Comment: &v})
		r.c.Watch = append(r.c.Watch, watched{ID: v.Comment.ID, Edited: v.Comment.Updated, Hidden: v.Comment.Removed})
		slices.SortFunc(r.c.Watch, func(a, b watched) int { return cmp.Compare(a.ID, b.ID) }) // lists come newest first
		r.c.Watch = r.c.Watch[max(0, len(r.c.Watch)-watchMost):]
		return
	}
	w := &r.c.Watch[i]
	switch {
	case v.Comment.Deleted:
		r.c.Watch = slices.Delete(r.c.Watch, i, i+1)
		r.add("deleted "+id, who, r.now, body{Gone: &gone{v.Comment.ID, v.Creator.ID}})
		return
	case v.Comment.Removed != w.Hidden:
		w.Hidden = v.Comment.Removed
		w.Turns++
		r.add(fmt.Sprintf("hidden %s %d", id, w.Turns), who, r.now, body{Hidden: &gone{v.Comment.ID, v.Creator.ID}, Shown: !w.Hidden})
	case v.Comment.Updated != w.Edited && !v.Comment.Removed:
		w.Edited = v.Comment.Updated
		r.add("edited "+id+" "+v.Comment.Updated, who, moment(v.Comment.Updated), body{Edited: &v})
	}
}
