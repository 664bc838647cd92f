package app

import (
	"context"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/config"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/flow"
	"github.com/kithhq/kith/internal/secret"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/team"
)

// NewOwner says who shall own a workspace, and which one is made for it when
// there is none yet.
type NewOwner struct {
	Email, Name             string
	Password                secret.Text
	Workspace, Zone, Locale string
}

// CreateOwner makes an owner, while Kith runs or not.
func CreateOwner(ctx context.Context, c config.Config, n NewOwner) error {
	if n.Name == "" {
		n.Name = n.Email
	}
	hash, err := team.Hash(ctx, n.Password, n.Email)
	if err != nil {
		return err
	}
	db, err := store.Open(ctx, c.Database(), store.AsItIs())
	if err != nil {
		return err
	}
	defer db.Close()
	return store.Do(ctx, db, func(ctx context.Context, tx *store.Tx) error {
		_, err := flow.Found(ctx, tx, flow.Founding{Email: n.Email, Name: n.Name, Hash: hash, Workspace: n.Workspace, Zone: n.Zone, Locale: n.Locale})
		return err
	})
}

// CreateToken makes an API token with the rights of a member and gives its text,
// which is kept nowhere.
func CreateToken(ctx context.Context, c config.Config, email, name string, scopes []access.Verb, days int) (text string, err error) {
	if email, err = team.Fold(email); err != nil {
		return "", err
	}
	db, err := store.Open(ctx, c.Database(), store.AsItIs())
	if err != nil {
		return "", err
	}
	defer db.Close()
	err = store.Do(ctx, db, func(ctx context.Context, tx *store.Tx) error {
		all, err := team.Workspaces(ctx, tx)
		if err != nil {
			return err
		}
		for _, w := range all {
			members, err := team.Members(ctx, tx, w.ID)
			if err != nil {
				return err
			}
			for _, m := range members {
				if m.Email != email {
					continue
				}
				actor := access.Actor{User: m.ID, Name: m.Name, Workspace: w.ID, Role: m.Role, Channels: m.Channels}
				_, text, err = team.MakeToken(ctx, tx, actor, name, scopes, days)
				return err
			}
		}
		return fault.New(fault.NotFound, "Nobody signs in as %s.", email).WithHint("Make an owner first: kith owner create.")
	})
	return text, err
}
