package house

import (
	"fmt"
	"testing"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/api"
	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
	"github.com/kithhq/kith/internal/team"
	"github.com/kithhq/kith/test/hand"

	"context"
)

// A key that the network refuses makes its channel broken, with what to do;
// connected again it keeps its history, and what waited goes on.
func TestARevokedTokenIsShown(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		for _, name := range []string{"mastodon", "facebook", "bluesky"} {
			path := "/channels/" + p.channels[name]
			p.publish("before the key was revoked", name)
			p.act(sandbox.Act{Network: name, Mood: sandbox.Fan, Kind: "comment", Text: "hello before"})
			c := p.conversation(name, "hello before")
			p.Weather.Must(sandbox.Mishap{Network: name, Kind: sandbox.TokenRevoked})
			post := p.Write(t, hand.Texts("with a revoked key"), hand.To(p.channels[name])...)
			p.Schedule(t, post.ID, p.app.DB.Now())
			var ch api.Channel
			p.until("the channel is broken", func() (bool, any) {
				ch = hand.Do[api.Channel](t, p.Hand, "GET", path, nil)
				return ch.Health.State == "broken", ch.Health
			})
			if ch.Health.Text == "" || ch.Health.Fix == "" {
				t.Errorf("%s: broken, it says “%s” and to do “%s”", name, ch.Health.Text, ch.Health.Fix)
			}
			p.until("the post failed, and says why", func() (bool, any) {
				post = p.Post(t, post.ID)
				u := post.Publications[0]
				return u.State == "failed" && u.Error.It != nil && u.Error.It.Kind == "denied" && u.Error.It.Hint != "", describe(post)
			})
			p.refused(p.Hand, 403, "POST", path+"/reconnect", api.Reconnect{Settings: p.settings[name]})
			p.Weather.Clear()
			if name == "mastodon" { // the others' keys hold again in good weather
				p.settings[name]["token"] = p.Mastodon.Token("hirondelle")
			}
			again := hand.Do[api.Channel](t, p.Hand, "POST", path+"/reconnect", api.Reconnect{Settings: p.settings[name]})
			if again.ID != p.channels[name] || again.Health.State != "ok" {
				t.Errorf("%s: connected again it is %s, %+v", name, again.ID, again.Health)
			}
			if m := p.message(c.ID, "hello before"); m.State != "visible" {
				t.Errorf("%s: its history holds %+v", name, m)
			}
			hand.Do[api.Post](t, p.Hand, "POST", "/publications/"+post.Publications[0].ID+"/retry", nil)
			p.until("what had failed is out", func() (bool, any) {
				post = p.Post(t, post.ID)
				return post.State == "published", describe(post)
			})
			p.act(sandbox.Act{Network: name, Mood: sandbox.Fan, Kind: "comment", Text: "hello after"})
			p.conversation(name, "hello after")
		}
	})
}

// Who may see some channels only sees, hears and does nothing on the others.
func TestChannelRightsHold(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		p.publish("Rights", "mastodon", "facebook")
		for _, name := range []string{"mastodon", "facebook"} {
			p.act(sandbox.Act{Network: name, Mood: sandbox.Fan, Kind: "comment", Text: "only for " + name})
		}
		allowed, other := p.conversation("mastodon", "only for mastodon"), p.conversation("facebook", "only for facebook")
		guest := p.colleague(access.Contributor, p.channels["mastodon"])
		if all := hand.Do[api.Page[api.Channel]](t, guest, "GET", "/channels", nil).Items; len(all) != 1 || all[0].ID != p.channels["mastodon"] {
			t.Errorf("channels: %+v", all)
		}
		if all := hand.Do[api.Page[api.Conversation]](t, guest, "GET", "/conversations?state=all", nil).Items; len(all) != 1 || all[0].ID != allowed.ID {
			t.Errorf("conversations: %+v", all)
		}
		if all := hand.Do[api.Page[api.Hit]](t, guest, "GET", "/search?q=only", nil).Items; len(all) != 1 || all[0].ConversationID != allowed.ID {
			t.Errorf("search: %+v", all)
		}
		if n := hand.Do[api.Today](t, guest, "GET", "/today", nil).Answer.Count; n != 1 {
			t.Errorf("today: %d to answer", n)
		}
		stranger := p.message(other.ID, "only for facebook")
		for _, call := range []struct {
			method, path string
			in           any
		}{
			{"GET", "/conversations/" + other.ID, nil},
			{"GET", "/conversations/" + other.ID + "/messages", nil},
			{"POST", "/conversations/" + other.ID + "/reply", api.Reply{Text: "no"}},
			{"POST", "/conversations/" + other.ID + "/done", nil},
			{"POST", "/messages/" + stranger.ID + "/like", nil},
			{"GET", "/channels/" + p.channels["facebook"], nil},
			{"GET", "/people/" + stranger.Person.It.ID, nil},
			{"POST", "/posts", api.Draft{Parts: hand.Texts("no"), Publications: hand.To(p.channels["facebook"])}},
		} {
			err := guest.Ask(t.Context(), call.method, call.path, call.in, nil)
			refused, ok := err.(*hand.Refused) //nolint:errorlint // Ask gives it as it is
			if !ok || refused.Status != 404 && refused.Status != 403 {
				t.Errorf("%s %s gives %v", call.method, call.path, err)
			}
		}
		if len(p.written("facebook", "no")) > 0 {
			t.Error("a guest spoke on a channel that is not theirs")
		}
		p.refused(guest, 403, "POST", "/channels/"+p.channels["mastodon"]+"/reconnect", api.Reconnect{Settings: p.settings["mastodon"]})
		post := hand.Do[api.Post](t, guest, "POST", "/posts", api.Draft{Parts: hand.Texts("theirs"), Publications: hand.To(p.channels["mastodon"])})
		if post.Author.Name != "Guest contributor" {
			t.Errorf("the author is %+v", post.Author)
		}
	})
}

// colleague makes a member with some channels, and a key of theirs.
func (p *place) colleague(role access.Role, channels ...string) *hand.Hand {
	p.t.Helper()
	email := fmt.Sprintf("%s@kith.example", role)
	hash, err := team.Hash(p.t.Context(), password, email)
	p.must(err)
	h := *p.Hand
	storetest.Do(p.t, p.app.DB, func(ctx context.Context, tx *store.Tx) error {
		all, err := team.Workspaces(ctx, tx)
		if err != nil {
			return err
		}
		members, err := team.Members(ctx, tx, all[0].ID)
		if err != nil {
			return err
		}
		owner := members[0].Actor(all[0].ID)
		_, invited, err := team.Invite(ctx, tx, owner, email, role, channels)
		if err != nil {
			return err
		}
		_, caller, err := team.Accept(ctx, tx, invited, "Guest "+string(role), hash, false)
		if err != nil {
			return err
		}
		_, h.Token, err = team.MakeToken(ctx, tx, caller.Actor, "guest", access.Grants(role), 0)
		return err
	})
	return &h
}
