package mastodon

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/rest"
)

const (
	// Two notifications that are written at once may become visible in the wrong
	// order: each reading begins before the last ones of the former.
	overlap   = 2 * time.Minute
	first     = 24 * time.Hour // how far the first reading goes back
	pageSize  = 80
	pagesMost = 20 // in one Read
	watchMost = 40 // messages that are looked at again: changed, or gone?
	lookEvery = 2 * time.Minute
	rootsMost = 4096
)

// watched is a message that may still change.
type watched struct {
	ID     string `json:"id"`
	Person string `json:"p"`
	Edited string `json:"e,omitempty"`
	Root   root   `json:"r,omitzero"`
}

// cursor is where Read left off.
type cursor struct {
	Low    string    `json:"low,omitempty"`  // everything up to here was told and cannot grow any more
	Page   string    `json:"page,omitempty"` // where to go on at once
	Watch  []watched `json:"watch,omitempty"`
	Looked time.Time `json:"looked,omitzero"`
}

// Read asks for the notifications since the cursor, oldest first.
func (d *Driver) Read(ctx context.Context, conn network.Conn, given string) (network.Reading, error) {
	var c cursor
	if given != "" && json.Unmarshal([]byte(given), &c) != nil {
		c = cursor{} // one of an older form: read again, which is harmless
	}
	notices, err := d.notices(ctx, conn, &c)
	if err != nil {
		return network.Reading{}, err
	}
	var events []network.Raw
	for _, n := range notices {
		top, err := d.rootOf(ctx, conn, n)
		if err != nil {
			return network.Reading{}, err
		}
		events = append(events, n.raw(conn.Account, top))
		c.watch(n, top)
	}
	events = append(events, d.changed(ctx, conn, &c)...)
	slices.SortStableFunc(events, func(a, b network.Raw) int { return a.At.Compare(b.At) })
	next, err := json.Marshal(c)
	if err != nil {
		return network.Reading{}, fault.Wrap(fault.Internal, err, "writing a cursor")
	}
	return network.Reading{Events: events, Next: string(next), More: c.Page != ""}, nil
}

// notices walks upwards from the cursor; without one, downwards for a day.
func (d *Driver) notices(ctx context.Context, conn network.Conn, c *cursor) ([]notice, error) {
	var all []notice
	down, seen := c.Low == "" && c.Page == "", map[string]bool{}
	place := c.Low
	if c.Page != "" {
		place = c.Page
	}
	c.Page = ""
	for i := range pagesMost {
		query := url.Values{"limit": {"80"}}
		if place != "" {
			query.Set(map[bool]string{true: "max_id", false: "min_id"}[down], place)
		}
		var page json.RawMessage
		got, err := d.call(ctx, conn, rest.Ask{Path: "/api/v1/notifications", Query: query}, &page)
		if err != nil {
			return nil, err
		}
		lines, newest, found, err := splitNotices(page)
		if err != nil {
			return nil, err
		}
		old := false
		for _, n := range found {
			when := moment(n.Created)
			if down && when.Before(got.At.Add(-first)) {
				old = true
				continue
			}
			if when.Before(got.At.Add(-overlap)) && later(n.ID, c.Low) {
				c.Low = n.ID
			}
			if !seen[n.ID] {
				seen[n.ID] = true
				all = append(all, n)
			}
		}
		if lines == 0 || old || newest == "" || newest == place {
			return all, nil
		}
		if down {
			place = oldest(page, place)
			if lines < pageSize/2 && i > 0 {
				return all, nil
			}
			continue
		}
		place = newest
	}
	if !down {
		c.Page = place
	}
	return all, nil
}

// oldest is the last id of a page.
func oldest(page []byte, place string) string {
	var lines []struct {
		ID string `json:"id"`
	}
	if json.Unmarshal(page, &lines) != nil || len(lines) == 0 || !idSign.MatchString(lines[len(lines)-1].ID) {
		return place
	}
	return lines[len(lines)-1].ID
}

// rootOf finds the beginning of the thread of a message. It is asked for once:
// what a thread began with does not change.
func (d *Driver) rootOf(ctx context.Context, conn network.Conn, n notice) (root, error) {
	if n.Status == nil || n.Status.Parent == "" || n.Type != "mention" && n.Type != "quote" || n.Status.Visibility == "direct" {
		return root{}, nil
	}
	parent := n.Status.Parent
	d.mu.Lock()
	top, known := d.roots[conn.Base+" "+parent]
	d.mu.Unlock()
	if known {
		return top, nil
	}
	path, err := at("statuses", parent, "context")
	if err != nil {
		return root{}, nil //nolint:nilerr // an odd parent is none
	}
	var thread struct {
		Above []status `json:"ancestors"`
	}
	_, err = d.call(ctx, conn, rest.Ask{Path: path}, &thread)
	switch {
	case fault.Is(err, fault.NotFound), fault.Is(err, fault.Invalid), fault.Is(err, fault.Denied):
		return root{parent, n.Status.ParentOf}, nil // gone, or not for us to see
	case err != nil:
		return root{}, err
	}
	top = root{parent, n.Status.ParentOf}
	if len(thread.Above) > 0 && idSign.MatchString(thread.Above[0].ID) {
		top = root{thread.Above[0].ID, clip(thread.Above[0].Account.ID, 64)}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.roots) >= rootsMost {
		clear(d.roots)
	}
	d.roots[conn.Base+" "+parent] = top
	return top, nil
}

// watch remembers a message, to notice when its author changes it or takes it away.
func (c *cursor) watch(n notice, top root) {
	if n.Type != "mention" || slices.ContainsFunc(c.Watch, func(w watched) bool { return w.ID == n.Status.ID }) {
		return
	}
	c.Watch = append(c.Watch, watched{n.Status.ID, n.Account.ID, n.Status.Edited, top})
	c.Watch = c.Watch[max(0, len(c.Watch)-watchMost):]
}

// changed looks at the newest messages again. It is a courtesy: what cannot be
// asked now is asked the next time.
func (d *Driver) changed(ctx context.Context, conn network.Conn, c *cursor) []network.Raw {
	now := d.now()
	if len(c.Watch) == 0 || now.Sub(c.Looked) < lookEvery {
		return nil
	}
	var ids []string
	for _, w := range c.Watch {
		ids = append(ids, w.ID)
	}
	found, err := d.some(ctx, conn, ids)
	if err != nil {
		return nil
	}
	c.Looked = now
	var events []network.Raw
	tell := func(w watched, key string, when time.Time, b body) {
		if data, err := json.Marshal(b); err == nil {
			events = append(events, network.Raw{Account: conn.Account, Person: w.Person, Key: key, At: when, Body: data})
		}
	}
	c.Watch = slices.DeleteFunc(c.Watch, func(w watched) bool {
		if _, there := found[w.ID]; !there {
			if _, err := d.status(ctx, conn, w.ID); !fault.Is(err, fault.NotFound) {
				return false
			}
			tell(w, "deleted "+w.ID, now, body{Gone: &gone{w.ID, w.Person}})
			return true
		}
		return false
	})
	for i, w := range c.Watch {
		s := found[w.ID].lean()
		if when := moment(s.Edited); s.ID != "" && s.Edited != w.Edited && !when.IsZero() {
			c.Watch[i].Edited = s.Edited
			tell(w, "edited "+w.ID+" "+s.Edited, when, body{Edited: &s, Root: w.Root})
		}
	}
	return events
}
