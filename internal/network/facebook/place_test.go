package facebook_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/facebook"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/sandbox"
	pretended "github.com/kithhq/kith/internal/sandbox/facebook"
)

// A place is found by its name, kept with it, and told by its number alone; what was
// asked is published.
func TestAPlaceIsSearchedAndTold(t *testing.T) {
	o := open(t)
	found, err := o.driver.Choices(t.Context(), o.Conn, network.Choosing{Option: "place", Words: "thabor rennes"})
	if err != nil || len(found) != 1 || found[0].Label != "Parc du Thabor" || found[0].More != "Place Sainte-Mélaine, Rennes, France" {
		t.Fatalf("%+v, %v", found, err)
	}
	part := o.Part("a walk")
	part.Options = map[string]string{"place": found[0].Value}
	if said := o.driver.Profile().CheckOptions(part); len(said) > 0 {
		t.Errorf("%+v", said)
	}
	sent, err := o.Send(part)
	if err != nil || o.net.Place(sent.ID) != "214300987120441" {
		t.Fatalf("at %q: %v", o.net.Place(sent.ID), err)
	}
	if all := o.Ledger(sandbox.Publish); len(all) != 1 || all[0].Place != "214300987120441" {
		t.Errorf("the ledger has %+v", all)
	}
	if all, err := o.driver.Choices(t.Context(), o.Conn, network.Choosing{Option: "place", Words: "old fire station"}); err != nil || len(all) != 1 {
		t.Errorf("what has no address is offered: %+v, %v", all, err)
	}
	l, err := published()
	if err != nil {
		t.Skip("no published parameter lists (set KITH_SPECS)")
	}
	for _, r := range o.Front.Requests() {
		query, err := url.ParseQuery(r.Query)
		if err != nil {
			t.Fatal(err)
		}
		path, is := strings.CutPrefix(r.Path, "/v25.0/")
		switch {
		case is && path == "pages/search": // described in the guide on searching Pages, and recorded
			for name := range query {
				if !slices.Contains([]string{"q", "fields", "limit", "appsecret_proof"}, name) {
					t.Errorf("a search takes no %s", name)
				}
			}
			if wrong := l.Checked("Page", http.MethodGet, "", url.Values{"fields": query["fields"]}); len(wrong) > 0 {
				t.Errorf("%v", wrong)
			}
		case is && path == "214300987120441":
			if wrong := l.Checked("Page", http.MethodGet, "", query); len(wrong) > 0 {
				t.Errorf("%v", wrong)
			}
		}
	}
}

// A Page without an address is refused before anything of the post is at Facebook; what
// Facebook alone refuses is said as plainly.
func TestWhatIsNoPlaceIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		place string
		media []network.Media
		kind  network.PostKind
		early bool
	}{
		"no address":                 {place: "106078429431907 Rennes Infos", early: true},
		"no address, with a picture": {place: "106078429431907", media: []network.Media{networktest.Picture("image/png", 40, 40, "a shelf")}, early: true},
		"nobody":                     {place: "424242424242 Nobody"},
		"nobody, with a film":        {place: "424242424242", media: []network.Media{clip()}, kind: network.Reel},
	} {
		o := open(t)
		part := o.Part("where?")
		part.Kind, part.Media, part.Options = c.kind, c.media, map[string]string{"place": c.place}
		_, err := o.Send(part)
		if text, hint := fault.Shown(err); !fault.Is(err, fault.Invalid) || hint == "" || strings.Contains(text, "code") {
			t.Errorf("%s: %v", name, err)
		}
		if text, _ := fault.Shown(err); c.early != strings.Contains(text, "without an address") {
			t.Errorf("%s: it says %q", name, text)
		}
		if n := len(o.Ledger(sandbox.Upload)); c.early && n > 0 || len(o.Ledger(sandbox.Publish)) > 0 {
			t.Errorf("%s: %d uploads, %+v", name, n, o.Ledger(sandbox.Publish))
		}
	}
}

// Without the feature, the search says what is missing and a number still goes out.
func TestAHouseThatMayNotSearch(t *testing.T) {
	h := harness(facebook.Options{AppID: appID, AppSecret: appSecret})
	var net *pretended.Network
	h.Open = func(_ *testing.T, stage *sandbox.Stage) (http.Handler, func(string) map[string]string) {
		net = pretended.New(stage, pretended.Options{NoPageSearch: true})
		page := net.AddPage("Atelier")
		return net.Handler(), func(string) map[string]string {
			return map[string]string{"page": page.ID, "token": page.Token}
		}
	}
	w := networktest.NewWorld(t, h)
	chooser := w.Driver.(network.Chooser)
	_, err := chooser.Choices(t.Context(), w.Conn, network.Choosing{Option: "place", Words: "Rennes"})
	if text, _ := fault.Shown(err); !fault.Is(err, fault.Invalid) || !strings.Contains(text, "Page Public Metadata Access") {
		t.Errorf("%v", err)
	}
	found, err := chooser.Choices(t.Context(), w.Conn, network.Choosing{Option: "place", Words: "https://www.facebook.com/Parc-du-Thabor-214300987120441"})
	if err != nil || len(found) != 1 {
		t.Fatalf("%+v, %v", found, err)
	}
	part := w.Part("a walk")
	part.Options = map[string]string{"place": found[0].Value}
	if sent, err := w.Send(part); err != nil || net.Place(sent.ID) != "214300987120441" {
		t.Errorf("%v", err)
	}
}

// It is said while the post is written, and not when it should go out.
func TestAPlaceIsCheckedWhereThePostIsWritten(t *testing.T) {
	o := open(t)
	for place, key := range map[string]string{"Rennes": "option_wrong", "106078429431815": "", "106078429431815 Rennes, France": "", "1 " + strings.Repeat("x", 300): "option_wrong"} {
		said := o.driver.Profile().CheckOptions(network.Part{Options: map[string]string{"place": place}})
		if key == "" && len(said) > 0 || key != "" && (len(said) != 1 || said[0].Key != key) {
			t.Errorf("%.20s: %+v", place, said)
		}
	}
	film := network.Part{Options: map[string]string{"place": "106078429431815"}, Media: []network.Media{{Type: "video/mp4"}}}
	if said := o.driver.Profile().CheckOptions(film); len(said) != 1 || said[0].Key != "option_no_video" || said[0].Hint == "" {
		t.Errorf("a video: %+v", said)
	}
	if film.Kind = network.Reel; len(o.driver.Profile().CheckOptions(film)) > 0 {
		t.Error("a reel takes a place")
	}
}
