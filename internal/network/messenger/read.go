package messenger

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/graph"
)

const (
	while   = 26 * time.Hour     // how far back the first reading goes
	seen    = 7 * 24 * time.Hour // a picture's address lasts about as long
	metMost = 400                // people of whom we remember when we asked for them
	askMost = 40                 // people asked for in one reading
)

// cursor is where Read left off.
type cursor struct {
	Talk graph.Mark       `json:"talk,omitzero"`
	Met  map[string]int64 `json:"met,omitempty"` // when we asked what a person is called and looks like
}

// Read asks for what was said since the cursor, oldest first.
func (d *Driver) Read(ctx context.Context, conn network.Conn, given string) (network.Reading, error) {
	var c cursor
	if given != "" && json.Unmarshal([]byte(given), &c) != nil {
		c = cursor{} // one of an older form: read again, which is harmless
	}
	c.Talk.Begin(d.now(), while)
	var events []network.Raw
	told, who := map[string]bool{}, map[string]graph.Person{}
	tell := func(raw network.Raw) {
		if !told[raw.Key] {
			told[raw.Key] = true
			events = append(events, raw)
		}
	}
	if err := d.graph.Talks(ctx, d.call(conn), conn.Account, &c.Talk, d.now, func(m graph.Message) {
		tell(m.Raw(conn.Account))
		if named, ok := m.With.Raw(conn.Account, m.Sent); ok {
			tell(named)
		}
		if !m.Ours {
			who[string(m.With.ID)] = m.With
		}
	}); err != nil {
		return network.Reading{}, err
	}
	for _, p := range d.faces(ctx, conn, &c, who) {
		if named, ok := p.Raw(conn.Account, d.now().UnixMilli()); ok {
			tell(named)
		}
	}
	slices.SortStableFunc(events, func(a, b network.Raw) int { return a.At.Compare(b.At) })
	next, err := json.Marshal(c)
	if err != nil {
		return network.Reading{}, fault.Wrap(fault.Internal, err, "writing a cursor")
	}
	return network.Reading{Events: events, Next: string(next)}, nil
}

// faces asks what people look like who wrote and of whom we have not asked lately. It
// is a courtesy: what cannot be asked now is asked when they write again.
func (d *Driver) faces(ctx context.Context, conn network.Conn, c *cursor, who map[string]graph.Person) (all []graph.Person) {
	if c.Met == nil {
		c.Met = map[string]int64{}
	}
	now := d.now()
	var ids []string
	for id := range who {
		if at, met := c.Met[id]; (!met || now.Sub(time.Unix(at, 0)) > seen) && len(ids) < askMost {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	slices.Sort(ids)
	found, err := graph.ByIDs(ctx, d.call(conn), ids, "id,name,first_name,last_name,profile_pic")
	if err != nil {
		return nil
	}
	for _, id := range ids {
		c.Met[id] = now.Unix()
		var got struct {
			Name    string `json:"name"`
			First   string `json:"first_name"`
			Last    string `json:"last_name"`
			Picture string `json:"profile_pic"`
		}
		_ = json.Unmarshal(found[id], &got) // who is not shown to us keeps the name of the conversation
		p := graph.Person{ID: graph.Ident(id), Name: got.Name, Picture: got.Picture}
		if p.Name == "" {
			p.Name = strings.TrimSpace(got.First + " " + got.Last)
		}
		if p.Name == "" {
			p.Name = who[id].Name
		}
		if p.Picture != "" {
			all = append(all, p.Lean())
		}
	}
	c.forget()
	return all
}

// forget keeps the people we asked for last.
func (c *cursor) forget() {
	if len(c.Met) <= metMost {
		return
	}
	var times []int64
	for _, at := range c.Met {
		times = append(times, at)
	}
	slices.Sort(times)
	oldest := times[len(times)-metMost/2]
	for id, at := range c.Met {
		if at < oldest {
			delete(c.Met, id)
		}
	}
}
