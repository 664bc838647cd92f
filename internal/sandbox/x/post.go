package x

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kithhq/kith/internal/sandbox"
)

// post is one post, answer or repost.
type post struct {
	id       int64
	author   *user
	text     string // as it was sent
	shown    shown
	parent   *post
	root     *post // the beginning of the conversation; itself where it begins one
	quoted   *post
	of       *post // what it reposts
	files    []*file
	tagged   []*user // those of the named who let themselves be tagged
	poll     *poll
	settings string
	ai, paid bool
	made     time.Time
	listed   time.Time
	hidden   bool
	gone     bool
	place    *community // in which it stands
	fans     bool       // and is shown to followers all the same
	versions []*post    // of an edited one, oldest first; shared by all of them
	likes    []*user    // oldest first
	reposts  []*post
	replies  []*post
}

type poll struct {
	id      int64
	options []string
	minutes int
	until   time.Time
}

// newest is the version that lists show.
func (p *post) newest() *post {
	if len(p.versions) > 0 {
		return p.versions[len(p.versions)-1]
	}
	return p
}

func (p *post) history() []string {
	if len(p.versions) == 0 {
		return []string{id(p.id)}
	}
	var all []string
	for _, v := range p.versions {
		all = append(all, id(v.id))
	}
	return all
}

func (n *Network) find(text string) *post {
	number, _ := strconv.ParseInt(text, 10, 64)
	if p := n.posts[number]; p != nil && !p.gone {
		return p
	}
	return nil
}

// draft is the body of POST /2/tweets; what the specification has and this sandbox does not play is taken and left alone.
type draft struct {
	Text  string `json:"text"`
	Reply *struct {
		To       string   `json:"in_reply_to_tweet_id"`
		Without  []string `json:"exclude_reply_user_ids"`
		Populate *bool    `json:"auto_populate_reply_metadata"`
	} `json:"reply"`
	Media *struct {
		IDs         []string `json:"media_ids"`
		Tagged      []string `json:"tagged_user_ids"`
		Title       string   `json:"title"`
		Description string   `json:"description"`
		Embeddable  *bool    `json:"embeddable"`
	} `json:"media"`
	Poll *struct {
		Options  []string `json:"options"`
		Minutes  int      `json:"duration_minutes"`
		Settings string   `json:"reply_settings"`
	} `json:"poll"`
	Quote string `json:"quote_tweet_id"`
	Edit  *struct {
		Previous string `json:"previous_post_id"`
	} `json:"edit_options"`
	Settings string `json:"reply_settings"`
	AI       bool   `json:"made_with_ai"`
	Paid     bool   `json:"paid_partnership"`
	Link     string `json:"direct_message_deep_link"`
	Fans     bool   `json:"for_super_followers_only"`
	Share    bool   `json:"share_with_followers"`
	Nullcast bool   `json:"nullcast"`
	Where    string `json:"community_id"`
}

const (
	usual   = 280
	premium = 25000
	editing = 30 * time.Minute
	edits   = 5
)

func (n *Network) createPost(a *ask) (int, any, *problem) {
	var d draft
	if p := a.read(&d); p != nil {
		return 0, nil, p
	}
	made := &post{author: a.me, text: d.Text, settings: d.Settings, ai: d.AI, paid: d.Paid, made: a.now, listed: a.now.Add(a.call.ListedLate())}
	for _, step := range []func(*ask, *draft, *post) *problem{n.words, n.answers, n.places, n.quotes, n.attaches, n.polls} {
		if p := step(a, &d, made); p != nil {
			return 0, nil, p
		}
	}
	if d.Edit != nil {
		if p := n.edits(a, &d, made); p != nil {
			return 0, nil, p
		}
	} else if n.repeated(made) {
		return 0, nil, plainly(http.StatusForbidden, "Forbidden", "You are not allowed to create a Tweet with duplicate content.")
	}
	if at, twin := a.call.Twin(); twin {
		earlier := *made
		earlier.made, earlier.listed = at, at
		n.keep(&earlier, n.idAt(at))
	}
	n.keep(made, n.newID())
	what := sandbox.Publish
	parent := ""
	switch {
	case d.Edit != nil:
		what = sandbox.Edit
	case made.parent != nil:
		what, parent = sandbox.Reply, id(made.parent.id)
	}
	where := ""
	if made.place != nil {
		where = id(made.place.id)
	}
	shared := ""
	if made.quoted != nil {
		shared = id(made.quoted.id)
	}
	a.call.Accept(sandbox.Entry{Account: id(a.me.id), Action: what, Object: id(made.id), Parent: parent, Shared: shared, Community: where, Link: made.shown.link(), Text: d.Text, Files: len(made.files)})
	view := object{"id": id(made.id), "text": made.shown.text}
	view[n.word("edit_history_post_ids")] = made.history()
	return http.StatusCreated, object{"data": view}, nil
}

