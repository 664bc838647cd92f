package x

import (
	"fmt"
	"html"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/kithhq/kith/internal/sandbox"
)

// shown is what X makes of a text.
type shown struct {
	text     string
	hidden   int // so many code points at the beginning are names of who is answered
	mentions []object
	urls     []object
}

// link is the first address that is shown as one.
func (s shown) link() string {
	for _, u := range s.urls {
		if to, ok := u["expanded_url"].(string); ok && u["media_key"] == nil {
			return to
		}
	}
	return ""
}

const base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

func (n *Network) tco() string {
	b := []byte("https://t.co/")
	for range 10 {
		b = append(b, base62[n.random.IntN(len(base62))])
	}
	return string(b)
}

// show writes a text as lists tell it: with the names of who is answered, short links and escapes.
func (n *Network) show(p *post) shown {
	var s shown
	text := p.text
	if p.of != nil {
		text = "RT @" + p.of.author.username + ": " + p.of.text
	}
	if p.parent != nil {
		var before []string
		for _, who := range []*user{p.parent.author, p.root.author} {
			if who != p.author && !slices.Contains(before, "@"+who.username) && !strings.HasPrefix(strings.ToLower(text)+" ", "@"+strings.ToLower(who.username)+" ") && p.parent.author != p.author {
				before = append(before, "@"+who.username)
			}
		}
		if len(before) > 0 {
			names := strings.Join(before, " ") + " "
			text, s.hidden = names+text, utf8.RuneCountInString(names)
		} else {
			s.hidden = leading(text)
		}
	}
	var out strings.Builder
	from := 0
	link := func(expanded, display string, file *file) {
		short := n.tco()
		start := utf8.RuneCountInString(out.String())
		out.WriteString(short)
		e := object{"start": start, "end": start + len(short), "url": short, "expanded_url": expanded, "display_url": display}
		if file != nil {
			e["media_key"] = file.key()
		}
		s.urls = append(s.urls, e)
	}
	for _, l := range links(text) {
		out.WriteString(html.EscapeString(text[from:l.from]))
		expanded := text[l.from:l.to]
		display := strings.TrimPrefix(strings.TrimPrefix(expanded, "https://"), "http://")
		if expanded == display {
			expanded = "http://" + expanded
		}
		if utf8.RuneCountInString(display) > 27 {
			display = string([]rune(display)[:26]) + "…"
		}
		link(expanded, display, nil)
		from = l.to
	}
	out.WriteString(html.EscapeString(text[from:]))
	for i, f := range p.files {
		if i == 0 {
			if out.Len() > 0 {
				out.WriteByte(' ')
			}
			link(fmt.Sprintf("https://x.com/%s/status/%d/photo/1", p.author.username, p.id), "pic.x.com/"+base62[:5], f)
		} else {
			again := object{}
			for k, v := range s.urls[len(s.urls)-1] {
				again[k] = v
			}
			again["media_key"] = f.key()
			s.urls = append(s.urls, again)
		}
	}
	if p.quoted != nil && !strings.HasSuffix(text, "/status/"+id(p.quoted.id)) { // what is quoted is named behind the text
		out.WriteByte(' ')
		link("https://twitter.com/"+p.quoted.author.username+"/status/"+id(p.quoted.id), "x.com/"+p.quoted.author.username+"/…", nil)
	}
	// X escapes three signs only.
	s.text = strings.NewReplacer("&#34;", `"`, "&#39;", "'").Replace(out.String())
	for _, m := range at.FindAllStringSubmatchIndex(s.text, -1) {
		name := s.text[m[2]:m[3]]
		start := utf8.RuneCountInString(s.text[:m[2]]) - 1
		e := object{"start": start, "end": start + 1 + len(name), "username": name}
		if u := n.names[strings.ToLower(name)]; u != nil {
			e["id"] = id(u.id)
		}
		s.mentions = append(s.mentions, e)
	}
	return s
}

// leading is how many code points of names stand before what is said.
func leading(text string) int {
	total := 0
	for strings.HasPrefix(text, "@") {
		name, rest, more := strings.Cut(text, " ")
		if !more {
			break
		}
		total += utf8.RuneCountInString(name) + 1
		text = rest
	}
	return total
}

