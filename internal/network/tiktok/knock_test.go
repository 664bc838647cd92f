package tiktok_test

import (
	"errors"
	"net/http"
	"slices"
	"sync"
	"testing"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/network/tiktok"
	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/secret"
)

// ears hear webhooks as the door of a house does: verified by either key, split, decoded.
type ears struct {
	mu     sync.Mutex
	raws   []network.Raw
	forged int
}

func (e *ears) all() []network.Raw {
	e.mu.Lock()
	defer e.mu.Unlock()
	all := e.raws
	e.raws = nil
	return all
}

// at is where they are.
func (e *ears) at(t *testing.T, w *networktest.World) string {
	t.Helper()
	d := w.Driver.(*tiktok.Driver)
	return listen(t, func(r *http.Request, body []byte) int {
		e.mu.Lock()
		defer e.mu.Unlock()
		if !slices.ContainsFunc(d.SigningKeys(app()), func(key secret.Text) bool { return d.Verify(r.Header, body, key) == nil }) {
			e.forged++
			return http.StatusForbidden
		}
		raws, err := d.Split(body)
		if err != nil {
			return http.StatusUnprocessableEntity
		}
		e.raws = append(e.raws, raws...)
		return http.StatusOK
	})
}

// listening is a world with comments whose TikTok knocks at us.
func listening(t *testing.T) (*networktest.World, *place, *ears) {
	t.Helper()
	tt, heard := &place{}, &ears{}
	o := quick()
	o.Plain = true // our address is on this machine
	w := networktest.NewWorld(t, harness(o, tt))
	w.Conn.App = app()
	d := w.Driver.(*tiktok.Driver)
	hook := heard.at(t, w)
	if stands, err := d.Subscribed(t.Context(), w.Conn, hook); err != nil || stands {
		t.Fatalf("before it was asked: %v, %v", stands, err)
	}
	for range 2 {
		if lacks, err := d.Subscribe(t.Context(), w.Conn, hook); err != nil || lacks != nil {
			t.Fatalf("%v, %v", lacks, err)
		}
	}
	if stands, err := d.Subscribed(t.Context(), w.Conn, hook); err != nil || !stands {
		t.Fatalf("after it was asked: %v, %v", stands, err)
	}
	return w, tt, heard
}

func decoded(t *testing.T, w *networktest.World, raws []network.Raw) (all []network.Event) {
	t.Helper()
	for _, raw := range raws {
		events, err := w.Driver.(network.Decoder).Decode(w.Conn, raw)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, events...)
	}
	return all
}

func TestACommentIsHeardAtOnce(t *testing.T) {
	w, tt, heard := listening(t)
	_, post := w.Publish("a film")
	tt.Settle()
	heard.all()
	_, cursor := w.Read("")
	fetcher := w.Driver.(network.Fetcher)

	w.Act(sandbox.Act{Kind: "comment", Target: post.ID, Text: "lovely", Person: "p001"})
	tt.Settle()
	raws := heard.all()
	if len(raws) != 1 || raws[0].Account != tt.BusinessID {
		t.Fatalf("%+v", raws)
	}
	named := decoded(t, w, raws)
	if len(named) != 1 || named[0].Kind != network.Named {
		t.Fatalf("%+v", named)
	}
	fetched, err := fetcher.Fetch(t.Context(), w.Conn, named[0].Ref)
	if err != nil {
		t.Fatal(err)
	}
	events := decoded(t, w, fetched)
	if len(events) != 1 || events[0].Kind != network.Comment || events[0].Text != "lovely" || events[0].Author.Handle == "" {
		t.Fatalf("%+v", events)
	}
	// What is fetched has the key that reading gives.
	got, err := w.Driver.(network.Reader).Read(t.Context(), w.Conn, cursor)
	if err != nil || len(got.Events) != 1 || got.Events[0].Key != fetched[0].Key || got.Events[0].Account != fetched[0].Account {
		t.Errorf("%+v, fetched %+v, %v", got.Events, fetched, err)
	}

	// Our own answer is told, too, and is ours.
	answer, err := w.Driver.(network.Replier).Reply(t.Context(), w.Conn, w.Answer("thank you", events[0].Ref))
	if err != nil {
		t.Fatal(err)
	}
	tt.Settle()
	named = decoded(t, w, heard.all())
	if len(named) != 1 || named[0].Kind != network.Named {
		t.Fatalf("%+v", named)
	}
	if fetched, err = fetcher.Fetch(t.Context(), w.Conn, named[0].Ref); err != nil {
		t.Fatal(err)
	}
	if ours := decoded(t, w, fetched); len(ours) != 1 || ours[0].Kind != network.Ours || ours[0].ID != answer.ID || ours[0].Parent != events[0].ID {
		t.Errorf("%+v", ours)
	}

	// Hidden, shown and deleted on TikTok itself.
	for _, on := range []bool{true, false} {
		if err := w.Driver.(network.Hider).Hide(t.Context(), w.Conn, events[0].Ref, on); err != nil {
			t.Fatal(err)
		}
		tt.Settle()
		if told := decoded(t, w, heard.all()); len(told) == 0 || told[0].Kind != network.Hidden || told[0].Removed == on || told[0].ID != events[0].ID {
			t.Errorf("hidden %v: %+v", on, told)
		}
	}
	w.Act(sandbox.Act{Kind: "remove", Target: events[0].ID, Person: "p001"})
	tt.Settle()
	if told := decoded(t, w, heard.all()); len(told) != 1 || told[0].Kind != network.Deleted || told[0].ID != events[0].ID {
		t.Errorf("%+v", told)
	}
	if fetched, err := fetcher.Fetch(t.Context(), w.Conn, named[0].Ref); err != nil || len(fetched) != 0 {
		t.Errorf("below what is gone: %+v, %v", fetched, err)
	}
	if heard.forged != 0 {
		t.Errorf("%d were not signed by either key", heard.forged)
	}
}

// Two ids of one account: whoever does not let us read comments is not told of.
func TestNobodyIsToldOfWhoDoesNotAllowIt(t *testing.T) {
	w, tt, heard := listening(t)
	_, post := w.Publish("a film")
	tt.Settle()
	heard.all()
	tt.DisconnectBusiness(tt.ID)
	w.Act(sandbox.Act{Kind: "comment", Target: post.ID, Text: "lovely", Person: "p001"})
	tt.Settle()
	if raws := heard.all(); len(raws) != 0 {
		t.Errorf("%+v", raws)
	}
}

func TestTikTokIsAskedToKnock(t *testing.T) {
	w, _, _ := listening(t)
	d := w.Driver.(*tiktok.Driver)
	unset := func(name string, conn network.Conn) {
		t.Helper()
		_, err := d.Subscribed(t.Context(), conn, "https://kith.example.org/hooks/tiktok")
		if _, hint := fault.Shown(err); !errors.Is(err, network.ErrNotSetUp) || hint == "" {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := d.Subscribe(t.Context(), conn, "https://kith.example.org/hooks/tiktok"); !errors.Is(err, network.ErrNotSetUp) {
			t.Errorf("%s: %v", name, err)
		}
	}
	bare := w.Conn
	bare.App.Extra = nil
	unset("no app for comments", bare)
	plain := alone(t, nil)
	unset("no second consent", plain.Conn)
	wrong := w.Conn
	wrong.App = app()
	wrong.App.Extra["business_app_secret"] = "another"
	if _, err := d.Subscribed(t.Context(), wrong, "x"); !fault.Is(err, fault.Invalid) || errors.Is(err, network.ErrNotSetUp) {
		t.Errorf("a wrong secret: %v", err)
	}
}
