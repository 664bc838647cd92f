package x

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/rest"
)

const (
	// Two posts that are written at once may become visible in the wrong order:
	// each reading begins before the last ones of the former.
	overlap  = 2 * time.Minute
	first    = 24 * time.Hour     // how far the first reading goes back
	week     = 7 * 24 * time.Hour // how long conversations of ours are looked after, and how far X searches
	reach    = 800                // so many mentions X tells at most
	keptMost = 100
)

// cursor is where Read left off.
type cursor struct {
	Low   string    `json:"low,omitempty"`  // mentions up to here were told
	Own   string    `json:"own,omitempty"`  // what we wrote ourselves up to here was told
	Chats string    `json:"dm,omitempty"`   // messages up to here were told
	Walk  *walk     `json:"dmw,omitempty"`  // messages of before were told in part
	Kept  []kept    `json:"kept,omitempty"` // posts of ours and what was known of them
	Fans  *int64    `json:"fans,omitempty"`
	Swept time.Time `json:"swept,omitzero"` // all conversations of ours were searched
	Watch []watched `json:"watch,omitempty"`
	Look  time.Time `json:"looked,omitzero"`
	// Of what X tells a few times in a quarter of an hour only, some is saved up.
	Purse purse `json:"purse,omitzero"`
}

// kept is a post of ours and the counts up to which everything about it was told.
type kept struct {
	ID      string `json:"id"`
	Replies int64  `json:"r,omitempty"`
	Likes   int64  `json:"l,omitempty"`
	Reposts int64  `json:"s,omitempty"`
	Quotes  int64  `json:"q,omitempty"`
}

// Read asks for what happened since the cursor, oldest first: mentions and
// answers, what was said in our conversations without our name, private messages,
// and who liked, reposted or followed.
func (d *Driver) Read(ctx context.Context, conn network.Conn, given string) (network.Reading, error) {
	var c cursor
	if given != "" && json.Unmarshal([]byte(given), &c) != nil {
		c = cursor{} // one of an older form: read again, which is harmless
	}
	r := &reader{Driver: d, conn: conn, c: &c, now: d.now(), roots: map[string]bool{}, told: map[string]bool{}}
	broke := false
	for i, step := range []func(context.Context) error{r.written, r.mentions, r.conversations, r.crowd, r.chats, r.fans, r.changed} {
		if i > 0 {
			var err error
			if broke, err = conn.Purse.Spent(ctx); err != nil {
				return network.Reading{}, err
			}
			if broke {
				break // what was told is paid and kept; the rest is told later
			}
		}
		if err := step(ctx); err != nil {
			return network.Reading{}, err
		}
	}
	slices.SortStableFunc(r.events, func(a, b network.Raw) int { return a.At.Compare(b.At) })
	next, err := json.Marshal(c)
	if err != nil {
		return network.Reading{}, fault.Wrap(fault.Internal, err, "writing a cursor")
	}
	return network.Reading{Events: r.events, Next: string(next), More: broke, Lost: r.lost}, nil
}

// reader is one reading.
type reader struct {
	*Driver
	conn   network.Conn
	c      *cursor
	now    time.Time
	events []network.Raw
	told   map[string]bool // keys
	roots  map[string]bool // conversations that began with a post of ours
	busy   []string        // those with more answers than before
	recent []post          // what we wrote lately
	lost   *network.Span
}

func (r *reader) tell(all ...network.Raw) {
	for _, raw := range all {
		if !r.told[raw.Key] {
			r.told[raw.Key] = true
			r.events = append(r.events, raw)
		}
	}
}

// miss notes of which time X tells nothing more.
func (r *reader) miss(span network.Span) {
	if r.lost != nil && r.lost.From.Before(span.From) {
		span.From = r.lost.From
	}
	if r.lost != nil && r.lost.To.After(span.To) {
		span.To = r.lost.To
	}
	r.lost = &span
}

// settle moves a mark up to the newest id that nothing can come before any more.
func settle(mark *string, id string, now time.Time) {
	if at := made(id); (at.IsZero() || at.Before(now.Add(-overlap))) && number.MatchString(id) && (*mark == "" || later(id, *mark)) {
		*mark = id
	}
}

