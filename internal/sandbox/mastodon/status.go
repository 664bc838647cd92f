package mastodon

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
)

// status is one post. A boost is a status whose of is another.
type status struct {
	id                              int64
	account                         *account
	text, spoiler, visibility, lang string
	sensitive, pinned               bool
	made, listed                    time.Time // listed: from when it is in lists
	edited                          *time.Time
	parent                          *status
	of                              *status
	quote                           *quote
	policy                          string // who may quote it: public, followers, following, nobody, unsupported_policy; "" is public
	manual                          bool   // and its author looks at each
	app                             *app
	files                           []*file
	mentions                        []*account
	tags                            []string
	poll                            *poll
	likes                           []*account
	boosts                          []*status
	replies                         []*status
	versions                        []version
}

type version struct {
	text, spoiler string
	sensitive     bool
	at            time.Time
}

func (s *status) seenBy(a *account) bool {
	switch s.visibility {
	case "public", "unlisted":
		return true
	}
	if a == nil {
		return false
	}
	return s.account == a || slices.Contains(s.mentions, a) || s.visibility == "private" && a.following[s.account.id]
}

func (n *Network) status(q *request) (*status, *problem) {
	id, _ := strconv.ParseInt(q.PathValue("id"), 10, 64)
	s := n.statuses[id]
	if s == nil || !s.seenBy(q.me) || q.me != nil && s.account.blocks[q.me.id] {
		return nil, missing()
	}
	return s, nil
}

// draft is a status as asked for, checked.
func (n *Network) draft(q *request) (*status, *problem) {
	most, link, files := n.options.most()
	s := &status{account: q.me, text: q.values.Get("status"), spoiler: q.values.Get("spoiler_text"), visibility: q.values.Get("visibility"),
		lang: q.values.Get("language"), sensitive: q.flag("sensitive"), made: q.now, listed: q.now}
	if q.token != nil {
		s.app = q.token.app
	}
	if s.visibility == "" {
		s.visibility = "public"
	}
	if s.lang == "" {
		s.lang = "en"
	}
	if !slices.Contains([]string{"public", "unlisted", "private", "direct"}, s.visibility) {
		return nil, n.invalid("Visibility is not included in the list")
	}
	var p *problem
	if s.files, p = n.attached(q, nil, files); p != nil {
		return nil, p
	}
	if strings.TrimSpace(s.text) == "" && len(s.files) == 0 && !q.has("poll[options]") {
		return nil, n.invalid("Text can't be blank")
	}
	if n.text.length(s.text, link)+n.text.length(s.spoiler, link) > most {
		return nil, n.invalid("Text character limit of %d exceeded", most)
	}
	if s.poll, p = n.newPoll(q); p != nil {
		return nil, p
	}
	if id := q.values.Get("in_reply_to_id"); id != "" {
		number, _ := strconv.ParseInt(id, 10, 64)
		if s.parent = n.statuses[number]; s.parent == nil || !s.parent.seenBy(q.me) || s.parent.account.blocks[q.me.id] {
			return nil, &problem{status: 404, text: "The post you are trying to reply to does not appear to exist."}
		}
	}
	if s.quote, p = n.quoting(q, s); p != nil {
		return nil, p
	}
	n.address(s)
	return s, nil
}

// attached are the files of a status as asked for; those that it has already may stay.
func (n *Network) attached(q *request, of *status, most int) ([]*file, *problem) {
	var all []*file
	films := 0
	for _, id := range q.values["media_ids"] {
		number, _ := strconv.ParseInt(id, 10, 64)
		f := n.loose(q, number)
		if own := n.media[number]; f == nil && own != nil && of != nil && own.used == of {
			f = own
		}
		if f == nil {
			return nil, n.verdict("Media %s not found or already attached to another post", id)
		}
		if f.busy(q.now) || n.broken(f, q.now) {
			return nil, n.verdict("Cannot attach files that have not finished processing. Try again in a moment!")
		}
		if !strings.HasPrefix(f.kind, "image/") {
			films++
		}
		all = append(all, f)
	}
	switch {
	case len(all) > most, len(all) > 0 && q.has("poll[options]"):
		return nil, n.verdict("Cannot attach more than %d files", most)
	case films > 0 && len(all) > 1 && !n.options.GoToSocial:
		return nil, n.verdict("Cannot attach a video to a post that already contains images")
	}
	return all, nil
}

