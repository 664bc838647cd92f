package mastodon

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strings"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/rest"
	"github.com/kithhq/kith/internal/secret"
)

// instance is what a server says of itself, in both versions of the answer.
type instance struct {
	Domain   string `json:"domain"` // version 2
	URI      string `json:"uri"`    // version 1
	MaxChars int    `json:"max_toot_chars"`
	Version  string `json:"version"`
	Versions struct {
		Mastodon int `json:"mastodon"` // since 4.3
	} `json:"api_versions"`
	Configuration struct {
		Statuses struct {
			MaxChars int  `json:"max_characters"`
			MaxFiles int  `json:"max_media_attachments"`
			URL      *int `json:"characters_reserved_per_url"`
		} `json:"statuses"`
		Files struct {
			Types     []string `json:"supported_mime_types"`
			MaxBytes  int64    `json:"image_size_limit"`
			MaxPixels int64    `json:"image_matrix_limit"`
			MaxVideo  int64    `json:"video_size_limit"`
			MaxAlt    int      `json:"description_limit"`
		} `json:"media_attachments"`
		Polls struct {
			MaxOptions int `json:"max_options"`
			MaxChars   int `json:"max_characters_per_option"`
			Least      int `json:"min_expiration"` // in seconds
			Most       int `json:"max_expiration"`
		} `json:"polls"`
	} `json:"configuration"`
}

// instance asks a server for its limits; old ones answer in the old place only.
func (d *Driver) instance(ctx context.Context, base string) (instance, error) {
	var i instance
	_, err := d.send(ctx, base, "", rest.Ask{Path: "/api/v2/instance"}, &i)
	if err == nil && i.Domain != "" {
		return i, nil
	}
	if err != nil && !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.Denied) {
		return i, err
	}
	i = instance{}
	_, err = d.send(ctx, base, "", rest.Ask{Path: "/api/v1/instance"}, &i)
	if err == nil && i.URI == "" || fault.Is(err, fault.NotFound) {
		err = fault.New(fault.Invalid, "There is no Mastodon at this address.").WithHint("Look at the spelling of the server.").On("server")
	}
	return i, err
}

// limits are the server's own where it names sensible ones, else the usual.
func (i instance) limits(usual network.Limits) network.Limits {
	l := usual
	within := func(to *int, given, most int) {
		if given > 0 && given <= most {
			*to = given
		}
	}
	within(&l.Text.Max, i.MaxChars, 1<<20)
	within(&l.Text.Max, i.Configuration.Statuses.MaxChars, 1<<20)
	within(&l.Media.MaxItems, i.Configuration.Statuses.MaxFiles, 64)
	within(&l.Media.AltMax, i.Configuration.Files.MaxAlt, 1<<20)
	if n := i.Configuration.Statuses.URL; n != nil && *n >= 0 && *n < 500 {
		l.Text.URLLength = *n
	}
	if n := i.Configuration.Files.MaxBytes; n > 0 && n <= 1<<30 {
		l.Media.Image.MaxBytes = n
	}
	if n := i.Configuration.Files.MaxPixels; n > 0 {
		l.Media.Image.MaxPixels = n
	}
	if n := i.Configuration.Files.MaxVideo; n > 0 && n <= 1<<40 {
		l.Media.Video.MaxBytes = n
	}
	if l.Media.Video.Cover = nil; i.covers() {
		cover := *usual.Media.Video.Cover
		cover.MaxBytes = l.Media.Image.MaxBytes
		l.Media.Video.Cover = &cover
	}
	l.Media.Image.Types = i.taken(usual.Media.Image.Types)
	l.Media.Video.Types = i.taken(usual.Media.Video.Types)
	poll, given := *usual.Poll, i.Configuration.Polls
	within(&poll.MaxOptions, given.MaxOptions, 1<<10)
	within(&poll.OptionMax, given.MaxChars, 1<<20)
	within(&poll.MinMinutes, (given.Least+59)/60, 1<<30)
	within(&poll.MaxMinutes, given.Most/60, 1<<30)
	l.Poll = &poll
	return l
}

// covers says whether a picture can be given with a video. Servers that cannot leave it
// out without a word, and some call themselves a Mastodon of some version; which version
// of its interface they speak is said by Mastodon itself.
func (i instance) covers() bool {
	return i.Versions.Mastodon > 0 && !strings.Contains(strings.ToLower(i.Version), "compatible")
}

