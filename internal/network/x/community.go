package x

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/rest"
)

// optionFollowers shows a post in a community to those who follow the account, too.
const optionFollowers = "community_followers"

// joined finds a community by its address or its bare number.
var joined = regexp.MustCompile(`^(?:(?:https?://)?(?:www\.|mobile\.)?(?:x|twitter)\.com/i/communities/)?([0-9]{5,19})(?:[/?#].*)?$`) //nolint:gochecknoglobals // compiled once

// community is where a post goes; "": to everybody, as usual.
func community(part network.Part) (string, error) {
	id, _ := network.Picked(part.Options[network.OptionCommunity])
	if id != "" && !number.MatchString(id) {
		return "", fault.New(fault.Invalid, "This is no community on X.").WithHint("Look for it by its name, or paste its address on X.").On("options")
	}
	return id, nil
}

// Choices are the communities that X finds by words. Which of them the account has joined
// it tells nobody, and finding one by its number takes a right that Kith does not ask for:
// so an address is believed, and X judges when it is published.
func (d *Driver) Choices(ctx context.Context, conn network.Conn, asked network.Choosing) ([]network.Choice, error) {
	if asked.Option != network.OptionCommunity {
		return nil, fault.New(fault.NotFound, "There is no such option.")
	}
	all := []network.Choice{}
	words := strings.TrimSpace(asked.Words)
	if m := joined.FindStringSubmatch(words); m != nil {
		return append(all, network.Choice{Value: m[1], Label: communityAt(m[1])}), nil
	}
	if utf8.RuneCountInString(words) < 2 {
		return all, nil
	}
	var got struct {
		Data []struct {
			ID   string `json:"id"`
			Name string `json:"name"`
		} `json:"data"`
	}
	query := url.Values{"query": {words}, "max_results": {"20"}, "community.fields": {fields("id", "name")}}
	if _, err := d.call(ctx, conn, rest.Ask{Path: "/2/communities/search", Query: query}, &got); err != nil {
		if r, ok := asRefusal(err); ok && r.status == http.StatusForbidden && r.sort == other {
			// Connecting again changes nothing where the app may not search.
			err = fault.Wrap(fault.Invalid, err, "X does not let this account search for communities.").WithHint("Paste the address of the community on X.").On("q")
		}
		return nil, err
	}
	for _, c := range got.Data {
		name := strings.Join(strings.Fields(clip(c.Name, 200)), " ")
		if number.MatchString(c.ID) && name != "" {
			all = append(all, network.Choice{Value: network.Pick(c.ID, name), Label: name, More: communityAt(c.ID)})
		}
	}
	return all, nil
}

func communityAt(id string) string { return "x.com/i/communities/" + id }

// untaken is what a refusal without words of a post means that asks for more than a plain
// one: X says in words of its own neither that an account is no member nor that an app may
// not quote.
func untaken(asked draft, cause error) error {
	switch {
	case asked.Community == "":
		return unquotable(cause)
	case asked.Quote == "":
		return fault.Wrap(fault.Invalid, cause, "X did not take a post in this community.").
			WithHint("X takes posts of its members alone, and some communities are closed. Join it on X, or choose none.").On("options")
	}
	return fault.Wrap(fault.Invalid, cause, "X did not take a post in this community that shares another one.").
		WithHint("X takes posts of members alone, and lets only apps of its Enterprise customers share posts. Try without one of both.").On("options")
}
