package facebook

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
)

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
		ID      graph.Ident `json:"id"`
		Time    graph.Clock `json:"time"`
		Changes []struct {
			Field string `json:"field"`
			Value change `json:"value"`
		} `json:"changes"`
		Messaging []messaging `json:"messaging"`
	} `json:"entry"`
}

type messaging struct {
	Sender    person      `json:"sender"`
	Recipient person      `json:"recipient"`
	Timestamp graph.Clock `json:"timestamp"`
	Message   *struct {
		ID          string `json:"mid"`
		Text        string `json:"text"`
		Echo        bool   `json:"is_echo"`
		Attachments []struct {
			Type    string `json:"type"`
			Payload struct {
				URL string `json:"url"`
			} `json:"payload"`
		} `json:"attachments"`
	} `json:"message"`
}

// Split takes a body apart. Fields and changes that nobody announced are left
// out, and so is what happened elsewhere than on Pages.
func (*Driver) Split(body []byte) ([]network.Raw, error) {
	var h hook
	if err := json.Unmarshal(body, &h); err != nil {
		if _, odd := errors.AsType[*json.UnmarshalTypeError](err); !odd {
			return nil, fault.New(fault.Invalid, "This is no webhook of Meta.")
		}
	}
	if h.Object != "page" {
		return nil, nil
	}
	var all []network.Raw
	for _, entry := range h.Entry {
		page := string(entry.ID)
		if !graph.Object.MatchString(page) {
			continue
		}
		told := entry.Time.When()
		for i, one := range entry.Changes {
			c := one.Value
			if one.Field != "feed" && one.Field != "mention" {
				continue
			}
			c.Mention = one.Field == "mention"
			// A comment is hidden, shown and hidden again: nothing in the change
			// itself tells the first from the last.
			c.Version = strconv.FormatInt(int64(entry.Time), 10) + "." + strconv.Itoa(i)
			if c.Verb != "hide" && c.Verb != "unhide" {
				c.Version = ""
			}
			c, ok := c.lean()
			if ok {
				all = append(all, c.raw(page, told))
			}
		}
		for _, m := range entry.Messaging {
			if m, ok := m.lean(page, told); ok {
				all = append(all, m.raw(page))
			}
		}
	}
	return all, nil
}

func (g messaging) lean(page string, told time.Time) (message, bool) {
	if g.Message == nil {
		return message{}, false
	}
	m := message{ID: g.Message.ID, With: g.Sender, Text: g.Message.Text}
	if g.Message.Echo || string(g.Sender.ID) == page {
		m.With, m.Ours = g.Recipient, true
	}
	at := g.Timestamp.When()
	if at.IsZero() {
		at = told
	}
	if !at.IsZero() {
		m.Sent = at.UnixMilli()
	}
	for _, a := range g.Message.Attachments {
		m.Media = append(m.Media, attachment{a.Type, a.Payload.URL})
	}
	return m.lean()
}
