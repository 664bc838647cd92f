package linkedin_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/sandbox"
	pretended "github.com/kithhq/kith/internal/sandbox/linkedin"
)

func TestAVersionThatIsOverIsSaidAndWarnedOf(t *testing.T) {
	w := open(t, pretended.Options{})
	ends, err := time.Parse(time.DateOnly, w.driver.Profile().Expires)
	if err != nil {
		t.Fatal(err)
	}
	w.stage.Clock.Set(ends.AddDate(0, 0, -59))
	w.conn = w.connect(w.net.Issue(w.member.Number, "r_basicprofile", "rw_organization_admin", "w_organization_social", "r_organization_social",
		"w_organization_social_feed", "r_organization_social_feed"), w.page.Number)
	health, _, err := w.driver.Check(t.Context(), w.conn)
	if err != nil || health.State != "warn" || !strings.Contains(health.Text, "2027-09-15") || !strings.Contains(health.Fix, "Update Kith") {
		t.Errorf("%+v, %v", health, err)
	}
	w.stage.Clock.Set(ends.AddDate(0, 0, 1))
	health, _, err = w.driver.Check(t.Context(), w.conn)
	if err != nil || health.State != "broken" || !strings.Contains(health.Fix, "Update Kith") {
		t.Errorf("%+v, %v", health, err)
	}
	_, err = w.send(w.conn, w.part("too late"))
	kind(t, err, fault.Denied)
	if text, hint := fault.Shown(err); !strings.Contains(text, "202609") || !strings.Contains(hint, "Update Kith") {
		t.Errorf("%q, %q", text, hint)
	}
}

func TestTheSameWordsAtOnceAreEvidence(t *testing.T) {
	w := open(t, pretended.Options{})
	first := w.must(w.conn, w.part("Good morning!"))
	again := w.part("Good morning!")
	_, err := w.send(w.conn, again)
	kind(t, err, fault.Uncertain)
	look, err := w.driver.Find(t.Context(), w.conn, again, again.At.Add(-2*time.Minute))
	if err != nil || !look.Complete || len(look.Near) != 1 || look.Near[0].ID != first.ID || look.Near[0].Text != "Good morning!" {
		t.Errorf("%+v, %v", look, err)
	}
	w.stage.Clock.Advance(11 * time.Minute)
	w.must(w.conn, again)
	if n := len(w.ledger(sandbox.Publish)); n != 2 {
		t.Errorf("%d posts", n)
	}
}

func TestWordsComeOutAsTheyWereWritten(t *testing.T) {
	w := open(t, pretended.Options{})
	for _, text := range []string{
		`All of | { } @ [ ] ( ) < > # \ * _ ~ at once`,
		"• one (1)\n• two [2]\n\n*not bold* _nor this_ ~nor that~ \\o/",
		"#été2026 #La_Nuit du #livre, C# et #1, a#b, https://example.org/x_(y)#été?q=a_b~c",
		"With @[Éditions du Nord](urn:li:organization:2414183) and @[Léa Martin](urn:li:person:aB_c-9), and mail@example.org",
		"@[not] (a mention) @[Name](https://example.org) {hashtag|\\#|nor this}",
		"👩‍👩‍👧 \u202e\\\\\\ end\\",
	} {
		w.stage.Clock.Advance(time.Hour)
		part := w.part(text)
		sent := w.must(w.conn, part)
		made := w.ledger(sandbox.Publish)
		if last := made[len(made)-1]; last.Text != text || last.Object != sent.ID {
			t.Errorf("%q came out as %q", text, last.Text)
		}
		look, err := w.driver.Find(t.Context(), w.conn, part, part.At)
		if err != nil || len(look.Near) != 1 || look.Near[0].Text != text {
			t.Errorf("%q is found as %+v, %v", text, look.Near, err)
		}
	}
}

