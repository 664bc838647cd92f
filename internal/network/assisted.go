package network

import (
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/kithhq/kith/internal/fault"
)

// Assisted says how a person is helped to publish by hand, where no program can or
// where they choose to.
type Assisted struct {
	// Links open the right place, on a telephone or on a computer; the first that fits.
	Links []Opening `json:"links"`
	Steps []string  `json:"steps"` // what to do there, in order
	// Kinds are the steps of sorts of posts where they differ.
	Kinds map[PostKind][]string `json:"kinds,omitempty"`
	// More is what can be added there and that no program can.
	More []Addition `json:"more,omitempty"`
	// Hosts are where posts have their addresses, without what stands before a point:
	// "example.com" is "m.example.com", too. “{server}” is that of the account.
	Hosts []string `json:"hosts"`
	// Keep are the names of what belongs to an address behind its question mark; all
	// else there only follows people around.
	Keep []string `json:"keep,omitempty"`
	// Limits is what the application takes besides what programs may: kinds, polls, and
	// files where that differs.
	Limits *Limits `json:"limits,omitempty"`
}

// Opening is an address that opens the place where one publishes.
type Opening struct {
	On string `json:"on"` // phone, computer
	// URL may have {text}, {link}, {title}, {handle} and {server} in it.
	URL    string     `json:"url"`
	Kinds  []PostKind `json:"kinds,omitempty"` // only for these; none: for all
	Source Source     `json:"source"`
}

// Addition is something that a person can add and no program can.
type Addition struct {
	Name   string     `json:"name"`
	Label  string     `json:"label"`
	Why    string     `json:"why"`  // why no program can
	Step   string     `json:"step"` // what to do
	Kinds  []PostKind `json:"kinds,omitempty"`
	Source Source     `json:"source"`
}

// ByHandOnly says that a network gives no program a way to publish, and people can.
func ByHandOnly(d Driver) bool { return d.Profile().Assisted != nil && !Can(d, ActPublish) }

// ByHand is what a person can publish in the network's own application, on an account
// of these limits.
func (p Profile) ByHand(l Limits) Limits {
	l.Media.Fetched = false
	if p.Assisted == nil || p.Assisted.Limits == nil {
		return l
	}
	more := p.Assisted.Limits
	if more.Media.MaxItems > 0 {
		l.Media = more.Media
	}
	l.Poll = cmp.Or(more.Poll, l.Poll)
	l.Kinds = maps.Clone(l.Kinds)
	if l.Kinds == nil {
		l.Kinds = map[PostKind]KindLimit{}
	}
	maps.Copy(l.Kinds, more.Kinds)
	return l
}

// HandProblems are what is wrong with a post that a person publishes: what is made to
// fit is said and is no error, and what is chosen there is not asked for.
func HandProblems(problems []Problem) []Problem {
	fits := []string{"type", "too_big", "too_many_pixels", "too_narrow", "too_wide", "too_tall", "too_flat", "video_type", "video_too_big", "video_too_long"}
	var all []Problem
	for _, p := range problems {
		switch {
		case p.Field == "options", p.Key == "no_text":
			continue
		case p.Field == "media" && slices.Contains(fits, p.Key):
			p.Level, p.Key, p.Params = "warn", "will_fit", map[string]any{"because": p.Key}
			p.Text, p.Hint = "Kith makes this file fit.", "Look at what is kept of it."
		case p.Key == "no_poll":
			p.Level, p.Key = "warn", "hand_poll"
			p.Text, p.Hint = "Kith reminds whoever publishes of the poll.", "It is made in the application."
		case p.Key == "no_comment" || p.Key == "no_thread":
			p.Level, p.Key = "warn", "hand_parts"
			p.Text, p.Hint = "Each part is published by hand, one after the other.", "Copy them in their order."
		}
		all = append(all, p)
	}
	return all
}

// Address is the address of a post as it is kept: of this network, without what only
// follows people around. servers are where the account is.
func (a Assisted) Address(raw string, servers ...string) (string, error) {
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil {
		return "", fault.New(fault.Invalid, "This is not a web address.").On("url").WithHint("It starts with https://.")
	}
	host := strings.ToLower(u.Hostname())
	var hosts []string
	for _, h := range a.Hosts {
		if h != "{server}" {
			hosts = append(hosts, h)
			continue
		}
		for _, server := range servers {
			if s, err := url.Parse(server); err == nil && s.Host != "" {
				hosts = append(hosts, strings.ToLower(s.Hostname()))
			}
		}
	}
	if !slices.ContainsFunc(hosts, func(h string) bool { return host == h || strings.HasSuffix(host, "."+h) }) {
		return "", fault.New(fault.Invalid, "This is not an address of this network.").On("url").WithHint("Copy the address of the post there: open it, and choose to copy its link.")
	}
	if strings.Trim(u.Path, "/") == "" {
		return "", fault.New(fault.Invalid, "This is the network, and not the post.").On("url").WithHint("Copy the address of the post there: open it, and choose to copy its link.")
	}
	q := u.Query()
	for name := range q {
		if !slices.Contains(a.Keep, name) {
			q.Del(name)
		}
	}
	u.Host, u.RawQuery, u.Fragment = strings.ToLower(u.Host), q.Encode(), ""
	u.Path, u.RawPath = strings.TrimRight(u.Path, "/"), ""
	if u.Port() == "" { // what has a port is a server of somebody's own
		u.Scheme = "https"
	}
	return u.String(), nil
}

// sane says what no help may be.
func (a Assisted) sane() error {
	for _, o := range a.Links {
		scheme, _, ok := strings.Cut(strings.Replace(o.URL, "{server}", "https://server", 1), ":")
		if !ok || o.On != "phone" && o.On != "computer" || slices.Contains([]string{"javascript", "data", "file", "blob"}, strings.ToLower(scheme)) {
			return fmt.Errorf("a link to publish needs on (phone or computer) and an address: %q", o.URL)
		}
	}
	if a.Limits != nil {
		return a.Limits.sane()
	}
	return nil
}
