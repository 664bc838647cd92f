package linkedin

import (
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/kithhq/kith/internal/sandbox"
)

// The limits of posts, as the documentation has them.
const (
	textMost     = 3000
	altMost      = 4086
	questionMost = 140
	optionMost   = 30
	again        = 10 * time.Minute // the same words are refused so long
)

func length(s string) int { return len(utf16.Encode([]rune(s))) }

// sent is a new post as it comes.
type sent struct {
	Author       *string `json:"author"`
	Commentary   *string `json:"commentary"`
	Visibility   *string `json:"visibility"`
	Distribution *struct {
		FeedDistribution               string `json:"feedDistribution"`
		TargetEntities                 []any  `json:"targetEntities"`
		ThirdPartyDistributionChannels []any  `json:"thirdPartyDistributionChannels"`
	} `json:"distribution"`
	LifecycleState            *string  `json:"lifecycleState"`
	IsReshareDisabledByAuthor bool     `json:"isReshareDisabledByAuthor"`
	Content                   *content `json:"content"`
	ReshareContext            *struct {
		Parent string `json:"parent"`
	} `json:"reshareContext"`
}

func (a *ask) postsAt(depth int) (any, *fault) {
	switch {
	case depth == 1 && a.r.Method == http.MethodPost:
		return nil, a.publish()
	case depth == 1 && a.r.Method == http.MethodGet && a.query.Get("q") == "author":
		return a.byAuthor()
	case depth == 2:
		return a.onePost(a.path[1])
	}
	return nil, badRequest("No method for posts")
}

// publish makes a post. Its id is told in a header; the documentation knows no body, so there is an empty one.
func (a *ask) publish() *fault {
	var s sent
	if f := a.told(&s); f != nil {
		return f
	}
	if f := s.whole(); f != nil {
		return f
	}
	if f := a.writes(*s.Author); f != nil {
		return f
	}
	if f := a.shares(s); f != nil {
		return f
	}
	text, kept := read(*s.Commentary)
	p := &post{author: *s.Author, commentary: kept, text: text, visibility: *s.Visibility, content: s.Content, reshareOff: s.IsReshareDisabledByAuthor}
	if s.ReshareContext != nil {
		p.parent = a.n.find(s.ReshareContext.Parent)
	}
	if f := a.fits(p, s); f != nil {
		return f
	}
	if f := a.twice(p); f != nil {
		return f
	}
	if at, ok := a.call.Twin(); ok {
		twin := *p
		a.n.keep(&twin, at)
	}
	p.visible = a.now.Add(a.call.ListedLate())
	a.n.keep(p, a.now)
	if p.parent != nil {
		p.parent.shares++
		a.n.noticed(p.parent, func(f *figures) { f.shares++ })
	}
	shared := ""
	if p.parent != nil {
		shared = p.parent.urn
	}
	link := ""
	if p.content != nil && p.content.Article != nil {
		link = p.content.Article.Source
	}
	a.call.Accept(sandbox.Entry{Account: p.author, Object: p.urn, Shared: shared, Link: link, Text: p.text})
	a.w.Header().Set("x-restli-id", a.n.inHeader(p.urn))
	a.w.Header().Set("x-linkedin-id", p.urn)
	a.n.write(a.w, http.StatusCreated, map[string]any{})
	return nil
}

// shares looks at the post that a new one shares.
func (a *ask) shares(s sent) *fault {
	if s.ReshareContext == nil {
		return nil
	}
	urn := s.ReshareContext.Parent
	if !strings.HasPrefix(urn, "urn:li:share:") && !strings.HasPrefix(urn, "urn:li:ugcPost:") && !strings.HasPrefix(urn, "urn:li:groupPost:") {
		return invalidURN("reshareContext/parent", urn, "groupPost, share or ugcPost")
	}
	parent := a.n.find(urn)
	switch {
	case s.Content != nil:
		return badRequest("content is not taken beside reshareContext")
	case parent == nil:
		return wrong("reshareContext/parent", urn)
	case parent.reshareOff:
		return no(http.StatusUnprocessableEntity, "", "The author of %s does not allow it to be reshared", urn)
	}
	return nil
}

