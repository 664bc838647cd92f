package whatsapp

import (
	"errors"

	"github.com/kithhq/kith/internal/sandbox"
)

// actor is how people on the stage act on WhatsApp: they write to a number, and react to what it wrote.
type actor struct{ n *Network }

// Network is where people act, for whoever changes what is registered there.
func (a actor) Network() *Network { return a.n }

var (
	_ sandbox.Actor  = actor{}
	_ sandbox.Editor = actor{}
)

var (
	errNoNumber  = errors.New("no such number")
	errNoTarget  = errors.New("no such message")
	errBlocked   = errors.New("the number has blocked this person")
	errNotTheirs = errors.New("that is not theirs")
)

// on runs an act of a person on a number and sends the news of it.
func (a actor) on(id string, who sandbox.Person, act func(*number, *contact) error) error {
	a.n.mu.Lock()
	x, ok := a.n.numbers[id]
	err := errNoNumber
	if ok {
		c := a.n.meet(x, who)
		if err = errBlocked; !x.blocked[who.ID] {
			err = act(x, c)
		}
	}
	a.n.mu.Unlock()
	a.n.courier.Wake()
	return err
}

func (actor) Posts(string) []sandbox.Post { return nil }

func (actor) Comment(sandbox.Person, string, string, string) (string, error) {
	return "", sandbox.ErrCannot
}

func (actor) Follow(sandbox.Person, string) error { return sandbox.ErrCannot }

func (a actor) Message(who sandbox.Person, of, text string) (id string, err error) {
	return a.n.Say(who, of, "text", map[string]any{"text": map[string]any{"body": text}})
}

// Say lets a person write something of any type; more is what is particular to it.
func (n *Network) Say(who sandbox.Person, of, kind string, more map[string]any) (id string, err error) {
	err = actor{n}.on(of, who, func(x *number, c *contact) error {
		m := &message{id: n.wamid(), on: x, with: c, kind: kind, at: n.stage.Clock.Now()}
		n.messages[m.id] = m
		c.heard = m.at
		id = m.id
		n.tellMessage(x, c, m.id, kind, more)
		return nil
	})
	return id, err
}

// Send lets a person send a file, and gives the ids of the message and of the file.
func (n *Network) Send(who sandbox.Person, of, kind, mime, caption string, data []byte) (message, file string, err error) {
	n.mu.Lock()
	x, ok := n.numbers[of]
	if ok {
		file = n.keep(x, mime, data, n.stage.Clock.Now().Add(theirsLife)).id
	}
	n.mu.Unlock()
	what := map[string]any{"id": file, "mime_type": mime, "sha256": "SfInY0gGKTsJlUWbwxC1k+FAD0FZHvzwfpvO0zX0GUI="}
	if caption != "" {
		what["caption"] = caption
	}
	message, err = n.Say(who, of, kind, map[string]any{kind: what})
	return message, file, err
}

// Show lets a person send a file.
func (a actor) Show(who sandbox.Person, of, kind, mime, caption string, data []byte) (message string, err error) {
	message, _, err = a.n.Send(who, of, kind, mime, caption, data)
	return message, err
}

// Unreachable lets what is sent to a person fail from now on: accepted, and told later.
func (a actor) Unreachable(person string) { a.n.Unreachable(person) }

// Tier changes to how many people the portfolio of a number may write first.
func (a actor) Tier(id string, most int) { a.n.Tier(id, most) }

// React puts an emoji on a message of ours, or takes it away when it is there already.
func (a actor) React(who sandbox.Person, of, target, kind string) error {
	return a.on(of, who, func(x *number, c *contact) error {
		m, ok := a.n.messages[target]
		if kind == "repost" {
			return sandbox.ErrCannot
		}
		if !ok || m.on != x || m.with != c || !m.ours {
			return errNoTarget
		}
		if kind == "" {
			kind = "👍"
		}
		if kind == "ANGRY" {
			kind = "😡"
		}
		what := map[string]any{"message_id": target, "emoji": kind}
		if m.reacted == kind {
			what, m.reacted = map[string]any{"message_id": target}, ""
		} else {
			m.reacted = kind
		}
		a.n.tellMessage(x, c, a.n.wamid(), "reaction", map[string]any{"reaction": what})
		return nil
	})
}

// Edit changes what a person wrote; it is told as to numbers that are used with the app too.
func (a actor) Edit(who sandbox.Person, id, text string) error {
	return a.change(who, id, "edit", map[string]any{"edit": map[string]any{"original_message_id": id, "message": map[string]any{"type": "text", "text": map[string]any{"body": text}}}})
}

// Remove takes back what a person wrote; it is told as to numbers that are used with the app too.
func (a actor) Remove(who sandbox.Person, id string) error {
	return a.change(who, id, "revoke", map[string]any{"revoke": map[string]any{"original_message_id": id}})
}

func (a actor) change(who sandbox.Person, id, kind string, more map[string]any) error {
	a.n.mu.Lock()
	m, ok := a.n.messages[id]
	a.n.mu.Unlock()
	switch {
	case !ok:
		return errNoTarget
	case m.ours || m.with.who.ID != who.ID:
		return errNotTheirs
	}
	return a.on(m.on.id, who, func(x *number, c *contact) error {
		a.n.tellMessage(x, c, a.n.wamid(), kind, more)
		return nil
	})
}
