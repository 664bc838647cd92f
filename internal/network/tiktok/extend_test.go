package tiktok_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/network/tiktok"
	"github.com/kithhq/kith/internal/sandbox"
	pretended "github.com/kithhq/kith/internal/sandbox/tiktok"
	"github.com/kithhq/kith/internal/secret"
)

// alone is a world whose account has let in the first app, and not the one for comments.
func alone(t *testing.T, last *place) *networktest.World {
	t.Helper()
	return networktest.NewWorld(t, entering(t, quick(), last))
}

func entering(t *testing.T, o pretended.Options, last *place) networktest.Harness {
	t.Helper()
	h := harness(o, last)
	h.Enter = func(w *networktest.World) (network.Account, network.App) { return enter(w), app() }
	return h
}

// enter connects by the first page of consent.
func enter(w *networktest.World) network.Account {
	t := w.T()
	t.Helper()
	d := w.Driver.(*tiktok.Driver)
	going, err := d.Authorize(t.Context(), asking())
	if err != nil {
		t.Fatal(err)
	}
	accounts, err := d.Grant(t.Context(), asking(), follow(t, going.URL))
	if err != nil {
		t.Fatal(err)
	}
	return accounts[0]
}

func asking() network.Asking {
	return network.Asking{App: app(), Redirect: "https://kith.example.org/connect/tiktok", State: "s1"}
}

// sent goes to the second page of consent; more goes into its address.
func sent(t *testing.T, w *networktest.World, more url.Values) url.Values {
	t.Helper()
	going, err := w.Driver.(network.Extender).AuthorizeMore(t.Context(), asking())
	if err != nil {
		t.Fatal(err)
	}
	return follow(t, going.URL+"&"+more.Encode())
}

// extend connects comments.
func extend(t *testing.T, w *networktest.World, more url.Values) (network.Account, error) {
	t.Helper()
	return w.Driver.(network.Extender).GrantMore(t.Context(), asking(), w.Conn, sent(t, w, more))
}

func TestCommentsAreConnectedByASecondConsent(t *testing.T) {
	var tt place
	w := alone(t, &tt)
	if w.Account.Granted.Sort != "plain" || w.Account.Limits.Comment || !strings.Contains(w.Account.Warning, "Comments are not connected") {
		t.Fatalf("%+v", w.Account)
	}
	_, post := w.Publish("a film")
	a, err := extend(t, w, nil)
	if err != nil {
		t.Fatal(err)
	}
	g := a.Granted
	if a.ID != tt.ID || g.Sort != "business" || g.Alias != tt.BusinessID || g.Extended != network.ExtendedWell || !a.Limits.Comment || !slices.Contains(g.Rights, "comment.list.manage") {
		t.Errorf("%+v", a)
	}
	w.Conn.Keys, w.Conn.Limits = a.Keys, a.Limits
	_, cursor := w.Read("")
	w.Act(sandbox.Act{Kind: "comment", Target: post.ID, Text: "lovely", Person: "p001"})
	events, _ := w.Read(cursor)
	if len(events) != 1 || events[0].Text != "lovely" {
		t.Fatalf("%+v", events)
	}
	if _, err := w.Driver.(network.Replier).Reply(t.Context(), w.Conn, w.Answer("thank you", events[0].Ref)); err != nil {
		t.Error(err)
	}
	health, _, err := w.Driver.(network.Checker).Check(t.Context(), w.Conn)
	if err != nil || health.State != "ok" || health.Granted.Alias != tt.BusinessID || health.Granted.Extended != network.ExtendedWell {
		t.Errorf("%+v, %v", health, err)
	}
	// Once more, as somebody does who wants to see whether it helps: TikTok would send them
	// back without a code, had the page not been asked for.
	if _, err := extend(t, w, nil); err != nil {
		t.Errorf("again: %v", err)
	}
}

