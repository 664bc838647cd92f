package instagram

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/graph"
	"github.com/kithhq/kith/internal/text"
)

// Reply comments below a post of ours, answers a comment or a mention, and in
// private a person's message or, once, their comment.
func (d *Driver) Reply(ctx context.Context, conn network.Conn, part network.Part) (network.Sent, error) {
	if part.After == nil || !graph.Known.MatchString(part.After.ID) {
		return network.Sent{}, fault.New(fault.Invalid, "This is nothing on Instagram that can be answered.")
	}
	s, err := d.open(conn)
	if err != nil {
		return network.Sent{}, err
	}
	known := readExtra(part.After)
	private := part.Private || known.To != ""
	limits := d.limits(conn).Answering(private)
	if limits.Media.Direct && known.To == "" {
		limits.Media = network.MediaLimit{}
	}
	if err := network.Refusal(limits, network.Part{Text: part.Text, Media: part.Media}); err != nil {
		return network.Sent{}, err
	}
	if private {
		return s.message(ctx, part)
	}
	if !graph.Object.MatchString(part.After.ID) || text.Blank(part.Text) {
		return network.Sent{}, fault.New(fault.Invalid, "This is nothing on Instagram that can be answered.")
	}
	a := graph.Ask{Method: http.MethodPost, Path: part.After.ID + "/comments", Form: url.Values{"message": {part.Text}}}
	below := extra{Media: part.After.ID, From: conn.Account}
	switch {
	case known.Mention:
		a.Path = conn.Account + "/mentions"
		a.Form.Set("media_id", known.Media)
		if below.Media = known.Media; known.Media != part.After.ID {
			a.Form.Set("comment_id", part.After.ID)
		}
		below.Mention = true
	case known.Media != "":
		a.Path = part.After.ID + "/replies"
		below = extra{Media: known.Media, Above: part.After.ID, From: conn.Account}
		if known.Above != "" {
			below.Above = known.Above
		}
	}
	var got made
	at, err := s.send(ctx, a, &got)
	if err != nil {
		return network.Sent{}, err
	}
	if !graph.Object.MatchString(string(got.ID)) {
		return network.Sent{}, s.misunderstood(a)
	}
	return network.Sent{Ref: network.Ref{ID: string(got.ID), Extra: below.raw()}, At: at}, nil
}

// message sends a private message. When the day in which one may answer is over,
// the tag of a human agent makes it seven: people write here, not robots.
func (s *session) message(ctx context.Context, part network.Part) (network.Sent, error) {
	to := readExtra(part.After).To
	recipient := map[string]string{"id": to}
	if to == "" {
		recipient = map[string]string{"comment_id": part.After.ID}
	}
	who, err := json.Marshal(recipient)
	if err != nil {
		return network.Sent{}, fault.Wrap(fault.Internal, err, "writing a message")
	}
	what, err := content(part)
	if err != nil {
		return network.Sent{}, err
	}
	a := graph.Ask{Method: http.MethodPost, Path: s.keys.inbox(s.conn) + "/messages", Form: url.Values{"recipient": {string(who)}, "message": {what}}}
	agent := url.Values{"recipient": {string(who)}, "message": {what}, "messaging_type": {"MESSAGE_TAG"}, "tag": {"HUMAN_AGENT"}}
	if to != "" && part.Window == humanAgent {
		a.Form = agent
	}
	var got struct {
		ID string `json:"message_id"`
		To string `json:"recipient_id"`
	}
	at, err := s.send(ctx, a, &got)
	if to != "" && tooLate(err) { // certainly not sent
		a.Form = agent
		if at, err = s.send(ctx, a, &got); tooLate(err) {
			err = fault.Wrap(fault.Invalid, err, "Instagram lets one write to somebody for seven days after their last message, and these are over.").
				WithHint("Answer in public, or wait until they write again.")
		}
	}
	if err != nil {
		return network.Sent{}, err
	}
	if !graph.Known.MatchString(got.ID) {
		return network.Sent{}, s.misunderstood(a)
	}
	if graph.Object.MatchString(got.To) {
		to = got.To
	}
	return network.Sent{Ref: network.Ref{ID: got.ID, Extra: extra{To: to}.raw()}, At: at}, nil
}

// content is what a message says: its words, or where its file is to be fetched.
func content(part network.Part) (string, error) {
	var what any = map[string]string{"text": part.Text}
	if len(part.Media) > 0 {
		address, err := part.Media[0].Address()
		if err != nil {
			return "", err
		}
		what = map[string]any{"attachment": map[string]any{"type": graph.KindOf(part.Media[0]), "payload": map[string]string{"url": address}}}
	}
	data, err := json.Marshal(what)
	if err != nil {
		return "", fault.Wrap(fault.Internal, err, "writing a message")
	}
	return string(data), nil
}

