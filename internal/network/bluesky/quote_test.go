package bluesky_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/sandbox"
	pretended "github.com/kithhq/kith/internal/sandbox/bluesky"
)

// quarter is a world whose network is at hand.
type quarter struct {
	*networktest.World
	net *pretended.Network
}

func settle(t *testing.T) *quarter {
	t.Helper()
	w := &quarter{}
	h := harness()
	h.Open = func(_ *testing.T, stage *sandbox.Stage) (http.Handler, func(string) map[string]string) {
		w.net = pretended.New(stage, pretended.Options{})
		us := w.net.Account("atelier.bsky.test", "Atelier")
		return w.net.Handler(), func(base string) map[string]string {
			return map[string]string{"handle": us.Handle, "password": us.AppPassword, "server": base}
		}
	}
	w.World = networktest.NewWorld(t, h)
	return w
}

func (w *quarter) sharing(text, address string) network.Part {
	part := w.Part(text)
	part.Options = map[string]string{"reshare": address}
	return part
}

// written is the record that was written last.
func (w *quarter) written(t *testing.T) (embed map[string]any) {
	t.Helper()
	all := w.Front.Requests()
	for i := len(all) - 1; i >= 0; i-- {
		if !strings.HasSuffix(all[i].Path, "com.atproto.repo.putRecord") {
			continue
		}
		var said struct {
			Record struct {
				Embed map[string]any `json:"embed"`
			} `json:"record"`
		}
		if err := json.Unmarshal(all[i].Body, &said); err != nil {
			t.Fatal(err)
		}
		return said.Record.Embed
	}
	t.Fatal("nothing was written")
	return nil
}

func TestAPostSharesAnotherWithItsOwnWords(t *testing.T) {
	w := settle(t)
	author := w.Stage.Cast.All()[1]
	uri, cid := w.net.Says(author, "Our report is out", false)
	did, key, _ := strings.Cut(strings.TrimPrefix(uri, "at://"), "/app.bsky.feed.post/")
	for name, address := range map[string]string{
		"its address":              "https://bsky.app/profile/" + w.net.Handle(author) + "/post/" + key,
		"by who wrote it for good": "https://bsky.app/profile/" + did + "/post/" + key + "?ref=x",
		"of another application":   " https://deer.social/profile/" + strings.ToUpper(w.net.Handle(author)) + "/post/" + key + "/ ",
		"its record":               uri,
		"its record, by handle":    "at://" + w.net.Handle(author) + "/app.bsky.feed.post/" + key,
	} {
		part := w.sharing("Worth reading, "+name, address)
		if said := w.Driver.Profile().CheckOptions(part); len(said) > 0 {
			t.Errorf("%s: while it is written, %+v", name, said)
		}
		sent, err := w.Send(part)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		made := w.Ledger(sandbox.Publish)
		if last := made[len(made)-1]; last.Shared != uri || last.Text != part.Text || last.Object != sent.ID {
			t.Errorf("%s: the ledger has %+v", name, last)
		}
		record, _ := w.written(t)["record"].(map[string]any)
		if record["uri"] != uri || record["cid"] != cid || w.net.Shows(sent.ID) != "viewRecord" {
			t.Errorf("%s: it shows %v, and everybody sees %s", name, record, w.net.Shows(sent.ID))
		}
		if again, err := w.Send(part); err != nil || again.ID != sent.ID || len(w.Ledger(sandbox.Publish)) != len(made) {
			t.Errorf("%s: once more: %v, %v", name, again, err)
		}
	}
}

// Pictures, a video or a link stand beside what is shared.
func TestWhatIsSharedStandsBesideWhatElseThereIs(t *testing.T) {
	w := settle(t)
	uri, _ := w.net.Says(w.Stage.Cast.All()[1], "Our report is out", false)
	for kind, change := range map[string]func(*network.Part){
		"app.bsky.embed.images":   func(p *network.Part) { p.Media = []network.Media{networktest.Picture("image/png", 24, 16, "a chart")} },
		"app.bsky.embed.video":    func(p *network.Part) { p.Media = []network.Media{networktest.Clip(200_000, 5, 640, 360, "a walk")} },
		"app.bsky.embed.external": func(p *network.Part) { p.Link = "https://example.org/report" },
	} {
		part := w.sharing("Worth reading, with "+kind, uri)
		change(&part)
		if said := w.Driver.Profile().CheckOptions(part); len(said) > 0 {
			t.Errorf("%s: while it is written, %+v", kind, said)
		}
		sent, err := w.Send(part)
		if err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		embed := w.written(t)
		media, _ := embed["media"].(map[string]any)
		outer, _ := embed["record"].(map[string]any)
		inner, _ := outer["record"].(map[string]any)
		if embed["$type"] != "app.bsky.embed.recordWithMedia" || media["$type"] != kind || inner["uri"] != uri || w.net.Shows(sent.ID) != "viewRecord" {
			t.Errorf("%s: %v, and everybody sees %s", kind, embed, w.net.Shows(sent.ID))
		}
		look, err := w.Driver.(network.Finder).Find(t.Context(), w.Conn, part, part.At)
		if err != nil || look.Exact == nil || look.Exact.ID != sent.ID || look.Exact.Media != len(part.Media) {
			t.Errorf("%s: found %+v, %v", kind, look.Exact, err)
		}
	}
}

