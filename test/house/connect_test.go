package house

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/api"
	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
	"github.com/kithhq/kith/internal/team"
	"github.com/kithhq/kith/test/hand"
)

// browser is a person who sits at one: with a session, and not with a key.
type browser struct {
	p      *place
	client *http.Client
}

func (p *place) browser(email string) *browser {
	p.t.Helper()
	jar, err := cookiejar.New(nil)
	p.must(err)
	b := &browser{p, &http.Client{Jar: jar, Timeout: soon, Transport: p.Client.Transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	if email != "" {
		b.api(200, "POST", "/session", map[string]string{"email": email, "password": password}, nil)
	}
	return b
}

// api asks the API and insists on a status.
func (b *browser) api(status int, method, path string, in, out any) {
	b.p.t.Helper()
	body, err := json.Marshal(in)
	b.p.must(err)
	r, err := http.NewRequestWithContext(b.p.t.Context(), method, b.p.URL+"/api/v1"+path, bytes.NewReader(body))
	b.p.must(err)
	if in != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	answer, err := b.client.Do(r)
	b.p.must(err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	b.p.must(err)
	if answer.StatusCode != status {
		b.p.t.Fatalf("%s %s: %s %s", method, path, answer.Status, text)
	}
	if out != nil && answer.StatusCode < 300 {
		b.p.must(json.Unmarshal(text, out))
	}
}

// goes opens an address and gives where it leads.
func (b *browser) goes(address string) string {
	b.p.t.Helper()
	r, err := http.NewRequestWithContext(b.p.t.Context(), http.MethodGet, address, http.NoBody)
	b.p.must(err)
	answer, err := b.client.Do(r)
	b.p.must(err)
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusSeeOther {
		b.p.t.Fatalf("%s: %s", address, answer.Status)
	}
	return answer.Header.Get("Location")
}

func (b *browser) begins(channel string) string {
	b.p.t.Helper()
	var going api.Going
	in := api.Authorize{Network: "mastodon", Settings: map[string]string{"server": b.p.MastodonURL}, Channel: channel}
	if channel != "" {
		in.Settings = nil // the server is known
	}
	b.api(200, "POST", "/channels/authorize", in, &going)
	return going.URL
}

var hidden = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)">`)

// consents presses a button on the network's page and gives the address at which
// the network sends the person back.
func (b *browser) consents(page, button, value string) string {
	b.p.t.Helper()
	shown, err := b.client.Get(page)
	b.p.must(err)
	text, err := io.ReadAll(shown.Body)
	shown.Body.Close()
	b.p.must(err)
	form := url.Values{button: {value}}
	for _, field := range hidden.FindAllStringSubmatch(string(text), -1) {
		form.Set(field[1], strings.NewReplacer("&amp;", "&", "&#43;", "+").Replace(field[2]))
	}
	sent, err := b.client.PostForm(strings.Split(page, "?")[0], form)
	b.p.must(err)
	sent.Body.Close()
	to := sent.Header.Get("Location")
	if !strings.HasPrefix(to, b.p.URL+"/connect/") {
		b.p.t.Fatalf("the network sends people to %q (%s)", to, sent.Status)
	}
	return to
}

const landing = "/settings/channels/grant/"

func (b *browser) grant(path string) (g api.Grant) {
	b.p.t.Helper()
	id, is := strings.CutPrefix(path, landing)
	if !is {
		b.p.t.Fatalf("one lands at %q", path)
	}
	b.api(200, "GET", "/grants/"+id, nil, &g)
	return g
}

// A person goes to the network's own page, allows it, chooses, and the channel
// works; connected again it keeps its history and takes no other account.
func TestAPersonLetsUsInOnTheNetworksPage(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		me := p.browser(keeper)
		second := p.Mastodon.Account("second", "Second shop")
		g := me.grant(me.goes(me.consents(me.begins(""), "account", second.ID)))
		if g.State != "granted" || len(g.Accounts) != 1 || g.Accounts[0].ID != second.ID || g.Accounts[0].ChannelID != "" || !g.Accounts[0].Fits {
			t.Fatalf("what came of it: %+v", g)
		}
		me.api(422, "POST", "/grants/"+g.ID, api.Choose{}, nil)
		me.api(422, "POST", "/grants/"+g.ID, api.Choose{Accounts: []string{"somebody else"}}, nil)
		var made api.Page[api.Channel]
		me.api(200, "POST", "/grants/"+g.ID, api.Choose{Accounts: []string{second.ID}}, &made)
		if len(made.Items) != 1 || made.Items[0].Health.State != "ok" {
			t.Fatalf("connected: %+v", made)
		}
		me.api(404, "GET", "/grants/"+g.ID, nil, nil) // it is spent
		p.channels["mastodon"], p.accounts["mastodon"] = made.Items[0].ID, second.ID
		p.publish("by a key that a person gave", "mastodon")
		p.act(sandbox.Act{Network: "mastodon", Mood: sandbox.Fan, Kind: "comment", Text: "hello second"})
		c := p.conversation("mastodon", "hello second")

		// Again: as another account it is refused, as its own it stays the same channel.
		first := p.Mastodon.Account("third", "Third shop")
		other := me.grant(me.goes(me.consents(me.begins(made.Items[0].ID), "account", first.ID)))
		if other.Channel != made.Items[0].ID || len(other.Accounts) != 1 || other.Accounts[0].Fits {
			t.Fatalf("another account: %+v", other)
		}
		me.api(422, "POST", "/grants/"+other.ID, api.Choose{Accounts: []string{first.ID}}, nil)
		again := me.grant(me.goes(me.consents(me.begins(made.Items[0].ID), "account", second.ID)))
		if again.Accounts[0].ChannelID != made.Items[0].ID || !again.Accounts[0].Fits {
			t.Fatalf("the same account: %+v", again)
		}
		var same api.Page[api.Channel]
		me.api(200, "POST", "/grants/"+again.ID, api.Choose{Accounts: []string{second.ID}}, &same)
		if same.Items[0].ID != made.Items[0].ID {
			t.Errorf("connected again it is another channel: %+v", same)
		}
		if m := p.message(c.ID, "hello second"); m.State != "visible" {
			t.Errorf("its history holds %+v", m)
		}
		if all := hand.Do[api.Page[api.Channel]](t, p.Hand, "GET", "/channels", nil).Items; len(all) != 4 {
			t.Errorf("%d channels", len(all))
		}
		lines := hand.Do[api.Page[api.Record]](t, p.Hand, "GET", "/audit?verb=channel.reconnect", nil).Items
		if len(lines) != 1 || lines[0].Subject != "channel:"+made.Items[0].ID {
			t.Errorf("the audit says %+v", lines)
		}
	})
}

