package instagram_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/instagram"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/sandbox"
	pretended "github.com/kithhq/kith/internal/sandbox/instagram"
)

// house is a world whose network also knocks at our door.
type house struct {
	*networktest.World
	t       *testing.T
	net     *pretended.Network
	account pretended.Account
	driver  *instagram.Driver
	door    string
	mu      sync.Mutex
	bodies  [][]byte
	tested  int
}

func word() network.App {
	return network.App{ID: "600000000000002", Secret: "app-secret", Verify: "typed"}
}

func open(t *testing.T, login string) *house {
	t.Helper()
	return openWith(t, login, pretended.Options{})
}

// openWith is open with an Instagram that is stricter in some way.
func openWith(t *testing.T, login string, strict pretended.Options) *house {
	t.Helper()
	strict.Fetch = fetch
	o := &house{t: t}
	h := harness(login)
	h.Open = func(_ *testing.T, stage *sandbox.Stage) (http.Handler, func(string) map[string]string) {
		o.net = pretended.New(stage, strict)
		o.account = o.net.AddAccount("atelier", "Atelier")
		return o.net.Handler(), func(string) map[string]string {
			return map[string]string{"token": map[string]string{facebook: o.account.PageToken, own: o.account.Token}[login]}
		}
	}
	o.World = networktest.NewWorld(t, h)
	o.driver = o.Driver.(*instagram.Driver)
	door := httptest.NewServer(http.HandlerFunc(o.knock))
	t.Cleanup(door.Close)
	o.door = door.URL
	return o
}

// listening is open with a door that Instagram knows.
func listening(t *testing.T, login string) *house {
	t.Helper()
	o := open(t, login)
	if err := o.net.Subscribe(t.Context(), o.door, "typed"); err != nil {
		t.Fatal(err)
	}
	o.net.SubscribeAccount(o.account.ID)
	return o
}

func (o *house) knock(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet {
		answer, ok := o.driver.Challenge(r.URL.Query(), word())
		if !ok {
			w.WriteHeader(http.StatusForbidden)
		}
		o.mu.Lock()
		o.tested++
		o.mu.Unlock()
		_, _ = io.WriteString(w, answer.Body) // the client sees to it
		return
	}
	body, err := io.ReadAll(r.Body)
	if err == nil {
		err = o.driver.Verify(r.Header, body, "app-secret")
	}
	if err != nil {
		o.t.Error(err)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.bodies = append(o.bodies, body)
}

// told splits all that has been knocked.
func (o *house) told() []network.Raw {
	o.t.Helper()
	o.net.Settle()
	o.mu.Lock()
	defer o.mu.Unlock()
	var all []network.Raw
	for _, body := range o.bodies {
		raws, err := o.driver.Split(body)
		if err != nil {
			o.t.Fatal(err)
		}
		all = append(all, raws...)
	}
	return all
}

func (o *house) decode(raw network.Raw) network.Event {
	o.t.Helper()
	events, err := o.driver.Decode(o.Conn, raw)
	if err != nil || len(events) != 1 {
		o.t.Fatalf("%s: %d events, %v", raw.Body, len(events), err)
	}
	return events[0]
}

func (o *house) person(id string) sandbox.Person {
	p, ok := o.Stage.Cast.Person(id)
	if !ok {
		o.t.Fatalf("nobody is called %s", id)
	}
	return p
}

// find gives the one event of a kind.
func find(t *testing.T, events []network.Event, kind network.EventKind) network.Event {
	t.Helper()
	var found []network.Event
	for _, e := range events {
		if e.Kind == kind {
			found = append(found, e)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d of %s among %+v", len(found), kind, events)
	}
	return found[0]
}
