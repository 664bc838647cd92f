package linkedin_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/linkedin"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/outward"
	"github.com/kithhq/kith/internal/sandbox"
	pretended "github.com/kithhq/kith/internal/sandbox/linkedin"
)

// ours is one pretended LinkedIn with a member, the member's Page, and a driver.
type ours struct {
	t      *testing.T
	stage  *sandbox.Stage
	net    *pretended.Network
	member pretended.Account
	page   pretended.Account
	base   string
	out    *outward.Client
	driver *linkedin.Driver
	conn   network.Conn // of the Page
	app    network.App
}

func open(t *testing.T, o pretended.Options) *ours {
	t.Helper()
	stage := sandbox.New(sandbox.Options{Seed: 7, Frozen: true, Start: time.Date(2026, 11, 26, 10, 0, 0, 0, time.UTC)})
	w := &ours{t: t, stage: stage, net: pretended.New(stage, o)}
	w.member = w.net.AddMember("Camille Keeper")
	w.page = w.net.AddPage("Librairie Hirondelle", w.member)
	server := httptest.NewServer(documented(t, w.net.Handler()))
	t.Cleanup(func() { stage.Close(); server.Close() })
	w.base = server.URL
	w.out = networktest.Client(t, stage.Clock.Now)
	w.driver = linkedin.New(w.out, linkedin.Options{Base: w.base, Now: stage.Clock.Now})
	w.app = network.App{ID: "77kithrehearsal", Secret: "client-secret", Extra: map[string]string{"application": "212345678"}}
	w.conn = w.connect(w.page.Token, w.page.Number)
	return w
}

func (w *ours) connect(token, page string) network.Conn {
	w.t.Helper()
	a, err := w.driver.Connect(w.t.Context(), map[string]string{"token": token, "page": page})
	if err != nil {
		w.t.Fatal(err)
	}
	return w.as(a)
}

func (w *ours) as(a network.Account) network.Conn {
	return network.Conn{Base: a.Base, Account: a.ID, Handle: a.Handle, Keys: a.Keys, Limits: a.Limits, App: w.app}
}

// send publishes act by act, moving the clock as it is asked to.
func (w *ours) send(conn network.Conn, part network.Part) (network.Sent, error) {
	w.t.Helper()
	part.Step = network.Step{Name: network.Begun, Since: w.stage.Clock.Now()}
	for range 200 {
		did, err := w.driver.Step(w.t.Context(), conn, part)
		if err != nil {
			return network.Sent{}, err
		}
		if did.Sent != nil {
			return *did.Sent, nil
		}
		since := part.Step.Since
		part.Step = did.Step
		part.Step.Since = since
		w.stage.Clock.Advance(did.Wait)
	}
	w.t.Fatal("it does not come to an end")
	return network.Sent{}, nil
}

func (w *ours) must(conn network.Conn, part network.Part) network.Sent {
	w.t.Helper()
	sent, err := w.send(conn, part)
	if err != nil {
		w.t.Fatal(err)
	}
	return sent
}

func (w *ours) part(text string) network.Part {
	return network.Part{Key: text, Text: text, At: w.stage.Clock.Now()}
}

// ledger are the writes of some actions.
func (w *ours) ledger(a sandbox.Action) []sandbox.Entry {
	return w.stage.Ledger.Entries(sandbox.Filter{Action: a})
}

func (w *ours) act(a sandbox.Act) sandbox.Acted {
	w.t.Helper()
	a.Network, a.Account = pretended.Name, w.page.URN
	done, err := w.stage.Scripts.Do(a)
	if err != nil {
		w.t.Fatal(err)
	}
	return done
}

// read reads everything from a cursor on.
func (w *ours) read(conn network.Conn, cursor string) (raws []network.Raw, events []network.Event, next string) {
	w.t.Helper()
	for range 50 {
		got, err := w.driver.Read(w.t.Context(), conn, cursor)
		if err != nil {
			w.t.Fatal(err)
		}
		for _, raw := range got.Events {
			all, err := w.driver.Decode(conn, raw)
			if err != nil {
				w.t.Fatal(err)
			}
			raws, events = append(raws, raw), append(events, all...)
		}
		if cursor = got.Next; !got.More {
			return raws, events, cursor
		}
	}
	w.t.Fatal("there is always more")
	return nil, nil, ""
}

func kind(t *testing.T, err error, want fault.Kind) {
	t.Helper()
	if !fault.Is(err, want) {
		t.Fatalf("%v, and it should be %v", err, want)
	}
}

// consent goes to LinkedIn's page and agrees at once; it gives what comes back.
func consent(t *testing.T, address string) url.Values {
	t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Get(address + "&approve=1")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	back, err := res.Location()
	if err != nil {
		t.Fatalf("%d: %v", res.StatusCode, err)
	}
	return back.Query()
}
