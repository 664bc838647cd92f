package x

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/rest"
)

// purse is what may be asked still: X takes some questions a few times in a
// quarter of an hour, and people read all day.
type purse struct {
	Chats  coin `json:"dm,omitzero"`
	Me     coin `json:"me,omitzero"`
	Crowd  coin `json:"crowd,omitzero"`
	Search coin `json:"search,omitzero"`
}

// coin counts what is left of one sort of questions.
type coin struct {
	Spent float64   `json:"s,omitempty"`
	At    time.Time `json:"t,omitzero"`
}

// spend takes one question out of most; each comes back after a while.
func (purse) spend(c *coin, most float64, after time.Duration, now time.Time) bool {
	if !c.At.IsZero() {
		c.Spent = max(0, c.Spent-max(now.Sub(c.At), 0).Seconds()/after.Seconds())
	}
	c.At = now
	if c.Spent+1 > most {
		return false
	}
	c.Spent++
	return true
}

// people is a list of users.
type people struct {
	Data []user `json:"data"`
	Meta struct {
		Count *int `json:"result_count"`
	} `json:"meta"`
}

// crowd finds who liked, reposted or quoted posts of ours whose counts have
// changed. A few posts each time: X takes few such questions.
func (r *reader) crowd(ctx context.Context) error {
	for i := range r.c.Kept {
		k := &r.c.Kept[i]
		at := slices.IndexFunc(r.recent, func(p post) bool { return p.first() == k.ID })
		if at < 0 || r.recent[at].Public == nil {
			continue
		}
		p := r.recent[at]
		for _, one := range []struct {
			known *int64
			now   *int64
			find  func(context.Context, post, int64) error
		}{{&k.Likes, p.Public.Likes, r.likers}, {&k.Reposts, p.Public.reposts(), r.reposters}, {&k.Quotes, p.Public.Quotes, r.quoters}} {
			if one.now == nil || *one.now == *one.known {
				continue
			}
			if *one.now > *one.known {
				if !r.c.Purse.spend(&r.c.Purse.Crowd, 8, 20*time.Second, r.now) {
					return nil
				}
				if err := one.find(ctx, p, *one.now-*one.known); err != nil {
					return courtesy(err)
				}
			}
			*one.known = *one.now
		}
	}
	return nil
}

// few is how many are asked for when there are so many more: some of them may
// have taken theirs back.
func few(more int64) string { return strconv.FormatInt(min(more+2, 100), 10) }

func (r *reader) likers(ctx context.Context, p post, more int64) error {
	path, err := at("tweets", p.ID, "liking_users")
	if err != nil {
		return err
	}
	var got people
	query := url.Values{"max_results": {few(more)}, "user.fields": {fields("profile_image_url")}}
	if _, err := r.call(ctx, r.conn, rest.Ask{Path: path, Query: query}, &got); err != nil {
		return err
	}
	for _, u := range got.Data {
		// X does not say when: it is told as of now.
		if raw, ok := (deed{Kind: network.Reaction, Post: p.first(), Who: u}).raw(r.conn.Account, r.now); ok && u.ID != r.conn.Account {
			r.tell(raw)
		}
	}
	return nil
}

func (r *reader) reposters(ctx context.Context, p post, more int64) error {
	path, err := at("tweets", p.ID, "retweets")
	if err != nil {
		return err
	}
	var got page
	if _, err := r.call(ctx, r.conn, rest.Ask{Path: path, Query: reading(few(more))}, &got); err != nil {
		return err
	}
	for _, one := range got.Data {
		g := deed{Kind: network.Repost, Post: p.first(), Who: got.user(one.Author), At: one.Created}
		if raw, ok := g.raw(r.conn.Account, moment(one.Created)); ok && one.good() && one.Author != r.conn.Account {
			r.tell(raw)
		}
	}
	return nil
}

func (r *reader) quoters(ctx context.Context, p post, more int64) error {
	path, err := at("tweets", p.ID, "quote_tweets")
	if err != nil {
		return err
	}
	const least = 10 // X gives no fewer
	var got page
	if _, err := r.call(ctx, r.conn, rest.Ask{Path: path, Query: reading(strconv.FormatInt(min(max(more+2, least), 100), 10))}, &got); err != nil {
		return err
	}
	mark := ""
	for _, one := range got.Data {
		if one.Author != r.conn.Account {
			r.notices(page{Data: posts{one}, Includes: got.Includes}, &mark, false)
		}
	}
	return nil
}

// fans finds who follows since the count has grown.
func (r *reader) fans(ctx context.Context) error {
	if !r.c.Purse.spend(&r.c.Purse.Me, 5, 15*time.Second, r.now) {
		return nil
	}
	k, err := readKeys(r.conn.Keys)
	if err != nil {
		return err
	}
	me, err := r.who(ctx, k.Token)
	if err != nil {
		return courtesy(err)
	}
	if me.Counts == nil || me.Counts.Followers == nil {
		return nil
	}
	n := *me.Counts.Followers
	if r.c.Fans != nil && n > *r.c.Fans {
		path, err := at("users", r.conn.Account, "followers")
		if err != nil {
			return err
		}
		var got people
		query := url.Values{"max_results": {few(n - *r.c.Fans)}, "user.fields": {fields("profile_image_url")}}
		if _, err := r.call(ctx, r.conn, rest.Ask{Path: path, Query: query}, &got); err != nil {
			return courtesy(err)
		}
		fresh := got.Data[:min(int64(len(got.Data)), n-*r.c.Fans)]
		for _, u := range fresh {
			if raw, ok := (deed{Kind: network.Follow, Who: u}).raw(r.conn.Account, r.now); ok {
				r.tell(raw)
			}
		}
	}
	r.c.Fans = &n
	return nil
}

