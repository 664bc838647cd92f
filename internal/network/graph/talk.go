package graph

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
)

// Talk is something that the Messenger Platform tells of a Page's conversations, as
// it is kept: a message or what became of it, how far ours came, or what somebody is
// called. Webhooks and readings become the same.
type Talk struct {
	Message *Message `json:"message,omitempty"`
	Named   *Person  `json:"named,omitempty"`
	Reached *Reached `json:"reached,omitempty"`
	At      int64    `json:"at,omitempty"` // of Named: when it was seen, in milliseconds
}

// Person is who did something.
type Person struct {
	ID      Ident  `json:"id,omitempty"`
	Name    string `json:"name,omitempty"`
	Picture string `json:"picture,omitempty"`
}

// What became of a message; "" is the message itself.
const (
	edited   = "edited"
	reacted  = "reacted"
	taken    = "taken" // a reaction that was taken back
	postback = "postback"
)

// Message is a private message, whichever way it went, or what became of it.
type Message struct {
	What    string       `json:"what,omitempty"`
	ID      string       `json:"id"`
	With    Person       `json:"with"` // the person, never the Page
	Ours    bool         `json:"ours,omitempty"`
	Text    string       `json:"text,omitempty"`
	Sent    int64        `json:"sent,omitempty"` // milliseconds
	Media   []Attachment `json:"media,omitempty"`
	Version string       `json:"version,omitempty"` // tells one change from the next
}

// Attachment is a file that came with a message, or what was shared in it.
type Attachment struct {
	Type string `json:"type"`
	URL  string `json:"url"`
}

// TextMost is how many bytes of a text are kept.
const TextMost = 64 << 10

// Lean keeps of a person what is safe and bounded.
func (p Person) Lean() Person {
	if !Object.MatchString(string(p.ID)) {
		p.ID = ""
	}
	return Person{p.ID, Clip(p.Name, 640), Clip(p.Picture, 4096)}
}

// Lean keeps of a message what is safe and bounded; ok is false where nothing can be
// done with it.
func (m Message) Lean() (Message, bool) {
	m.With, m.Text, m.Version = m.With.Lean(), Clip(m.Text, TextMost+1), Clip(m.Version, 32)
	m.Media = m.Media[:min(len(m.Media), 20):min(len(m.Media), 20)]
	for i, a := range m.Media {
		m.Media[i] = Attachment{sort(a.Type), Clip(a.URL, 4096)}
	}
	switch m.What {
	case "", edited, reacted, taken, postback:
	default:
		return m, false
	}
	return m, Known.MatchString(m.ID) && m.With.ID != ""
}

// sort names the type of an attachment as the port does.
func sort(given string) string {
	switch given {
	case "image", "video", "audio":
		return given
	case "sticker":
		return "image"
	case "reel", "ig_reel":
		return "video"
	case "fallback", "template", "link", "post", "ig_post", "appointment_booking":
		return "link"
	}
	return "other"
}

// key is the same for the same thing, whichever way it is told.
func (m Message) key() string {
	key := "message " + m.ID
	if m.What != "" && m.What != postback {
		key = m.What + " " + m.ID + " " + string(m.With.ID) + " " + m.Version
	}
	return key
}

// Raw makes the fact of a lean message.
func (m Message) Raw(page string) network.Raw {
	return network.Raw{Account: page, Person: string(m.With.ID), Key: m.key(), At: Millis(m.Sent), Body: Talk{Message: &m}.body()}
}

// Raw makes the fact of what a lean person is called. Webhooks of messages do not say
// it. It is told once for each name and day: the address of a picture soon ends.
func (p Person) Raw(page string, at int64) (raw network.Raw, ok bool) {
	if p.ID == "" || p.Name == "" {
		return network.Raw{}, false
	}
	sum := sha256.Sum256([]byte(p.Name))
	key := "named " + string(p.ID) + " " + hex.EncodeToString(sum[:8])
	if p.Picture != "" {
		key += " " + Millis(at).Format(time.DateOnly)
	}
	return network.Raw{Account: page, Person: string(p.ID), Key: key, At: Millis(at), Body: Talk{Named: &p, At: at}.body()}, true
}

func (t Talk) body() []byte {
	data, err := json.Marshal(t)
	if err != nil {
		panic(err) // texts and numbers alone
	}
	return data
}

// Events says what was told; what is of no interest is none.
func (t Talk) Events(account string) ([]network.Event, error) {
	switch {
	case t.Message != nil:
		m, ok := t.Message.Lean()
		if !ok {
			break
		}
		if e, of := m.event(account); of {
			return []network.Event{e}, nil
		}
		return nil, nil
	case t.Reached != nil:
		if r, ok := t.Reached.Lean(); ok {
			return r.events(), nil
		}
	case t.Named != nil:
		p := t.Named.Lean()
		if p.ID == "" || p.Name == "" {
			break
		}
		// Nothing is counted and nothing kept of a reaction that is taken back: what
		// remains is who somebody is.
		return []network.Event{{Kind: network.Reaction, Removed: true, Ref: network.Ref{ID: "named " + string(p.ID)},
			Author: network.Author{ID: string(p.ID), Name: p.Name, AvatarURL: p.Picture}, At: Millis(t.At), Private: true}}, nil
	}
	return nil, fault.New(fault.Invalid, "This is no event of a conversation.")
}

func (m Message) event(account string) (e network.Event, of bool) {
	e = network.Event{Kind: network.Direct, Ref: network.Ref{ID: m.ID, Extra: To(string(m.With.ID))},
		Author: network.Author{ID: string(m.With.ID), Name: m.With.Name}, Text: m.Text, At: Millis(m.Sent), Thread: string(m.With.ID), Private: true}
	if len(e.Text) > TextMost {
		e.Text, e.Truncated = Clip(e.Text, TextMost), true
	}
	switch m.What {
	case edited:
		e.Kind = network.Edited
		return e, !m.Ours
	case reacted, taken:
		e.Kind, e.Removed = network.Reaction, m.What == taken
		e.ID, e.Extra, e.Parent = m.key(), nil, m.ID
		return e, !m.Ours
	}
	if m.Ours {
		e.Kind, e.Author = network.Ours, network.Author{ID: account}
	}
	for _, a := range m.Media {
		e.Media = append(e.Media, network.Attachment{Type: a.Type, URL: a.URL})
	}
	return e, true
}

// To is what is remembered of a message, to answer it: who it was exchanged with.
func To(person string) json.RawMessage {
	data, err := json.Marshal(map[string]string{"to": person})
	if err != nil {
		panic(err) // one text
	}
	return data
}

// Of reads what To wrote, "" where the reference is to no message.
func Of(ref *network.Ref) string {
	var kept struct {
		To string `json:"to"`
	}
	if ref == nil || json.Unmarshal(ref.Extra, &kept) != nil {
		return ""
	}
	return kept.To
}
