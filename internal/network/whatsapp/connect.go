package whatsapp

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/graph"
	"github.com/kithhq/kith/internal/secret"
)

// number is a phone number of a business account as WhatsApp shows it.
type number struct {
	ID      graph.Ident `json:"id"`
	Display string      `json:"display_phone_number"`
	Name    string      `json:"verified_name"`
	Quality string      `json:"quality_rating"`
	Status  string      `json:"status"`
}

const numberFields = "id,display_phone_number,verified_name,quality_rating,status"

// Connect tries a token, and looks whether the number belongs to the account.
func (d *Driver) Connect(ctx context.Context, settings map[string]string) (network.Account, error) {
	token := strings.TrimSpace(settings["token"])
	k := keys{Token: token, Account: strings.TrimSpace(settings["account"])}
	phone := strings.TrimSpace(settings["phone"])
	switch {
	case !graph.TokenSign.MatchString(token):
		return network.Account{}, fault.New(fault.Invalid, "This is not an access token.").WithHint("Copy all of it.").On("token")
	case !digits.MatchString(phone):
		return network.Account{}, fault.New(fault.Invalid, "This is not the ID of a phone number.").WithHint("It has digits alone, and is not the phone number itself.").On("phone")
	case !digits.MatchString(k.Account):
		return network.Account{}, fault.New(fault.Invalid, "This is not the ID of a business account.").WithHint("It has digits alone.").On("account")
	}
	all, err := d.numbers(ctx, k, network.App{})
	if fault.Is(err, fault.NotFound) {
		return network.Account{}, fault.Wrap(fault.Invalid, err, "This key does not see this business account.").
			WithHint("Assign the account to the system user in the business settings, and look at the ID.").On("account")
	}
	if err != nil {
		return network.Account{}, err
	}
	for _, one := range all {
		if string(one.ID) == phone {
			return d.account(ctx, one, k, network.App{}), nil
		}
	}
	return network.Account{}, fault.New(fault.Invalid, "This business account has no number with this ID.").WithHint("Copy the phone number ID again.").On("phone")
}

// numbers are those of a business account.
func (d *Driver) numbers(ctx context.Context, k keys, app network.App) ([]number, error) {
	var all []number
	call := func(ctx context.Context, a graph.Ask, out any) error {
		a.App = app
		_, err := d.graph.Send(ctx, k.Token, a, out)
		return err
	}
	_, err := d.graph.Walk(ctx, call, k.Account+"/phone_numbers", url.Values{"fields": {numberFields}, "limit": {"100"}}, 10, func(items []json.RawMessage) bool {
		for _, item := range items {
			var one number
			if json.Unmarshal(item, &one) == nil && graph.Object.MatchString(string(one.ID)) && one.Display != "" {
				all = append(all, one)
			}
		}
		return false
	})
	return all, err
}

func (d *Driver) account(ctx context.Context, one number, k keys, app network.App) network.Account {
	a := network.Account{Base: d.graph.Base, ID: string(one.ID), Handle: graph.Clip(one.Display, 64), Name: graph.Clip(one.Name, 640), Keys: k.text(), Limits: d.profile.Limits}
	if a.Name == "" {
		a.Name = a.Handle
	}
	if plain := bare(a.Handle); plain != "" {
		a.URL = "https://wa.me/" + plain
	}
	a.Granted.Alias = k.Account
	if about, known := d.graph.Debug(ctx, k.Token, app); known {
		a.Granted = about.Granted("")
		a.Granted.Alias = k.Account
		if lacks := about.Lacks(wanted()); len(lacks) > 0 {
			a.Warning = "Connected, but these permissions are missing: " + strings.Join(lacks, ", ") + "."
		}
	}
	return a
}

// Check asks how the number and its key are. A key that is refused is a state of
// the connection, not an error of the question.
func (d *Driver) Check(ctx context.Context, conn network.Conn) (network.Health, secret.Text, error) {
	health := network.Health{State: "ok", Text: "Connected.", Limits: d.profile.Limits, Handle: conn.Handle, Followers: -1}
	s, err := d.open(conn)
	var one number
	if err == nil {
		a := graph.Ask{Path: conn.Account, Query: url.Values{"fields": {numberFields}}}
		if err = s.call(ctx, a, &one); err == nil && (string(one.ID) != conn.Account || one.Display == "") {
			err = s.graph.Misunderstood(a)
		}
	}
	if fault.Is(err, fault.Denied) || fault.Is(err, fault.NotFound) {
		health.State = "broken"
		if health.Text, health.Fix = fault.Shown(err); health.Fix == "" {
			health.Fix = "Connect the number again."
		}
		return health, "", nil
	}
	if err != nil {
		return network.Health{}, "", err
	}
	health.Name, health.Handle = graph.Clip(one.Name, 640), graph.Clip(one.Display, 64)
	health.Granted.Alias = s.keys.Account
	health.Quotas = s.people(ctx)
	switch {
	case one.Status == "BANNED":
		health.State, health.Text, health.Fix = "broken", "WhatsApp has banned this number.", "Look at the notices in WhatsApp Manager."
		return health, "", nil
	case one.Status == "RESTRICTED":
		health.State, health.Text, health.Fix = "warn", "WhatsApp has restricted this number for a while.", "Look at the notices in WhatsApp Manager."
	case one.Quality == "RED":
		health.State, health.Text = "warn", "People block or report this number: its quality is low."
		health.Fix = "Send fewer templates, and only to people who want them."
	case one.Quality == "YELLOW":
		health.Text = "Connected. The quality of this number is medium: some people block or report it."
	case one.Quality == "GREEN":
		health.Text = "Connected. The quality of this number is high."
	}
	if about, known := d.graph.Debug(ctx, s.keys.Token, conn.App); known {
		health.Granted = about.Granted("")
		health.Granted.Alias = s.keys.Account
		d.judge(about, &health)
	}
	return health, "", nil
}

// judge says what is or will be wrong with a token.
func (d *Driver) judge(about graph.Debug, health *network.Health) {
	if about.Expires > 0 {
		health.Expires = time.Unix(about.Expires, 0).UTC()
	}
	lacks := about.Lacks(wanted())
	switch {
	case !about.Valid:
		health.State, health.Text, health.Fix = "broken", "WhatsApp does not accept our key any more.", "Connect the number again."
	case len(lacks) > 0:
		list := strings.Join(lacks, ", ")
		health.State, health.Text = "warn", "Connected, but these permissions are missing: "+list+"."
		health.Fix = "Connect the number again, and allow " + list + "."
	case about.Expires > 0 && about.Expires < d.now().Add(14*24*time.Hour).Unix():
		health.State, health.Text = "warn", "The key of this number expires on "+health.Expires.Format("2006-01-02")+"."
		health.Fix = "Connect the number again."
	}
}
