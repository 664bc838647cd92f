// Package byhand is the networks that give no program a way to publish: Kith
// prepares everything, reminds a person at the moment, and takes their word that
// it is done. Nothing here speaks to anybody.
package byhand

import (
	"context"
	"embed"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
)

//go:embed facts/*.json
var facts embed.FS

// Driver stands for one network that is published on by hand.
type Driver struct {
	name    network.Name
	profile network.Profile
}

var _ network.Connector = (*Driver)(nil)

// All gives the networks that are published on by hand; said is what whoever runs
// this house says in the place of our facts.
func All(said network.Mechanics) []network.Driver {
	var all []network.Driver
	for _, name := range []network.Name{"bereal", "snapchat", "instagram_personal", "tiktok_personal"} {
		data, err := facts.ReadFile("facts/" + string(name) + ".json")
		if err != nil {
			panic(err) // it is embedded
		}
		d := &Driver{name: name, profile: network.Facts(data, said[name])}
		why := network.Cannot{Why: d.profile.Label + " gives no program a way to do this.", Instead: "Do it in its own application; Kith prepares and reminds."}
		for _, a := range network.Actions() {
			if _, said := d.profile.Cannot[a]; !said && !network.Can(d, a) {
				d.profile.Cannot[a] = why
			}
		}
		d.profile.Fields = []network.Field{{Name: "handle", Label: "Account name", Help: "As it is shown in the application. Nothing is signed in to: it is for you to know which account it is.", Kind: "text", Required: true}}
		all = append(all, d)
	}
	return all
}

// Name of the network.
func (d *Driver) Name() network.Name { return d.name }

// Profile says what the network takes, and the steps by which a person publishes.
func (d *Driver) Profile() network.Profile { return d.profile }

var handle = regexp.MustCompile(`^[\p{L}\p{N}._-]+$`) //nolint:gochecknoglobals // compiled once; counting classes of this size takes a megabyte

// Connect notes the account; there is nobody to ask.
func (d *Driver) Connect(_ context.Context, settings map[string]string) (network.Account, error) {
	name := strings.TrimPrefix(strings.TrimSpace(settings["handle"]), "@")
	if utf8.RuneCountInString(name) > 64 || !handle.MatchString(name) {
		return network.Account{}, fault.New(fault.Invalid, "This is no name of an account.").WithHint("Letters, digits, points, dashes and underscores.").On("settings.handle")
	}
	return network.Account{Base: "by hand", ID: strings.ToLower(name), Handle: name, Name: name, Keys: "{}", Limits: d.profile.Limits}, nil
}
