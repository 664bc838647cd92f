package app

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/kithhq/kith/internal/config"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/secret"
	"github.com/kithhq/kith/internal/store"
)

// Rotate gives a database another master key, while Kith runs or not: a running house
// has opened what the old one sealed. The next key is durable before the database
// asks for it, and what was interrupted goes on where it stopped. given is the new
// key where the operator keeps the old one, too; else the data folder holds both.
func Rotate(ctx context.Context, c config.Config, given secret.Text) error {
	old, next, err := masters(c, given)
	if err != nil {
		return err
	}
	db, err := store.Open(ctx, c.Database(), store.AsItIs())
	if err != nil {
		return err
	}
	defer db.Close()
	keys, err := secret.Open(ctx, db, old)
	switch {
	case fault.Is(err, fault.Denied):
		if _, with := secret.Open(ctx, db, next); with != nil {
			return err // neither opens it
		}
	case err != nil:
		return err
	default:
		if err := store.Do(ctx, db, func(ctx context.Context, tx *store.Tx) error { return keys.Rewrap(ctx, tx, next) }); err != nil {
			return err
		}
	}
	if c.Key != "" {
		return nil
	}
	return secret.KeepNext(c.Data)
}

func masters(c config.Config, given secret.Text) (old, next []byte, err error) {
	switch {
	case c.Key == "" && given != "":
		return nil, nil, fault.New(fault.Invalid, "The master key is in the data folder, and so will be the new one.").WithHint("Leave --new (KITH_NEW_KEY) out.")
	case c.Key != "" && given == "":
		return nil, nil, fault.New(fault.Invalid, "KITH_KEY holds the master key: where is the new one?").
			WithHint("Make one with openssl rand -base64 32, keep it, and give it as KITH_NEW_KEY.")
	case c.Key == "":
		if _, err := os.Stat(filepath.Join(c.Data, secret.KeyFile)); errors.Is(err, fs.ErrNotExist) {
			return nil, nil, fault.New(fault.Invalid, "There is no master key in %s.", c.Data).WithHint("Is this the data folder, or is the key in KITH_KEY?")
		}
	}
	if old, err = secret.MasterKey(c.Data, c.Key); err != nil {
		return nil, nil, err
	}
	if given != "" {
		next, err = secret.ParseMaster(given)
	} else {
		next, err = secret.NextMaster(c.Data)
	}
	return old, next, err
}
