package x

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
)

// actor is how people act here, only without the wire.
type actor struct{ n *Network }

var (
	_ sandbox.Actor      = actor{}
	_ sandbox.Editor     = actor{}
	_ sandbox.Mentioner  = actor{}
	_ sandbox.Unfollower = actor{}
)

var (
	errNobody  = errors.New("no such account")
	errNothing = errors.New("nothing to answer to")
)

// account answers a person's account, made when they first act.
func (c actor) account(p sandbox.Person) *user {
	if u := c.n.people[p.ID]; u != nil {
		return u
	}
	u := c.n.newUser(p.Handle, p.Name)
	u.person = &p
	c.n.people[p.ID] = u
	return u
}

func (c actor) us(account string) (*user, error) {
	if u := c.n.user(account); u != nil && u.ours {
		return u, nil
	}
	return nil, errNobody
}

func (c actor) Posts(account string) []sandbox.Post {
	c.n.mu.Lock()
	defer c.n.mu.Unlock()
	posts := []sandbox.Post{}
	now := c.n.stage.Clock.Now()
	for i := len(c.n.order) - 1; i >= 0; i-- {
		if p := c.n.order[i]; id(p.author.id) == account && !p.gone && p.parent == nil && p.of == nil && !p.listed.After(now) && p.newest() == p {
			posts = append(posts, sandbox.Post{ID: id(p.id), Account: account, Text: p.text, At: p.made})
		}
	}
	return posts
}

// target finds what somebody acts on: "" is our newest post. The lock is held.
func (c actor) target(account, text string) (*post, error) {
	if text == "" {
		for i := len(c.n.order) - 1; i >= 0; i-- {
			if p := c.n.order[i]; id(p.author.id) == account && !p.gone && p.parent == nil {
				return p, nil
			}
		}
	}
	if p := c.n.find(text); p != nil {
		return p, nil
	}
	return nil, errNothing
}

// Comment answers target; X puts our name before it.
func (c actor) Comment(p sandbox.Person, account, target, text string) (string, error) {
	defer c.n.courier.wake()
	c.n.mu.Lock()
	defer c.n.mu.Unlock()
	if _, err := c.us(account); err != nil {
		return "", err
	}
	to, err := c.target(account, target)
	if err != nil {
		return "", err
	}
	return id(c.write(p, &post{text: text, parent: to, root: to.root}).id), nil
}

func (c actor) write(p sandbox.Person, made *post) *post {
	made.author = c.account(p)
	made.made = c.n.stage.Clock.Now()
	made.listed = made.made
	c.n.keep(made, c.n.newID())
	return made
}

// React likes or reposts; a like is taken back with “unlike”.
func (c actor) React(p sandbox.Person, account, target, kind string) error {
	defer c.n.courier.wake()
	c.n.mu.Lock()
	defer c.n.mu.Unlock()
	to, err := c.target(account, target)
	if err != nil {
		return err
	}
	who := c.account(p)
	switch strings.ToLower(kind) {
	case "", "like", "love":
		if !slices.Contains(to.likes, who) {
			to.likes = append(to.likes, who)
			c.n.tellLike(to, who)
		}
	case "unlike":
		to.likes = slices.DeleteFunc(to.likes, func(u *user) bool { return u == who })
	case "repost", "retweet", "share":
		if !slices.ContainsFunc(to.reposts, func(o *post) bool { return o.author == who }) {
			c.write(p, &post{of: to})
		}
	default:
		return fmt.Errorf("%w: react with %s", sandbox.ErrCannot, kind)
	}
	return nil
}

func (c actor) Follow(p sandbox.Person, account string) error {
	defer c.n.courier.wake()
	c.n.mu.Lock()
	defer c.n.mu.Unlock()
	us, err := c.us(account)
	if err != nil {
		return err
	}
	who := c.account(p)
	if !slices.Contains(us.followers, who) {
		us.followers = append(us.followers, who)
		c.n.tellFollow(us, who, "follow.follow")
	}
	return nil
}

// Unfollow takes a follow back.
func (n *Network) Unfollow(p sandbox.Person, account string) {
	defer n.courier.wake()
	n.mu.Lock()
	defer n.mu.Unlock()
	who, us := actor{n}.account(p), n.user(account)
	us.followers = slices.DeleteFunc(us.followers, func(u *user) bool { return u == who })
	n.tellFollow(us, who, "follow.unfollow")
}