func TestWhatGoesWrongWithTheSecondConsentIsSaid(t *testing.T) {
	var tt place
	w := alone(t, &tt)
	other := tt.Account("another", "Another One")
	d := w.Driver.(*tiktok.Driver)
	refused := func(name string, err error, kind fault.Kind, says string) {
		t.Helper()
		text, hint := fault.Shown(err)
		if !fault.Is(err, kind) || !strings.Contains(text, says) || hint == "" {
			t.Errorf("%s: %v (%s)", name, err, hint)
		}
	}
	_, err := d.GrantMore(t.Context(), asking(), w.Conn, sent(t, w, url.Values{"deny": {"1"}}))
	refused("who says no", err, fault.Denied, "did not let us in")
	_, err = d.GrantMore(t.Context(), asking(), w.Conn, url.Values{})
	refused("no code", err, fault.Invalid, "no code")
	_, err = d.GrantMore(t.Context(), asking(), w.Conn, url.Values{"auth_code": {"nonsense"}})
	refused("a code that is none", err, fault.Denied, "ten minutes")
	_, err = extend(t, w, url.Values{"as": {other.ID}})
	refused("another account", err, fault.Invalid, "another account: another")
	_, err = extend(t, w, url.Values{"only": {"user.info.basic,video.list"}})
	refused("no right to comments", err, fault.Denied, "read comments")
	_, err = extend(t, w, url.Values{"only": {"video.list,comment.list,comment.list.manage"}})
	refused("nobody says who it is", err, fault.Denied, "does not allow this")

	wrong := asking()
	wrong.App.Extra["business_app_secret"] = "another"
	_, err = d.GrantMore(t.Context(), wrong, w.Conn, sent(t, w, nil))
	refused("a wrong secret", err, fault.Denied, "its secret is wrong")
	elsewhere := asking()
	elsewhere.Redirect = "https://elsewhere.example.org/connect/tiktok"
	_, err = d.GrantMore(t.Context(), elsewhere, w.Conn, sent(t, w, nil))
	refused("another address", err, fault.Denied, "ten minutes")

	back := sent(t, w, nil)
	w.Stage.Clock.Advance(10*time.Minute + time.Second)
	_, err = d.GrantMore(t.Context(), asking(), w.Conn, back)
	refused("too late", err, fault.Denied, "ten minutes")
	back = sent(t, w, nil)
	if _, err := d.GrantMore(t.Context(), asking(), w.Conn, back); err != nil {
		t.Fatal(err)
	}
	_, err = d.GrantMore(t.Context(), asking(), w.Conn, back)
	refused("the code once more", err, fault.Denied, "ten minutes")

	for name, address := range map[string]string{"": "is not entered yet", "https://evil.example.org/v2/auth/authorize?client_key=x": "not the authorization URL",
		"http://www.tiktok.com/v2/auth/authorize?client_key=x": "not the authorization URL", "https://www.tiktok.com/": "not the authorization URL", "7300000000000000001": "not the authorization URL"} {
		ask := asking()
		ask.App.Extra["business_authorize_url"] = address
		_, err := d.AuthorizeMore(t.Context(), ask)
		refused("the address "+name, err, fault.Invalid, map[bool]string{true: "is not entered yet", false: "not the authorization URL"}[address == ""])
	}
}

// Keys of an account that nobody will use are ended.
func TestKeysOfAnotherAccountAreEnded(t *testing.T) {
	var tt place
	w := alone(t, &tt)
	other := tt.Account("another", "Another One")
	if _, err := extend(t, w, url.Values{"as": {other.ID}}); !fault.Is(err, fault.Invalid) {
		t.Fatal(err)
	}
	if n := len(slices.DeleteFunc(w.Front.Requests(), func(r networktest.Request) bool { return !strings.HasSuffix(r.Path, "/tt_user/oauth2/revoke/") })); n != 1 {
		t.Errorf("ended %d times", n)
	}
}

func TestFewerRightsForCommentsAreSaid(t *testing.T) {
	w := alone(t, nil)
	a, err := extend(t, w, url.Values{"only": {"user.info.basic,video.list,comment.list"}})
	if err != nil || a.Granted.Extended != network.ExtendedBroken || a.Limits.Comment {
		t.Fatalf("%+v, %v", a, err)
	}
	denied := w.Driver.Profile().Denies(a.Granted)
	for _, act := range []network.Action{network.ActReply, network.ActHide, network.ActLike, network.ActPin, network.ActDeleteReply, network.ActFirstComment} {
		if why := denied[act]; !strings.Contains(why.Instead, "Connect comments again") {
			t.Errorf("%s: %+v", act, why)
		}
	}
	if _, no := denied[network.ActPoll]; no {
		t.Error("comments can be read, and it is denied")
	}
	w.Conn.Keys = a.Keys
	health, _, err := w.Driver.(network.Checker).Check(t.Context(), w.Conn)
	if err != nil || health.State != "warn" || !strings.Contains(health.Text, "Not all rights") || !strings.Contains(health.Fix, "Connect comments again") {
		t.Errorf("%+v, %v", health, err)
	}
}

