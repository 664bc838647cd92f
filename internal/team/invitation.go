package team

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/id"
	"github.com/kithhq/kith/internal/secret"
	"github.com/kithhq/kith/internal/store"
)

const invitationLife = 7 * 24 * time.Hour

// Invitation is a person who has been asked to join.
type Invitation struct {
	ID        string
	Workspace string
	Email     string
	Role      access.Role
	Channels  []string
	InvitedBy string
	CreatedAt time.Time
	ExpiresAt time.Time
}

const invitationColumns = "id, workspace, email, role, channels, invited_by, created_at, expires_at"

// Invite asks a person to join and gives the token of the link. A former
// invitation of the same e-mail ends.
func Invite(ctx context.Context, tx *store.Tx, actor access.Actor, email string, role access.Role, channels []string) (Invitation, string, error) {
	var none Invitation
	if err := fits(role, channels); err != nil {
		return none, "", err
	}
	email, err := Fold(email)
	if err != nil {
		return none, "", err
	}
	n, err := store.One[int](ctx, tx, "select count(*) from member m join account a on a.id = m.account_id where m.workspace = $1 and a.email = $2", actor.Workspace, email)
	if err != nil {
		return none, "", err
	}
	if n > 0 {
		return none, "", fault.New(fault.Conflict, "This person is in the workspace already.").On("email")
	}
	if _, err := tx.Exec(ctx, "delete from invitation where workspace = $1 and email = $2 and accepted_at is null", actor.Workspace, email); err != nil {
		return none, "", err
	}
	token := secret.Token()
	i := Invitation{id.New(), actor.Workspace, email, role, channels, actor.Name, tx.Now, tx.Now.Add(invitationLife)}
	if _, err := tx.Exec(ctx, "insert into invitation ("+invitationColumns+", hash) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
		i.ID, i.Workspace, i.Email, i.Role, i.Channels, i.InvitedBy, i.CreatedAt, i.ExpiresAt, secret.Digest(token)); err != nil {
		return none, "", err
	}
	return i, token, Record(ctx, tx, actor, "member.invite", "invitation:"+i.ID, email+": "+string(role))
}

// Invitations gives those that wait, the newest first.
func Invitations(ctx context.Context, tx *store.Tx, workspace string) ([]Invitation, error) {
	return store.All[Invitation](ctx, tx, "select "+invitationColumns+` from invitation
		where workspace = $1 and accepted_at is null and expires_at > $2 order by created_at desc, id desc`, workspace, tx.Now)
}

// Withdraw takes an invitation back.
func Withdraw(ctx context.Context, tx *store.Tx, actor access.Actor, invitationID string) error {
	n, err := tx.Exec(ctx, "delete from invitation where workspace = $1 and id = $2 and accepted_at is null", actor.Workspace, invitationID)
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.New(fault.NotFound, "There is no such invitation.")
	}
	return Record(ctx, tx, actor, "member.withdraw", "invitation:"+invitationID, "")
}

// Invited gives what a link stands for, the workspace, and the account that its
// e-mail has already (empty if none).
func Invited(ctx context.Context, tx *store.Tx, token string) (Invitation, Workspace, Account, error) {
	i, err := store.One[Invitation](ctx, tx, "select "+invitationColumns+" from invitation where hash = $1 and accepted_at is null and expires_at > $2", secret.Digest(token), tx.Now)
	if fault.Is(err, fault.NotFound) {
		return i, Workspace{}, Account{}, fault.New(fault.NotFound, "This invitation has ended.").WithHint("Ask for a new one.").On("token")
	}
	if err != nil {
		return i, Workspace{}, Account{}, err
	}
	w, err := GetWorkspace(ctx, tx, i.Workspace)
	if err != nil {
		return i, w, Account{}, err
	}
	a, err := known(ctx, tx, i.Email)
	return i, w, a, err
}

// Accept joins: with the account that the e-mail has (its password fitted), or
// with a new one of this name and hash. It gives a session's cookie.
func Accept(ctx context.Context, tx *store.Tx, token, name, hash string, fitted bool) (cookie string, c Caller, err error) {
	i, _, a, err := Invited(ctx, tx, token)
	if err != nil {
		return "", c, err
	}
	if a.ID == "" {
		if a, err = newAccount(ctx, tx, i.Email, name, hash, ""); err != nil {
			return "", c, err
		}
	} else if !fitted { // the account came to be while the password was hashed
		return "", c, fault.New(fault.Conflict, "There is an account with this e-mail by now.").WithHint("Try again with its password.")
	}
	if err := join(ctx, tx, i.Workspace, a.ID, i.Role, i.Channels); err != nil {
		return "", c, err
	}
	if _, err := tx.Exec(ctx, "update invitation set accepted_at = $1 where id = $2", tx.Now, i.ID); err != nil {
		return "", c, err
	}
	if cookie, c, err = openIn(ctx, tx, a, i.Workspace); err != nil {
		return "", c, err
	}
	return cookie, c, Record(ctx, tx, c.Actor, "member.join", "account:"+a.ID, i.Email+": "+string(i.Role))
}
