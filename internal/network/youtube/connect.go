package youtube

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/secret"
)

// The rights that everything together needs. The first takes uploads, too.
const (
	scopeSSL      = "https://www.googleapis.com/auth/youtube.force-ssl"
	scopeAnalysis = "https://www.googleapis.com/auth/yt-analytics.readonly"
)

// Connect takes a client at Google and a key that renews, made with it.
func (d *Driver) Connect(ctx context.Context, settings map[string]string) (network.Account, error) {
	client, hidden, token := strings.TrimSpace(settings["client"]), strings.TrimSpace(settings["secret"]), strings.TrimSpace(settings["token"])
	for _, f := range []struct{ name, value, text string }{
		{"client", client, "This is not a client ID."}, {"secret", hidden, "This is not a client secret."}, {"token", token, "This is not a refresh token."},
	} {
		if !printable(f.value, 2048) {
			return network.Account{}, fault.New(fault.Invalid, "%s", f.text).WithHint("Copy all of it.").On("settings." + f.name)
		}
	}
	k, err := d.renew(ctx, keys{Refresh: token, Client: client, Secret: hidden}, network.App{})
	if err != nil {
		return network.Account{}, err
	}
	return d.account(ctx, k)
}

// Authorize gives the address of Google's page of consent.
func (d *Driver) Authorize(_ context.Context, asking network.Asking) (network.Going, error) {
	if !asking.App.Known() {
		return network.Going{}, fault.New(fault.Invalid, "This Kith has no app at Google yet.").WithHint("Set one up under Settings → Channels.")
	}
	query := url.Values{"client_id": {asking.App.ID}, "redirect_uri": {asking.Redirect}, "response_type": {"code"}, "state": {asking.State},
		"scope": {scopeSSL + " " + scopeAnalysis},
		// Offline: a key that renews. Consent: it is given again, also to whoever agreed before.
		"access_type": {"offline"}, "prompt": {"consent"}}
	if asking.Verifier != "" {
		sum := sha256.Sum256([]byte(asking.Verifier))
		query.Set("code_challenge", base64.RawURLEncoding.EncodeToString(sum[:]))
		query.Set("code_challenge_method", "S256")
	}
	return network.Going{URL: d.accounts + "/o/oauth2/v2/auth?" + query.Encode()}, nil
}

// Grant turns the code into keys.
func (d *Driver) Grant(ctx context.Context, asking network.Asking, back url.Values) ([]network.Account, error) {
	code := back.Get("code")
	switch {
	case back.Get("error") != "":
		return nil, fault.New(fault.Denied, "Google did not let us in.").WithHint("Try again, and agree to what Google asks.")
	case !printable(code, 4096):
		return nil, fault.New(fault.Invalid, "Google sent no code.").WithHint("Begin again.")
	}
	form := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {asking.Redirect}}
	if asking.Verifier != "" {
		form.Set("code_verifier", asking.Verifier)
	}
	k, err := d.tokens(ctx, asking.App, form)
	if err != nil {
		return nil, err
	}
	if k.Refresh == "" {
		return nil, fault.New(fault.Denied, "Google gave no key that lasts.").WithHint("Take Kith out of the apps of your Google account, then connect again.")
	}
	account, err := d.account(ctx, k)
	if err != nil {
		return nil, err
	}
	return []network.Account{account}, nil
}

func (k keys) may(scope string) bool { return slices.Contains(strings.Fields(k.Scope), scope) }

// granted is what a channel lets us do with these keys.
func (k keys) granted() network.Granted { return network.Granted{Rights: strings.Fields(k.Scope)} }

// channel is what YouTube says of a channel.
type channel struct {
	ID      string `json:"id"`
	Snippet struct {
		Title      string     `json:"title"`
		Custom     string     `json:"customUrl"`
		Thumbnails thumbnails `json:"thumbnails"`
	} `json:"snippet"`
	Statistics struct {
		Subscribers string `json:"subscriberCount"`
		Hidden      bool   `json:"hiddenSubscriberCount"`
	} `json:"statistics"`
	Content struct {
		Playlists struct {
			Uploads string `json:"uploads"`
		} `json:"relatedPlaylists"`
	} `json:"contentDetails"`
	Status struct {
		Long string `json:"longUploadsStatus"`
	} `json:"status"`
}

type thumbnails struct {
	Default picture `json:"default"`
	High    picture `json:"high"`
}

type picture struct {
	URL string `json:"url"`
}

func (t thumbnails) url() string {
	if t.High.URL != "" {
		return clip(t.High.URL, 2048)
	}
	return clip(t.Default.URL, 2048)
}

func mine() ask {
	return ask{path: "/youtube/v3/channels", kind: "youtube#channelListResponse",
		query: url.Values{"mine": {"true"}, "part": {"snippet,statistics,contentDetails,status"}}}
}

// handle is how people address a channel.
func (c channel) handle() string {
	h := strings.TrimPrefix(clip(c.Snippet.Custom, 128), "@")
	if h == "" {
		h = c.ID
	}
	return h
}

