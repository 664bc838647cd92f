package house

import (
	"net/http"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/api"
	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/test/hand"
)

// While a network is down its channel says since when it does not answer, and no other
// one does; it ends with the next answer, by itself.
func TestANetworkThatIsDownIsNotConnected(t *testing.T) {
	clocked(t, func(t *testing.T, p *place) {
		health := func(name string) api.Health {
			return hand.Do[api.Channel](t, p.Hand, http.MethodGet, "/channels/"+p.channels[name], nil).Health
		}
		p.publish("before", "mastodon")
		began := p.Clock.Now()
		p.Weather.Must(sandbox.Mishap{Network: "mastodon", Kind: sandbox.Maintenance})
		p.Clock.Advance(2 * time.Minute)
		var first api.Health
		p.until("it is told since when", func() (bool, any) { first = health("mastodon"); return first.SilentSince != nil, first })
		if first.State != "ok" || first.SilentSince.Before(began) || health("facebook").SilentSince != nil {
			t.Errorf("down since %v, it says %+v", began, first)
		}
		p.Clock.Advance(20 * time.Minute)
		var day api.Today
		p.until("the day says it", func() (bool, any) {
			day = hand.Do[api.Today](t, p.Hand, http.MethodGet, "/today", nil)
			return len(day.Urgent) == 1 && day.Urgent[0].TextKey == "silent" && day.Urgent[0].Params["handle"] == "hirondelle@mastodon.test", day.Urgent
		})
		if again := health("mastodon"); again.SilentSince == nil || !again.SilentSince.Equal(*first.SilentSince) {
			t.Errorf("asked again, it is silent since %v and not %v", again.SilentSince, first.SilentSince)
		}
		p.Weather.Clear()
		p.Clock.Advance(2 * time.Minute)
		p.until("it answers", func() (bool, any) { h := health("mastodon"); return h.SilentSince == nil && h.State == "ok", h })
		// Too many questions are no silence.
		p.Weather.Must(sandbox.Mishap{Network: "mastodon", Kind: sandbox.Throttled, Action: sandbox.Read})
		err := p.Ask(t.Context(), http.MethodPost, "/channels/"+p.channels["mastodon"]+"/check", nil, nil)
		if h := health("mastodon"); h.SilentSince != nil {
			t.Errorf("throttled (%v), it is %+v", err, h)
		}
	})
}

// What waits on a channel that cannot publish any more is told on the day, with the next
// of it; also once the channel was removed. What a person publishes needs no connection.
func TestPostsThatWaitOnABrokenChannelAreTold(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		next := p.app.DB.Now().Add(30 * time.Hour).Truncate(time.Minute)
		for i, text := range []string{"later", "next", "latest"} {
			post := p.Write(t, hand.Texts(text), hand.To(p.channels["mastodon"])...)
			p.Schedule(t, post.ID, next.Add(time.Duration(i*i-2*i+1)*time.Hour)) // the second one is the next
		}
		byHand := hand.To(p.channels["mastodon"])
		byHand[0].Hand.Chosen = true
		p.Schedule(t, p.Write(t, hand.Texts("by hand"), byHand...).ID, next.Add(-time.Hour))
		told := func(key string) (i api.Item) {
			p.until(key, func() (bool, any) {
				all := hand.Do[api.Today](t, p.Hand, http.MethodGet, "/today", nil).Urgent
				for _, one := range all {
					if one.TextKey == key {
						i = one
						return true, nil
					}
				}
				return false, all
			})
			return i
		}
		at := func(i api.Item) time.Time {
			text, _ := i.Params["next"].(string)
			moment, _ := time.Parse(time.RFC3339, text)
			return moment
		}
		p.Weather.Must(sandbox.Mishap{Network: "mastodon", Kind: sandbox.TokenRevoked})
		hand.Do[api.Channel](t, p.Hand, http.MethodPost, "/channels/"+p.channels["mastodon"]+"/check", nil)
		if i := told("channel_broken"); i.Params["waiting"] != 3.0 || !at(i).Equal(next) {
			t.Errorf("broken, next %v: %+v", next, i)
		}
		hand.Do[struct{}](t, p.Hand, http.MethodDelete, "/channels/"+p.channels["mastodon"], nil)
		if i := told("channel_removed"); i.Params["waiting"] != 3.0 || !at(i).Equal(next) || i.Params["handle"] != "hirondelle@mastodon.test" {
			t.Errorf("removed: %+v", i)
		}
	})
}
