// Package config is what can be set from outside: one struct, read once, and
// passed down in parts. Each flag is also an environment variable KITH_….
package config

import (
	"net/netip"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/secret"
)

// Config is everything that serve and rehearse need.
type Config struct {
	Data      string        `help:"Folder that holds everything: database, facts, files, keys." default:"./data" env:"KITH_DATA" type:"path"`
	Listen    string        `help:"Address to listen on." default:"127.0.0.1:8080" env:"KITH_LISTEN"`
	DB        string        `name:"db" help:"Database: postgres://… ; SQLite in the data folder when empty." env:"KITH_DB"`
	PublicURL string        `name:"public-url" help:"Address that people and networks reach Kith under, as https://kith.example.org." env:"KITH_PUBLIC_URL"`
	Trusted   []string      `name:"trusted-proxies" help:"Addresses or networks of reverse proxies whose X-Forwarded-For is believed." env:"KITH_TRUSTED_PROXIES"`
	ACME      string        `name:"acme" help:"E-mail address for certificates by ACME; then Kith answers HTTPS for the host of --public-url itself." env:"KITH_ACME"`
	Authority string        `name:"acme-directory" help:"Directory of the authority that gives certificates, as https://ca.example.org/acme/directory; Let's Encrypt when empty." env:"KITH_ACME_DIRECTORY"`
	Allow     []string      `name:"allow-private" help:"Hosts in private networks that Kith may speak to, as a Mastodon server next door." env:"KITH_ALLOW_PRIVATE"`
	Key       secret.Text   `name:"key" help:"Master key (32 bytes in base64); made in the data folder when empty." env:"KITH_KEY"`
	Read      time.Duration `name:"read-every" help:"How often channels without webhooks are read." default:"15s" env:"KITH_READ_EVERY"`
	FactsMB   int64         `name:"facts-mb" help:"How many megabytes of raw facts are kept at most; then webhooks are refused, never lost." default:"4096" env:"KITH_FACTS_MB"`
	Unused    time.Duration `name:"keep-unused" help:"How long an uploaded file is kept that no draft, post or answer names any more; 0 keeps all." default:"168h" env:"KITH_KEEP_UNUSED"`
	Log       string        `help:"What is logged: debug, info, warn, error." default:"info" enum:"debug,info,warn,error" env:"KITH_LOG"`
	LogJSON   bool          `name:"log-json" help:"Log as JSON lines." env:"KITH_LOG_JSON"`
	Delays    []string      `name:"delay" help:"Visibility delay of a network, as facebook=90s: how long an accepted post may stay invisible there." env:"KITH_DELAY"`
	Endpoints []string      `name:"endpoint" help:"Address of a network's API in place of its own, as x=https://x.test: for proxies and tests." env:"KITH_ENDPOINT"`
	Apps      []string      `name:"app" help:"Our app at a network, as x=ID:SECRET or x=ID:SECRET:VERIFY; those of the settings come first." env:"KITH_APP"`
	Mechanics string        `help:"JSON file with limits, quotas, prices and delays of networks in place of Kith's own dated facts." type:"path" env:"KITH_MECHANICS"`
	SMTP      SMTP          `embed:"" prefix:"smtp-" envprefix:"KITH_SMTP_"`
	Facebook  Meta          `embed:"" prefix:"facebook-" envprefix:"KITH_FACEBOOK_"`
}

// SMTP is how mail leaves.
type SMTP struct {
	Host     string      `help:"Mail server; no mail is sent when empty." env:"HOST"`
	Port     int         `help:"Its port." default:"587" env:"PORT"`
	User     string      `help:"User name there." env:"USER"`
	Password secret.Text `help:"Password there." env:"PASSWORD"`
	From     string      `help:"Sender, as Kith <kith@example.org>." env:"FROM"`
	TLS      string      `help:"mandatory, opportunistic or none." default:"mandatory" enum:"mandatory,opportunistic,none" env:"TLS"`
}

// Meta are the credentials of an app at Meta, for webhooks.
type Meta struct {
	AppID       string      `help:"Id of your Meta app." env:"APP_ID"`
	AppSecret   secret.Text `help:"Secret of your Meta app: webhooks are signed with it." env:"APP_SECRET"`
	VerifyToken secret.Text `help:"Token that you typed in Meta's webhook form." env:"VERIFY_TOKEN"`
	GraphURL    string      `name:"graph-url" help:"One address in the place of all of Facebook's hosts (https://graph.facebook.com and others)." env:"GRAPH_URL"`
}

// Check says what does not fit together.
func (c Config) Check() error {
	if c.PublicURL != "" {
		u, err := url.Parse(c.PublicURL)
		if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Hostname() == "" || (u.Path != "" && u.Path != "/") || u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
			return fault.New(fault.Invalid, "--public-url is not the address of a server.").WithHint("Give it as https://kith.example.org, without a path.")
		}
	}
	if c.ACME != "" && !strings.HasPrefix(c.PublicURL, "https://") {
		return fault.New(fault.Invalid, "--acme needs --public-url with https.").WithHint("Give the name that certificates are made for.")
	}
	if c.Authority != "" && (c.ACME == "" || !strings.HasPrefix(c.Authority, "https://")) {
		return fault.New(fault.Invalid, "--acme-directory needs --acme, and an address with https.").WithHint("Give the address of the directory of your certificate authority, and who it may write to.")
	}
	if c.DB != "" && !strings.HasPrefix(c.DB, "postgres://") && !strings.HasPrefix(c.DB, "postgresql://") {
		return fault.New(fault.Invalid, "--db is not the address of a PostgreSQL database.").WithHint("Give it as postgres://user:password@host:5432/name, or leave it out for SQLite.")
	}
	if c.Unused != 0 && c.Unused < 24*time.Hour {
		return fault.New(fault.Invalid, "--keep-unused is shorter than a day.").WithHint("A file waits in a composer before a draft names it: give 24h or more, or 0 to keep all.")
	}
	for _, p := range c.Trusted {
		if _, err := Prefix(p); err != nil {
			return err
		}
	}
	if _, err := c.EndpointOf(); err != nil {
		return err
	}
	if _, err := c.AppOf(); err != nil {
		return err
	}
	_, err := c.DelayOf()
	return err
}

// Prefix reads an address or a network of addresses.
func Prefix(s string) (netip.Prefix, error) {
	if p, err := netip.ParsePrefix(s); err == nil {
		return p, nil
	}
	a, err := netip.ParseAddr(s)
	if err != nil {
		return netip.Prefix{}, fault.New(fault.Invalid, "“%s” is no address and no network of addresses.", s).WithHint("Write 10.0.0.1 or 10.0.0.0/8.")
	}
	return netip.PrefixFrom(a, a.BitLen()), nil
}

// DelayOf reads the visibility delays that an admin has set.
func (c Config) DelayOf() (map[string]time.Duration, error) {
	all := map[string]time.Duration{}
	for _, d := range c.Delays {
		name, value, _ := strings.Cut(d, "=")
		delay, err := time.ParseDuration(value)
		if err != nil || delay < 0 || name == "" {
			return nil, fault.New(fault.Invalid, "“%s” is no delay of a network.", d).WithHint("Write facebook=90s.")
		}
		all[name] = delay
	}
	return all, nil
}

// Database is the address of the database.
func (c Config) Database() string {
	if c.DB != "" {
		return c.DB
	}
	return "sqlite:" + filepath.Join(c.Data, "kith.db")
}

// Address is how people reach Kith.
func (c Config) Address() string {
	if c.PublicURL != "" {
		return strings.TrimSuffix(c.PublicURL, "/")
	}
	return "http://" + c.Listen
}
