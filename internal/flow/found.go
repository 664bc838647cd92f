package flow

import (
	"context"
	"errors"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/moderate"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/team"
)

// Founding says who shall own a house, and which workspace is made for them
// when there is none yet.
type Founding struct {
	Email, Name             string
	Hash                    string // of the password
	Workspace, Zone, Locale string // no locale: that of the browser in which they first sign in
}

// Found makes an owner of the first workspace; where there is none it is made,
// with its rules.
func Found(ctx context.Context, tx *store.Tx, f Founding) (team.Account, error) {
	all, err := team.Workspaces(ctx, tx)
	if err != nil {
		return team.Account{}, err
	}
	open := f.Locale == ""
	if open {
		f.Locale = "en"
	}
	var w team.Workspace
	if len(all) > 0 {
		w = all[0]
	} else if w, err = team.Begin(ctx, tx, f.Workspace, f.Zone, f.Locale); err != nil {
		if e, ok := errors.AsType[*fault.Error](err); ok && e.Field == "name" {
			return team.Account{}, e.On("workspace")
		}
		return team.Account{}, err
	} else if err := moderate.Begin(ctx, tx, w.ID); err != nil {
		return team.Account{}, err
	}
	a, err := team.Own(ctx, tx, w.ID, f.Email, f.Name, f.Hash)
	if err == nil && open && a.CreatedAt.Equal(tx.Now) { // whoever is here already keeps their language
		err = team.Unspoken(ctx, tx, a.ID)
	}
	return a, err
}
