package lemmy

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kithhq/kith/internal/sandbox"
)

const (
	bodyMost = 50000
	saidMost = 10000
	altMost  = 1500
)

type post struct {
	id                   int64
	by                   *member
	in                   *community
	name, url, body, alt string
	nsfw                 bool
	language             int64
	deleted, removed     bool
	locked, featured     bool
	published, listed    time.Time // listed: from when it is in lists
	updated              *time.Time
	votes                map[int64]int
	newest               time.Time // of its comments
}

func (one *post) shown(q *request) bool { return !one.listed.After(q.now) }

var (
	title   = regexp.MustCompile(`\S{3}`)                                                                                 //nolint:gochecknoglobals // compiled once
	clicks  = regexp.MustCompile(`^(utm_source|utm_medium|utm_campaign|utm_term|utm_content|gclid|gclsrc|dclid|fbclid)$`) //nolint:gochecknoglobals // compiled once
	address = regexp.MustCompile(`https?://[^\s)\]>]+`)                                                                   //nolint:gochecknoglobals // compiled once
)

// clean takes what counts clicks out of an address, if there is any.
func clean(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.RawQuery == "" {
		return s
	}
	var kept []string
	dirty := false
	for pair := range strings.SplitSeq(u.RawQuery, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if clicks.MatchString(name) {
			dirty = true
			continue
		}
		if read, err := url.QueryUnescape(value); err == nil {
			value = read
		}
		kept = append(kept, name+"="+value)
	}
	if !dirty {
		return s
	}
	u.RawQuery = strings.Join(kept, "&")
	return u.String()
}

func cleanText(s string) string { return address.ReplaceAllStringFunc(s, clean) }

func (n *Network) newest() []*post {
	all := slices.Clone(n.posts)
	slices.SortStableFunc(all, func(a, b *post) int {
		if c := b.published.Compare(a.published); c != 0 {
			return c
		}
		return int(b.id - a.id)
	})
	return all
}

func (n *Network) postBy(id int64) *post {
	i := slices.IndexFunc(n.posts, func(one *post) bool { return one.id == id })
	if i < 0 {
		return nil
	}
	return n.posts[i]
}

type fields struct {
	Name     *string `json:"name"`
	URL      *string `json:"url"`
	Body     *string `json:"body"`
	Alt      *string `json:"alt_text"`
	NSFW     *bool   `json:"nsfw"`
	Language *int64  `json:"language_id"`
}

// put writes what was given into a post, or says why not.
func (in fields) put(one *post) *problem {
	if in.Name != nil {
		one.name = strings.TrimSpace(*in.Name)
	}
	if in.URL != nil && *in.URL != "" {
		u, err := url.Parse(*in.URL)
		switch {
		case err != nil || u.Host == "":
			return no("invalid_url")
		case u.Scheme != "https" && u.Scheme != "http":
			return no("invalid_url_scheme")
		case u.Host == "blocked.test":
			return no("blocked_url")
		}
		one.url = clean(*in.URL)
	}
	if in.Body != nil {
		one.body = cleanText(*in.Body)
	}
	if in.Alt != nil {
		one.alt = *in.Alt
	}
	if in.NSFW != nil {
		one.nsfw = *in.NSFW
	}
	if in.Language != nil {
		one.language = *in.Language
	}
	switch {
	case !title.MatchString(one.name), utf8.RuneCountInString(one.name) > 200, strings.ContainsAny(one.name, "\n\r"):
		return no("invalid_post_title")
	case utf8.RuneCountInString(one.body) > bodyMost:
		return no("invalid_body_field")
	case utf8.RuneCountInString(one.alt) > altMost:
		return no("alt_text_length_overflow")
	case strings.Contains(one.body+one.name, "badword"):
		return no("slurs")
	case !slices.Contains(one.in.languages, one.language):
		return no("language_not_allowed")
	}
	return nil
}

