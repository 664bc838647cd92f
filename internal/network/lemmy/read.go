package lemmy

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
)

const (
	// Two things that are written at once may become visible in the wrong order:
	// each reading goes back behind the newest of the former.
	overlap = 10 * time.Minute
	first   = 24 * time.Hour // how far the first reading goes back
	// What comes from another server bears the time at which it was written there
	// and is put in its place in the list, however late it comes.
	federated = 24 * time.Hour
	pagesMost = 10 // of one list in one Read
	watchMost = 60 // messages that are looked at again: changed, or gone?
	lookEvery = 10 * time.Minute
	postsMost = 50 // our newest posts, below which everything is read
)

// mark is where the walk through one list left off. A list comes newest first, so
// what is too long for one Read is walked on downwards before it begins anew.
type mark struct {
	Newest time.Time `json:"newest,omitzero"`
	Page   int       `json:"page,omitempty"` // where to go on; 0: at the top
	Until  time.Time `json:"until,omitzero"` // of a walk that goes on: down to here
	Next   time.Time `json:"next,omitzero"`  // and what Newest is at its end
	// Of messages: the highest number, which are given as they arrive, and when the
	// list was last read as far down as something late may stand.
	Top   int64     `json:"top,omitempty"`
	Reach int64     `json:"reach,omitempty"`
	Deep  time.Time `json:"deep,omitzero"`
}

// below is what was read of one post of ours.
type below struct {
	Count  int64     `json:"n"`
	Newest string    `json:"w"`
	Top    int64     `json:"top"` // the highest number of a comment; numbers are given as comments arrive
	Looked time.Time `json:"at,omitzero"`
	Page   int       `json:"page,omitempty"`
	Reach  int64     `json:"reach,omitempty"` // what Top is once the walk has ended
}

// watched is a comment that may still change.
type watched struct {
	ID     int64  `json:"id"`
	Edited string `json:"e,omitempty"`
	Hidden bool   `json:"h,omitempty"`
	Turns  int    `json:"t,omitempty"` // how often it was hidden or shown
}

// cursor is where Read left off.
type cursor struct {
	Lists map[string]mark  `json:"lists,omitempty"`
	Posts map[string]below `json:"posts,omitempty"`
	Watch []watched        `json:"watch,omitempty"`
}

// reading is one Read under way.
type reading struct {
	conn   network.Conn
	now    time.Time
	clock  time.Time // the server's
	c      *cursor
	events []network.Raw
	keys   map[string]bool
	more   bool
}

// Read asks for what was said to us since the cursor, oldest first.
func (d *Driver) Read(ctx context.Context, conn network.Conn, given string) (network.Reading, error) {
	var c cursor
	if given != "" && json.Unmarshal([]byte(given), &c) != nil {
		c = cursor{} // one of an older form: read again, which is harmless
	}
	if c.Lists == nil {
		c.Lists = map[string]mark{}
	}
	r := &reading{conn: conn, now: d.now(), c: &c, keys: map[string]bool{}}
	for _, list := range []struct {
		name string
		page func(context.Context, *reading, *mark) ([]time.Time, error)
		late bool // it is in the order in which things were written, not in which they came
	}{{"replies", d.replies, false}, {"mentions", d.mentions, false}, {"messages", d.direct, true}} {
		if err := r.walk(ctx, list.name, list.page, list.late); err != nil {
			return network.Reading{}, err
		}
	}
	if err := d.threads(ctx, r); err != nil {
		return network.Reading{}, err
	}
	slices.SortStableFunc(r.events, func(a, b network.Raw) int { return a.At.Compare(b.At) })
	next, err := json.Marshal(c)
	if err != nil {
		return network.Reading{}, fault.Wrap(fault.Internal, err, "writing a cursor")
	}
	return network.Reading{Events: r.events, Next: string(next), More: r.more}, nil
}

// walk goes through a list, newest first, until it meets what was told before.
// Page gives the times by which the list is ordered.
func (r *reading) walk(ctx context.Context, name string, page func(context.Context, *reading, *mark) ([]time.Time, error), late bool) error {
	m := r.c.Lists[name]
	if m.Newest.IsZero() {
		m.Newest = r.now.Add(overlap - first)
	}
	if m.Page == 0 {
		m.Page, m.Until, m.Next, m.Reach = 1, m.Newest.Add(-overlap), m.Newest, m.Top
		if deep := r.now.Add(-federated); late && r.now.Sub(m.Deep) >= lookEvery {
			m.Deep = r.now
			if deep.Before(m.Until) {
				m.Until = deep
			}
		}
	}
	for range pagesMost {
		times, err := page(ctx, r, &m)
		if err != nil {
			return err
		}
		if quiet := r.clock.Add(-overlap); m.Page == 1 && quiet.After(m.Next) {
			m.Next = quiet // nothing has come for a while, and nothing older still can
		}
		for _, t := range times {
			if t.After(m.Next) && !t.After(r.now.Add(overlap)) {
				m.Next = t
			}
		}
		if len(times) < pageSize || times[len(times)-1].Before(m.Until) {
			m.Page, m.Newest, m.Top = 0, m.Next, m.Reach
			break
		}
		m.Page++
	}
	r.more = r.more || m.Page > 0
	r.c.Lists[name] = m
	return nil
}

