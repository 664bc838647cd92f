package graph

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/text"
)

// Send is a Call that gives the moment of the answer, too.
type Send func(ctx context.Context, a Ask, out any) (time.Time, error)

// MessageMost is how many characters a private message holds.
const MessageMost = 2000

// Recipient is who gets a message: a person, or the author of a comment.
type Recipient struct {
	ID      string `json:"id,omitempty"`
	Comment string `json:"comment_id,omitempty"`
}

// Write sends words or a file in private in the name of a Page. tag, where there is one, is
// the reason for which it may be written later than a day after the person's last
// word.
func (c *Client) Write(ctx context.Context, send Send, page string, to Recipient, said Content, tag string) (network.Sent, error) {
	switch {
	case said.File != "":
	case text.Blank(said.Text):
		return network.Sent{}, fault.New(fault.Invalid, "This message is empty.").On("text")
	case text.Count(said.Text, text.CodePoints, 0) > MessageMost:
		return network.Sent{}, fault.New(fault.Invalid, "The message is longer than %d characters.", MessageMost).WithHint("Shorten it.").On("text")
	}
	form := url.Values{"recipient": {written(to)}, "message": {written(said.message())}, "messaging_type": {"RESPONSE"}}
	if tag != "" {
		form.Set("messaging_type", "MESSAGE_TAG")
		form.Set("tag", tag)
	}
	a := Ask{Method: http.MethodPost, Path: page + "/messages", Form: form}
	var made struct {
		ID string `json:"message_id"`
		To string `json:"recipient_id"`
	}
	at, err := send(ctx, a, &made)
	if err != nil {
		return network.Sent{}, err
	}
	if !Known.MatchString(made.ID) {
		return network.Sent{}, c.Misunderstood(a)
	}
	if Object.MatchString(made.To) {
		to.ID = made.To
	}
	return network.Sent{Ref: network.Ref{ID: made.ID, Extra: To(to.ID)}, At: at}, nil
}

// React answers a person's message with a sign, or takes it back.
func (c *Client) React(ctx context.Context, send Send, page, person, message, sign string) error {
	what := map[string]string{"message_id": message}
	action := "unreact"
	if sign != "" {
		what["reaction"], action = sign, "react"
	}
	form := url.Values{"recipient": {written(Recipient{ID: person})}, "sender_action": {action}, "payload": {written(what)}}
	_, err := send(ctx, Ask{Method: http.MethodPost, Path: page + "/messages", Form: form, Harmless: true}, nil)
	return err
}

func written(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err) // texts alone
	}
	return string(data)
}

// TooLate says that the time in which one may write to somebody is over: the message
// was certainly not sent.
func TooLate(err error) bool {
	r := Refused(err)
	return r.Code == 10 && (r.Subcode == 2534022 || r.Subcode == 2018278)
}

// News are the fields of a Page's webhooks that this house listens to, on Facebook
// and on Messenger alike: one app has one address and one list of fields for both.
func News(messages bool) []string {
	fields := []string{"feed", "mention"}
	if messages {
		fields = append(fields, "messages", "message_echoes", "message_edits", "message_reactions", "message_deliveries", "message_reads", "messaging_postbacks",
			"standby")
	}
	return fields
}
