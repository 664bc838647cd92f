package house

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/api"
	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/tiktok"
	"github.com/kithhq/kith/test/hand"
)

// allows goes to a page of consent as a program does, who agrees at once, and gives where
// one comes back to.
func (b *browser) allows(page string) string {
	b.p.t.Helper()
	r, err := http.NewRequestWithContext(b.p.t.Context(), http.MethodGet, page, http.NoBody)
	b.p.must(err)
	answer, err := b.client.Do(r)
	b.p.must(err)
	defer answer.Body.Close()
	to := answer.Header.Get("Location")
	if !strings.HasPrefix(to, b.p.URL+"/connect/") {
		b.p.t.Fatalf("the network sends people to %q (%s)", to, answer.Status)
	}
	return to
}

// TikTok's comments need a consent of their own. Where it is missing, the page of the
// channel says so and leads there; given, comments are heard when they are written and not
// when it is time to ask; and connecting the account again does not take it away.
func TestCommentsAreConnectedByASecondConsentAndHeardAtOnce(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		p.config.Read = time.Hour // nothing is found by asking
		p.move(true)
		me := p.browser(keeper)
		settings, err := p.Settings(t.Context(), "tiktok", p.URL+"/hooks/tiktok")
		p.must(err)
		p.channels["tiktok"] = p.Connect(t, "tiktok", map[string]string{"token": settings["token"]}).ID
		n, _ := p.Stage.Network("tiktok")
		p.accounts["tiktok"] = n.Accounts()[0].ID
		extension := func() api.Extension {
			t.Helper()
			e := p.health("tiktok").Extension.It
			if e == nil {
				t.Fatal("nothing is said of a second consent")
			}
			return *e
		}
		if e := extension(); e.State != "none" || e.Lacks == "" || e.Fix == "" {
			t.Errorf("without an app for comments: %+v", e)
		}
		me.api(422, "POST", "/channels/"+p.channels["tiktok"]+"/extend", nil, nil)
		me.api(200, "PUT", "/network-apps/tiktok", api.KeepApp{AppID: "awtiktokkey", Secret: "tiktok-secret", Extra: map[string]string{"business_app_id": "7300000000000000001",
			"business_app_secret": "business-secret", "business_authorize_url": tiktok.PortalURL("https://elsewhere.example.org/")}}, nil)
		if e := extension(); e.State != "none" || e.Lacks != "" || e.Label != "Connect comments" {
			t.Errorf("with it: %+v", e)
		}
		begin := func() string {
			t.Helper()
			var going api.Going
			me.api(200, "POST", "/channels/"+p.channels["tiktok"]+"/extend", nil, &going)
			return going.URL
		}
		if g := me.grant(me.goes(me.allows(begin() + "&deny=1"))); g.State != "refused" || g.Extends == "" || g.Channel != p.channels["tiktok"] {
			t.Errorf("who says no: %+v", g)
		}
		back := me.allows(begin())
		if to := p.browser("").goes(back); !strings.HasPrefix(to, landing) || extension().State != "none" {
			t.Errorf("a stranger comes back with it and lands at %s", to)
		}
		g := me.grant(me.goes(back))
		if g.State != "granted" || g.Extends == "" || extension().State != "well" {
			t.Fatalf("what came of it: %+v, %+v", g, extension())
		}
		me.api(409, "POST", "/grants/"+g.ID, api.Choose{Accounts: []string{p.accounts["tiktok"]}}, nil)
		p.until("TikTok is asked to knock", func() (bool, any) {
			h := p.health("tiktok")
			return h.Webhook.Since != nil, h.Webhook
		})
		film := p.Upload(t, "shelf.mp4", hand.Film(5, 720, 1280, 20_000), "")
		p.out(p.Write(t, []api.Part{{Text: "A film", Media: []api.MediaUse{{ID: film.ID}}}},
			api.Target{ChannelID: p.channels["tiktok"], Options: map[string]string{"privacy": "PUBLIC_TO_EVERYONE", "comments": "true"}}).ID)
		p.act(sandbox.Act{Network: "tiktok", Person: "p002", Kind: "comment", Text: "heard at once"})
		p.conversation("tiktok", "heard at once")

		me.api(200, "POST", "/channels/"+p.channels["tiktok"]+"/reconnect", api.Reconnect{Settings: map[string]string{"token": settings["token"]}}, nil)
		if e := extension(); e.State != "well" || e.Label != "Connect comments again" {
			t.Errorf("connected again: %+v", e)
		}
		p.act(sandbox.Act{Network: "tiktok", Person: "p003", Kind: "comment", Text: "and still heard"})
		p.conversation("tiktok", "and still heard")
		lines := hand.Do[api.Page[api.Record]](t, p.Hand, "GET", "/audit?verb=channel.extend", nil).Items
		if len(lines) != 1 || lines[0].Subject != "channel:"+p.channels["tiktok"] {
			t.Errorf("the audit says %+v", lines)
		}
	})
}
