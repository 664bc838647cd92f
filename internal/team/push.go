package team

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/id"
	"github.com/kithhq/kith/internal/jobs"
	"github.com/kithhq/kith/internal/secret"
	"github.com/kithhq/kith/internal/store"
)

// Device is a browser in which somebody wants to be reminded.
type Device struct {
	ID        string
	AccountID string
	Endpoint  string
	Keys      string // sealed
	Agent     string
	Locale    string
	CreatedAt time.Time
	UsedAt    time.Time
	Failed    int
}

const deviceColumns = "id, account_id, endpoint, keys, agent, locale, created_at, used_at, failed"

// devicesMost bounds how many browsers one person may name.
const devicesMost = 20

// Nudge is a short message on its way to a browser.
type Nudge struct {
	Device string `json:"device"`
	Title  string `json:"title"`
	Body   string `json:"body"`
	Href   string `json:"href"`
	Tag    string `json:"tag"`
}

// Nudges is the job that sends one.
var Nudges = jobs.Kind[Nudge]{Name: "push.send", Attempts: 8, GiveUp: time.Hour}

func deviceRow(id string) string { return "push:" + id }

// AddDevice remembers a browser; one that is known already is of whoever signed
// in there last.
func AddDevice(ctx context.Context, tx *store.Tx, ring *secret.Keyring, actor access.Actor, endpoint string, keys secret.Text, agent, locale string) (Device, error) {
	if _, err := tx.Exec(ctx, "delete from push_subscription where endpoint = $1", endpoint); err != nil {
		return Device{}, err
	}
	n, err := store.One[int](ctx, tx, "select count(*) from push_subscription where account_id = $1", actor.User)
	if err != nil {
		return Device{}, err
	}
	if n >= devicesMost {
		return Device{}, fault.New(fault.Conflict, "You are reminded on %d devices already.", n).WithHint("Take one away first.")
	}
	d := Device{ID: id.New(), AccountID: actor.User, Endpoint: endpoint, Agent: agent, Locale: locale, CreatedAt: tx.Now}
	if d.Keys, err = ring.Seal(deviceRow(d.ID), keys); err != nil {
		return d, err
	}
	_, err = tx.Exec(ctx, "insert into push_subscription ("+deviceColumns+") values ($1, $2, $3, $4, $5, $6, $7, null, 0)",
		d.ID, d.AccountID, d.Endpoint, d.Keys, d.Agent, d.Locale, d.CreatedAt)
	return d, err
}

// Devices gives the browsers of a person.
func Devices(ctx context.Context, tx *store.Tx, accountID string) ([]Device, error) {
	return store.All[Device](ctx, tx, "select "+deviceColumns+" from push_subscription where account_id = $1 order by created_at", accountID)
}

// GetDevice gives one browser.
func GetDevice(ctx context.Context, tx *store.Tx, deviceID string) (Device, error) {
	d, err := store.One[Device](ctx, tx, "select "+deviceColumns+" from push_subscription where id = $1", deviceID)
	if fault.Is(err, fault.NotFound) {
		return d, fault.New(fault.NotFound, "There is no such device.")
	}
	return d, err
}

// OpenKeys opens what encrypts for a browser.
func (d Device) OpenKeys(ring *secret.Keyring) (secret.Text, error) {
	return ring.Open(deviceRow(d.ID), d.Keys)
}

// RemoveDevice forgets a browser of a person.
func RemoveDevice(ctx context.Context, tx *store.Tx, accountID, deviceID string) error {
	n, err := tx.Exec(ctx, "delete from push_subscription where id = $1 and account_id = $2", deviceID, accountID)
	if err == nil && n == 0 {
		return fault.New(fault.NotFound, "There is no such device.")
	}
	return err
}

// Forget forgets a browser that has unsubscribed.
func ForgetDevice(ctx context.Context, tx *store.Tx, deviceID string) error {
	_, err := tx.Exec(ctx, "delete from push_subscription where id = $1", deviceID)
	return err
}

// Nudged notes that a browser was reached.
func Nudged(ctx context.Context, tx *store.Tx, deviceID string) error {
	_, err := tx.Exec(ctx, "update push_subscription set used_at = $1 where id = $2", tx.Now, deviceID)
	return err
}

// Nudge writes the jobs that tell a person something on all their devices.
func NudgeAll(ctx context.Context, tx *store.Tx, workspace, accountID, title, body, href, tag string) error {
	all, err := Devices(ctx, tx, accountID)
	if err != nil {
		return err
	}
	for _, d := range all {
		if _, _, err := jobs.Insert(ctx, tx, Nudges, jobs.New{Workspace: workspace, Lane: "push/" + d.ID}, Nudge{d.ID, title, body, href, tag}); err != nil {
			return err
		}
	}
	return nil
}

// PushKey is this house's key pair for push, made when it is first wanted.
type PushKey struct {
	ID        string
	Public    string
	Sealed    string
	CreatedAt time.Time
}

const pushKeyName = "house"

// PushKeys gives the key pair of this house, the private one opened.
func PushKeys(ctx context.Context, tx *store.Tx, ring *secret.Keyring, fresh func() (public string, private secret.Text, err error)) (public string, private secret.Text, err error) {
	k, err := store.One[PushKey](ctx, tx, "select id, public, sealed, created_at from push_key where id = $1", pushKeyName)
	if err == nil {
		private, err = ring.Open("push_key", k.Sealed)
		return k.Public, private, err
	}
	if !fault.Is(err, fault.NotFound) {
		return "", "", err
	}
	if public, private, err = fresh(); err != nil {
		return "", "", err
	}
	sealed, err := ring.Seal("push_key", private)
	if err != nil {
		return "", "", err
	}
	_, err = tx.Exec(ctx, "insert into push_key (id, public, sealed, created_at) values ($1, $2, $3, $4)", pushKeyName, public, sealed, tx.Now)
	return public, private, err
}
