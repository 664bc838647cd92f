package tiktok_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/network/tiktok"
	"github.com/kithhq/kith/internal/sandbox"
)

// hearing is a world whose account lets us hear of mentions, and ears where TikTok knocks.
func hearing(t *testing.T) (*networktest.World, *place, *ears) {
	t.Helper()
	tt, heard := &place{}, &ears{}
	o := quick()
	o.Plain = true                      // our address is on this machine
	o.AccessLasts = 60 * 24 * time.Hour // nothing is to be renewed
	w := networktest.NewWorld(t, entering(t, o, tt))
	account, err := extend(t, w, nil)
	if err != nil {
		t.Fatal(err)
	}
	w.Conn.Keys, w.Conn.App = account.Keys, app()
	hook := heard.at(t, w)
	d := w.Driver.(*tiktok.Driver)
	if stands, err := d.Subscribed(t.Context(), w.Conn, hook); err != nil || stands {
		t.Fatalf("before it was asked: %v, %v", stands, err)
	}
	if lacks, err := d.Subscribe(t.Context(), w.Conn, hook); err != nil || lacks != nil {
		t.Fatalf("%v, %v", lacks, err)
	}
	if stands, err := d.Subscribed(t.Context(), w.Conn, hook); err != nil || !stands {
		t.Fatalf("after it was asked: %v, %v", stands, err)
	}
	return w, tt, heard
}

func kinds(events []network.Event, kind network.EventKind) (all []network.Event) {
	for _, e := range events {
		if e.Kind == kind {
			all = append(all, e)
		}
	}
	return all
}

