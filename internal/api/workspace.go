package api

import (
	"time"

	"github.com/kithhq/kith/internal/access"
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

func (d *Door) workspace() {
	on(d, route{id: "GET /workspace", name: "getWorkspace", summary: "The workspace"}, soon[none, Workspace])
	on(d, route{id: "PATCH /workspace", name: "changeWorkspace", verb: access.Settings, summary: "Change name, zone or language"}, soon[told[WorkspaceChange], Workspace])
	on(d, route{id: "GET /tokens", name: "listTokens", verb: access.Settings, summary: "API tokens"}, soon[none, Page[Token]])
	on(d, route{id: "POST /tokens", name: "createToken", verb: access.Settings, person: true, secret: true, summary: "Make a token; the key is shown once"}, soon[told[TokenWish], Token])
	act(d, route{id: "DELETE /tokens/{id}", name: "revokeToken", verb: access.Settings, summary: "Take a token away"}, soonAct[byID])
	on(d, route{id: "GET /audit", name: "listAudit", verb: access.Settings, summary: "Who did what, newest first"}, soon[auditQuery, Page[Record]])
}