// What comes back counts once, and only for the person who set out; nobody is
// sent anywhere but to a page of ours.
func TestNobodyElseComesBack(t *testing.T) {
	t.Parallel()
	p := open(t, "sqlite", false)
	me := p.browser(keeper)
	guest := p.person(access.Manager)
	account := p.accounts["mastodon"]
	nowhere := landing + "unknown"

	// A colleague opens my address: nothing happens, and mine still works.
	back := me.consents(me.begins(""), "account", account)
	if to := guest.goes(back); to != nowhere {
		t.Errorf("a colleague lands at %s", to)
	}
	// A browser without a session: the page is mine, and says that it is not finished.
	if to := p.browser("").goes(back); !strings.HasPrefix(to, landing) || to == nowhere {
		t.Errorf("a stranger lands at %s", to)
	} else if g := me.grant(to); g.State != "asked" || len(g.Accounts) > 0 {
		t.Errorf("by a stranger's visit it is %+v", g)
	} else {
		guest.api(404, "GET", "/grants/"+g.ID, nil, nil)
		guest.api(404, "POST", "/grants/"+g.ID, api.Choose{Accounts: []string{account}}, nil)
	}
	landed := me.goes(back)
	g := me.grant(landed)
	if g.State != "granted" {
		t.Fatalf("mine is %+v", g)
	}
	// Opened again, the code is not used again; what came of it stays.
	if to := me.goes(back); to != landed || me.grant(to).State != "granted" {
		t.Errorf("the second time one lands at %s", to)
	}
	// At another network's address, or with another state, it is nobody's.
	fresh, err := url.Parse(me.consents(me.begins(""), "account", account))
	p.must(err)
	if to := me.goes(p.URL + "/connect/bluesky?" + fresh.RawQuery); to == nowhere {
		t.Log("another network's address: unknown")
	} else if g := me.grant(to); g.State != "asked" {
		t.Errorf("at another network's address it is %+v", g)
	}
	for _, state := range []string{"", "x", "//evil.example", "https://evil.example/", "..%2f..%2f", strings.Repeat("a", 43), "%00", "\\\\evil"} {
		to := me.goes(p.URL + "/connect/mastodon?code=x&state=" + url.QueryEscape(state))
		if to != nowhere {
			t.Errorf("the state %q leads to %s", state, to)
		}
	}
	// The person says no, in words they know.
	denied := me.grant(me.goes(me.consents(me.begins(""), "deny", "1")))
	if denied.State != "refused" || denied.Error.It == nil || !strings.Contains(denied.Error.It.Text, "did not allow") || denied.Error.It.Hint == "" {
		t.Errorf("denied, it says %+v", denied)
	}
	me.api(422, "POST", "/grants/"+denied.ID, api.Choose{Accounts: []string{account}}, nil)
	// Whoever may not connect does not begin.
	writer := p.person(access.Contributor)
	writer.api(403, "POST", "/channels/authorize", api.Authorize{Network: "mastodon", Settings: map[string]string{"server": p.MastodonURL}}, nil)
	me.api(422, "POST", "/channels/authorize", api.Authorize{Network: "snapchat"}, nil)
	me.api(422, "POST", "/channels/authorize", api.Authorize{Network: "mastodon"}, nil)
	// Nothing of a key lies open, in the database or in what is told.
	storetest.View(t, p.app.DB, func(ctx context.Context, tx *store.Tx) error {
		for kept, err := range store.Each[string](ctx, tx, "select settings from grant_wait") {
			if err != nil || !strings.HasPrefix(kept, "k1.") {
				t.Errorf("a grant lies open: %s %v", kept, err)
			}
		}
		return nil
	})
}