// A video and a comment that name us are heard by a call and by asking, as one event each.
func TestMentionsAreHeard(t *testing.T) {
	w, tt, heard := hearing(t)
	_, cursor := w.Read("")
	heard.all()

	video := w.Act(sandbox.Act{Kind: "mention", Text: "Une pépite", Person: "p001"}).ID
	said := w.Act(sandbox.Act{Kind: "mention", Target: video, Text: "ils l'ont encore ?", Person: "p002"}).ID
	tt.Settle()
	raws := heard.all()
	told := decoded(t, w, raws)
	mentions, named := kinds(told, network.Mention), kinds(told, network.Named)
	if len(told) != 2 || len(mentions) != 1 || len(named) != 1 {
		t.Fatalf("%+v", told)
	}
	if m := mentions[0]; m.ID != video || m.Thread != video || !strings.Contains(m.Text, "Une pépite") || m.Author.ID == "" || m.Author.Handle == "" || strings.HasPrefix(m.Author.ID, "@") ||
		m.Post != "" || !strings.HasPrefix(m.URL, "https://www.tiktok.com/@"+m.Author.Handle+"/video/") || strings.Contains(m.URL, "?") {
		t.Errorf("%+v", m)
	}
	fetched, err := w.Driver.(network.Fetcher).Fetch(t.Context(), w.Conn, named[0].Ref)
	if err != nil {
		t.Fatal(err)
	}
	events := decoded(t, w, fetched)
	if len(events) != 1 || events[0].Kind != network.Mention || events[0].ID != said || events[0].Thread != said || !strings.Contains(events[0].Text, "ils l'ont encore ?") ||
		events[0].Author.Handle == "" || events[0].Author.ID == "" || strings.HasPrefix(events[0].Author.ID, "@") {
		t.Fatalf("%+v", events)
	}

	// Asked for later, they have the same names. What is listed is left to the webhook at first.
	w.Stage.Clock.Advance(time.Hour)
	if early, err := w.Driver.(network.Reader).Read(t.Context(), w.Conn, cursor); err != nil || len(early.Events) != 0 {
		t.Errorf("%+v, %v", early, err)
	}
	w.Stage.Clock.Advance(4 * time.Hour)
	got, err := w.Driver.(network.Reader).Read(t.Context(), w.Conn, cursor)
	if err != nil {
		t.Fatal(err)
	}
	var same []string
	for _, raw := range got.Events {
		same = append(same, raw.Key)
	}
	if len(raws) != 2 || !slices.Contains(same, "mention "+video) || !slices.Contains(same, fetched[0].Key) || len(same) != 2 {
		t.Errorf("read %v", same)
	}
	for _, e := range decoded(t, w, got.Events) {
		switch {
		case e.ID == video && (e.Author.ID != "@"+strings.ToLower(e.Author.Handle) || e.Author.Handle == ""):
			t.Errorf("of a video a list tells the handle of who made it: %+v", e.Author)
		case e.ID == said && (e.Author.ID != "" || e.Author.Name == ""):
			t.Errorf("of a comment a list tells a shown name alone, which is nobody's: %+v", e.Author)
		}
	}
	// Not every round asks, for they come late anyhow, and none tells again what it told.
	asked := len(mentionCalls(w))
	if _, err := w.Driver.(network.Reader).Read(t.Context(), w.Conn, got.Next); err != nil || len(mentionCalls(w)) != asked {
		t.Errorf("asked %d times more, %v", len(mentionCalls(w))-asked, err)
	}
	w.Stage.Clock.Advance(time.Hour)
	if again, err := w.Driver.(network.Reader).Read(t.Context(), w.Conn, got.Next); err != nil || len(again.Events) != 0 || len(mentionCalls(w)) == asked {
		t.Errorf("told again: %+v, %v", again.Events, err)
	}

	// A caption that is changed.
	w.Act(sandbox.Act{Kind: "edit", Target: video, Text: "@librairie.h fermée lundi", Person: "p001"})
	tt.Settle()
	if edited := decoded(t, w, heard.all()); len(edited) != 2 || edited[0].Kind != network.Mention || edited[1].Kind != network.Edited || edited[1].ID != video || edited[1].Text != "@librairie.h fermée lundi" {
		t.Errorf("%+v", edited)
	}

	// Gone: nothing is fetched, and nothing breaks.
	w.Act(sandbox.Act{Kind: "remove", Target: said, Person: "p002"})
	if fetched, err := w.Driver.(network.Fetcher).Fetch(t.Context(), w.Conn, named[0].Ref); err != nil || len(fetched) != 0 {
		t.Errorf("%+v, %v", fetched, err)
	}
}

func mentionCalls(w *networktest.World) (all []networktest.Request) {
	for _, r := range w.Front.Requests() {
		if strings.Contains(r.Path, "/business/mention/") {
			all = append(all, r)
		}
	}
	return all
}

// A comment that names us below our own post is a comment, whichever way it is told of: also
// below one that is too old for its comments to be read.
func TestAMentionBelowOurPostIsAComment(t *testing.T) {
	w, tt, heard := hearing(t)
	_, post := w.Publish("a film")
	tt.Settle()
	heard.all()
	w.Stage.Clock.Advance(40 * 24 * time.Hour)
	_, cursor := w.Read("")
	said := w.Act(sandbox.Act{Kind: "mention", Target: post.ID, Text: "and you?", Person: "p001"}).ID
	tt.Settle()
	told := decoded(t, w, heard.all())
	if len(kinds(told, network.Named)) != 2 || !slices.ContainsFunc(told, func(e network.Event) bool { return e.Thread == post.ID+"/" }) {
		t.Fatalf("%+v", told)
	}
	w.Stage.Clock.Advance(5 * time.Hour)
	events, _ := w.Read(cursor)
	if len(events) != 1 || events[0].Kind != network.Comment || events[0].ID != said || events[0].Post != post.ID || strings.Contains(string(events[0].Extra), "names") {
		t.Errorf("%+v", events)
	}
}

