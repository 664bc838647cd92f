package channel

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
)

// Knocks is whether a network was asked to knock for a channel, and does.
type Knocks struct {
	Hook    string    `json:"hook,omitempty"`    // the address that was asked for the last time
	Since   time.Time `json:"since,omitzero"`    // zero: the network does not knock there, as far as is known
	Seen    time.Time `json:"seen,omitzero"`     // when the network said so the last time
	Lost    bool      `json:"lost,omitempty"`    // it was found not to knock, and what came of asking it again is not known
	Failing time.Time `json:"failing,omitzero"`  // since when it cannot be asked; zero: it can
	Error   string    `json:"error,omitempty"`   // what it said then
	Fix     string    `json:"fix,omitempty"`     //
	Mend    string    `json:"mend,omitempty"`    // what would mend it, for flow
	Unset   bool      `json:"unset,omitempty"`   // there is nothing to ask with, which may be meant so
	Lacks   string    `json:"lacks,omitempty"`   // what it does not tell while it knocks
	Instead string    `json:"instead,omitempty"` // what Kith does about that
}

// Stands says that the network is known to knock at an address.
func (k Knocks) Stands(hook string) bool { return !k.Since.IsZero() && k.Hook == hook }

// Knocking keeps what came of asking a network to knock for a channel.
func Knocking(ctx context.Context, tx *store.Tx, c Channel, k Knocks) error {
	_, err := tx.Exec(ctx, "update channel set knocks = $1 where id = $2 and workspace = $3", k, c.ID, c.Workspace)
	return err
}

// LastKnock gives when one of some networks knocked the last time, in any workspace.
func LastKnock(ctx context.Context, tx *store.Tx, names ...network.Name) (last time.Time, err error) {
	for _, name := range names {
		at, err := store.One[time.Time](ctx, tx, "select max(webhook_at) from channel where network = $1", name)
		if err != nil {
			return last, err
		}
		if at.After(last) {
			last = at
		}
	}
	return last, nil
}

// Refusal is that knocks in a network's name were refused lately.
type Refusal struct {
	Since time.Time // the first one after the last genuine one
	At    time.Time
}

// RefuseKnock notes that a knock was not signed by its network. genuine is when the network
// itself knocked the last time.
func RefuseKnock(ctx context.Context, tx *store.Tx, name network.Name, genuine time.Time) error {
	_, err := tx.Exec(ctx, `insert into knock_refused (network, since, at) values ($1, $2, $2)
		on conflict (network) do update set at = excluded.at, since = case when knock_refused.since < $3 then excluded.since else knock_refused.since end`,
		name, tx.Now, genuine)
	return err
}

// RefusalOf gives what is known of refused knocks in a network's name; zero: nothing.
func RefusalOf(ctx context.Context, tx *store.Tx, name network.Name) (Refusal, error) {
	r, err := store.One[Refusal](ctx, tx, "select since, at from knock_refused where network = $1", name)
	if fault.Is(err, fault.NotFound) {
		return Refusal{}, nil
	}
	return r, err
}

// ForgetRefusal forgets it: what signatures are judged by has changed.
func ForgetRefusal(ctx context.Context, tx *store.Tx, name network.Name) error {
	_, err := tx.Exec(ctx, "delete from knock_refused where network = $1", name)
	return err
}
