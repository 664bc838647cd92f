package bluesky

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
)

// How far Read looks. Bluesky orders notifications by when the other person's
// application says they wrote, so something may come in below what we have read:
// each reading overlaps the last, and every hour one looks a day back.
const (
	overlap   = 10 * time.Minute
	deepEvery = time.Hour
	deep      = 26 * time.Hour
	pagesMost = 20 // in one Read; what is beyond comes with the next
	watchMost = 40 // messages that are looked at again, whether they are still there
	lookEvery = 2 * time.Minute
)

// cursor is where Read left off.
type cursor struct {
	Since time.Time `json:"since,omitzero"` // everything until here was told
	Deep  time.Time `json:"deep,omitzero"`  // when we last looked far back

	// A sweep that did not reach its floor yet.
	Page  string    `json:"page,omitempty"`
	Floor time.Time `json:"floor,omitzero"`
	Top   time.Time `json:"top,omitzero"`

	Chat   string    `json:"chat,omitempty"`
	Watch  []string  `json:"watch,omitempty"`
	Looked time.Time `json:"looked,omitzero"`
}

// Read asks for what happened since the cursor, oldest first.
func (d *Driver) Read(ctx context.Context, conn network.Conn, given string) (network.Reading, error) {
	var c cursor
	if given != "" && json.Unmarshal([]byte(given), &c) != nil {
		c = cursor{} // one of an older form: read again, which is harmless
	}
	events, err := d.sweep(ctx, conn, &c)
	if err != nil {
		return network.Reading{}, err
	}
	if d.mayChat(ctx, conn) {
		// What fails here is asked again from the same place; it must not hold up
		// what is said in public. Check says when it keeps failing.
		before := c.Chat
		if said, err := d.chatLog(ctx, conn, &c); err == nil {
			events = append(events, said...)
		} else {
			c.Chat = before
		}
	}
	events = append(events, d.vanished(ctx, conn, &c)...)
	slices.SortStableFunc(events, func(a, b network.Raw) int { return a.At.Compare(b.At) })
	next, err := json.Marshal(c)
	if err != nil {
		return network.Reading{}, fault.Wrap(fault.Internal, err, "writing a cursor")
	}
	return network.Reading{Events: events, Next: string(next), More: c.Page != ""}, nil
}

// sweep goes down the list of notifications from the newest to the floor.
func (d *Driver) sweep(ctx context.Context, conn network.Conn, c *cursor) ([]network.Raw, error) {
	if c.Page == "" {
		now := d.now()
		c.Floor, c.Top = c.Since.Add(-overlap), c.Since
		if now.Sub(c.Deep) >= deepEvery || now.Before(c.Deep) {
			c.Deep = now
			c.Floor = c.Since.Add(-deep)
			if c.Since.IsZero() {
				c.Floor = now.Add(-deep)
			}
		}
	}
	var events []network.Raw
	again := false
	for range pagesMost {
		query := url.Values{"limit": {"100"}}
		if c.Page != "" {
			query.Set("cursor", c.Page)
		}
		var page json.RawMessage
		if _, err := d.call(ctx, conn, ask{method: "app.bsky.notification.listNotifications", query: query}, &page); err != nil {
			if fault.Is(err, fault.Invalid) && c.Page != "" && !again {
				c.Page, again = "", true // the network forgot the place: from the top once more
				continue
			}
			return nil, err
		}
		found, next, err := splitNotes(conn.Account, page)
		if err != nil {
			return nil, err
		}
		below := false
		for _, e := range found {
			if !e.At.IsZero() && e.At.Before(c.Floor) {
				below = true
				continue
			}
			below = false
			if e.At.After(c.Top) {
				c.Top = e.At
			}
			events = append(events, e)
			c.watch(e)
		}
		if below || next == "" || next == c.Page {
			c.Page = ""
			// A time from the future would hide everything until then.
			c.Since = c.Top
			if most := d.now().Add(5 * time.Minute); c.Since.After(most) {
				c.Since = most
			}
			break
		}
		c.Page = next
	}
	return events, nil
}

// watch remembers a message, to notice when its author takes it away.
func (c *cursor) watch(e network.Raw) {
	var b body
	if json.Unmarshal(e.Body, &b) != nil || b.Note == nil || !slices.Contains([]string{"reply", "mention", "quote"}, b.Note.Reason) {
		return
	}
	if uri := b.Note.URI; len(uri) <= 256 && !slices.Contains(c.Watch, uri) {
		c.Watch = append(c.Watch, uri)
		c.Watch = c.Watch[max(0, len(c.Watch)-watchMost):]
	}
}

// vanished looks whether the newest messages are still there. It is a courtesy:
// what cannot be asked now is asked the next time.
func (d *Driver) vanished(ctx context.Context, conn network.Conn, c *cursor) []network.Raw {
	now := d.now()
	if len(c.Watch) == 0 || now.Sub(c.Looked) < lookEvery {
		return nil
	}
	found, err := d.posts(ctx, conn, c.Watch)
	if err != nil {
		return nil
	}
	c.Looked = now
	var events []network.Raw
	c.Watch = slices.DeleteFunc(c.Watch, func(uri string) bool {
		if _, there := found[uri]; there {
			return false
		}
		// Not shown to us may also mean that a block stands between: ask for the
		// record itself.
		did, collection, rkey, _ := splitURI(uri)
		query := url.Values{"repo": {did}, "collection": {collection}, "rkey": {rkey}}
		_, err := d.call(ctx, conn, ask{method: "com.atproto.repo.getRecord", query: query}, nil)
		if !fault.Is(err, fault.NotFound) {
			return false
		}
		data, err := json.Marshal(body{Gone: &gone{URI: uri}})
		if err == nil {
			events = append(events, network.Raw{Account: conn.Account, Person: did, Key: "deleted " + uri, At: now, Body: data})
		}
		return true
	})
	return events
}