// What names us in a comment is answered there; all else is refused with what to do.
func TestAMentionIsAnswered(t *testing.T) {
	w, tt, heard := hearing(t)
	video := w.Act(sandbox.Act{Kind: "mention", Text: "Une pépite", Person: "p001"}).ID
	said := w.Act(sandbox.Act{Kind: "mention", Target: video, Text: "ils l'ont encore ?", Person: "p002"}).ID
	tt.Settle()
	told := decoded(t, w, heard.all())
	fetched, err := w.Driver.(network.Fetcher).Fetch(t.Context(), w.Conn, kinds(told, network.Named)[0].Ref)
	if err != nil {
		t.Fatal(err)
	}
	e := decoded(t, w, fetched)[0]
	part := w.Answer("Oui, trois exemplaires", e.Ref)
	sent, err := w.Driver.(network.Replier).Reply(t.Context(), w.Conn, part)
	if err != nil {
		t.Fatal(err)
	}
	if made := w.Ledger(sandbox.Reply); len(made) != 1 || made[0].Parent != said || made[0].Object != sent.ID || sent.URL != e.URL {
		t.Errorf("%+v, %+v", made, sent)
	}
	// Nothing lists it: a look proves neither.
	look, err := w.Driver.(network.Finder).Find(t.Context(), w.Conn, part, w.Stage.Clock.Now().Add(-time.Hour))
	if err != nil || look.Complete || look.Exact != nil || len(look.Near) > 0 {
		t.Errorf("%+v, %v", look, err)
	}
	// It is ours to delete there, too.
	if err := w.Driver.(network.Deleter).Delete(t.Context(), w.Conn, sent.Ref); err != nil || len(w.Ledger(sandbox.Delete)) != 1 {
		t.Errorf("%v, %+v", err, w.Ledger(sandbox.Delete))
	}
	// Deleted once more, TikTok's word is passed on: nothing can be looked at.
	if err := w.Driver.(network.Deleter).Delete(t.Context(), w.Conn, sent.Ref); !fault.Is(err, fault.Invalid) {
		t.Errorf("deleted twice: %v", err)
	}
	refused := func(what string, err error) {
		t.Helper()
		if text, hint := fault.Shown(err); !fault.Is(err, fault.Invalid) || text == "" || hint == "" {
			t.Errorf("%s: %v", what, err)
		}
	}
	before := len(w.Front.Requests())
	_, err = w.Driver.(network.Replier).Reply(t.Context(), w.Conn, w.Answer("Merci !", kinds(told, network.Mention)[0].Ref))
	refused("below the video itself", err)
	for _, ref := range []network.Ref{e.Ref, kinds(told, network.Mention)[0].Ref} {
		refused("like", w.Driver.(network.Liker).Like(t.Context(), w.Conn, ref, true))
		refused("hide", w.Driver.(network.Hider).Hide(t.Context(), w.Conn, ref, true))
		refused("pin", w.Driver.(network.Pinner).Pin(t.Context(), w.Conn, ref, true))
		refused("delete", w.Driver.(network.Deleter).Delete(t.Context(), w.Conn, ref))
	}
	if asked := len(w.Front.Requests()) - before; asked != 0 {
		t.Errorf("%d calls for what cannot be", asked)
	}
}

