package api_test

import (
	"bufio"
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/api"
	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
)

// limited is a workspace with two channels of everything, and somebody who sees one of them.
func limited(t *testing.T, db *store.DB, role access.Role) (p *place, ada, mia house, hidden, seen things) {
	p = open(t, db)
	p.stocked()
	ada = p.team("ada@example.org")
	hidden, seen = p.shelf(ada.by, "Zyxwvut"), p.shelf(ada.by, "Abcdefg")
	return p, ada, p.joins(ada, "mia@example.org", role, []string{seen["mastodon"], seen["snapchat"]}), hidden, seen
}

// A rule is for all channels: who decides about some of them leaves it alone.
func TestARuleIsChangedByWhoModeratesAllChannels(t *testing.T) {
	p, ada, mia, _, seen := limited(t, storetest.SQLite(t), access.Moderator)
	told := refused(t, p.with(mia, "PATCH", "/rules/"+seen["rules"], map[string]any{"mode": "off"}), 403, "denied")
	if !strings.Contains(told.Detail, "all channels") || told.Hint == "" {
		t.Errorf("%+v", told)
	}
	leo := p.joins(ada, "leo@example.org", access.Moderator, nil)
	if now := ok[api.Rule](t, p.with(leo, "PATCH", "/rules/"+seen["rules"], map[string]any{"mode": "off"})); now.Mode != "off" {
		t.Errorf("%+v", now)
	}
}

// Members are shown with the channels that whoever asks sees; who manages them sees all.
func TestMembersAreShownWithoutChannelsThatAreHidden(t *testing.T) {
	p, ada, mia, hidden, seen := limited(t, storetest.SQLite(t), access.Manager)
	both := p.joins(ada, "both@example.org", access.Analyst, []string{hidden["mastodon"], seen["mastodon"]})
	other := p.joins(ada, "other@example.org", access.Analyst, []string{hidden["mastodon"]})
	channels := func(h house, of house) []string {
		for _, m := range ok[api.Page[api.Member]](t, p.with(h, "GET", "/members", nil)).Items {
			if m.ID == of.by.User {
				return m.Channels
			}
		}
		t.Fatal("somebody is missing")
		return nil
	}
	if got := channels(mia, both); len(got) != 1 || got[0] != seen["mastodon"] {
		t.Errorf("%v", got)
	}
	if got := channels(mia, other); got == nil || len(got) != 0 {
		t.Errorf("limited to channels that are hidden, and shown as %v", got)
	}
	if got := channels(mia, ada); got != nil {
		t.Errorf("limited to nothing, and shown as %v", got)
	}
	if got := channels(ada, both); len(got) != 2 {
		t.Errorf("who manages the team sees %v", got)
	}
}

// The address of a post is told apart from another's; that a hidden channel has it is not said.
func TestTheAddressOfAHiddenPostIsNotKnown(t *testing.T) {
	p, ada, mia, hidden, seen := limited(t, storetest.SQLite(t), access.Manager)
	if told := refused(t, p.with(ada, "POST", "/publications/"+hidden["hand:publications"]+"/done", map[string]any{"url": seen["addresses"]}), 409, "conflict"); !strings.Contains(told.Detail, "Abcdefg") {
		t.Errorf("%+v", told)
	}
	s := p.with(mia, "POST", "/publications/"+seen["hand:publications"]+"/done", map[string]any{"url": hidden["addresses"]})
	if now := ok[api.Post](t, s); now.State != "published" {
		t.Errorf("%+v", now)
	}
}