func TestAPostShowsALinkAPollAndWhoMaySeeIt(t *testing.T) {
	w := open(t, pretended.Options{})
	card := w.part("Read this")
	card.Link, card.Title = "https://example.org/a/?b=c", "A title"
	w.must(w.conn, card)
	bare := w.part("And this")
	bare.Link = "https://example.org/a/b/"
	w.must(w.conn, bare)
	odd := w.part("Not this")
	odd.Link = "javascript:alert(1)"
	_, err := w.send(w.conn, odd)
	kind(t, err, fault.Invalid)

	ask := w.part("A long introduction.\nAnd more of it.")
	ask.Poll, ask.Title = &network.Poll{Options: []string{"Tea", "Coffee"}, Minutes: 4 * 24 * 60}, "Tea or coffee?"
	w.must(w.conn, ask)
	ask.Title, ask.Text, ask.Key = "", strings.Repeat("long ", 40), "2"
	_, err = w.send(w.conn, ask)
	kind(t, err, fault.Invalid)

	for _, audience := range []string{"LOGGED_IN", "CONNECTIONS", "EVERYBODY"} {
		part := w.part("For " + audience)
		part.Options = map[string]string{"visibility": audience, "no_reshare": "true"}
		_, err := w.send(w.conn, part)
		if ok := audience == "LOGGED_IN"; ok != (err == nil) || !ok && !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", audience, err)
		}
	}
	member := w.connect(w.member.Token, "")
	part := w.part("Between us")
	part.Options = map[string]string{"visibility": "CONNECTIONS"}
	w.must(member, part)
}

func TestVideosThatLinkedInCannotReadAreRefused(t *testing.T) {
	w := open(t, pretended.Options{Refused: true, PartBytes: 100 << 10, Processing: time.Hour})
	part := w.part("moving pictures")
	part.Media = []network.Media{networktest.Clip(300<<10, 5, 720, 1280, "")}
	began := w.stage.Clock.Now()
	_, err := w.send(w.conn, part)
	kind(t, err, fault.Invalid)
	if took := w.stage.Clock.Now().Sub(began); took < time.Hour {
		t.Errorf("the verdict came after %v, and LinkedIn took an hour", took)
	}
	if n := len(w.ledger(sandbox.Publish)); n != 0 {
		t.Errorf("%d posts", n)
	}
	part.Media = []network.Media{networktest.Clip(20<<10, 5, 720, 1280, "")}
	_, err = w.send(w.conn, part)
	kind(t, err, fault.Invalid)
}

func TestAnUploadGoesOnAndBeginsAnewWhereItsAddressIsOver(t *testing.T) {
	w := open(t, pretended.Options{PartBytes: 100 << 10})
	part := w.part("moving pictures")
	clip := networktest.Clip(450<<10, 5, 720, 1280, "")
	var from []int64
	at := clip.OpenAt
	clip.OpenAt = func(offset int64) (network.ReadCloser, error) {
		from = append(from, offset)
		return at(offset)
	}
	clip.Open = func() (network.ReadCloser, error) { t.Error("the whole file was opened"); return at(0) }
	part.Media = []network.Media{clip}
	part.Step = network.Step{Name: network.Begun}
	var sent *network.Sent
	for acts := 0; sent == nil; acts++ {
		if acts == 4 { // two parts are there
			if part.Step.Done != 200<<10 || part.Step.Total != 450<<10 {
				t.Errorf("done %d of %d", part.Step.Done, part.Step.Total)
			}
			w.stage.Clock.Advance(31 * 24 * time.Hour) // the addresses last thirty days
		}
		did, err := w.driver.Step(t.Context(), w.conn, part)
		if err != nil {
			t.Fatalf("act %d (%s): %v", acts, part.Step.Name, err)
		}
		part.Step, sent = did.Step, did.Sent
		w.stage.Clock.Advance(did.Wait)
	}
	if want := []int64{0, 100 << 10, 0, 100 << 10, 200 << 10, 300 << 10, 400 << 10}; !slices.Equal(from, want) {
		t.Errorf("read from %v", from)
	}
}

// zeros is a large file that takes no memory.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }
func (zeros) Close() error               { return nil }