// Where TikTok does not let the app hear, comments are read all the same, and it is said.
func TestComplaintsOfMentionsKeepNoCommentsBack(t *testing.T) {
	w, tt, _ := hearing(t)
	_, post := w.Publish("a film")
	tt.Settle()
	_, cursor := w.Read("")
	w.Act(sandbox.Act{Kind: "comment", Target: post.ID, Text: "lovely", Person: "p001"})
	w.Act(sandbox.Act{Kind: "mention", Text: "Une pépite", Person: "p001"})
	w.Stage.Clock.Advance(5 * time.Hour)
	w.Front.Instead(func(rw http.ResponseWriter, r *http.Request) bool {
		if !strings.Contains(r.URL.Path, "/business/mention/") {
			return false
		}
		rw.Header().Set("Content-Type", "application/json")
		_, _ = rw.Write([]byte(`{"code":40001,"message":"Your app has no permission for Mentions.","request_id":"1","data":{}}`))
		return true
	})
	events, next := w.Read(cursor)
	if got := texts(events, network.Comment); len(got) != 1 || len(kinds(events, network.Mention)) != 0 {
		t.Fatalf("%+v", events)
	}
	health, _, err := w.Driver.(network.Checker).Check(t.Context(), w.Conn)
	if err != nil || health.State != "warn" || !strings.Contains(health.Text, "mentions") || health.Fix == "" {
		t.Errorf("%+v, %v", health, err)
	}
	// As soon as it does, nothing is missing.
	w.Front.Instead(nil)
	w.Stage.Clock.Advance(5 * time.Hour)
	if events, _ = w.Read(next); len(kinds(events, network.Mention)) != 1 {
		t.Errorf("%+v", events)
	}
	if health, _, err = w.Driver.(network.Checker).Check(t.Context(), w.Conn); err != nil || health.State == "warn" {
		t.Errorf("%+v, %v", health, err)
	}
}

// TikTok tells of mentions two hours late, and lists them late as well.
func TestLateMentionsAreNotMissed(t *testing.T) {
	tt := &place{}
	o := quick()
	o.Hearing = 3 * time.Hour
	w := networktest.NewWorld(t, entering(t, o, tt))
	account, err := extend(t, w, nil)
	if err != nil {
		t.Fatal(err)
	}
	w.Conn.Keys, w.Conn.App = account.Keys, app()
	_, cursor := w.Read("")
	w.Act(sandbox.Act{Kind: "mention", Text: "Une pépite", Person: "p001"})
	seen := 0
	for range 30 { // eight hours
		w.Stage.Clock.Advance(16 * time.Minute)
		var events []network.Event
		events, cursor = w.Read(cursor)
		seen += len(kinds(events, network.Mention))
	}
	if seen != 1 {
		t.Errorf("it was told %d times", seen)
	}
}

