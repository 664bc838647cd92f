package mastodon

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
)

// actor is how people act here, only without the wire.
type actor struct{ n *Network }

var (
	_ sandbox.Actor     = actor{}
	_ sandbox.Editor    = actor{}
	_ sandbox.Mentioner = actor{}
)

var (
	errNobody  = errors.New("no such account")
	errNothing = errors.New("nothing to answer to")
)

// Address is what a person is called here; half of them live on another server.
func (n *Network) Address(p sandbox.Person) string {
	if p.Hue%2 == 1 {
		return p.Handle + "@elsewhere.test"
	}
	return p.Handle
}

// account answers a person's account, made when they first act.
func (c actor) account(p sandbox.Person) *account {
	if a := c.n.find(c.n.Address(p)); a != nil {
		return a
	}
	a := c.n.newAccount(p.Handle, c.n.Address(p), p.Name)
	a.person = &p
	return a
}

func (c actor) Posts(account string) []sandbox.Post {
	c.n.mu.Lock()
	defer c.n.mu.Unlock()
	posts := []sandbox.Post{}
	a, now := c.n.byID(account), c.n.stage.Clock.Now()
	if a == nil {
		return posts
	}
	for i := len(a.posts) - 1; i >= 0; i-- {
		if s := a.posts[i]; s.of == nil && s.parent == nil && s.visibility != "direct" && !s.listed.After(now) {
			posts = append(posts, sandbox.Post{ID: key(s.id), Account: account, Text: s.text, At: s.made})
		}
	}
	return posts
}

// us answers our account and who acts on it, unless they are blocked. The lock is held.
func (c actor) us(p sandbox.Person, account string) (us, who *account, err error) {
	if us = c.n.byID(account); us == nil {
		return nil, nil, errNobody
	}
	if who = c.account(p); us.blocks[who.id] {
		return nil, nil, sandbox.ErrBlocked
	}
	return us, who, nil
}

// Comment answers target, or our newest post, and names us; where there is nothing to answer, the person writes to us anyway.
func (c actor) Comment(p sandbox.Person, account, target, text string) (string, error) {
	if target == "" {
		if posts := c.Posts(account); len(posts) > 0 {
			target = posts[0].ID
		}
	}
	c.n.mu.Lock()
	defer c.n.mu.Unlock()
	us, who, err := c.us(p, account)
	if err != nil {
		return "", err
	}
	var parent *status
	if target != "" {
		id, _ := strconv.ParseInt(target, 10, 64)
		if parent = c.n.statuses[id]; parent == nil {
			return "", errNothing
		}
	}
	return c.write(who, us, parent, text, "public", p.Lang), nil
}

func (c actor) write(who, us *account, parent *status, text, visibility, lang string) string {
	now := c.n.stage.Clock.Now()
	names := "@" + us.name
	if strings.Contains(who.acct, "@") {
		names += "@" + c.n.options.Domain // seen from their server, we are the remote ones
	}
	if parent != nil && parent.account != us && parent.account != who {
		names += " @" + parent.account.acct
	}
	s := &status{account: who, text: names + " " + text, visibility: visibility, lang: lang, made: now, listed: now, parent: parent}
	c.n.address(s)
	c.n.keep(s)
	return key(s.id)
}

func (c actor) React(p sandbox.Person, account, target, kind string) error {
	if target == "" {
		if posts := c.Posts(account); len(posts) > 0 {
			target = posts[0].ID
		}
	}
	c.n.mu.Lock()
	defer c.n.mu.Unlock()
	_, who, err := c.us(p, account)
	if err != nil {
		return err
	}
	id, _ := strconv.ParseInt(target, 10, 64)
	s := c.n.statuses[id]
	if s == nil {
		return errNothing
	}
	switch now := c.n.stage.Clock.Now(); strings.ToLower(kind) {
	case "", "like", "love", "favourite":
		c.n.like(s, who, now)
	case "reblog", "repost", "share":
		if c.n.boostOf(s, who) == nil {
			c.n.boost(s, who, now)
		}
	default:
		return fmt.Errorf("%w: react with %s", sandbox.ErrCannot, kind)
	}
	return nil
}

func (c actor) Follow(p sandbox.Person, account string) error {
	c.n.mu.Lock()
	defer c.n.mu.Unlock()
	us, who, err := c.us(p, account)
	if err == nil {
		c.n.follow(who, us)
	}
	return err
}

// Message continues the last private conversation with us, or begins one.
func (c actor) Message(p sandbox.Person, account, text string) (string, error) {
	c.n.mu.Lock()
	defer c.n.mu.Unlock()
	us, who, err := c.us(p, account)
	if err != nil {
		return "", err
	}
	var parent *status
	for _, convo := range who.convos {
		if len(convo.statuses) > 0 && len(convo.people) == 2 && (convo.people[0] == us || convo.people[1] == us) {
			parent = convo.statuses[len(convo.statuses)-1]
		}
	}
	return c.write(who, us, parent, text, "direct", p.Lang), nil
}

func (c actor) own(p sandbox.Person, id string) (*status, error) {
	number, _ := strconv.ParseInt(id, 10, 64)
	if s := c.n.statuses[number]; s != nil && s.account == c.account(p) {
		return s, nil
	}
	return nil, errNothing
}

func (c actor) Edit(p sandbox.Person, id, text string) error {
	c.n.mu.Lock()
	defer c.n.mu.Unlock()
	s, err := c.own(p, id)
	if err != nil {
		return err
	}
	names := ""
	for _, word := range strings.Fields(s.text) {
		if !strings.HasPrefix(word, "@") {
			break
		}
		names += word + " "
	}
	c.n.rewrite(s, names+text, c.n.stage.Clock.Now())
	return nil
}

func (c actor) Remove(p sandbox.Person, id string) error {
	c.n.mu.Lock()
	defer c.n.mu.Unlock()
	s, err := c.own(p, id)
	if err == nil {
		c.n.remove(s)
	}
	return err
}

// Mention lets somebody write to an account without answering anything.
func (n *Network) Mention(p sandbox.Person, account, text string) (string, error) {
	return actor{n}.Mention(p, account, text)
}

func (c actor) Mention(p sandbox.Person, account, text string) (string, error) {
	c.n.mu.Lock()
	defer c.n.mu.Unlock()
	us, who, err := c.us(p, account)
	if err != nil {
		return "", err
	}
	return c.write(who, us, nil, text, "public", p.Lang), nil
}

// Earlier puts a post there that somebody else made with the account, some time ago: what a look-up must not take for ours.
func (n *Network) Earlier(account, text string, at time.Time) (string, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	a := n.byID(account)
	if a == nil {
		return "", errNobody
	}
	s := &status{account: a, text: text, visibility: "public", lang: "en", made: at, listed: at}
	n.address(s)
	n.keep(s)
	return key(s.id), nil
}
