package team

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/secret"
	"github.com/kithhq/kith/internal/store"
)

const resetLife = time.Hour

// Forgot makes a link for who forgot their password. For an unknown e-mail the
// token is empty, and nobody may be told.
func Forgot(ctx context.Context, tx *store.Tx, email, from string) (token string, a Account, workspace string, err error) {
	if email, err = Fold(email); err != nil {
		return "", a, "", err
	}
	if err = address.try(ctx, tx, "reset "+place(from)); err != nil {
		return "", a, "", err
	}
	// Too many mails to one person are not sent, and that is not told either.
	quiet := mails.try(ctx, tx, "reset "+email)
	if quiet != nil && !fault.Is(quiet, fault.Throttled) {
		return "", a, "", quiet
	}
	if a, err = known(ctx, tx, email); err != nil || a.ID == "" || quiet != nil {
		return "", a, "", err
	}
	type row struct{ Workspace string }
	in, err := store.One[row](ctx, tx, "select workspace from member where account_id = $1 order by created_at limit 1", a.ID)
	if fault.Is(err, fault.NotFound) {
		return "", a, "", nil
	}
	if err != nil {
		return "", a, "", err
	}
	token = secret.Token()
	_, err = tx.Exec(ctx, "insert into password_reset (hash, account_id, expires_at, used_at) values ($1, $2, $3, null)", secret.Digest(token), a.ID, tx.Now.Add(resetLife))
	return token, a, in.Workspace, err
}

// Resettable gives the account that a link of Forgot is for.
func Resettable(ctx context.Context, tx *store.Tx, token string) (Account, error) {
	type row struct{ Account string }
	r, err := store.One[row](ctx, tx, "select account_id from password_reset where hash = $1 and used_at is null and expires_at > $2", secret.Digest(token), tx.Now)
	if fault.Is(err, fault.NotFound) {
		return Account{}, fault.New(fault.NotFound, "This link has ended.").On("token").WithHint("Ask for a new mail; a link is good for one hour and once.")
	}
	if err != nil {
		return Account{}, err
	}
	return GetAccount(ctx, tx, r.Account)
}

// Reset sets a password by a link and ends every session of the account.
func Reset(ctx context.Context, tx *store.Tx, token, hash string) error {
	a, err := Resettable(ctx, tx, token)
	if err != nil {
		return err
	}
	workspaces, err := store.All[string](ctx, tx, "select workspace from member where account_id = $1", a.ID)
	if err != nil {
		return err
	}
	for i, w := range workspaces {
		by := access.Actor{User: a.ID, Name: a.Name, Workspace: w}
		if i == 0 {
			err = ChangePassword(ctx, tx, by, hash, "") // and every other link ends
		} else {
			err = Record(ctx, tx, by, "password.change", "account:"+a.ID, "")
		}
		if err != nil {
			return err
		}
	}
	return nil
}