// word gives a name of the specification as it is told: the pages of the documentation have others.
func (n *Network) word(name string) string {
	if !n.options.Prose {
		return name
	}
	switch name {
	case "repost_count":
		return "retweet_count"
	case "post_count":
		return "tweet_count"
	}
	return strings.NewReplacer("edit_history_post_ids", "edit_history_tweet_ids", "referenced_posts", "referenced_tweets").Replace(name)
}

// want is what was asked for by fields and expansions.
type want map[string]bool

func (a *ask) wants(names ...string) want {
	w := want{}
	for _, name := range names {
		for _, v := range a.query[name] {
			for _, one := range strings.Split(v, ",") {
				w[one] = true
			}
		}
	}
	return w
}

func (n *Network) postView(a *ask, p *post, fields, expand want) object {
	v := object{"id": id(p.id), "text": p.shown.text, n.word("edit_history_post_ids"): p.history()}
	put := func(name string, value any) {
		if fields[name] {
			v[name] = value
		}
	}
	put("created_at", stamp(p.made))
	put("conversation_id", id(p.root.id))
	if p.place != nil {
		put("community_id", id(p.place.id))
	}
	put("lang", "en")
	put("possibly_sensitive", false)
	put("reply_settings", settings(p.settings))
	put("paid_partnership", p.paid)
	put("display_text_range", []int{p.shown.hidden, utf8.RuneCountInString(p.shown.text)})
	put("edit_controls", object{"edits_remaining": max(edits-max(len(p.versions)-1, 0), 0), "is_edit_eligible": p.editable(a.now), "editable_until": stamp(p.first().Add(editing))})
	if e := p.entities(); len(e) > 0 {
		put("entities", e)
	}
	if x := p.attachments(); len(x) > 0 && (fields["attachments"] || expand["attachments.media_keys"] || expand["attachments.poll_ids"]) {
		v["attachments"] = x
	}
	put("public_metrics", n.counts(a, p))
	if p.author == a.me && a.now.Sub(p.made) < 30*24*60*60*1e9 {
		put("non_public_metrics", object{"impression_count": impressions(p), "url_link_clicks": len(p.likes), "user_profile_clicks": len(p.replies), "engagements": len(p.likes) + len(p.replies) + len(p.reposts)})
	}
	if expand["author_id"] || fields["author_id"] {
		v["author_id"] = id(p.author.id)
	}
	if p.parent != nil && (expand["in_reply_to_user_id"] || fields["in_reply_to_user_id"]) {
		v["in_reply_to_user_id"] = id(p.parent.author.id)
	}
	if refs := p.refers(); len(refs) > 0 && (expand["referenced_posts"] || expand["referenced_tweets.id"] || fields["referenced_tweets"]) {
		v[n.word("referenced_posts")] = refs
	}
	return v
}

func settings(s string) string {
	if s == "" {
		return "everyone"
	}
	return s
}

func (p *post) entities() object {
	e := object{}
	if len(p.shown.mentions) > 0 {
		e["mentions"] = p.shown.mentions
	}
	if len(p.shown.urls) > 0 {
		e["urls"] = p.shown.urls
	}
	return e
}

func (p *post) attachments() object {
	x := object{}
	var keys []string
	for _, f := range p.files {
		keys = append(keys, f.key())
	}
	if len(keys) > 0 {
		x["media_keys"] = keys
	}
	if p.poll != nil {
		x["poll_ids"] = []string{id(p.poll.id)}
	}
	return x
}

func (p *post) refers() []object {
	var all []object
	for _, r := range []struct {
		kind string
		to   *post
	}{{"retweeted", p.of}, {"quoted", p.quoted}, {"replied_to", p.parent}} {
		if r.to != nil {
			all = append(all, object{"type": r.kind, "id": id(r.to.id)})
		}
	}
	return all
}

func impressions(p *post) int { return 12 + 7*len(p.likes) + 5*len(p.replies) + 20*len(p.reposts) }

func (n *Network) counts(a *ask, p *post) object {
	quotes := 0
	for _, o := range n.order {
		if o.quoted == p && !o.gone && !o.listed.After(a.now) {
			quotes++
		}
	}
	replies := 0
	for _, r := range p.replies {
		if !r.gone && !r.listed.After(a.now) {
			replies++
		}
	}
	return object{n.word("repost_count"): len(p.reposts), "reply_count": replies, "like_count": len(p.likes), "quote_count": quotes,
		"bookmark_count": 0, "impression_count": impressions(p)}
}

