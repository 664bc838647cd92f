// Package channel keeps the connected accounts: who we are on a network, its
// sealed keys, how the connection is, and up to when we have heard everything.
package channel

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/id"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/secret"
	"github.com/kithhq/kith/internal/store"
)

// Channel is one connected account.
type Channel struct {
	ID            string
	Workspace     string
	Network       network.Name
	Base          string
	Account       string
	Handle        string
	Name          string
	AvatarURL     string
	URL           string
	Keys          string // sealed
	Limits        network.Limits
	Health        string // ok, warn, broken
	HealthText    string
	HealthFix     string
	CheckedAt     time.Time
	Cursor        string
	CompleteUntil time.Time // we have heard everything up to here; zero = not known
	WebhookAt     time.Time
	CreatedAt     time.Time
	RemovedAt     time.Time
	KeysExpireAt  time.Time          // zero: they last, or nobody knows
	Quotas        []network.QuotaUse // as the network says
	QuotasAt      time.Time
	Told          []network.QuotaUse // as answers to reading say in their headers
	Pages         int                // read while catching up; 0 = there is nothing to catch up
	ReadingError  string             // why it could not be read the last time
	Granted       network.Granted
	Knocks        Knocks
	SilentSince   time.Time // the network does not answer; zero = it does, as far as we know
	PausedSince   time.Time // it is not read, because nothing may be spent on that; zero = it is read
	App           string    // our registration at the network, sealed; "" where none was entered
}

const columns = `id, workspace, network, base, account_id, handle, name, avatar_url, url, keys, limits,
	health, health_text, health_fix, checked_at, cursor, complete_until, webhook_at, created_at, removed_at`

// read are the columns of a Channel; our registration comes along, so that a
// call to a network needs no second question.
const read = "select " + columns + `, keys_expire_at, quotas, quotas_at, told, pages, reading_error, granted, knocks, silent_since, paused_since,
	coalesce((select a.sealed from network_app a where a.network = channel.network and a.workspace = ''), '') from channel `

func row(id string) string { return "channel:" + id }

// Connect keeps a connected account. The same account connected again keeps its
// channel and its history and gets the new keys.
func Connect(ctx context.Context, tx *store.Tx, keys *secret.Keyring, workspace string, name network.Name, a network.Account) (Channel, error) {
	c, err := store.One[Channel](ctx, tx, read+`where workspace = $1 and network = $2 and base = $3 and account_id = $4`, workspace, name, a.Base, a.ID)
	fresh := fault.Is(err, fault.NotFound)
	if err != nil && !fresh {
		return c, err
	}
	if fresh {
		c.ID = id.New()
	}
	sealed, err := keys.Seal(row(c.ID), a.Keys)
	if err != nil {
		return c, err
	}
	health, text := "ok", ""
	if a.Warning != "" {
		health, text = "warn", a.Warning
	}
	if fresh {
		_, err = tx.Exec(ctx, `insert into channel (`+columns+`, granted, alias)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, '', $14, '', null, null, $14, null, $15, $16)`,
			c.ID, workspace, name, a.Base, a.ID, a.Handle, a.Name, a.AvatarURL, a.URL, sealed, a.Limits, health, text, tx.Now, a.Granted, a.Granted.Alias)
	} else {
		_, err = tx.Exec(ctx, `update channel set handle = $1, name = $2, avatar_url = $3, url = $4, keys = $5, limits = $6,
			health = $7, health_text = $8, health_fix = '', checked_at = $9, removed_at = null, keys_expire_at = null, quotas = '[]', reading_error = '',
			keys_before = '', renewal = '', renewal_until = null, granted = $12, alias = $13, silent_since = null, paused_since = null
			where id = $10 and workspace = $11`,
			a.Handle, a.Name, a.AvatarURL, a.URL, sealed, a.Limits, health, text, tx.Now, c.ID, workspace, a.Granted, a.Granted.Alias)
	}
	if err != nil {
		return c, err
	}
	return Get(ctx, tx, workspace, c.ID)
}

// Get gives a channel of a workspace that has not been removed.
func Get(ctx context.Context, tx *store.Tx, workspace, id string) (Channel, error) {
	c, err := store.One[Channel](ctx, tx, read+"where workspace = $1 and id = $2 and removed_at is null", workspace, id)
	if fault.Is(err, fault.NotFound) {
		return c, fault.New(fault.NotFound, "There is no such channel.")
	}
	return c, err
}

// List gives the channels of a workspace in the order they were connected.
func List(ctx context.Context, tx *store.Tx, workspace string) ([]Channel, error) {
	return store.All[Channel](ctx, tx, read+"where workspace = $1 and removed_at is null order by created_at, id", workspace)
}

// Everywhere gives all channels of all workspaces, for work that Kith does by
// itself: reading, checking, counting.
func Everywhere(ctx context.Context, tx *store.Tx) ([]Channel, error) {
	return store.All[Channel](ctx, tx, read+"where removed_at is null order by id")
}

