package graph

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // the older signature header, which Meta still sends
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kithhq/kith/internal/sandbox"
)

// News is one thing to be told by webhook.
type News struct {
	Account string
	Field   string // feed, comments, messages, message_echoes
	Value   map[string]any
	At      time.Time
}

// Body writes a webhook body: one entry per account and kind, in the order of the news, non-ASCII and slashes escaped as Meta does.
func (c *Courier) Body(all []News) []byte {
	type entry struct {
		ID        string `json:"id"`
		Time      int64  `json:"time,omitempty"`
		Changes   []any  `json:"changes,omitempty"`
		Messaging []any  `json:"messaging,omitempty"`
		Standby   []any  `json:"standby,omitempty"`
	}
	var entries []*entry
	// WhatsApp tells messages as changes too, and no time of an entry; of what it tells of
	// business accounts each has an entry of its own, with its time.
	told := c.Object == "whatsapp_business_account"
	find := func(account string, public bool) *entry {
		for _, e := range entries {
			if e.ID == account && (e.Changes != nil) == public && (!told || e.Time == 0) {
				return e
			}
		}
		e := &entry{ID: account}
		entries = append(entries, e)
		return e
	}
	for _, one := range all {
		if told && one.Field != "messages" && one.Field != "smb_message_echoes" {
			change := map[string]any{"field": one.Field, "value": one.Value}
			entries = append(entries, &entry{ID: one.Account, Time: one.At.Unix(), Changes: []any{change}})
			continue
		}
		public := told || !one.private()
		e := find(one.Account, public)
		if public {
			if e.Time = one.At.Unix(); told {
				e.Time = 0
			}
			e.Changes = append(e.Changes, map[string]any{"field": one.Field, "value": one.Value})
		} else {
			e.Time = one.At.UnixMilli()
			if one.Field == "standby" {
				e.Standby = append(e.Standby, one.Value)
				continue
			}
			e.Messaging = append(e.Messaging, one.Value)
		}
	}
	text, err := json.Marshal(map[string]any{"object": c.Object, "entry": entries})
	if err != nil {
		return nil
	}
	if _, odd := c.Stage.Weather.Strikes(c.Network, sandbox.Hook, sandbox.UnknownFields); odd {
		text, _ = sandbox.Sprinkle(text)
	}
	return escaped(text)
}

// private says that it is told as messages are.
func (n News) private() bool { return strings.HasPrefix(n.Field, "messag") || n.Field == "standby" }

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
