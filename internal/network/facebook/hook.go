package facebook

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/secret"
)

var challenge = regexp.MustCompile(`^[A-Za-z0-9_-]{1,128}$`) //nolint:gochecknoglobals // compiled once

// Challenge answers the question by which Meta tests an address, if it knows
// the token that was typed in Meta's form.
func (*Driver) Challenge(query url.Values, app network.App) (network.Answer, bool) {
	token := app.Verify
	given, answer := sha256.Sum256([]byte(query.Get("hub.verify_token"))), query.Get("hub.challenge")
	want := sha256.Sum256([]byte(token.Reveal()))
	if token == "" || query.Get("hub.mode") != "subscribe" || subtle.ConstantTimeCompare(given[:], want[:]) != 1 || !challenge.MatchString(answer) {
		return network.Answer{}, false
	}
	return network.Answer{Body: answer}, true
}

// Verify checks the signature over the body as it came.
func (*Driver) Verify(header http.Header, body []byte, key secret.Text) error {
	signatures := header.Values("X-Hub-Signature-256")
	if key != "" && len(signatures) == 1 {
		m := hmac.New(sha256.New, []byte(key.Reveal()))
		m.Write(body)
		given, is := strings.CutPrefix(signatures[0], "sha256=")
		if sum, err := hex.DecodeString(given); is && err == nil && hmac.Equal(sum, m.Sum(nil)) {
			return nil
		}
	}
	return fault.New(fault.Denied, "The signature is not Meta's.").WithHint("Look at the secret of the Meta app.")
}

// hook is the body of a webhook. What is of another type than announced stays
// empty; the rest is read nevertheless.
type hook struct {
	Object string `json:"object"`
	Entry  []struct {
		ID      ident `json:"id"`
		Time    clock `json:"time"`
		Changes []struct {
			Field string `json:"field"`
			Value change `json:"value"`
		} `json:"changes"`
		Messaging []messaging `json:"messaging"`
	} `json:"entry"`
}

type messaging struct {
	Sender    person `json:"sender"`
	Recipient person `json:"recipient"`
	Timestamp clock  `json:"timestamp"`
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
		if !object.MatchString(page) {
			continue
		}
		told := entry.Time.when()
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
	at := g.Timestamp.when()
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
