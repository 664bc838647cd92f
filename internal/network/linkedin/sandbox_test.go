package linkedin_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/linkedin"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/outward"
	"github.com/kithhq/kith/internal/sandbox"
	pretended "github.com/kithhq/kith/internal/sandbox/linkedin"
	"github.com/kithhq/kith/internal/secret"
)

const clientSecret = "client-secret"

func harness(o pretended.Options) networktest.Harness {
	if o.PartBytes == 0 {
		o.PartBytes = 120 << 10 // three parts
	}
	var net *pretended.Network // of the world that was opened last
	return networktest.Harness{
		Name: "linkedin",
		Open: func(_ *testing.T, stage *sandbox.Stage) (http.Handler, func(string) map[string]string) {
			n := pretended.New(stage, o)
			net = n
			page := n.AddPage("Librairie Hirondelle", n.AddMember("Camille Keeper"))
			return n.Handler(), func(string) map[string]string {
				return map[string]string{"page": page.Number, "token": page.Token}
			}
		},
		Driver: func(out *outward.Client, base string, now func() time.Time) network.Driver {
			return linkedin.New(out, linkedin.Options{Base: base, Now: now})
		},
		Listen: func(w *networktest.World, door *networktest.Door) func() {
			conn := w.Conn
			conn.App = network.App{ID: "77kithrehearsal", Secret: clientSecret, Extra: map[string]string{"application": "212345678"}}
			door.App = conn.App
			if err := net.Register(w.T().Context(), door.URL); err != nil {
				w.T().Fatal(err)
			}
			if _, err := w.Driver.(network.Subscriber).Subscribe(w.T().Context(), conn, door.URL); err != nil {
				w.T().Fatal(err)
			}
			return net.Settle
		},
		Judge:  documented,
		Counts: []string{"reactionSummaries", "commentSummary", "totalShareStatistics"},
		Flat:   true,
		Told:   told(),
		Crowd:  crowd,
		Hook: func(*testing.T, time.Time) (http.Header, []byte, secret.Text) {
			body := []byte(`{"type":"ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS","notifications":[]}`)
			header := http.Header{}
			header.Set("X-LI-Signature", pretended.Sign(clientSecret, body))
			return header, body, clientSecret
		},
		Hostile: [][]byte{
			[]byte(`{"type":"ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS","notifications":[null,7,"x",{"action":7},{"action":"COMMENT","organizationalEntity":"urn:li:organization:1","generatedActivity":"urn:li:comment:(activity:1,2)","decoratedGeneratedActivity":{"comment":{"text":"\u0000\ud800","owner":7}}}]}`),
			[]byte(`{"type":"ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS","notifications":[{"action":"LIKE","organizationalEntity":"urn:li:organization:1","sourcePost":"urn:li:activity:1","generatedActivity":"urn:li:reaction:(urn:li:person:x,urn:li:activity:1)","lastModifiedAt":1e99}]}`),
			[]byte(`{"action":"COMMENT","thread":"urn:li:activity:1","number":"2","text":"\u0000\ud800","at":9223372036854775807}`),
			[]byte(`{"action":"SHARE","share":"urn:li:share:99999999999999999999999999"}`),
		},
		Instead: map[string]func(*testing.T, networktest.Harness){
			// Keys are renewed with the secret of the app, which the suite's connection
			// does not have; see TestKeysAreRenewedAheadOfTime.
			"keys are renewed ahead of time": func(t *testing.T, _ networktest.Harness) { t.Helper(); renewals(t) },
		},
	}
}

func TestAPage(t *testing.T) { networktest.Run(t, harness(pretended.Options{})) }

// member is a channel of a person's own: LinkedIn tells programs nothing of what
// others write below a member's posts.
func member(o pretended.Options) networktest.Harness {
	h := harness(o)
	h.Open = func(_ *testing.T, stage *sandbox.Stage) (http.Handler, func(string) map[string]string) {
		n := pretended.New(stage, o)
		camille := n.AddMember("Camille Keeper")
		return n.Handler(), func(string) map[string]string { return map[string]string{"token": camille.Token} }
	}
	h.Cannot = []network.Action{network.ActPoll, network.ActMention, network.ActDeleteOthers, network.ActWebhook}
	return h
}

func TestAMember(t *testing.T) { networktest.Run(t, member(pretended.Options{})) }