func TestKeysForCommentsThatEndAreSaid(t *testing.T) {
	for name, end := range map[string]func(w *networktest.World, tt *place){
		"the account took them away": func(_ *networktest.World, tt *place) { tt.DisconnectBusiness(tt.ID) },
		"what renews them ended":     func(w *networktest.World, _ *place) { w.Stage.Clock.Advance(366 * 24 * time.Hour) },
	} {
		t.Run(name, func(t *testing.T) {
			var tt place
			w := alone(t, &tt)
			a, err := extend(t, w, nil)
			if err != nil {
				t.Fatal(err)
			}
			w.Conn.Keys, w.Conn.Renew = a.Keys, nil
			end(w, &tt)
			if name != "the account took them away" { // the first consent was given again meanwhile
				d := w.Driver.(*tiktok.Driver)
				going, err := d.Authorize(t.Context(), asking())
				if err != nil {
					t.Fatal(err)
				}
				accounts, err := d.Grant(t.Context(), asking(), follow(t, going.URL))
				if err != nil {
					t.Fatal(err)
				}
				w.Conn.Keys = d.Carry(accounts[0], a.Keys).Keys
			}
			health, _, err := w.Driver.(network.Checker).Check(t.Context(), w.Conn)
			if err != nil || health.State != "warn" || health.Granted.Extended != network.ExtendedBroken || !strings.Contains(health.Fix, "Connect comments again") {
				t.Errorf("%+v, %v", health, err)
			}
			w.Publish("posts go out all the same")
			if a, err = extend(t, w, nil); err != nil {
				t.Fatal(err)
			}
			w.Conn.Keys = w.Driver.(network.Extender).Carry(network.Account{Keys: w.Conn.Keys}, a.Keys).Keys
			if health, _, err := w.Driver.(network.Checker).Check(t.Context(), w.Conn); err != nil || health.State != "ok" {
				t.Errorf("after the consent was given anew: %+v, %v", health, err)
			}
		})
	}
}

func TestARenewedKeyForCommentsIsGoodOnce(t *testing.T) {
	w := alone(t, nil)
	a, err := extend(t, w, nil)
	if err != nil {
		t.Fatal(err)
	}
	w.Conn.Keys, w.Conn.Renew = a.Keys, nil
	w.Stage.Clock.Advance(19 * time.Hour)
	check := w.Driver.(network.Checker).Check
	health, fresh, err := check(t.Context(), w.Conn)
	if err != nil || health.State != "ok" || fresh == "" {
		t.Fatalf("%+v, %v", health, err)
	}
	w.Stage.Clock.Advance(6 * time.Hour)
	w.Conn.Keys = w.Driver.(network.Extender).Carry(network.Account{Keys: fresh}, a.Keys).Keys // the older ones bring nothing back
	if w.Conn.Keys != fresh {
		t.Error("old keys took the place of newer ones")
	}
	if health, _, err := check(t.Context(), w.Conn); err != nil || health.State != "ok" {
		t.Errorf("%+v, %v", health, err)
	}
}

func TestConnectingAgainKeepsComments(t *testing.T) {
	var tt place
	w := alone(t, &tt)
	a, err := extend(t, w, nil)
	if err != nil {
		t.Fatal(err)
	}
	d := w.Driver.(*tiktok.Driver)
	again := d.Carry(w.Account, a.Keys)
	if again.Granted.Alias != tt.BusinessID || !again.Limits.Comment || again.Warning != "" {
		t.Errorf("%+v", again)
	}
	if bare := d.Carry(w.Account, w.Account.Keys); bare.Keys != w.Account.Keys || bare.Granted.Sort != "plain" {
		t.Errorf("of nothing comes %+v", bare)
	}
	if broken := d.Carry(w.Account, secret.Text("{")); broken.Keys != w.Account.Keys {
		t.Error("what cannot be read changes keys")
	}
}
