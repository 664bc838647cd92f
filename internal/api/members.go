package api

import (
	"time"

	"github.com/kithhq/kith/internal/access"
)

// Member is a person in the workspace.
type Member struct {
	ID       string      `json:"id"`
	Name     string      `json:"name"`
	Email    string      `json:"email"`
	Role     access.Role `json:"role" enum:"owner,manager,contributor,moderator,analyst"`
	Channels []string    `json:"channels" doc:"The channels they are limited to; null = all."`
	LastSeen *time.Time  `json:"last_seen"`
}

// MemberChange gives a member a role and channels.
type MemberChange struct {
	Role     access.Role `json:"role" enum:"owner,manager,contributor,moderator,analyst"`
	Channels []string    `json:"channels" maxItems:"1000" doc:"null = all."`
}

// Invitation is a person who has been asked to join.
type Invitation struct {
	ID        string      `json:"id"`
	Email     string      `json:"email"`
	Role      access.Role `json:"role" enum:"owner,manager,contributor,moderator,analyst"`
	Channels  []string    `json:"channels"`
	InvitedBy string      `json:"invited_by"`
	CreatedAt time.Time   `json:"created_at"`
	ExpiresAt time.Time   `json:"expires_at"`
	Link      string      `json:"link,omitempty" doc:"Given once, to who invites: it may be handed over when mail does not arrive."`
	Mailed    bool        `json:"mailed" doc:"A mail is on its way; false when no mail server is set."`
}

// Invite asks a person to join.
type Invite struct {
	Email    string      `json:"email" minLength:"3" maxLength:"254"`
	Role     access.Role `json:"role" enum:"owner,manager,contributor,moderator,analyst"`
	Channels []string    `json:"channels,omitempty" maxItems:"1000" doc:"null = all."`
}

// Invited is what an invitation says to who opens its link.
type Invited struct {
	Workspace string      `json:"workspace"`
	Email     string      `json:"email"`
	Role      access.Role `json:"role" enum:"owner,manager,contributor,moderator,analyst"`
	Known     bool        `json:"known" doc:"This address has an account already: its password is asked."`
}

// Accept joins a workspace.
type Accept struct {
	Token    string `json:"token" minLength:"1" maxLength:"200"`
	Name     string `json:"name" maxLength:"100"`
	Password string `json:"password" minLength:"1" maxLength:"1024"`
}

type byToken struct {
	Token string `query:"token" required:"true" minLength:"1" maxLength:"200"`
}

func (d *Door) members() {
	on(d, route{id: "GET /members", name: "listMembers", verb: access.Read, summary: "The people of the workspace"}, soon[none, Page[Member]])
	on(d, route{id: "PATCH /members/{id}", name: "changeMember", verb: access.Team, summary: "Change role and channels"}, soon[with[MemberChange], Member])
	act(d, route{id: "DELETE /members/{id}", name: "removeMember", verb: access.Team, summary: "Remove from the workspace"}, soonAct[byID])

	on(d, route{id: "GET /invitations", name: "listInvitations", verb: access.Team, summary: "Invitations that wait"}, soon[none, Page[Invitation]])
	on(d, route{id: "POST /invitations", name: "invite", verb: access.Team, secret: true, summary: "Invite a person"}, soon[told[Invite], Invitation])
	act(d, route{id: "DELETE /invitations/{id}", name: "withdrawInvitation", verb: access.Team, summary: "Take an invitation back"}, soonAct[byID])
	on(d, route{id: "GET /invitations/accept", name: "getInvitation", open: true, summary: "What an invitation is for"}, soon[byToken, Invited])
	on(d, route{id: "POST /invitations/accept", name: "acceptInvitation", open: true, summary: "Join the workspace and sign in"}, soon[told[Accept], Me])
}