// words judges the text.
func (n *Network) words(a *ask, d *draft, made *post) *problem {
	most := usual
	if a.me.premium {
		most = premium
	}
	empty := strings.TrimSpace(d.Text) == ""
	if empty && (d.Media == nil || len(d.Media.IDs) == 0) {
		return invalid("text", d.Text, "Tweet text cannot be empty without media or a poll")
	}
	if weigh(d.Text) > most {
		return plainly(http.StatusForbidden, "Forbidden", "Your Tweet text is too long. For more information on how Twitter counts characters, see https://developer.twitter.com/en/docs/counting-characters.")
	}
	if len(cashtags(d.Text)) > 1 {
		return plainly(http.StatusForbidden, "Forbidden", "You are not permitted to create a Tweet with more than one cashtag.")
	}
	if s := d.Settings; s != "" && !slices.Contains([]string{"following", "mentionedUsers", "subscribers", "verified"}, s) {
		return invalid("reply_settings", s, "$.reply_settings: does not have a value in the enumeration [following, mentionedUsers, subscribers, verified]")
	}
	made.root = made
	return nil
}

func (n *Network) answers(a *ask, d *draft, made *post) *problem {
	if d.Reply == nil {
		return nil
	}
	to := n.find(d.Reply.To)
	if to == nil {
		return plainly(http.StatusForbidden, "Forbidden", "You attempted to reply to a Tweet that is deleted or not visible to you.")
	}
	to = to.newest()
	if n.options.Summoned && to.author != a.me && !slices.Contains(named(to.text), strings.ToLower(a.me.username)) && (to.quoted == nil || to.quoted.author != a.me) &&
		(to.parent == nil || to.parent.author != a.me) {
		return plainly(http.StatusForbidden, "Forbidden", "Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged by the author of the post you are replying to.")
	}
	made.parent, made.root = to, to.root
	return nil
}

var ending = regexp.MustCompile(`https?://(?:x|twitter)\.com/\w+/status/(\d{1,19})\s*$`)

// quotes judges what a post quotes. In which words X refuses it is published nowhere.
func (n *Network) quotes(a *ask, d *draft, made *post) *problem {
	if d.Quote == "" {
		if m := ending.FindStringSubmatch(d.Text); m != nil { // an address at the end becomes a quote by itself
			made.quoted = n.find(m[1])
		}
		return nil
	}
	if n.options.SelfServe {
		return plainly(http.StatusForbidden, "Forbidden", "You are not permitted to perform this action.")
	}
	if d.Media != nil || d.Poll != nil {
		return invalid("quote_tweet_id", d.Quote, "A quote cannot be combined with media or a poll")
	}
	made.quoted = n.find(d.Quote)
	if made.quoted == nil || made.quoted.author.shuts[a.me.id] {
		return plainly(http.StatusForbidden, "Forbidden", "You attempted to quote a Tweet that is deleted or not visible to you.")
	}
	return nil
}

func (n *Network) attaches(a *ask, d *draft, made *post) *problem {
	if d.Media == nil {
		return nil
	}
	if len(d.Media.IDs) < 1 || len(d.Media.IDs) > 4 {
		return invalid("media.media_ids", "", "$.media.media_ids: there must be 1 to 4 items in the array")
	}
	images := 0
	for _, one := range d.Media.IDs {
		number, _ := strconv.ParseInt(one, 10, 64)
		f := n.media[number]
		if f == nil || f.owner != a.me || !a.now.Before(f.until) {
			return invalid("media.media_ids", one, "Your media IDs are invalid.")
		}
		if f.state(a.now) != succeeded {
			return invalid("media.media_ids", one, "Your media IDs are not ready.")
		}
		if !strings.HasPrefix(f.category, "tweet_") && f.category != "amplify_video" {
			return plainly(http.StatusForbidden, "Forbidden", "This media category cannot be attached to a post.")
		}
		if f.category == "tweet_image" {
			images++
		}
		made.files = append(made.files, f)
	}
	if p := n.tags(d.Media.Tagged, made); p != nil {
		return p
	}
	if images < len(made.files) && len(made.files) > 1 {
		return invalid("media.media_ids", "", "A post may have up to 4 photos, 1 animated GIF or 1 video")
	}
	return nil
}

func (n *Network) polls(a *ask, d *draft, made *post) *problem {
	if d.Poll == nil {
		return nil
	}
	if d.Media != nil {
		return invalid("poll", "", "A poll cannot be combined with media")
	}
	if k := len(d.Poll.Options); k < 2 || k > 4 {
		return invalid("poll.options", "", "$.poll.options: there must be 2 to 4 items in the array")
	}
	for _, o := range d.Poll.Options {
		if k := utf8.RuneCountInString(o); k < 1 || k > 25 {
			return invalid("poll.options", o, "$.poll.options: must be 1 to 25 characters long")
		}
	}
	if d.Poll.Minutes < 5 || d.Poll.Minutes > 10080 {
		return invalid("poll.duration_minutes", strconv.Itoa(d.Poll.Minutes), "$.poll.duration_minutes: must be between 5 and 10080")
	}
	made.poll = &poll{id: n.newID(), options: d.Poll.Options, minutes: d.Poll.Minutes, until: a.now.Add(time.Duration(d.Poll.Minutes) * time.Minute)}
	return nil
}