// person is a colleague with a browser.
func (p *place) person(role access.Role) *browser {
	p.t.Helper()
	email := fmt.Sprintf("%s-person@kith.example", role)
	hash, err := team.Hash(p.t.Context(), password, email)
	p.must(err)
	storetest.Do(p.t, p.app.DB, func(ctx context.Context, tx *store.Tx) error {
		all, err := team.Workspaces(ctx, tx)
		if err != nil {
			return err
		}
		members, err := team.Members(ctx, tx, all[0].ID)
		if err != nil {
			return err
		}
		_, invited, err := team.Invite(ctx, tx, members[0].Actor(all[0].ID), email, role, nil)
		if err != nil {
			return err
		}
		_, _, err = team.Accept(ctx, tx, invited, "A "+string(role), hash, false)
		return err
	})
	return p.browser(email)
}

// An app that is entered in the settings is used at once, before the one that was
// configured, and its secret is never told.
func TestAnAppIsEnteredInTheSettings(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		knock := func(secret string) int {
			body := []byte(`{"object":"page","entry":[]}`)
			sum := hmac.New(sha256.New, []byte(secret))
			sum.Write(body)
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.URL+"/hooks/facebook", bytes.NewReader(body))
			p.must(err)
			r.Header.Set("X-Hub-Signature-256", "sha256="+hex.EncodeToString(sum.Sum(nil)))
			answer, err := p.Client.Do(r)
			p.must(err)
			answer.Body.Close()
			return answer.StatusCode
		}
		if knock("app-secret") != 200 || knock("another secret") != 403 {
			t.Fatal("the configured app does not count")
		}
		app := hand.Do[api.NetworkApp](t, p.Hand, "PUT", "/network-apps/facebook", map[string]string{"app_id": "42", "secret": "another secret"})
		if !app.Known || !app.Entered || app.AppID != "42" || len(app.Verify) < 16 || app.Hook != p.URL+"/hooks/facebook" || len(app.Guide) == 0 {
			t.Errorf("entered: %+v", app)
		}
		if knock("app-secret") != 403 || knock("another secret") != 200 {
			t.Error("the app that was entered does not count")
		}
		challenge := func(word string) int {
			answer, err := p.Client.Get(p.URL + "/hooks/facebook?hub.mode=subscribe&hub.challenge=1&hub.verify_token=" + url.QueryEscape(word))
			p.must(err)
			answer.Body.Close()
			return answer.StatusCode
		}
		if challenge(app.Verify) != 200 || challenge("rehearsal") != 403 {
			t.Error("the word that we made up does not count")
		}
		// Changed without a secret, the secret and the word stay; another app needs its own.
		same := hand.Do[api.NetworkApp](t, p.Hand, "PUT", "/network-apps/facebook", map[string]string{"app_id": "42"})
		if same.Verify != app.Verify || knock("another secret") != 200 {
			t.Errorf("kept: %+v", same)
		}
		p.refused(p.Hand, 422, "PUT", "/network-apps/facebook", map[string]string{"app_id": "43"})
		p.refused(p.Hand, 422, "PUT", "/network-apps/mastodon", map[string]string{"app_id": "43", "secret": "x"})
		p.refused(p.Hand, 422, "DELETE", "/network-apps/bluesky", nil) // the house's own key
		p.refused(p.Hand, 404, "PUT", "/network-apps/friendface", map[string]string{"app_id": "43", "secret": "x"})
		// A manager knows that there is one, and no more.
		manager := p.person(access.Manager)
		var seen api.Page[api.NetworkApp]
		manager.api(200, "GET", "/network-apps", nil, &seen)
		if len(seen.Items) == 0 || !seen.Items[0].Known || seen.Items[0].AppID+seen.Items[0].Verify != "" || seen.Items[0].MayChange {
			t.Errorf("a manager sees %+v", seen)
		}
		manager.api(403, "PUT", "/network-apps/facebook", map[string]string{"app_id": "1", "secret": "x"}, nil)
		manager.api(403, "DELETE", "/network-apps/facebook", nil, nil)
		storetest.View(t, p.app.DB, func(ctx context.Context, tx *store.Tx) error {
			kept, err := store.One[string](ctx, tx, "select sealed from network_app")
			if strings.Contains(kept, "another secret") || !strings.HasPrefix(kept, "k1.") {
				t.Errorf("the secret lies open: %s", kept)
			}
			return err
		})
		hand.Do[struct{}](t, p.Hand, "DELETE", "/network-apps/facebook", nil)
		if knock("app-secret") != 200 || knock("another secret") != 403 {
			t.Error("forgotten, it still counts")
		}
		// With somebody else's workspace in the house, it is nobody's to change.
		storetest.Do(t, p.app.DB, func(ctx context.Context, tx *store.Tx) error {
			_, err := team.Begin(ctx, tx, "Another", "Europe/Paris", "fr")
			return err
		})
		p.refused(p.Hand, 403, "PUT", "/network-apps/facebook", map[string]string{"app_id": "42", "secret": "x"})
	})
}

