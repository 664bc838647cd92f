package team

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/id"
	"github.com/kithhq/kith/internal/secret"
	"github.com/kithhq/kith/internal/store"
)

// Token is a key for programs: a member's rights, narrowed to scopes.
type Token struct {
	ID        string
	Name      string
	Scopes    []access.Verb
	Owner     string // the name of its member
	CreatedAt time.Time
	UsedAt    time.Time
	ExpiresAt time.Time
}

// tokenMark begins every key, so that scanners find one that was left lying about.
const tokenMark = "kith_"

// MakeToken gives a new token and its key, which nobody can read again. days 0:
// it lives until it is taken away.
func MakeToken(ctx context.Context, tx *store.Tx, actor access.Actor, name string, scopes []access.Verb, days int) (Token, string, error) {
	t := Token{ID: id.New(), Name: strings.TrimSpace(name), Owner: actor.Name, CreatedAt: tx.Now}
	if t.Name == "" {
		return t, "", fault.New(fault.Invalid, "A name is missing.").On("name").WithHint("Say what the token is for.")
	}
	for _, s := range scopes {
		if !slices.Contains(access.Verbs(), s) {
			return t, "", fault.New(fault.Invalid, "There is no scope “%s”.", s).On("scopes")
		}
		if !actor.Can(s) {
			return t, "", fault.New(fault.Denied, "Your role does not have the right “%s”, so a token cannot.", s).On("scopes")
		}
		if !slices.Contains(t.Scopes, s) {
			t.Scopes = append(t.Scopes, s)
		}
	}
	if len(t.Scopes) == 0 {
		return t, "", fault.New(fault.Invalid, "A token needs at least one scope.").On("scopes").WithHint("“read” is enough to look.")
	}
	if days > 0 {
		t.ExpiresAt = tx.Now.Add(time.Duration(days) * 24 * time.Hour)
	}
	key := tokenMark + secret.Token()
	if _, err := tx.Exec(ctx, `insert into api_token (id, workspace, account_id, name, hash, scopes, created_at, used_at, expires_at)
		values ($1, $2, $3, $4, $5, $6, $7, null, $8)`, t.ID, actor.Workspace, actor.User, t.Name, secret.Digest(key), t.Scopes, t.CreatedAt, t.ExpiresAt); err != nil {
		return t, "", err
	}
	return t, key, Record(ctx, tx, actor, "token.create", "token:"+t.ID, t.Name)
}

// Tokens gives those of a workspace, the newest first.
func Tokens(ctx context.Context, tx *store.Tx, workspace string) ([]Token, error) {
	return store.All[Token](ctx, tx, `select t.id, t.name, t.scopes, a.name, t.created_at, t.used_at, t.expires_at
		from api_token t join account a on a.id = t.account_id where t.workspace = $1 order by t.created_at desc, t.id desc`, workspace)
}

// Revoke takes a token away.
func Revoke(ctx context.Context, tx *store.Tx, actor access.Actor, tokenID string) error {
	n, err := tx.Exec(ctx, "delete from api_token where workspace = $1 and id = $2", actor.Workspace, tokenID)
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.New(fault.NotFound, "There is no such token.")
	}
	return Record(ctx, tx, actor, "token.revoke", "token:"+tokenID, "")
}
