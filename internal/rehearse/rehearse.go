// Package rehearse runs the house on pretended networks with a lively sample
// workspace, so that a team can train and a stranger can look around. Nothing of
// it leaves this machine.
package rehearse

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/kithhq/kith/internal/app"
	"github.com/kithhq/kith/internal/config"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/bluesky"
	"github.com/kithhq/kith/internal/sandbox/facebook"
	"github.com/kithhq/kith/internal/sandbox/mastodon"
	"github.com/kithhq/kith/internal/sandbox/messenger"
	"github.com/kithhq/kith/internal/sandbox/x"
	"github.com/kithhq/kith/internal/secret"
)

// Stage is the pretended networks on addresses of their own.
type Stage struct {
	*sandbox.Stage
	Facebook    *facebook.Network
	FacebookURL string
	// MessengerURL is Messenger's: the same Pages under a name of its own.
	MessengerURL string
	Mastodon     *mastodon.Network
	MastodonURL  string
	Bluesky      *bluesky.Network
	BlueskyURL   string
	X            *x.Network
	servers      []*http.Server
	guests       []seated
	filled       filled
}

// seated is a guest that has an address.
type seated struct {
	guest
	url     string
	connect func(ctx context.Context, base, hook string) (map[string]string, error)
}

// Open puts the networks on loopback addresses.
func Open(ctx context.Context, o sandbox.Options) (*Stage, error) {
	s := &Stage{Stage: sandbox.New(o)}
	s.Facebook = facebook.New(s.Stage, facebook.Options{Work: 4 * time.Second}) // ready when it is looked for first
	s.Mastodon = mastodon.New(s.Stage, mastodon.Options{})
	s.Bluesky = bluesky.New(s.Stage, bluesky.Options{})
	for _, n := range []struct {
		url     *string
		handler http.Handler
	}{{&s.FacebookURL, s.Facebook.Handler()}, {&s.MastodonURL, s.Mastodon.Handler()}, {&s.BlueskyURL, s.Bluesky.Handler()}, {&s.MessengerURL, messenger.New(s.Facebook).Handler()}} {
		url, err := s.serve(ctx, n.handler)
		if err != nil {
			s.Close()
			return nil, err
		}
		*n.url = url
	}
	for _, g := range guests(s) {
		handler, connect := g.open(s.Stage)
		url, err := s.serve(ctx, handler)
		if err != nil {
			s.Close()
			return nil, err
		}
		s.guests = append(s.guests, seated{g, url, connect})
	}
	return s, nil
}

// Invite lets a guest knock at a house, and gives what the form that connects it
// would be filled in with.
func (s *Stage) Invite(ctx context.Context, name, house string) (map[string]string, error) {
	for _, g := range s.guests {
		if g.name == name {
			return g.connect(ctx, g.url, house+"/hooks/"+name)
		}
	}
	return nil, fault.New(fault.Internal, "no guest is called %s", name)
}

func (s *Stage) serve(ctx context.Context, h http.Handler) (string, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", fault.Wrap(fault.Unavailable, err, "A pretended network finds no address.")
	}
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	s.servers = append(s.servers, server)
	go server.Serve(l) //nolint:errcheck // it ends by Close
	return "http://" + l.Addr().String(), nil
}

// Close ends the networks.
func (s *Stage) Close() {
	s.Stage.Close()
	for _, server := range s.servers {
		_ = server.Close() // nothing of a rehearsal is kept
	}
}

// Fit makes a configuration speak to the stage instead of the world.
func (s *Stage) Fit(c *config.Config) {
	c.Allow = append(c.Allow, "127.0.0.1/32")
	c.Endpoints = append(c.Endpoints, "bluesky="+s.BlueskyURL)
	c.Facebook = config.Meta{AppID: "600000000000001", AppSecret: "app-secret", VerifyToken: "rehearsal", GraphURL: s.FacebookURL}
	c.Endpoints = append(c.Endpoints, onMessenger+"="+s.MessengerURL)
	for _, g := range s.guests {
		c.Endpoints = append(c.Endpoints, g.name+"="+g.url)
		if g.app.ID != "" {
			c.Apps = append(c.Apps, g.name+"="+g.app.ID+":"+g.app.Secret.Reveal()+":"+g.app.Verify.Reveal())
		}
	}
	if c.Read == 0 || c.Read > 3*time.Second {
		c.Read = 3 * time.Second
	}
}

// Options let a house play on the stage: it lives in the stage's time.
func (s *Stage) Options() []app.Option {
	return []app.Option{app.WithRehearsal(s.filled.door(s.Control())), app.WithClock(s.Clock)}
}

// Follow lets a house ask its networks when time passes slowly again: while it
// hurried they were asked less often.
func (s *Stage) Follow(ctx context.Context, a *app.App) {
	fast := false
	var mu sync.Mutex
	s.Clock.Watch(func() {
		mu.Lock()
		defer mu.Unlock()
		speed := s.Clock.Speed()
		if fast && speed <= slow {
			if err := a.House.Hasten(ctx); err != nil {
				a.Log.WarnContext(ctx, "networks are asked only in their turn", "error", err)
			}
		}
		fast = speed > slow
	})
}

// slow is up to when networks are asked about as often as in life.
const slow = 10

// Run rehearses until the context ends. A data folder that is given stays until the next
// rehearsal in it; without one nothing stays.
func Run(ctx context.Context, c config.Config, seed uint64, quiet bool) (err error) {
	if c.DB != "" {
		return fault.New(fault.Invalid, "A rehearsal has a database of its own.").WithHint("Leave --db out: nothing of a rehearsal stays.")
	}
	stays := "What it wrote stays in " + c.Data + " until the next one."
	if c.Data == "" {
		dir, err := os.MkdirTemp("", "kith-rehearsal-")
		if err != nil {
			return fault.Wrap(fault.Unavailable, err, "A folder for the rehearsal cannot be made.")
		}
		defer os.RemoveAll(dir) //nolint:errcheck // a folder for temporary files
		c.Data, stays = filepath.Join(dir, "data"), "Nothing stays."
	}
	if err := app.ClearStage(c.Data); err != nil {
		return err
	}
	stage, err := Open(ctx, sandbox.Options{Seed: seed})
	if err != nil {
		return err
	}
	defer stage.Close()
	stage.Fit(&c)
	a, err := app.New(ctx, c, stage.Options()...)
	if err != nil {
		return err
	}
	stage.Follow(ctx, a)
	defer func() { err = errors.Join(err, a.Stop(ctx)) }()
	if err := a.Start(ctx); err != nil {
		return err
	}
	password := secret.Text("rehearse-" + secret.Token()[:8])
	if err := Fill(ctx, a, stage, password, quiet); err != nil {
		return err
	}
	fmt.Printf("\n  Kith rehearses at  %s\n  Sign in as         %s\n  with the password  %s\n\n  Everything here is played on this machine. Stop with Ctrl+C. %s\n\n",
		a.URL(), Keeper, password.Reveal(), stays)
	<-ctx.Done()
	return nil
}
