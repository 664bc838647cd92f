package whatsapp

import (
	"net/http"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/graph"
)

const (
	window    = 24 * time.Hour
	textMost  = 4096
	pairEvery = 6 * time.Second
	readAfter = 40 * time.Second
)

// send is POST /{number}/messages: a message, a reaction, or that one of theirs was read.
func (a *ask) send(x *number) (any, *graph.Fault) {
	if a.p.Get("messaging_product") != "whatsapp" {
		return nil, graph.Invalid("The parameter messaging_product is required.")
	}
	if a.p.Has("status") {
		return a.markRead(x)
	}
	if _, f := a.p.Enum("recipient_type", "individual", "individual", "group"); f != nil {
		return nil, f
	}
	to, recipient := a.p.Get("to"), a.p.Get("recipient")
	kind := a.p.Get("type")
	if to == "" && recipient == "" {
		return nil, graph.Invalid("The parameter to is required.")
	}
	if len(a.p.Get("biz_opaque_callback_data")) > 512 {
		return nil, graph.Invalid("Param biz_opaque_callback_data must be at most 512 characters long.")
	}
	answers := ""
	if a.p.Has("context") {
		c, f := a.p.Object("context")
		if f != nil {
			return nil, f
		}
		answers, _ = c["message_id"].(string)
	}
	c := x.known(to, recipient)
	if c == nil && to != "" {
		return nil, graph.No(http.StatusBadRequest, 131030, 0, "(#131030) Recipient phone number not in allowed list")
	}
	if c == nil {
		return nil, graph.No(http.StatusBadRequest, 131009, 0, "(#131009) Parameter value is not valid")
	}
	said, text, f := a.content(x, kind)
	if f != nil {
		return nil, f
	}
	if kind == "reaction" {
		return a.react(x, c, said)
	}
	if f := a.limits(x, c); f != nil {
		return nil, f
	}
	if f := a.forbidden(x.of, c.heard.IsZero() || a.now.Sub(c.heard) > window); f != nil {
		return nil, f
	}
	closed := kind != "template" && (c.heard.IsZero() || a.now.Sub(c.heard) > window)
	if closed && !a.n.options.LateWindow {
		return nil, graph.No(http.StatusBadRequest, 131047, 0, "(#131047) Re-engagement message")
	}
	if x.blocked[c.who.ID] {
		return nil, graph.No(http.StatusBadRequest, 131026, 0, "(#131026) Message undeliverable")
	}
	if late := c.heard.IsZero() || a.now.Sub(c.heard) > window; late && kind == "template" && !x.of.portfolio.approach(c.who.ID, a.now) {
		// No code is documented for this limit: the one of restrictions on how many messages a number may send.
		return nil, graph.No(http.StatusBadRequest, 131048, 0, "(#131048) Spam rate limit hit")
	}
	m := &message{id: a.n.wamid(), on: x, with: c, ours: true, kind: kind, text: text, opaque: a.p.Get("biz_opaque_callback_data"), at: a.now}
	a.n.messages[m.id] = m
	x.sent, c.sent = append(x.sent, a.now), append(c.sent, a.now)
	a.call.Accept(sandbox.Entry{Account: x.id, Action: sandbox.Message, Object: m.id, Parent: answers, Text: text, Files: files(kind), ClientID: m.opaque})
	switch {
	case closed:
		a.n.fails(m, 131047, "Re-engagement message", "Message failed to send because more than 24 hours have passed since the customer last replied to this number.")
	case a.n.unreached[c.who.ID]:
		a.n.fails(m, 131026, "Message undeliverable", "Message Undeliverable.")
	default:
		a.n.delivers(m)
	}
	input := map[string]any{"input": to, "wa_id": c.phone}
	if to == "" {
		input = map[string]any{"input": recipient, "user_id": c.user}
	}
	made := map[string]any{"id": m.id}
	if kind == "template" {
		made["message_status"] = "accepted"
	}
	return map[string]any{"messaging_product": "whatsapp", "contacts": []any{input}, "messages": []any{made}}, nil
}

// files is how many a message carries.
func files(kind string) int {
	if slices.Contains([]string{"image", "video", "audio", "document", "sticker"}, kind) {
		return 1
	}
	return 0
}

func (n *Network) wamid() string {
	return graph.Opaque(n.random, "wamid.HBgLMzM2MTIzNDU2NzgVAgARGBI", 32) + "AA=="
}