// verdict is a refusal in words of its own.
func (n *Network) verdict(format string, args ...any) *problem {
	p := n.invalid(format, args...)
	p.text = fmt.Sprintf(format, args...)
	return p
}

// address finds who and what a text names.
func (n *Network) address(s *status) {
	s.mentions, s.tags = nil, nil
	for _, one := range n.text.pieces(s.text) {
		if one.kind == 't' && !slices.Contains(s.tags, strings.ToLower(one.name)) {
			s.tags = append(s.tags, strings.ToLower(one.name))
		}
		if one.kind == 'm' {
			if who := n.mentioned(one.name, one.domain); who != nil && !slices.Contains(s.mentions, who) {
				s.mentions = append(s.mentions, who)
			}
		}
	}
}

func (n *Network) mentioned(name, domain string) *account {
	if domain != "" {
		name += "@" + domain
	}
	return n.find(name)
}

func (n *Network) createStatus(q *request) (any, *problem) {
	idem := q.Header.Get("Idempotency-Key")
	if made, ok := q.me.keys[idem]; ok && idem != "" && !n.options.GoToSocial && q.now.Sub(made.at) < time.Hour {
		if s := n.statuses[made.id]; s != nil {
			n.accept(q, s, sandbox.Entry{IdempotencyKey: idem, Repeat: true})
			return n.view(q, s), nil
		}
		if p := n.plans[made.id]; p != nil {
			return p.view(n, q), nil
		}
	}
	s, p := n.draft(q)
	if p != nil {
		return nil, p
	}
	if p := n.count(q, &q.me.writes, 3*time.Hour, n.options.Posts); p != nil {
		return nil, p
	}
	if q.has("scheduled_at") {
		return n.schedule(q, s, idem)
	}
	kind := postKind(s.parent != nil, s.visibility)
	if kind == sandbox.Publish || kind == sandbox.Reply {
		if at, hit := q.call.Twin(); hit {
			n.twin(s, at)
		}
		s.listed = q.now.Add(q.call.ListedLate())
	}
	n.keep(s)
	if idem != "" {
		q.me.keys[idem] = keyed{s.id, q.now}
	}
	n.accept(q, s, sandbox.Entry{IdempotencyKey: idem})
	return n.view(q, s), nil
}

func (n *Network) twin(s *status, at time.Time) {
	other := *s
	other.app, other.made, other.listed, other.files, other.poll = nil, at, at, nil, nil
	n.keep(&other)
}

func (n *Network) accept(q *request, s *status, e sandbox.Entry) {
	e.Account, e.Object, e.Text, e.Files = key(q.me.id), key(s.id), s.text, len(s.files)
	if e.Action == "" {
		e.Action = postKind(s.parent != nil, s.visibility)
	}
	if s.parent != nil {
		e.Parent = key(s.parent.id)
	}
	if s.quote != nil {
		e.Shared = key(s.quote.id)
	}
	for _, one := range n.text.pieces(s.text) {
		if one.kind == 'l' { // the first one gets a card
			e.Link = one.name
			break
		}
	}
	q.call.Accept(e)
}

// keep publishes a status, whoever wrote it: it gets its identifier, its place, and those who are named are told.
func (n *Network) keep(s *status) {
	s.id = n.newID(s.made)
	n.statuses[s.id] = s
	at, _ := slices.BinarySearchFunc(s.account.posts, s.id, func(one *status, id int64) int { return int(min(max(one.id-id, -1), 1)) })
	s.account.posts = slices.Insert(s.account.posts, at, s)
	for _, f := range s.files {
		f.used = s
	}
	if s.of != nil {
		s.of.boosts = append(s.of.boosts, s)
		n.tell(s.of.account, "reblog", s.account, s.of, s.made)
	}
	if s.parent != nil {
		s.parent.replies = append(s.parent.replies, s)
	}
	for _, who := range s.mentions {
		n.tell(who, "mention", s.account, s, s.made)
	}
	if s.quote != nil && s.quote.state == "accepted" {
		n.tell(s.quote.of.account, "quote", s.account, s, s.made)
	}
	if s.visibility == "direct" {
		n.converse(s)
	}
	for _, who := range n.accounts {
		if len(who.listeners) > 0 && (who == s.account || who.following[s.account.id]) && s.seenBy(who) && s.visibility != "direct" {
			n.send(who, "update", func(q *request) any { return n.view(q, s) })
		}
	}
}

