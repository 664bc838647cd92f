package lemmy

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
	errLocked  = errors.New("the post is locked")
	errBanned  = errors.New("the person is banned from the community")
)

// person answers somebody's account, made when they first act; half of them live
// on another server.
func (n *Network) person(p sandbox.Person) *member {
	server := ""
	if p.Hue%2 == 1 {
		server = "elsewhere.test"
	}
	if m := n.names[strings.TrimSuffix(p.Handle+"@"+server, "@")]; m != nil {
		return m
	}
	m := n.member(p.Handle, server, p.Name)
	m.person = &p
	return m
}

func (n *Network) us(account string) (*member, error) {
	id, _ := strconv.ParseInt(account, 10, 64)
	if m := n.members[id]; m != nil && m.ours {
		return m, nil
	}
	return nil, errNobody
}

// when is what the clock says where somebody writes.
func (n *Network) when(m *member) time.Time {
	now := n.stage.Clock.Now()
	if m.server != "" {
		return now.Add(-n.options.Late)
	}
	return now
}

func (c actor) Posts(account string) []sandbox.Post {
	c.n.mu.Lock()
	defer c.n.mu.Unlock()
	posts, now := []sandbox.Post{}, c.n.stage.Clock.Now()
	for _, one := range c.n.newest() {
		if key(one.by.id) == account && !one.deleted && !one.removed && !one.listed.After(now) {
			posts = append(posts, sandbox.Post{ID: "post/" + key(one.id), Account: account, Text: strings.TrimSpace(one.name + "\n" + one.body), At: one.published})
		}
	}
	return posts
}

// thing finds the post or comment of a name.
func (n *Network) thing(name string) (*post, *comment) {
	kind, number, _ := strings.Cut(name, "/")
	id, _ := strconv.ParseInt(number, 10, 64)
	if kind == "post" {
		return n.postBy(id), nil
	}
	if one := n.commentBy(id); one != nil && kind == "comment" {
		return one.below, one
	}
	return nil, nil
}

// Comment answers target, or our newest post; where there is none, the person
// names us elsewhere.
func (c actor) Comment(p sandbox.Person, account, target, text string) (string, error) {
	if posts := c.Posts(account); target == "" && len(posts) > 0 {
		target = posts[0].ID
	}
	if target == "" {
		_, said, err := c.n.Mention(p, account, text)
		return said, err
	}
	c.n.mu.Lock()
	defer c.n.mu.Unlock()
	if _, err := c.n.us(account); err != nil {
		return "", err
	}
	who := c.n.person(p)
	below, parent := c.n.thing(target)
	switch {
	case below == nil || below.deleted:
		return "", errNothing
	case below.in.banned[who.id]:
		return "", errBanned
	case below.locked && !below.in.mods[who.id]:
		return "", errLocked
	}
	one := &comment{by: who, below: below, content: text, published: c.n.when(who), listed: c.n.stage.Clock.Now()}
	c.n.write(one, parent)
	return "comment/" + key(one.id), nil
}

func (c actor) React(p sandbox.Person, account, target, kind string) error {
	if posts := c.Posts(account); target == "" && len(posts) > 0 {
		target = posts[0].ID
	}
	score := 1
	switch strings.ToLower(kind) {
	case "", "like", "upvote":
	case "dislike", "downvote":
		score = -1
	default:
		return fmt.Errorf("%w: react with %s", sandbox.ErrCannot, kind)
	}
	c.n.mu.Lock()
	defer c.n.mu.Unlock()
	who := c.n.person(p)
	below, one := c.n.thing(target)
	switch {
	case below == nil:
		return errNothing
	case below.in.banned[who.id]:
		return errBanned
	case one != nil:
		one.votes[who.id] = score
	default:
		below.votes[who.id] = score
	}
	return nil
}

// Follow is nothing that people do to an account here: they follow communities.
func (actor) Follow(sandbox.Person, string) error { return sandbox.ErrCannot }

func (c actor) Message(p sandbox.Person, account, text string) (string, error) {
	c.n.mu.Lock()
	defer c.n.mu.Unlock()
	us, err := c.n.us(account)
	if err != nil {
		return "", err
	}
	who := c.n.person(p)
	one := &message{id: c.n.next("private_message"), by: who, to: us, content: text, published: c.n.when(who)}
	c.n.messages = append(c.n.messages, one)
	return "private_message/" + key(one.id), nil
}

func (c actor) own(p sandbox.Person, id string) (*comment, error) {
	if _, one := c.n.thing(id); one != nil && one.by == c.n.person(p) {
		return one, nil
	}
	return nil, errNothing
}

func (c actor) Edit(p sandbox.Person, id, text string) error {
	c.n.mu.Lock()
	defer c.n.mu.Unlock()
	one, err := c.own(p, id)
	if err == nil {
		now := c.n.stage.Clock.Now()
		one.content, one.updated = text, &now
	}
	return err
}

func (c actor) Remove(p sandbox.Person, id string) error {
	c.n.mu.Lock()
	defer c.n.mu.Unlock()
	one, err := c.own(p, id)
	if err == nil {
		one.deleted = true
	}
	return err
}

// Mention lets somebody name an account below a post of their own, in a community
// that the account does not moderate; the post's and the comment's names come back.
func (n *Network) Mention(p sandbox.Person, account, text string) (post, said string, err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	us, err := n.us(account)
	if err != nil {
		return "", "", err
	}
	who := n.person(p)
	one := n.theirs(who)
	c := &comment{by: who, below: one, content: "@" + us.name + "@" + n.options.Domain + " " + text, published: n.when(who), listed: n.stage.Clock.Now()}
	n.write(c, nil)
	return "post/" + key(one.id), "comment/" + key(c.id), nil
}

// Mention names the account; the comment's name comes back.
func (c actor) Mention(p sandbox.Person, account, text string) (string, error) {
	_, said, err := c.n.Mention(p, account, text)
	return said, err
}

// theirs is a post of somebody else's, in a community of theirs.
func (n *Network) theirs(who *member) *post {
	c := n.community("elsewhere", "Elsewhere")
	c.mods[who.id] = true
	now := n.stage.Clock.Now()
	one := &post{by: who, in: c, name: "What do you read?", published: now, listed: now}
	n.keep(one)
	return one
}

// Moderate lets another moderator take a comment away, or give it back.
func (n *Network) Moderate(id string, removed bool) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	_, one := n.thing(id)
	if one == nil {
		return errNothing
	}
	one.removed = removed
	return nil
}

// Lock closes the comments of a post.
func (n *Network) Lock(id string) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	one, _ := n.thing(id)
	if one == nil {
		return errNothing
	}
	one.locked = true
	return nil
}