func TestTheLargestVideoHasASmallStep(t *testing.T) {
	w := open(t, pretended.Options{})
	part := w.part("half a gigabyte")
	open := func(int64) (network.ReadCloser, error) { return zeros{}, nil }
	part.Media = []network.Media{{ID: "x", Type: "video/mp4", Bytes: 500 << 20, Width: 720, Height: 1280, Seconds: 1700, OpenAt: open}}
	part.Step = network.Step{Name: network.Begun}
	for range 4 { // begun, announced, two parts of 125
		did, err := w.driver.Step(t.Context(), w.conn, part)
		if err != nil {
			t.Fatal(err)
		}
		if part.Step = did.Step; len(part.Step.State) > 32<<10 {
			t.Fatalf("a step of %d bytes", len(part.Step.State))
		}
	}
	if part.Step.Done != 8<<20 {
		t.Errorf("done %d", part.Step.Done)
	}
}

func TestAMemberPostsAndIsShownToAPerson(t *testing.T) {
	w := open(t, pretended.Options{})
	member := w.connect(w.net.Issue(w.member.Number, "openid", "profile", "w_member_social"), "")
	if member.Account != w.member.URN {
		t.Fatalf("%+v", member)
	}
	w.net.SetRole(w.page.Number, w.member.Number, "")
	part := w.part("As myself")
	part.Media = []network.Media{networktest.Picture("image/png", 40, 30, "A cat")}
	w.must(member, part) // though the image cannot be looked at
	reads := len(w.ledger(sandbox.Publish))
	if reads != 1 {
		t.Errorf("%d posts", reads)
	}
	// What cannot be listed is no proof.
	if look, err := w.driver.Find(t.Context(), member, part, part.At); !fault.Is(err, fault.Denied) {
		t.Errorf("%+v, %v", look, err)
	}
	got, err := w.driver.Read(t.Context(), member, "")
	if err != nil || len(got.Events) != 0 || got.More || got.Next == "" {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestAMembersFigures(t *testing.T) {
	w := open(t, pretended.Options{})
	member := w.connect(w.member.Token, "")
	sent := w.must(member, w.part("As myself"))
	w.act(sandbox.Act{Kind: "react", Target: sent.ID, Person: "p001"})
	w.act(sandbox.Act{Kind: "comment", Target: sent.ID, Person: "p002", Text: "Well said"})
	counts, err := w.driver.Measure(t.Context(), member, []network.Ref{sent.Ref, {ID: "urn:li:share:1"}})
	if c := counts[sent.ID]; err != nil || len(counts) != 1 || c[network.Likes] != 1 || c[network.Replies] != 1 || c[network.Views] == 0 {
		t.Errorf("%v, %v", counts, err)
	}
	day, err := w.driver.Insights(t.Context(), member, w.stage.Clock.Now())
	if err != nil || day[network.Likes] != 1 || day[network.Followers] != 312 {
		t.Errorf("%v, %v", day, err)
	}
	few := w.connect(w.net.Issue(w.member.Number, "openid", "profile", "w_member_social"), "")
	_, few.Keys, _ = w.driver.Check(t.Context(), few) // which permissions there are is known from then on
	if counts, err := w.driver.Measure(t.Context(), few, []network.Ref{sent.Ref}); err != nil || len(counts) != 0 {
		t.Errorf("without the permission: %v, %v", counts, err)
	}
}

func TestAPagesDay(t *testing.T) {
	w := open(t, pretended.Options{})
	sent := w.must(w.conn, w.part("count me"))
	w.act(sandbox.Act{Kind: "react", Target: sent.ID, Person: "p001"})
	w.act(sandbox.Act{Kind: "react", Target: sent.ID, Person: "p002", Reaction: "praise"})
	w.act(sandbox.Act{Kind: "react", Target: sent.ID, Person: "p003", Reaction: "repost"})
	w.stage.Clock.Advance(24 * time.Hour)
	yesterday, err := w.driver.Insights(t.Context(), w.conn, w.stage.Clock.Now().AddDate(0, 0, -1))
	if err != nil || yesterday[network.Likes] != 2 || yesterday[network.Reposts] != 1 || yesterday[network.Views] != 51 || yesterday[network.Followers] != 1204 {
		t.Errorf("%v, %v", yesterday, err)
	}
	if n, told := yesterday[network.Follows]; !told || n != 0 {
		t.Errorf("a given 0 is a 0: %v", yesterday)
	}
	today, err := w.driver.Insights(t.Context(), w.conn, w.stage.Clock.Now())
	if n, told := today[network.Likes]; err != nil || !told || n != 0 {
		t.Errorf("%v, %v", today, err)
	}
}

func TestWhatWasWrittenIsChanged(t *testing.T) {
	w := open(t, pretended.Options{})
	sent := w.must(w.conn, w.part("A tpyo (sorry)"))
	for range 2 {
		if _, err := w.driver.Edit(t.Context(), w.conn, sent.Ref, w.part("A typo (sorry)")); err != nil {
			t.Fatal(err)
		}
	}
	if changed := w.ledger(sandbox.Edit); changed[0].Text != "A typo (sorry)" || changed[0].Object != sent.ID {
		t.Errorf("%+v", changed)
	}
	answer, err := w.driver.Reply(t.Context(), w.conn, network.Part{Key: "k", Text: "Frist", After: &sent.Ref})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.driver.Edit(t.Context(), w.conn, answer.Ref, w.part("First")); err != nil {
		t.Fatal(err)
	}
	if changed := w.ledger(sandbox.Edit); changed[len(changed)-1].Text != "First" || changed[len(changed)-1].Object != answer.ID {
		t.Errorf("%+v", changed)
	}
	_, err = w.driver.Edit(t.Context(), w.conn, sent.Ref, w.part(strings.Repeat("x", 3001)))
	kind(t, err, fault.Invalid)
	_, err = w.driver.Edit(t.Context(), w.conn, network.Ref{ID: "../../me"}, w.part("x"))
	kind(t, err, fault.Invalid)
	for range 2 {
		if err := w.driver.Delete(t.Context(), w.conn, answer.Ref); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(w.ledger(sandbox.Delete)); n != 1 {
		t.Errorf("deleted %d times", n)
	}
}

func TestAFirstCommentWaitsUntilThePostIsOpen(t *testing.T) {
	w := open(t, pretended.Options{Settling: 10 * time.Second})
	sent := w.must(w.conn, w.part("The link is below"))
	part := network.Part{Key: "k", Text: "https://example.org", After: &sent.Ref, Root: &sent.Ref}
	_, err := w.driver.Reply(t.Context(), w.conn, part)
	kind(t, err, fault.Unavailable)
	w.stage.Clock.Advance(fault.After(err))
	if _, err := w.driver.Reply(t.Context(), w.conn, part); err != nil {
		t.Fatal(err)
	}
	if made := w.ledger(sandbox.Reply); len(made) != 1 || made[0].Parent != sent.ID {
		t.Errorf("%+v", made)
	}
	w.stage.Clock.Advance(time.Hour)
	if err := w.driver.Delete(t.Context(), w.conn, sent.Ref); err != nil {
		t.Fatal(err)
	}
	_, err = w.driver.Reply(t.Context(), w.conn, part)
	kind(t, err, fault.NotFound)
}

func TestAnswersToAnswersStandBelowTheFirst(t *testing.T) {
	w := open(t, pretended.Options{})
	sent := w.must(w.conn, w.part("Talk!"))
	top := w.act(sandbox.Act{Kind: "comment", Target: sent.ID, Person: "p001", Text: "one"})
	w.act(sandbox.Act{Kind: "comment", Target: top.ID, Person: "p002", Text: "two"})
	_, events, _ := w.read(w.conn, "")
	i := slices.IndexFunc(events, func(e network.Event) bool { return e.Text == "two" })
	if i < 0 || events[i].Parent != top.ID || events[i].Author.Name == "" || events[i].Author.Handle == "" {
		t.Fatalf("%+v", events)
	}
	part := network.Part{Key: "k", Text: "three", After: &events[i].Ref, At: w.stage.Clock.Now()}
	answer, err := w.driver.Reply(t.Context(), w.conn, part)
	if err != nil {
		t.Fatal(err)
	}
	if made := w.ledger(sandbox.Reply); len(made) != 1 || made[0].Parent != top.ID {
		t.Errorf("%+v", made)
	}
	look, err := w.driver.Find(t.Context(), w.conn, part, part.At.Add(-time.Minute))
	if err != nil || !look.Complete || len(look.Near) != 1 || look.Near[0].ID != answer.ID || look.Near[0].After != events[i].ID {
		t.Errorf("%+v, %v", look, err)
	}
	long := part
	long.Text = strings.Repeat("é", 1251)
	_, err = w.driver.Reply(t.Context(), w.conn, long)
	kind(t, err, fault.Invalid)
	long.Text = strings.Repeat("é", 1250)
	if _, err = w.driver.Reply(t.Context(), w.conn, long); err != nil {
		t.Error(err)
	}
	part.Private = true
	_, err = w.driver.Reply(t.Context(), w.conn, part)
	kind(t, err, fault.Invalid)
	empty := networktest.Picture("image/png", 9, 9, "")
	empty.Bytes = 0
	part.Private, part.Media, part.Step = false, []network.Media{empty}, network.Step{Name: network.Begun}
	_, err = w.driver.StepReply(t.Context(), w.conn, part)
	kind(t, err, fault.Invalid)
}

func TestAPageMayNotBeAllowedToDeleteWhatOthersWrote(t *testing.T) {
	w := open(t, pretended.Options{OwnOnly: true})
	sent := w.must(w.conn, w.part("Talk!"))
	rude := w.act(sandbox.Act{Kind: "comment", Target: sent.ID, Person: "p001", Text: "no"})
	err := w.driver.Remove(t.Context(), w.conn, network.Ref{ID: rude.ID})
	kind(t, err, fault.Denied)
	if _, hint := fault.Shown(err); !strings.Contains(hint, "LinkedIn itself") {
		t.Errorf("%q", hint)
	}
	err = w.driver.Remove(t.Context(), w.connect(w.member.Token, ""), network.Ref{ID: rude.ID})
	kind(t, err, fault.Invalid)
}

func TestLimitsOfTheDayAndOfTheMinute(t *testing.T) {
	w := open(t, pretended.Options{MemberDaily: 3, Comments: 1})
	sent := w.must(w.conn, w.part("one")) // the second call: connecting asks twice
	_, err := w.send(w.conn, w.part("two"))
	kind(t, err, fault.Throttled)
	if wait := fault.After(err); wait != 15*time.Minute {
		t.Errorf("wait %v at ten in the morning", wait)
	}
	w.stage.Clock.Set(time.Date(2026, 11, 26, 23, 50, 0, 0, time.UTC))
	_, err = w.send(w.conn, w.part("two"))
	kind(t, err, fault.Throttled)
	if wait := fault.After(err); wait != 11*time.Minute {
		t.Errorf("wait %v, and the day ends in ten minutes", wait)
	}
	w.stage.Clock.Advance(fault.After(err))
	w.must(w.conn, w.part("two"))
	part := network.Part{Key: "k", Text: "first", After: &sent.Ref}
	if _, err := w.driver.Reply(t.Context(), w.conn, part); err != nil {
		t.Fatal(err)
	}
	_, err = w.driver.Reply(t.Context(), w.conn, part)
	kind(t, err, fault.Throttled)
	if wait := fault.After(err); wait != time.Minute {
		t.Errorf("wait %v for another comment", wait)
	}
}

func TestAnAppUnderDevelopmentIsMeasuredOneByOne(t *testing.T) {
	w := open(t, pretended.Options{Development: true})
	sent := w.must(w.conn, w.part("count me"))
	w.act(sandbox.Act{Kind: "comment", Target: sent.ID, Person: "p001", Text: "four"})
	counts, err := w.driver.Measure(t.Context(), w.conn, []network.Ref{sent.Ref, {ID: "urn:li:share:1"}})
	if err != nil || len(counts) != 1 || counts[sent.ID][network.Replies] != 1 {
		t.Errorf("%v, %v", counts, err)
	}
	_, events, _ := w.read(w.conn, "")
	if len(events) != 2 || events[0].Author.Name == "" { // the second says the name alone
		t.Errorf("%+v", events)
	}
}

func TestWhatLinkedInForgetsIsSaid(t *testing.T) {
	w := open(t, pretended.Options{})
	sent := w.must(w.conn, w.part("Talk!"))
	_, _, cursor := w.read(w.conn, "")
	w.act(sandbox.Act{Kind: "comment", Target: sent.ID, Person: "p001", Text: "never heard"})
	w.stage.Clock.Advance(59*24*time.Hour + 23*time.Hour)
	w.conn = w.connect(w.net.Issue(w.member.Number, "r_basicprofile", "rw_organization_admin"), w.page.Number)
	w.stage.Clock.Advance(48 * time.Hour)
	got, err := w.driver.Read(t.Context(), w.conn, cursor)
	if err != nil || got.Lost == nil || len(got.Events) != 0 || got.Lost.To.Sub(got.Lost.From) < time.Hour {
		t.Errorf("%+v, %v", got, err)
	}
	again, err := w.driver.Read(t.Context(), w.conn, got.Next)
	if err != nil || again.Lost != nil {
		t.Errorf("lost once more: %+v, %v", again, err)
	}
}

func TestAReadingThatLosesItsPlaceBeginsAnew(t *testing.T) {
	w := open(t, pretended.Options{})
	sent := w.must(w.conn, w.part("Talk!"))
	_, _, cursor := w.read(w.conn, "")
	want := map[string]bool{}
	for range 150 {
		want[w.act(sandbox.Act{Kind: "comment", Target: sent.ID, Person: "p001", Text: "word"}).ID] = true
	}
	got, err := w.driver.Read(t.Context(), w.conn, cursor)
	if err != nil || !got.More {
		t.Fatalf("%+v, %v", got, err)
	}
	seen := map[string]int{}
	tell := func(raws []network.Raw) {
		for _, raw := range raws {
			if strings.HasPrefix(raw.Key, "named ") {
				continue
			}
			events, err := w.driver.Decode(w.conn, raw)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range events {
				seen[e.ID]++
			}
		}
	}
	tell(got.Events)
	// Somebody says something in the same moment: the list moves under us.
	for range 7 {
		want[w.act(sandbox.Act{Kind: "comment", Target: sent.ID, Person: "p002", Text: "meanwhile"}).ID] = true
	}
	raws, _, _ := w.read(w.conn, got.Next)
	tell(raws)
	for id := range want {
		if seen[id] != 1 {
			t.Errorf("%s was told %d times", id, seen[id])
		}
	}
}

func TestFilesGoToLinkedInAlone(t *testing.T) {
	w := open(t, pretended.Options{})
	part := w.part("with an image")
	part.Media = []network.Media{networktest.Picture("image/png", 40, 30, "A cat")}
	part.Step = network.Step{Name: "upload", State: []byte(`{"files":[{"urn":"urn:li:image:x","url":"https://evil.example/dms-uploads/x"}]}`)}
	_, err := w.driver.Step(t.Context(), w.conn, part)
	kind(t, err, fault.Internal)
	// What was kept in another form begins anew.
	for _, state := range []string{"", "{}", `{"files":7}`, `{"files":[]}`} {
		part.Step = network.Step{Name: "publish", Public: true, State: []byte(state)}
		did, err := w.driver.Step(t.Context(), w.conn, part)
		if err != nil || did.Sent != nil || did.Step.Public {
			t.Errorf("%q: %+v, %v", state, did, err)
		}
	}
}
