package youtube

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/outward"
	"github.com/kithhq/kith/internal/secret"
)

// keys are what we keep of a connection.
type keys struct {
	Access  string `json:"access"`
	Expires int64  `json:"expires"` // of Access
	Refresh string `json:"refresh,omitempty"`
	Until   int64  `json:"until,omitempty"` // of Refresh, where Google says: an app in Testing
	Scope   string `json:"scope,omitempty"`
	Uploads string `json:"uploads,omitempty"` // the playlist of everything the channel uploaded
	// The client that the keys belong to, where it is not the house's own.
	Client string `json:"client,omitempty"`
	Secret string `json:"secret,omitempty"`
}

func (k keys) text() secret.Text {
	data, err := json.Marshal(k)
	if err != nil {
		panic(err) // strings and numbers alone
	}
	return secret.Text(data)
}

func readKeys(text secret.Text) (keys, error) {
	var k keys
	if json.Unmarshal([]byte(text.Reveal()), &k) != nil || k.Access == "" {
		return k, fault.New(fault.Denied, "The keys of this channel are not complete.").WithHint("Connect the channel again.")
	}
	return k, nil
}

// app is the client that the keys belong to.
func (k keys) app(house network.App) network.App {
	if k.Client != "" {
		return network.App{ID: k.Client, Secret: secret.Text(k.Secret)}
	}
	return house
}

// ends is when the person must connect again; zero: Google does not say.
func (k keys) ends(house network.App) time.Time {
	end := k.Until
	if k.Refresh == "" || !k.app(house).Known() { // nobody renews
		end = k.Expires
	}
	if end == 0 {
		return time.Time{}
	}
	return time.Unix(end, 0).UTC()
}

// ahead is how long before its end a key is renewed by Check; one that ends in the
// middle of the work is renewed there, and kept by the next Check.
const ahead = 20 * time.Minute

// current gives keys that are good now. stale is an access token that was refused.
// Renewing takes nothing from the key that renews, so what is not kept is no loss.
func (d *Driver) current(ctx context.Context, conn network.Conn, stale string) (keys, error) {
	k, err := readKeys(conn.Keys)
	if err != nil {
		return k, err
	}
	k = d.newest(k)
	if k.Refresh == "" || k.Access != stale && d.now().Add(time.Minute).Unix() < k.Expires {
		return k, nil
	}
	return d.renew(ctx, k, conn.App)
}

// newest are the keys, or those that came of them meanwhile.
func (d *Driver) newest(k keys) keys {
	d.mu.Lock()
	defer d.mu.Unlock()
	if f, ok := d.fresh[k.Refresh]; ok && k.Refresh != "" && f.Expires > k.Expires {
		return f
	}
	return k
}

func (d *Driver) renew(ctx context.Context, k keys, house network.App) (keys, error) {
	app := k.app(house)
	if !app.Known() {
		return k, fault.New(fault.Denied, "The key of this channel has ended, and this Kith has no app at Google to renew it with.").
			WithHint("Set the app up under Settings → Channels, or connect the channel again.")
	}
	next, err := d.tokens(ctx, app, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {k.Refresh}})
	if err != nil {
		return k, err
	}
	before := k.Refresh
	k.Access, k.Expires = next.Access, next.Expires
	if next.Refresh != "" {
		k.Refresh = next.Refresh
	}
	if next.Until != 0 {
		k.Until = next.Until
	}
	if next.Scope != "" {
		k.Scope = next.Scope
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.fresh) > 4096 { // channels that were connected anew long ago
		clear(d.fresh)
	}
	d.fresh[before] = k
	return k, nil
}

// tokens asks Google for keys: with a code, or with the key that renews.
func (d *Driver) tokens(ctx context.Context, app network.App, form url.Values) (keys, error) {
	form.Set("client_id", app.ID)
	form.Set("client_secret", app.Secret.Reveal())
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, d.oauth+"/token", strings.NewReader(form.Encode()))
	if err != nil {
		return keys{}, fault.Wrap(fault.Internal, errors.New("no valid address"), "writing a call to Google")
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := d.out.Do(outward.Repeatable(ctx), request)
	if err != nil {
		return keys{}, err
	}
	var said struct {
		Access  string          `json:"access_token"`
		Refresh string          `json:"refresh_token"`
		Lasts   int64           `json:"expires_in"`
		Renew   int64           `json:"refresh_token_expires_in"`
		Scope   json.RawMessage `json:"scope"`
		Error   string          `json:"error"`
	}
	readable := json.Unmarshal(response.Body, &said) == nil
	if response.Status != http.StatusOK {
		return keys{}, refusedKeys(response, said.Error)
	}
	if !readable || !printable(said.Access, 8192) || said.Refresh != "" && !printable(said.Refresh, 8192) {
		return keys{}, ask{harmless: true}.misunderstood()
	}
	now := d.now()
	k := keys{Access: said.Access, Refresh: said.Refresh, Expires: now.Add(lasting(said.Lasts)).Unix(), Scope: scopes(said.Scope)}
	if said.Renew > 0 {
		k.Until = now.Add(lasting(said.Renew)).Unix()
	}
	return k, nil
}

// scopes reads what was granted: words in one text, or a list of texts.
func scopes(raw json.RawMessage) string {
	var one string
	var several []string
	if json.Unmarshal(raw, &one) != nil && json.Unmarshal(raw, &several) == nil {
		one = strings.Join(several[:min(len(several), 64)], " ")
	}
	return clip(one, 4096)
}

func lasting(seconds int64) time.Duration {
	return time.Duration(min(max(seconds, 0), 10*365*24*3600)) * time.Second
}

func refusedKeys(response *outward.Response, reason string) error {
	r := &refusal{status: response.Status, reason: word(reason)}
	switch {
	case response.Status == http.StatusTooManyRequests:
		return fault.Wrap(fault.Throttled, r, "Google asks us to slow down.").In(pause(response))
	case response.Status >= 500:
		return fault.Wrap(fault.Unavailable, r, "Google is out of order.").In(pause(response))
	case r.is("invalid_grant"):
		return fault.Wrap(fault.Denied, r, "Google does not accept our key any more.").
			WithHint("Connect the channel again. While the app at Google is in Testing, keys end after seven days: publish the app there.")
	case r.is("invalid_client", "unauthorized_client", "deleted_client"):
		return fault.Wrap(fault.Denied, r, "Google does not know our app, or its secret is wrong.").WithHint("Look at client ID and client secret.")
	case r.is("redirect_uri_mismatch"):
		return fault.Wrap(fault.Denied, r, "Google does not know the address of this Kith.").WithHint("Add it to the client's authorized redirect URIs in the Google Cloud console.")
	case response.Status/100 == 4:
		return fault.Wrap(fault.Denied, r, "Google gives us no key.").WithHint("Begin again.")
	}
	return ask{harmless: true}.misunderstood()
}
