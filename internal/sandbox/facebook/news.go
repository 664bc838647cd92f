package facebook

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // the older signature header, which Meta still sends
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kithhq/kith/internal/sandbox"
)

// news is one thing to be told by webhook.
type news struct {
	page  string
	field string // feed, messages, message_echoes
	value map[string]any
	at    time.Time
}

// tell queues news for whoever subscribed; the network's mutex is held.
func (n *Network) tell(p *page, field string, value map[string]any) {
	if n.hook.active && slices.Contains(n.hook.fields, strings.Replace(field, "message_echoes", "messages", 1)) && slices.Contains(p.fields, field) {
		n.courier.take(news{p.id, field, value, n.stage.Clock.Now()})
	}
}

func (a author) told() map[string]any { return map[string]any{"id": a.id, "name": a.name} }

func (n *Network) tellPost(o *post, verb string) {
	value := map[string]any{"from": o.from.told(), "post_id": o.id, "created_time": o.created.Unix(), "item": "status", "verb": verb}
	if verb != "remove" {
		value["message"], value["published"] = o.message, 1
	}
	switch {
	case !o.from.page:
		value["item"] = "post"
	case len(o.photos) > 0:
		value["item"], value["photo_id"] = "photo", o.photos[0].id
	case o.link != "":
		value["item"], value["link"] = "share", o.link
	}
	n.tell(o.page, "feed", value)
}

func (n *Network) tellComment(c *comment, verb string) {
	value := map[string]any{"from": c.from.told(), "post_id": c.post.id, "comment_id": c.id, "parent_id": c.post.id,
		"created_time": c.created.Unix(), "item": "comment", "verb": verb}
	if c.parent != nil {
		value["parent_id"] = c.parent.id
	}
	if verb != "remove" {
		value["message"] = c.message
		value["post"] = map[string]any{"status_type": c.post.status, "is_published": c.post.published, "updated_time": stamp(c.post.updated),
			"permalink_url": "https://www.facebook.com/" + c.post.page.id + "/posts/" + c.post.number, "promotion_status": "inactive", "id": c.post.id}
	}
	n.tell(c.post.page, "feed", value)
}

func (n *Network) tellReaction(p *page, o *post, c *comment, r reaction, verb string) {
	value := map[string]any{"from": r.by.told(), "post_id": o.id, "parent_id": o.id, "created_time": r.at.Unix(), "item": "reaction",
		"reaction_type": strings.ToLower(r.kind), "verb": verb}
	if c != nil {
		value["comment_id"], value["parent_id"] = c.id, c.id
	}
	n.tell(p, "feed", value)
}

func (n *Network) tellMessage(m *message) {
	p, f := m.thread.page, m.thread.with
	what := map[string]any{"mid": m.id, "text": m.text}
	value := map[string]any{"sender": map[string]any{"id": f.id}, "recipient": map[string]any{"id": p.id}, "timestamp": m.created.UnixMilli(), "message": what}
	field := "messages"
	if m.from.page {
		field = "message_echoes"
		what["is_echo"], what["app_id"] = true, json.Number(n.options.AppID)
		value["sender"], value["recipient"] = value["recipient"], value["sender"]
	}
	n.tell(p, field, value)
}

// body writes a webhook body: one entry per Page and kind, in the order of the news, non-ASCII and slashes escaped as Meta does.
func (c *courier) body(all []news) []byte {
	type entry struct {
		ID        string `json:"id"`
		Time      int64  `json:"time"`
		Changes   []any  `json:"changes,omitempty"`
		Messaging []any  `json:"messaging,omitempty"`
	}
	var entries []*entry
	find := func(page string, feed bool) *entry {
		for _, e := range entries {
			if e.ID == page && (e.Changes != nil) == feed {
				return e
			}
		}
		e := &entry{ID: page}
		entries = append(entries, e)
		return e
	}
	for _, one := range all {
		e := find(one.page, one.field == "feed")
		if one.field == "feed" {
			e.Time = one.at.Unix()
			e.Changes = append(e.Changes, map[string]any{"field": "feed", "value": one.value})
		} else {
			e.Time = one.at.UnixMilli()
			e.Messaging = append(e.Messaging, one.value)
		}
	}
	text, err := json.Marshal(map[string]any{"object": "page", "entry": entries})
	if err != nil {
		return nil
	}
	if _, odd := c.n.stage.Weather.Strikes(Name, sandbox.Hook, sandbox.UnknownFields); odd {
		text, _ = sandbox.Sprinkle(text)
	}
	return escaped(text)
}

const hexDigits = "0123456789abcdef"

// escaped writes every character beyond ASCII as \uxxxx, and / as \/.
func escaped(text []byte) []byte {
	out := make([]byte, 0, len(text)+len(text)/4)
	unit := func(u rune) {
		out = append(out, '\\', 'u', hexDigits[u>>12&15], hexDigits[u>>8&15], hexDigits[u>>4&15], hexDigits[u&15])
	}
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		i += size
		switch {
		case r == '/':
			out = append(out, '\\', '/')
		case r < utf8.RuneSelf:
			out = append(out, byte(r))
		case r > 0xffff:
			r -= 0x10000
			unit(0xd800 + r>>10)
			unit(0xdc00 + r&0x3ff)
		default:
			unit(r)
		}
	}
	return out
}

// Sign answers the two signature headers of a webhook body.
func Sign(secret string, body []byte) (sha256Header, sha1Header string) {
	m := hmac.New(sha256.New, []byte(secret))
	m.Write(body)
	o := hmac.New(sha1.New, []byte(secret))
	o.Write(body)
	return "sha256=" + hex.EncodeToString(m.Sum(nil)), "sha1=" + hex.EncodeToString(o.Sum(nil))
}