// list asks for a page of a list that is ordered by when we were told.
func (d *Driver) list(ctx context.Context, r *reading, path string, page int, out any) error {
	query := url.Values{"sort": {"New"}, "unread_only": {"false"}, "limit": {number(pageSize)}, "page": {number(int64(page))}}
	return d.call(ctx, r.conn, ask{path: path, query: query, clock: &r.clock}, out)
}

func (d *Driver) replies(ctx context.Context, r *reading, m *mark) ([]time.Time, error) {
	var got struct {
		All []json.RawMessage `json:"replies"`
	}
	if err := d.list(ctx, r, "/user/replies", m.Page, &got); err != nil {
		return nil, err
	}
	if got.All == nil {
		return nil, ask{}.unclear()
	}
	return r.notices(got.All, m.Until), nil
}

func (d *Driver) mentions(ctx context.Context, r *reading, m *mark) ([]time.Time, error) {
	var got struct {
		All []json.RawMessage `json:"mentions"`
	}
	if err := d.list(ctx, r, "/user/mention", m.Page, &got); err != nil {
		return nil, err
	}
	if got.All == nil {
		return nil, ask{}.unclear()
	}
	return r.notices(got.All, m.Until), nil
}

// notices tells of the comments in a list of notices; one odd line does not stop
// those after it.
func (r *reading) notices(lines []json.RawMessage, until time.Time) []time.Time {
	times := make([]time.Time, 0, len(lines))
	for _, line := range lines {
		var n struct {
			commentView
			Reply   struct{ Published string } `json:"comment_reply"`
			Mention struct{ Published string } `json:"person_mention"`
		}
		_ = json.Unmarshal(line, &n) // what cannot be read is empty
		told := moment(n.Reply.Published + n.Mention.Published)
		if told.IsZero() {
			told = r.now // its place cannot be read: it must not end the walk
		}
		times = append(times, told)
		if !told.Before(until) || r.watches(n.Comment.ID) {
			r.tell(n.commentView)
		}
	}
	return times
}

func (d *Driver) direct(ctx context.Context, r *reading, m *mark) ([]time.Time, error) {
	all, err := d.messages(ctx, r.conn, m.Page)
	times := make([]time.Time, 0, len(all))
	for _, v := range all {
		v = v.lean()
		when := moment(v.Message.Published)
		times = append(times, when)
		m.Reach = max(m.Reach, v.Message.ID)
		if v.Message.ID > m.Top || !when.Before(r.now.Add(-overlap)) {
			r.add("message "+number(v.Message.ID), number(v.Message.Creator), when, body{Message: &v})
		}
	}
	return times, err
}

// threads reads below our newest posts: Lemmy tells us of answers to ourselves
// alone, and people answer each other there.
func (d *Driver) threads(ctx context.Context, r *reading) error {
	p, err := d.wrote(ctx, r.conn, 1)
	if err != nil {
		return err
	}
	known := r.c.Posts
	r.c.Posts = map[string]below{}
	for _, v := range p.Posts[:min(len(p.Posts), postsMost)] {
		if v.Post.Deleted || v.Counts.Comments == nil {
			continue
		}
		id := number(v.Post.ID)
		b := known[id]
		newest := moment(v.Counts.Newest)
		stirred := b.Count != *v.Counts.Comments || b.Newest != clip(v.Counts.Newest, 64)
		fresh := *v.Counts.Comments > 0 && r.now.Sub(newest) < federated && r.now.Sub(b.Looked) >= lookEvery
		if b.Page > 0 || stirred || fresh {
			if err := d.thread(ctx, r, v.Post.ID, &b); err != nil {
				return err
			}
			if b.Page == 0 {
				b.Count, b.Newest, b.Looked = *v.Counts.Comments, clip(v.Counts.Newest, 64), r.now
			}
		}
		r.c.Posts[id] = b
	}
	return nil
}

// thread reads the comments below one post, newest first, down to where nothing
// can have come in between any more.
func (d *Driver) thread(ctx context.Context, r *reading, id int64, b *below) error {
	if b.Page == 0 {
		b.Page, b.Reach = 1, b.Top
	}
	for range pagesMost {
		var got struct {
			All []json.RawMessage `json:"comments"`
		}
		query := url.Values{"post_id": {number(id)}, "type_": {"All"}, "sort": {"New"}, "limit": {number(pageSize)}, "page": {number(int64(b.Page))}}
		if err := d.call(ctx, r.conn, ask{path: "/comment/list", query: query}, &got); err != nil {
			return err
		}
		if got.All == nil {
			return ask{}.unclear()
		}
		old := 0
		for _, line := range got.All {
			var v commentView
			if json.Unmarshal(line, &v) != nil {
				continue // one odd line does not hide the others
			}
			when := moment(v.Comment.Published)
			if when.Before(r.now.Add(-federated)) && v.Comment.ID <= b.Top {
				old++
			}
			b.Reach = max(b.Reach, v.Comment.ID)
			if v.Comment.ID > b.Top || !when.Before(r.now.Add(-overlap)) || r.watches(v.Comment.ID) {
				r.tell(v)
			}
		}
		if len(got.All) < pageSize || old == len(got.All) {
			b.Page, b.Top = 0, b.Reach
			return nil
		}
		b.Page++
	}
	r.more = true
	return nil
}