// list walks a list of posts from the newest down to a mark, or for a while back.
func (r *reader) list(ctx context.Context, path string, query url.Values, mark string, back time.Duration, most int) (all []page, complete bool, err error) {
	if mark != "" {
		query.Set("since_id", mark)
	} else {
		query.Set("start_time", r.now.Add(-back).Format(time.RFC3339))
	}
	for n := 0; n < most; {
		var p page
		got, err := r.call(ctx, r.conn, rest.Ask{Path: path, Query: query}, &p)
		if err != nil {
			return nil, false, err
		}
		if p.Meta.Count == nil {
			return nil, false, unclear(rest.Ask{})
		}
		if !got.At.IsZero() {
			r.now = got.At
		}
		all = append(all, p)
		if n += len(p.Data); p.Meta.Next == "" {
			return all, n < most, nil
		}
		query.Set("pagination_token", p.Meta.Next)
		if len(p.Data) == 0 {
			break // X tells of a further page and gives none
		}
	}
	return all, false, nil
}

// notices are the facts of a page of posts.
func (r *reader) notices(p page, mark *string, ours bool) {
	for _, one := range p.Data {
		if !one.good() {
			continue
		}
		settle(mark, one.ID, r.now)
		n := notice{Post: one, Author: p.user(one.Author), Media: leanMedia(p.Includes.Media, one.Attachments.Keys), Ours: ours || r.roots[one.Conversation]}
		r.tell(n.raws(r.conn.Account)...)
		if one.Author != r.conn.Account {
			r.c.watch(one)
		}
	}
}

func (p page) user(id string) user {
	for _, u := range p.Includes.Users {
		if u.ID == id {
			return u
		}
	}
	return user{ID: id}
}

// written reads what we wrote lately: what was made elsewhere is told, and the
// counts say where something happened.
func (r *reader) written(ctx context.Context) error {
	path, err := at("users", r.conn.Account, "tweets")
	if err != nil {
		return err
	}
	all, _, err := r.list(ctx, path, reading("100"), "", week, 100)
	if err != nil {
		return err
	}
	for _, p := range all[0].Data {
		if p.good() {
			r.recent = append(r.recent, p)
		}
	}
	known := map[string]kept{}
	for _, k := range r.c.Kept {
		known[k.ID] = k
	}
	fresh := make([]kept, 0, len(r.recent))
	for _, p := range r.recent {
		if p.Conversation == p.first() {
			r.roots[p.Conversation] = true
		}
	}
	for _, p := range r.recent {
		if p.refers("retweeted") != "" {
			continue
		}
		k, old := known[p.first()]
		if !old {
			k = kept{ID: p.first()}
			if made(p.first()).Before(r.now.Add(-first)) { // what happened before we came is not told
				k.take(p.Public)
			}
		}
		if p.Public != nil && p.Public.Replies != nil && *p.Public.Replies != k.Replies {
			switch {
			case !r.roots[p.Conversation]: // of others: who answers us there names us
				k.Replies = *p.Public.Replies
			case !slices.Contains(r.busy, p.Conversation):
				r.busy = append(r.busy, p.Conversation)
			}
		}
		fresh = append(fresh, k)
	}
	r.c.Kept = fresh[:min(len(fresh), keptMost)]
	for _, p := range r.recent {
		old := r.c.Own == "" && made(p.ID).Before(r.now.Add(-first)) || r.c.Own != "" && !later(p.ID, r.c.Own)
		if old {
			continue
		}
		n := notice{Post: p, Author: all[0].user(p.Author), Media: leanMedia(all[0].Includes.Media, p.Attachments.Keys), Ours: r.roots[p.Conversation]}
		r.tell(n.raws(r.conn.Account)...)
	}
	for _, p := range r.recent {
		settle(&r.c.Own, p.ID, r.now)
	}
	return nil
}

func (k *kept) take(p *public) {
	if p == nil {
		return
	}
	for to, n := range map[*int64]*int64{&k.Replies: p.Replies, &k.Likes: p.Likes, &k.Reposts: p.reposts(), &k.Quotes: p.Quotes} {
		if n != nil {
			*to = *n
		}
	}
}

