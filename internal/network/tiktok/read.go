package tiktok

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
)

// overlap is how far each round reads back before the former one began: comments
// that TikTok looks at first appear later than they were written.
const overlap = 10 * time.Minute

// first is how far back the first round reads.
const first = 24 * time.Hour

// watched is how long replies to a comment are looked for.
const watched = 3 * 24 * time.Hour

// watchedMost is how many comments of a post are looked at for replies alone.
const watchedMost = 90

// sinceMost is how many comments of one post are in the order of time: beyond, they
// come by likes.
const sinceMost = 500

// cursor is where reading is: a round goes over our recent posts, one page of the
// comments of one post at a time.
type cursor struct {
	From  int64            `json:"from"`            // what is newer is told
	Began int64            `json:"began,omitempty"` // when the round began; 0: between two rounds
	Posts []string         `json:"posts,omitempty"` // still to be read in this round
	Page  int64            `json:"page,omitempty"`  // of the first of them
	Seen  int              `json:"seen,omitempty"`  // of its comments
	Known map[string]int64 `json:"known,omitempty"` // how many replies some comments had
	Heard int64            `json:"heard,omitempty"` // when all mentions were told
	Asked int64            `json:"asked,omitempty"` // when they were asked for
	Named []string         `json:"named,omitempty"` // those that were told, as far as they may be listed again
}

// knownMost bounds what is remembered.
const knownMost = 400

// reading is one Read under way.
type reading struct {
	*Driver
	conn   network.Conn
	b      business
	c      cursor
	events []network.Raw
	told   map[string]bool
	hears  bool // mentions may be asked for
	lost   *network.Span
}

// Read reads a page of comments, oldest first, and at the end of a round mentions. Without keys for comments there are
// none to be read; Check says so.
func (d *Driver) Read(ctx context.Context, conn network.Conn, given string) (network.Reading, error) {
	k, err := readKeys(conn.Keys)
	if err != nil {
		return network.Reading{}, err
	}
	if !k.reads() {
		return network.Reading{Next: given}, nil
	}
	r := &reading{Driver: d, conn: conn, b: *k.Business, told: map[string]bool{}, hears: k.hears()}
	if json.Unmarshal([]byte(given), &r.c) != nil || r.c.From <= 0 || r.c.Page < 0 || r.c.Seen < 0 || r.c.Heard < 0 {
		r.c = cursor{From: d.now().Add(-first).Unix()} // none, or one of an older form: read again, which is harmless
	}
	if r.c.Known == nil {
		r.c.Known = map[string]int64{}
	}
	if err := r.round(ctx); err != nil {
		return network.Reading{}, err
	}
	slices.SortStableFunc(r.events, func(a, b network.Raw) int { return a.At.Compare(b.At) })
	next, err := json.Marshal(r.c)
	if err != nil {
		return network.Reading{}, fault.Wrap(fault.Internal, err, "writing a cursor")
	}
	return network.Reading{Events: r.events, Next: string(next), More: r.c.Began != 0, Lost: r.lost}, nil
}

// round begins a round or goes on with it, and ends it after the last post.
func (r *reading) round(ctx context.Context) error {
	if r.c.Began == 0 {
		began := r.now().Unix()
		posts, _, err := r.owns(ctx, r.b, 0)
		if err != nil {
			return err
		}
		r.c.Began, r.c.Page, r.c.Seen = began, 0, 0
		for _, o := range posts {
			if number.MatchString(string(o.ID)) && o.at().After(r.now().Add(-month)) && len(r.c.Posts) < 20 {
				r.c.Posts = append(r.c.Posts, string(o.ID))
			}
		}
	}
	if len(r.c.Posts) > 0 {
		done, err := r.post(ctx, r.c.Posts[0])
		if err != nil {
			return err
		}
		if done {
			r.c.Posts, r.c.Page, r.c.Seen = r.c.Posts[1:], 0, 0
		}
	}
	if len(r.c.Posts) == 0 {
		r.hear(ctx)
		r.c.From, r.c.Began = r.c.Began-int64(overlap.Seconds()), 0
		if len(r.c.Known) > knownMost { // replies are read once more, which is harmless
			r.c.Known = nil
		}
	}
	return nil
}

