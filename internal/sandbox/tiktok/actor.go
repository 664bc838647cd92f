package tiktok

import (
	"errors"
	"slices"

	"github.com/kithhq/kith/internal/sandbox"
)

// actor is how people on the stage act here. Programs are told of comments and mentions; of everything else they see the numbers.
type actor struct{ n *Network }

var (
	_ sandbox.Actor          = actor{}
	_ sandbox.Editor         = actor{}
	_ sandbox.Mentioner      = actor{}
	_ sandbox.BelowMentioner = actor{}
)

var (
	errNoAccount = errors.New("there is no such account")
	errNoTarget  = errors.New("there is no such post or comment")
	errSilent    = errors.New("nobody may comment there")
	errNotTheirs = errors.New("that is not theirs")
)

func (a actor) Posts(id string) []sandbox.Post {
	a.n.mu.Lock()
	defer a.n.mu.Unlock()
	var all []sandbox.Post
	if of := a.n.accounts[id]; of != nil {
		for _, p := range slices.Backward(of.posts) {
			if p.public() {
				all = append(all, sandbox.Post{ID: p.id, Account: id, Text: p.text, At: p.made})
			}
		}
	}
	return all
}

// target finds what somebody talks about; the lock is held.
func (a actor) target(id, target string) (*post, *comment, error) {
	of := a.n.accounts[id]
	if of == nil {
		return nil, nil, errNoAccount
	}
	if p := a.n.posts[target]; p != nil && p.owner == of && p.public() {
		return p, nil, nil
	}
	if c := a.n.comments[target]; c != nil && !c.gone && c.post.owner == of {
		return c.post, c, nil
	}
	if target == "" {
		for _, p := range slices.Backward(of.posts) {
			if p.public() {
				return p, nil, nil
			}
		}
	}
	return nil, nil, errNoTarget
}

// known is how the business API knows a person: an id with signs that must be escaped.
func known(p sandbox.Person) person { return person{"+" + p.ID + "/x8Zp==", p.Handle, p.Name} }

func (a actor) Comment(who sandbox.Person, id, target, text string) (string, error) {
	a.n.mu.Lock()
	defer a.n.mu.Unlock()
	p, c, err := a.target(id, target)
	switch {
	case err != nil:
		return "", err
	case p.noComments:
		return "", errSilent
	}
	p.views += 2
	return a.n.utter(p, c, known(who), text, false).id, nil
}

func (a actor) React(_ sandbox.Person, id, target, kind string) error {
	a.n.mu.Lock()
	defer a.n.mu.Unlock()
	p, c, err := a.target(id, target)
	switch {
	case err != nil:
		return err
	case kind == "repost" || kind == "share":
		p.shares++
		p.owner.shares++
	case c != nil:
		c.likes++
	default:
		p.likes++
	}
	p.views += 3
	p.owner.views += 3
	return nil
}

func (a actor) Follow(_ sandbox.Person, id string) error {
	a.n.mu.Lock()
	defer a.n.mu.Unlock()
	of := a.n.accounts[id]
	if of == nil {
		return errNoAccount
	}
	of.followers++
	of.gained++
	of.visits++
	return nil
}

// Message is not possible: messages are closed to programs in Europe, and are not played here.
func (actor) Message(sandbox.Person, string, string) (string, error) { return "", sandbox.ErrCannot }

// Edit changes the caption of a video. Nobody can change a comment on TikTok.
func (a actor) Edit(who sandbox.Person, id, text string) error {
	a.n.mu.Lock()
	defer a.n.mu.Unlock()
	for _, m := range a.n.namings {
		if m.comment == nil && m.id() == id && m.video.by.id == known(who).id {
			m.video.caption = text
			a.n.heard(m, "EDIT")
			return nil
		}
	}
	return sandbox.ErrCannot
}

func (a actor) Remove(who sandbox.Person, id string) error {
	a.n.mu.Lock()
	defer a.n.mu.Unlock()
	for _, m := range a.n.namings { // videos, and what was said below those of others: nobody is told
		if m.video != nil && m.id() == id && (m.comment == nil && m.video.by.id == known(who).id || m.comment != nil && m.comment.by.id == known(who).id) {
			m.gone = true
			return nil
		}
	}
	c := a.n.comments[id]
	if c == nil || c.gone || c.by.id != known(who).id {
		return errNotTheirs
	}
	c.gone = true
	a.n.happened(c, "delete")
	return nil
}
