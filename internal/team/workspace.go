package team

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/id"
	"github.com/kithhq/kith/internal/store"
)

// Workspace is the house of one team.
type Workspace struct {
	ID        string
	Name      string
	Zone      string
	Locale    string
	CreatedAt time.Time
}

const workspaceColumns = "id, name, zone, locale, created_at"

// Workspaces gives all of them, the oldest first.
func Workspaces(ctx context.Context, tx *store.Tx) ([]Workspace, error) {
	return store.All[Workspace](ctx, tx, "select "+workspaceColumns+" from workspace order by created_at, id")
}

// GetWorkspace gives one.
func GetWorkspace(ctx context.Context, tx *store.Tx, workspace string) (Workspace, error) {
	return store.One[Workspace](ctx, tx, "select "+workspaceColumns+" from workspace where id = $1", workspace)
}

// Begin makes a workspace; somebody must own it before anybody can use it.
func Begin(ctx context.Context, tx *store.Tx, name, zone, locale string) (Workspace, error) {
	w := Workspace{id.New(), strings.TrimSpace(name), zone, locale, tx.Now}
	if err := w.check(); err != nil {
		return w, err
	}
	_, err := tx.Exec(ctx, "insert into workspace ("+workspaceColumns+") values ($1, $2, $3, $4, $5)", w.ID, w.Name, w.Zone, w.Locale, w.CreatedAt)
	return w, err
}

// Clock is the time zone of a workspace; UTC where this machine has forgotten it.
func (w Workspace) Clock() *time.Location {
	zone, err := time.LoadLocation(w.Zone)
	if err != nil {
		return time.UTC
	}
	return zone
}

func (w Workspace) check() error {
	if w.Name == "" {
		return fault.New(fault.Invalid, "A name is missing.").On("name")
	}
	if _, err := time.LoadLocation(w.Zone); err != nil || w.Zone == "" || w.Zone == "Local" {
		return fault.New(fault.Invalid, "There is no such time zone.").On("zone").WithHint("Take a name as Europe/Paris or UTC.")
	}
	if !slices.Contains(Locales(), w.Locale) {
		return fault.New(fault.Invalid, "Kith does not speak this language.").On("locale")
	}
	return nil
}

// ChangeWorkspace changes name, zone or language; nil stays.
func ChangeWorkspace(ctx context.Context, tx *store.Tx, actor access.Actor, name, zone, locale *string) (Workspace, error) {
	w, err := GetWorkspace(ctx, tx, actor.Workspace)
	if err != nil {
		return w, err
	}
	for _, c := range []struct{ to, from *string }{{&w.Name, name}, {&w.Zone, zone}, {&w.Locale, locale}} {
		if c.from != nil {
			*c.to = strings.TrimSpace(*c.from)
		}
	}
	if err := w.check(); err != nil {
		return w, err
	}
	if _, err := tx.Exec(ctx, "update workspace set name = $1, zone = $2, locale = $3 where id = $4", w.Name, w.Zone, w.Locale, w.ID); err != nil {
		return w, err
	}
	return w, Record(ctx, tx, actor, "workspace.change", "workspace:"+w.ID, w.Name+", "+w.Zone+", "+w.Locale)
}

// Own makes a person an owner of a workspace: the first one, or another. An
// account that exists keeps its name and gets the new password.
func Own(ctx context.Context, tx *store.Tx, workspace, email, name, hash string) (Account, error) {
	w, err := GetWorkspace(ctx, tx, workspace)
	if err != nil {
		return Account{}, err
	}
	if email, err = Fold(email); err != nil {
		return Account{}, err
	}
	a, err := known(ctx, tx, email)
	if err != nil {
		return a, err
	}
	if a.ID == "" {
		if a, err = newAccount(ctx, tx, email, name, hash, w.Locale); err != nil {
			return a, err
		}
	} else if err = ChangePassword(ctx, tx, access.Actor{User: a.ID, Name: a.Name, Workspace: workspace, Role: access.Owner}, hash, ""); err != nil {
		return a, err
	}
	if err := join(ctx, tx, workspace, a.ID, access.Owner, nil); err != nil {
		return a, err
	}
	return a, Record(ctx, tx, access.System(workspace), "owner.create", "account:"+a.ID, a.Email)
}