func (n *Network) userView(a *ask, u *user, fields want) object {
	v := object{"id": id(u.id), "name": u.name, "username": u.username}
	put := func(name string, value any) {
		if fields[name] {
			v[name] = value
		}
	}
	posts := 0
	for _, p := range n.order {
		if p.author == u && !p.gone {
			posts++
		}
	}
	put("created_at", stamp(u.created))
	put("profile_image_url", a.host+"/avatars/"+id(u.id)+"_normal.png")
	put("protected", false)
	put("verified", u.premium)
	put("verified_type", map[bool]string{true: "blue", false: "none"}[u.premium])
	put("subscription_type", map[bool]string{true: "Premium", false: "None"}[u.premium])
	put("public_metrics", object{"followers_count": u.fans + len(u.followers), "following_count": 3, n.word("post_count"): posts, "listed_count": 0})
	return v
}

func (p *poll) view(a *ask) object {
	var options []object
	for i, o := range p.options {
		options = append(options, object{"position": i + 1, "label": o, "votes": 0})
	}
	v := object{"id": id(p.id), "options": options}
	for name, value := range map[string]any{"duration_minutes": p.minutes, "end_datetime": stamp(p.until), "voting_status": map[bool]string{true: "open", false: "closed"}[a.now.Before(p.until)]} {
		if a.wants("poll.fields")[name] {
			v[name] = value
		}
	}
	return v
}

// includes are the objects that expansions ask for.
func (n *Network) includes(a *ask, all []*post, expand want) object {
	users, files, posts, polls := []object{}, []object{}, []object{}, []object{}
	seen := map[string]bool{}
	fields, media := a.wants("user.fields"), a.wants("media.fields")
	add := func(u *user) {
		if !seen["u"+id(u.id)] {
			seen["u"+id(u.id)] = true
			users = append(users, n.userView(a, u, fields))
		}
	}
	for _, p := range all {
		if expand["author_id"] {
			add(p.author)
		}
		if expand["in_reply_to_user_id"] && p.parent != nil {
			add(p.parent.author)
		}
		if expand["attachments.media_keys"] {
			for _, f := range p.files {
				files = append(files, f.view(a, media))
			}
		}
		if expand["attachments.poll_ids"] && p.poll != nil {
			polls = append(polls, p.poll.view(a))
		}
		if expand["referenced_posts"] || expand["referenced_tweets.id"] {
			for _, o := range []*post{p.of, p.quoted, p.parent} {
				if o != nil && !o.gone && !seen["p"+id(o.id)] {
					seen["p"+id(o.id)] = true
					posts = append(posts, n.postView(a, o, a.wants("post.fields", "tweet.fields"), expand))
				}
			}
		}
	}
	v := object{}
	for name, list := range map[string][]object{"users": users, "media": files, "polls": polls, map[bool]string{false: "posts", true: "tweets"}[n.options.Prose]: posts} {
		if len(list) > 0 {
			v[name] = list
		}
	}
	return v
}

// body puts posts, what they refer to and what is wrong with some into an answer.
func (n *Network) body(a *ask, all []*post, meta object, wrong []object) object {
	fields, expand := a.wants("post.fields", "tweet.fields"), a.wants("expansions")
	views := []object{}
	for _, p := range all {
		views = append(views, n.postView(a, p, fields, expand))
	}
	n.reads += len(all)
	v := object{}
	if len(views) > 0 { // X leaves an empty list out
		v["data"] = views
	}
	if inc := n.includes(a, all, expand); len(inc) > 0 {
		v["includes"] = inc
	}
	if len(wrong) > 0 {
		v["errors"] = wrong
	}
	if meta != nil {
		v["meta"] = meta
	}
	return v
}

func (n *Network) avatar(w http.ResponseWriter, r *http.Request) {
	number, _ := strconv.ParseInt(strings.TrimSuffix(r.PathValue("id"), "_normal.png"), 10, 64)
	n.mu.Lock()
	u := n.users[number]
	n.mu.Unlock()
	who := sandbox.Person{Hue: 200, Look: 9}
	if u != nil && u.person != nil {
		who = *u.person
	}
	w.Header().Set("Content-Type", "image/png")
	w.Write(who.Portrait())
}