func (n *Network) remove(s *status) {
	delete(n.statuses, s.id)
	same := func(one *status) bool { return one == s }
	s.account.posts = slices.DeleteFunc(s.account.posts, same)
	if s.parent != nil {
		s.parent.replies = slices.DeleteFunc(s.parent.replies, same)
	}
	if s.of != nil {
		s.of.boosts = slices.DeleteFunc(s.of.boosts, same)
	}
	for _, reply := range s.replies {
		reply.parent = nil
	}
	for _, other := range n.statuses {
		if other.quote != nil && other.quote.of == s {
			other.quote.of, other.quote.state = nil, "deleted"
		}
	}
	for _, boost := range slices.Clone(s.boosts) {
		n.remove(boost)
	}
	for _, who := range n.accounts {
		who.notices = slices.DeleteFunc(who.notices, func(one *notice) bool { return one.status == s })
		if len(who.listeners) > 0 {
			n.send(who, "delete", func(*request) any { return plain(key(s.id)) })
		}
	}
	n.forget(s)
}

func (n *Network) getStatus(q *request) (any, *problem) {
	s, p := n.status(q)
	if p != nil {
		return nil, p
	}
	return n.view(q, s), nil
}

func (n *Network) getStatuses(q *request) (any, *problem) {
	views := []object{}
	for _, id := range q.values["id"] {
		number, _ := strconv.ParseInt(id, 10, 64)
		if s := n.statuses[number]; s != nil && s.seenBy(q.me) && len(views) < 20 {
			views = append(views, n.view(q, s))
		}
	}
	return views, nil
}

// own answers a status of the one who asks; Mastodon does not know others' here, GoToSocial forbids them.
func (n *Network) own(q *request) (*status, *problem) {
	s, p := n.status(q)
	if p == nil && s.account != q.me {
		if n.options.GoToSocial {
			return nil, forbidden()
		}
		return nil, missing()
	}
	return s, p
}

func (n *Network) editStatus(q *request) (any, *problem) {
	s, p := n.own(q)
	if p != nil {
		return nil, p
	}
	most, link, files := n.options.most()
	text := q.values.Get("status")
	// What an edit does not name is taken away.
	kept, p := n.attached(q, s, files)
	if p != nil {
		return nil, p
	}
	vote, p := n.newPoll(q)
	if p != nil {
		return nil, p
	}
	if strings.TrimSpace(text) == "" && len(kept) == 0 {
		return nil, n.invalid("Text can't be blank")
	}
	if n.text.length(text, link)+n.text.length(q.values.Get("spoiler_text"), link) > most {
		return nil, n.invalid("Text character limit of %d exceeded", most)
	}
	if same := text == s.text && slices.Equal(kept, s.files) && q.values.Get("spoiler_text") == s.spoiler && vote == nil && s.poll == nil; same {
		n.accept(q, s, sandbox.Entry{Action: sandbox.Edit, Repeat: true})
		return n.view(q, s), nil
	}
	n.rewrite(s, text, q.now)
	for _, f := range kept {
		f.used = s
	}
	s.files, s.poll = kept, vote
	s.spoiler, s.sensitive = q.values.Get("spoiler_text"), q.flag("sensitive")
	n.accept(q, s, sandbox.Entry{Action: sandbox.Edit})
	return n.view(q, s), nil
}

func (n *Network) rewrite(s *status, text string, at time.Time) {
	before := s.mentions
	s.versions = append(s.versions, version{s.text, s.spoiler, s.sensitive, s.lastChange()})
	s.text, s.edited = text, &at
	n.address(s)
	for _, who := range s.mentions {
		if !slices.Contains(before, who) {
			n.tell(who, "mention", s.account, s, at)
		}
	}
	for _, who := range n.accounts {
		if len(who.listeners) > 0 && s.seenBy(who) && (who == s.account || who.following[s.account.id]) {
			n.send(who, "status.update", func(q *request) any { return n.view(q, s) })
		}
	}
}