func TestExamplesOfMentions(t *testing.T) {
	g, d := open(t)
	conn := us(g, `,"business":{"id":"biz-1","access":"act.business","scopes":"comment.list,biz.brand.insights"}`)
	got, err := d.Read(t.Context(), conn, `{"from":1763890000,"began":1763900000}`)
	if err != nil || len(got.Events) != 2 {
		t.Fatalf("%+v, %v", got, err)
	}
	g.holds(t, "GET /open_api/v1.3/business/mention/video/list/")
	g.holds(t, "GET /open_api/v1.3/business/mention/comment/list/")
	var events []network.Event
	for _, raw := range got.Events {
		e, err := d.Decode(conn, raw)
		if err != nil || len(e) != 1 {
			t.Fatalf("%+v, %v", e, err)
		}
		events = append(events, e...)
	}
	if v, c := events[0], events[1]; v.Author.ID != "@lectrice.nantes" || v.At.Unix() != 1763880000 || v.ID != "7412345678901239999" || c.Author.ID != "" || c.Author.Name != "Paul L." ||
		c.ID != "7100000000000000009" || c.At.Unix() != 1763880100 || c.Text != "@librairie.h les a encore" {
		t.Errorf("%+v", events)
	}
	told := mentioned("COMMENT", "CREATE", "7412345678901238888", "7100000000000000009", "https://www.tiktok.com/@someone.else/video/7412345678901238888?x=1")
	raws, err := d.Split(told)
	if err != nil || len(raws) != 1 {
		t.Fatalf("%+v, %v", raws, err)
	}
	named, err := d.Decode(conn, raws[0])
	if err != nil || len(named) != 1 || named[0].Kind != network.Named {
		t.Fatalf("%+v, %v", named, err)
	}
	fetched, err := d.Fetch(t.Context(), conn, named[0].Ref)
	if err != nil || len(fetched) != 1 || fetched[0].Key != got.Events[1].Key {
		t.Fatalf("%+v, %v", fetched, err)
	}
	g.holds(t, "GET /open_api/v1.3/business/mention/comment/get/")
	for name, body := range map[string][]byte{
		"who may see it changed": mentioned("VIDEO_MENTION", "PRIVACY_CHANGE", "7412345678901238888", "0", ""),
		"no comment is named":    mentioned("COMMENT", "CREATE", "7412345678901238888", "0x", ""),
		"an edited comment":      mentioned("COMMENT", "EDIT", "7412345678901238888", "7100000000000000009", ""),
		"no number":              mentioned("VIDEO_MENTION", "CREATE", "x", "0", ""),
	} {
		if raws, err := d.Split(body); err != nil || len(raws) != 0 {
			t.Errorf("%s: %+v, %v", name, raws, err)
		}
	}
	// Its address names us: it is our own video.
	raws, err = d.Split(mentioned("VIDEO MENTION", "CREATE", "7412345678901238888", "0", "https://www.tiktok.com/@Hirondelle/video/7412345678901238888"))
	if err != nil || len(raws) != 1 {
		t.Fatalf("%+v, %v", raws, err)
	}
	if events, err := d.Decode(conn, raws[0]); err != nil || len(events) != 0 {
		t.Errorf("%+v, %v", events, err)
	}
	// An address that leads elsewhere is none.
	raws, _ = d.Split(mentioned("VIDEO MENTION", "CREATE", "7412345678901238888", "0", "https://www.tiktok.com.example.org/@a/video/7"))
	if events, err := d.Decode(conn, raws[0]); err != nil || len(events) != 1 || events[0].URL != "" || events[0].Author.Handle != "" || events[0].Author.ID != "+ABc1D2/E0f" {
		t.Errorf("%+v, %v", events, err)
	}
}

// Of keys that were typed in nobody said what they open: it is asked for.
func TestTheRightsOfTypedInKeysAreAskedFor(t *testing.T) {
	w := networktest.NewWorld(t, harness(quick(), nil))
	w.Conn.App = app()
	_, keys, err := w.Driver.(network.Checker).Check(t.Context(), w.Conn)
	if err != nil || keys == "" {
		t.Fatalf("%v", err)
	}
	w.Conn.Keys = keys
	_, cursor := w.Read("")
	w.Act(sandbox.Act{Kind: "mention", Text: "Une pépite", Person: "p001"})
	w.Stage.Clock.Advance(5 * time.Hour)
	if events, _ := w.Read(cursor); len(kinds(events, network.Mention)) != 1 {
		t.Errorf("%+v", events)
	}
	if _, again, err := w.Driver.(network.Checker).Check(t.Context(), w.Conn); err != nil || again != "" {
		t.Errorf("asked twice, %v", err)
	}
}

// What has more than TikTok lists is told as far as it goes, and the rest is said to be lost.
func TestMoreMentionsThanAreListedAreSaidToBeLost(t *testing.T) {
	w, tt, heard := hearing(t)
	_, cursor := w.Read("")
	for range 1003 {
		w.Act(sandbox.Act{Kind: "mention", Text: "Une pépite", Person: "p001"})
		w.Stage.Clock.Advance(time.Second)
	}
	tt.Settle()
	heard.all()
	w.Stage.Clock.Advance(5 * time.Hour)
	got, err := w.Driver.(network.Reader).Read(t.Context(), w.Conn, cursor)
	if err != nil || len(got.Events) != 1000 {
		t.Fatalf("%d events, %v", len(got.Events), err)
	}
	if got.Lost == nil || got.Lost.From.After(w.Stage.Clock.Now().Add(-24*time.Hour)) || !got.Lost.To.After(got.Lost.From) {
		t.Errorf("nothing is said of the rest: %+v", got.Lost)
	}
}
