package linkedin_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	pretended "github.com/kithhq/kith/internal/sandbox/linkedin"
)

const redirect = "http://127.0.0.1:1/connect/linkedin"

func (w *ours) asking() network.Asking {
	return network.Asking{App: w.app, Redirect: redirect, State: "st-1"}
}

func (w *ours) authorize(a network.Asking) string {
	w.t.Helper()
	going, err := w.driver.Authorize(w.t.Context(), a)
	if err != nil {
		w.t.Fatal(err)
	}
	return going.URL
}

// sign signs in and gives the accounts.
func (w *ours) sign() []network.Account {
	w.t.Helper()
	back := consent(w.t, w.authorize(w.asking()))
	if back.Get("state") != "st-1" {
		w.t.Errorf("the state came back as %q", back.Get("state"))
	}
	all, err := w.driver.Grant(w.t.Context(), w.asking(), back)
	if err != nil {
		w.t.Fatal(err)
	}
	return all
}

func TestSigningInOffersTheMemberAndThePages(t *testing.T) {
	w := open(t, pretended.Options{Partner: true})
	second := w.net.AddPage("Atelier des Halles", w.member)
	w.net.SetRole(second.Number, w.member.Number, "CONTENT_ADMINISTRATOR")
	third := w.net.AddPage("Only looked at", w.member)
	w.net.SetRole(third.Number, w.member.Number, "ANALYST")
	all := w.sign()
	var names []string
	for _, a := range all {
		names = append(names, a.Name)
	}
	if !slices.Equal(names, []string{"Camille Keeper", "Librairie Hirondelle", "Atelier des Halles"}) {
		t.Fatalf("offered %v", names)
	}
	if all[0].ID != w.member.URN || all[1].ID != w.page.URN || all[1].Handle != "librairie-hirondelle" || all[2].Warning == "" {
		t.Errorf("%+v", all)
	}
	for _, a := range all {
		if strings.Contains(a.Warning+a.URL, "AQ") {
			t.Errorf("a token is shown: %+v", a)
		}
	}
	conn := w.as(all[1])
	w.must(conn, w.part("With a key from the page of consent"))
	health, _, err := w.driver.Check(t.Context(), conn)
	if err != nil || health.State != "ok" || health.Followers != 1204 {
		t.Errorf("%+v, %v", health, err)
	}
	// The member posts too.
	w.must(w.as(all[0]), w.part("As myself"))
	if made := w.ledger("publish"); len(made) != 2 || made[1].Account != w.member.URN {
		t.Errorf("%+v", made)
	}
}

func TestSigningInWithoutApproval(t *testing.T) {
	w := open(t, pretended.Options{Scopes: []string{"openid", "profile", "w_member_social"}})
	// The app asks for more than it has.
	_, err := w.driver.Grant(t.Context(), w.asking(), consent(t, w.authorize(w.asking())))
	kind(t, err, fault.Denied)
	if _, hint := fault.Shown(err); !strings.Contains(hint, "Access") {
		t.Errorf("the hint is %q", hint)
	}
	w.app.Extra = map[string]string{"access": "share"}
	all := w.sign()
	if len(all) != 1 || all[0].ID != w.member.URN || all[0].Name != "Camille Keeper" || all[0].Warning == "" {
		t.Fatalf("%+v", all)
	}
	conn := w.as(all[0])
	w.must(conn, w.part("As myself"))
	health, _, err := w.driver.Check(t.Context(), conn)
	if err != nil || health.State != "ok" || !strings.Contains(health.Text, "does not show") {
		t.Errorf("%+v, %v", health, err)
	}
	w.app.Extra["access"] = "everything"
	if _, err := w.driver.Authorize(t.Context(), w.asking()); !fault.Is(err, fault.Invalid) {
		t.Errorf("an odd access: %v", err)
	}
}

