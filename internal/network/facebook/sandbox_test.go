package facebook_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/facebook"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/outward"
	"github.com/kithhq/kith/internal/sandbox"
	pretended "github.com/kithhq/kith/internal/sandbox/facebook"
	"github.com/kithhq/kith/internal/secret"
)

const (
	appID     = "600000000000001"
	appSecret = "app-secret"
)

func harness(o facebook.Options) networktest.Harness {
	var net *pretended.Network // of the world that was opened last
	return networktest.Harness{
		Name: "facebook",
		Open: func(_ *testing.T, stage *sandbox.Stage) (http.Handler, func(string) map[string]string) {
			n := pretended.New(stage, pretended.Options{RequireProof: o.AppSecret != ""})
			net = n
			page := n.AddPage("Atelier des Halles")
			return n.Handler(), func(string) map[string]string {
				return map[string]string{"page": page.ID, "token": page.Token}
			}
		},
		Driver: func(out *outward.Client, base string, now func() time.Time) network.Driver {
			o := o
			o.GraphURL, o.Now = base, now
			return facebook.New(out, o)
		},
		// Who wrote on a profile of their own, Facebook tells no program.
		Anonymous: true,
		Listen: func(w *networktest.World, door *networktest.Door) func() {
			door.App = network.App{ID: appID, Secret: appSecret, Verify: "typed"}
			conn := w.Conn
			conn.App = door.App
			if _, err := w.Driver.(network.Subscriber).Subscribe(w.T().Context(), conn, door.URL); err != nil {
				w.T().Fatal(err)
			}
			return net.Settle
		},
		Counts: []string{"total_count", "count", "value"},
		Grain:  time.Minute,
		Flat:   true,
		Told:   told(),
		Crowd:  crowd,
		Hook: func(*testing.T, time.Time) (http.Header, []byte, secret.Text) {
			body := []byte(`{"object":"page","entry":[{"id":"1","time":1700000000,"changes":[]}]}`)
			header := http.Header{}
			signed, _ := pretended.Sign(appSecret, body)
			header.Set("X-Hub-Signature-256", signed)
			return header, body, appSecret
		},
		Instead: map[string]func(*testing.T, networktest.Harness){
			// The label is made of the partner's Page, and not by a switch.
			"what must be disclosed is disclosed": labels,
		},
		Hostile: [][]byte{
			[]byte(`{"object":"page","entry":[null,7,{"id":7,"changes":[null,{"field":"feed","value":null},{"field":"feed","value":{"item":"comment","verb":"add","comment_id":"\u0000","post_id":"1_2"}}]}]}`),
			[]byte(`{"object":"page","entry":[{"id":"1","messaging":[null,{"message":{"mid":"\ud800"}},{"sender":{"id":"2"},"message":{"mid":"m_1","text":"\u0000","attachments":[null,{"payload":7}]}}]}]}`),
			[]byte(`{"change":{"item":"comment","verb":"add","post_id":"1_2","comment_id":"2_3","message":"\u0000\ud800x","created_time":1e99}}`),
		},
	}
}

func TestFacebookWithAnApp(t *testing.T) {
	networktest.Run(t, harness(facebook.Options{AppID: appID, AppSecret: appSecret}))
}

func TestFacebookWithATokenAlone(t *testing.T) { networktest.Run(t, harness(facebook.Options{})) }
