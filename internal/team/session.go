package team

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/secret"
	"github.com/kithhq/kith/internal/store"
)

// A session ends two weeks after it was last used, and after half a year in any
// case. That it is used is written at most every ten minutes.
const (
	SessionIdle = 14 * 24 * time.Hour
	sessionMost = 180 * 24 * time.Hour
	grain       = 10 * time.Minute
)

// Caller is who sent a request.
type Caller struct {
	Actor   access.Actor
	Session string // digest of the cookie; "" for a token
	Locale  string // the language that the person has chosen
	Stale   bool   // Seen should be told
}

// nobody is the answer to every key that opens nothing, whatever the reason.
func nobody() error {
	return fault.New(fault.Denied, "The session has ended.").WithHint("Sign in again.")
}

// BySession gives who holds a session cookie, or Denied.
func BySession(ctx context.Context, tx *store.Tx, cookie string) (Caller, error) {
	type row struct {
		Hash, Workspace      string
		Created, Seen, Until time.Time
		Account              string
		Name, Locale         string
		Role                 access.Role
		Channels             []string
	}
	r, err := store.One[row](ctx, tx, `select s.hash, s.workspace, s.created_at, s.seen_at, s.expires_at, a.id, a.name, a.locale, m.role, m.channels
		from session s join account a on a.id = s.account_id
		join member m on m.workspace = s.workspace and m.account_id = s.account_id where s.hash = $1`, secret.Digest(cookie))
	if fault.Is(err, fault.NotFound) || err == nil && !tx.Now.Before(r.Until) {
		return Caller{}, nobody()
	}
	if err != nil {
		return Caller{}, err
	}
	return Caller{
		Actor:   access.Actor{User: r.Account, Name: r.Name, Workspace: r.Workspace, Role: r.Role, Channels: r.Channels},
		Session: r.Hash,
		Locale:  r.Locale,
		Stale:   tx.Now.Sub(r.Seen) > grain,
	}, nil
}

// ByToken gives who holds an API token, or Denied. Its rights are those of its
// member, narrowed to its scopes.
func ByToken(ctx context.Context, tx *store.Tx, token string) (Caller, error) {
	type row struct {
		ID, Workspace string
		Scopes        []access.Verb
		Used, Until   time.Time
		Account, Name string
		Role          access.Role
		Channels      []string
	}
	r, err := store.One[row](ctx, tx, `select t.id, t.workspace, t.scopes, t.used_at, t.expires_at, a.id, a.name, m.role, m.channels
		from api_token t join account a on a.id = t.account_id
		join member m on m.workspace = t.workspace and m.account_id = t.account_id where t.hash = $1`, secret.Digest(token))
	if fault.Is(err, fault.NotFound) || err == nil && !r.Until.IsZero() && !tx.Now.Before(r.Until) {
		return Caller{}, fault.New(fault.Denied, "This token opens nothing.").WithHint("Make a new one under Settings → Tokens.")
	}
	if err != nil {
		return Caller{}, err
	}
	return Caller{
		Actor: access.Actor{User: r.Account, Name: r.Name, Workspace: r.Workspace, Role: r.Role, Token: r.ID, Scopes: r.Scopes, Channels: r.Channels},
		Stale: tx.Now.Sub(r.Used) > grain,
	}, nil
}

// Seen notes that a caller was here; a session lives on.
func Seen(ctx context.Context, tx *store.Tx, c Caller) error {
	if c.Session == "" {
		_, err := tx.Exec(ctx, "update api_token set used_at = $1 where id = $2 and workspace = $3", tx.Now, c.Actor.Token, c.Actor.Workspace)
		return err
	}
	idle, most := tx.Now.Add(SessionIdle), sessionMost.Microseconds()
	if _, err := tx.Exec(ctx, `update session set seen_at = $1, expires_at = case when created_at + $2 < $3 then created_at + $2 else $3 end
		where hash = $4`, tx.Now, most, idle, c.Session); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "update member set last_seen = $1 where workspace = $2 and account_id = $3", tx.Now, c.Actor.Workspace, c.Actor.User)
	return err
}

// Open begins a session of an account in the workspace it used last, and gives
// its cookie.
func Open(ctx context.Context, tx *store.Tx, a Account) (cookie string, c Caller, err error) {
	type row struct{ Workspace string }
	r, err := store.One[row](ctx, tx, `select workspace from member where account_id = $1
		order by last_seen is null, last_seen desc, created_at limit 1`, a.ID)
	if fault.Is(err, fault.NotFound) {
		return "", c, fault.New(fault.Denied, "You are in no workspace any more.").WithHint("Ask an owner to invite you.")
	}
	if err != nil {
		return "", c, err
	}
	return openIn(ctx, tx, a, r.Workspace)
}

func openIn(ctx context.Context, tx *store.Tx, a Account, workspace string) (cookie string, c Caller, err error) {
	m, err := GetMember(ctx, tx, workspace, a.ID)
	if err != nil {
		return "", c, err
	}
	cookie = secret.Token()
	c = Caller{Actor: m.Actor(workspace), Session: secret.Digest(cookie), Locale: a.Locale}
	if _, err = tx.Exec(ctx, "insert into session (hash, account_id, workspace, created_at, seen_at, expires_at) values ($1, $2, $3, $4, $4, $5)",
		c.Session, a.ID, workspace, tx.Now, tx.Now.Add(SessionIdle)); err != nil {
		return "", c, err
	}
	if _, err = tx.Exec(ctx, "update member set last_seen = $1 where workspace = $2 and account_id = $3", tx.Now, workspace, a.ID); err != nil {
		return "", c, err
	}
	return cookie, c, Record(ctx, tx, c.Actor, "session.open", "account:"+a.ID, "")
}

// Close ends a session.
func Close(ctx context.Context, tx *store.Tx, session string) error {
	_, err := tx.Exec(ctx, "delete from session where hash = $1", session)
	return err
}