func TestSigningInThatFails(t *testing.T) {
	w := open(t, pretended.Options{})
	for name, back := range map[string]url.Values{
		"denied":  {"error": {"user_cancelled_authorize"}},
		"unknown": {"error": {"something_new"}},
		"wrong":   {"code": {"AQwrong"}},
	} {
		if _, err := w.driver.Grant(t.Context(), w.asking(), back); !fault.Is(err, fault.Denied) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := w.driver.Grant(t.Context(), w.asking(), url.Values{}); !fault.Is(err, fault.Invalid) {
		t.Errorf("nothing: %v", err)
	}
	back := consent(t, w.authorize(w.asking()))
	if _, err := w.driver.Grant(t.Context(), w.asking(), back); err != nil {
		t.Fatal(err)
	}
	if _, err := w.driver.Grant(t.Context(), w.asking(), back); !fault.Is(err, fault.Denied) {
		t.Errorf("a code is good twice: %v", err)
	}
	w.stage.Clock.Advance(time.Hour)
	late := consent(t, w.authorize(w.asking()))
	w.stage.Clock.Advance(31 * time.Minute)
	if _, err := w.driver.Grant(t.Context(), w.asking(), late); !fault.Is(err, fault.Denied) {
		t.Errorf("a code that is over: %v", err)
	}
	fresh := consent(t, w.authorize(w.asking()))
	w.app.Secret = "another-secret"
	_, err := w.driver.Grant(t.Context(), w.asking(), fresh)
	kind(t, err, fault.Denied)
	if text, _ := fault.Shown(err); !strings.Contains(text, "client ID") || strings.Contains(err.Error(), "another-secret") {
		t.Errorf("%v", err)
	}
	w.app = network.App{}
	if _, err := w.driver.Authorize(t.Context(), w.asking()); !fault.Is(err, fault.Invalid) {
		t.Errorf("without an app: %v", err)
	}
}

// renewals is the promise of the suite, with the app that it needs.
func renewals(t *testing.T) {
	t.Helper()
	for _, rotate := range []bool{false, true} {
		w := open(t, pretended.Options{Partner: true, Rotate: rotate})
		conn := w.as(w.sign()[1])
		ends := w.stage.Clock.Now().Add(365 * 24 * time.Hour) // of what renews the key, however often it does
		health, keys, err := w.driver.Check(t.Context(), conn)
		if err != nil || keys != "" || health.Expires.Sub(ends).Abs() > time.Hour {
			t.Fatalf("fresh keys: %+v, changed: %v, %v", health, keys != "", err)
		}
		for range 5 { // until the version of the API ends
			w.stage.Clock.Advance(50 * 24 * time.Hour)
			health, keys, err := w.driver.Check(t.Context(), conn)
			if err != nil || health.State != "ok" && !strings.Contains(health.Text, "version") || keys == "" || keys == conn.Keys || health.Expires.Sub(ends).Abs() > time.Hour {
				t.Fatalf("rotate %v: health %+v, new keys: %v, %v", rotate, health, keys != "" && keys != conn.Keys, err)
			}
			conn.Keys = keys
			if _, again, err := w.driver.Check(t.Context(), conn); err != nil || again != "" {
				t.Fatalf("keys that are fresh were changed again: %v, %v", again != "", err)
			}
		}
	}
}

func TestKeysAreRenewedAheadOfTime(t *testing.T) { renewals(t) }

func TestKeysThatCannotBeRenewedAreSaid(t *testing.T) {
	w := open(t, pretended.Options{})
	conn := w.as(w.sign()[1])
	w.stage.Clock.Advance(50 * 24 * time.Hour)
	health, keys, err := w.driver.Check(t.Context(), conn)
	if err != nil || health.State != "warn" || !strings.Contains(health.Text, "2027-01-25") || health.Fix == "" || keys != "" || health.Expires.Format(time.DateOnly) != "2027-01-25" {
		t.Errorf("%+v, %v", health, err)
	}
	w.stage.Clock.Advance(11 * 24 * time.Hour)
	health, _, err = w.driver.Check(t.Context(), conn)
	if err != nil || health.State != "broken" {
		t.Errorf("%+v, %v", health, err)
	}
	_, err = w.send(conn, w.part("too late"))
	kind(t, err, fault.Denied)
}

func TestTheEndOfAYearOfRenewalsIsSaid(t *testing.T) {
	w := open(t, pretended.Options{Partner: true})
	conn := w.as(w.sign()[1])
	for range 7 {
		w.stage.Clock.Advance(51 * 24 * time.Hour) // 357 days
		if _, keys, err := w.driver.Check(t.Context(), conn); err == nil && keys != "" {
			conn.Keys = keys
		}
	}
	health, _, err := w.driver.Check(t.Context(), conn)
	// The version of the API ends in that year as well, and is the graver matter.
	if err != nil || health.State == "ok" {
		t.Errorf("%+v, %v", health, err)
	}
}

func TestATypedTokenIsLookedInto(t *testing.T) {
	w := open(t, pretended.Options{})
	health, keys, err := w.driver.Check(t.Context(), w.conn)
	if err != nil || health.State != "ok" || keys == "" {
		t.Fatalf("%+v, %v, %v", health, keys != "", err)
	}
	w.conn.Keys = keys
	if _, again, err := w.driver.Check(t.Context(), w.conn); err != nil || again != "" {
		t.Errorf("changed again: %v, %v", again != "", err)
	}
	few := w.connect(w.net.Issue(w.member.Number, "r_basicprofile", "rw_organization_admin", "w_organization_social"), w.page.Number)
	health, _, err = w.driver.Check(t.Context(), few)
	if err != nil || health.State != "warn" || !strings.Contains(health.Text, "r_organization_social") {
		t.Errorf("%+v, %v", health, err)
	}
	w.net.Revoke(w.member.Number)
	health, _, err = w.driver.Check(t.Context(), w.conn)
	if err != nil || health.State != "broken" || !strings.Contains(health.Text, "taken it back") {
		t.Errorf("%+v, %v", health, err)
	}
}

func TestAnAppUnderDevelopmentAsksOneByOne(t *testing.T) {
	w := open(t, pretended.Options{Development: true})
	if all := w.sign(); len(all) != 2 || all[1].Name != "Librairie Hirondelle" {
		t.Errorf("%+v", all)
	}
}