// While a network is silent people are told since when; when it answers again and
// tells everything, the gap is filled by itself.
func TestAGapOpensAndFillsItself(t *testing.T) {
	t.Parallel()
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			p := open(t, engine, true)
			p.publish("before the silence", "mastodon")
			path := "/channels/" + p.channels["mastodon"] + "/health"
			var h api.ChannelHealth
			p.until("it was read to its end", func() (bool, any) {
				h = hand.Do[api.ChannelHealth](t, p.Hand, "GET", path, nil)
				return h.Channel.CompleteUntil != nil && h.Pages == 0, h
			})
			p.Weather.Must(sandbox.Mishap{Network: "mastodon", Kind: sandbox.Maintenance})
			p.Clock.Advance(2 * time.Hour)
			p.until("the silence is told", func() (bool, any) {
				h = hand.Do[api.ChannelHealth](t, p.Hand, "GET", path, nil)
				return len(h.Gaps) == 1 && h.Gaps[0].To == nil && h.Gaps[0].Reason == "silent" && len(h.Alerts) > 0, h
			})
			gaps := hand.Do[api.Page[api.Gap]](t, p.Hand, "GET", "/gaps", nil).Items
			if len(gaps) != 1 || gaps[0].ChannelID != p.channels["mastodon"] {
				t.Errorf("gaps: %+v", gaps)
			}
			p.refused(p.Hand, 409, "POST", "/gaps/"+gaps[0].ID+"/dismiss", nil) // it goes on
			day := hand.Do[api.Today](t, p.Hand, "GET", "/today", nil)
			if !strings.Contains(fmt.Sprint(day.Urgent), "gap") {
				t.Errorf("today says %+v", day.Urgent)
			}
			p.Weather.Clear()
			p.act(sandbox.Act{Network: "mastodon", Mood: sandbox.Fan, Kind: "comment", Text: "after the silence"})
			p.Clock.Advance(2 * time.Minute)
			p.conversation("mastodon", "after the silence")
			p.until("the gap is filled", func() (bool, any) {
				h = hand.Do[api.ChannelHealth](t, p.Hand, "GET", path, nil)
				return len(h.Gaps) == 0 && len(h.Alerts) == 0, h
			})
		})
	}
}

