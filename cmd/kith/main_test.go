package main

import (
	"path/filepath"
	"testing"

	"github.com/alecthomas/kong"
)

// A rehearsal takes nothing from the environment of the real house; what is said on the command line counts.
func TestARehearsalLeavesTheRealHouseAside(t *testing.T) {
	for name, value := range map[string]string{"KITH_DATA": "/srv/kith", "KITH_DB": "postgres://kith@db/kith", "KITH_PUBLIC_URL": "https://kith.example.org",
		"KITH_ACME": "keeper@kith.example.org", "KITH_ACME_DIRECTORY": "https://ca.example.org/directory", "KITH_ALLOW_PRIVATE": "mastodon.lan", "KITH_SMTP_HOST": "mail.example.org",
		"KITH_LOG": "warn"} {
		t.Setenv(name, value)
	}
	parse := func(args ...string) rehearsal {
		var c commands
		parser, err := kong.New(&c)
		if err != nil {
			t.Fatal(err)
		}
		k, err := parser.Parse(append([]string{"rehearse"}, args...))
		if err != nil {
			t.Fatal(err)
		}
		aside(&c.Rehearse.Config, k)
		return c.Rehearse
	}
	c := parse()
	if c.Data+c.DB+c.PublicURL+c.ACME+c.Authority+c.SMTP.Host != "" || len(c.Allow) > 0 {
		t.Errorf("of the real house: %+v", c.Config)
	}
	if c.Log != "warn" {
		t.Errorf("how much is logged is no matter of the real house: %q", c.Log)
	}
	folder := filepath.Join(t.TempDir(), "stage")
	c = parse("--data", folder, "--public-url", "https://stage.example.org", "--smtp-host", "localhost")
	if c.Data != folder || c.PublicURL != "https://stage.example.org" || c.SMTP.Host != "localhost" || c.ACME != "" {
		t.Errorf("what was said: %+v", c.Config)
	}
}