func (n *Network) createPost(q *request) (any, *problem) {
	in, p := read[struct {
		Name      string  `json:"name"`
		Community int64   `json:"community_id"`
		URL       *string `json:"url"`
		Body      *string `json:"body"`
		Alt       *string `json:"alt_text"`
		Honey     *string `json:"honeypot"`
		NSFW      *bool   `json:"nsfw"`
		Language  *int64  `json:"language_id"`
		Thumbnail *string `json:"custom_thumbnail"`
	}](q)
	if p != nil {
		return nil, p
	}
	c := n.communities[in.Community]
	switch {
	case c == nil:
		return nil, no("couldnt_find_community")
	case c.banned[q.me.id]:
		return nil, no("person_is_banned_from_community")
	case c.closed && !c.mods[q.me.id]:
		return nil, no("only_mods_can_post_in_community")
	}
	one := &post{by: q.me, in: c, published: q.now, listed: q.now}
	if p := (fields{&in.Name, in.URL, in.Body, in.Alt, in.NSFW, in.Language}).put(one); p != nil {
		return nil, p
	}
	if p := n.spend(q, &q.me.posts, 10*time.Minute, n.options.Posts); p != nil {
		return nil, p
	}
	if at, hit := q.call.Twin(); hit {
		twin := *one
		twin.published, twin.listed = at, at
		n.keep(&twin)
	}
	one.listed = q.now.Add(q.call.ListedLate())
	n.keep(one)
	q.call.Accept(sandbox.Entry{Account: key(q.me.id), Object: "post/" + key(one.id), Link: one.url, Text: one.body})
	return object{"post_view": n.postView(q, one)}, nil
}

// keep puts a post there, with its writer's own vote for it.
func (n *Network) keep(one *post) {
	one.id, one.votes, one.newest = n.next("post"), map[int64]int{one.by.id: 1}, one.published
	n.posts = append(n.posts, one)
}

func (n *Network) getPost(q *request) (any, *problem) {
	id, p := q.number("id", 0)
	if p != nil {
		return nil, p
	}
	one := n.postBy(id)
	if one == nil {
		return nil, no("couldnt_find_post")
	}
	view := n.postView(q, one)
	return object{"post_view": view, "community_view": object{"community": view["community"]}, "moderators": []any{}, "cross_posts": []any{}}, nil
}

func (n *Network) listPosts(q *request) (any, *problem) {
	var all []*post
	for _, one := range n.newest() {
		if one.shown(q) && !one.deleted && !one.removed {
			all = append(all, one)
		}
	}
	all, p := cut(q, all)
	views := []object{}
	for _, one := range all {
		views = append(views, n.postView(q, one))
	}
	return object{"posts": views}, p
}

func (n *Network) editPost(q *request) (any, *problem) {
	in, p := read[struct {
		ID        int64   `json:"post_id"`
		Name      *string `json:"name"`
		URL       *string `json:"url"`
		Body      *string `json:"body"`
		Alt       *string `json:"alt_text"`
		NSFW      *bool   `json:"nsfw"`
		Language  *int64  `json:"language_id"`
		Thumbnail *string `json:"custom_thumbnail"`
	}](q)
	if p != nil {
		return nil, p
	}
	one := n.postBy(in.ID)
	switch {
	case one == nil:
		return nil, no("couldnt_find_post")
	case one.by != q.me:
		return nil, no("no_post_edit_allowed")
	}
	changed := *one
	if p := (fields{in.Name, in.URL, in.Body, in.Alt, in.NSFW, in.Language}).put(&changed); p != nil {
		return nil, p
	}
	*one = changed
	one.updated = &q.now
	q.call.Accept(sandbox.Entry{Account: key(q.me.id), Object: "post/" + key(one.id), Text: one.body})
	return object{"post_view": n.postView(q, one)}, nil
}

