package api

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/team"
)

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
	Token    string        `json:"token" minLength:"1" maxLength:"200"`
	Name     string        `json:"name" maxLength:"100"`
	Password team.Password `json:"password" minLength:"1" maxLength:"1024"`
}

type byToken struct {
	Token string `query:"token" required:"true" minLength:"1" maxLength:"200"`
}

func (d *Door) invitations() {
	read(d, route{id: "GET /invitations", name: "listInvitations", verb: access.Team, summary: "Invitations that wait"},
		func(ctx context.Context, tx *store.Tx, by access.Actor, _ *none) (Page[Invitation], error) {
			all, err := team.Invitations(ctx, tx, by.Workspace)
			return Page[Invitation]{Items: each(all, d.invitationOf)}, err
		})
	write(d, route{id: "POST /invitations", name: "invite", verb: access.Team, secret: true, summary: "Invite a person",
		notes: "A mail is sent where a mail server is set; the link is given to who invites in any case."}, d.invite)
	write(d, route{id: "DELETE /invitations/{id}", name: "withdrawInvitation", verb: access.Team, summary: "Take an invitation back"},
		func(ctx context.Context, tx *store.Tx, by access.Actor, in *byID) (nothing, error) {
			return nothing{}, team.Withdraw(ctx, tx, by, in.ID)
		})
	on(d, route{id: "GET /invitations/accept", name: "getInvitation", open: true, summary: "What an invitation is for"}, d.invited)
	on(d, route{id: "POST /invitations/accept", name: "acceptInvitation", open: true, summary: "Join the workspace and sign in",
		notes: "Who has an account already gives its password; anybody else chooses one, and a name."}, d.accept)
}

func (d *Door) invitationOf(i team.Invitation) Invitation {
	return Invitation{ID: i.ID, Email: i.Email, Role: i.Role, Channels: i.Channels, InvitedBy: i.InvitedBy, CreatedAt: i.CreatedAt, ExpiresAt: i.ExpiresAt, Mailed: d.Mail}
}

func (d *Door) invite(ctx context.Context, tx *store.Tx, by access.Actor, in *told[Invite]) (Invitation, error) {
	if err := ownChannels(ctx, tx, by, in.Body.Channels); err != nil {
		return Invitation{}, err
	}
	i, token, err := team.Invite(ctx, tx, by, in.Body.Email, in.Body.Role, in.Body.Channels)
	if err != nil {
		return Invitation{}, err
	}
	said := d.invitationOf(i)
	said.Link = d.PublicURL + "/invitation?token=" + token
	if !d.Mail {
		return said, nil
	}
	w, err := team.GetWorkspace(ctx, tx, by.Workspace)
	if err != nil {
		return said, err
	}
	subject, text := team.InvitationLetter(w.Locale, w.Name, by.Name, said.Link)
	return said, team.Post(ctx, tx, d.House.Keys, by.Workspace, i.Email, subject, text)
}

func (d *Door) invited(ctx context.Context, _ access.Actor, in *byToken) (said Invited, err error) {
	err = store.View(ctx, d.House.DB, func(ctx context.Context, tx *store.Tx) error {
		i, w, a, err := team.Invited(ctx, tx, in.Token)
		said = Invited{w.Name, i.Email, i.Role, a.ID != ""}
		return err
	})
	return said, err
}

// accept joins. The link alone does not open an account that exists: its
// password does, and tries are counted.
func (d *Door) accept(ctx context.Context, _ access.Actor, in *told[Accept]) (Me, error) {
	c := callOf(ctx)
	var a team.Account
	var email string
	if err := store.Do(ctx, d.House.DB, func(ctx context.Context, tx *store.Tx) error {
		i, _, known, err := team.Invited(ctx, tx, in.Body.Token)
		if err != nil {
			return err
		}
		email, a = i.Email, known
		_, err = team.Knock(ctx, tx, email, c.from)
		return err
	}); err != nil {
		return Me{}, err
	}
	hash := ""
	var err error
	if a.ID != "" {
		err = fits(ctx, a, in.Body.Password)
	} else {
		hash, err = team.Hash(ctx, in.Body.Password, email)
	}
	if err != nil {
		return Me{}, err
	}
	return d.enter(ctx, func(ctx context.Context, tx *store.Tx) (string, team.Caller, error) {
		return team.Accept(ctx, tx, in.Body.Token, in.Body.Name, hash, a.ID != "")
	})
}
