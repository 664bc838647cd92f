package linkedin

import (
	"errors"
	"slices"
	"strings"

	"github.com/kithhq/kith/internal/sandbox"
)

// actor is how people on the stage act on LinkedIn.
type actor struct{ n *Network }

var (
	_ sandbox.Actor     = actor{}
	_ sandbox.Editor    = actor{}
	_ sandbox.Mentioner = actor{}
)

var (
	errNoTarget  = errors.New("no such post or comment")
	errNotTheirs = errors.New("that is not theirs")
	errClosed    = errors.New("nobody may comment there")
)

// on runs an act and sends the news of it.
func (a actor) on(act func() error) error {
	a.n.mu.Lock()
	err := act()
	a.n.mu.Unlock()
	a.n.courier.wake()
	return err
}

func (a actor) Posts(account string) []sandbox.Post {
	a.n.mu.Lock()
	defer a.n.mu.Unlock()
	var all []sandbox.Post
	for _, p := range slices.Backward(a.n.listed) {
		if !p.gone && (account == "" && slices.Contains(a.n.order, p.author) || p.author == account) {
			all = append(all, sandbox.Post{ID: p.urn, Account: p.author, Text: p.text, At: p.created})
		}
	}
	return all
}

// pick finds what somebody acts on: the newest post of an account where nothing is named.
func (a actor) pick(account, target string) (*post, *comment, error) {
	if target == "" {
		for _, p := range slices.Backward(a.n.listed) {
			if p.author == account && !p.gone {
				return p, nil, nil
			}
		}
	}
	p, c := a.n.target(target)
	if p == nil {
		return nil, nil, errNoTarget
	}
	return p, c, nil
}

func (a actor) Comment(who sandbox.Person, account, target, text string) (id string, err error) {
	err = a.on(func() error {
		p, above, err := a.pick(account, target)
		if err != nil {
			return err
		}
		if p.closed {
			return errClosed
		}
		if above != nil && above.parent != nil {
			above = above.parent // answers hang below the first comment
		}
		c := a.n.utter(p, above, a.n.see(who).urn(), text, a.n.now())
		a.n.noticed(p, func(f *figures) { f.comments++ })
		a.n.tellComment("COMMENT", c)
		id = c.urn()
		return nil
	})
	return id, err
}

func (a actor) React(who sandbox.Person, account, target, kind string) error {
	return a.on(func() error {
		p, c, err := a.pick(account, target)
		if err != nil {
			return err
		}
		m := a.n.see(who)
		switch kind = strings.ToUpper(kind); {
		case kind == "REPOST":
			return a.share(m, p)
		case kind == "NONE": // nobody is told
			if c != nil {
				cool(&c.reactions, m.urn())
			} else {
				cool(&p.reactions, m.urn())
			}
			return nil
		case kind == "":
			kind = "LIKE"
		case !slices.Contains(kinds(), kind):
			return errors.New("nobody can feel that on LinkedIn")
		}
		if c != nil { // nobody is told of likes below
			react(&c.reactions, m.urn(), kind, a.n.now())
			return nil
		}
		if react(&p.reactions, m.urn(), kind, a.n.now()) {
			a.n.noticed(p, func(f *figures) { f.likes++ })
			a.n.tell(p, "LIKE", "urn:li:reaction:("+m.urn()+","+p.activity+")", nil)
		}
		return nil
	})
}

// share passes a post on.
func (a actor) share(m *member, p *post) error {
	p.shares++
	a.n.noticed(p, func(f *figures) { f.shares++ })
	urn := "urn:li:share:" + a.n.number()
	a.n.tell(p, "SHARE", urn, map[string]any{"share": map[string]any{"owner": m.urn(), "text": "", "entity": urn, "mediaCategory": "NONE"}})
	return nil
}

// Mention names a Page in a post of somebody's own; members are told of nothing, so nobody is named there.
func (a actor) Mention(who sandbox.Person, account, text string) (string, error) {
	if !strings.HasPrefix(account, "urn:li:organization:") {
		return "", sandbox.ErrCannot
	}
	return a.n.Mention(who, Account{URN: account}, text), nil
}

// Mention lets somebody write a post of their own that names a Page.
func (n *Network) Mention(who sandbox.Person, page Account, text string) string {
	n.mu.Lock()
	m := n.see(who)
	p := &post{author: m.urn(), text: text, commentary: text, visibility: "PUBLIC"}
	n.keep(p, n.now())
	n.tellPage(page.URN, p, "SHARE_MENTION", p.urn, map[string]any{"share": map[string]any{"owner": m.urn(), "text": text, "entity": p.urn, "mediaCategory": "NONE"}})
	n.mu.Unlock()
	n.courier.wake()
	return p.urn
}

// Follow cannot be played: LinkedIn tells no program who follows, only how many.
func (a actor) Follow(sandbox.Person, string) error { return sandbox.ErrCannot }

// Message cannot be played: messages are for partners of another programme.
func (a actor) Message(sandbox.Person, string, string) (string, error) {
	return "", sandbox.ErrCannot
}

func (a actor) own(who sandbox.Person, id string) (*comment, error) {
	c, ok := a.n.comments[id]
	switch {
	case !ok || c.gone:
		return nil, errNoTarget
	case c.actor != a.n.see(who).urn():
		return nil, errNotTheirs
	}
	return c, nil
}

func (a actor) Edit(who sandbox.Person, id, text string) error {
	return a.on(func() error {
		c, err := a.own(who, id)
		if err == nil {
			a.n.rewrite(c, text)
		}
		return err
	})
}

// Remove takes back what somebody said: a comment, or a post of their own; of the latter nobody is told.
func (a actor) Remove(who sandbox.Person, id string) error {
	return a.on(func() error {
		if p := a.n.find(id); p != nil {
			if p.author != a.n.see(who).urn() {
				return errNotTheirs
			}
			p.gone = true
			return nil
		}
		c, err := a.own(who, id)
		if err == nil {
			a.n.drop(c)
		}
		return err
	})
}