func (s *status) lastChange() time.Time {
	if s.edited != nil {
		return *s.edited
	}
	return s.made
}

func (n *Network) deleteStatus(q *request) (any, *problem) {
	s, p := n.own(q)
	if p != nil {
		return nil, p
	}
	if p := n.count(q, &q.me.gone, 30*time.Minute, n.options.Deletes); p != nil {
		return nil, p
	}
	view := n.view(q, s)
	view["text"] = s.text
	n.accept(q, s, sandbox.Entry{Action: sandbox.Delete})
	n.remove(s)
	return view, nil
}

func (n *Network) favourite(q *request) (any, *problem) {
	s, p := n.status(q)
	if p != nil {
		return nil, p
	}
	repeat := slices.Contains(s.likes, q.me)
	n.like(s, q.me, q.now)
	n.accept(q, s, sandbox.Entry{Action: sandbox.Like, Repeat: repeat})
	return n.view(q, s), nil
}

func (n *Network) like(s *status, who *account, at time.Time) {
	if !slices.Contains(s.likes, who) {
		s.likes = append(s.likes, who)
		n.tell(s.account, "favourite", who, s, at)
	}
}

func (n *Network) unfavourite(q *request) (any, *problem) {
	s, p := n.status(q)
	if p != nil {
		return nil, p
	}
	s.likes = slices.DeleteFunc(s.likes, func(one *account) bool { return one == q.me })
	s.account.notices = slices.DeleteFunc(s.account.notices, func(one *notice) bool {
		return one.status == s && one.kind == "favourite" && one.from == q.me
	})
	n.accept(q, s, sandbox.Entry{Action: sandbox.Like})
	return n.view(q, s), nil
}

func (n *Network) boostOf(s *status, who *account) *status {
	for _, one := range s.boosts {
		if one.account == who {
			return one
		}
	}
	return nil
}

func (n *Network) reblog(q *request) (any, *problem) {
	s, p := n.status(q)
	if p != nil {
		return nil, p
	}
	if s.visibility == "direct" || s.visibility == "private" && s.account != q.me {
		return nil, forbidden()
	}
	boost, repeat := n.boostOf(s, q.me), true
	if boost == nil {
		boost, repeat = n.boost(s, q.me, q.now), false
	}
	n.accept(q, s, sandbox.Entry{Action: sandbox.Repost, Repeat: repeat})
	return n.view(q, boost), nil
}

func (n *Network) boost(s *status, who *account, at time.Time) *status {
	boost := &status{account: who, visibility: "public", lang: s.lang, made: at, listed: at, of: s}
	n.keep(boost)
	return boost
}

func (n *Network) unreblog(q *request) (any, *problem) {
	s, p := n.status(q)
	if p != nil {
		return nil, p
	}
	if boost := n.boostOf(s, q.me); boost != nil {
		n.remove(boost)
	}
	n.accept(q, s, sandbox.Entry{Action: sandbox.Repost})
	return n.view(q, s), nil
}

func (n *Network) pin(q *request) (any, *problem)   { return n.setPin(q, true) }
func (n *Network) unpin(q *request) (any, *problem) { return n.setPin(q, false) }

func (n *Network) setPin(q *request, on bool) (any, *problem) {
	s, p := n.status(q)
	if p != nil {
		return nil, p
	}
	if s.account != q.me {
		return nil, n.invalid("Someone else's post cannot be pinned")
	}
	pinned := 0
	for _, one := range q.me.posts {
		if one.pinned {
			pinned++
		}
	}
	if on && (s.visibility == "direct" || s.of != nil) {
		return nil, n.invalid("Posts that are only visible to mentioned users cannot be pinned")
	}
	if on && s.pinned && !n.options.GoToSocial {
		return nil, n.verdict("Duplicate record")
	}
	if on && !s.pinned && pinned >= 5 {
		return nil, n.invalid("You have already pinned the maximum number of posts")
	}
	s.pinned = on
	n.accept(q, s, sandbox.Entry{Action: sandbox.Edit})
	return n.view(q, s), nil
}
