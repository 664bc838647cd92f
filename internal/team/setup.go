package team

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"strings"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/secret"
	"github.com/kithhq/kith/internal/store"
)

// Empty says that nobody has an account in this house yet.
func Empty(ctx context.Context, tx *store.Tx) (bool, error) {
	n, err := store.One[int](ctx, tx, "select count(*) from (select 1 from account limit 1) a")
	return n == 0, err
}

// letters are those of a setup code: none looks like another or like a digit.
const letters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"

// SetupCode makes the code that opens an empty house: 80 bits, in groups that
// can be read out.
func SetupCode() secret.Text {
	var b [16]byte
	_, _ = rand.Read(b[:]) // it ends the program rather than fail
	var code strings.Builder
	for i, n := range b {
		if i > 0 && i%4 == 0 {
			code.WriteByte('-')
		}
		code.WriteByte(letters[int(n)%len(letters)]) // 256 is a multiple of 32: every letter is as likely
	}
	return secret.Text(code.String())
}

// OpenHouse counts a try to set a house up; it fails when somebody owns it
// already. It commits before the code is looked at.
func OpenHouse(ctx context.Context, tx *store.Tx, from string) error {
	empty, err := Empty(ctx, tx)
	if err != nil {
		return err
	}
	if !empty {
		return Owned()
	}
	from = place(from)
	if err := pair.try(ctx, tx, "setup "+from); err != nil {
		return err
	}
	return anybody.try(ctx, tx, "setup")
}

// Owned is the answer to who sets up a house that somebody owns.
func Owned() error {
	return fault.New(fault.Conflict, "This house has an owner already.").WithHint("Sign in, or ask an owner to invite you.")
}

// Opens compares a code with the one of this house, whatever case and signs it
// was typed with. A house without a code is opened by none.
func Opens(code, typed secret.Text) error {
	plain := func(s secret.Text) []byte {
		return []byte(strings.Map(func(r rune) rune {
			if strings.ContainsRune(letters, r) {
				return r
			}
			return -1
		}, strings.ToUpper(s.Reveal())))
	}
	if want := plain(code); len(want) == 0 || subtle.ConstantTimeCompare(want, plain(typed)) != 1 {
		return fault.New(fault.Denied, "The setup code is wrong.").On("code").
			WithHint("It is the one that this server printed when it was last started.")
	}
	return nil
}
