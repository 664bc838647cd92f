package team

import (
	"context"
	"net/netip"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/store"
)

// How many tries within how long. One caller on one e-mail is held back soon;
// an e-mail as a whole late, so that a stranger cannot lock its owner out.
type patience struct {
	most   int
	within time.Duration
}

var (
	pair    = patience{10, 15 * time.Minute}
	address = patience{60, 15 * time.Minute}
	anybody = patience{100, time.Hour}
	mails   = patience{5, time.Hour}
)

// Knock counts a try to sign in and gives the account of the e-mail: an empty
// one, which no password fits, when there is none. It commits before the
// password is looked at.
func Knock(ctx context.Context, tx *store.Tx, email, from string) (Account, error) {
	email, err := Fold(email)
	if err != nil {
		email = "?" // never anybody's; the try counts for the caller all the same
	}
	from = place(from)
	for _, t := range []struct {
		subject string
		patience
	}{{"sign-in " + email + " " + from, pair}, {"sign-in " + from, address}, {"sign-in " + email, anybody}} {
		if err := t.try(ctx, tx, t.subject); err != nil {
			return Account{}, err
		}
	}
	return known(ctx, tx, email)
}

// Welcome forgets the tries of a caller who then knew the password.
func Welcome(ctx context.Context, tx *store.Tx, email, from string) error {
	_, err := tx.Exec(ctx, "delete from sign_in_try where subject = $1", "sign-in "+email+" "+place(from))
	return err
}

// Wrong is the answer to a wrong password and to an unknown e-mail alike.
func Wrong() error {
	return fault.New(fault.Denied, "The e-mail or the password is wrong.").WithHint("Try again, or ask for a new password.")
}

// WrongCurrent is the answer to who changes a password without knowing it.
func WrongCurrent() error {
	return fault.New(fault.Invalid, "The current password is wrong.").On("current").WithHint("Try again, or sign out and ask for a new one.")
}

func (p patience) try(ctx context.Context, tx *store.Tx, subject string) error {
	type row struct {
		N      int
		Oldest time.Time
	}
	seen, err := store.One[row](ctx, tx, "select count(*), min(at) from sign_in_try where subject = $1 and at > $2", subject, tx.Now.Add(-p.within))
	if err != nil {
		return err
	}
	if seen.N >= p.most {
		return fault.New(fault.Throttled, "Too many tries.").In(seen.Oldest.Add(p.within).Sub(tx.Now)).
			WithHint("Wait a while, then try again.")
	}
	_, err = tx.Exec(ctx, "insert into sign_in_try (subject, at) values ($1, $2)", subject, tx.Now)
	return err
}

// place is where a caller is: an IPv4 address, or an IPv6 network, since one
// person has 2⁶⁴ addresses in it.
func place(from string) string {
	a, err := netip.ParseAddr(from)
	if err != nil {
		return from
	}
	if a = a.Unmap(); a.Is6() {
		if p, err := a.WithZone("").Prefix(64); err == nil {
			return p.String()
		}
	}
	return a.String()
}

// Sweep forgets what is over: tries, sessions, links and remembered answers.
func Sweep(ctx context.Context, tx *store.Tx) error {
	for _, old := range []struct {
		text string
		at   time.Time
	}{
		{"delete from sign_in_try where at < $1", tx.Now.Add(-24 * time.Hour)},
		{"delete from session where expires_at < $1", tx.Now},
		{"delete from password_reset where expires_at < $1", tx.Now.Add(-24 * time.Hour)},
		{"delete from invitation where expires_at < $1", tx.Now.Add(-30 * 24 * time.Hour)},
		{"delete from idempotency where at < $1", tx.Now.Add(-48 * time.Hour)},
	} {
		if _, err := tx.Exec(ctx, old.text, old.at); err != nil {
			return err
		}
	}
	return nil
}
