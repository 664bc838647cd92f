package instagram_test

import (
	"strings"
	"testing"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/sandbox"
)

const thabor = "214300987120441 Parc du Thabor"

// searching is open with our app at Meta, which may see the Pages of others.
func searching(t *testing.T) *house {
	t.Helper()
	o := open(t, facebook)
	o.Conn.App = word()
	return o
}

// A place is found by its name and told by its number, once for each post: of a
// carousel with the whole and not with its files, of a story never.
func TestAPlaceIsSearchedAndTold(t *testing.T) {
	still := func() network.Media { return networktest.Picture("image/jpeg", 800, 800, "a tree") }
	film := func() network.Media { return networktest.Clip(4<<10, 10, 720, 1280, "") }
	for name, c := range map[string]struct {
		kind  network.PostKind
		files []network.Media
		told  []string // of each container
	}{
		"a picture":  {files: []network.Media{still()}, told: []string{"214300987120441"}},
		"a video":    {files: []network.Media{film()}, told: []string{"214300987120441"}},
		"a reel":     {kind: network.Reel, files: []network.Media{film()}, told: []string{"214300987120441"}},
		"a carousel": {files: []network.Media{still(), film()}, told: []string{"", "", "214300987120441"}},
		"a story":    {kind: network.Story, files: []network.Media{still()}, told: []string{""}},
	} {
		t.Run(name, func(t *testing.T) {
			o := searching(t)
			found, err := o.driver.Choices(t.Context(), o.Conn, network.Choosing{Option: "place", Words: "Thabor"})
			if err != nil || len(found) != 1 || found[0].Value != thabor || found[0].More == "" {
				t.Fatalf("%+v, %v", found, err)
			}
			part := o.Part("a walk")
			if part.Kind, part.Media, part.Options = c.kind, c.files, map[string]string{"place": found[0].Value}; c.kind == network.Story {
				part.Text = ""
			}
			sent, err := o.Send(part)
			if err != nil {
				t.Fatal(err)
			}
			forms := asked(o, "media")
			if len(forms) != len(c.told) {
				t.Fatalf("%d containers", len(forms))
			}
			for i, form := range forms {
				if form.Get("location_id") != c.told[i] {
					t.Errorf("container %d is at %q", i, form.Get("location_id"))
				}
			}
			last := c.told[len(c.told)-1]
			if all := o.Ledger(sandbox.Publish); o.net.Place(sent.ID) != last || len(all) != 1 || all[0].Place != last {
				t.Errorf("it is at %q; the ledger has %+v", o.net.Place(sent.ID), all)
			}
			for _, r := range o.Front.Requests() {
				if strings.Contains(r.Query, "app-secret") {
					t.Errorf("%s: the key of the app is in the address", r.Path)
				}
			}
		})
	}
}

// A Page without an address is refused before there is any container; what Instagram
// alone refuses is said as plainly, also where a cover could be to blame.
func TestWhatIsNoPlaceIsRefused(t *testing.T) {
	still := networktest.Picture("image/jpeg", 800, 800, "a tree")
	film := networktest.Clip(4<<10, 10, 720, 1280, "")
	film.Cover = &still
	for name, c := range map[string]struct {
		place      string
		files      []network.Media
		containers int
	}{
		"no address": {place: "106078429431907 Rennes Infos", files: []network.Media{still, still}},
		"nobody":     {place: "424242424242 Nobody", files: []network.Media{still}, containers: 1},
		"a carousel": {place: "424242424242 Nobody", files: []network.Media{still, still}, containers: 3},
		"a cover":    {place: "424242424242 Nobody", files: []network.Media{film}, containers: 1},
	} {
		o := searching(t)
		part := o.Part("where?")
		part.Media, part.Options = c.files, map[string]string{"place": c.place}
		_, err := o.Send(part)
		if text, hint := fault.Shown(err); !fault.Is(err, fault.Invalid) || hint == "" || strings.Contains(text, "code") {
			t.Errorf("%s: %v", name, err)
		}
		if n := len(asked(o, "media")); n != c.containers || len(o.Ledger(sandbox.Publish)) > 0 {
			t.Errorf("%s: %d containers were asked for", name, n)
		}
	}
}

// With Instagram's login alone there is nobody to ask; a number goes out as it is.
func TestAPlaceWithoutAnAppOfFacebook(t *testing.T) {
	o := open(t, own)
	o.Conn.App = network.App{ID: "700000000000002", Secret: "ig-secret", Extra: map[string]string{"login": "instagram"}}
	before := len(o.Front.Requests())
	_, err := o.driver.Choices(t.Context(), o.Conn, network.Choosing{Option: "place", Words: "Thabor"})
	if text, hint := fault.Shown(err); !fault.Is(err, fault.Invalid) || !strings.Contains(text, "Facebook's login") || hint == "" {
		t.Errorf("%v", err)
	}
	found, err := o.driver.Choices(t.Context(), o.Conn, network.Choosing{Option: "place", Words: "214300987120441"})
	if err != nil || len(found) != 1 || len(o.Front.Requests()) != before {
		t.Fatalf("%+v, %v", found, err)
	}
	part := o.Part("a walk")
	part.Media = []network.Media{networktest.Picture("image/jpeg", 800, 800, "a tree")}
	part.Options = map[string]string{"place": found[0].Value}
	if sent, err := o.Send(part); err != nil || o.net.Place(sent.ID) != "214300987120441" {
		t.Errorf("%v", err)
	}
}
