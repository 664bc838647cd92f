package instagram

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/graph"
	"github.com/kithhq/kith/internal/secret"
	"github.com/kithhq/kith/internal/text"
)

// handle is what a name on Instagram may be.
var handle = text.OnlyOf("A-Za-z0-9_.", 1, 64) //nolint:gochecknoglobals // a table

// Challenge answers the question by which Meta tests an address.
func (*Driver) Challenge(query url.Values, app network.App) (network.Answer, bool) {
	return graph.Challenge(query, app)
}

// Verify checks the signature over the body as it came.
func (*Driver) Verify(header http.Header, body []byte, key secret.Text) error {
	return graph.Verify(header, body, key)
}

// hook is the body of a webhook. What is of another type than announced stays
// empty; the rest is read nevertheless.
type hook struct {
	Object string `json:"object"`
	Entry  []struct {
		ID        graph.Ident `json:"id"`
		Time      graph.Clock `json:"time"`
		Changes   []change    `json:"changes"`
		Messaging []messaging `json:"messaging"`
		// With Instagram's login the one change may stand in the entry itself.
		Field string `json:"field"`
		Value value  `json:"value"`
	} `json:"entry"`
}

type change struct {
	Field string `json:"field"`
	Value value  `json:"value"`
}

type value struct {
	ID   graph.Ident `json:"id"`
	Text string      `json:"text"`
	From struct {
		person
		Self graph.Ident `json:"self_ig_scoped_id"`
	} `json:"from"`
	Media struct {
		ID       graph.Ident `json:"id"`
		Original graph.Ident `json:"original_media_id"`
	} `json:"media"`
	Parent  graph.Ident `json:"parent_id"`
	MediaID graph.Ident `json:"media_id"`   // of a mention
	Comment graph.Ident `json:"comment_id"` // of a mention in a comment
}

type messaging struct {
	Sender    person      `json:"sender"`
	Recipient person      `json:"recipient"`
	Timestamp graph.Clock `json:"timestamp"`
	Message   *struct {
		ID          string `json:"mid"`
		Text        string `json:"text"`
		Echo        bool   `json:"is_echo"`
		Deleted     bool   `json:"is_deleted"`
		Attachments []struct {
			Type    string `json:"type"`
			Payload struct {
				URL string `json:"url"`
			} `json:"payload"`
		} `json:"attachments"`
	} `json:"message"`
	Reaction *graph.Feeling `json:"reaction"`
	Postback *graph.Press   `json:"postback"`
	Read     *struct {
		ID string `json:"mid"`
	} `json:"read"`
}

// Split takes a body apart. Fields that nobody announced are left out, and so is
// what happened elsewhere than on Instagram.
func (*Driver) Split(body []byte) ([]network.Raw, error) {
	var h hook
	if err := json.Unmarshal(body, &h); err != nil {
		if _, odd := errors.AsType[*json.UnmarshalTypeError](err); !odd {
			return nil, fault.New(fault.Invalid, "This is no webhook of Meta.")
		}
	}
	if h.Object != "instagram" {
		return nil, nil
	}
	var all []network.Raw
	for _, entry := range h.Entry {
		account := string(entry.ID)
		if !graph.Object.MatchString(account) {
			continue
		}
		told := entry.Time.When()
		for _, c := range append(entry.Changes[:len(entry.Changes):len(entry.Changes)], change{entry.Field, entry.Value}) {
			if f, ok := c.fact(told); ok {
				all = append(all, f.raw(account))
			}
		}
		for _, m := range entry.Messaging {
			if f, ok := m.fact(account, told); ok {
				all = append(all, f.raw(account))
			}
		}
	}
	return all, nil
}

func (c change) fact(told time.Time) (fact, bool) {
	v := c.Value
	switch c.Field {
	case "comments", "live_comments":
		media := v.Media.ID
		if v.Media.Original != "" {
			media = v.Media.Original // an advertisement shows a post of ours
		}
		f := fact{What: "comment", ID: string(v.ID), Media: string(media), Parent: string(v.Parent), From: v.From.person, Ours: v.From.Self != "", Text: v.Text}
		f, ok := f.at(told).lean()
		return f, ok && f.Media != ""
	case "mentions":
		f := fact{What: "mention", ID: string(v.Comment), Media: string(v.MediaID), Partial: true}
		if f.ID == "" {
			f.ID = string(v.MediaID)
		}
		return f.at(told).lean()
	}
	return fact{}, false
}

func (g messaging) fact(account string, told time.Time) (fact, bool) {
	at := g.Timestamp.When()
	if at.IsZero() {
		at = told
	}
	if g.Message == nil {
		return g.sign(account).at(at).lean()
	}
	f := fact{What: "message", ID: g.Message.ID, From: g.Sender, Text: g.Message.Text}
	if g.Message.Echo || string(g.Sender.ID) == account {
		f.From, f.Ours = g.Recipient, true
	}
	if g.Message.Deleted {
		f.What, f.Text = "unsent", ""
	}
	for _, a := range g.Message.Attachments {
		f.Files = append(f.Files, attachment{a.Type, a.Payload.URL})
	}
	return f.at(at).lean()
}

// sign is what somebody let us know without words of their own: how they feel about a
// message, which button they pressed, how far they have read. What it is not, is lean as
// nothing.
func (g messaging) sign(account string) fact {
	f := fact{From: g.Sender, Ours: string(g.Sender.ID) == account}
	milliseconds := max(g.Timestamp.When().UnixMilli(), 0)
	switch {
	case g.Reaction != nil:
		f.What, f.ID, f.Text, f.Version = "reacted", g.Reaction.ID, g.Reaction.Sign(), strconv.FormatInt(milliseconds, 10)
		if g.Reaction.Off() {
			f.What, f.Text = "taken", ""
		}
	case g.Postback != nil: // they see its title as a message of their own
		f.What, f.ID, f.Text = "message", g.Postback.Name(g.Sender.ID, milliseconds), g.Postback.Title
	case g.Read != nil:
		f.What, f.ID = "read", g.Read.ID
	}
	return f
}