// walk is a way down the list of messages that is not at its end: where it goes on, and
// the mark once it is.
type walk struct {
	Next string `json:"n,omitempty"`
	Top  string `json:"t,omitempty"`
}

// chats reads private messages down to the mark, or goes on where the last reading had
// to stop. X takes the question fifteen times in a quarter of an hour.
func (r *reader) chats(ctx context.Context) error {
	from, at := r.c.Chats, walk{Top: r.c.Chats}
	if r.c.Walk != nil {
		at = *r.c.Walk
	}
	for r.c.Purse.spend(&r.c.Purse.Chats, 3, 75*time.Second, r.now) {
		query := chatting()
		if at.Next != "" {
			query.Set("pagination_token", at.Next)
		}
		var got chats
		if _, err := r.call(ctx, r.conn, rest.Ask{Path: "/2/dm_events", Query: query}, &got); err != nil {
			if fault.Is(err, fault.Invalid) && at.Next != "" { // the place is not known any more: from the top again
				r.c.Walk = &walk{Top: at.Top}
				return nil
			}
			return courtesy(err)
		}
		if got.Meta.Count == nil {
			return unclear(rest.Ask{})
		}
		for _, m := range got.Data {
			if from != "" && !later(m.ID, from) || from == "" && moment(m.Created).Before(r.now.Add(-first)) {
				r.c.Chats, r.c.Walk = at.Top, nil
				return nil
			}
			settle(&at.Top, m.ID, r.now)
			w := written{ID: m.ID, Chat: m.Chat, From: user{ID: m.Sender}, Text: m.Text, At: m.Created, Media: leanMedia(got.Includes.Media, m.Files.Keys)}
			for _, u := range got.Includes.Users {
				if u.ID == m.Sender {
					w.From = u
				}
			}
			if raw, ok := w.raw(r.conn.Account); ok && (m.Kind == "" || m.Kind == "MessageCreate") {
				r.tell(raw)
			}
		}
		if at.Next = clip(got.Meta.Next, 512); at.Next == "" {
			r.c.Chats, r.c.Walk = at.Top, nil
			return nil
		}
		r.c.Walk = &walk{at.Next, at.Top}
	}
	return nil
}

const (
	watchMost = 40 // messages that are looked at again
	watchFor  = 24 * time.Hour
	lookEvery = 10 * time.Minute
)

// watched is a message that may be taken away.
type watched struct {
	ID     string `json:"id"`
	Person string `json:"p"`
	Newest string `json:"n,omitempty"`
}

// watch remembers a message for a day: within it, X takes nothing for reading it again.
func (c *cursor) watch(p post) {
	w := watched{ID: p.first(), Person: p.Author}
	if p.ID != w.ID {
		w.Newest = p.ID
	}
	c.Watch = slices.DeleteFunc(c.Watch, func(o watched) bool { return o.ID == w.ID && (o.Newest == "" || w.Newest != "") })
	if !slices.ContainsFunc(c.Watch, func(o watched) bool { return o.ID == w.ID }) {
		c.Watch = append(c.Watch, w)
	}
	c.Watch = c.Watch[max(0, len(c.Watch)-watchMost):]
}

// changed looks whether messages are still there. It is a courtesy: what cannot
// be asked now is asked the next time.
func (r *reader) changed(ctx context.Context) error {
	r.c.Watch = slices.DeleteFunc(r.c.Watch, func(w watched) bool { return made(w.ID).Before(r.now.Add(-watchFor)) })
	if len(r.c.Watch) == 0 || r.now.Sub(r.c.Look) < lookEvery {
		return nil
	}
	if r.c.Look.IsZero() { // they have just been read
		r.c.Look = r.now
		return nil
	}
	var ids []string
	for _, w := range r.c.Watch {
		ids = append(ids, w.newest())
	}
	found, err := r.some(ctx, r.conn, "", ids, url.Values{"post.fields": {fields("created_at")}, "expansions": {fields("author_id")}})
	if err != nil {
		return nil //nolint:nilerr // a courtesy
	}
	r.c.Look = r.now
	r.c.Watch = slices.DeleteFunc(r.c.Watch, func(w watched) bool {
		if !found.gone[w.newest()] {
			return false
		}
		r.tell(body{Gone: &absent{w.ID, w.Person}}.raw(r.conn.Account, w.Person, "gone "+w.ID, r.now))
		return true
	})
	return nil
}

func (w watched) newest() string {
	if w.Newest != "" {
		return w.Newest
	}
	return w.ID
}

// several are posts that were asked for by id: those that are there, and those of
// which X says that they are not. Of others nothing is known.
type several struct {
	posts map[string]post
	gone  map[string]bool
}

// some asks for posts by id, a hundred at once. X answers with what it has, and
// says beside it what is wrong with the rest.
func (d *Driver) some(ctx context.Context, conn network.Conn, author string, ids []string, query url.Values) (several, error) {
	all := several{map[string]post{}, map[string]bool{}}
	for batch := range slices.Chunk(ids, 100) {
		query.Set("ids", strings.Join(batch, ","))
		var got struct {
			Data   posts `json:"data"`
			Errors []struct {
				Type string `json:"type"`
				ID   string `json:"resource_id"`
			} `json:"errors"`
		}
		if _, err := d.callOf(ctx, conn, author, rest.Ask{Path: "/2/tweets", Query: query}, &got); err != nil {
			return all, err
		}
		for _, p := range got.Data {
			if slices.Contains(batch, p.ID) {
				all.posts[p.ID] = p
			}
		}
		for _, e := range got.Errors {
			if strings.HasSuffix(e.Type, "/resource-not-found") && slices.Contains(batch, e.ID) {
				if _, there := all.posts[e.ID]; !there {
					all.gone[e.ID] = true
				}
			}
		}
	}
	return all, nil
}
