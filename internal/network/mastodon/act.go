package mastodon

import (
	"context"
	"net/http"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
)

// Delete deletes a status of ours; what is gone already is no error.
func (d *Driver) Delete(ctx context.Context, conn network.Conn, ref network.Ref) error {
	path, err := at("statuses", ref.ID, "")
	if err != nil {
		return err
	}
	_, err = d.call(ctx, conn, ask{method: http.MethodDelete, path: path, harmless: true}, nil)
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

// Ban blocks a person, or lets them back.
func (d *Driver) Ban(ctx context.Context, conn network.Conn, author network.Author, on bool) error {
	return d.turn(ctx, conn, "accounts", author.ID, "block", "unblock", on)
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
	_, err = d.call(ctx, conn, ask{method: http.MethodPost, path: path, harmless: true}, nil)
	if !on && fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}
