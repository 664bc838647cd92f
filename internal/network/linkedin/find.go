package linkedin

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
)

// pagesMost bounds a look; an account that says more than that in the meantime
// gets an incomplete look, and a person is asked.
const (
	pagesMost = 20
	pageSize  = 100
)

// listed is a post as LinkedIn lists it.
type listed struct {
	ID         string `json:"id"`
	Commentary string `json:"commentary"`
	Created    int64  `json:"createdAt"`
	State      string `json:"lifecycleState"`
	Content    struct {
		Media *struct {
			ID string `json:"id"`
		} `json:"media"`
		MultiImage *struct {
			Images []struct{} `json:"images"`
		} `json:"multiImage"`
	} `json:"content"`
}

func (l listed) media() int {
	switch {
	case l.Content.MultiImage != nil:
		return len(l.Content.MultiImage.Images)
	case l.Content.Media != nil:
		return 1
	}
	return 0
}

// Find lists what we posted or answered since.
func (d *Driver) Find(ctx context.Context, conn network.Conn, part network.Part, since time.Time) (network.Look, error) {
	k, err := keysOf(conn)
	if err != nil {
		return network.Look{}, err
	}
	if !k.seesPosts(conn.Account) {
		return network.Look{}, fault.New(fault.Denied, "LinkedIn does not show programs the posts of members, so Kith cannot look whether it is there.").
			WithHint("Look at your profile on LinkedIn.")
	}
	if part.After != nil {
		return d.answers(ctx, conn, part, since)
	}
	return d.walk(ctx, conn, "rest/posts", "author="+code(conn.Account)+"&q=author&sortBy=CREATED", func(item json.RawMessage) (network.Seen, verdict) {
		var p listed
		at := time.Time{}
		if json.Unmarshal(item, &p) == nil {
			at = moment(p.Created)
		}
		switch {
		case !postURN.MatchString(p.ID) || at.IsZero():
			return network.Seen{}, odd
		case p.State == "PUBLISH_FAILED" || p.State == "DRAFT":
			return network.Seen{}, other
		case at.Before(since):
			return network.Seen{}, older
		}
		return network.Seen{Ref: network.Ref{ID: p.ID, URL: postAddress(p.ID)}, Text: plain(p.Commentary), At: at, Media: p.media()}, kept
	})
}

// answers lists our comments where an answer would be.
func (d *Driver) answers(ctx context.Context, conn network.Conn, part network.Part, since time.Time) (network.Look, error) {
	to, ok := placed(part.After)
	if !ok {
		return network.Look{}, strange()
	}
	var h handed
	_ = json.Unmarshal(part.Step.State, &h) // none: there are no files
	var exact *network.Seen
	look, err := d.walk(ctx, conn, "rest/socialActions/"+code(to.target)+"/comments", "", func(item json.RawMessage) (network.Seen, verdict) {
		var c said
		at := time.Time{}
		if json.Unmarshal(item, &c) == nil {
			at = moment(c.Created.Time)
		}
		thread, number, ok := comment(c.URN)
		switch {
		case !ok || at.IsZero() || c.Actor == "":
			return network.Seen{}, odd
		case c.Actor != conn.Account || at.Before(since):
			return network.Seen{}, other // comments come in no order
		}
		id := whole(thread, number)
		// Which answer of several it answers is not told: any of ours here may be it.
		seen := network.Seen{Ref: network.Ref{ID: id, URL: commentAddress(thread, id), Extra: extra{Above: to.parent, Post: readExtra(part.After).Post}.raw()},
			Text: c.Message.Text, At: at, After: part.After.ID, Media: len(c.Content)}
		if len(h.Files) > 0 && len(c.Content) > 0 && h.Files[0].URN != "" && c.Content[0].Entity.Image == h.Files[0].URN {
			exact = &seen // each handing over makes an image of its own
		}
		return seen, kept
	})
	look.Exact = exact
	if fault.Is(err, fault.NotFound) {
		return network.Look{Complete: true}, nil // what is not there has no answers
	}
	return look, err
}

// verdict is what an item of a list is to a look.
type verdict int

const (
	kept  verdict = iota
	other         // not ours, or not of interest
	older         // from before the window, in a list that is newest first
	odd           // not readable: it may be the one
)

// walk goes through a list by offsets, until it ends or gets older. Something that
// disappears meanwhile moves the rest, which may then be passed over; the total
// that LinkedIn gives shows it, and the list is gone through again.
func (d *Driver) walk(ctx context.Context, conn network.Conn, path, query string, see func(json.RawMessage) (network.Seen, verdict)) (network.Look, error) {
	if query != "" {
		query += "&"
	}
	for try := 0; ; try++ {
		look := network.Look{Complete: true}
		known := map[string]bool{}
		moved, total := false, -1
		for page, start := 0, 0; ; page++ {
			if page == pagesMost {
				look.Complete = false
				break
			}
			var l list
			a := ask{path: path, query: query + "start=" + strconv.Itoa(start) + "&count=" + strconv.Itoa(pageSize)}
			if _, err := d.call(ctx, conn, a, &l); err != nil {
				return network.Look{}, err
			}
			if l.Elements == nil {
				return network.Look{}, a.misunderstood()
			}
			old := false
			for _, item := range l.Elements {
				seen, is := see(item)
				switch {
				case is == odd:
					look.Complete = false
				case is == older:
					old = true
				case is == kept && !known[seen.ID]:
					known[seen.ID] = true
					look.Near = append(look.Near, seen)
				}
			}
			if now := l.Paging.Total; now != nil {
				moved = moved || total >= 0 && *now != total
				total = *now
			}
			if old || !l.more(start, pageSize) {
				break
			}
			start += len(l.Elements)
		}
		if moved && try == 0 {
			continue
		}
		look.Complete = look.Complete && !moved
		return look, nil
	}
}
