package flow

import (
	"context"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/secret"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/team"
)

// App gives this house's registration at a network, or at the one whose guest it
// is: what was entered in the settings, else what was configured; the zero App where
// there is none.
func (h *House) App(ctx context.Context, name network.Name) (network.App, error) {
	name = h.Networks.Host(name)
	var kept channel.App
	err := store.View(ctx, h.DB, func(ctx context.Context, tx *store.Tx) (err error) {
		kept, err = channel.GetApp(ctx, tx, name)
		return err
	})
	if fault.Is(err, fault.NotFound) {
		return h.Apps[name], nil
	}
	if err != nil {
		return network.App{}, err
	}
	return kept.Open(h.Keys)
}

// Registration is what may be shown of our app at a network.
type Registration struct {
	Network network.Name
	App     network.App // its secret is for nobody's eyes
	Entered channel.App // zero: not entered, but configured
}

// Registrations lists our apps at networks, wherever they come from.
func (h *House) Registrations(ctx context.Context, tx *store.Tx) ([]Registration, error) {
	entered, err := channel.Apps(ctx, tx)
	if err != nil {
		return nil, err
	}
	var all []Registration
	for _, d := range h.Networks.All() {
		if !NeedsApp(d) {
			continue
		}
		r := Registration{Network: d.Name(), App: h.Apps[d.Name()]}
		for _, e := range entered {
			if e.Network != d.Name() {
				continue
			}
			r.Entered = e
			if r.App, err = e.Open(h.Keys); err != nil {
				r.App = network.App{ID: e.ID} // it can be entered again
			}
		}
		if r.App.Known() {
			all = append(all, r)
		}
	}
	return all, nil
}

// MayRegister says whether somebody may change what concerns the whole house: an
// owner, where there is nobody else's workspace in it.
func (h *House) MayRegister(ctx context.Context, tx *store.Tx, actor access.Actor) error {
	if err := actor.May(access.Settings); err != nil {
		return err
	}
	all, err := team.Workspaces(ctx, tx)
	if err == nil && len(all) > 1 {
		return fault.New(fault.Denied, "Several workspaces share this Kith, and an app at a network is for all of them.").
			WithHint("Whoever runs the server gives it with --app.")
	}
	return err
}

// Register keeps our app at a network. Where no secret is given, the one that is
// kept stays; where no verify word is given, one is made up.
func (h *House) Register(ctx context.Context, actor access.Actor, name network.Name, app network.App) error {
	driver, err := h.Networks.Get(name)
	if err != nil {
		return err
	}
	return h.effect(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := h.MayRegister(ctx, tx, actor); err != nil {
			return err
		}
		if !NeedsApp(driver) {
			return fault.New(fault.Invalid, "%s asks for no app.", driver.Profile().Label).WithHint("Connect an account right away.")
		}
		kept, err := channel.GetApp(ctx, tx, name)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		var before network.App
		if err == nil {
			if before, err = kept.Open(h.Keys); err != nil {
				before = network.App{} // the secret is asked for again
			}
		}
		if app.Secret == "" && app.ID == before.ID {
			app.Secret = before.Secret
		}
		if app.Verify == "" {
			app.Verify = before.Verify
		}
		if app.Verify == "" {
			app.Verify = secret.Text(secret.Token()[:24])
		}
		if app.ID == "" {
			return fault.New(fault.Invalid, "The App ID is missing.").On("app_id").WithHint("Copy it from the page of your app at the network.")
		}
		if app.Secret == "" {
			return fault.New(fault.Invalid, "The secret of the app is missing.").On("secret").WithHint("Copy it from the page of your app at the network.")
		}
		if err := h.askSoon(ctx, tx, actor.Workspace, name); err != nil {
			return err
		}
		return channel.KeepApp(ctx, tx, h.Keys, name, app)
	})
}

// Unregister forgets our app at a network; one that was configured is used again.
func (h *House) Unregister(ctx context.Context, actor access.Actor, name network.Name) error {
	driver, err := h.Networks.Get(name)
	if err != nil {
		return err
	}
	return h.effect(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := h.MayRegister(ctx, tx, actor); err != nil {
			return err
		}
		if !NeedsApp(driver) { // what is kept there is the house's own key, and every channel's
			return fault.New(fault.Invalid, "%s asks for no app.", driver.Profile().Label).WithHint("Connect an account right away.")
		}
		if err := h.askSoon(ctx, tx, actor.Workspace, name); err != nil {
			return err
		}
		return channel.ForgetApp(ctx, tx, name)
	})
}

// NeedsApp says whether a network works with an app that somebody registers there.
func NeedsApp(d network.Driver) bool { return len(d.Profile().App) > 0 || len(d.Profile().Guide) > 0 }