// Remote gives the channels, of any workspace, that stand for a network's
// account: a webhook names the account, not the workspace, and by the id that the API
// has which tells of it; or what the account is a part of, and then it is told of each part.
func Remote(ctx context.Context, tx *store.Tx, name network.Name, account string) ([]Channel, error) {
	if account == "" {
		return nil, nil // names nobody, as the alias of most channels
	}
	return store.All[Channel](ctx, tx, read+"where network = $1 and (account_id = $2 or alias = $2) and removed_at is null order by id", name, account)
}

// Beside gives the channel of the same workspace on another network that stands for
// the same account, if there is one.
func Beside(ctx context.Context, tx *store.Tx, workspace, account string, name network.Name) (c Channel, there bool, err error) {
	all, err := store.All[Channel](ctx, tx, read+"where workspace = $1 and network = $2 and account_id = $3 and removed_at is null order by created_at, id", workspace, name, account)
	if err != nil || len(all) == 0 {
		return c, false, err
	}
	return all[0], true, nil
}

// Conn opens what a driver needs for a call.
func (c Channel) Conn(keys *secret.Keyring) (network.Conn, error) {
	plain, err := keys.Open(row(c.ID), c.Keys)
	if err != nil {
		return network.Conn{}, fault.Wrap(fault.Denied, err, "The keys of %s cannot be read.", c.Handle).
			WithHint("Connect the channel again.")
	}
	conn := network.Conn{Base: c.Base, Account: c.Account, Handle: c.Handle, Keys: plain, Limits: c.Limits}
	if c.App != "" {
		conn.App, err = openApp(keys, c.Network, c.App)
	}
	return conn, err
}

// Checked keeps what the network said about the connection; empty keys stay.
// Nothing is kept of what it said about other keys than those in use now, or those
// that they were renewed from by EndRenewal: they belong to a connection of before.
func Checked(ctx context.Context, tx *store.Tx, ring *secret.Keyring, c Channel, h network.Health, keys secret.Text) error {
	sealed := ""
	if keys != "" {
		var err error
		if sealed, err = ring.Seal(row(c.ID), keys); err != nil {
			return err
		}
	}
	limits := c.Limits
	if h.Limits.Text.Max > 0 {
		limits = h.Limits
	}
	granted := c.Granted
	if h.Granted.Known() {
		granted = h.Granted
	}
	if h.Granted.Alias != "" {
		granted.Alias = h.Granted.Alias // also where the rights are not told
	}
	for _, q := range h.Quotas {
		if q.Name != network.People {
			continue
		}
		if err := limited(ctx, tx, c, q, tx.Now); err != nil {
			return err
		}
	}
	if h.Quotas != nil {
		if err := Used(ctx, tx, c.Workspace, c.ID, h.Quotas); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, `update channel set health = $1, health_text = $2, health_fix = $3, checked_at = $4,
		keys = case when $5 <> '' and keys = $6 then $5 else keys end, limits = $7,
		name = $8, avatar_url = $9, handle = $10, keys_expire_at = $11, granted = $14, alias = $15, silent_since = null where id = $12 and workspace = $13 and $6 in (keys, keys_before)`,
		h.State, h.Text, h.Fix, tx.Now, sealed, c.Keys, limits, or(h.Name, c.Name), or(h.Avatar, c.AvatarURL), or(h.Handle, c.Handle), h.Expires, c.ID, c.Workspace, granted, granted.Alias)
	return err
}

// Ailing marks a connection after a call that the network refused, unless it has
// other keys by now than the call had: c is the channel as the call began.
func Ailing(ctx context.Context, tx *store.Tx, c Channel, text, fix string) error {
	_, err := tx.Exec(ctx, "update channel set health = 'broken', health_text = $1, health_fix = $2, checked_at = $3 where id = $4 and workspace = $5 and $6 in (keys, keys_before)",
		text, fix, tx.Now, c.ID, c.Workspace, c.Keys)
	return err
}

// Reconnected says whether a channel was connected again, or removed, since it was c.
func Reconnected(ctx context.Context, tx *store.Tx, c Channel) (bool, error) {
	n, err := store.One[int64](ctx, tx, "select count(*) from channel where id = $1 and workspace = $2 and $3 in (keys, keys_before)", c.ID, c.Workspace, c.Keys)
	return n == 0, err
}

// Heard moves the cursor: everything up to a moment has been taken in. pages is
// how many have been read while there are more; 0 at the end.
func Heard(ctx context.Context, tx *store.Tx, workspace, id, cursor string, until time.Time, pages int, told []network.QuotaUse) error {
	if told == nil {
		told = []network.QuotaUse{}
	}
	_, err := tx.Exec(ctx, `update channel set cursor = $1, complete_until = case when complete_until is null or complete_until < $2 then $2 else complete_until end,
		pages = $5, told = $6, reading_error = '' where id = $3 and workspace = $4`, cursor, until, id, workspace, pages, told)
	return err
}