// limits are the channel's own: without a confirmed telephone number it uploads
// fifteen minutes at most.
func (d *Driver) limitsOf(c channel) network.Limits {
	l := d.profile.Limits
	if c.Status.Long == "eligible" || c.Status.Long == "disallowed" {
		l.Media.Video.MaxSeconds = 15 * 60
	}
	return l
}

func (d *Driver) account(ctx context.Context, k keys) (network.Account, error) {
	if k.Scope != "" && !k.may(scopeSSL) {
		return network.Account{}, fault.New(fault.Denied, "Google did not give the right to look after the channel.").WithHint("Connect again, and leave every box on Google's page ticked.")
	}
	a := mine()
	var got list[channel]
	if _, err := d.send(ctx, k.Access, a, &got); err != nil {
		return network.Account{}, err
	}
	if len(got.Items) == 0 {
		return network.Account{}, fault.New(fault.Invalid, "There is no YouTube channel on this Google account.").WithHint("Make one on youtube.com, then connect again.")
	}
	c := got.Items[0]
	if !channelID.MatchString(c.ID) || c.Snippet.Title == "" {
		return network.Account{}, a.misunderstood()
	}
	if channelID.MatchString(c.Content.Playlists.Uploads) {
		k.Uploads = c.Content.Playlists.Uploads
	}
	account := network.Account{Base: "https://www.youtube.com", ID: c.ID, Handle: c.handle(), Name: clip(c.Snippet.Title, 640), AvatarURL: c.Snippet.Thumbnails.url(),
		URL: "https://www.youtube.com/channel/" + c.ID, Keys: k.text(), Limits: d.limitsOf(c), Granted: k.granted()}
	switch {
	case k.Scope != "" && !k.may(scopeAnalysis):
		account.Warning = "Google did not give the right to read YouTube Analytics: views and comments are counted, watch time and subscribers won are not."
	case k.Until != 0:
		account.Warning = "The app at Google is in Testing: this connection ends after seven days. Publish the app in the Google Cloud console, then connect again."
	}
	return account, nil
}

// Check asks how the channel is, and renews its keys well before they end.
func (d *Driver) Check(ctx context.Context, conn network.Conn) (network.Health, secret.Text, error) {
	kept, err := readKeys(conn.Keys)
	if err != nil {
		return broken(err), "", nil
	}
	k := d.newest(kept)
	if k.Refresh != "" && d.now().Add(ahead).Unix() >= k.Expires {
		if k, err = d.renew(ctx, k, conn.App); fault.Is(err, fault.Denied) {
			return broken(err), "", nil
		} else if err != nil {
			return network.Health{}, "", err
		}
	}
	var fresh secret.Text
	if k != kept {
		fresh = k.text()
	}
	conn.Keys = k.text()
	var got list[channel]
	_, err = d.call(ctx, conn, mine(), &got)
	switch {
	case fault.Is(err, fault.Denied):
		return broken(err), fresh, nil
	case err != nil:
		return network.Health{}, fresh, err
	case len(got.Items) == 0 || got.Items[0].ID != conn.Account:
		return broken(fault.New(fault.Denied, "The Google account does not show this channel any more.").WithHint("Connect the channel again.")), fresh, nil
	}
	c := got.Items[0]
	health := network.Health{State: "ok", Text: "Connected.", Limits: d.limitsOf(c), Name: clip(c.Snippet.Title, 640), Avatar: c.Snippet.Thumbnails.url(),
		Handle: c.handle(), Followers: -1, Granted: k.granted()}
	if n, err := strconv.ParseInt(c.Statistics.Subscribers, 10, 64); err == nil && !c.Statistics.Hidden {
		health.Followers = n
	}
	health.Expires = k.ends(conn.App)
	if k.Until != 0 && k.Until-d.now().Unix() < int64((48*time.Hour).Seconds()) {
		health.State, health.Text = "warn", "This connection ends in less than two days, because the app at Google is in Testing."
		health.Fix = "Publish the app in the Google Cloud console, then connect the channel again."
	}
	return health, fresh, nil
}

func broken(err error) network.Health {
	text, hint := fault.Shown(err)
	return network.Health{State: "broken", Text: text, Fix: hint, Followers: -1}
}

// Choices are the playlists of the channel.
func (d *Driver) Choices(ctx context.Context, conn network.Conn, asked network.Choosing) ([]network.Choice, error) {
	if asked.Option != optionPlaylist {
		return nil, fault.New(fault.NotFound, "There is no such option.")
	}
	type playlist struct {
		ID      string `json:"id"`
		Snippet struct {
			Title string `json:"title"`
		} `json:"snippet"`
	}
	all := []network.Choice{}
	a := ask{path: "/youtube/v3/playlists", kind: "youtube#playlistListResponse", query: url.Values{"mine": {"true"}, "part": {"snippet"}, "maxResults": {"50"}}}
	_, err := walk(ctx, d, conn, a, 10, func(some []playlist) bool {
		for _, p := range some {
			if channelID.MatchString(p.ID) {
				all = append(all, network.Choice{Value: p.ID, Label: clip(p.Snippet.Title, 300)})
			}
		}
		return false
	})
	return all, err
}