// post reads a page of the comments of one post; done: there is nothing newer left.
func (r *reading) post(ctx context.Context, id string) (done bool, err error) {
	page, err := r.comments(ctx, r.b, spot{post: id}, r.c.Page)
	if fault.Is(err, fault.Invalid) {
		return true, nil // deleted, or not public any more
	}
	if err != nil {
		return false, err
	}
	from, back := time.Unix(r.c.From, 0), r.now().Add(-watched)
	oldest := r.now()
	for _, c := range page.Comments {
		at := c.at()
		if at.IsZero() || !number.MatchString(string(c.ID)) {
			continue
		}
		oldest = at
		c.Post = ident(id)
		if !at.Before(from) {
			r.tell(c)
		}
		if err := r.replies(ctx, id, c, from); err != nil {
			return false, err
		}
	}
	r.c.Seen += len(page.Comments)
	r.c.Page = page.next
	switch {
	case page.next == 0, oldest.Before(from) && (oldest.Before(back) || r.c.Seen >= watchedMost):
		return true, nil
	case r.c.Seen < sinceMost:
		return false, nil
	}
	if !oldest.Before(from) {
		// More than TikTok gives in the order of time: what is older is out of reach.
		r.lost = &network.Span{From: from, To: oldest}
	}
	return true, nil
}

// replies tells what is below a comment. Three replies come along with it; for the
// rest TikTok is asked when their number has changed.
func (r *reading) replies(ctx context.Context, post string, c remark, from time.Time) error {
	tell := func(all []remark) (older bool) {
		for _, one := range all {
			at := one.at()
			if at.IsZero() || !number.MatchString(string(one.ID)) {
				continue
			}
			one.Post, one.Parent = ident(post), c.ID
			if at.Before(from) {
				older = true
			} else {
				r.tell(one)
			}
		}
		return older
	}
	tell(c.List)
	id := string(c.ID)
	if c.Replies <= int64(len(c.List)) || r.c.Known[id] == c.Replies {
		return nil
	}
	next := int64(0)
	for range pagesMost {
		page, err := r.comments(ctx, r.b, spot{post, id}, next)
		if fault.Is(err, fault.Invalid) {
			return nil // gone meanwhile
		}
		if err != nil {
			return err
		}
		if next = page.next; tell(page.Comments) || next == 0 {
			break
		}
	}
	r.c.Known[id] = c.Replies
	return nil
}

// tell adds an event, unless this reading has told it; and that it is hidden, where
// it is.
func (r *reading) tell(c remark) {
	f, ok := c.lean()
	if !ok {
		return
	}
	r.add(f)
	if c.Status == "HIDDEN" {
		f.Hidden, f.Text, f.Image = true, "", ""
		r.add(f)
	}
}

func (r *reading) add(f fact) {
	raw := f.raw(r.conn.Account)
	if !r.told[raw.Key] {
		r.told[raw.Key] = true
		r.events = append(r.events, raw)
	}
}

// lean is what is kept of a comment.
func (c remark) lean() (fact, bool) {
	who := c.User
	if who == "" {
		who = c.Old
	}
	f := fact{ID: string(c.ID), Post: string(c.Post), Top: string(c.Parent), At: c.at().Unix(), Who: clip(who, 256), Handle: clip(c.Username, 128), Name: clip(c.Name, 640),
		Text: clip(c.Text, textMost+1), Ours: c.Owner}
	for _, u := range []struct {
		from string
		to   *string
	}{{c.Avatar, &f.Avatar}, {c.Image, &f.Image}} {
		if strings.HasPrefix(u.from, "https://") && len(u.from) <= 2048 {
			*u.to = clip(u.from, 2048)
		}
	}
	return f, f.Who != "" || f.Ours
}