func (r *reader) mentions(ctx context.Context) error {
	path, err := at("users", r.conn.Account, "mentions")
	if err != nil {
		return err
	}
	from := r.c.Low
	all, complete, err := r.list(ctx, path, reading("100"), from, first, reach)
	if err != nil {
		return err
	}
	oldest := ""
	for _, p := range all {
		for _, one := range p.Data {
			if number.MatchString(one.ID) && (oldest == "" || later(oldest, one.ID)) {
				oldest = one.ID
			}
		}
		r.notices(p, &r.c.Low, false)
	}
	if begun := made(from); !complete && !begun.IsZero() && oldest != "" {
		r.miss(network.Span{From: begun, To: made(oldest)})
		if r.c.Low == from {
			r.c.Low = oldest // said once
		}
	}
	return nil
}

const (
	termsMost  = 12 // conversations in one question
	sweepEvery = 5 * time.Minute
)

// conversations searches what was said in conversations of ours: at once where a
// post has more answers than before, and every few minutes in all that have any,
// because some leave our name out and count at no post of ours.
func (r *reader) conversations(ctx context.Context) error {
	var busy []string
	for conversation := range slices.Chunk(r.busy, termsMost) {
		done, err := r.search(ctx, conversation, r.since(conversation))
		if err != nil {
			return courtesy(err)
		}
		if !done {
			break
		}
		busy = append(busy, conversation...)
	}
	for i, k := range r.c.Kept {
		for _, p := range r.recent {
			if p.first() == k.ID && slices.Contains(busy, p.Conversation) && p.Public != nil && p.Public.Replies != nil {
				r.c.Kept[i].Replies = *p.Public.Replies
			}
		}
	}
	return courtesy(r.sweep(ctx))
}

func (r *reader) sweep(ctx context.Context) error {
	if r.c.Swept.IsZero() {
		r.c.Swept = r.now
	}
	if r.now.Sub(r.c.Swept) < sweepEvery {
		return nil
	}
	var all []string
	for _, p := range r.recent {
		if r.roots[p.Conversation] && p.Conversation == p.first() && p.Public != nil && p.Public.Replies != nil && *p.Public.Replies > 0 {
			all = append(all, p.Conversation)
		}
	}
	reaches := r.now.Add(time.Hour - week)
	if len(all) > 0 && r.c.Swept.Before(reaches) {
		r.miss(network.Span{From: r.c.Swept, To: reaches})
	}
	back := min(r.now.Sub(r.c.Swept)+overlap, week-time.Hour)
	for conversation := range slices.Chunk(all, termsMost) {
		if done, err := r.search(ctx, conversation, back); err != nil || !done {
			return err
		}
	}
	r.c.Swept = r.now
	return nil
}

// search asks for what was said in some conversations for a while back; done:
// there was a question left for it.
func (r *reader) search(ctx context.Context, conversations []string, back time.Duration) (done bool, err error) {
	if !r.c.Purse.spend(&r.c.Purse.Search, 10, 4*time.Second, r.now) {
		return false, nil
	}
	terms := make([]string, len(conversations))
	for i, id := range conversations {
		terms[i] = "conversation_id:" + id
	}
	query := reading("100")
	query.Set("query", "("+strings.Join(terms, " OR ")+") -from:"+r.conn.Account)
	query.Set("sort_order", "recency")
	all, _, err := r.list(ctx, "/2/tweets/search/recent", query, "", back, 1000)
	if err != nil {
		return false, err
	}
	mark := ""
	for _, p := range all {
		r.notices(p, &mark, false)
	}
	return true, nil
}

// since is how far back a search must go: to the oldest of the posts, within what
// X searches.
func (r *reader) since(busy []string) time.Duration {
	back := time.Minute
	for _, p := range r.recent {
		if slices.Contains(busy, p.Conversation) {
			back = max(back, r.now.Sub(moment(p.Created))+time.Minute)
		}
	}
	return min(back, week-time.Hour)
}

// courtesy is the error of what is asked besides: what X does not tell now, or
// not to us, is asked the next time.
func courtesy(err error) error {
	if fault.Is(err, fault.Throttled) || fault.Is(err, fault.Denied) || fault.Is(err, fault.Invalid) || fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}
