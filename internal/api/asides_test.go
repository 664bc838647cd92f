package api_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"testing"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/api"
	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
	"github.com/kithhq/kith/internal/team"
)

// as gives a token with the rights of a role on some channels.
func (p *place) as(h house, role access.Role, channels []string) house {
	p.t.Helper()
	other := h
	other.by.Role, other.by.Channels = role, channels
	p.do(func(ctx context.Context, tx *store.Tx) error {
		_, key, err := team.Invite(ctx, tx, h.by, fmt.Sprintf("%s%d@example.org", role, len(channels)), role, channels)
		if err != nil {
			return err
		}
		_, who, err := team.Accept(ctx, tx, key, "Bo", "$hash", true)
		if err != nil {
			return err
		}
		other.by = who.Actor
		_, other.token, err = team.MakeToken(ctx, tx, other.by, "all", access.Grants(role), 0)
		return err
	})
	return other
}

func TestWhatWasSetAsideIsListedTriedAndGivenUp(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		p := open(t, db)
		ada := p.team("ada@example.org")
		ids := p.furnish(ada)
		var second string
		p.do(func(ctx context.Context, tx *store.Tx) error {
			c, err := channel.Connect(ctx, tx, p.house.Keys, ada.by.Workspace, "bluesky", network.Account{Base: "https://pds.test", ID: "did:plc:second", Handle: "second.test", Keys: "{}"})
			if err != nil {
				return err
			}
			second = c.ID
			for _, key := range []string{"2", "3"} {
				if _, err := ada.missed(ctx, tx, c.ID, key, marker); err != nil {
					return err
				}
			}
			_, err = ada.missed(ctx, tx, "a channel that was removed", "4", marker)
			return err
		})
		list := func(by house, query string) api.Page[api.Aside] {
			t.Helper()
			s := p.with(by, "GET", "/asides"+query, nil)
			if bytes.Contains(s.body, []byte(raw)) {
				t.Errorf("what the network sent is shown: %s", s.body)
			}
			return ok[api.Page[api.Aside]](t, s)
		}
		first := list(ada, "?limit=3")
		rest := list(ada, "?limit=3&cursor="+first.Next)
		if len(first.Items) != 3 || first.Next == "" || len(rest.Items) != 1 || rest.Next != "" || rest.Items[0].Why != "channel_gone" || rest.Items[0].Network != "" {
			t.Fatalf("%+v\n%+v", first, rest)
		}
		if a := first.Items[0]; a.ID != ids["asides"] || a.Why != "not_understood" || a.Network != "bluesky" || a.Times != 1 || a.Trying || a.TriedAt != nil || a.Text == "" {
			t.Errorf("%+v", a)
		}
		bo := p.as(ada, access.Manager, []string{second})
		if all := list(bo, ""); len(all.Items) != 2 {
			t.Errorf("who sees one channel sees %+v", all.Items)
		}
		refused(t, p.with(bo, "GET", "/asides/"+ids["asides"], nil), http.StatusNotFound, "not_found")
		refused(t, p.with(bo, "POST", "/asides/"+ids["asides"]+"/replay", nil), http.StatusNotFound, "not_found")
		refused(t, p.with(bo, "DELETE", "/asides/"+ids["asides"], nil), http.StatusNotFound, "not_found")
		moderator := p.as(ada, access.Moderator, nil)
		refused(t, p.with(moderator, "GET", "/asides", nil), http.StatusForbidden, "denied")
		alerts := func(by house, channel string) (n any) {
			t.Helper()
			for _, a := range ok[api.ChannelHealth](t, p.with(by, "GET", "/channels/"+channel+"/health", nil)).Alerts {
				if a.Key == "set_aside" {
					n = a.Params["n"]
				}
			}
			return n
		}
		if n := alerts(ada, second); n != 2.0 {
			t.Errorf("the channel's page says %v", n)
		}
		if n := alerts(moderator, second); n != nil {
			t.Errorf("who may not look after it is told of %v", n)
		}
		urgent := 0
		for _, i := range ok[api.Today](t, p.with(ada, "GET", "/today", nil)).Urgent {
			if i.TextKey == "set_aside" && i.Href == "/settings/set-aside" {
				urgent++
			}
		}
		if urgent != 2 {
			t.Errorf("%d lines on the page of today", urgent)
		}

		ok[struct{}](t, p.with(ada, "POST", "/asides/"+ids["asides"]+"/replay", nil))
		if a := ok[api.Aside](t, p.with(ada, "GET", "/asides/"+ids["asides"], nil)); !a.Trying || a.TriedAt == nil {
			t.Errorf("%+v", a)
		}
		some := ok[api.Replayed](t, p.with(bo, "POST", "/asides/replay", map[string]any{}))
		more := ok[api.Replayed](t, p.with(bo, "POST", "/asides/replay", map[string]any{"since": some.Since}))
		if some.Tried != 2 || some.Left != 0 || more.Tried != 0 || more.Left != 0 {
			t.Errorf("%+v %+v", some, more)
		}
		ok[struct{}](t, p.with(ada, "DELETE", "/asides/"+ids["asides"], nil))
		refused(t, p.with(ada, "DELETE", "/asides/"+ids["asides"], nil), http.StatusNotFound, "not_found")
		if all := list(ada, ""); len(all.Items) != 3 {
			t.Errorf("%+v", all.Items)
		}
		said := map[string]int{}
		for _, line := range ok[api.Page[api.Record]](t, p.with(ada, "GET", "/audit?limit=200", nil)).Items {
			said[line.Verb+" "+line.Subject+" "+line.Detail]++
		}
		for _, line := range []string{"aside.replay aside:" + ids["asides"] + " ", "aside.replay aside:all 2", "aside.discard aside:" + ids["asides"] + " "} {
			if said[line] != 1 {
				t.Errorf("%q stands %d times in %v", line, said[line], said)
			}
		}
	})
}
