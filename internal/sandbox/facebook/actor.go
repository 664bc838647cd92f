package facebook

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
)

// actor is how people on the stage act on Pages.
type actor struct{ n *Network }

var _ sandbox.Actor = actor{}
var _ sandbox.Editor = actor{}
var (
	_ sandbox.Mentioner      = actor{}
	_ sandbox.BelowMentioner = actor{}
)

var (
	errNoPage    = errors.New("no such Page")
	errNoTarget  = errors.New("no such post or comment")
	errNotTheirs = errors.New("that is not theirs")
)

// on runs an act of a person on a Page and sends the news of it.
func (a actor) on(account string, who sandbox.Person, act func(*page, *profile) error) error {
	a.n.mu.Lock()
	p, ok := a.n.pages[account]
	err := errNoPage
	if ok {
		err = act(p, a.n.see(p, who))
	}
	a.n.mu.Unlock()
	a.n.courier.Wake()
	return err
}

func (a actor) Posts(account string) []sandbox.Post {
	a.n.mu.Lock()
	defer a.n.mu.Unlock()
	var all []sandbox.Post
	for _, p := range a.n.order {
		if account != "" && p.id != account {
			continue
		}
		for _, o := range slices.Backward(p.posts) {
			if o.published && o.from.page {
				all = append(all, sandbox.Post{ID: o.id, Account: p.id, Text: o.message, At: o.created})
			}
		}
	}
	return all
}

func (a actor) Comment(who sandbox.Person, account, target, text string) (id string, err error) {
	err = a.on(account, who, func(p *page, f *profile) error {
		if _, blocked := p.blocked[f.id]; blocked {
			return sandbox.ErrBlocked
		}
		o, below := a.n.target(p, target)
		if o == nil {
			return errNoTarget
		}
		now := a.n.stage.Clock.Now()
		id = a.n.utter(o, below, f.author(), text, now, now).id
		return nil
	})
	return id, err
}

func (n *Network) target(p *page, id string) (*post, *comment) {
	if o, ok := n.posts[id]; ok && o.page == p {
		return o, nil
	}
	if c, ok := n.comments[id]; ok && c.post.page == p {
		return c.post, c
	}
	return nil, nil
}

func (a actor) React(who sandbox.Person, account, target, kind string) error {
	return a.on(account, who, func(p *page, f *profile) error {
		if _, blocked := p.blocked[f.id]; blocked {
			return sandbox.ErrBlocked
		}
		o, c := a.n.target(p, target)
		if o == nil {
			return errNoTarget
		}
		if kind = strings.ToUpper(kind); kind == "" {
			kind = "LIKE"
		}
		if !slices.Contains([]string{"LIKE", "LOVE", "WOW", "HAHA", "SAD", "ANGRY", "CARE", "NONE"}, kind) {
			return errors.New("nobody can feel that on Facebook")
		}
		all := &o.reactions
		if c != nil {
			all = &c.reactions
		}
		return a.feel(p, o, c, all, f.author(), kind)
	})
}

func (a actor) feel(p *page, o *post, c *comment, all *[]reaction, by author, kind string) error {
	now := a.n.stage.Clock.Now()
	before := slices.IndexFunc(*all, func(r reaction) bool { return r.by.id == by.id })
	verb, told := "add", reaction{by, kind, now}
	if kind == "NONE" {
		if before < 0 {
			return nil
		}
		verb, told.kind, kind = "remove", (*all)[before].kind, ""
	} else if before >= 0 {
		verb = "edit"
	}
	var changed bool
	if *all, changed = react(*all, by, kind, now); changed {
		a.n.tellReaction(p, o, c, told, verb)
	}
	return nil
}

func (a actor) Follow(who sandbox.Person, account string) error {
	return a.on(account, who, func(p *page, _ *profile) error {
		p.followed = append(p.followed, a.n.stage.Clock.Now())
		return nil
	})
}

func (a actor) Message(who sandbox.Person, account, text string) (id string, err error) {
	err = a.on(account, who, func(p *page, f *profile) error {
		if _, blocked := p.blocked[f.id]; blocked {
			return sandbox.ErrBlocked
		}
		t := p.thread(f)
		if t == nil {
			t = a.n.open(p, f)
		}
		m := a.n.note(t, f.author(), text, a.n.stage.Clock.Now())
		a.n.tellMessage(m)
		id = m.id
		return nil
	})
	return id, err
}

