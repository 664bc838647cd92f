package linkedin

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/secret"
)

// keys are what we keep of a connection.
type keys struct {
	Token   string   `json:"token"`
	Until   int64    `json:"until,omitempty"` // when it expires, in seconds; 0: not known
	Refresh string   `json:"refresh,omitempty"`
	Last    int64    `json:"last,omitempty"` // when the token to refresh with expires
	Member  string   `json:"member"`         // URN of who let us in
	Scopes  []string `json:"scopes,omitempty"`
}

func (k keys) text() secret.Text {
	data, err := json.Marshal(k)
	if err != nil {
		panic(err) // strings and numbers
	}
	return secret.Text(data)
}

func keysOf(conn network.Conn) (keys, error) {
	var k keys
	if json.Unmarshal([]byte(conn.Keys.Reveal()), &k) != nil || k.Token == "" {
		return k, fault.New(fault.Denied, "The key of this account is not complete.").WithHint("Connect LinkedIn again.")
	}
	return k, nil
}

// has says whether one of the permissions was given; where none is known, it may
// have been.
func (k keys) has(scopes ...string) bool {
	return len(k.Scopes) == 0 || slices.ContainsFunc(scopes, func(s string) bool { return slices.Contains(k.Scopes, s) })
}

// lacking are the permissions of a way of access that were not given.
func (k keys) lacking(wanted []string) []string {
	if len(k.Scopes) == 0 {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(wanted), func(s string) bool { return slices.Contains(k.Scopes, s) })
}

// renewable says whether the token can be renewed without the person.
func (k keys) renewable(now time.Time) bool {
	return k.Refresh != "" && (k.Last == 0 || now.Unix() < k.Last)
}

// ends is when a person must connect again; zero: LinkedIn does not say.
func (k keys) ends(now time.Time, app network.App) time.Time {
	end := k.Until
	if k.renewable(now) && app.Known() {
		if k.Last == 0 {
			return time.Time{}
		}
		end = max(k.Until, k.Last)
	}
	if end == 0 {
		return time.Time{}
	}
	return time.Unix(end, 0).UTC()
}

func words(text string) []string {
	return strings.FieldsFunc(text, func(c rune) bool { return c == ',' || c == ' ' })
}

// isPage says whether an account is an organization's Page.
func isPage(account string) bool { return strings.HasPrefix(account, pagePrefix) }

// What an account needs to be useful.
func pageScopes() []string {
	return []string{"w_organization_social", "r_organization_social", "w_organization_social_feed", "r_organization_social_feed", "rw_organization_admin"}
}

func memberScopes() []string { return []string{"w_member_social"} }

// granted is what an account lets us do with these keys.
func (k keys) granted(account string) network.Granted {
	if isPage(account) {
		return network.Granted{Sort: "page", Rights: k.Scopes}
	}
	return network.Granted{Sort: "member", Rights: k.Scopes}
}

// seesPosts says whether a token may list the posts of an account.
func (k keys) seesPosts(account string) bool {
	if isPage(account) {
		return k.has("r_organization_social", "r_organization_social_feed")
	}
	return k.has("r_member_social", "r_member_social_feed")
}
