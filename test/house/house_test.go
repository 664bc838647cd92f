// Package house tries the whole house: built by app.New as the program builds
// it, on pretended networks, worked through its API, on both databases.
package house

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"log/slog"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"bytes"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/api"
	"github.com/kithhq/kith/internal/app"
	"github.com/kithhq/kith/internal/config"
	"github.com/kithhq/kith/internal/rehearse"
	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/store/storetest"
	"github.com/kithhq/kith/test/hand"
)

const (
	keeper   = "keeper@kith.example"
	password = "correct horse battery"
	soon     = 3 * time.Minute // a network that refused is asked again after a minute, and a slow machine takes its time
)

// place is a house in this process, a stage, and a channel on each network.
type place struct {
	*rehearse.Stage
	*hand.Hand
	t        *testing.T
	config   config.Config
	options  []app.Option
	app      *app.App
	channels map[string]string // by network
	accounts map[string]string // the networks' ids of ours
	settings map[string]map[string]string
}

// each runs a test in a house on either database.
func each(t *testing.T, test func(t *testing.T, p *place)) {
	t.Helper()
	t.Parallel()
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			test(t, open(t, engine, false))
		})
	}
}

// open builds a house and connects it. With clocked, transactions live by the
// stage's clock, which a test can move.
func open(t *testing.T, engine string, clocked bool) *place {
	t.Helper()
	stage, err := rehearse.Open(t.Context(), sandbox.Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stage.Close)
	p := &place{Stage: stage, t: t, channels: map[string]string{}, accounts: map[string]string{}, settings: map[string]map[string]string{}}
	p.config = config.Config{Data: filepath.Join(t.TempDir(), "data"), Listen: "127.0.0.1:0", Read: time.Second, FactsMB: 1024}
	if engine == "postgres" {
		p.config.DB = storetest.PostgresURL(t)
	}
	stage.Fit(&p.config)
	p.options = []app.Option{app.WithLog(slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn})))}
	if clocked {
		p.options = append(p.options, app.WithNow(stage.Clock.Now))
	}
	p.Hand = &hand.Hand{Client: &http.Client{Timeout: soon, Transport: &http.Transport{MaxIdleConnsPerHost: 16}}}
	t.Cleanup(p.Client.CloseIdleConnections)
	t.Cleanup(p.stop)
	p.begin(p.config)
	p.must(app.CreateOwner(t.Context(), p.config, app.NewOwner{Email: keeper, Name: "Camille", Password: password, Workspace: "Librairie", Zone: "Europe/Paris", Locale: "en"}))
	p.Token, err = app.CreateToken(t.Context(), p.config, keeper, "test", access.Verbs(), 0)
	p.must(err)
	p.connect()
	return p
}

// begin starts the house; networks that call it learn its address.
func (p *place) begin(c config.Config) {
	p.t.Helper()
	var err error
	p.app, err = app.New(p.t.Context(), c, p.options...)
	p.must(err)
	p.must(p.app.Start(p.t.Context()))
	p.URL = p.app.URL()
	p.must(p.Facebook.Subscribe(p.t.Context(), p.URL+"/hooks/facebook", "rehearsal", "feed", "messages", "message_edits", "message_reactions", "message_deliveries", "message_reads", "messaging_postbacks",
		"standby"))
}

func (p *place) stop() {
	if p.app == nil {
		return
	}
	p.Client.CloseIdleConnections()
	if err := p.app.Stop(context.Background()); err != nil {
		p.t.Errorf("it did not stop cleanly: %v", err)
	}
	p.app = nil
}

func (p *place) connect() {
	p.t.Helper()
	sky, toot, page := p.Bluesky.Account("hirondelle.bsky.test", "Hirondelle"), p.Mastodon.Account("hirondelle", "Hirondelle"), p.Facebook.AddPage("Hirondelle")
	p.accounts = map[string]string{"bluesky": sky.DID, "mastodon": toot.ID, "facebook": page.ID}
	p.settings = map[string]map[string]string{
		"bluesky":  {"server": p.BlueskyURL, "handle": sky.Handle, "password": sky.AppPassword},
		"mastodon": {"server": p.MastodonURL, "token": toot.Token},
		"facebook": {"page": page.ID, "token": page.Token},
	}
	for name, settings := range p.settings {
		p.channels[name] = p.Connect(p.t, name, settings).ID
	}
}

func (p *place) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

// until waits for something, as long as things take at most.
func (p *place) until(what string, so func() (bool, any)) {
	p.t.Helper()
	hand.Until(p.t, soon, what, so)
}

// publish lets a text out on networks and waits until it is there.
func (p *place) publish(text string, networks ...string) api.Post {
	p.t.Helper()
	var to []string
	for _, n := range networks {
		to = append(to, p.channels[n])
	}
	return p.out(p.Write(p.t, hand.Texts(text), hand.To(to...)...).ID)
}

func (p *place) out(post string) (now api.Post) {
	p.t.Helper()
	p.Schedule(p.t, post, time.Time{})
	p.until("the post is out", func() (bool, any) {
		now = p.Post(p.t, post)
		return now.State == "published", describe(now)
	})
	return now
}

func describe(p api.Post) (s string) {
	s = p.State
	for _, u := range p.Publications {
		s += fmt.Sprintf(" %s:%s", u.Network, u.State)
		if u.Error.It != nil {
			s += fmt.Sprintf("(%s %s)", u.Error.It.Text, u.Error.It.Hint)
		}
	}
	return s
}

// act lets somebody on the stage do something.
func (p *place) act(a sandbox.Act) sandbox.Acted {
	p.t.Helper()
	if a.Account == "" {
		a.Account = p.accounts[a.Network]
	}
	done, err := p.Scripts.Do(a)
	p.must(err)
	return done
}

// conversation waits for the newest conversation of a channel that holds a text.
func (p *place) conversation(network, text string) (c api.Conversation) {
	p.t.Helper()
	p.until("“"+text+"” is in the inbox", func() (bool, any) {
		all := hand.Do[api.Page[api.Conversation]](p.t, p.Hand, "GET", "/conversations?state=all&channel="+p.channels[network], nil).Items
		for _, one := range all {
			for _, m := range p.Messages(p.t, one.ID) {
				if m.Text == text {
					c = one
					return true, nil
				}
			}
		}
		return false, len(all)
	})
	return c
}

// message gives the message of a conversation that says a text.
func (p *place) message(conversation, text string) api.Message {
	p.t.Helper()
	for _, m := range p.Messages(p.t, conversation) {
		if m.Text == text {
			return m
		}
	}
	p.t.Fatalf("nobody says “%s” there", text)
	return api.Message{}
}

// written is what a network accepted from us whose text holds this.
func (p *place) written(network, text string) []sandbox.Entry {
	return p.Ledger.Entries(sandbox.Filter{Network: network, Text: text})
}

// refused asks for something that must be answered with this status, and gives why.
func (p *place) refused(h *hand.Hand, status int, method, path string, in any) (why api.Problem) {
	p.t.Helper()
	err := h.Ask(p.t.Context(), method, path, in, nil)
	var refused *hand.Refused
	if !errors.As(err, &refused) || refused.Status != status {
		p.t.Errorf("%s %s gives %v, not %d", method, path, err, status)
		return why
	}
	return refused.Problem
}

func picture(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 30, 20))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
