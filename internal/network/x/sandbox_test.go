package x_test

import (
	"cmp"
	"net/http"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/network/x"
	"github.com/kithhq/kith/internal/outward"
	"github.com/kithhq/kith/internal/sandbox"
	pretended "github.com/kithhq/kith/internal/sandbox/x"
	"github.com/kithhq/kith/internal/secret"
)

func harness(o pretended.Options) networktest.Harness {
	o.ClientID, o.Secret = cmp.Or(o.ClientID, "client-of-ours"), cmp.Or(o.Secret, "secret-of-ours")
	o.Plenty = true            // on a frozen clock a quarter of an hour does not end
	var net *pretended.Network // of the world that was opened last
	return networktest.Harness{
		Name: "x",
		Open: func(_ *testing.T, stage *sandbox.Stage) (http.Handler, func(string) map[string]string) {
			net = pretended.New(stage, o)
			us := net.Account("atelier", "Atelier")
			return net.Handler(), func(string) map[string]string {
				return map[string]string{"token": us.Token, "refresh": us.Refresh}
			}
		},
		Listen: func(w *networktest.World, door *networktest.Door) func() {
			door.App = network.App{ID: o.ClientID, Secret: secret.Text(o.Secret), Extra: map[string]string{"bearer": net.Bearer()}}
			conn := w.Conn
			conn.App = door.App
			if _, err := w.Driver.(network.Subscriber).Subscribe(w.T().Context(), conn, door.URL); err != nil {
				w.T().Fatal(err)
			}
			return net.Settle
		},
		Driver: func(out *outward.Client, base string, now func() time.Time) network.Driver {
			return x.New(out, x.Options{Base: base, Now: now})
		},
		Counts: []string{"public_metrics", "non_public_metrics"},
		Told:   told(),
		Crowd:  crowd,
		Hook: func(*testing.T, time.Time) (http.Header, []byte, secret.Text) {
			body := []byte(`{"data":{"filter":{"user_id":"1"},"event_type":"dm.received","payload":{}}}`)
			return http.Header{"X-Twitter-Webhooks-Signature-Oauth2": {pretended.Sign("client-secret", body)}}, body, "client-secret"
		},
		Enter: func(w *networktest.World) (network.Account, network.App) {
			w.T().Helper()
			account, err := w.Driver.(network.Connector).Connect(w.T().Context(), w.Fields())
			if err != nil {
				w.T().Fatal(err)
			}
			return account, network.App{ID: o.ClientID, Secret: secret.Text(o.Secret)}
		},
		Instead: map[string]func(*testing.T, networktest.Harness){
			// The key that renews is good once.
			"keys are renewed ahead of time": func(t *testing.T, _ networktest.Harness) { renewal(t) },
		},
	}
}

func TestX(t *testing.T) {
	h := harness(pretended.Options{})
	h.Cannot = []network.Action{network.ActEdit} // of accounts with Premium alone
	networktest.Run(t, h)
}

// The names that the pages of the documentation use, and the answers that they
// let programs give.
func TestXAsItsPagesSay(t *testing.T) {
	networktest.Run(t, harness(pretended.Options{Prose: true, Summoned: true, Premium: true}))
}
