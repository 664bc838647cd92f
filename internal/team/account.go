package team

import (
	"context"
	"net/mail"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/id"
	"github.com/kithhq/kith/internal/secret"
	"github.com/kithhq/kith/internal/store"
)

// Password is a plain password on its way to a hash.
type Password = secret.Text

// Account is a person, whatever workspaces they are in.
type Account struct {
	ID        string
	Email     string
	Name      string
	Hash      string // of the password
	Locale    string // "": nobody has chosen one, see Speaks
	Theme     string
	CreatedAt time.Time
}

const accountColumns = "id, email, name, password, locale, theme, created_at"

// Hash checks that a password is worth having and gives what to keep of it.
// It takes its time: never call it in a transaction.
func Hash(ctx context.Context, password Password, email string) (string, error) {
	plain := password.Reveal()
	weak := ""
	switch {
	case utf8.RuneCountInString(plain) < 10:
		weak = "The password is too short."
	case strings.EqualFold(plain, email), strings.Trim(plain, plain[:1]) == "":
		weak = "The password is too easy to guess."
	}
	if weak != "" {
		return "", fault.New(fault.Invalid, "%s", weak).On("password").WithHint("Take at least 10 characters; three or four words that have nothing to do with each other are good.")
	}
	return secret.HashPassword(ctx, password)
}

// Fits says whether a password is the account's. An account that is not there
// costs as much time. Never call it in a transaction.
func Fits(ctx context.Context, a Account, password Password) (bool, error) {
	return secret.CheckPassword(ctx, password, a.Hash)
}

// Fold gives the one form of an e-mail address that is kept and compared.
func Fold(email string) (string, error) {
	email = strings.ToLower(strings.TrimSpace(email))
	a, err := mail.ParseAddress(email)
	if err != nil || a.Address != email || len(email) > 254 {
		return "", fault.New(fault.Invalid, "This is not an e-mail address.").On("email").WithHint("It has the form name@example.org.")
	}
	return email, nil
}

func newAccount(ctx context.Context, tx *store.Tx, email, name, hash, locale string) (Account, error) {
	name = strings.TrimSpace(name)
	if name == "" {
		return Account{}, fault.New(fault.Invalid, "A name is missing.").On("name").WithHint("Say how colleagues call you.")
	}
	a := Account{id.New(), email, name, hash, locale, "auto", tx.Now}
	_, err := tx.Exec(ctx, "insert into account ("+accountColumns+") values ($1, $2, $3, $4, $5, $6, $7)",
		a.ID, a.Email, a.Name, a.Hash, a.Locale, a.Theme, a.CreatedAt)
	if store.Taken(err) {
		return a, fault.New(fault.Conflict, "There is an account with this e-mail already.").On("email")
	}
	return a, err
}

// GetAccount gives an account by its id.
func GetAccount(ctx context.Context, tx *store.Tx, accountID string) (Account, error) {
	return store.One[Account](ctx, tx, "select "+accountColumns+" from account where id = $1", accountID)
}

// known gives an account by its e-mail, or an empty one.
func known(ctx context.Context, tx *store.Tx, email string) (Account, error) {
	a, err := store.One[Account](ctx, tx, "select "+accountColumns+" from account where email = $1", email)
	if fault.Is(err, fault.NotFound) {
		return Account{}, nil
	}
	return a, err
}

// Change is what a person changes of themselves; nil stays.
type Change struct {
	Name, Locale, Theme *string
}

// ChangeAccount changes an account.
func ChangeAccount(ctx context.Context, tx *store.Tx, actor access.Actor, c Change) error {
	a, err := GetAccount(ctx, tx, actor.User)
	if err != nil {
		return err
	}
	if c.Name != nil {
		if a.Name = strings.TrimSpace(*c.Name); a.Name == "" {
			return fault.New(fault.Invalid, "A name is missing.").On("name")
		}
	}
	if c.Locale != nil {
		if a.Locale = *c.Locale; !slices.Contains(Locales(), a.Locale) {
			return fault.New(fault.Invalid, "Kith does not speak this language.").On("locale")
		}
	}
	if c.Theme != nil {
		if a.Theme = *c.Theme; !slices.Contains([]string{"auto", "light", "dark"}, a.Theme) {
			return fault.New(fault.Invalid, "There is no such theme.").On("theme")
		}
	}
	_, err = tx.Exec(ctx, "update account set name = $1, locale = $2, theme = $3 where id = $4", a.Name, a.Locale, a.Theme, a.ID)
	return err
}

// ChangePassword sets a hash and ends every session of the account but one.
func ChangePassword(ctx context.Context, tx *store.Tx, actor access.Actor, hash, keepSession string) error {
	if _, err := tx.Exec(ctx, "update account set password = $1 where id = $2", hash, actor.User); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "delete from session where account_id = $1 and hash <> $2", actor.User, keepSession); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "delete from password_reset where account_id = $1", actor.User); err != nil {
		return err
	}
	return Record(ctx, tx, actor, "password.change", "account:"+actor.User, "")
}

// Locales are the languages that Kith speaks.
func Locales() []string { return []string{"en", "fr"} }
