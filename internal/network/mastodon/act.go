package mastodon

import (
	"context"
	"net/http"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/rest"
)

// Delete deletes a status of ours; what is gone already is no error.
func (d *Driver) Delete(ctx context.Context, conn network.Conn, ref network.Ref) error {
	path, err := at("statuses", ref.ID, "")
	if err != nil {
		return err
	}
	_, err = d.call(ctx, conn, rest.Ask{Method: http.MethodDelete, Path: path, Harmless: true}, nil)
	if !fault.Is(err, fault.NotFound) {
		return err
	}
	// Servers say the same of what is gone and of what is somebody else's.
	_, err = d.status(ctx, conn, ref.ID)
	switch {
	case fault.Is(err, fault.NotFound):
		return nil
	case err != nil:
		return err
	}
	return fault.New(fault.Invalid, "Only what this account wrote can be deleted here.").WithHint("Block the person, or report the message on the server.")
}

// Like favourites a status, or takes that back.
func (d *Driver) Like(ctx context.Context, conn network.Conn, ref network.Ref, on bool) error {
	return d.turn(ctx, conn, "statuses", ref.ID, "favourite", "unfavourite", on)
}

// Repost boosts a status, or takes that back. A server refuses to boost what not everybody
// may see, in the words with which it refuses a key: it is looked at first which it is.
func (d *Driver) Repost(ctx context.Context, conn network.Conn, ref network.Ref, on bool) error {
	visibility := readExtra(&ref).Visibility
	var refused error
	if !on || visibility != "direct" && visibility != "private" {
		if refused = d.turn(ctx, conn, "statuses", ref.ID, "reblog", "unreblog", on); !on || !fault.Is(refused, fault.Denied) {
			return refused
		}
		s, err := d.status(ctx, conn, ref.ID)
		if err != nil || s.Visibility != "direct" && s.Visibility != "private" {
			return refused
		}
	}
	return fault.New(fault.Invalid, "Mastodon lets nobody boost what not everybody may see.").WithHint("Ask the person to say it in public.")
}

// Ban blocks a person, or lets them back.
func (d *Driver) Ban(ctx context.Context, conn network.Conn, author network.Author, on bool) error {
	return d.turn(ctx, conn, "accounts", author.ID, "block", "unblock", on)
}

// Mute keeps what a person says from us, or hears them again; they do not learn of it.
func (d *Driver) Mute(ctx context.Context, conn network.Conn, author network.Author, on bool) error {
	return d.turn(ctx, conn, "accounts", author.ID, "mute", "unmute", on)
}

// Pin keeps a status of ours at the top of the profile, or lets it go.
func (d *Driver) Pin(ctx context.Context, conn network.Conn, ref network.Ref, on bool) error {
	err := d.turn(ctx, conn, "statuses", ref.ID, "pin", "unpin", on)
	if is(err, twice) {
		return nil
	}
	return err
}

// revision is a status as it shall be: what it does not say is taken away from it.
type revision struct {
	Status    string   `json:"status"`
	Spoiler   string   `json:"spoiler_text"`
	Sensitive bool     `json:"sensitive"`
	Language  string   `json:"language,omitempty"`
	Files     []string `json:"media_ids,omitempty"`
}

// Edit changes the text of a status of ours, and nothing else of it.
func (d *Driver) Edit(ctx context.Context, conn network.Conn, ref network.Ref, part network.Part) (network.Ref, error) {
	asked, err := d.compose(ctx, conn, part)
	if err != nil {
		return network.Ref{}, err
	}
	whole := part
	whole.Text = asked.Status
	if err := network.Refusal(d.limits(conn), whole); err != nil {
		return network.Ref{}, err
	}
	path, err := at("statuses", ref.ID, "")
	if err != nil {
		return network.Ref{}, err
	}
	var now status
	if _, err := d.call(ctx, conn, rest.Ask{Path: path}, &now); err != nil {
		return network.Ref{}, err
	}
	switch {
	case now.ID != ref.ID:
		return network.Ref{}, unclear(rest.Ask{})
	case now.Poll != nil:
		return network.Ref{}, fault.New(fault.Invalid, "A post with a poll is not changed from here: its votes could be lost.").WithHint("Change it on the server itself.")
	}
	to := revision{Status: asked.Status, Spoiler: now.Spoiler, Sensitive: now.Sensitive, Language: now.Language}
	for _, f := range now.Files {
		to.Files = append(to.Files, f.ID)
	}
	put := rest.Ask{Method: http.MethodPut, Path: path, Body: to, Harmless: true}
	var made status
	if _, err := d.call(ctx, conn, put, &made); err != nil {
		return network.Ref{}, err
	}
	if made.ID != ref.ID {
		return network.Ref{}, unclear(put)
	}
	return made.lean().ref(), nil
}

// turn does what is the same when done twice; taking back what is gone is done.
func (d *Driver) turn(ctx context.Context, conn network.Conn, kind, id, do, undo string, on bool) error {
	if !on {
		do = undo
	}
	path, err := at(kind, id, do)
	if err != nil {
		return err
	}
	_, err = d.call(ctx, conn, rest.Ask{Method: http.MethodPost, Path: path, Harmless: true}, nil)
	if !on && fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}