// humanAgent is the window of our facts in which only a person may still answer.
const humanAgent = "human_agent"

// tooLate says that the time in which one may answer is over.
func tooLate(err error) bool {
	r := graph.Refused(err)
	return r.Code == 10 && (r.Subcode == 2534022 || r.Subcode == 2018278)
}

// Delete deletes a post or comment of ours; what is not there is no error.
func (d *Driver) Delete(ctx context.Context, conn network.Conn, ref network.Ref) error {
	known := readExtra(&ref)
	if !graph.Object.MatchString(ref.ID) || known.To != "" {
		return fault.New(fault.Invalid, "This cannot be deleted on Instagram from here.").WithHint("Delete it in Instagram.")
	}
	s, err := d.open(conn)
	if err != nil {
		return err
	}
	if known.Media == "" && s.keys.Login == byInstagram {
		return fault.New(fault.Invalid, "Posts can be deleted only when the account is connected with Facebook's login.").WithHint("Delete it in Instagram.")
	}
	err = s.call(ctx, graph.Ask{Method: http.MethodDelete, Path: ref.ID, Harmless: true}, nil)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}

// Remove deletes somebody's comment below our post.
func (d *Driver) Remove(ctx context.Context, conn network.Conn, ref network.Ref) error {
	if known := readExtra(&ref); known.Media == "" || known.Mention {
		return fault.New(fault.Invalid, "Only comments below our own posts can be deleted.").WithHint("Report it in Instagram.")
	}
	return d.Delete(ctx, conn, ref)
}

// Hide hides a comment from everybody but its author.
func (d *Driver) Hide(ctx context.Context, conn network.Conn, ref network.Ref, on bool) error {
	if known := readExtra(&ref); !graph.Object.MatchString(ref.ID) || known.To != "" || known.Mention {
		return fault.New(fault.Invalid, "Only comments below our own posts can be hidden.").WithHint("Block the person instead.")
	}
	s, err := d.open(conn)
	if err != nil {
		return err
	}
	hidden := "false"
	if on {
		hidden = "true"
	}
	return s.call(ctx, graph.Ask{Method: http.MethodPost, Path: ref.ID, Form: url.Values{"hide": {hidden}}, Harmless: true}, nil)
}

// Close closes the comments below a post, or opens them again; those that are there stay.
func (d *Driver) Close(ctx context.Context, conn network.Conn, ref network.Ref, on bool) error {
	if known := readExtra(&ref); !graph.Object.MatchString(ref.ID) || known.Media != "" || known.To != "" {
		return fault.New(fault.Invalid, "This is no post on Instagram that can be closed.")
	}
	s, err := d.open(conn)
	if err != nil {
		return err
	}
	enabled := "true"
	if on {
		enabled = "false"
	}
	return s.call(ctx, graph.Ask{Method: http.MethodPost, Path: ref.ID, Form: url.Values{"comment_enabled": {enabled}}, Harmless: true}, nil)
}

// Ban blocks a person, or lets them back. It is a way of conversations: there must
// be one with them, and the account must be connected through its Page.
func (d *Driver) Ban(ctx context.Context, conn network.Conn, author network.Author, on bool) error {
	s, err := d.open(conn)
	switch {
	case err != nil:
		return err
	case author.ID == "" || !graph.Object.MatchString(author.ID):
		return fault.New(fault.Invalid, "Instagram does not say who wrote this.").WithHint("Hide or delete the comment instead.")
	case author.ID == conn.Account:
		return fault.New(fault.Invalid, "One cannot block oneself.")
	case s.keys.Login == byInstagram:
		return fault.New(fault.Invalid, "People can be blocked only when the account is connected with Facebook's login.").WithHint("Block them in Instagram.")
	}
	action := "UNBLOCK_USER"
	if on {
		action = "BLOCK_USER"
	}
	form := url.Values{"user_ids": {`[{"id":"` + author.ID + `"}]`}, "actions": {`["` + action + `"]`}}
	err = s.call(ctx, graph.Ask{Method: http.MethodPost, Path: s.keys.Page + "/moderate_conversations", Form: form, Harmless: true}, nil)
	if graph.Refused(err).Subcode == 2534014 {
		if !on {
			return nil // who was never blocked is let back
		}
		return fault.Wrap(fault.Invalid, err, "Instagram lets one block only people who have written in private.").WithHint("Block them in Instagram, or hide their comments.")
	}
	return err
}
