package all_test

import (
	"encoding/json"
	"flag"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"

	"github.com/kithhq/kith/internal/config"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/all"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/outward"
)

// Every network in the list stands in the sourced table, with every action.
func TestEveryNetworkIsInTheTable(t *testing.T) {
	out, err := outward.New(outward.Options{})
	if err != nil {
		t.Fatal(err)
	}
	said := map[network.Name]map[network.Action]bool{}
	for _, e := range networktest.Table() {
		if said[e.Network] == nil {
			said[e.Network] = map[network.Action]bool{}
		}
		if _, twice := said[e.Network][e.Action]; twice {
			t.Errorf("%s %s stands in the table twice", e.Network, e.Action)
		}
		said[e.Network][e.Action] = e.Can && !e.Later
	}
	set, err := all.Set(out, config.Config{Delays: []string{"mastodon=3s"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if d, err := set.Get("mastodon"); err != nil || d.Profile().Delay != 3*time.Second {
		t.Errorf("the delay that was set does not hold: %v", err)
	}
	if d, err := set.Get("bluesky"); err != nil || d.Profile().Delay == 0 {
		t.Errorf("the delay that nobody set is lost: %v", err)
	}
	for _, d := range set.All() {
		for _, a := range network.Actions() {
			if can, known := said[d.Name()][a]; !known || can != network.Can(d, a) {
				t.Errorf("%s %s: the table says %v (%v), the driver %v", d.Name(), a, can, known, network.Can(d, a))
			}
		}
	}
}

const matrix = "../../../docs/networks.md"

var update = flag.Bool("update", false, "write the matrix in the documentation anew")

func TestTheMatrixInTheDocumentationIsCurrent(t *testing.T) {
	set := open(t, config.Config{})
	got := network.Markdown(set)
	if *update {
		if err := os.WriteFile(matrix, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(matrix)
	if err != nil || got != string(want) {
		t.Errorf("docs/networks.md is not what kith networks --markdown says (%v): run this test with -update", err)
	}
}

func open(t *testing.T, c config.Config) *network.Set {
	t.Helper()
	out, err := outward.New(outward.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(out.Close)
	set, err := all.Set(out, c, nil)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// Whatever is said of a network in place of our facts reaches its driver: one that
// does not take it would go on with old numbers, and nobody would know.
func TestMechanicsReachEveryDriver(t *testing.T) {
	said := map[network.Name]any{}
	names := open(t, config.Config{}).Names()
	for _, name := range names {
		said[name] = map[string]any{"delay_s": 4242, "limits": map[string]any{"text": map[string]any{"max": 4242}},
			"quotas": []network.Quota{{Name: "posts", Max: 42, WindowS: 60, Per: "account"}}}
	}
	data, err := json.Marshal(said)
	if err != nil {
		t.Fatal(err)
	}
	before, set := open(t, config.Config{}), open(t, config.Config{Mechanics: file(t, string(data))})
	for _, name := range names {
		old, _ := before.Get(name)
		d, _ := set.Get(name)
		p := d.Profile()
		if p.Delay != 4242*time.Second || p.Limits.Text.Max != 4242 || len(p.Quotas) != 1 || p.Quotas[0].Max != 42 {
			t.Errorf("%s does not take the mechanics: %v %d %v", name, p.Delay, p.Limits.Text.Max, p.Quotas)
		}
		if p.Limits.Text.Unit != old.Profile().Limits.Text.Unit || p.Label != old.Profile().Label || p.Limits.Media.MaxItems != old.Profile().Limits.Media.MaxItems {
			t.Errorf("%s: what was not said has changed", name)
		}
	}
}

func TestWrongMechanicsAreRefusedAndSayWhatToDo(t *testing.T) {
	out, err := outward.New(outward.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	for what, text := range map[string]string{
		"no JSON":             `{`,
		"a list":              `[]`,
		"two objects":         `{} {}`,
		"unknown network":     `{"friendface": {"delay_s": 1}}`,
		"unknown name":        `{"mastodon": {"delay": 1}}`,
		"unknown limit":       `{"mastodon": {"limits": {"text": {"maximum": 1}}}}`,
		"not to be said":      `{"mastodon": {"later": []}}`,
		"negative delay":      `{"mastodon": {"delay_s": -1}}`,
		"negative limit":      `{"mastodon": {"limits": {"text": {"max": -1}}}}`,
		"no unit":             `{"mastodon": {"limits": {"text": {"unit": "words"}}}}`,
		"quota without while": `{"mastodon": {"quotas": [{"name": "posts", "max": 1, "per": "account"}]}}`,
		"quota of nobody":     `{"mastodon": {"quotas": [{"name": "posts", "max": 1, "window_s": 60}]}}`,
		"no zone":             `{"mastodon": {"quotas": [{"name": "posts", "max": 1, "daily": "Paris", "per": "app"}]}}`,
		"price in words":      `{"mastodon": {"prices": [{"what": "post", "amount": "much", "currency": "EUR"}]}}`,
		"no day":              `{"mastodon": {"expires": "soon"}}`,
		"a script to open":    `{"mastodon": {"assisted": {"links": [{"on": "phone", "url": "javascript:alert(1)"}]}}}`,
		"least above most":    `{"mastodon": {"limits": {"media": {"min_items": 9}}}}`,
	} {
		_, err := all.Set(out, config.Config{Mechanics: file(t, text)}, nil)
		if _, hint := fault.Shown(err); !fault.Is(err, fault.Invalid) || hint == "" {
			t.Errorf("%s: %v, and to do: %q", what, err, hint)
		}
	}
	if _, err := all.Set(out, config.Config{Mechanics: "/nowhere/at/all.json"}, nil); !fault.Is(err, fault.Invalid) {
		t.Errorf("no file: %v", err)
	}
}

func file(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "mechanics.json")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestADelayOfNobodyIsSaid(t *testing.T) {
	out, err := outward.New(outward.Options{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = all.Set(out, config.Config{Delays: []string{"fazebook=90s", "mastodon=3s"}}, nil)
	text, hint := fault.Shown(err)
	if !fault.Is(err, fault.Invalid) || !strings.Contains(text, "“fazebook”") || !strings.Contains(hint, "facebook") || !strings.Contains(hint, "mastodon") {
		t.Errorf("%s %s", text, hint)
	}
}

// As the program is started without a word about Facebook, people are sent to the
// page of consent and not to the host of the API.
func TestPeopleAreSentToThePageOfConsent(t *testing.T) {
	var c config.Config
	parser, err := kong.New(&c)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.Parse(nil); err != nil {
		t.Fatal(err)
	}
	set := open(t, c)
	for _, name := range []network.Name{"facebook", "messenger", "instagram"} {
		authorizer, err := network.As[network.Authorizer](set, name, network.ActOAuth)
		if err != nil {
			t.Fatal(err)
		}
		going, err := authorizer.Authorize(t.Context(), network.Asking{App: network.App{ID: "1"}})
		if err != nil || !strings.HasPrefix(going.URL, "https://www.facebook.com/") {
			t.Errorf("%s: %s, %v", name, going.URL, err)
		}
	}
}

// Every network on which posts are published says how a person does it: in steps, with
// an address that opens the right place, and by what an address of a post is known.
func TestEveryNetworkHelpsWhoPublishesByHand(t *testing.T) {
	for _, d := range open(t, config.Config{}).All() {
		a := d.Profile().Assisted
		if a == nil {
			if network.Can(d, network.ActPublish) {
				t.Errorf("%s does not say how a person publishes", d.Name())
			}
			continue
		}
		if len(a.Steps) == 0 || len(a.Hosts) == 0 {
			t.Errorf("%s: %d steps, %d hosts", d.Name(), len(a.Steps), len(a.Hosts))
		}
		phone := false
		for _, o := range a.Links {
			phone = phone || o.On == "phone" && len(o.Kinds) == 0
			if o.On != "phone" && o.On != "computer" || !strings.Contains(o.URL, ":") && !strings.HasPrefix(o.URL, "{server}/") || o.Source.Text == "" || o.Source.Date == "" {
				t.Errorf("%s: %+v", d.Name(), o)
			}
		}
		if !phone {
			t.Errorf("%s opens nothing on a phone", d.Name())
		}
		for _, m := range a.More {
			if m.Name == "" || m.Label == "" || m.Why == "" || m.Step == "" || m.Source.Text == "" || m.Source.Date == "" {
				t.Errorf("%s: %+v", d.Name(), m)
			}
		}
	}
}

// An application moves its doors: whoever runs a house can say where they are by now.
func TestWhereOnePublishesCanBeSaid(t *testing.T) {
	set := open(t, config.Config{Mechanics: file(t, `{"snapchat": {"assisted": {"links": [{"on": "phone", "url": "snapchat://new"}]}}}`)})
	d, err := set.Get("snapchat")
	if err != nil {
		t.Fatal(err)
	}
	if a := d.Profile().Assisted; len(a.Links) != 1 || a.Links[0].URL != "snapchat://new" || len(a.Steps) == 0 {
		t.Errorf("%+v", a)
	}
}

// What the facts say of rights and of sorts of accounts is about what the network has,
// and every right that people are asked for on a page of consent is explained.
func TestRightsAreExplained(t *testing.T) {
	var c config.Config
	parser, err := kong.New(&c)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.Parse(nil); err != nil {
		t.Fatal(err)
	}
	asked := 0
	for _, d := range open(t, c).All() {
		p := d.Profile()
		for _, s := range p.Sorts {
			for a := range s.Cannot {
				if !network.Can(d, a) {
					t.Errorf("%s, %s: nobody can %s", d.Name(), s.Name, a)
				}
			}
		}
		explained := map[string]bool{}
		for _, r := range p.Rights {
			for _, name := range append(r.Or, r.Name) {
				explained[name] = true
			}
			for _, a := range r.For {
				if !network.Can(d, a) {
					t.Errorf("%s, %s: nobody can %s", d.Name(), r.Name, a)
				}
			}
			if r.Without == "" {
				t.Errorf("%s: what is missing without %s?", d.Name(), r.Name)
			}
		}
		authorizer, ok := d.(network.Authorizer)
		if !ok || d.Name() == "mastodon" || d.Name() == "bluesky" { // these ask a server first
			continue
		}
		for _, extra := range []map[string]string{nil, {"login": "instagram"}, {"access": "community"}} {
			going, err := authorizer.Authorize(t.Context(), network.Asking{App: network.App{ID: "1", Secret: "secret", Extra: extra}, Verifier: "verifier"})
			if err != nil {
				t.Fatalf("%s: %v", d.Name(), err)
			}
			u, err := url.Parse(going.URL)
			if err != nil {
				t.Fatal(err)
			}
			for _, scope := range strings.FieldsFunc(u.Query().Get("scope"), func(r rune) bool { return r == ',' || r == ' ' }) {
				asked++
				if !explained[scope] && !slices.Contains([]string{"r_basicprofile", "openid", "profile", "business_management"}, scope) { // who one is
					t.Errorf("%s asks for %s and does not say what for", d.Name(), scope)
				}
			}
		}
	}
	if asked < 50 {
		t.Errorf("%d rights were asked for", asked)
	}
}

// Posts wait in Kith; each network says why that is better than waiting there.
func TestEachNetworkSaysWhyPostsWaitHere(t *testing.T) {
	for _, d := range open(t, config.Config{}).All() {
		s := d.Profile().Scheduling
		if can := network.Can(d, network.ActPublish); can != (s != nil) {
			t.Errorf("%s publishes: %v, and says %+v", d.Name(), can, s)
		}
		if s == nil {
			continue
		}
		if _, err := time.Parse(time.DateOnly, s.Source.Date); err != nil || s.Why == "" || s.Source.Text == "" {
			t.Errorf("%s: %+v", d.Name(), s)
		}
	}
}
