package youtube

import (
	"errors"
	"slices"

	"github.com/kithhq/kith/internal/sandbox"
)

// actor is how people act on YouTube.
type actor struct{ n *Network }

var (
	errNoTarget  = errors.New("there is nothing of that id to talk about")
	errNotTheirs = errors.New("somebody else said that")
	errClosed    = errors.New("nobody can comment there")
)

// Posts are the videos that people can see, the newest first.
func (a actor) Posts(account string) []sandbox.Post {
	a.n.mu.Lock()
	defer a.n.mu.Unlock()
	var all []sandbox.Post
	c, now := a.n.channels[account], a.n.stage.Clock.Now()
	if c == nil {
		return nil
	}
	for _, v := range slices.Backward(c.videos) {
		if v.watchable(now) {
			all = append(all, sandbox.Post{ID: v.id, Account: c.id, Text: v.meta.Title, At: v.seen})
		}
	}
	return all
}

// Comment lets a person comment. Who was banned may write, and nobody sees it: "all future comments of the author will automatically
// be rejected".
func (a actor) Comment(p sandbox.Person, account, target, text string) (string, error) {
	a.n.mu.Lock()
	defer a.n.mu.Unlock()
	now, v := a.n.stage.Clock.Now(), a.n.find(target)
	var above *comment
	if c := a.n.comments[target]; c != nil && !c.deleted {
		above, v = c.top(), c.video
	}
	switch {
	case v == nil || v.owner.id != account:
		return "", errNoTarget
	case !v.watchable(now) || v.meta.Kids || above != nil && above.state != "published":
		return "", errClosed
	}
	who := a.n.viewer(p)
	c := a.n.say(v, above, text, now, now)
	c.by, c.name, c.viewerID = who.id, "@"+p.Handle, who.id
	if v.owner.banned[who.id] {
		c.state = "rejected"
	}
	a.n.watch(v)
	return c.id, nil
}

// HoldBack makes YouTube itself keep a comment for review.
func (n *Network) HoldBack(id, state string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.comments[id].state = state
}

// State says how a comment stands: published, heldForReview, likelySpam, rejected.
func (n *Network) State(id string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	if c := n.comments[id]; c != nil && !c.deleted {
		return c.state
	}
	return ""
}

func (n *Network) watch(v *video) {
	v.views++
	t := n.today(v.owner)
	t.views++
	t.minutes += 2
}

// React lets a person like a video or a comment, or take that back.
func (a actor) React(p sandbox.Person, account, target, kind string) error {
	if kind != "" && kind != "like" && kind != "LIKE" && kind != "none" {
		return errors.New("on YouTube people can like, and no more than that is counted")
	}
	a.n.mu.Lock()
	defer a.n.mu.Unlock()
	who := a.n.viewer(p)
	all := map[string]bool(nil)
	if v := a.n.find(target); v != nil && v.owner.id == account && v.watchable(a.n.stage.Clock.Now()) {
		all = v.likes
		if !all[who.id] && kind != "none" {
			a.n.today(v.owner).likes++
		}
		a.n.watch(v)
	} else if c := a.n.comments[target]; c != nil && !c.deleted && c.video.owner.id == account {
		all = c.likes
	}
	if all == nil {
		return errNoTarget
	}
	if kind == "none" {
		delete(all, who.id)
	} else {
		all[who.id] = true
	}
	return nil
}

// Follow lets a person subscribe.
func (a actor) Follow(p sandbox.Person, account string) error {
	a.n.mu.Lock()
	defer a.n.mu.Unlock()
	c, who := a.n.channels[account], a.n.viewer(p)
	if c == nil {
		return errNoTarget
	}
	if !slices.ContainsFunc(c.followers, func(f follow) bool { return f.by == who }) {
		c.followers = append(c.followers, follow{who, a.n.stage.Clock.Now()})
		a.n.today(c).gained++
	}
	return nil
}

// Message is not possible: YouTube has no private messages.
func (actor) Message(sandbox.Person, string, string) (string, error) { return "", sandbox.ErrCannot }

// Edit changes what a person said.
func (a actor) Edit(p sandbox.Person, id, text string) error {
	return a.own(p, id, func(c *comment) { c.text, c.updated = text, a.n.stage.Clock.Now() })
}

// Remove takes back what a person said.
func (a actor) Remove(p sandbox.Person, id string) error {
	return a.own(p, id, func(c *comment) { c.deleted = true })
}

func (a actor) own(p sandbox.Person, id string, act func(*comment)) error {
	a.n.mu.Lock()
	defer a.n.mu.Unlock()
	c := a.n.comments[id]
	switch {
	case c == nil || c.deleted:
		return errNoTarget
	case c.by != a.n.viewer(p).id:
		return errNotTheirs
	}
	act(c)
	return nil
}

// HoldBack makes the network keep a comment for review, for whoever has the actor alone.
func (a actor) HoldBack(id, state string) { a.n.HoldBack(id, state) }

// State says how a comment stands.
func (a actor) State(id string) string { return a.n.State(id) }
