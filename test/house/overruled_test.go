package house

import (
	"net/http"
	"testing"

	"github.com/kithhq/kith/internal/api"
	"github.com/kithhq/kith/test/hand"
)

// LinkedIn ends a member's tokens when the app is allowed something else than before.
// Whoever then closes the picker, or chooses another account, loses no channel.
func TestAPickerThatIsClosedDisconnectsNothing(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		p.guest("linkedin")
		me, page := p.browser(keeper), p.channels["linkedin"]
		health := func() api.Health {
			return hand.Do[api.Channel](t, p.Hand, http.MethodPost, "/channels/"+page+"/check", nil).Health
		}
		consents := func(button string) api.Grant {
			var going api.Going
			me.api(200, "POST", "/channels/authorize", api.Authorize{Network: "linkedin"}, &going)
			return me.grant(me.goes(me.consents(going.URL, "answer", button)))
		}
		p.publish("before anybody asked", "linkedin")
		before := p.sealed("linkedin")
		if g := consents("deny"); g.State != "refused" || health().State != "ok" || p.sealed("linkedin") != before {
			t.Errorf("refused, it is %+v, %s", health(), g.State)
		}

		// The picker is closed: nobody chooses.
		g := consents("allow")
		if g.State != "granted" || len(g.Accounts) != 2 || g.Accounts[1].ChannelID != page {
			t.Fatalf("what came of it: %+v", g)
		}
		if h := health(); h.State != "ok" || p.sealed("linkedin") == before {
			t.Fatalf("closed, the channel is %+v", h)
		}
		p.publish("the picker was closed", "linkedin")
		lines := hand.Do[api.Page[api.Record]](t, p.Hand, "GET", "/audit?verb=channel.reconnect", nil).Items
		if len(lines) != 1 || lines[0].Subject != "channel:"+page {
			t.Errorf("the audit says %+v", lines)
		}
		// Its keys outlive consents that change nothing, and are not written again.
		kept := p.sealed("linkedin")
		g = consents("allow")
		if p.sealed("linkedin") != kept {
			t.Error("keys that were well were exchanged")
		}
		// The member alone is chosen: the Page stays, too. Chosen along with it, it is the same channel.
		var made api.Page[api.Channel]
		me.api(200, "POST", "/grants/"+g.ID, api.Choose{Accounts: []string{g.Accounts[0].ID}}, &made)
		if h := health(); len(made.Items) != 1 || h.State != "ok" {
			t.Errorf("without the Page: %+v, %+v", made, h)
		}
		p.publish("the member was chosen", "linkedin")

		// The app is allowed less: the Page is not offered, and lost. Such a channel is
		// connected again by whoever chooses it, and not by an attempt that nobody ends.
		may := func(access string) {
			hand.Do[api.NetworkApp](t, p.Hand, "PUT", "/network-apps/linkedin", map[string]any{"app_id": "77kithrehearsal", "secret": "client-secret", "extra": map[string]string{"access": access}})
		}
		may("share")
		if g = consents("allow"); g.State != "granted" || len(g.Accounts) != 1 || health().State != "broken" {
			t.Fatalf("with less: %+v, %+v", g, health())
		}
		may("community")
		kept = p.sealed("linkedin")
		g = consents("allow")
		if p.sealed("linkedin") != kept {
			t.Error("what was broken was connected by nobody's choice")
		}
		me.api(200, "POST", "/grants/"+g.ID, api.Choose{Accounts: []string{g.Accounts[1].ID}}, &made)
		if len(made.Items) != 1 || made.Items[0].ID != page || made.Items[0].Health.State != "ok" {
			t.Errorf("chosen: %+v", made)
		}
	})
}

// What an attempt has given to a channel is not given a second time: it may have been
// renewed meanwhile, or the channel disconnected.
func TestAnAccountThatWasReinstatedMayBeChosen(t *testing.T) {
	t.Parallel()
	for _, removed := range []bool{false, true} {
		p := open(t, "sqlite", false)
		p.guest("linkedin")
		me, page := p.browser(keeper), p.channels["linkedin"]
		var going api.Going
		me.api(200, "POST", "/channels/authorize", api.Authorize{Network: "linkedin"}, &going)
		g := me.grant(me.goes(me.consents(going.URL, "answer", "allow")))
		kept := p.sealed("linkedin")
		choice := api.Choose{Accounts: []string{g.Accounts[0].ID, g.Accounts[1].ID}}
		if removed {
			me.api(204, "DELETE", "/channels/"+page, nil, nil)
			me.api(409, "POST", "/grants/"+g.ID, choice, nil)
			continue
		}
		var made api.Page[api.Channel]
		me.api(200, "POST", "/grants/"+g.ID, choice, &made)
		if len(made.Items) != 2 || made.Items[1].ID != page || made.Items[1].Health.State != "ok" || p.sealed("linkedin") != kept {
			t.Fatalf("chosen: %+v", made)
		}
		p.publish("with what the attempt gave", "linkedin")
	}
}
