package api

import (
	"context"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/team"
)

// MeChange changes oneself; what is absent stays.
type MeChange struct {
	Name   *string `json:"name,omitempty" minLength:"1" maxLength:"100"`
	Locale *string `json:"locale,omitempty" enum:"en,fr"`
	Theme  *string `json:"theme,omitempty" enum:"auto,light,dark"`
}

// PasswordChange changes one's own password and ends all other sessions.
type PasswordChange struct {
	Current team.Password `json:"current" minLength:"1" maxLength:"1024"`
	New     team.Password `json:"new" minLength:"1" maxLength:"1024"`
}

func (d *Door) me() {
	read(d, route{id: "GET /me", name: "getMe", summary: "Who is signed in"},
		func(ctx context.Context, tx *store.Tx, by access.Actor, _ *none) (Me, error) {
			return d.whoIs(ctx, tx, by)
		})
	write(d, route{id: "PATCH /me", name: "changeMe", summary: "Change name, language or theme", person: true},
		func(ctx context.Context, tx *store.Tx, by access.Actor, in *told[MeChange]) (Me, error) {
			if err := team.ChangeAccount(ctx, tx, by, team.Change(in.Body)); err != nil {
				return Me{}, err
			}
			return d.whoIs(ctx, tx, by)
		})
	on(d, route{id: "POST /me/password", name: "changePassword", summary: "Change one's password; all other sessions end", person: true}, d.changePassword)
}

// whoIs says who acts, where, and what they may do.
func (d *Door) whoIs(ctx context.Context, tx *store.Tx, by access.Actor) (Me, error) {
	a, err := team.GetAccount(ctx, tx, by.User)
	if err != nil {
		return Me{}, err
	}
	w, err := team.GetWorkspace(ctx, tx, by.Workspace)
	if err != nil {
		return Me{}, err
	}
	me := Me{
		User:      User{a.ID, a.Name, a.Email, a.Locale, a.Theme},
		Workspace: workspaceOf(w),
		Role:      by.Role,
		Channels:  by.Channels,
		Rehearsal: d.Rehearsal != nil,
		Version:   d.Version,
	}
	for _, v := range access.Verbs() {
		if by.Can(v) {
			me.Can = append(me.Can, Verb(v))
		}
	}
	return me, nil
}

// changePassword asks for the former one, and counts tries like a sign-in: a
// screen left open is not a way to guess.
func (d *Door) changePassword(ctx context.Context, by access.Actor, in *told[PasswordChange]) (nothing, error) {
	c := callOf(ctx)
	var a team.Account
	if err := store.Do(ctx, d.House.DB, func(ctx context.Context, tx *store.Tx) (err error) {
		if a, err = team.GetAccount(ctx, tx, by.User); err == nil {
			a, err = team.Knock(ctx, tx, a.Email, c.from)
		}
		return err
	}); err != nil {
		return nothing{}, err
	}
	ok, err := team.Fits(ctx, a, in.Body.Current)
	if err != nil {
		return nothing{}, err
	}
	if !ok {
		return nothing{}, team.WrongCurrent()
	}
	hash, err := team.Hash(ctx, in.Body.New, a.Email)
	if err != nil {
		return nothing{}, err
	}
	return nothing{}, store.Do(ctx, d.House.DB, func(ctx context.Context, tx *store.Tx) error {
		if err := team.Welcome(ctx, tx, a.Email, c.from); err != nil {
			return err
		}
		return team.ChangePassword(ctx, tx, by, hash, c.caller.Session)
	})
}