// taken are those of the usual types that the server names; all where it names none.
func (i instance) taken(usual []string) []string {
	if len(i.Configuration.Files.Types) == 0 {
		return usual
	}
	return slices.DeleteFunc(slices.Clone(usual), func(t string) bool { return !slices.Contains(i.Configuration.Files.Types, t) })
}

// Connect takes the address of a server and an access token made there.
func (d *Driver) Connect(ctx context.Context, settings map[string]string) (network.Account, error) {
	base, err := origin(settings["server"])
	if err != nil {
		return network.Account{}, err
	}
	k := keys{Token: strings.TrimSpace(settings["token"])}
	if k.Token == "" || strings.ContainsFunc(k.Token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return network.Account{}, fault.New(fault.Invalid, "This is not an access token.").WithHint("Copy it from Preferences → Development on your server.").On("token")
	}
	found, err := d.account(ctx, base, k)
	if r := (*refusal)(nil); fault.Is(err, fault.Denied) && errors.As(err, &r) { // the server said it, and not our own guard
		return found, fault.Wrap(fault.Denied, err, "The server does not accept this access token.").
			WithHint("Copy it again; it needs the scopes read, write and follow.").On("token")
	}
	return found, err
}

// account is whose token this is.
func (d *Driver) account(ctx context.Context, base string, k keys) (network.Account, error) {
	i, err := d.instance(ctx, base)
	if err != nil {
		return network.Account{}, err
	}
	var me account
	if _, err := d.send(ctx, base, k.Token, rest.Ask{Path: "/api/v1/accounts/verify_credentials"}, &me); err != nil {
		return network.Account{}, err
	}
	if !idSign.MatchString(me.ID) || me.Username == "" {
		return network.Account{}, fault.New(fault.Unavailable, "The server answered something we do not understand.")
	}
	text, err := json.Marshal(k)
	if err != nil {
		return network.Account{}, fault.Wrap(fault.Internal, err, "writing keys")
	}
	who := me.author()
	return network.Account{Base: base, ID: me.ID, Handle: me.Username + "@" + i.domain(base), Name: who.Name, AvatarURL: who.AvatarURL, URL: who.URL,
		Keys: secret.Text(text), Limits: i.limits(d.profile.Limits), Granted: k.granted()}, nil
}

func (i instance) domain(base string) string {
	for _, given := range []string{i.Domain, i.URI} {
		given = strings.TrimPrefix(strings.TrimPrefix(clip(given, 253), "https://"), "http://")
		if given != "" && !strings.ContainsAny(given, "/ @") {
			return given
		}
	}
	_, host, _ := strings.Cut(base, "://")
	return host
}

// origin is scheme and host of an address; what follows is dropped.
func origin(address string) (string, error) {
	address = strings.TrimSpace(address)
	if at := strings.LastIndexByte(address, '@'); at >= 0 && !strings.Contains(address, "://") {
		address = address[at+1:] // somebody wrote name@server
	}
	if address != "" && !strings.Contains(address, "://") {
		address = "https://" + address
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") || u.User != nil {
		return "", fault.New(fault.Invalid, "This is not the address of a server.").WithHint("It looks like mastodon.social.").On("server")
	}
	return u.Scheme + "://" + u.Host, nil
}

// Check asks how the account is, and for the server's limits. Tokens of Mastodon
// do not expire, so keys never change.
func (d *Driver) Check(ctx context.Context, conn network.Conn) (network.Health, secret.Text, error) {
	health := network.Health{State: "ok", Text: "Connected.", Limits: d.limits(conn), Handle: conn.Handle, Followers: -1}
	var me account
	_, err := d.call(ctx, conn, rest.Ask{Path: "/api/v1/accounts/verify_credentials"}, &me)
	switch {
	case fault.Is(err, fault.Denied):
		health.State = "broken"
		health.Text, health.Fix = fault.Shown(err)
		return health, "", nil
	case err != nil:
		return network.Health{}, "", err
	case me.ID != conn.Account:
		return network.Health{}, "", fault.New(fault.Unavailable, "The server answered something we do not understand.")
	}
	if k, err := readKeys(conn.Keys); err == nil {
		health.Granted = k.granted()
	}
	who := me.author()
	health.Name, health.Avatar = who.Name, who.AvatarURL
	if me.Followers != nil {
		health.Followers = *me.Followers
	}
	if i, err := d.instance(ctx, conn.Base); err == nil {
		health.Limits, health.Handle = i.limits(d.profile.Limits), me.Username+"@"+i.domain(conn.Base)
	}
	return health, "", nil
}
