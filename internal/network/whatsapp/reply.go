package whatsapp

import (
	"context"
	"net/http"
	"net/url"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/graph"
	"github.com/kithhq/kith/internal/text"
)

// Reply answers a message and quotes it: with words, with a file, or with a
// template, which may be sent at any time.
func (d *Driver) Reply(ctx context.Context, conn network.Conn, part network.Part) (network.Sent, error) {
	s, err := d.open(conn)
	if err != nil {
		return network.Sent{}, err
	}
	who := readExtra(part.After)
	m, ok := who.to()
	if part.After == nil || !graph.Known.MatchString(part.After.ID) || !ok {
		return network.Sent{}, fault.New(fault.Invalid, "This is nothing on WhatsApp that can be answered.")
	}
	m.Context, m.Opaque = &contextOf{part.After.ID}, part.Key
	if err := s.content(ctx, &m, part); err != nil {
		return network.Sent{}, err
	}
	var got struct {
		Messages []struct {
			ID string `json:"id"`
		} `json:"messages"`
	}
	a := s.message(m)
	at, err := s.send(ctx, a, &got)
	if err != nil {
		return network.Sent{}, err
	}
	if len(got.Messages) == 0 || !graph.Known.MatchString(got.Messages[0].ID) {
		return network.Sent{}, s.graph.Misunderstood(a)
	}
	if !who.Ours {
		s.seen(ctx, part.After.ID)
	}
	who.Ours = true
	return network.Sent{Ref: network.Ref{ID: got.Messages[0].ID, Extra: who.raw()}, At: at}, nil
}

// message is the call that sends something.
func (s *session) message(m any) graph.Ask {
	return graph.Ask{Method: http.MethodPost, Path: s.conn.Account + "/messages", JSON: m}
}

// content puts into an envelope what is said.
func (s *session) content(ctx context.Context, m *envelope, part network.Part) error {
	if part.Template != nil {
		return s.fill(ctx, m, *part.Template)
	}
	if len(part.Media) == 0 && text.Blank(part.Text) {
		return fault.New(fault.Invalid, "This message is empty.").On("text")
	}
	if err := network.Refusal(s.limits(s.conn).Answering(true), network.Part{Text: part.Text, Media: part.Media}); err != nil {
		return err
	}
	if len(part.Media) == 0 {
		m.Type, m.Text = "text", &textOf{Body: part.Text, Preview: len(text.Links(part.Text)) > 0}
		return nil
	}
	id, err := s.upload(ctx, part.Media[0])
	if err != nil {
		return err
	}
	file := &fileOf{ID: id, Caption: part.Text}
	switch sent := part.Media[0]; {
	case sent.Type == "image/webp":
		m.Type, m.Sticker = "sticker", file
	case sent.Image():
		m.Type, m.Image = "image", file
	case sent.Video():
		m.Type, m.Video = "video", file
	case sent.Audio():
		m.Type, m.Audio = "audio", file
	default:
		file.Name = sent.Name // what it ends with is how it is opened
		m.Type, m.Document = "document", file
	}
	return nil
}

// upload hands a file over; nobody sees it until a message shows it.
func (s *session) upload(ctx context.Context, m network.Media) (string, error) {
	data, err := graph.Held(m)
	if err != nil {
		return "", err
	}
	a := graph.Ask{Method: http.MethodPost, Path: s.conn.Account + "/media", Form: url.Values{"messaging_product": {"whatsapp"}, "type": {m.Type}},
		File: &graph.File{Field: "file", Type: m.Type, Data: data}, Harmless: true}
	var got struct {
		ID graph.Ident `json:"id"`
	}
	if err := s.call(ctx, a, &got); err != nil {
		return "", err
	}
	if !graph.Object.MatchString(string(got.ID)) {
		return "", s.graph.Misunderstood(a)
	}
	return string(got.ID), nil
}

// seen lets the person know that what we have answered was read. It is a courtesy:
// nothing depends on it.
func (s *session) seen(ctx context.Context, id string) {
	a := s.message(map[string]string{"messaging_product": "whatsapp", "status": "read", "message_id": id})
	a.Harmless = true
	_ = s.call(ctx, a, nil) // see above
}

// Like reacts to a message with a thumb up, or takes that back.
func (d *Driver) Like(ctx context.Context, conn network.Conn, ref network.Ref, on bool) error {
	s, err := d.open(conn)
	if err != nil {
		return err
	}
	m, ok := readExtra(&ref).to()
	if !graph.Known.MatchString(ref.ID) || !ok {
		return fault.New(fault.Invalid, "This is nothing on WhatsApp that one could react to.")
	}
	m.Type, m.Reaction = "reaction", &reactionOf{Message: ref.ID}
	if on {
		m.Reaction.Emoji = "👍"
	}
	a := s.message(m)
	a.Harmless = true // a person has one reaction to a message, the last
	return s.call(ctx, a, nil)
}

// Ban blocks a person, or lets them back.
func (d *Driver) Ban(ctx context.Context, conn network.Conn, author network.Author, on bool) error {
	s, err := d.open(conn)
	if err != nil {
		return err
	}
	var user map[string]string
	number := bare(author.Handle)
	switch {
	case digits.MatchString(author.ID):
		user = map[string]string{"user": "+" + author.ID}
	case digits.MatchString(number):
		user = map[string]string{"user": "+" + number}
	case scoped.MatchString(author.ID):
		user = map[string]string{"user_id": author.ID}
	default:
		return fault.New(fault.Invalid, "WhatsApp does not say who wrote this.").WithHint("Block them in WhatsApp.")
	}
	method := http.MethodDelete
	if on {
		method = http.MethodPost
	}
	a := graph.Ask{Method: method, Path: s.conn.Account + "/block_users", JSON: map[string]any{"messaging_product": "whatsapp", "block_users": []any{user}}, Harmless: true}
	var got struct {
		Users struct {
			Failed []struct {
				Errors []struct {
					Code int `json:"code"`
				} `json:"errors"`
			} `json:"failed_users"`
		} `json:"block_users"`
	}
	err = s.call(ctx, a, &got)
	if code := graph.Refused(err).Code; len(got.Users.Failed) > 0 || code >= 139100 && code <= 139103 {
		if !on {
			return nil // who was never blocked is let back
		}
		return fault.New(fault.Invalid, "WhatsApp lets one block only people who have written in the last 24 hours.").WithHint("Block them in WhatsApp, or when they write again.")
	}
	return err
}

// bare is a number without what makes it readable; "" when it is none.
func bare(handle string) string {
	if len(handle) == 0 || handle[0] != '+' {
		return ""
	}
	var b []byte
	for _, c := range []byte(handle[1:]) {
		switch {
		case c >= '0' && c <= '9':
			b = append(b, c)
		case c != ' ' && c != '-':
			return ""
		}
	}
	return string(b)
}
