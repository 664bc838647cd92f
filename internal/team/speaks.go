package team

import (
	"context"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/store"
)

// Speaks keeps the language in which somebody first signed in, where nobody had chosen
// one for them: what is said to them, letters too, is in it until they choose. An owner
// whose workspace was made by a program gives it their language as well; what was chosen
// is kept, by whomever.
func Speaks(ctx context.Context, tx *store.Tx, actor access.Actor, locale string) error {
	n, err := tx.Exec(ctx, "update account set locale = $1 where id = $2 and locale = ''", locale, actor.User)
	if err != nil || n == 0 || actor.Role != access.Owner {
		return err
	}
	_, err = tx.Exec(ctx, "update workspace set locale = $1 where id = $2 and locale = 'en' and (select count(*) from member where workspace = $2) = 1", locale, actor.Workspace)
	return err
}

// Unspoken leaves the language of an account open, for a program that makes one.
func Unspoken(ctx context.Context, tx *store.Tx, accountID string) error {
	_, err := tx.Exec(ctx, "update account set locale = '' where id = $1", accountID)
	return err
}