// Who is limited to channels connects those again, and no other: not even one that the
// workspace has, of which they are told nothing.
func TestWhoIsLimitedConnectsTheirChannelsAgain(t *testing.T) {
	p, ada, mia, hidden, seen := limited(t, storetest.SQLite(t), access.Manager)
	ask := func(by house, id string) {
		p.do(func(ctx context.Context, tx *store.Tx) error {
			g := channel.Grant{ID: id, Workspace: by.by.Workspace, User: by.by.User, Network: "mastodon"}
			if err := channel.Ask(ctx, tx, p.house.Keys, g, channel.Kept{}); err != nil {
				return err
			}
			g, err := channel.CameBack(ctx, tx, by.by, "mastodon", id)
			if err != nil {
				return err
			}
			var all []network.Account
			for _, a := range []string{"account-Zyxwvut", "account-Abcdefg", "account-new"} {
				all = append(all, network.Account{Base: nowhere, ID: a, Handle: a, Keys: `{"token":"another"}`})
			}
			return channel.Conclude(ctx, tx, p.house.Keys, g, channel.Kept{Accounts: all})
		})
	}
	ask(mia, "attempt of mia's")
	ask(ada, "attempt of ada's")
	for i, a := range ok[api.Grant](t, p.with(ada, "GET", "/grants/attempt of ada's", nil)).Accounts {
		if want := []string{hidden["mastodon"], seen["mastodon"], ""}[i]; a.ChannelID != want || !a.Fits {
			t.Errorf("%+v", a)
		}
	}
	for i, a := range ok[api.Grant](t, p.with(mia, "GET", "/grants/attempt of mia's", nil)).Accounts {
		if want := []string{"", seen["mastodon"], ""}[i]; a.ChannelID != want || a.Fits != (want != "") {
			t.Errorf("%+v", a)
		}
	}
	before := p.rows()
	for _, a := range []string{"account-Zyxwvut", "account-new"} {
		if told := refused(t, p.with(mia, "POST", "/grants/attempt of mia's", map[string]any{"accounts": []string{"account-Abcdefg", a}}), 403, "denied"); !strings.Contains(told.Detail, "limited") {
			t.Errorf("%+v", told)
		}
	}
	if all := changed(before, p.rows()); len(all) > 0 {
		t.Errorf("%s", all)
	}
	made := ok[api.Page[api.Channel]](t, p.with(mia, "POST", "/grants/attempt of mia's", map[string]any{"accounts": []string{"account-Abcdefg"}})).Items
	if len(made) != 1 || made[0].ID != seen["mastodon"] {
		t.Errorf("%+v", made)
	}
}

// Who is limited to channels hears what is new there, by the post or by the publication,
// and what has no id; and nothing of other channels.
func TestNewsReachWhoIsLimitedToChannels(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		p, _, mia, hidden, seen := limited(t, db, access.Moderator)
		ctx, hang := context.WithTimeout(t.Context(), soonEnough)
		defer hang()
		r, err := http.NewRequestWithContext(ctx, "GET", p.url+"/api/v1/news", nil)
		p.must(err)
		r.Header.Set("Authorization", "Bearer "+mia.token)
		res, err := http.DefaultClient.Do(r)
		p.must(err)
		defer res.Body.Close() //nolint:errcheck // it was only read
		lines := bufio.NewScanner(res.Body)
		for lines.Scan() && lines.Text() != "retry: 2000" { // from here on it is heard
		}
		p.do(func(_ context.Context, tx *store.Tx) error {
			for _, ids := range []things{hidden, seen} {
				for _, n := range [][2]string{{"posts", "posts"}, {"posts", "publications"}, {"inbox", "conversations"}, {"people", "people"}, {"channels", "channels"}, {"rules", "verdicts"}} {
					p.house.Tell(tx, mia.by.Workspace, n[0], ids[n[1]])
				}
			}
			p.house.Tell(tx, mia.by.Workspace, "rules", seen["rules"])
			p.house.Tell(tx, mia.by.Workspace, "asides", "") // for who connects channels
			for _, topic := range []string{"channels", "posts", "inbox", "people", "today"} {
				p.house.Tell(tx, mia.by.Workspace, topic, "")
			}
			return nil
		})
		heard := map[string]bool{}
		for lines.Scan() {
			if text, is := strings.CutPrefix(lines.Text(), "data: "); is {
				for kind, id := range hidden {
					if kind != "rules" && strings.Contains(text, `"`+id+`"`) {
						t.Errorf("it tells of the hidden %s: %s", kind, text)
					}
				}
				topic, rest, _ := strings.Cut(strings.TrimPrefix(text, `{"topic":"`), `","id":"`)
				id, _, _ := strings.Cut(rest, `"`)
				heard[topic+" "+id] = true
				if topic == "asides" {
					t.Error("a moderator hears of what is set aside")
				}
				if topic == "today" {
					break
				}
			}
		}
		p.must(lines.Err())
		for _, want := range []string{"posts " + seen["posts"], "posts " + seen["publications"], "inbox " + seen["conversations"], "people " + seen["people"], "channels " + seen["channels"],
			"rules " + seen["verdicts"], "rules " + seen["rules"], "channels ", "posts ", "inbox ", "people ", "today "} {
			if !heard[want] {
				t.Errorf("“%s” was not heard", want)
			}
		}
	})
}
