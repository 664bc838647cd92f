package graph

import (
	"strconv"
	"time"
)

// Messaging is one event of a conversation in a webhook. What is of another type than
// announced stays empty.
type Messaging struct {
	Sender    Person `json:"sender"`
	Recipient Person `json:"recipient"`
	Timestamp Clock  `json:"timestamp"`
	Message   *struct {
		ID          string `json:"mid"`
		Text        string `json:"text"`
		Echo        bool   `json:"is_echo"`
		Attachments []struct {
			Type    string `json:"type"`
			URL     string `json:"url"` // of what has no payload: a shared address
			Payload struct {
				URL string `json:"url"`
			} `json:"payload"`
		} `json:"attachments"`
	} `json:"message"`
	Edit *struct {
		ID   string `json:"mid"`
		Text string `json:"text"`
		Nth  Ident  `json:"num_edit"`
	} `json:"message_edit"`
	Reaction *Feeling `json:"reaction"`
	Postback *Press   `json:"postback"`
	Delivery *struct {
		IDs   []string `json:"mids"` // of some only
		Until Clock    `json:"watermark"`
	} `json:"delivery"`
	Read *struct {
		Until Clock `json:"watermark"`
	} `json:"read"`
}

// Feeling is a reaction to a message, or that it was taken back. The emoji may be missing.
type Feeling struct {
	ID     string `json:"mid"`
	Action string `json:"action"`
	Word   string `json:"reaction"`
	Emoji  string `json:"emoji"`
}

// Sign is the emoji of a reaction; "" where only Meta knows what it was.
func (f Feeling) Sign() string {
	if f.Emoji != "" {
		return f.Emoji
	}
	return map[string]string{"love": "❤️", "like": "👍", "dislike": "👎", "laugh": "😆", "smile": "😆", "wow": "😮", "sad": "😢", "angry": "😠"}[f.Word]
}

// Off says that a reaction was taken back.
func (f Feeling) Off() bool { return f.Action == "unreact" }

// Press is that somebody pressed a button, or chose a question that was offered.
type Press struct {
	ID    string `json:"mid"`
	Title string `json:"title"`
}

// Name is what is pressed by: the id of the message that it made; older ones have none.
func (p Press) Name(person Ident, milliseconds int64) string {
	if p.ID != "" {
		return p.ID
	}
	return "postback." + string(person) + "." + strconv.FormatInt(milliseconds, 10)
}

// Lean reads an event; told is when the body came, where the event does not say. What
// is neither said nor changed by anybody, that another app has taken over, is left out;
// for what was delivered or read see [Messaging.Reached].
func (g Messaging) Lean(page string, told time.Time) (Message, bool) {
	m := Message{With: g.Sender}
	if string(g.Sender.ID) == page {
		m.With, m.Ours = g.Recipient, true
	}
	at := g.Timestamp.When()
	if at.IsZero() {
		at = told
	}
	if !at.IsZero() {
		m.Sent = at.UnixMilli()
	}
	switch {
	case g.Message != nil:
		m.ID, m.Text = g.Message.ID, g.Message.Text
		if g.Message.Echo && !m.Ours {
			m.With, m.Ours = g.Recipient, true
		}
		for _, a := range g.Message.Attachments {
			if a.Payload.URL == "" {
				a.Payload.URL = a.URL
			}
			m.Media = append(m.Media, Attachment{a.Type, a.Payload.URL})
		}
		m.Media = whole(m.Media)
	case g.Edit != nil:
		m.What, m.ID, m.Text, m.Version = edited, g.Edit.ID, g.Edit.Text, string(g.Edit.Nth)
	case g.Reaction != nil:
		m.What, m.ID, m.Text, m.Version = reacted, g.Reaction.ID, g.Reaction.Sign(), strconv.FormatInt(m.Sent, 10)
		if g.Reaction.Off() {
			m.What, m.Text = taken, ""
		}
	case g.Postback != nil:
		m.What, m.ID, m.Text = postback, g.Postback.Name(m.With.ID, m.Sent), g.Postback.Title
	}
	return m.Lean()
}

// whole leaves out what comes twice: for a while a sticker is told as a sticker and
// as an image too.
func whole(all []Attachment) []Attachment {
	var kept []Attachment
	for _, a := range all {
		twin := false
		for _, k := range kept {
			twin = twin || a.URL != "" && k.URL == a.URL
		}
		if !twin {
			kept = append(kept, a)
		}
	}
	return kept
}
