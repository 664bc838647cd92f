package x

import (
	"context"
	"net/http"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/rest"
)

// at makes the path of a thing, whose id may come from anywhere.
func at(kind, id, verb string) (string, error) {
	if !number.MatchString(id) {
		return "", fault.New(fault.NotFound, "X does not have it.")
	}
	path := "/2/" + kind + "/" + id
	if verb != "" {
		path += "/" + verb
	}
	return path, nil
}

// whispered says whether something is a private message, which has its numbers from
// the same store as posts.
func whispered(ref network.Ref) bool { return readExtra(&ref).Chat != "" }

// Delete deletes a post of ours, with every version of it; what is gone already
// is no error.
func (d *Driver) Delete(ctx context.Context, conn network.Conn, ref network.Ref) error {
	if whispered(ref) {
		return fault.New(fault.Invalid, "X deletes a private message for this account alone: the other person keeps it.").WithHint("Write to the person again.")
	}
	path, err := at("tweets", ref.ID, "")
	if err != nil {
		return err
	}
	_, err = d.call(ctx, conn, rest.Ask{Method: http.MethodDelete, Path: path, Harmless: true}, nil)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}

// Like likes a post, or takes the like back.
func (d *Driver) Like(ctx context.Context, conn network.Conn, ref network.Ref, on bool) error {
	if whispered(ref) {
		return fault.New(fault.Invalid, "X lets programs like posts, not private messages.").WithHint("Answer it instead.")
	}
	return d.turn(ctx, conn, "likes", "tweet_id", latest(ref), on)
}

// Repost passes a post on as it stands, or takes that back.
func (d *Driver) Repost(ctx context.Context, conn network.Conn, ref network.Ref, on bool) error {
	if whispered(ref) {
		return fault.New(fault.Invalid, "X lets nobody repost what was said in private.").WithHint("Ask the person to say it in public.")
	}
	return d.turn(ctx, conn, "retweets", "tweet_id", latest(ref), on)
}

// Mute keeps a person out of what is shown to the account, or lets them in again.
func (d *Driver) Mute(ctx context.Context, conn network.Conn, author network.Author, on bool) error {
	return d.turn(ctx, conn, "muting", "target_user_id", author.ID, on)
}

// BlockMessages takes no private messages of a person any more, or takes them again. X
// answers how it is by now.
func (d *Driver) BlockMessages(ctx context.Context, conn network.Conn, author network.Author, on bool) error {
	verb := "dm/unblock"
	if on {
		verb = "dm/block"
	}
	path, err := at("users", author.ID, verb)
	if err != nil {
		return err
	}
	a := rest.Ask{Method: http.MethodPost, Path: path, Harmless: true}
	var got struct {
		Data struct {
			Blocked *bool `json:"blocked"`
		} `json:"data"`
	}
	_, err = d.call(ctx, conn, a, &got)
	switch {
	case !on && fault.Is(err, fault.NotFound):
		return nil
	case err != nil:
		return err
	case got.Data.Blocked == nil || *got.Data.Blocked != on:
		return unclear(a)
	}
	return nil
}

// turn does what is the same when done twice; taking back what is gone is done.
func (d *Driver) turn(ctx context.Context, conn network.Conn, what, name, id string, on bool) error {
	path, err := at("users", conn.Account, what)
	if err != nil {
		return err
	}
	if !number.MatchString(id) {
		return fault.New(fault.NotFound, "X does not have it.")
	}
	a := rest.Ask{Method: http.MethodPost, Path: path, Body: map[string]string{name: id}, Harmless: true}
	if !on {
		a = rest.Ask{Method: http.MethodDelete, Path: path + "/" + id, Harmless: true}
	}
	_, err = d.call(ctx, conn, a, nil)
	if !on && fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}

// Hide puts an answer below a post of ours behind a click, or shows it again.
func (d *Driver) Hide(ctx context.Context, conn network.Conn, ref network.Ref, on bool) error {
	if whispered(ref) {
		return fault.New(fault.Invalid, "X hides answers below posts, not private messages.").WithHint("Leave it unanswered, or mute the person.")
	}
	path, err := at("tweets", latest(ref), "hidden")
	if err != nil {
		return err
	}
	a := rest.Ask{Method: http.MethodPut, Path: path, Body: map[string]bool{"hidden": on}, Harmless: true}
	var got struct {
		Data struct {
			Hidden *bool `json:"hidden"`
		} `json:"data"`
	}
	if _, err := d.call(ctx, conn, a, &got); err != nil {
		return err
	}
	if got.Data.Hidden == nil || *got.Data.Hidden != on {
		return unclear(a)
	}
	return nil
}
