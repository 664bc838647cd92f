package api

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/team"
)

// Workspace is the house of one team.
type Workspace struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Zone   string `json:"zone" doc:"IANA time zone, as Europe/Paris."`
	Locale string `json:"locale"`
}

// WorkspaceChange changes the workspace; what is absent stays.
type WorkspaceChange struct {
	Name   *string `json:"name,omitempty" minLength:"1" maxLength:"100"`
	Zone   *string `json:"zone,omitempty" minLength:"1" maxLength:"100"`
	Locale *string `json:"locale,omitempty" enum:"en,fr"`
}

// Token is a key for programs; the key itself is shown once.
type Token struct {
	ID        string     `json:"id"`
	Name      string     `json:"name"`
	Scopes    List[Verb] `json:"scopes"`
	Token     string     `json:"token,omitempty" doc:"The key itself, only in the answer that makes it."`
	Owner     string     `json:"owner" doc:"The member whose rights bound it."`
	CreatedAt time.Time  `json:"created_at"`
	UsedAt    *time.Time `json:"used_at"`
	ExpiresAt *time.Time `json:"expires_at"`
}

// TokenWish asks for a token.
type TokenWish struct {
	Name   string     `json:"name" minLength:"1" maxLength:"100"`
	Scopes List[Verb] `json:"scopes" doc:"At least one of: read, compose, schedule, reply, moderate, measure, connect, team, settings."`
	Days   int        `json:"days,omitempty" minimum:"0" maximum:"3650" doc:"How long it lives; 0 = until it is taken away."`
}

// Record is one line of the audit.
type Record struct {
	ID      string    `json:"id"`
	At      time.Time `json:"at"`
	Actor   string    `json:"actor"`
	Verb    string    `json:"verb"`
	Subject string    `json:"subject"`
	Detail  string    `json:"detail"`
}

type auditQuery struct {
	Paging
	Verb string `query:"verb" maxLength:"100"`
}

// position is where a list that goes back in time stands.
type position struct {
	At time.Time `json:"t"`
	ID string    `json:"i"`
}

func (d *Door) workspace() {
	read(d, route{id: "GET /workspace", name: "getWorkspace", summary: "The workspace"},
		func(ctx context.Context, tx *store.Tx, by access.Actor, _ *none) (Workspace, error) {
			w, err := team.GetWorkspace(ctx, tx, by.Workspace)
			return workspaceOf(w), err
		})
	write(d, route{id: "PATCH /workspace", name: "changeWorkspace", verb: access.Settings, summary: "Change name, zone or language"},
		func(ctx context.Context, tx *store.Tx, by access.Actor, in *told[WorkspaceChange]) (Workspace, error) {
			w, err := team.ChangeWorkspace(ctx, tx, by, in.Body.Name, in.Body.Zone, in.Body.Locale)
			return workspaceOf(w), err
		})
	read(d, route{id: "GET /tokens", name: "listTokens", verb: access.Settings, summary: "API tokens"},
		func(ctx context.Context, tx *store.Tx, by access.Actor, _ *none) (Page[Token], error) {
			all, err := team.Tokens(ctx, tx, by.Workspace)
			return Page[Token]{Items: each(all, tokenOf)}, err
		})
	write(d, route{id: "POST /tokens", name: "createToken", verb: access.Settings, person: true, secret: true, summary: "Make a token; the key is shown once"},
		func(ctx context.Context, tx *store.Tx, by access.Actor, in *told[TokenWish]) (Token, error) {
			t, key, err := team.MakeToken(ctx, tx, by, in.Body.Name, each(in.Body.Scopes, func(v Verb) access.Verb { return access.Verb(v) }), in.Body.Days)
			said := tokenOf(t)
			said.Token = key
			return said, err
		})
	write(d, route{id: "DELETE /tokens/{id}", name: "revokeToken", verb: access.Settings, summary: "Take a token away"},
		func(ctx context.Context, tx *store.Tx, by access.Actor, in *byID) (nothing, error) {
			return nothing{}, team.Revoke(ctx, tx, by, in.ID)
		})
	read(d, route{id: "GET /audit", name: "listAudit", verb: access.Settings, summary: "Who did what, newest first"},
		func(ctx context.Context, tx *store.Tx, by access.Actor, in *auditQuery) (Page[Record], error) {
			at, err := after[position](in.Cursor)
			if err != nil {
				return Page[Record]{}, err
			}
			all, err := team.Audit(ctx, tx, by.Workspace, in.Verb, at.At, at.ID, in.Limit+1)
			return page(each(all, func(e team.Entry) Record { return Record(e) }), in.Limit, func(r Record) position { return position{r.At, r.ID} }), err
		})
}

func workspaceOf(w team.Workspace) Workspace { return Workspace{w.ID, w.Name, w.Zone, w.Locale} }

func tokenOf(t team.Token) Token {
	return Token{ID: t.ID, Name: t.Name, Scopes: each(t.Scopes, func(v access.Verb) Verb { return Verb(v) }), Owner: t.Owner,
		CreatedAt: t.CreatedAt, UsedAt: when(t.UsedAt), ExpiresAt: when(t.ExpiresAt)}
}
