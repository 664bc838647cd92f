package team

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/store"
)

// Member is a person in a workspace.
type Member struct {
	ID        string // of the account
	Name      string
	Email     string
	Role      access.Role
	Channels  []string // nil = all
	LastSeen  time.Time
	CreatedAt time.Time
}

const memberQuery = `select a.id, a.name, a.email, m.role, m.channels, m.last_seen, m.created_at
	from member m join account a on a.id = m.account_id where m.workspace = $1`

// Members gives the people of a workspace in the order they came.
func Members(ctx context.Context, tx *store.Tx, workspace string) ([]Member, error) {
	return store.All[Member](ctx, tx, memberQuery+" order by m.created_at, a.id", workspace)
}

// GetMember gives one of them.
func GetMember(ctx context.Context, tx *store.Tx, workspace, accountID string) (Member, error) {
	m, err := store.One[Member](ctx, tx, memberQuery+" and a.id = $2", workspace, accountID)
	if fault.Is(err, fault.NotFound) {
		return m, fault.New(fault.NotFound, "There is no such member.")
	}
	return m, err
}

// Actor is the member acting in person.
func (m Member) Actor(workspace string) access.Actor {
	return access.Actor{User: m.ID, Name: m.Name, Workspace: workspace, Role: m.Role, Channels: m.Channels}
}

func join(ctx context.Context, tx *store.Tx, workspace, accountID string, role access.Role, channels []string) error {
	_, err := tx.Exec(ctx, `insert into member (workspace, account_id, role, channels, last_seen, created_at)
		values ($1, $2, $3, $4, null, $5) on conflict (workspace, account_id) do update set role = excluded.role, channels = excluded.channels`,
		workspace, accountID, role, channels, tx.Now)
	return err
}

// ChangeMember gives a member a role and channels (nil = all).
func ChangeMember(ctx context.Context, tx *store.Tx, actor access.Actor, accountID string, role access.Role, channels []string) (Member, error) {
	if err := fits(role, channels); err != nil {
		return Member{}, err
	}
	m, err := GetMember(ctx, tx, actor.Workspace, accountID)
	if err != nil {
		return m, err
	}
	if m.Role == access.Owner && role != access.Owner {
		if err := notTheLast(ctx, tx, actor.Workspace); err != nil {
			return m, err
		}
	}
	if _, err := tx.Exec(ctx, "update member set role = $1, channels = $2 where workspace = $3 and account_id = $4", role, channels, actor.Workspace, accountID); err != nil {
		return m, err
	}
	was := m.Role
	m.Role, m.Channels = role, channels
	return m, Record(ctx, tx, actor, "member.change", "account:"+accountID, m.Email+": "+string(was)+" → "+string(role))
}

// RemoveMember takes a person out of a workspace, with their sessions, tokens
// and, when they are in no other, their account.
func RemoveMember(ctx context.Context, tx *store.Tx, actor access.Actor, accountID string) error {
	m, err := GetMember(ctx, tx, actor.Workspace, accountID)
	if err != nil {
		return err
	}
	if m.Role == access.Owner {
		if err := notTheLast(ctx, tx, actor.Workspace); err != nil {
			return err
		}
	}
	for _, text := range []string{
		"delete from member where workspace = $1 and account_id = $2",
		"delete from session where workspace = $1 and account_id = $2",
		"delete from api_token where workspace = $1 and account_id = $2",
	} {
		if _, err := tx.Exec(ctx, text, actor.Workspace, accountID); err != nil {
			return err
		}
	}
	for _, text := range []string{
		"delete from password_reset where account_id = $1 and not exists (select 1 from member where account_id = $1)",
		"delete from account where id = $1 and not exists (select 1 from member where account_id = $1)",
	} {
		if _, err := tx.Exec(ctx, text, accountID); err != nil {
			return err
		}
	}
	return Record(ctx, tx, actor, "member.remove", "account:"+accountID, m.Email)
}

func notTheLast(ctx context.Context, tx *store.Tx, workspace string) error {
	n, err := store.One[int](ctx, tx, "select count(*) from member where workspace = $1 and role = 'owner'", workspace)
	if err == nil && n < 2 {
		return fault.New(fault.Conflict, "This is the last owner of the workspace.").WithHint("Make somebody else an owner first.")
	}
	return err
}

// fits says whether a role exists and may be bound to channels: who decides
// about the whole workspace cannot be.
func fits(role access.Role, channels []string) error {
	if !role.Valid() {
		return fault.New(fault.Invalid, "There is no role “%s”.", role).On("role")
	}
	if role == access.Owner && channels != nil {
		return fault.New(fault.Invalid, "An owner sees all channels.").On("channels").WithHint("Take another role, or all channels.")
	}
	return nil
}