// Thread is under which name the ledger keeps what we write to somebody.
func (a actor) Thread(who sandbox.Person, account string) string {
	a.n.mu.Lock()
	defer a.n.mu.Unlock()
	if p := a.n.pages[account]; p != nil {
		if t := p.thread(a.n.see(p, who)); t != nil {
			return t.id
		}
	}
	return ""
}

// Edit changes what a person said.
func (a actor) Edit(who sandbox.Person, id, text string) error {
	return a.own(who, id, func(c *comment) {
		c.message = text
		a.n.tellComment(c, "edited")
	})
}

// Remove takes back what a person said.
func (a actor) Remove(who sandbox.Person, id string) error {
	a.n.mu.Lock()
	o := a.n.posts[id]
	if o == nil || !o.elsewhere {
		a.n.mu.Unlock()
		return a.own(who, id, a.n.erase)
	}
	defer a.n.courier.Wake()
	defer a.n.mu.Unlock()
	if f := o.page.people[who.ID]; f == nil || f.id != o.from.id {
		return errNotTheirs
	}
	delete(a.n.posts, id)
	o.page.tagged = slices.DeleteFunc(o.page.tagged, func(one *post) bool { return one == o })
	a.n.tellMention(o, "remove")
	return nil
}

func (a actor) own(who sandbox.Person, id string, act func(*comment)) error {
	a.n.mu.Lock()
	defer a.n.courier.Wake()
	defer a.n.mu.Unlock()
	c, ok := a.n.comments[id]
	if !ok {
		return errNoTarget
	}
	if f := c.post.page.people[who.ID]; f == nil || f.id != c.from.id {
		return errNotTheirs
	}
	act(c)
	return nil
}

// Mention lets a person write on their own profile and name the Page in it. Who it was, Facebook tells no program.
func (a actor) Mention(who sandbox.Person, account, text string) (id string, err error) {
	err = a.on(account, who, func(p *page, f *profile) error {
		if _, blocked := p.blocked[f.id]; blocked {
			return sandbox.ErrBlocked
		}
		now, number := a.n.stage.Clock.Now(), a.n.number()
		o := &post{id: f.id + "_" + number, number: number, page: p, from: f.author(), elsewhere: true, message: p.name + " " + text, status: "mobile_status_update",
			created: now.Truncate(time.Second), updated: now, listed: now, published: true}
		a.n.posts[o.id] = o
		p.tagged = append(p.tagged, o)
		a.n.tellMention(o, "add")
		id = o.id
		return nil
	})
	return id, err
}

// MentionBelow lets a person comment and name the Page in it, below a post of the Page or of somebody else.
func (a actor) MentionBelow(who sandbox.Person, account, target, text string) (id string, err error) {
	err = a.on(account, who, func(p *page, f *profile) error {
		if _, blocked := p.blocked[f.id]; blocked {
			return sandbox.ErrBlocked
		}
		o, below := a.n.target(p, target)
		if o == nil {
			return errNoTarget
		}
		now := a.n.stage.Clock.Now()
		c := a.n.utter(o, below, f.author(), p.name+" "+text, now, now)
		c.names = true
		a.n.tellNaming(c, "add")
		id = c.id
		return nil
	})
	return id, err
}

// ElsewherePost lets a person write on their own profile, without naming the Page.
func (n *Network) ElsewherePost(who sandbox.Person, account, text string) (id string, err error) {
	err = actor{n}.on(account, who, func(p *page, f *profile) error {
		now, number := n.stage.Clock.Now(), n.number()
		o := &post{id: f.id + "_" + number, number: number, page: p, from: f.author(), elsewhere: true, message: text, status: "mobile_status_update",
			created: now.Truncate(time.Second), updated: now, listed: now, published: true}
		n.posts[o.id] = o
		id = o.id
		return nil
	})
	return id, err
}

// VisitorPost lets a person write on the Page itself.
func (n *Network) VisitorPost(who sandbox.Person, account, text string) (id string, err error) {
	err = actor{n}.on(account, who, func(p *page, f *profile) error {
		now := n.stage.Clock.Now()
		number := n.number()
		o := &post{id: p.id + "_" + number, number: number, page: p, from: f.author(), message: text, status: "wall_post",
			created: now.Truncate(time.Second), updated: now, listed: now, published: true}
		n.posts[o.id] = o
		p.put(o)
		n.tellPost(o, "add")
		id = o.id
		return nil
	})
	return id, err
}
