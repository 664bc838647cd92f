package facebook

import (
	"context"
	"net/http"
	"net/url"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/graph"
)

// Reply answers a post or comment with a comment, a person's message with a
// message, and a comment in private once.
func (d *Driver) Reply(ctx context.Context, conn network.Conn, part network.Part) (network.Sent, error) {
	if part.After == nil || !graph.Known.MatchString(part.After.ID) {
		return network.Sent{}, fault.New(fault.Invalid, "This is nothing on Facebook that can be answered.")
	}
	if part.Private || readExtra(part.After).To != "" {
		return d.message(ctx, conn, part)
	}
	if !graph.Object.MatchString(part.After.ID) {
		return network.Sent{}, fault.New(fault.Invalid, "This is nothing on Facebook that can be answered.")
	}
	if err := network.Refusal(d.limits(conn).Answering(false), part); err != nil {
		return network.Sent{}, err
	}
	form := url.Values{}
	if part.Text != "" {
		form.Set("message", part.Text)
	}
	if len(part.Media) == 1 {
		id, err := d.photo(ctx, conn, part.Media[0])
		if err != nil {
			return network.Sent{}, err
		}
		form.Set("attachment_id", id)
	}
	a := graph.Ask{Method: http.MethodPost, Path: part.After.ID + "/comments", Form: form}
	var made struct {
		ID string `json:"id"`
	}
	at, err := d.call(ctx, conn, a, &made)
	if err != nil {
		return network.Sent{}, err
	}
	if !graph.Object.MatchString(made.ID) {
		return network.Sent{}, d.graph.Misunderstood(a)
	}
	return network.Sent{Ref: network.Ref{ID: made.ID, URL: postURL(made.ID), Extra: d.below(conn, part.After).raw()}, At: at}, nil
}

// below is what to remember of an answer of ours.
func (d *Driver) below(conn network.Conn, after *network.Ref) extra {
	e := extra{From: conn.Account}
	if up := readExtra(after); up.Post != "" {
		e.Post, e.Above = up.Post, after.ID
		if up.Above != "" {
			e.Above = up.Above
		}
	} else {
		e.Post = after.ID
	}
	return e
}

// message sends a private message: an answer to one, or to a comment.
func (d *Driver) message(ctx context.Context, conn network.Conn, part network.Part) (network.Sent, error) {
	if err := network.Refusal(d.limits(conn).Answering(true), part); err != nil {
		return network.Sent{}, err
	}
	to := graph.Recipient{ID: readExtra(part.After).To}
	if to.ID == "" {
		to.Comment = part.After.ID
	}
	said, err := d.graph.Said(ctx, d.sending(conn), conn.Account, part)
	if err != nil {
		return network.Sent{}, err
	}
	return d.graph.Write(ctx, d.sending(conn), conn.Account, to, said, "")
}

// Like likes a post or comment in the name of the Page, or takes it back.
func (d *Driver) Like(ctx context.Context, conn network.Conn, ref network.Ref, on bool) error {
	if !graph.Object.MatchString(ref.ID) || readExtra(&ref).To != "" {
		return fault.New(fault.Invalid, "Messages cannot be liked from here.").WithHint("Answer it instead.")
	}
	a := graph.Ask{Method: http.MethodPost, Path: ref.ID + "/likes", Form: url.Values{}, Harmless: true}
	if !on {
		a.Method, a.Form = http.MethodDelete, nil
	}
	_, err := d.call(ctx, conn, a, nil)
	if !on && fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}

// Hide hides a comment from everybody but its author and their friends.
func (d *Driver) Hide(ctx context.Context, conn network.Conn, ref network.Ref, on bool) error {
	if !graph.Object.MatchString(ref.ID) || readExtra(&ref).To != "" {
		return fault.New(fault.Invalid, "Only comments can be hidden on Facebook.").WithHint("Block the person instead.")
	}
	hidden := "false"
	if on {
		hidden = "true"
	}
	a := graph.Ask{Method: http.MethodPost, Path: ref.ID, Form: url.Values{"is_hidden": {hidden}}, Harmless: true}
	_, err := d.call(ctx, conn, a, nil)
	return err
}

// Ban keeps a person from the Page, or lets them back.
func (d *Driver) Ban(ctx context.Context, conn network.Conn, author network.Author, on bool) error {
	switch {
	case author.ID == "":
		return fault.New(fault.Invalid, "Facebook does not say who wrote this.").WithHint("Hide or delete the comment instead.")
	case author.ID == conn.Account:
		return fault.New(fault.Invalid, "One cannot block oneself.")
	case !graph.Object.MatchString(author.ID):
		return fault.New(fault.Invalid, "This is nobody on Facebook.")
	}
	a := graph.Ask{Method: http.MethodPost, Path: conn.Account + "/blocked", Harmless: true}
	if on {
		a.Form = url.Values{"user": {`["` + author.ID + `"]`}}
	} else {
		a.Method, a.Query = http.MethodDelete, url.Values{"user": {author.ID}}
	}
	_, err := d.call(ctx, conn, a, nil)
	if !on && fault.Is(err, fault.NotFound) {
		return nil // nobody is left to be let back
	}
	return err
}
