package config_test

import (
	"fmt"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/config"
	"github.com/kithhq/kith/internal/fault"
)

func TestWhatDoesNotFitTogetherIsSaid(t *testing.T) {
	for _, c := range []struct {
		name string
		set  config.Config
		good bool
	}{
		{"nothing at all", config.Config{}, true},
		{"a public address", config.Config{PublicURL: "https://kith.example.org"}, true},
		{"with a slash", config.Config{PublicURL: "https://kith.example.org/"}, true},
		{"without TLS", config.Config{PublicURL: "http://kith.lan:8080"}, true},
		{"with a path", config.Config{PublicURL: "https://example.org/kith"}, false},
		{"without a scheme", config.Config{PublicURL: "kith.example.org"}, false},
		{"of another scheme", config.Config{PublicURL: "ftp://kith.example.org"}, false},
		{"of nobody", config.Config{PublicURL: "https://"}, false},
		{"of no host", config.Config{PublicURL: "https://:8080"}, false},
		{"with two slashes", config.Config{PublicURL: "https://kith.example.org//"}, false},
		{"with a question", config.Config{PublicURL: "https://kith.example.org?a=b"}, false},
		{"with a place in it", config.Config{PublicURL: "https://kith.example.org#a"}, false},
		{"with a password", config.Config{PublicURL: "https://ada:secret@kith.example.org"}, false},
		{"torn", config.Config{PublicURL: "https://kith.example.org:port"}, false},
		{"PostgreSQL", config.Config{DB: "postgres://kith@/kith?host=/run/postgresql"}, true},
		{"another database", config.Config{DB: "mysql://kith@localhost/kith"}, false},
		{"words for a database", config.Config{DB: "host=localhost dbname=kith"}, false},
		{"certificates", config.Config{ACME: "a@example.org", PublicURL: "https://kith.example.org"}, true},
		{"certificates of another authority", config.Config{ACME: "a@example.org", PublicURL: "https://kith.example.org", Authority: "https://ca.example.org/dir"}, true},
		{"another authority without certificates", config.Config{Authority: "https://ca.example.org/dir"}, false},
		{"another authority without TLS", config.Config{ACME: "a@example.org", PublicURL: "https://kith.example.org", Authority: "http://ca.example.org/dir"}, false},
		{"certificates for nobody", config.Config{ACME: "a@example.org"}, false},
		{"certificates without TLS", config.Config{ACME: "a@example.org", PublicURL: "http://kith.example.org"}, false},
		{"proxies", config.Config{Trusted: []string{"10.0.0.1", "10.0.0.0/8", "::1", "fd00::/8"}}, true},
		{"a proxy by name", config.Config{Trusted: []string{"10.0.0.1", "proxy"}}, false},
		{"a delay", config.Config{Delays: []string{"facebook=90s", "bluesky=0s"}}, true},
		{"a delay of nothing", config.Config{Delays: []string{"facebook"}}, false},
		{"a delay of nobody", config.Config{Delays: []string{"=90s"}}, false},
		{"a delay without a unit", config.Config{Delays: []string{"facebook=90"}}, false},
		{"a delay backwards", config.Config{Delays: []string{"facebook=-90s"}}, false},
	} {
		err := c.set.Check()
		if (err == nil) != c.good || err != nil && !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", c.name, err)
		}
		if _, hint := fault.Shown(err); err != nil && hint == "" {
			t.Errorf("%s: nothing says what to do", c.name)
		}
	}
}

func TestAnAddressAloneIsANetworkOfOne(t *testing.T) {
	for given, want := range map[string]string{"10.0.0.1": "10.0.0.1/32", "::1": "::1/128", "10.0.0.0/8": "10.0.0.0/8"} {
		if got, err := config.Prefix(given); err != nil || got != netip.MustParsePrefix(want) {
			t.Errorf("%s: %v %v", given, got, err)
		}
	}
}

func TestDelaysAreReadByNetwork(t *testing.T) {
	got, err := config.Config{Delays: []string{"facebook=90s", "mastodon=1m", "facebook=2m"}}.DelayOf()
	want := map[string]time.Duration{"facebook": 2 * time.Minute, "mastodon": time.Minute}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v %v", got, err)
	}
}

func TestAddressesHaveADefault(t *testing.T) {
	c := config.Config{Data: "/var/lib/kith", Listen: "127.0.0.1:8080"}
	if c.Database() != "sqlite:/var/lib/kith/kith.db" || c.Address() != "http://127.0.0.1:8080" {
		t.Errorf("%s %s", c.Database(), c.Address())
	}
	c.DB, c.PublicURL = "postgres://db/kith", "https://kith.example.org/"
	if c.Database() != "postgres://db/kith" || c.Address() != "https://kith.example.org" {
		t.Errorf("%s %s", c.Database(), c.Address())
	}
}

// A configuration may be logged by mistake: what is secret in it prints as ••• however it is printed.
func TestASecretIsNotPrinted(t *testing.T) {
	const hidden = "hunter2"
	c := config.Config{Key: hidden, SMTP: config.SMTP{Password: hidden}, Facebook: config.Meta{AppSecret: hidden, VerifyToken: hidden}}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		if said := fmt.Sprintf(verb, c); strings.Contains(said, hidden) {
			t.Errorf("%s says %s", verb, said)
		}
	}
}

// Every field can be set by a flag and by the environment, and says what it is.
func TestEveryFieldExplainsItself(t *testing.T) {
	seen := map[string]string{}
	var walk func(of reflect.Type, prefix string)
	walk = func(of reflect.Type, prefix string) {
		for f := range of.Fields() {
			if _, embedded := f.Tag.Lookup("embed"); embedded {
				walk(f.Type, f.Tag.Get("envprefix"))
				continue
			}
			env := prefix + f.Tag.Get("env")
			if f.Tag.Get("help") == "" || f.Tag.Get("env") == "" || !strings.HasPrefix(env, "KITH_") {
				t.Errorf("%s.%s: help %q, environment %q", of.Name(), f.Name, f.Tag.Get("help"), env)
			}
			if other := seen[env]; other != "" {
				t.Errorf("%s sets %s and %s", env, other, f.Name)
			}
			seen[env] = f.Name
			secretly := strings.Contains(f.Name, "Password") || strings.Contains(f.Name, "Secret") || strings.Contains(f.Name, "Token") || f.Name == "Key"
			if secretly != (f.Type.Name() == "Text") {
				t.Errorf("%s.%s is of type %s", of.Name(), f.Name, f.Type)
			}
		}
	}
	walk(reflect.TypeFor[config.Config](), "")
	if len(seen) < 20 {
		t.Errorf("only %d fields were seen", len(seen))
	}
}

func FuzzSettings(f *testing.F) {
	f.Add("https://kith.example.org", "10.0.0.0/8", "facebook=90s")
	f.Add("http://[::1]:80/", "::ffff:10.0.0.1", "=1ns")
	f.Fuzz(func(t *testing.T, public, proxy, delay string) {
		c := config.Config{PublicURL: public, Trusted: []string{proxy}, Delays: []string{delay}}
		err := c.Check()
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Fatal(err)
			}
			return
		}
		if _, err := config.Prefix(proxy); err != nil {
			t.Fatalf("%q was let through: %v", proxy, err)
		}
		if all, err := c.DelayOf(); err != nil || len(all) != 1 {
			t.Fatalf("%q: %v %v", delay, all, err)
		}
		if a := c.Address(); public != "" && (strings.HasSuffix(a, "/") || !strings.HasPrefix(strings.ToLower(a), "http")) {
			t.Fatalf("%q is the address %q", public, a)
		}
	})
}