// content reads what a message says, and what of it is text.
func (a *ask) content(x *number, kind string) (said map[string]any, text string, f *graph.Fault) {
	if !slices.Contains([]string{"text", "image", "video", "audio", "document", "sticker", "reaction", "template"}, kind) {
		return nil, "", graph.Invalid("Param type must be one of {AUDIO, CONTACTS, DOCUMENT, IMAGE, INTERACTIVE, LOCATION, REACTION, STICKER, TEMPLATE, TEXT, VIDEO} - got \"%s\".", kind)
	}
	if said, f = a.p.Object(kind); f != nil {
		return nil, "", f
	}
	switch kind {
	case "text":
		text, _ = said["body"].(string)
		if n := utf8.RuneCountInString(text); n == 0 || n > textMost {
			return nil, "", graph.Invalid("Param text['body'] must be at most 4096 characters long.")
		}
	case "template":
		text, f = a.fill(x.of, said)
		return said, text, f
	case "reaction":
	default:
		text, _ = said["caption"].(string)
		if _, given := said["caption"]; given && (kind == "audio" || kind == "sticker") {
			return nil, "", graph.Invalid("Unexpected key \"caption\" on param \"%s\".", kind)
		}
		if _, given := said["filename"]; given && kind != "document" {
			return nil, "", graph.Invalid("Unexpected key \"filename\" on param \"%s\".", kind)
		}
		if utf8.RuneCountInString(text) > 1024 {
			return nil, "", graph.Invalid("Param %s['caption'] must be at most 1024 characters long.", kind)
		}
		id, _ := said["id"].(string)
		file, ok := a.n.files[id]
		if !ok || file.of != x || a.now.After(file.until) {
			return nil, "", graph.No(http.StatusBadRequest, 131053, 0, "(#131053) Media upload error")
		}
		if file.sort() != kind {
			return nil, "", graph.No(http.StatusBadRequest, 131053, 0, "(#131053) Media upload error: %s is no %s", file.kind, kind)
		}
	}
	return said, text, nil
}

// limits are how fast a number may write at all, and to one person.
func (a *ask) limits(x *number, c *contact) *graph.Fault {
	if counted(x.sent, a.now, time.Second) >= a.n.options.PerSecond {
		return throughput()
	}
	if counted(c.sent, a.now, pairEvery*time.Duration(a.n.options.PairBurst)) >= a.n.options.PairBurst {
		return pair()
	}
	return nil
}

func counted(all []time.Time, now time.Time, while time.Duration) int {
	n := 0
	for _, at := range all {
		if now.Sub(at) < while {
			n++
		}
	}
	return n
}

func (a *ask) react(x *number, c *contact, said map[string]any) (any, *graph.Fault) {
	id, _ := said["message_id"].(string)
	emoji, given := said["emoji"].(string)
	m, ok := a.n.messages[id]
	if !ok || m.on != x || m.with != c || !given || utf8.RuneCountInString(emoji) > 8 {
		return nil, graph.No(http.StatusBadRequest, 131009, 0, "(#131009) Parameter value is not valid")
	}
	if c.heard.IsZero() || a.now.Sub(c.heard) > window {
		return nil, graph.No(http.StatusBadRequest, 131047, 0, "(#131047) Re-engagement message")
	}
	m.reacted = emoji
	r := &message{id: a.n.wamid(), on: x, with: c, ours: true, kind: "reaction", text: emoji, at: a.now}
	a.n.messages[r.id] = r
	a.call.Accept(sandbox.Entry{Account: x.id, Action: sandbox.Like, Object: r.id, Parent: id, Text: emoji})
	return map[string]any{"messaging_product": "whatsapp", "contacts": []any{map[string]any{"input": a.p.Get("to"), "wa_id": c.phone}}, "messages": []any{map[string]any{"id": r.id}}}, nil
}

func (a *ask) markRead(x *number) (any, *graph.Fault) {
	m, ok := a.n.messages[a.p.Get("message_id")]
	if !ok || m.on != x || m.ours || a.p.Get("status") != "read" {
		return nil, graph.No(http.StatusBadRequest, 131009, 0, "(#131009) Parameter value is not valid")
	}
	m.seen = true
	return graph.Done(), nil
}

// Seen says whether we told that a message was read, and how we reacted to it.
func (n *Network) Seen(id string) (seen bool, reaction string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if m, ok := n.messages[id]; ok {
		return m.seen, m.reacted
	}
	return false, ""
}

// delivers tells what becomes of a message: sent at once, then delivered, and read by most.
func (n *Network) delivers(m *message) {
	n.tellStatus(m, "sent", nil)
	n.later(2*time.Second, func() {
		m.arrived = true
		n.tellStatus(m, "delivered", nil)
	})
	if m.with.who.Look%4 != 0 { // the others do not let it be known
		n.later(readAfter, func() { n.tellStatus(m, "read", nil) })
	}
}

func (n *Network) fails(m *message, code int, title, details string) {
	m.failed = true
	n.later(time.Second, func() {
		n.tellStatus(m, "failed", []any{map[string]any{"code": code, "title": title, "message": title, "error_data": map[string]any{"details": details},
			"href": "https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes/"}})
	})
}

// later runs something under the network's mutex after a wait of stage time.
func (n *Network) later(wait time.Duration, do func()) {
	n.stage.Clock.After(wait, func() {
		n.mu.Lock()
		do()
		n.mu.Unlock()
		n.courier.Wake()
	})
}