// inHeader writes an id into a header. The documentation shows URNs as they are, and LinkedIn's own client expects the signs of
// Rest.li encoded: both happen here.
func (n *Network) inHeader(urn string) string {
	if n.notes%2 == 0 {
		return strings.ReplaceAll(urn, ":", "%3A")
	}
	return urn
}

// whole says what is missing from a new post.
func (s sent) whole() *fault {
	for name, field := range map[string]*string{"author": s.Author, "commentary": s.Commentary, "visibility": s.Visibility, "lifecycleState": s.LifecycleState} {
		if field == nil {
			return missing(name)
		}
	}
	switch {
	case s.Distribution == nil:
		return missing("distribution")
	case *s.LifecycleState != "PUBLISHED":
		return wrong("lifecycleState", *s.LifecycleState)
	case s.Distribution.FeedDistribution != "MAIN_FEED" && s.Distribution.FeedDistribution != "NONE":
		return wrong("distribution/feedDistribution", s.Distribution.FeedDistribution)
	case !slices.Contains([]string{"PUBLIC", "CONNECTIONS", "LOGGED_IN"}, *s.Visibility),
		*s.Visibility == "CONNECTIONS" && strings.HasPrefix(*s.Author, pagePrefix):
		return wrong("visibility", *s.Visibility)
	}
	return nil
}

// fits holds a post against the limits.
func (a *ask) fits(p *post, s sent) *fault {
	if n := length(p.text); n > textMost {
		return tooLong("commentary", n, textMost)
	}
	if strings.TrimSpace(*s.Commentary) == "" && p.content == nil {
		return no(http.StatusBadRequest, "INVALID_VALUE_BLANK_FIELD", "commentary can't be blank")
	}
	c := p.content
	if c == nil {
		return nil
	}
	sorts := 0
	for _, there := range []bool{c.Media != nil, c.MultiImage != nil, c.Article != nil, c.Poll != nil} {
		if there {
			sorts++
		}
	}
	switch {
	case sorts != 1:
		return badRequest("content must have exactly one member of the union")
	case c.Media != nil:
		return a.fitsFile(p.author, c.Media.ID, c.Media.AltText, c.Media.Title, "image", "video", "document")
	case c.MultiImage != nil:
		if n := len(c.MultiImage.Images); n < 2 || n > 20 {
			return badRequest("multiImage must have between 2 and 20 images, and has %d", n)
		}
		for _, one := range c.MultiImage.Images {
			if f := a.fitsFile(p.author, one.ID, one.AltText, "", "image"); f != nil {
				return f
			}
		}
	case c.Article != nil:
		if !strings.HasPrefix(c.Article.Source, "https://") && !strings.HasPrefix(c.Article.Source, "http://") {
			return wrong("content/article/source", c.Article.Source)
		}
		if strings.TrimSpace(c.Article.Title) == "" {
			return no(http.StatusBadRequest, "MISSING_FIELD", "content/article/title is required but missing")
		}
	default:
		return c.Poll.fits()
	}
	return nil
}

func (q *poll) fits() *fault {
	if n := length(q.Question); n == 0 || n > questionMost {
		return tooLong("content/poll/question", n, questionMost)
	}
	if n := len(q.Options); n < 2 || n > 4 {
		return wrong("content/poll/options", "so many options")
	}
	for _, o := range q.Options {
		if n := length(o.Text); n == 0 || n > optionMost {
			return tooLong("content/poll/options/text", n, optionMost)
		}
	}
	if !slices.Contains([]string{"ONE_DAY", "THREE_DAYS", "SEVEN_DAYS", "FOURTEEN_DAYS"}, q.Settings.Duration) {
		return wrong("content/poll/settings/duration", q.Settings.Duration)
	}
	return nil
}

// twice refuses the words that the same author said a moment ago.
func (a *ask) twice(p *post) *fault {
	for _, old := range a.n.listed {
		if old.author == p.author && !old.gone && old.text == p.text && old.media() == p.media() && a.now.Sub(old.created) < again {
			return no(http.StatusUnprocessableEntity, "DUPLICATE_POST", "Content is a duplicate of %s", old.urn)
		}
	}
	return nil
}

