package facebook

import (
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/graph"
)

// signal is POST /{page}/messages with a sender_action: a sign in the conversation and no message.
func (a *ask) signal(p *page, to map[string]any) (any, *graph.Fault) {
	what, err := a.p.Enum("sender_action", "", "MARK_SEEN", "REACT", "TYPING_OFF", "TYPING_ON", "UNREACT")
	if err != nil {
		return nil, err
	}
	if a.p.Has("message") {
		return nil, graph.No(http.StatusBadRequest, 100, 2018005, "(#100) Cannot send both message and state at the same time.")
	}
	id, _ := to["id"].(string)
	f, ok := p.byID[id]
	t := p.thread(f)
	if !ok || t == nil {
		return nil, graph.No(http.StatusBadRequest, 100, 2018001, "(#100) No matching user found")
	}
	switch what {
	case "MARK_SEEN":
		t.unread = 0
	case "REACT", "UNREACT":
		about, err := a.p.Object("payload")
		if err != nil {
			return nil, err
		}
		mid, _ := about["message_id"].(string)
		m, ok := a.n.messages[mid]
		if !ok || m.thread != t {
			return nil, graph.Missing(a.p.Method, mid)
		}
		emoji, _ := about["reaction"].(string)
		if what == "UNREACT" {
			emoji = ""
		} else if emoji == "" || utf8.RuneCountInString(emoji) > 8 {
			return nil, graph.Invalid("Param payload[reaction] must be an emoji")
		}
		m.feel(p.id, emoji)
		a.call.Accept(sandbox.Entry{Account: p.id, Action: sandbox.Like, Object: m.id, Text: emoji})
	}
	return map[string]any{"recipient_id": id}, nil
}

func (m *message) feel(who, emoji string) {
	if m.felt == nil {
		m.felt = map[string]string{}
	}
	m.felt[who] = emoji
}

// tellChat queues an event of a conversation, in standby while another app answers.
func (n *Network) tellChat(t *thread, field, name string, about map[string]any) {
	value := map[string]any{"sender": map[string]any{"id": t.with.id}, "recipient": map[string]any{"id": t.page.id},
		"timestamp": n.stage.Clock.Now().UnixMilli(), name: about}
	n.tell(t.page, field, value)
}

// chat runs an act of a person in their conversation with a Page.
func (n *Network) chat(who sandbox.Person, account string, act func(*thread) error) error {
	return actor{n}.on(account, who, func(p *page, f *profile) error {
		t := p.thread(f)
		if t == nil {
			return errNoTarget
		}
		if _, blocked := p.blocked[f.id]; blocked {
			return sandbox.ErrBlocked
		}
		return act(t)
	})
}

// Feel lets a person react to a message of their conversation with a Page; "NONE" takes it back.
func (n *Network) Feel(who sandbox.Person, account, mid, emoji string) error {
	return n.chat(who, account, func(t *thread) error {
		m, ok := n.messages[mid]
		if !ok || m.thread != t {
			return errNoTarget
		}
		about := map[string]any{"mid": mid, "action": "react", "emoji": emoji, "reaction": "other"}
		switch emoji {
		case "":
			about["emoji"], about["reaction"] = "\u2764\ufe0f", "love"
		case "NONE":
			about = map[string]any{"mid": mid, "action": "unreact"}
		}
		m.feel(t.with.id, emoji)
		n.tellChat(t, "message_reactions", "reaction", about)
		return nil
	})
}

// Rewrite lets a person edit what they wrote to a Page: five times at most.
func (n *Network) Rewrite(who sandbox.Person, mid, text string) error {
	n.mu.Lock()
	m, ok := n.messages[mid]
	account := ""
	if ok {
		account = m.thread.page.id
	}
	n.mu.Unlock()
	return n.chat(who, account, func(t *thread) error {
		if m.thread != t || m.from.page || m.edits == 5 {
			return errNotTheirs
		}
		m.text = text
		m.edits++
		n.tellChat(t, "message_edits", "message_edit", map[string]any{"mid": mid, "text": text, "num_edit": m.edits})
		return nil
	})
}

// Press lets a person press a button that a Page once sent, or “Get started”: its title is what they see of it. Of the later states of
// a conversation nothing says that it is listed, so it is not.
func (n *Network) Press(who sandbox.Person, account, title string) (mid string, err error) {
	err = actor{n}.on(account, who, func(p *page, f *profile) error {
		t := p.thread(f)
		if t == nil {
			t = n.open(p, f)
		}
		mid = graph.Opaque(n.random, "m_", 40)
		t.heard = n.stage.Clock.Now()
		n.tellChat(t, "messaging_postbacks", "postback", map[string]any{"mid": mid, "title": title, "payload": "PAYLOAD"})
		return nil
	})
	return mid, err
}

// Share lets a person send files: pairs of a kind and an address.
func (n *Network) Share(who sandbox.Person, account, text string, pairs ...string) (mid string, err error) {
	err = actor{n}.on(account, who, func(p *page, f *profile) error {
		t := p.thread(f)
		if t == nil {
			t = n.open(p, f)
		}
		m := n.note(t, f.author(), text, n.stage.Clock.Now())
		for pair := range slices.Chunk(pairs, 2) {
			m.files = append(m.files, file{strings.ToLower(pair[0]), pair[1]})
		}
		n.tellMessage(m)
		mid = m.id
		return nil
	})
	return mid, err
}

// Answer lets somebody answer in the Page's own inbox, and not through the API.
func (n *Network) Answer(who sandbox.Person, account, text string) (mid string, err error) {
	err = n.chat(who, account, func(t *thread) error {
		m := n.note(t, t.page.self(), text, n.stage.Clock.Now())
		n.tellMessage(m)
		mid = m.id
		return nil
	})
	return mid, err
}

// Shut lets a person block the Page, or let it back.
func (n *Network) Shut(who sandbox.Person, account string, on bool) error {
	return n.chat(who, account, func(t *thread) error {
		t.shut, t.shutAt = on, n.stage.Clock.Now()
		return nil
	})
}

// Yield gives a conversation to another app, or back to ours.
func (n *Network) Yield(who sandbox.Person, account string, away bool) error {
	return n.chat(who, account, func(t *thread) error {
		t.other = away
		return nil
	})
}

// Face is Facebook as a guest of it shows it: the same Pages and calls, under a name of its own on the stage.
func (n *Network) Face(name string, people sandbox.Actor) http.Handler {
	return n.stage.Open(sandbox.Network{Plays: append(sandbox.TokenKinds(), sandbox.Blocked),
		Name: name, Handler: http.HandlerFunc(n.serve), Action: n.action, Refuse: n.refuse, Accounts: n.accounts, Actor: people, Private: true})
}

// People are those who act on Pages.
func (n *Network) People() sandbox.Actor { return actor{n} }
