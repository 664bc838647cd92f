package youtube

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
	// back is how far the first reading goes.
	back = 24 * time.Hour
	// overlap: what is told late must not be left out. Told twice is no harm.
	overlap = 10 * time.Minute
	// sweepEvery is how often older threads are looked through for new answers: an
	// answer does not bring its thread to the top.
	sweepEvery = 15 * time.Minute
	// horizon is how old a thread may be to be looked through.
	horizon = 30 * 24 * time.Hour
	// pagesMost bounds one reading; a crowd that is larger goes on in the next one.
	pagesMost = 20
	// sweepPages and answersMost bound what a sweep costs: a unit each.
	sweepPages  = 10
	answersMost = 20
	// longMost bounds what is remembered of threads with many answers.
	longMost = 1000
	heldMost = 200
)

// cursor is how far we have read.
type cursor struct {
	V     int              `json:"v"`
	Asked int64            `json:"asked"`          // when the last complete reading began
	Swept int64            `json:"swept"`          // when the last sweep began
	Long  map[string]int64 `json:"long,omitempty"` // threads with more answers than are shown with them: how many there were
	Held  map[string]int64 `json:"held,omitempty"` // comments that YouTube keeps back: since when we know
	// A reading that was too long for one call goes on from here.
	Page  string `json:"page,omitempty"`
	Began int64  `json:"began,omitempty"`
}

const cursorVersion = 1

func readCursor(text string) cursor {
	var c cursor
	if json.Unmarshal([]byte(text), &c) != nil || c.V != cursorVersion {
		c = cursor{V: cursorVersion}
	}
	if c.Long == nil {
		c.Long = map[string]int64{}
	}
	if c.Held == nil {
		c.Held = map[string]int64{}
	}
	return c
}

func (c cursor) text() string {
	data, err := json.Marshal(c)
	if err != nil {
		panic(err) // texts and numbers alone
	}
	return string(data)
}

// reading is one Read.
type reading struct {
	*Driver
	conn   network.Conn
	c      cursor
	floor  time.Time // what is older was told before
	sweep  bool
	calls  int  // for answers
	behind bool // there was more to ask for than one reading may
	told   map[string]bool
	events []network.Raw
}

// Read asks what was said since the cursor, who subscribed, and what YouTube keeps
// back for review.
func (d *Driver) Read(ctx context.Context, conn network.Conn, at string) (network.Reading, error) {
	now := d.now().UTC()
	r := &reading{Driver: d, conn: conn, c: readCursor(at), told: map[string]bool{}}
	if r.c.Page == "" && r.c.Asked > 0 && now.Sub(time.Unix(r.c.Asked, 0)) < d.every {
		return network.Reading{Next: r.c.text()}, nil // every call costs
	}
	if r.c.Page == "" {
		r.c.Began = now.Unix()
	}
	r.sweep = now.Sub(time.Unix(r.c.Swept, 0)) >= sweepEvery
	since := r.c.Asked
	if r.sweep { // older threads were looked through last at that time
		since = min(since, r.c.Swept)
	}
	r.floor = now.Add(-back)
	if since > 0 {
		r.floor = time.Unix(since, 0).UTC().Add(-overlap)
	}
	more, err := r.newest(ctx)
	if err != nil {
		return network.Reading{}, err
	}
	if !more && r.sweep {
		if err := r.besides(ctx, now); err != nil {
			return network.Reading{}, err
		}
		if !r.behind {
			r.c.Swept = now.Unix()
		}
	}
	if !more {
		r.c.Asked, r.c.Began = r.c.Began, 0
	}
	slices.SortStableFunc(r.events, func(a, b network.Raw) int { return a.At.Compare(b.At) })
	return network.Reading{Events: r.events, Next: r.c.text(), More: more}, nil
}

// newest reads the threads from the newest on, as far as something new can be: to
// the floor, and in a sweep to the horizon.
func (r *reading) newest(ctx context.Context) (more bool, err error) {
	a := threads(r.conn, "published")
	if r.c.Page != "" {
		a.query.Set("pageToken", r.c.Page)
	}
	seen := map[string]bool{}
	for page := 0; ; page++ {
		var got list[thread]
		if _, err := r.call(ctx, r.conn, a, &got); err != nil {
			if fault.Is(err, fault.Invalid) && a.query.Get("pageToken") != "" {
				// The comment that marked our place is gone: from the top once more.
				r.c.Page = ""
				a.query.Del("pageToken")
				if page > pagesMost {
					return false, err
				}
				continue
			}
			return false, err
		}
		old := false
		for _, t := range got.Items {
			seen[t.ID] = true
			if err := r.thread(ctx, t); err != nil {
				return false, err
			}
			if at := moment(t.Snippet.Top.Snippet.Published); !at.IsZero() {
				old = at.Before(r.floor) && (!r.sweep || page >= sweepPages || r.now().Sub(at) > horizon)
			}
		}
		r.c.Page = ""
		if old || got.Next == "" || len(got.Items) == 0 {
			break
		}
		if page+1 >= pagesMost {
			r.c.Page = got.Next
			return true, nil
		}
		a.query.Set("pageToken", got.Next)
	}
	if r.sweep || len(r.c.Long) > longMost { // what was not met is too old to be remembered
		for id := range r.c.Long {
			if !seen[id] {
				delete(r.c.Long, id)
			}
		}
	}
	return false, nil
}

