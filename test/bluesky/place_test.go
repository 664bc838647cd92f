package bluesky_test

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/api"
	"github.com/kithhq/kith/internal/app"
	"github.com/kithhq/kith/internal/config"
	"github.com/kithhq/kith/internal/id"
	"github.com/kithhq/kith/internal/moderate"
	"github.com/kithhq/kith/internal/secret"
	"github.com/kithhq/kith/test/bluesky"
	"github.com/kithhq/kith/test/hand"
)

// place is a whole Kith on the real network, worked over its REST API. It has one account; a friend of that account uses
// the official client.
type place struct {
	*hand.Hand
	t          *testing.T
	world      *bluesky.Network
	front      *front
	ahead      *atomic.Int64 // how far Kith's clock is ahead, in nanoseconds
	us, friend bluesky.Account
	channel    string
}

// soon is how long anything here may take.
const soon = time.Minute

func live(t *testing.T) *place {
	t.Helper()
	n := world.Network(t)
	mark := id.New()[28:]
	p := &place{t: t, world: n, front: before(t, n.PDS), ahead: &atomic.Int64{}}
	p.us = bluesky.Ask[bluesky.Account](t, n, bluesky.Command{"do": "account", "handle": "us" + mark + ".test"})
	p.friend = bluesky.Ask[bluesky.Account](t, n, bluesky.Command{"do": "account", "handle": "friend" + mark + ".test"})

	c := config.Config{Data: t.TempDir(), Listen: "127.0.0.1:0", Log: "error", Read: 300 * time.Millisecond, FactsMB: 64, Allow: []string{"127.0.0.1", "localhost"}}
	const email = "ada@kith.test"
	p.must(app.CreateOwner(t.Context(), c, app.NewOwner{Email: email, Password: secret.Text("correct horse " + mark), Workspace: "Radio", Zone: "UTC", Locale: "fr"}))
	token, err := app.CreateToken(t.Context(), c, email, "test", access.Verbs(), 0)
	p.must(err)
	a, err := app.New(t.Context(), c, app.WithNow(func() time.Time { return time.Now().Add(time.Duration(p.ahead.Load())) }))
	p.must(err)
	t.Cleanup(func() {
		if err := a.Stop(t.Context()); err != nil {
			t.Errorf("stopping: %v", err)
		}
	})
	p.must(a.Start(t.Context()))
	p.Hand = &hand.Hand{URL: a.URL(), Token: token, Client: &http.Client{Timeout: soon}}
	t.Cleanup(p.Client.CloseIdleConnections)

	key := bluesky.Ask[struct{ Password string }](t, n, bluesky.Command{"do": "appPassword", "as": p.us.Handle, "name": "kith"})
	ch := p.Connect(t, "bluesky", map[string]string{"server": p.front.URL, "handle": p.us.Handle, "password": key.Password})
	if ch.Handle != p.us.Handle || ch.Health.State == "broken" {
		t.Fatalf("connected as %+v", ch)
	}
	p.channel = ch.ID
	return p
}

func (p *place) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

// publish writes parts, schedules them and waits until Kith says that they are published.
func (p *place) publish(due time.Time, parts ...api.Part) (api.Post, api.Publication) {
	p.t.Helper()
	post := p.Write(p.t, parts, hand.To(p.channel)...)
	p.Schedule(p.t, post.ID, due)
	return p.published(post.ID)
}

func (p *place) published(id string) (post api.Post, made api.Publication) {
	p.t.Helper()
	hand.Until(p.t, soon, "the post is published", func() (bool, any) {
		post = p.Post(p.t, id)
		return post.State == "published", post
	})
	made = post.Publications[0]
	if len(post.Publications) != 1 || made.PublishedAt == nil || made.Error.It != nil {
		p.t.Fatalf("published as %+v", post)
	}
	return post, made
}

// written are our records on the PDS, as the official client lists them.
func (p *place) written(mark string) []recordOf {
	p.t.Helper()
	var found []recordOf
	for _, r := range bluesky.Ask[[]recordOf](p.t, p.world, bluesky.Command{"do": "records", "of": p.us.Handle}) {
		if strings.Contains(r.Value.Text, mark) {
			found = append(found, r)
		}
	}
	return found
}

// act lets the friend do something with the official client.
func (p *place) act(do, uri, text string) written {
	p.t.Helper()
	return bluesky.Ask[written](p.t, p.world, bluesky.Command{"do": do, "as": p.friend.Handle, "uri": uri, "text": text, "who": p.us.Handle})
}

func (p *place) settle() {
	p.t.Helper()
	bluesky.Ask[any](p.t, p.world, bluesky.Command{"do": "settle"})
}

func list[T any](p *place, address string) []T {
	p.t.Helper()
	return hand.Do[api.Page[T]](p.t, p.Hand, http.MethodGet, address, nil).Items
}

// flooding puts the rule against flooding to work.
func (p *place) flooding(count, window int) {
	p.t.Helper()
	rule := list[api.Rule](p, "/rules")[0]
	mode := moderate.Live
	hand.Do[api.Rule](p.t, p.Hand, http.MethodPatch, "/rules/"+rule.ID, api.RuleChange{Mode: &mode, Count: &count, WindowS: &window})
}

// call is what Kith asks of the PDS: the last word of the method's name, and what it sends.
type call struct{ method, body string }

// front stands before the PDS under an address of its own. It may keep a call waiting or cut the line (panic with
// http.ErrAbortHandler), before the PDS hears of it or before its answer is passed on.
type front struct {
	URL        string
	ask, reply atomic.Pointer[func(call)]
}

func before(t *testing.T, pds string) *front {
	t.Helper()
	to, err := url.Parse(pds)
	if err != nil {
		t.Fatal(err)
	}
	f := &front{}
	proxy := httputil.NewSingleHostReverseProxy(to)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		c := call{strings.TrimPrefix(path.Ext(r.URL.Path), "."), string(body)}
		if then := f.ask.Load(); then != nil {
			(*then)(c)
		}
		got := httptest.NewRecorder()
		proxy.ServeHTTP(got, r)
		if then := f.reply.Load(); then != nil {
			(*then)(c)
		}
		maps.Copy(w.Header(), got.Header())
		w.WriteHeader(got.Code)
		_, _ = w.Write(got.Body.Bytes()) // who hung up is not told
	}))
	t.Cleanup(server.Close)
	f.URL = server.URL
	return f
}

// once cuts the line at the first call that asks for this.
func once(is func(call) bool) (then *func(call), cut *atomic.Bool) {
	cut = &atomic.Bool{}
	do := func(c call) {
		if is(c) && cut.CompareAndSwap(false, true) {
			panic(http.ErrAbortHandler)
		}
	}
	return &do, cut
}
