package pinterest

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
)

// scopes are the rights that everything together needs.
const scopes = "boards:read,boards:write,pins:read,pins:write,user_accounts:read"

type account struct {
	ID        string `json:"id"`
	Username  string `json:"username"`
	Business  string `json:"business_name"`
	Picture   string `json:"profile_image"`
	Followers *int64 `json:"follower_count"`
}

// Connect tries an access token.
func (d *Driver) Connect(ctx context.Context, settings map[string]string) (network.Account, error) {
	token := strings.TrimSpace(settings["token"])
	if token == "" || len(token) > 4096 || strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return network.Account{}, fault.New(fault.Invalid, "This is not an access token.").WithHint("Copy all of it.").On("settings.token")
	}
	return d.account(ctx, keys{Access: token})
}

func (d *Driver) account(ctx context.Context, k keys) (network.Account, error) {
	a := ask{path: "/user_account"}
	var got account
	if _, err := d.send(ctx, k.Access, a, &got); err != nil {
		return network.Account{}, err
	}
	if !number.MatchString(got.ID) || got.Username == "" {
		return network.Account{}, a.misunderstood()
	}
	name := clip(got.Business, 640)
	if name == "" {
		name = clip(got.Username, 128)
	}
	return network.Account{Base: d.api, ID: got.ID, Handle: clip(got.Username, 128), Name: name, AvatarURL: clip(got.Picture, 2048),
		URL: "https://www.pinterest.com/" + url.PathEscape(clip(got.Username, 128)), Keys: k.text(), Limits: d.profile.Limits, Granted: k.granted()}, nil
}

// Authorize gives the address of Pinterest's page of consent.
func (d *Driver) Authorize(_ context.Context, ask network.Asking) (network.Going, error) {
	if !ask.App.Known() {
		return network.Going{}, fault.New(fault.Invalid, "This Kith has no app at Pinterest yet.").WithHint("Set one up under Settings → Channels.")
	}
	return network.Going{URL: d.web + "/oauth/?" + url.Values{"client_id": {ask.App.ID}, "redirect_uri": {ask.Redirect}, "response_type": {"code"},
		"scope": {scopes}, "state": {ask.State}}.Encode()}, nil
}

// Grant turns the code into keys.
func (d *Driver) Grant(ctx context.Context, ask network.Asking, back url.Values) ([]network.Account, error) {
	if back.Get("error") != "" {
		return nil, fault.New(fault.Denied, "Pinterest did not let us in.").WithHint("Try again, and agree to what Pinterest asks.")
	}
	if back.Get("code") == "" {
		return nil, fault.New(fault.Invalid, "Pinterest sent no code.").WithHint("Begin again.")
	}
	// Apps made before September 2025 say that they want the key that renews itself
	// anew each time; else theirs ends after a year.
	k, err := d.tokens(ctx, ask.App, url.Values{"grant_type": {"authorization_code"}, "code": {back.Get("code")}, "redirect_uri": {ask.Redirect}, "continuous_refresh": {"true"}})
	if err != nil {
		return nil, err
	}
	a, err := d.account(ctx, k)
	if err != nil {
		return nil, err
	}
	if missing := k.missing(); len(missing) > 0 {
		a.Warning = lacking(missing)
	}
	return []network.Account{a}, nil
}

// tokens asks for keys: with a code, or with the key that renews.
func (d *Driver) tokens(ctx context.Context, app network.App, form url.Values) (keys, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, d.api+"/v5/oauth/token", strings.NewReader(form.Encode()))
	if err != nil {
		return keys{}, fault.Wrap(fault.Internal, err, "making a call to Pinterest")
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.SetBasicAuth(app.ID, app.Secret.Reveal())
	answer, err := d.out.Do(ctx, request)
	if err != nil {
		return keys{}, fault.Wrap(fault.Unavailable, err, "Pinterest could not be asked for a key.")
	}
	switch {
	case answer.Status == http.StatusUnauthorized:
		return keys{}, fault.New(fault.Denied, "Pinterest does not know our app, or its secret is wrong.").WithHint("Look at the app under Settings → Channels.")
	case answer.Status == http.StatusBadRequest && form.Get("grant_type") == "refresh_token":
		return keys{}, fault.New(fault.Denied, "Pinterest does not renew the key any more.").WithHint("Connect the account again.")
	case answer.Status == http.StatusBadRequest:
		return keys{}, fault.New(fault.Denied, "Pinterest does not accept the key any more.").WithHint("Connect the account again.")
	case answer.Status >= 300:
		return keys{}, refusal(answer, true)
	}
	var got struct {
		Access  string `json:"access_token"`
		Refresh string `json:"refresh_token"`
		Lasts   int64  `json:"expires_in"`
		Renew   int64  `json:"refresh_token_expires_in"`
		Scope   string `json:"scope"`
	}
	if json.Unmarshal(answer.Body, &got) != nil || got.Access == "" {
		return keys{}, ask{}.misunderstood()
	}
	k := keys{Access: got.Access, Refresh: got.Refresh, Scopes: got.Scope}
	now := d.now().UTC()
	if got.Lasts > 0 {
		k.Until = now.Add(time.Duration(min(got.Lasts, 1<<31)) * time.Second)
	}
	if got.Renew > 0 {
		k.Renew = now.Add(time.Duration(min(got.Renew, 1<<31)) * time.Second)
	}
	return k, nil
}

// Choices are the boards of the account, or the sections of one of them.
func (d *Driver) Choices(ctx context.Context, conn network.Conn, asked network.Choosing) ([]network.Choice, error) {
	path := "/boards"
	switch {
	case asked.Option == optionSection && asked.Of == "":
		return nil, nil
	case asked.Option == optionSection && number.MatchString(asked.Of):
		path += "/" + asked.Of + "/sections"
	case asked.Option != optionBoard:
		return nil, fault.New(fault.NotFound, "There is no such option.")
	}
	var all []network.Choice
	query := url.Values{"page_size": {"250"}}
	for range 8 {
		var got struct {
			Items []struct {
				ID   string `json:"id"`
				Name string `json:"name"`
			} `json:"items"`
			Bookmark string `json:"bookmark"`
		}
		if _, err := d.call(ctx, conn, ask{path: path, query: query}, &got); err != nil {
			return nil, err
		}
		for _, b := range got.Items {
			if number.MatchString(b.ID) {
				all = append(all, network.Choice{Value: b.ID, Label: clip(b.Name, 200)})
			}
		}
		if got.Bookmark == "" {
			break
		}
		query.Set("bookmark", got.Bookmark)
	}
	return all, nil
}