func (n *Network) likePost(q *request) (any, *problem) {
	in, p := read[struct {
		ID    int64 `json:"post_id"`
		Score int   `json:"score"`
	}](q)
	if p != nil {
		return nil, p
	}
	one := n.postBy(in.ID)
	if one == nil {
		return nil, no("couldnt_find_post")
	}
	if p := n.vote(q, one.in, one.votes, "post/"+key(one.id), in.Score); p != nil {
		return nil, p
	}
	return object{"post_view": n.postView(q, one)}, nil
}

func (n *Network) vote(q *request, c *community, votes map[int64]int, thing string, score int) *problem {
	switch {
	case score < -1 || score > 1:
		return no("couldnt_like_post")
	case c.banned[q.me.id]:
		return no("person_is_banned_from_community")
	}
	repeat := votes[q.me.id] == score
	if votes[q.me.id] = score; score == 0 {
		delete(votes, q.me.id)
	}
	q.call.Accept(sandbox.Entry{Account: key(q.me.id), Object: thing, Repeat: repeat})
	return nil
}

func (n *Network) deletePost(q *request) (any, *problem) {
	in, p := read[struct {
		ID      int64 `json:"post_id"`
		Deleted bool  `json:"deleted"`
	}](q)
	if p != nil {
		return nil, p
	}
	one := n.postBy(in.ID)
	switch {
	case one == nil:
		return nil, no("couldnt_find_post")
	case one.deleted == in.Deleted:
		return nil, no("couldnt_update_post")
	case one.by != q.me:
		return nil, no("no_post_edit_allowed")
	}
	one.deleted = in.Deleted
	q.call.Accept(sandbox.Entry{Account: key(q.me.id), Object: "post/" + key(one.id)})
	return object{"post_view": n.postView(q, one)}, nil
}

func (n *Network) removePost(q *request) (any, *problem) {
	in, p := read[struct {
		ID      int64   `json:"post_id"`
		Removed bool    `json:"removed"`
		Reason  *string `json:"reason"`
	}](q)
	if p != nil {
		return nil, p
	}
	one := n.postBy(in.ID)
	switch {
	case one == nil:
		return nil, no("couldnt_find_post")
	case !one.in.mods[q.me.id]:
		return nil, no("not_a_mod_or_admin")
	}
	one.removed = in.Removed
	q.call.Accept(sandbox.Entry{Account: key(q.me.id), Object: "post/" + key(one.id)})
	return object{"post_view": n.postView(q, one)}, nil
}

func (n *Network) featurePost(q *request) (any, *problem) {
	in, p := read[struct {
		ID       int64  `json:"post_id"`
		Featured bool   `json:"featured"`
		Where    string `json:"feature_type"`
	}](q)
	if p != nil {
		return nil, p
	}
	one := n.postBy(in.ID)
	switch {
	case one == nil:
		return nil, no("couldnt_find_post")
	case in.Where != "Community" && in.Where != "Local":
		return nil, &problem{status: 400, plain: "Json deserialize error: unknown variant"}
	case in.Where == "Local":
		return nil, no("not_an_admin")
	case !one.in.mods[q.me.id]:
		return nil, no("not_a_mod_or_admin")
	}
	one.featured = in.Featured
	q.call.Accept(sandbox.Entry{Account: key(q.me.id), Object: "post/" + key(one.id)})
	return object{"post_view": n.postView(q, one)}, nil
}

func (n *Network) lockPost(q *request) (any, *problem) {
	in, p := read[struct {
		ID     int64 `json:"post_id"`
		Locked bool  `json:"locked"`
	}](q)
	if p != nil {
		return nil, p
	}
	one := n.postBy(in.ID)
	switch {
	case one == nil:
		return nil, no("couldnt_find_post")
	case one.in.banned[q.me.id]:
		return nil, no("person_is_banned_from_community")
	case !one.in.mods[q.me.id]:
		return nil, no("not_a_mod_or_admin")
	}
	repeat := one.locked == in.Locked
	one.locked = in.Locked
	q.call.Accept(sandbox.Entry{Account: key(q.me.id), Object: "post/" + key(one.id), Repeat: repeat})
	return object{"post_view": n.postView(q, one)}, nil
}
