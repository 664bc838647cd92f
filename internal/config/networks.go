package config

import (
	"net/url"
	"os"
	"strings"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/secret"
)

// App is our registration at a network, as configured.
type App struct {
	ID     string
	Secret secret.Text
	Verify secret.Text
}

// EndpointOf reads the addresses that stand in for those of networks.
func (c Config) EndpointOf() (map[string]string, error) {
	all := map[string]string{}
	for _, e := range c.Endpoints {
		name, value, _ := strings.Cut(e, "=")
		u, err := url.Parse(value)
		if name == "" || err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
			return nil, fault.New(fault.Invalid, "“%s” is no address of a network.", e).WithHint("Write x=https://x.example.org.")
		}
		all[name] = strings.TrimSuffix(value, "/")
	}
	return all, nil
}

// AppOf reads the apps at networks that were configured.
func (c Config) AppOf() (map[string]App, error) {
	all := map[string]App{}
	if c.Facebook.AppID != "" {
		all["facebook"] = App{c.Facebook.AppID, c.Facebook.AppSecret, c.Facebook.VerifyToken}
	}
	for _, a := range c.Apps {
		name, value, _ := strings.Cut(a, "=")
		parts := strings.SplitN(value, ":", 3)
		if name == "" || len(parts) < 2 || parts[0] == "" {
			// Not quoted: a secret may stand in it.
			return nil, fault.New(fault.Invalid, "An app of --app is not written as it should be.").WithHint("Write x=ID:SECRET or x=ID:SECRET:VERIFY.")
		}
		app := App{ID: parts[0], Secret: secret.Text(parts[1])}
		if len(parts) == 3 {
			app.Verify = secret.Text(parts[2])
		}
		all[name] = app
	}
	return all, nil
}

// MechanicsOf reads the file of mechanics; nil where none is given.
func (c Config) MechanicsOf() ([]byte, error) {
	if c.Mechanics == "" {
		return nil, nil
	}
	data, err := os.ReadFile(c.Mechanics)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "The file of --mechanics cannot be read.").WithHint("Look whether it is there and this user may read it.")
	}
	return data, nil
}
