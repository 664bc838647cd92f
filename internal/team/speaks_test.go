package team_test

import (
	"context"
	"testing"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
	"github.com/kithhq/kith/internal/team"
)

// The language of the first sign-in is kept where nobody has chosen one, and what was
// chosen stays; only an owner who is alone gives it to the workspace.
func TestWhoeverSignsInFirstKeepsTheirLanguage(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
			for _, c := range []struct {
				name          string
				open          bool
				role          access.Role
				account, home string
			}{
				{"open", true, access.Owner, "fr", "fr"},
				{"chosen", false, access.Owner, "en", "en"},
				{"no owner", true, access.Moderator, "fr", "en"},
			} {
				w, err := team.Begin(ctx, tx, c.name, "Europe/Paris", "en")
				if err != nil {
					return err
				}
				a, err := team.Own(ctx, tx, w.ID, string(c.role)+map[bool]string{true: "-open", false: ""}[c.open]+"@example.org", "Ada", cheap)
				if err != nil {
					return err
				}
				if c.open {
					if err := team.Unspoken(ctx, tx, a.ID); err != nil {
						return err
					}
				}
				for _, said := range []string{"fr", "en"} { // the second comes too late
					if err := team.Speaks(ctx, tx, access.Actor{User: a.ID, Workspace: w.ID, Role: c.role}, said); err != nil {
						return err
					}
				}
				now, err := team.GetAccount(ctx, tx, a.ID)
				if err != nil {
					return err
				}
				home, err := team.GetWorkspace(ctx, tx, w.ID)
				if err != nil {
					return err
				}
				if now.Locale != c.account || home.Locale != c.home {
					t.Errorf("%s: %q in a workspace of %q", c.name, now.Locale, home.Locale)
				}
			}
			return nil
		})
	})
}
