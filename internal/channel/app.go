package channel

import (
	"context"
	"encoding/json"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/secret"
	"github.com/kithhq/kith/internal/store"
)

// wholeHouse is the workspace of what belongs to the house and to no workspace.
const wholeHouse = ""

// Secret is a text that prints as •••.
type Secret = secret.Text

// App is this house's registration at a network as it is kept.
type App struct {
	Network   network.Name
	Sealed    string
	ID        string // as shown
	UpdatedAt time.Time
}

// sealedApp is what is sealed of a registration. It has no secret.Text, which
// never writes itself.
type sealedApp struct {
	ID     string            `json:"id"`
	Secret string            `json:"secret"`
	Verify string            `json:"verify"`
	Extra  map[string]string `json:"extra,omitempty"`
}

func appRow(name network.Name) string { return "network_app:" + string(name) + ":" + wholeHouse }

// AppsChanged is the topic on which the database tells of a registration that was
// entered or forgotten, by the network's name.
const AppsChanged = "network_app"

// KeepApp keeps our registration at a network, for the whole house.
func KeepApp(ctx context.Context, tx *store.Tx, keys *secret.Keyring, name network.Name, app network.App) error {
	plain, err := json.Marshal(sealedApp{app.ID, app.Secret.Reveal(), app.Verify.Reveal(), app.Extra}) //nolint:gosec // it is sealed at once
	if err != nil {
		return fault.Wrap(fault.Internal, err, "writing an app")
	}
	sealed, err := keys.Seal(appRow(name), secret.Text(plain))
	if err != nil {
		return err
	}
	tx.Notify(AppsChanged, string(name))
	_, err = tx.Exec(ctx, `insert into network_app (network, workspace, sealed, app_id, updated_at) values ($1, $2, $3, $4, $5)
		on conflict (network, workspace) do update set sealed = excluded.sealed, app_id = excluded.app_id, updated_at = excluded.updated_at`,
		name, wholeHouse, sealed, app.ID, tx.Now)
	return err
}

// Apps lists the registrations that were entered.
func Apps(ctx context.Context, tx *store.Tx) ([]App, error) {
	return store.All[App](ctx, tx, "select network, sealed, app_id, updated_at from network_app where workspace = $1 order by network", wholeHouse)
}

// GetApp gives one, or NotFound.
func GetApp(ctx context.Context, tx *store.Tx, name network.Name) (App, error) {
	return store.One[App](ctx, tx, "select network, sealed, app_id, updated_at from network_app where workspace = $1 and network = $2", wholeHouse, name)
}

// ForgetApp forgets one; what is not there is forgotten already.
func ForgetApp(ctx context.Context, tx *store.Tx, name network.Name) error {
	tx.Notify(AppsChanged, string(name))
	_, err := tx.Exec(ctx, "delete from network_app where workspace = $1 and network = $2", wholeHouse, name)
	return err
}

// Open gives the registration in the clear.
func (a App) Open(keys *secret.Keyring) (network.App, error) {
	return openApp(keys, a.Network, a.Sealed)
}

func openApp(keys *secret.Keyring, name network.Name, sealed string) (network.App, error) {
	plain, err := keys.Open(appRow(name), sealed)
	var s sealedApp
	if err == nil {
		err = json.Unmarshal([]byte(plain.Reveal()), &s)
	}
	if err != nil {
		return network.App{}, fault.Wrap(fault.Denied, err, "Our registration at this network cannot be read.").
			WithHint("Enter it again under Settings → Channels.")
	}
	return network.App{ID: s.ID, Secret: secret.Text(s.Secret), Verify: secret.Text(s.Verify), Extra: s.Extra}, nil
}
