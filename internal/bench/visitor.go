package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/app"
	"github.com/kithhq/kith/internal/rehearse"
	"github.com/kithhq/kith/internal/secret"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/team"
)

// visitor is the keeper of a rehearsal, signed in once: each further time would be
// slowed down.
type visitor struct {
	client *http.Client
	house  string
}

func signIn(ctx context.Context, house string, password secret.Text) (*visitor, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	v := &visitor{&http.Client{Jar: jar}, house}
	return v, v.ask(ctx, http.MethodPost, "/session", map[string]string{"email": rehearse.Keeper, "password": password.Reveal()}, nil)
}

func (v *visitor) ask(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader = http.NoBody
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(text)
	}
	r, err := http.NewRequestWithContext(ctx, method, v.house+"/api/v1"+path, body)
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	answer, err := v.client.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close() //nolint:errcheck // read
	text, err := io.ReadAll(answer.Body)
	if err != nil || out == nil && answer.StatusCode < 300 {
		return err
	}
	if answer.StatusCode >= 300 {
		return fmt.Errorf("%s %s: %s: %.200s", method, path, answer.Status, text)
	}
	return json.Unmarshal(text, out)
}

// cookies are what a browser shows to be signed in.
func (v *visitor) cookies() []*http.Cookie {
	house, _ := url.Parse(v.house) // it was asked already
	return v.client.Jar.Cookies(house)
}

// newest is the newest of a list of the API.
func (v *visitor) newest(ctx context.Context, list string) (string, error) {
	var all struct{ Items []struct{ ID string } }
	if err := v.ask(ctx, http.MethodGet, "/"+list, nil, &all); err != nil {
		return "", err
	}
	if len(all.Items) == 0 {
		return "", fmt.Errorf("there are no %s", list)
	}
	return all.Items[0].ID, nil
}

// grant goes to Mastodon's page of consent, allows everything, and gives the page
// that one lands on.
func (v *visitor) grant(ctx context.Context, stage *rehearse.Stage) (string, error) {
	account := stage.Mastodon.Account("fenetre", "À la fenêtre")
	var going struct{ URL string }
	if err := v.ask(ctx, http.MethodPost, "/channels/authorize", map[string]any{"network": "mastodon", "settings": map[string]string{"server": stage.MastodonURL}}, &going); err != nil {
		return "", err
	}
	to, err := url.Parse(going.URL)
	if err != nil {
		return "", err
	}
	form := to.Query()
	form.Set("account", account.ID)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, stage.MastodonURL+"/oauth/authorize", strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := v.client.Do(r) // and back again
	if err != nil {
		return "", err
	}
	_ = answer.Body.Close()
	path := answer.Request.URL.Path
	if !strings.HasPrefix(path, "/settings/channels/grant/") {
		return "", fmt.Errorf("after consent one is at %s: %s", path, answer.Status)
	}
	return path, nil
}

// letters are the pages that are opened from a letter: for a new member, and with a
// new password.
func letters(ctx context.Context, a *app.App) (invitation, reset string, err error) {
	err = store.Do(ctx, a.DB, func(ctx context.Context, tx *store.Tx) error {
		by, err := store.One[struct{ User, Workspace string }](ctx, tx, "select account_id, workspace from member")
		if err != nil {
			return err
		}
		_, token, err := team.Invite(ctx, tx, access.Actor{User: by.User, Workspace: by.Workspace, Role: access.Owner}, "new@kith.example", access.Moderator, nil)
		if err != nil {
			return err
		}
		invitation = "/invitation?token=" + url.QueryEscape(token)
		token, _, _, err = team.Forgot(ctx, tx, rehearse.Keeper, "")
		reset = "/reset?token=" + url.QueryEscape(token)
		return err
	})
	return invitation, reset, err
}
