package pinterest

import (
	"errors"

	"github.com/kithhq/kith/internal/sandbox"
)

// actor is what people can do here as far as the API tells of it: react and save.
type actor struct{ n *Network }

// Network is where people act, for whoever changes how it is there.
func (a actor) Network() *Network { return a.n }

// Posts are the pins of an account, newest first.
func (a actor) Posts(id string) []sandbox.Post {
	a.n.mu.Lock()
	defer a.n.mu.Unlock()
	var all []sandbox.Post
	if of := a.n.accounts[id]; of != nil {
		for i := len(of.pins) - 1; i >= 0; i-- {
			if p := of.pins[i]; !p.gone {
				all = append(all, sandbox.Post{ID: p.id, Account: id, Text: p.description, At: p.made})
			}
		}
	}
	return all
}

// Comment is counted, and read by nobody: the API has no comments.
func (actor) Comment(sandbox.Person, string, string, string) (string, error) {
	return "", sandbox.ErrCannot
}

// React likes a pin; "repost" saves it to a board of one's own.
func (a actor) React(_ sandbox.Person, id, target, kind string) error {
	a.n.mu.Lock()
	defer a.n.mu.Unlock()
	of := a.n.accounts[id]
	if of == nil {
		return errors.New("there is no such account")
	}
	p := a.n.pins[target]
	if target == "" && len(of.pins) > 0 {
		p = of.pins[len(of.pins)-1]
	}
	if p == nil || p.gone {
		return errors.New("there is no such pin")
	}
	p.views += 3
	if kind == "repost" || kind == "save" {
		p.saves++
	} else {
		p.reactions++
	}
	return nil
}

// Follow follows an account.
func (a actor) Follow(_ sandbox.Person, id string) error {
	a.n.mu.Lock()
	defer a.n.mu.Unlock()
	if of := a.n.accounts[id]; of != nil {
		of.followers++
	}
	return nil
}

// Message is not possible: the API has no messages.
func (actor) Message(sandbox.Person, string, string) (string, error) { return "", sandbox.ErrCannot }