// edits makes a post the next version of another.
func (n *Network) edits(a *ask, d *draft, made *post) *problem {
	old := n.find(d.Edit.Previous)
	if old == nil || old.author != a.me || !a.me.premium {
		return plainly(http.StatusForbidden, "Forbidden", "You are not allowed to edit this Tweet.")
	}
	old = old.newest()
	if !old.editable(a.now) || made.poll != nil {
		return plainly(http.StatusForbidden, "Forbidden", "This Tweet cannot be edited any more.")
	}
	if len(old.versions) == 0 {
		old.versions = []*post{old}
	}
	made.versions = append(slices.Clone(old.versions), made)
	made.parent, made.root, made.quoted, made.place, made.fans = old.parent, old.root, old.quoted, old.place, old.fans
	return nil
}

func (p *post) first() time.Time {
	if len(p.versions) > 0 {
		return p.versions[0].made
	}
	return p.made
}

func (p *post) editable(now time.Time) bool {
	return p.poll == nil && p.of == nil && (p.parent == nil || p.parent.author == p.author) && now.Sub(p.first()) < editing && len(p.versions) <= edits
}

// repeated says whether the account said the same within a day.
func (n *Network) repeated(made *post) bool {
	for i := len(n.order) - 1; i >= 0 && made.made.Sub(n.order[i].made) < 24*time.Hour; i-- {
		o := n.order[i]
		if o.author == made.author && !o.gone && o.of == nil && o.text == made.text && o.text != "" && len(o.files) == len(made.files) && o.parent == made.parent {
			return true
		}
	}
	return false
}

// keep takes a post in under an identifier.
func (n *Network) keep(p *post, number int64) {
	p.id = number
	if p.root == nil || p.parent == nil && p.of == nil && len(p.versions) == 0 {
		p.root = p
	}
	p.shown = n.show(p)
	n.posts[p.id] = p
	n.order = append(n.order, p)
	for i := len(n.order) - 1; i > 0 && n.order[i-1].made.After(p.made); i-- {
		n.order[i-1], n.order[i] = n.order[i], n.order[i-1]
	}
	for _, v := range p.versions {
		v.versions = p.versions
	}
	if p.parent != nil && len(p.versions) == 0 {
		p.parent.replies = append(p.parent.replies, p)
	}
	if p.of != nil {
		p.of.reposts = append(p.of.reposts, p)
	}
	n.tellPost(p)
}

func (n *Network) deletePost(a *ask) (int, any, *problem) {
	p := n.find(a.PathValue("id"))
	if p == nil {
		return 0, nil, missing("tweet", "id", a.PathValue("id"))
	}
	if p.author != a.me {
		return 0, nil, plainly(http.StatusForbidden, "Forbidden", "You are not authorized to delete this Tweet.")
	}
	n.remove(p)
	a.call.Accept(sandbox.Entry{Account: id(a.me.id), Object: id(p.id), Text: p.text})
	return http.StatusOK, object{"data": object{"deleted": true}}, nil
}

// remove takes a post away, with every version of it.
func (n *Network) remove(p *post) {
	p.gone = true
	for _, v := range p.versions {
		v.gone = true
	}
	if p.parent != nil {
		p.parent.replies = slices.DeleteFunc(p.parent.replies, func(o *post) bool { return o.gone })
	}
	if p.of != nil {
		p.of.reposts = slices.DeleteFunc(p.of.reposts, func(o *post) bool { return o.gone })
	}
	n.tellGone(p)
}

func (n *Network) hidePost(a *ask) (int, any, *problem) {
	var body struct {
		Hidden *bool `json:"hidden"`
	}
	if p := a.read(&body); p != nil {
		return 0, nil, p
	}
	if body.Hidden == nil {
		return 0, nil, invalid("hidden", "", "$.hidden: is missing but it is required")
	}
	p := n.find(a.PathValue("id"))
	if p == nil {
		return 0, nil, missing("tweet", "id", a.PathValue("id"))
	}
	if p.root.author != a.me || p.author == a.me || p.parent == nil {
		return 0, nil, plainly(http.StatusForbidden, "Forbidden", "You are not allowed to hide this reply: it is not in a conversation that you started.")
	}
	p.hidden = *body.Hidden
	a.call.Accept(sandbox.Entry{Account: id(a.me.id), Object: id(p.id), Text: strconv.FormatBool(p.hidden)})
	return http.StatusOK, object{"data": object{"hidden": p.hidden}}, nil
}
