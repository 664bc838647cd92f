package house

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/kithhq/kith/internal/api"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
	"github.com/kithhq/kith/test/hand"
)

// The account that was connected with an app password lets us in at its own server:
// it stays the same channel, its keys are renewed while it works, and disconnected
// its owner's server has ended them.
func TestBlueskyIsConnectedByTheAccountsOwnServer(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		me, us := p.browser(keeper), p.accounts["bluesky"]
		p.publish("by an app password", "bluesky")
		p.act(sandbox.Act{Network: "bluesky", Mood: sandbox.Fan, Kind: "comment", Text: "before the change"})
		before := p.conversation("bluesky", "before the change")

		var going api.Going
		me.api(200, "POST", "/channels/authorize", api.Authorize{Network: "bluesky", Channel: p.channels["bluesky"]}, &going)
		g := me.grant(me.goes(me.consents(going.URL, "account", us)))
		if g.State != "granted" || len(g.Accounts) != 1 || g.Accounts[0].ID != us || g.Accounts[0].ChannelID != p.channels["bluesky"] || !g.Accounts[0].Fits {
			t.Fatalf("what came of it: %+v", g)
		}
		var made api.Page[api.Channel]
		me.api(200, "POST", "/grants/"+g.ID, api.Choose{Accounts: []string{us}}, &made)
		if len(made.Items) != 1 || made.Items[0].ID != p.channels["bluesky"] || made.Items[0].Health.State != "ok" {
			t.Fatalf("connected: %+v", made)
		}
		if m := p.message(before.ID, "before the change"); m.State != "visible" {
			t.Errorf("its history holds %+v", m)
		}
		p.publish("by consent", "bluesky")
		p.act(sandbox.Act{Network: "bluesky", Mood: sandbox.Fan, Kind: "comment", Text: "after the change"})
		p.conversation("bluesky", "after the change")

		// The network finds the key over in the middle of the work: it is renewed, and kept.
		sealed := p.sealed("bluesky")
		_, err := p.Weather.Add(sandbox.Mishap{Network: "bluesky", Kind: sandbox.TokenExpired, Action: sandbox.Read, Times: 1})
		p.must(err)
		hand.Until(t, soon, "new keys are kept", func() (bool, any) { return p.sealed("bluesky") != sealed, nil })
		p.publish("with new keys", "bluesky")

		// Its owner ends it over there: the channel says to connect again.
		_, err = p.Weather.Add(sandbox.Mishap{Network: "bluesky", Kind: sandbox.TokenRevoked, Times: 1})
		p.must(err)
		hand.Until(t, soon, "the channel says so", func() (bool, any) {
			c := hand.Do[api.Channel](t, p.Hand, http.MethodGet, "/channels/"+p.channels["bluesky"], nil)
			return c.Health.State == "broken" && c.Health.Fix != "", c.Health
		})
		me.api(200, "POST", "/channels/authorize", api.Authorize{Network: "bluesky", Channel: p.channels["bluesky"]}, &going)
		g = me.grant(me.goes(me.consents(going.URL, "account", us)))
		me.api(200, "POST", "/grants/"+g.ID, api.Choose{Accounts: []string{us}}, &made)
		p.publish("let in again", "bluesky")

		asked := p.Bluesky.Consents()
		me.api(204, "DELETE", "/channels/"+p.channels["bluesky"], nil, nil)
		if left := p.Bluesky.Consents(); asked != 1 || left != 0 {
			t.Errorf("the network holds %d consents, and %d once it is disconnected", asked, left)
		}
	})
}

// sealed are the keys of a channel as the database has them.
func (p *place) sealed(name string) (keys string) {
	p.t.Helper()
	storetest.View(p.t, p.app.DB, func(ctx context.Context, tx *store.Tx) (err error) {
		keys, err = store.One[string](ctx, tx, "select keys from channel where id = $1", p.channels[name])
		return err
	})
	if !strings.HasPrefix(keys, "k1.") {
		p.t.Errorf("keys lie open: %s", keys)
	}
	return keys
}

// A house with a public address says who it is to whoever asks, always the same; one
// without says nothing.
func TestAHouseSaysWhoItIs(t *testing.T) {
	t.Parallel()
	p := open(t, "sqlite", false)
	const path = "/connect/bluesky/client-metadata.json"
	get := func(path string) (int, string) {
		t.Helper()
		answer, err := p.Client.Get(p.URL + path)
		p.must(err)
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		p.must(err)
		if answer.StatusCode == http.StatusOK && answer.Header.Get("Content-Type") != "application/json" {
			t.Errorf("it is %v", answer.Header)
		}
		return answer.StatusCode, string(text)
	}
	if status, _ := get(path); status != http.StatusNotFound {
		t.Errorf("without a public address: %d", status)
	}
	p.app.House.PublicURL, p.app.House.Public = "https://kith.example.org", true
	_, first := get(path)
	status, again := get(path)
	var said struct {
		ID        string   `json:"client_id"`
		Redirects []string `json:"redirect_uris"`
		Set       struct {
			Keys []map[string]string `json:"keys"`
		} `json:"jwks"`
	}
	if status != http.StatusOK || first != again || json.Unmarshal([]byte(first), &said) != nil {
		t.Fatalf("%d, %s and %s", status, first, again)
	}
	const back = "https://kith.example.org/connect/bluesky"
	if said.ID != network.ClientID(back) || len(said.Redirects) != 1 || said.Redirects[0] != back || len(said.Set.Keys) != 1 || said.Set.Keys[0]["x"] == "" || said.Set.Keys[0]["d"] != "" {
		t.Errorf("it says %s", first)
	}
	for _, other := range []string{"/connect/mastodon/client-metadata.json", "/connect/nobody/client-metadata.json", "/connect/bluesky/other.json"} {
		if status, _ := get(other); status != http.StatusNotFound {
			t.Errorf("%s: %d", other, status)
		}
	}
	// The key lies sealed, outlives the process, and is no app that somebody entered.
	storetest.View(t, p.app.DB, func(ctx context.Context, tx *store.Tx) error {
		kept, err := store.All[string](ctx, tx, "select sealed from network_app where network = 'bluesky'")
		if len(kept) != 1 || !strings.HasPrefix(kept[0], "k1.") {
			t.Errorf("the key lies open: %v", kept)
		}
		return err
	})
	for _, a := range hand.Do[api.Page[api.NetworkApp]](t, p.Hand, http.MethodGet, "/network-apps", nil).Items {
		if a.Network == "bluesky" {
			t.Errorf("it is shown as %+v", a)
		}
	}
	p.stop()
	p.begin(p.config)
	p.app.House.PublicURL, p.app.House.Public = "https://kith.example.org", true
	if _, later := get(path); later != first {
		t.Errorf("started again it says %s", later)
	}
}
