package graph

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/secret"
)

// Page is a Page as Graph shows it.
type Page struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Username  string `json:"username"`
	Followers *int64 `json:"followers_count"`
	Picture   struct {
		Data struct {
			URL string `json:"url"`
		} `json:"data"`
	} `json:"picture"`
	Token string `json:"access_token"` // where a person asks for their Pages
}

// Handle is what a Page is called in an address.
func (p Page) Handle() string {
	if p.Username != "" {
		return Clip(p.Username, 128)
	}
	return p.ID
}

// Account makes an account of a Page and its key; who asks adds address and limits.
func (c *Client) Account(p Page, key string) network.Account {
	account := network.Account{Base: c.Base, ID: p.ID, Handle: p.Handle(), Name: Clip(p.Name, 640), AvatarURL: Clip(p.Picture.Data.URL, 2048), Keys: keep(key)}
	if account.Name == "" {
		account.Name = account.Handle
	}
	return account
}

// keys are what is kept of a connection to a Page.
type keys struct {
	Token string `json:"token"`
}

func keep(token string) secret.Text {
	data, err := json.Marshal(keys{token})
	if err != nil {
		panic(err) // one text
	}
	return secret.Text(data)
}

// KeyOf gives the key of a Page that is connected, "" where it is not complete.
func KeyOf(conn network.Conn) string {
	var k keys
	if json.Unmarshal([]byte(conn.Keys.Reveal()), &k) != nil || !Object.MatchString(conn.Account) {
		return ""
	}
	return k.Token
}

// Entered tries the number and the key of a Page as somebody has typed them in.
func (c *Client) Entered(ctx context.Context, settings map[string]string, fields string) (p Page, key string, about Debug, known bool, err error) {
	id, key := strings.TrimSpace(settings["page"]), strings.TrimSpace(settings["token"])
	if !Object.MatchString(id) {
		return p, "", about, false, fault.New(fault.Invalid, "This is not the number of a Page.").WithHint("It stands on Facebook under About → Page transparency.").On("page")
	}
	if !TokenSign.MatchString(key) {
		return p, "", about, false, fault.New(fault.Invalid, "This is not an access token.").WithHint("Copy all of it.").On("token")
	}
	if _, err := c.Send(ctx, key, Ask{Path: id, Query: url.Values{"fields": {fields}}}, &p); err != nil {
		if fault.Is(err, fault.NotFound) {
			err = fault.Wrap(fault.Invalid, err, "Facebook shows no such Page with this token.").
				WithHint("Look at the number of the Page, and make the token for this Page.").On("page")
		}
		return p, "", about, false, err
	}
	if !Object.MatchString(p.ID) {
		return p, "", about, false, c.Misunderstood(Ask{})
	}
	if about, known = c.Debug(ctx, key, network.App{}); known && about.Type != "" && about.Type != "PAGE" {
		err = fault.New(fault.Invalid, "This is the token of a person or of an app, not of the Page.").
			WithHint("Choose the Page where the token is made, and copy the token again.").On("token")
	}
	return p, key, about, known, err
}

// Granted gives the Pages that a person has chosen on the page of consent, each with
// a key of its own: made with a person's long token, it does not end by itself. judge
// says what is to be warned of, or that this is no permission for us.
func (c *Client) Granted(ctx context.Context, a network.Asking, back url.Values, fields string, judge func(Debug) (warning string, err error)) (all []Page, warning string, err error) {
	code := Code(back)
	if code == "" {
		return nil, "", fault.New(fault.Invalid, "Facebook sent nobody's permission back.").WithHint("Begin again.")
	}
	person, err := c.Exchange(ctx, a, code)
	if err != nil {
		return nil, "", c.Spent(err)
	}
	if about, known := c.Debug(ctx, person, a.App); known {
		if warning, err = judge(about); err != nil {
			return nil, "", err
		}
	}
	err = c.Pages(ctx, person, a.App, fields+",access_token", func(item json.RawMessage) {
		var p Page
		if json.Unmarshal(item, &p) == nil && Object.MatchString(p.ID) && TokenSign.MatchString(p.Token) { // else a Page without our right to it
			all = append(all, p)
		}
	})
	if err == nil && len(all) == 0 {
		err = fault.New(fault.Invalid, "No Page was allowed.").
			WithHint("Begin again as somebody with full control of the Page, choose it on Facebook, and allow the list of Pages (pages_show_list).")
	}
	return all, warning, err
}

// Day says a moment of Graph's, in seconds, as a date.
func Day(seconds int64) string { return time.Unix(seconds, 0).UTC().Format(time.DateOnly) }
