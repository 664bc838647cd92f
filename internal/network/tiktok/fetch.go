package tiktok

import (
	"context"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
)

// Fetch asks for the newest comments at a place, one page of them: below a post, or below
// a comment of it. They are told as reading tells them, so that each is one event. Of a
// mention it is the comment itself.
func (d *Driver) Fetch(ctx context.Context, conn network.Conn, place network.Ref) ([]network.Raw, error) {
	k, err := readKeys(conn.Keys)
	if err != nil {
		return nil, err
	}
	if !k.reads() {
		return nil, nil // the keys were taken away meanwhile
	}
	e := readExtra(place)
	if e.Names != "" {
		return d.overheard(ctx, conn, *k.Business, place)
	}
	if !number.MatchString(e.Post) || e.Top != "" && !number.MatchString(e.Top) {
		return nil, fault.New(fault.Invalid, "This is no place on TikTok.")
	}
	page, err := d.comments(ctx, *k.Business, spot{e.Post, e.Top}, 0)
	if fault.Is(err, fault.Invalid) {
		return nil, nil // deleted, or not public any more
	}
	if err != nil {
		return nil, err
	}
	r := &reading{Driver: d, conn: conn, told: map[string]bool{}}
	for _, c := range page.Comments {
		if at := c.at(); at.IsZero() || !number.MatchString(string(c.ID)) {
			continue
		}
		c.Post, c.Parent = ident(e.Post), ident(e.Top)
		r.tell(c)
		for _, reply := range c.List {
			if at := reply.at(); at.IsZero() || !number.MatchString(string(reply.ID)) {
				continue
			}
			reply.Post, reply.Parent = ident(e.Post), c.ID
			r.tell(reply)
		}
	}
	return r.events, nil
}
