package lemmy_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/sandbox"
	pretended "github.com/kithhq/kith/internal/sandbox/lemmy"
)

func TestASecondFactorIsAskedFor(t *testing.T) {
	w := open(t, pretended.Options{})
	w.lemmy.Second(w.us.Username, "123456")
	connect := w.Driver.(network.Connector)
	fields := w.Fields()
	for code, kind := range map[string]fault.Kind{"": fault.Denied, "654321": fault.Denied} {
		fields["code"] = code
		_, err := connect.Connect(t.Context(), fields)
		var said *fault.Error
		if !fault.Is(err, kind) || !asFault(err, &said) || said.Field != "code" || said.Hint == "" {
			t.Errorf("code %q: %+v", code, err)
		}
	}
	fields["code"] = "123 456" // as authenticators show it
	account, err := connect.Connect(t.Context(), fields)
	if err != nil || account.Keys == "" || strings.Contains(account.Keys.Reveal(), w.us.Password) {
		t.Errorf("%+v, %v: the password must not be kept", account, err)
	}
}

func asFault(err error, into **fault.Error) bool {
	e, ok := err.(*fault.Error) //nolint:errorlint // a driver's own error, unwrapped
	*into = e
	return ok
}

func TestAServerThatIsNoneOrTooNewIsSaid(t *testing.T) {
	for what, handler := range map[string]http.HandlerFunc{
		"no Lemmy": func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"title":"a blog"}`) },
		"a page":   func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) },
		"version 1": func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, `{"site_view":{"site":{"actor_id":"https://new.test/"}},"version":"1.0.2"}`)
		},
	} {
		server := httptest.NewServer(handler)
		w := open(t, pretended.Options{})
		_, err := w.Driver.(network.Connector).Connect(t.Context(), map[string]string{"server": server.URL, "username": "a", "password": "b"})
		var said *fault.Error
		if !fault.Is(err, fault.Invalid) || !asFault(err, &said) || said.Field != "server" || said.Hint == "" {
			t.Errorf("%s: %v", what, err)
		}
		server.Close()
	}
	// A server that we are connected to is made newer.
	w := open(t, pretended.Options{})
	w.Front.Instead(func(rw http.ResponseWriter, _ *http.Request) bool {
		fmt.Fprint(rw, `{"site_view":{"site":{}},"version":"1.0.2"}`)
		return true
	})
	health, _, err := w.Driver.(network.Checker).Check(t.Context(), w.Conn)
	if err != nil || health.State != "broken" || health.Fix == "" {
		t.Errorf("health %+v, %v", health, err)
	}
}

func TestWhatModeratorsAloneMayDoIsRefusedElsewhere(t *testing.T) {
	w := open(t, pretended.Options{})
	community := w.lemmy.Community(w.us.Username, "books", "Books", false)
	part := w.Part("in somebody else's house")
	part.Options["community"] = community
	sent, err := w.Send(part)
	if err != nil {
		t.Fatal(err)
	}
	_, cursor := w.Read("")
	w.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: "rude", Person: "p002"})
	events, _ := w.Read(cursor)
	if len(events) != 1 {
		t.Fatalf("%+v", events)
	}
	for what, err := range map[string]error{
		"hide": w.Driver.(network.Hider).Hide(t.Context(), w.Conn, events[0].Ref, true),
		"pin":  w.Driver.(network.Pinner).Pin(t.Context(), w.Conn, sent.Ref, true),
	} {
		if _, hint := fault.Shown(err); !fault.Is(err, fault.Denied) || hint == "" {
			t.Errorf("%s: %v", what, err)
		}
	}
	// Our own community is ours.
	_, ours := w.Publish("at home")
	if err := w.Driver.(network.Pinner).Pin(t.Context(), w.Conn, ours.Ref, true); err != nil {
		t.Error(err)
	}
	if err := w.Driver.(network.Pinner).Pin(t.Context(), w.Conn, events[0].Ref, true); !fault.Is(err, fault.Invalid) {
		t.Errorf("a comment was pinned: %v", err)
	}
	// Closed to all but its moderators.
	part = w.Part("let me in")
	part.Options["community"] = w.lemmy.Community(w.us.Username, "news", "News", true)
	if _, err := w.Send(part); !fault.Is(err, fault.Denied) {
		t.Errorf("%v", err)
	}
	choices, err := w.Driver.(network.Chooser).Choices(t.Context(), w.Conn, network.Choosing{Option: "community"})
	if err != nil || len(choices) != 2 || choices[0].Value != w.us.Community || choices[1].Label != "Books (!books@lemmy.test)" {
		t.Errorf("choices %+v, %v", choices, err)
	}
}

func TestALinkWithoutItsClicksIsStillOurs(t *testing.T) {
	w := open(t, pretended.Options{})
	part := w.Part("See https://example.org/a?utm_source=kith&q=caf%C3%A9&utm_medium=post#top, https://example.org/?utm_source=kith and more")
	part.Link = "https://example.org/b?utm_campaign=x"
	w.Weather(sandbox.Mishap{Kind: sandbox.LostAnswer, Action: sandbox.Publish, Times: 1})
	if _, err := w.Send(part); !fault.Is(err, fault.Uncertain) {
		t.Fatal(err)
	}
	look, err := w.Find(part, part.At.Add(-time.Minute))
	if err != nil || len(look.Near) != 1 || look.Near[0].Text != part.Text || look.Near[0].Media != 0 {
		t.Errorf("%+v, %v", look, err)
	}
	other := part
	other.Title = "Another title"
	if look, err := w.Find(other, part.At.Add(-time.Minute)); err != nil || len(look.Near) != 0 || !look.Complete {
		t.Errorf("under another title: %+v, %v", look, err)
	}
	other = part
	other.Text = strings.Replace(part.Text, "q=caf", "q=th", 1)
	if look, err := w.Find(other, part.At.Add(-time.Minute)); err != nil || len(look.Near) != 1 || look.Near[0].Text == other.Text {
		t.Errorf("with another address: %+v, %v", look, err)
	}
}

// Lemmy writes a post, and then votes for it in our name: a word that is not one of
// those before may come after.
func TestARefusalThatMayComeTooLateIsADoubt(t *testing.T) {
	w := open(t, pretended.Options{})
	part := w.Part("twice is once too often")
	w.Front.Instead(func(rw http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodPost || r.URL.Path != "/api/v3/post" {
			return false
		}
		w.Front.Next().ServeHTTP(httptest.NewRecorder(), r)
		rw.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(rw, `{"error":"couldnt_like_post"}`)
		return true
	})
	if _, err := w.Send(part); !fault.Is(err, fault.Uncertain) {
		t.Fatal(err)
	}
	w.Front.Instead(nil)
	if look, err := w.Find(part, part.At.Add(-time.Minute)); err != nil || len(look.Near) != 1 {
		t.Errorf("%+v, %v", look, err)
	}
}

func TestWordsOfTheServerAreUnderstood(t *testing.T) {
	w := open(t, pretended.Options{})
	_, sent := w.Publish("closed soon")
	comment := w.Answer("hello", sent.Ref)
	for what, c := range map[string]struct {
		do    func(*network.Part)
		field string
	}{
		"title of two":   {func(p *network.Part) { p.Title = "ab" }, "title"},
		"a slur":         {func(p *network.Part) { p.Text = "badword" }, "text"},
		"a blocked link": {func(p *network.Part) { p.Link = "https://blocked.test/" }, "link"},
		"no link":        {func(p *network.Part) { p.Link = "javascript:alert(1)" }, "link"},
		"no community":   {func(p *network.Part) { p.Options = nil }, "options"},
		"a lost one":     {func(p *network.Part) { p.Options["community"] = "999" }, "options"},
	} {
		part := w.Part("hello")
		c.do(&part)
		_, err := w.Send(part)
		var said *fault.Error
		if !fault.Is(err, fault.Invalid) || !asFault(err, &said) || said.Field != c.field || said.Hint == "" {
			t.Errorf("%s: %+v", what, err)
		}
	}
	if err := w.lemmy.Lock(sent.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Driver.(network.Replier).Reply(t.Context(), w.Conn, comment); err != nil {
		t.Errorf("a moderator writes below what is locked: %v", err)
	}
}

func TestALanguageGoesAlongWhereItIsTaken(t *testing.T) {
	w := open(t, pretended.Options{})
	w.lemmy.Only(w.us.Community, 0, 47) // undetermined, French
	for lang, want := range map[string]any{"fr-CA": 47.0, "en": nil, "tlh": nil} {
		part := w.Part("words")
		part.Langs = []string{lang}
		if _, err := w.Send(part); err != nil {
			t.Fatal(err)
		}
		all := w.Front.Requests()
		var body map[string]any
		if err := json.Unmarshal(all[len(all)-1].Body, &body); err != nil || body["language_id"] != want {
			t.Errorf("%s went out as %v, %v", lang, body["language_id"], err)
		}
	}
}

func TestImagesStayWhenWordsChange(t *testing.T) {
	w := open(t, pretended.Options{})
	part := w.Part("three of them")
	for _, alt := range []string{"one", "two [2]", "three"} {
		part.Media = append(part.Media, networktest.Picture("image/png", 24, 16, alt))
	}
	sent, err := w.Send(part)
	if err != nil {
		t.Fatal(err)
	}
	change := part
	change.Text = "and other words"
	if _, err := w.Driver.(network.Editor).Edit(t.Context(), w.Conn, sent.Ref, change); err != nil {
		t.Fatal(err)
	}
	made := w.Ledger(sandbox.Edit)
	if len(made) != 1 || !strings.HasPrefix(made[0].Text, "and other words\n\n![two (2)](") || strings.Count(made[0].Text, "/pictrs/image/") != 2 {
		t.Errorf("%+v", made)
	}
	if look, err := w.Find(change, part.At.Add(-time.Minute)); err != nil || len(look.Near) != 1 || look.Near[0].Text != change.Text || look.Near[0].Media != 3 {
		t.Errorf("%+v, %v", look, err)
	}
	// A comment of ours is changed as well.
	said, err := w.Driver.(network.Replier).Reply(t.Context(), w.Conn, w.Answer("below", sent.Ref))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Driver.(network.Editor).Edit(t.Context(), w.Conn, said.Ref, network.Part{Text: "below it"}); err != nil || w.Ledger(sandbox.Edit)[1].Text != "below it" {
		t.Errorf("%v", err)
	}
}

// More than one Read walks through comes in several, and nothing is left out.
// somebody gives a person of our server, or of another one.
func TestWhoIsGoneIsLetBackAndNotKeptOut(t *testing.T) {
	w := open(t, pretended.Options{})
	banner, nobody := w.Driver.(network.Banner), network.Author{ID: "999999"}
	if err := banner.Ban(t.Context(), w.Conn, nobody, false); err != nil {
		t.Error(err)
	}
	if err := banner.Ban(t.Context(), w.Conn, nobody, true); !fault.Is(err, fault.NotFound) {
		t.Error(err)
	}
	if err := banner.Ban(t.Context(), w.Conn, network.Author{ID: "../1"}, true); !fault.Is(err, fault.NotFound) {
		t.Error(err)
	}
}

func TestTheSameWordsToTwoPeopleAreTwoLetters(t *testing.T) {
	w := open(t, pretended.Options{})
	for _, p := range []string{"p001", "p002"} {
		w.Act(sandbox.Act{Kind: "message", Text: "hello", Person: p})
	}
	events, cursor := w.Read("")
	if len(events) != 2 {
		t.Fatalf("%+v", events)
	}
	part := w.Answer("Thank you", events[0].Ref)
	part.Private = true
	if _, err := w.Driver.(network.Replier).Reply(t.Context(), w.Conn, part); err != nil {
		t.Fatal(err)
	}
	part = w.Answer("Thank you", events[1].Ref)
	part.Private = true
	if look, err := w.Find(part, part.At.Add(-time.Minute)); err != nil || len(look.Near) != 0 || !look.Complete {
		t.Errorf("to the other one: %+v, %v", look, err)
	}
	// What we wrote comes back as ours, in the same chat.
	w.Stage.Clock.Advance(time.Minute)
	again, _ := w.Read(cursor)
	for _, e := range again {
		if e.Text == "Thank you" && (e.Kind != network.Ours || e.Thread != events[0].Thread || !e.Private) {
			t.Errorf("%+v, and it belongs to %s", e, events[0].Thread)
		}
		if e.Text == "hello" && e.Kind != network.Direct {
			t.Errorf("%+v", e)
		}
	}
}

func TestALookGoesThroughAllPages(t *testing.T) {
	w := open(t, pretended.Options{})
	part, sent := w.Publish("the first of many")
	for range 60 {
		w.Publish("another one")
	}
	look, err := w.Find(part, part.At.Add(-time.Minute))
	if err != nil || !look.Complete || len(look.Near) != 61 || look.Near[60].ID != sent.ID {
		t.Errorf("%d seen, complete %v, %v", len(look.Near), look.Complete, err)
	}
	if err := w.Driver.(network.Deleter).Delete(t.Context(), w.Conn, network.Ref{ID: "post/999999"}); err != nil {
		t.Errorf("what is gone already: %v", err)
	}
}

func TestOnlyModeratorsClose(t *testing.T) {
	w := open(t, pretended.Options{})
	part := w.Part("in somebody else's place")
	part.Options["community"] = w.lemmy.Community("atelier", "books", "Books", false)
	sent, err := w.Send(part)
	if err != nil {
		t.Fatal(err)
	}
	closer := w.Driver.(network.Closer)
	for _, on := range []bool{true, false} {
		err := closer.Close(t.Context(), w.Conn, sent.Ref, on)
		if text, hint := fault.Shown(err); !fault.Is(err, fault.Denied) || !strings.Contains(text, "moderators") || hint == "" {
			t.Errorf("closed %v: %v", on, err)
		}
	}
	if err := closer.Close(t.Context(), w.Conn, network.Ref{ID: "comment/7"}, true); !fault.Is(err, fault.Invalid) {
		t.Errorf("a comment: %v", err)
	}
	if w.Driver.Profile().Closing.Only == "" {
		t.Error("nobody is told before")
	}
}
