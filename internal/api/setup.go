package api

import (
	"context"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/flow"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/team"
)

// Setup says whether this house waits for its first owner.
type Setup struct {
	Needed bool `json:"needed"`
}

// NewHouse makes the first workspace and its owner.
type NewHouse struct {
	Code      team.Password `json:"code" minLength:"1" maxLength:"100" doc:"As the server has printed it when it started."`
	Workspace string        `json:"workspace" minLength:"1" maxLength:"100"`
	Name      string        `json:"name" minLength:"1" maxLength:"100"`
	Email     string        `json:"email" minLength:"1" maxLength:"254"`
	Password  team.Password `json:"password" minLength:"1" maxLength:"1024"`
	Locale    string        `json:"locale" enum:"en,fr"`
	Zone      string        `json:"zone" minLength:"1" maxLength:"64" doc:"Europe/Paris, for instance."`
}

func (d *Door) setup() {
	on(d, route{id: "GET /setup", name: "getSetup", open: true, summary: "Whether this house waits for its first owner"},
		func(ctx context.Context, _ access.Actor, _ *none) (said Setup, err error) {
			if d.Setup == "" {
				return said, nil
			}
			return said, store.View(ctx, d.House.DB, func(ctx context.Context, tx *store.Tx) error {
				said.Needed, err = team.Empty(ctx, tx)
				return err
			})
		})
	on(d, route{id: "POST /setup", name: "setUp", open: true, summary: "Make the first workspace and its owner, and sign in",
		notes: "Only while nobody has an account here, and with the code that the server has printed when it started."}, d.setUp)
}

// setUp counts the try, looks at the code, and asks once more in the transaction
// that makes the owner whether the house is still empty: two who know the code
// do not both own it.
func (d *Door) setUp(ctx context.Context, _ access.Actor, in *told[NewHouse]) (Me, error) {
	from := callOf(ctx).from
	if err := store.Do(ctx, d.House.DB, func(ctx context.Context, tx *store.Tx) error { return team.OpenHouse(ctx, tx, from) }); err != nil {
		return Me{}, err
	}
	if err := team.Opens(d.Setup, in.Body.Code); err != nil {
		return Me{}, err
	}
	hash, err := team.Hash(ctx, in.Body.Password, in.Body.Email)
	if err != nil {
		return Me{}, err
	}
	return d.enter(ctx, func(ctx context.Context, tx *store.Tx) (string, team.Caller, error) {
		if empty, err := team.Empty(ctx, tx); err != nil || !empty {
			if err == nil {
				err = team.Owned()
			}
			return "", team.Caller{}, err
		}
		a, err := flow.Found(ctx, tx, flow.Founding{Email: in.Body.Email, Name: in.Body.Name, Hash: hash,
			Workspace: in.Body.Workspace, Zone: in.Body.Zone, Locale: in.Body.Locale})
		if err != nil {
			return "", team.Caller{}, err
		}
		return team.Open(ctx, tx, a)
	})
}