// Unheard notes why a channel could not be read.
func Unheard(ctx context.Context, tx *store.Tx, workspace, id, why string) error {
	_, err := tx.Exec(ctx, "update channel set reading_error = $1 where id = $2 and workspace = $3 and reading_error <> $1", why, id, workspace)
	return err
}

// Pause notes that nothing may be spent on reading a channel, which says more than why it
// could not be read before. Since when stays what it was.
func Pause(ctx context.Context, tx *store.Tx, workspace, id string) error {
	_, err := tx.Exec(ctx, "update channel set paused_since = $1, reading_error = '' where id = $2 and workspace = $3 and paused_since is null", tx.Now, id, workspace)
	return err
}

// Resume notes that something may be spent on reading a channel again.
func Resume(ctx context.Context, tx *store.Tx, workspace, id string) error {
	_, err := tx.Exec(ctx, "update channel set paused_since = null where id = $1 and workspace = $2", id, workspace)
	return err
}

// Unanswered notes that a network does not answer. Since when stays what it was.
func Unanswered(ctx context.Context, tx *store.Tx, workspace, id string) error {
	_, err := tx.Exec(ctx, "update channel set silent_since = $1 where id = $2 and workspace = $3 and silent_since is null", tx.Now, id, workspace)
	return err
}

// Answered notes that a network answers again.
func Answered(ctx context.Context, tx *store.Tx, workspace, id string) error {
	_, err := tx.Exec(ctx, "update channel set silent_since = null where id = $1 and workspace = $2", id, workspace)
	return err
}

// Used keeps how much of its quotas a channel has used, as the network says; it may
// say nothing.
func Used(ctx context.Context, tx *store.Tx, workspace, id string, quotas []network.QuotaUse) error {
	if quotas == nil {
		quotas = []network.QuotaUse{}
	}
	_, err := tx.Exec(ctx, "update channel set quotas = $1, quotas_at = $2 where id = $3 and workspace = $4", quotas, tx.Now, id, workspace)
	return err
}

// Knocked notes that the network called.
func Knocked(ctx context.Context, tx *store.Tx, workspace, id string) error {
	_, err := tx.Exec(ctx, "update channel set webhook_at = $1 where id = $2 and workspace = $3 and (webhook_at is null or webhook_at < $4)",
		tx.Now, id, workspace, tx.Now.Add(-time.Minute))
	return err
}

// Remove takes a channel out of use and forgets its keys; its history stays.
func Remove(ctx context.Context, tx *store.Tx, workspace, id string) error {
	n, err := tx.Exec(ctx, "update channel set removed_at = $1, keys = '', keys_before = '' where id = $2 and workspace = $3 and removed_at is null", tx.Now, id, workspace)
	if err == nil && n == 0 {
		return fault.New(fault.NotFound, "There is no such channel.")
	}
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "delete from notice where channel_id = $1 and workspace = $2", id, workspace)
	return err
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// On gives the ids of all channels that were ever on a network, in every
// workspace: they share this house's app there.
func On(ctx context.Context, tx *store.Tx, name network.Name) ([]string, error) {
	return store.All[string](ctx, tx, "select id from channel where network = $1 order by id", name)
}

// Reading gives the ids of the channels that are connected on a network, in every
// workspace.
func Reading(ctx context.Context, tx *store.Tx, name network.Name) ([]string, error) {
	return store.All[string](ctx, tx, "select id from channel where network = $1 and removed_at is null order by id", name)
}

// Pooled gives the ids of the channels, in every workspace, whose accounts share a limit
// with that of a channel, itself among them.
func Pooled(ctx context.Context, tx *store.Tx, c Channel, quota string) ([]string, error) {
	pool := c.Pool(quota)
	if pool == "" {
		return []string{c.ID}, nil
	}
	all, err := store.All[Channel](ctx, tx, read+"where network = $1 and removed_at is null order by id", c.Network)
	var ids []string
	for _, one := range all {
		if one.Pool(quota) == pool {
			ids = append(ids, one.ID)
		}
	}
	return ids, err
}

// Pool names for whom a limit of this account is counted; "": for itself.
func (c Channel) Pool(quota string) string {
	for _, u := range c.Quotas {
		if u.Name == quota {
			return u.Pool
		}
	}
	return ""
}

// Sweep forgets attempts to connect that nobody came back to, and notices that are over.
func Sweep(ctx context.Context, tx *store.Tx) error {
	if _, err := tx.Exec(ctx, "delete from grant_wait where expires_at < $1", tx.Now); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "delete from notice where at < $1 and (level = '' or until_at < $2)", tx.Now.Add(-noticesKept), tx.Now)
	return err
}
