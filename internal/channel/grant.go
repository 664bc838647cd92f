package channel

import (
	"context"
	"encoding/json"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/secret"
	"github.com/kithhq/kith/internal/store"
)

// The states of a grant: asked → back → granted or refused. A grant is back
// before the network is asked for the keys, so that what comes back counts once.
const (
	Asked   = "asked"
	Back    = "back"
	Granted = "granted"
	Refused = "refused"
)

// grantLife is how long a person may be away, and how long they may then choose.
const grantLife = 15 * time.Minute

// Grant is one attempt to be let in by a network's own page of consent.
type Grant struct {
	ID        string // also the state that goes to the network and comes back
	Workspace string
	User      string // who asked; nobody else may go on with it
	Network   network.Name
	Channel   string // that must come out of it; "" for any
	Sealed    string
	State     string
	CreatedAt time.Time
	ExpiresAt time.Time
}

// Kept is what a grant remembers, sealed.
type Kept struct {
	Settings map[string]string
	Redirect string
	Verifier secret.Text
	Memory   secret.Text
	Extends  bool              // a second consent for the channel, kept when they are back
	Accounts []network.Account // once granted; without keys: its channel has them
	Well     []string          // the channels on this network that were not broken when it began
	Text     string            // why it was refused, and what to do
	Hint     string
}

// sealedGrant is Kept in the form that is sealed: without secret.Text, which
// never writes itself.
type sealedGrant struct {
	Settings map[string]string `json:"settings,omitempty"`
	Redirect string            `json:"redirect,omitempty"`
	Verifier string            `json:"verifier,omitempty"`
	Memory   string            `json:"memory,omitempty"`
	Extends  bool              `json:"extends,omitempty"`
	Accounts []sealedAccount   `json:"accounts,omitempty"`
	Well     []string          `json:"well,omitempty"`
	Text     string            `json:"text,omitempty"`
	Hint     string            `json:"hint,omitempty"`
}

type sealedAccount struct {
	network.Account
	Open string `json:"keys_open"`
}

const grantColumns = "id, workspace, account_id, network, channel_id, settings, state, created_at, expires_at"

func grantRow(id string) string { return "grant_wait:" + id }

func sealGrant(ring *secret.Keyring, id string, k Kept) (string, error) {
	s := sealedGrant{Settings: k.Settings, Redirect: k.Redirect, Verifier: k.Verifier.Reveal(), Memory: k.Memory.Reveal(), Extends: k.Extends, Well: k.Well, Text: k.Text, Hint: k.Hint}
	for _, a := range k.Accounts {
		s.Accounts = append(s.Accounts, sealedAccount{a, a.Keys.Reveal()})
	}
	plain, err := json.Marshal(s)
	if err != nil {
		return "", fault.Wrap(fault.Internal, err, "writing a grant")
	}
	return ring.Seal(grantRow(id), secret.Text(plain))
}

// Open gives what a grant remembers.
func (g Grant) Open(ring *secret.Keyring) (Kept, error) {
	plain, err := ring.Open(grantRow(g.ID), g.Sealed)
	if err != nil {
		return Kept{}, err
	}
	var s sealedGrant
	if err := json.Unmarshal([]byte(plain.Reveal()), &s); err != nil {
		return Kept{}, fault.Wrap(fault.Internal, err, "reading a grant")
	}
	k := Kept{Settings: s.Settings, Redirect: s.Redirect, Verifier: secret.Text(s.Verifier), Memory: secret.Text(s.Memory), Extends: s.Extends, Well: s.Well, Text: s.Text, Hint: s.Hint}
	for _, a := range s.Accounts {
		a.Keys = secret.Text(a.Open)
		k.Accounts = append(k.Accounts, a.Account)
	}
	return k, nil
}

// Ask keeps an attempt until the person is back.
func Ask(ctx context.Context, tx *store.Tx, ring *secret.Keyring, g Grant, k Kept) error {
	if _, err := tx.Exec(ctx, "delete from grant_wait where expires_at < $1", tx.Now); err != nil {
		return err
	}
	sealed, err := sealGrant(ring, g.ID, k)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "insert into grant_wait ("+grantColumns+") values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
		g.ID, g.Workspace, g.User, g.Network, g.Channel, sealed, Asked, tx.Now, tx.Now.Add(grantLife))
	return err
}

// GetGrant gives an attempt of whoever acts that is not over yet.
func GetGrant(ctx context.Context, tx *store.Tx, actor access.Actor, id string) (Grant, error) {
	g, err := store.One[Grant](ctx, tx, "select "+grantColumns+" from grant_wait where id = $1 and workspace = $2 and account_id = $3 and expires_at > $4",
		id, actor.Workspace, actor.User, tx.Now)
	if fault.Is(err, fault.NotFound) {
		return g, fault.New(fault.NotFound, "This attempt to connect is over, or it is not yours.").WithHint("Begin again under Settings → Channels.")
	}
	return g, err
}

// CameBack takes an attempt whose person is back; a second time it is refused.
func CameBack(ctx context.Context, tx *store.Tx, actor access.Actor, name network.Name, id string) (Grant, error) {
	g, err := GetGrant(ctx, tx, actor, id)
	if err != nil {
		return g, err
	}
	n, err := tx.Exec(ctx, "update grant_wait set state = 'back' where id = $1 and network = $2 and state = 'asked'", id, name)
	if err == nil && n == 0 {
		err = fault.New(fault.Conflict, "This attempt to connect was used already.").WithHint("Begin again under Settings → Channels.")
	}
	return g, err
}

// Conclude keeps what came of an attempt: accounts to choose from, or why not.
func Conclude(ctx context.Context, tx *store.Tx, ring *secret.Keyring, g Grant, k Kept) error {
	state := Granted
	if len(k.Accounts) == 0 {
		state = Refused
	}
	k.Verifier, k.Memory = "", "" // they have done their work
	sealed, err := sealGrant(ring, g.ID, k)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "update grant_wait set state = $1, settings = $2, expires_at = $3 where id = $4 and workspace = $5 and state = 'back'",
		state, sealed, tx.Now.Add(grantLife), g.ID, g.Workspace)
	return err
}

// Spend ends an attempt: its accounts are connected.
func Spend(ctx context.Context, tx *store.Tx, g Grant) error {
	_, err := tx.Exec(ctx, "delete from grant_wait where id = $1 and workspace = $2", g.ID, g.Workspace)
	return err
}