// keep gives a post its URNs. A share and its activity have different numbers.
func (n *Network) keep(p *post, at time.Time) {
	kind := "share"
	if c := p.content; c != nil && (c.Poll != nil || c.MultiImage != nil || c.Media != nil && strings.HasPrefix(c.Media.ID, "urn:li:video:")) {
		kind = "ugcPost"
	}
	p.urn, p.activity = "urn:li:"+kind+":"+n.number(), "urn:li:activity:"+n.number()
	p.created, p.modified = at, at
	n.posts[p.urn], n.posts[p.activity] = p, p
	n.listed = append(n.listed, p)
	slices.SortStableFunc(n.listed, func(x, y *post) int { return x.created.Compare(y.created) })
}

// find gives a post that is there, by any of its URNs.
func (n *Network) find(urn string) *post {
	if p, ok := n.posts[urn]; ok && !p.gone {
		return p
	}
	return nil
}

func (p *post) show() any {
	v := map[string]any{"id": p.urn, "author": p.author, "commentary": p.commentary, "visibility": p.visibility, "lifecycleState": "PUBLISHED",
		"createdAt": p.created.UnixMilli(), "publishedAt": p.created.UnixMilli(), "lastModifiedAt": p.modified.UnixMilli(),
		"isReshareDisabledByAuthor": p.reshareOff, "lifecycleStateInfo": map[string]any{"isEditedByAuthor": !p.modified.Equal(p.created)},
		"distribution": map[string]any{"feedDistribution": "MAIN_FEED", "thirdPartyDistributionChannels": []any{}}}
	if p.content != nil {
		v["content"] = p.content
	}
	if p.parent != nil {
		root := p.parent
		for root.parent != nil {
			root = root.parent
		}
		v["reshareContext"] = map[string]any{"parent": p.parent.urn, "root": root.urn}
	}
	return v
}

// byAuthor lists the posts of an author, newest first.
func (a *ask) byAuthor() (any, *fault) {
	author := a.query.Get("author")
	if f := a.reads(author); f != nil {
		return nil, f
	}
	switch a.query.Get("sortBy") {
	case "", "LAST_MODIFIED", "CREATED":
	default:
		return nil, wrong("sortBy", a.query.Get("sortBy"))
	}
	var all []*post
	for _, p := range slices.Backward(a.n.listed) {
		if p.author == author && !p.gone && !p.visible.After(a.now) {
			all = append(all, p)
		}
	}
	if a.query.Get("sortBy") != "CREATED" {
		slices.SortStableFunc(all, func(x, y *post) int { return y.modified.Compare(x.modified) })
	}
	return paged(a, all, func(p *post) any { return p.show() }, 10, 100)
}

// onePost reads, changes or deletes a post.
func (a *ask) onePost(urn string) (any, *fault) {
	if !strings.HasPrefix(urn, "urn:li:share:") && !strings.HasPrefix(urn, "urn:li:ugcPost:") {
		return nil, invalidURN("id", urn, "share or ugcPost")
	}
	p := a.n.find(urn)
	switch a.r.Method {
	case http.MethodGet:
		if p == nil {
			return nil, nothing()
		}
		if f := a.reads(p.author); f != nil {
			return nil, f
		}
		return p.show(), nil
	case http.MethodDelete:
		if p == nil { // deletions are idempotent
			empty(a.w, http.StatusNoContent)
			return nil, nil
		}
		if f := a.writes(p.author); f != nil {
			return nil, f
		}
		p.gone = true
		a.call.Accept(sandbox.Entry{Account: p.author, Object: p.urn})
		empty(a.w, http.StatusNoContent)
		return nil, nil
	case http.MethodPost:
		return nil, a.change(p)
	}
	return nil, no(http.StatusMethodNotAllowed, "", "Method not allowed")
}

func (a *ask) change(p *post) *fault {
	set, f := patched[struct {
		Commentary *string `json:"commentary"`
	}](a)
	if f != nil {
		return f
	}
	if p == nil {
		return nothing()
	}
	if f := a.writes(p.author); f != nil {
		return f
	}
	if set.Commentary == nil {
		return missing("patch/$set/commentary")
	}
	text, kept := read(*set.Commentary)
	if n := length(text); n > textMost {
		return tooLong("commentary", n, textMost)
	}
	p.text, p.commentary, p.modified = text, kept, a.now
	a.call.Accept(sandbox.Entry{Account: p.author, Object: p.urn, Text: text})
	empty(a.w, http.StatusNoContent)
	return nil
}
