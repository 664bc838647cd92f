package messenger

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/graph"
)

// Reply answers a person's message. When the day in which one may answer is over, the
// tag of a human agent makes it seven: people write here, not robots.
func (d *Driver) Reply(ctx context.Context, conn network.Conn, part network.Part) (network.Sent, error) {
	to := graph.Of(part.After)
	if to == "" {
		return network.Sent{}, fault.New(fault.Invalid, "This is nothing on Messenger that can be answered.")
	}
	if err := graph.Somebody(to, conn.Account); err != nil {
		return network.Sent{}, err
	}
	if err := network.Refusal(d.limits(conn).Answering(true), part); err != nil {
		return network.Sent{}, err
	}
	said, err := d.graph.Said(ctx, d.send(conn), conn.Account, part)
	if err != nil {
		return network.Sent{}, err
	}
	sent, err := d.graph.Write(ctx, d.send(conn), conn.Account, graph.Recipient{ID: to}, said, "")
	if !graph.TooLate(err) {
		return sent, err
	}
	sent, err = d.graph.Write(ctx, d.send(conn), conn.Account, graph.Recipient{ID: to}, said, humanAgent)
	switch refused := graph.Refused(err); {
	case graph.TooLate(err):
		err = fault.Wrap(fault.Invalid, err, "Messenger lets a Page write to somebody for seven days after their last message, and these are over.").
			WithHint("Wait until they write again.")
	case err != nil && (refused.Code == 10 || refused.Code >= 200 && refused.Code < 300 || refused.Code == 100 && refused.Subcode == 0):
		err = fault.Wrap(fault.Denied, err, "Messenger lets a Page write to somebody for 24 hours after their last message, and these are over.").
			WithHint("Until the seventh day Meta allows it to apps with the “Human Agent” feature: ask for it in the app's review, or wait until they write again.")
	}
	return sent, err
}

// humanAgent is the tag under which a person, no robot, answers within seven days.
const humanAgent = "HUMAN_AGENT"

// Find lists what we wrote to the person since.
func (d *Driver) Find(ctx context.Context, conn network.Conn, part network.Part, since time.Time) (network.Look, error) {
	to := graph.Of(part.After)
	if err := graph.Somebody(to, conn.Account); err != nil {
		return network.Look{}, err
	}
	return d.graph.Sent(ctx, d.call(conn), conn.Account, to, part.After.ID, since)
}

// thumb is how we like a message.
const thumb = "👍"

// Like answers a message with a thumb, or takes it back.
func (d *Driver) Like(ctx context.Context, conn network.Conn, ref network.Ref, on bool) error {
	to := graph.Of(&ref)
	if !graph.Known.MatchString(ref.ID) || !graph.Object.MatchString(to) {
		return fault.New(fault.Invalid, "This is nothing on Messenger that can be liked.")
	}
	sign := ""
	if on {
		sign = thumb
	}
	return d.graph.React(ctx, d.send(conn), conn.Account, to, ref.ID, sign)
}

// Ban blocks a person in the Page's conversations, or lets them back.
func (d *Driver) Ban(ctx context.Context, conn network.Conn, author network.Author, on bool) error {
	switch {
	case !graph.Object.MatchString(author.ID):
		return fault.New(fault.Invalid, "This is nobody on Messenger.")
	case author.ID == conn.Account:
		return fault.New(fault.Invalid, "One cannot block oneself.")
	}
	action := "UNBLOCK_USER"
	if on {
		action = "BLOCK_USER"
	}
	form := url.Values{"user_ids": {`[{"id":"` + author.ID + `"}]`}, "actions": {`["` + action + `"]`}}
	_, err := d.send(conn)(ctx, graph.Ask{Method: http.MethodPost, Path: conn.Account + "/moderate_conversations", Form: form, Harmless: true}, nil)
	return err
}