// thread tells what is new in a thread.
func (r *reading) thread(ctx context.Context, t thread) error {
	video := t.Snippet.Video
	r.comment(video, t.Snippet.Top)
	for _, c := range t.Replies.Comments {
		r.comment(video, c)
	}
	if t.Snippet.Total <= int64(len(t.Replies.Comments)) || !commentID.MatchString(t.ID) || r.c.Long[t.ID] == t.Snippet.Total {
		return nil
	}
	if r.calls >= answersMost {
		r.behind = true // the next reading goes on, from the same floor
		return nil
	}
	r.calls++
	_, err := walk(ctx, r.Driver, r.conn, answers(t.ID), 10, func(some []comment) bool {
		for _, c := range some {
			r.comment(video, c)
		}
		return false
	})
	switch {
	case fault.Is(err, fault.NotFound), fault.Is(err, fault.Invalid):
		return nil // gone, or its place is lost: the next reading asks again
	case err != nil:
		return err
	}
	r.c.Long[t.ID] = t.Snippet.Total
	return nil
}

// comment tells a comment, and that it was changed, where that is new.
func (r *reading) comment(video string, c comment) {
	at, changed := moment(c.Snippet.Published), moment(c.Snippet.Updated)
	if at.IsZero() {
		return
	}
	if !at.Before(r.floor) {
		r.tell(c.of(verbSaid, video, at))
	}
	if changed.After(at) && !changed.Before(r.floor) {
		r.tell(c.of(verbEdited, video, changed))
	}
}

func (r *reading) tell(f fact) {
	f, ok := f.lean()
	if !ok {
		return
	}
	raw := f.raw(r.conn.Account)
	if !r.told[raw.Key] {
		r.told[raw.Key] = true
		r.events = append(r.events, raw)
	}
}

// besides asks for what changes slowly: comments that are kept back, subscribers.
func (r *reading) besides(ctx context.Context, now time.Time) error {
	if err := r.held(ctx, now); err != nil && !side(err) {
		return err
	}
	if err := r.subscribers(ctx); err != nil && !side(err) {
		return err
	}
	return nil
}

// side says that an error of something beside the comments is no reason to tell
// nothing at all.
func side(err error) bool {
	return fault.Is(err, fault.Invalid) || fault.Is(err, fault.NotFound) || fault.Is(err, fault.Denied)
}

// held tells the comments that YouTube keeps back, and which of them are to be seen
// by now.
func (r *reading) held(ctx context.Context, now time.Time) error {
	still := map[string]bool{}
	for _, state := range []string{"heldForReview", "likelySpam"} {
		_, err := walk(ctx, r.Driver, r.conn, threads(r.conn, state), 2, func(some []thread) bool {
			for _, t := range some {
				for _, c := range append([]comment{t.Snippet.Top}, t.Replies.Comments...) {
					at := moment(c.Snippet.Published)
					if c.Snippet.State != state || at.IsZero() || !commentID.MatchString(c.ID) {
						continue // shown for the sake of an answer
					}
					still[c.ID] = true
					if _, known := r.c.Held[c.ID]; known || len(r.c.Held) >= heldMost {
						continue
					}
					r.c.Held[c.ID] = now.Unix()
					r.tell(c.of(verbSaid, t.Snippet.Video, at))
					r.tell(c.of(verbHeld, t.Snippet.Video, now))
				}
			}
			return false
		})
		if err != nil {
			return err
		}
	}
	return r.released(ctx, still, now)
}

// released asks for those that were kept back and are not any more: who is listed
// can be seen, who is not was rejected or is gone.
func (r *reading) released(ctx context.Context, still map[string]bool, now time.Time) error {
	var ids []string
	for id := range r.c.Held {
		if !still[id] {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	for some := range slices.Chunk(ids, 50) {
		a := ask{path: "/youtube/v3/comments", kind: "youtube#commentListResponse", query: url.Values{"id": some, "part": {"snippet"}, "textFormat": {"plainText"}}}
		var got list[comment]
		if _, err := r.call(ctx, r.conn, a, &got); err != nil {
			return err
		}
		for _, id := range some {
			delete(r.c.Held, id)
		}
		for _, c := range got.Items {
			r.tell(c.of(verbShown, "", now))
		}
	}
	return nil
}

// subscribers tells who subscribed, as far as people let that be known.
func (r *reading) subscribers(ctx context.Context) error {
	type subscription struct {
		Snippet struct {
			Published string `json:"publishedAt"`
		} `json:"snippet"`
		Subscriber struct {
			Title      string     `json:"title"`
			Channel    string     `json:"channelId"`
			Thumbnails thumbnails `json:"thumbnails"`
		} `json:"subscriberSnippet"`
	}
	floor := r.floor
	a := ask{path: "/youtube/v3/subscriptions", kind: "youtube#subscriptionListResponse",
		query: url.Values{"myRecentSubscribers": {"true"}, "part": {"snippet,subscriberSnippet"}, "maxResults": {"50"}}}
	_, err := walk(ctx, r.Driver, r.conn, a, 5, func(some []subscription) bool {
		for _, s := range some {
			at := moment(s.Snippet.Published)
			if at.Before(floor) {
				return true
			}
			who := s.Subscriber
			r.tell(fact{Verb: verbFollowed, ID: who.Channel, By: who.Channel, Name: who.Title, Face: who.Thumbnails.url(), At: at.Unix()})
		}
		return false
	})
	return err
}
