package instagram

import (
	"errors"
	"slices"

	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/graph"
)

// actor is how people on the stage act on Instagram.
type actor struct{ n *Network }

var _ sandbox.Actor = actor{}
var _ sandbox.Editor = actor{}

var (
	errNoAccount = errors.New("no such account")
	errNoTarget  = errors.New("no such post or comment")
	errClosed    = errors.New("nobody can comment here")
	errNotTheirs = errors.New("that is not theirs")
)

// on runs an act of a person on an account and sends the news of it.
func (a actor) on(id string, who sandbox.Person, act func(*account, *profile) error) error {
	a.n.mu.Lock()
	acc, ok := a.n.accounts[id]
	err := errNoAccount
	if ok {
		f := a.n.see(acc, who)
		if err = sandbox.ErrBlocked; !acc.blocked[f.id] {
			err = act(acc, f)
		}
	}
	a.n.mu.Unlock()
	a.n.courier.Wake()
	return err
}

func (a actor) Posts(account string) []sandbox.Post {
	a.n.mu.Lock()
	defer a.n.mu.Unlock()
	var all []sandbox.Post
	for _, acc := range a.n.order {
		if account != "" && acc.id != account {
			continue
		}
		for _, m := range slices.Backward(acc.media) {
			if m.product != "STORY" {
				all = append(all, sandbox.Post{ID: m.id, Account: acc.id, Text: m.caption, At: m.created})
			}
		}
	}
	return all
}

func (a actor) Comment(who sandbox.Person, of, target, text string) (id string, err error) {
	err = a.on(of, who, func(acc *account, f *profile) error {
		m, below := a.n.target(acc, target)
		switch {
		case m == nil:
			return errNoTarget
		case m.closed || m.product == "STORY":
			return errClosed
		}
		now := a.n.stage.Clock.Now()
		id = a.n.utter(m, below, f.author(), text, now, now).id
		return nil
	})
	return id, err
}

func (n *Network) target(a *account, id string) (*media, *comment) {
	if id == "" && len(a.media) > 0 {
		return a.media[len(a.media)-1], nil
	}
	if m, ok := n.media[id]; ok && m.account == a {
		return m, nil
	}
	if c, ok := n.comments[id]; ok && c.media.account == a {
		return c.media, c
	}
	return nil, nil
}

// React likes: of what is public Instagram has nothing else, and tells nobody who it was. A private message gets an emoji.
func (a actor) React(who sandbox.Person, of, target, kind string) error {
	a.n.mu.Lock()
	_, private := a.n.messages[target]
	a.n.mu.Unlock()
	if private && kind != "repost" {
		return a.n.Feel(who, of, target, kind)
	}
	return a.on(of, who, func(acc *account, f *profile) error {
		m, c := a.n.target(acc, target)
		switch {
		case kind == "repost":
			return sandbox.ErrCannot
		case m == nil:
			return errNoTarget
		case c != nil:
			c.likes++
		default:
			m.likes[f.id] = a.n.stage.Clock.Now()
		}
		return nil
	})
}

// Mention lets somebody name us in the caption of a post of theirs, and tag us in it.
func (a actor) Mention(who sandbox.Person, of, text string) (id string, err error) {
	err = a.on(of, who, func(acc *account, f *profile) error {
		now := a.n.stage.Clock.Now()
		m := &media{id: a.n.number(), account: acc, by: f.author(), kind: "IMAGE", product: "FEED", caption: "@" + acc.username + " " + text,
			code: graph.Opaque(a.n.random, "C", 10), created: now, listed: now}
		a.n.media[m.id] = m
		acc.tagged = append(acc.tagged, m)
		a.n.tellMention(acc, m.id, "")
		id = m.id
		return nil
	})
	return id, err
}

func (a actor) Follow(who sandbox.Person, of string) error {
	return a.on(of, who, func(acc *account, _ *profile) error {
		acc.follows = append(acc.follows, a.n.stage.Clock.Now())
		return nil
	})
}

func (a actor) Message(who sandbox.Person, of, text string) (id string, err error) {
	err = a.on(of, who, func(acc *account, f *profile) error {
		t := acc.thread(f)
		if t == nil {
			t = a.n.open(acc, f)
		}
		m := a.n.note(t, f.author(), text, a.n.stage.Clock.Now())
		a.n.tellMessage(m)
		id = m.id
		return nil
	})
	return id, err
}

// Thread is under which name the ledger keeps what we write to somebody.
func (a actor) Thread(who sandbox.Person, of string) string {
	a.n.mu.Lock()
	defer a.n.mu.Unlock()
	if acc := a.n.accounts[of]; acc != nil {
		if t := acc.thread(a.n.see(acc, who)); t != nil {
			return t.id
		}
	}
	return ""
}

// Edit is not possible: a comment on Instagram cannot be changed.
func (actor) Edit(sandbox.Person, string, string) error { return sandbox.ErrCannot }

// Remove takes back what a person said; nobody is told, unless it was a private message.
func (a actor) Remove(who sandbox.Person, id string) error {
	a.n.mu.Lock()
	m, private := a.n.messages[id]
	a.n.mu.Unlock()
	if private {
		return a.n.Unsend(who, m.thread.account.id, id)
	}
	a.n.mu.Lock()
	defer a.n.mu.Unlock()
	if m := a.n.media[id]; m != nil && !m.by.ours {
		if f := m.account.people[who.ID]; f == nil || f.id != m.by.id {
			return errNotTheirs
		}
		delete(a.n.media, id)
		m.account.tagged = slices.DeleteFunc(m.account.tagged, func(o *media) bool { return o == m })
		return nil
	}
	c, ok := a.n.comments[id]
	if !ok {
		return errNoTarget
	}
	if f := c.media.account.people[who.ID]; f == nil || f.id != c.from.id {
		return errNotTheirs
	}
	a.n.erase(c)
	return nil
}