// A quota is counted before anything is scheduled; what is taken back gives its
// place free. The price is said before, too.
func TestAQuotaIsKeptBeforeSomethingIsScheduled(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		p.config.Mechanics = filepath.Join(t.TempDir(), "mechanics.json")
		p.must(os.WriteFile(p.config.Mechanics, []byte(`{"mastodon": {
			"quotas": [{"name": "posts", "max": 2, "window_s": 86400, "per": "account"}, {"name": "posts", "max": 100, "daily": "UTC", "per": "app"}],
			"prices": [{"what": "post", "amount": "0.01", "currency": "EUR"}, {"what": "post_with_link", "amount": "0.20", "currency": "EUR"}]}}`), 0o600))
		p.stop()
		p.begin(p.config)
		to := hand.To(p.channels["mastodon"])
		soonest := time.Now().Add(48 * time.Hour).UTC().Truncate(time.Minute)
		first := p.Write(t, hand.Texts("one"), to...)
		second := p.Write(t, hand.Texts("two"), to...)
		third := p.Write(t, hand.Texts("three https://kith.example"), to...)
		p.Schedule(t, first.ID, soonest)
		p.Schedule(t, second.ID, soonest.Add(time.Hour))
		due := soonest.Add(2 * time.Hour)
		ask := api.Check{Parts: hand.Texts("three https://kith.example"), Channels: to, DueAt: &due}
		said := hand.Do[api.Checked](t, p.Hand, "POST", "/posts/check", ask).Channels[0]
		if len(said.Quotas) != 2 || said.Quotas[0].Fits || said.Quotas[0].Used != 2 || !said.Quotas[0].Next.Equal(soonest.Add(24*time.Hour)) || !said.Quotas[1].Fits || said.Quotas[1].Per != "app" {
			t.Errorf("quotas: %+v", said.Quotas)
		}
		if said.Price.It == nil || said.Price.It.Amount != "0.20" || said.Price.It.Currency != "EUR" || !said.Price.It.Link {
			t.Errorf("price: %+v", said.Price.It)
		}
		err := p.Ask(t.Context(), "POST", "/posts/"+third.ID+"/schedule", api.Due{DueAt: &due}, nil)
		var refused *hand.Refused
		paris, _ := time.LoadLocation("Europe/Paris")
		if !errors.As(err, &refused) || refused.Status != 422 || refused.Problem.Field != "due_at" || !strings.Contains(refused.Problem.Hint, soonest.Add(24*time.Hour).In(paris).Format("2006-01-02 15:04")) {
			t.Fatalf("a third one: %+v", err)
		}
		if p.Post(t, third.ID).State != "draft" {
			t.Error("refused, it is no draft any more")
		}
		hand.Do[api.Post](t, p.Hand, "POST", "/posts/"+second.ID+"/cancel", nil)
		p.Schedule(t, third.ID, due)
		h := hand.Do[api.ChannelHealth](t, p.Hand, "GET", "/channels/"+p.channels["mastodon"]+"/health", nil)
		told := h.Quotas // what the network said of its own limits meanwhile stands there, too
		h.Quotas = slices.DeleteFunc(slices.Clone(told), func(q api.QuotaUse) bool { return q.Source == "network" })
		if len(h.Quotas) != 2 || h.Quotas[0].Source != "kith" || h.Quotas[0].Max != 2 {
			t.Errorf("the channel's page says %+v", told)
		}
		// What failed takes no place, and is sent again only where there is one.
		p.Weather.Must(sandbox.Mishap{Network: "mastodon", Kind: sandbox.TokenRevoked})
		lost := p.Write(t, hand.Texts("four"), to...)
		p.Schedule(t, lost.ID, time.Time{})
		p.until("it failed", func() (bool, any) {
			lost = p.Post(t, lost.ID)
			return lost.State == "failed", describe(lost)
		})
		p.Weather.Clear()
		retry := "/publications/" + lost.Publications[0].ID + "/retry"
		soon := time.Now().Add(10 * time.Hour)
		var waits api.Post
		for _, text := range []string{"five", "six"} {
			waits = p.Write(t, hand.Texts(text), to...)
			p.Schedule(t, waits.ID, soon)
		}
		p.refused(p.Hand, 422, "POST", retry, nil)
		hand.Do[api.Post](t, p.Hand, "POST", "/posts/"+waits.ID+"/cancel", nil)
		hand.Do[api.Post](t, p.Hand, "POST", retry, nil)
		// A thread is several posts, and one of three never fits into two.
		p.refused(p.Hand, 422, "POST", "/posts/"+p.Write(t, hand.Texts("a", "b", "c"), to...).ID+"/schedule", api.Due{DueAt: &due})
	})
}