func (c actor) Message(p sandbox.Person, account, text string) (string, error) {
	defer c.n.courier.wake()
	c.n.mu.Lock()
	defer c.n.mu.Unlock()
	us, err := c.us(account)
	if err != nil {
		return "", err
	}
	who := c.account(p)
	if us.closed[who.id] {
		return "", sandbox.ErrBlocked
	}
	now := c.n.stage.Clock.Now()
	m := &dm{id: c.n.newID(), from: who, to: us, text: text, made: now, listed: now}
	c.n.events = append(c.n.events, m)
	c.n.tellMessage(m)
	return id(m.id), nil
}

// Thread is under which name the ledger keeps what we write to somebody.
func (c actor) Thread(p sandbox.Person, _ string) string {
	c.n.mu.Lock()
	defer c.n.mu.Unlock()
	return id(c.account(p).id)
}

func (c actor) own(p sandbox.Person, target string) (*post, error) {
	if o := c.n.find(target); o != nil && o.author == c.account(p) {
		return o, nil
	}
	return nil, errNothing
}

// Edit makes a new version, with a number of its own, as X does.
func (c actor) Edit(p sandbox.Person, target, text string) error {
	defer c.n.courier.wake()
	c.n.mu.Lock()
	defer c.n.mu.Unlock()
	old, err := c.own(p, target)
	if err != nil {
		return err
	}
	old = old.newest()
	if len(old.versions) == 0 {
		old.versions = []*post{old}
	}
	made := &post{text: text, parent: old.parent, root: old.root, quoted: old.quoted}
	made.versions = append(slices.Clone(old.versions), made)
	c.write(p, made)
	return nil
}

func (c actor) Remove(p sandbox.Person, target string) error {
	defer c.n.courier.wake()
	c.n.mu.Lock()
	defer c.n.mu.Unlock()
	o, err := c.own(p, target)
	if err == nil {
		c.n.remove(o)
	}
	return err
}

func (c actor) Mention(p sandbox.Person, account, text string) (string, error) {
	c.n.mu.Lock()
	_, err := c.us(account)
	c.n.mu.Unlock()
	if err != nil {
		return "", err
	}
	return c.n.Mention(p, account, text), nil
}

// Unfollow takes a follow back.
func (c actor) Unfollow(p sandbox.Person, account string) error {
	c.n.mu.Lock()
	_, err := c.us(account)
	c.n.mu.Unlock()
	if err == nil {
		c.n.Unfollow(p, account)
	}
	return err
}

// Mention lets somebody name an account without answering anything; Aside lets them answer without naming it.
func (n *Network) Mention(p sandbox.Person, account, text string) string {
	defer n.courier.wake()
	n.mu.Lock()
	defer n.mu.Unlock()
	return id(actor{n}.write(p, &post{text: "@" + n.user(account).username + " " + text}).id)
}

// Aside lets somebody answer what somebody else said in our conversation, without our name in it.
func (n *Network) Aside(p sandbox.Person, target, text string) string {
	defer n.courier.wake()
	n.mu.Lock()
	defer n.mu.Unlock()
	to := n.find(target)
	made := &post{text: text, parent: to, root: to.root}
	c := actor{n}
	c.write(p, made)
	made.shown.text, made.shown.mentions, made.shown.hidden = text, nil, 0
	return id(made.id)
}

// Quote lets somebody quote a post.
func (n *Network) Quote(p sandbox.Person, target, text string) string {
	defer n.courier.wake()
	n.mu.Lock()
	defer n.mu.Unlock()
	return id(actor{n}.write(p, &post{text: text, quoted: n.find(target)}).id)
}

// Shut keeps an account of ours from what somebody wrote.
func (n *Network) Shut(p sandbox.Person, account string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	who := actor{n}.account(p)
	who.shuts = map[int64]bool{n.user(account).id: true}
}

// Says puts a post of somebody's own there.
func (n *Network) Says(p sandbox.Person, text string) string {
	defer n.courier.wake()
	n.mu.Lock()
	defer n.mu.Unlock()
	return id(actor{n}.write(p, &post{text: text}).id)
}

// Elsewhere puts something there that somebody else made with our account.
func (n *Network) Elsewhere(account, text string, at time.Time) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	p := &post{author: n.user(account), text: text, made: at, listed: at}
	n.keep(p, n.idAt(at))
	return id(p.id)
}
