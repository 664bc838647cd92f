package instagram

import (
	"net/http"
	"slices"

	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/graph"
)

// signal is POST /{page}/messages or /{account}/messages with a sender_action: a sign in the conversation and no message. That the
// window of messages holds for it too is said nowhere, and played because life may be so.
func (a *ask) signal(acc *account, to map[string]any) (any, *graph.Fault) {
	what, err := a.p.Enum("sender_action", "", "MARK_SEEN", "REACT", "TYPING_OFF", "TYPING_ON", "UNREACT")
	if err != nil {
		return nil, err
	}
	if a.p.Has("message") {
		return nil, graph.No(http.StatusBadRequest, 100, 2018005, "(#100) Cannot send both message and state at the same time.")
	}
	id, _ := to["id"].(string)
	f, ok := acc.byID[id]
	t := acc.thread(f)
	switch {
	case !ok || t == nil:
		return nil, graph.No(http.StatusBadRequest, 100, 2534014, "(#100) The requested user cannot be found.")
	case acc.blocked[id]:
		return nil, graph.No(http.StatusBadRequest, 551, 1545041, "(#551) This person isn't available right now.")
	case t.heard.IsZero() || a.now.Sub(t.heard) > talkWindow:
		return nil, graph.No(http.StatusBadRequest, 10, 2534022, "(#10) This message is sent outside of allowed window. Learn more about the new policy here: https://developers.facebook.com/docs/messenger-platform/policy-overview")
	}
	if what != "REACT" && what != "UNREACT" {
		return map[string]any{"recipient_id": id}, nil
	}
	about, err := a.p.Object("payload")
	if err != nil {
		return nil, err
	}
	mid, _ := about["message_id"].(string)
	m, ok := a.n.messages[mid]
	if !ok || m.thread != t || m.unsent {
		return nil, graph.Missing(a.p.Method, mid)
	}
	word, _ := about["reaction"].(string)
	switch {
	case what == "UNREACT" && word != "":
		return nil, graph.Invalid("Param payload[reaction] is not allowed with the sender_action UNREACT")
	case what == "REACT" && word != "love": // no other is documented
		return nil, graph.Invalid("Param payload[reaction] must be one of {LOVE} - got %q.", word)
	}
	repeat := m.feel(acc.id, word)
	a.call.Accept(sandbox.Entry{Account: acc.id, Action: sandbox.Like, Object: m.id, Text: word, Repeat: repeat})
	return map[string]any{"recipient_id": id}, nil // and no webhook: our own reactions are not told
}

// feel sets the one reaction that somebody has to a message, "" for none, and says whether it was so already.
func (m *message) feel(who, what string) (already bool) {
	if m.felt == nil {
		m.felt = map[string]string{}
	}
	already = m.felt[who] == what
	m.felt[who] = what
	return already
}

// Felt is our reaction to a message, "" for none.
func (n *Network) Felt(mid string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	m := n.messages[mid]
	return m.felt[m.thread.account.id]
}

// of runs an act of a person on a message of their conversation with us.
func (n *Network) of(who sandbox.Person, of, mid string, act func(*thread, *message) error) error {
	return actor{n}.on(of, who, func(acc *account, f *profile) error {
		m, ok := n.messages[mid]
		if t := acc.thread(f); !ok || t == nil || m.thread != t || m.unsent {
			return errNoTarget
		}
		return act(m.thread, m)
	})
}

// tellChat queues an event of a conversation; the network's mutex is held.
func (n *Network) tellChat(t *thread, field, name string, about map[string]any) {
	n.tell(t.account, field, map[string]any{"sender": map[string]any{"id": t.with.id}, "recipient": map[string]any{"id": t.account.id},
		"timestamp": n.stage.Clock.Now().UnixMilli(), name: about})
}

// Feel lets a person react to a message of their conversation with us; "NONE" takes it back, and so does the same once more.
func (n *Network) Feel(who sandbox.Person, account, mid, emoji string) error {
	return n.of(who, account, mid, func(t *thread, m *message) error {
		about := map[string]any{"mid": mid, "action": "react", "reaction": "other", "emoji": emoji}
		switch emoji {
		case "":
			emoji = "\u2764\ufe0f"
			about["reaction"], about["emoji"] = "love", emoji
		case "ANGRY":
			emoji, about["reaction"] = "angry", "angry"
			delete(about, "emoji") // it is optional
		}
		if emoji == "NONE" || m.felt[t.with.id] == emoji {
			emoji, about = "", map[string]any{"mid": mid, "action": "unreact"}
		}
		m.feel(t.with.id, emoji)
		n.tellChat(t, "message_reactions", "reaction", about)
		return nil
	})
}

// Unsend lets a person take back a message of theirs: it is told, and listed no more.
func (n *Network) Unsend(who sandbox.Person, account, mid string) error {
	return n.of(who, account, mid, func(t *thread, m *message) error {
		if m.from.ours {
			return errNotTheirs
		}
		m.unsent = true
		t.messages = slices.DeleteFunc(t.messages, func(o *message) bool { return o == m })
		n.tellChat(t, "messages", "message", map[string]any{"mid": mid, "is_deleted": true})
		return nil
	})
}

// Press lets a person choose a question that we offer them (an ice breaker), or a button: its title is what they see of it. Whether
// lists show it is said nowhere, so they do not.
func (n *Network) Press(who sandbox.Person, of, title string) (mid string, err error) {
	err = actor{n}.on(of, who, func(acc *account, f *profile) error {
		t := acc.thread(f)
		if t == nil {
			t = n.open(acc, f)
		}
		t.heard = n.stage.Clock.Now()
		mid = graph.Opaque(n.random, "aWdfZAG1faXRlb", 80)
		n.tellChat(t, "messaging_postbacks", "postback", map[string]any{"mid": mid, "title": title, "payload": "PAYLOAD"})
		return nil
	})
	return mid, err
}