func TestWhatIsNoPostIsSaidBefore(t *testing.T) {
	w := settle(t)
	for name, address := range map[string]string{
		"words":            "the one of yesterday",
		"a profile":        "https://bsky.app/profile/ana.bsky.test",
		"a feed":           "at://did:plc:abc/app.bsky.feed.generator/cats",
		"a like":           "at://did:plc:abc/app.bsky.feed.like/3kabc",
		"another network":  "https://example.org/@ana/113",
		"hidden behind it": "https://example.org/?https://bsky.app/profile/ana.bsky.test/post/3kabc",
	} {
		part := w.sharing("Worth reading", address)
		w.Improper(name, part)
	}
}

// A data server would take all of these, and everybody would see an empty frame.
func TestWhatMayNotBeSharedIsSaid(t *testing.T) {
	w := settle(t)
	all := w.Stage.Cast.All()
	closed, _ := w.net.Says(all[1], "look, do not touch", true)
	gone, _ := w.net.Says(all[2], "for an hour", false)
	w.Act(sandbox.Act{Kind: "remove", Target: gone, Person: all[2].ID})
	shut, _ := w.net.Says(all[3], "not for you", false)
	w.net.Shut(all[3], w.Conn.Account)
	_, ours := w.Publish("ours")
	_, deleted := w.Publish("ours too")
	if err := w.Driver.(network.Deleter).Delete(t.Context(), w.Conn, deleted.Ref); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ address, sign string }{
		"that its author closed": {closed, "does not allow"},
		"deleted":                {gone, "does not exist"},
		"of who blocks us":       {shut, "may not see it"},
		"ours, deleted":          {deleted.ID, "does not exist"},
		"unknown":                {closed + "x", "does not exist"},
		"of nobody":              {"https://bsky.app/profile/nobody.bsky.test/post/3kabc", "does not exist"},
		"with no handle":         {"https://bsky.app/profile/..../post/3kabc", "does not exist"},
	} {
		n := len(w.Ledger(sandbox.Publish))
		_, err := w.Send(w.sharing("Worth reading", c.address))
		text, hint := fault.Shown(err)
		if !fault.Is(err, fault.Invalid) || !strings.Contains(text, c.sign) || hint == "" {
			t.Errorf("%s: %q, %q, %v", name, text, hint, err)
		}
		if len(w.Ledger(sandbox.Publish)) != n {
			t.Errorf("%s: it is there", name)
		}
	}
	// Our own, also where nobody else may, and where it is in no view yet.
	w.Weather(sandbox.Mishap{Kind: sandbox.ListedLate, Action: sandbox.Publish, Times: 1})
	_, fresh := w.Publish("ours, of just now")
	for _, address := range []string{ours.ID, fresh.ID, ours.URL} {
		if _, err := w.Send(w.sharing("As I said: "+address, address)); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
}

// The post is out and nobody heard of it: it is found under its own key, with what it shares.
func TestALostQuoteIsFound(t *testing.T) {
	w := settle(t)
	uri, _ := w.net.Says(w.Stage.Cast.All()[1], "Our report is out", false)
	if _, err := w.Send(w.Part("Worth reading")); err != nil {
		t.Fatal(err)
	}
	part := w.sharing("Worth reading", uri)
	look := func() network.Look {
		t.Helper()
		found, err := w.Driver.(network.Finder).Find(t.Context(), w.Conn, part, part.At)
		if err != nil || !found.Keyed {
			t.Fatal(found, err)
		}
		return found
	}
	if found := look(); found.Exact != nil {
		t.Errorf("before it is sent: %+v", found.Exact)
	}
	w.Weather(sandbox.Mishap{Kind: sandbox.LostAnswer, Action: sandbox.Publish, Times: 1})
	if _, err := w.Send(part); !fault.Is(err, fault.Uncertain) {
		t.Fatal(err)
	}
	if found := look(); found.Exact == nil || w.net.Shows(found.Exact.ID) != "viewRecord" {
		t.Errorf("afterwards: %+v", found.Exact)
	}
}
