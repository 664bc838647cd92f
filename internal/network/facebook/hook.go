package facebook

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"

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

// messenger is the network to which private messages belong: it is told at our address.
const messenger network.Name = "messenger"

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
		Messaging []graph.Messaging `json:"messaging"`
		Standby   []graph.Messaging `json:"standby"` // while another app answers
	} `json:"entry"`
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
			// Who names the Page below its own post, or on the Page itself, is told twice:
			// that is what the feed tells.
			c.Mention = one.Field == "mention" && (c.Post == "" || elsewhere(page, c.Post))
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
		for _, g := range append(entry.Messaging[:len(entry.Messaging):len(entry.Messaging)], entry.Standby...) {
			var raw network.Raw
			if m, ok := g.Lean(page, told); ok {
				raw = m.Raw(page)
			} else if r, ok := g.Reached(told); ok {
				raw = r.Raw(page)
			} else {
				continue
			}
			raw.Network = messenger
			all = append(all, raw)
		}
	}
	return all, nil
}
