package tiktok_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
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
)

// slow is TikTok as it is: it works on what it gets, and looks at what is public.
func slow() pretended.Options {
	return pretended.Options{Fetch: fetch}
}

// until steps until a step of a name is reached, and gives it.
func until(t *testing.T, w *networktest.World, part network.Part, name string) network.Part {
	t.Helper()
	part.Step = network.Step{Name: network.Begun, Since: w.Stage.Clock.Now()}
	for range 100 {
		if part.Step.Name == name {
			return part
		}
		part = step(t, w, part)
	}
	t.Fatalf("it never comes to %s", name)
	return part
}

// step does one act and waits as it asks.
func step(t *testing.T, w *networktest.World, part network.Part) network.Part {
	t.Helper()
	did, err := w.Driver.(network.Stepper).Step(t.Context(), w.Conn, part)
	if err != nil || did.Sent != nil {
		t.Fatalf("%s: %+v, %v", part.Step.Name, did, err)
	}
	did.Step.Since = part.Step.Since
	part.Step = did.Step
	w.Stage.Clock.Advance(did.Wait)
	return part
}

func TestAPostTakesItsTime(t *testing.T) {
	var tt place
	w := networktest.NewWorld(t, harness(slow(), &tt))
	part := until(t, w, w.Part("in good time"), "process")
	if n := len(w.Ledger(sandbox.Publish)); n != 0 {
		t.Fatalf("%d posts before TikTok has worked on it", n)
	}
	// Who looks now is told to look later: it is neither there nor absent.
	if look, err := w.Driver.(network.Finder).Find(t.Context(), w.Conn, part, part.At); !fault.Is(err, fault.Unavailable) || fault.After(err) == 0 {
		t.Errorf("the look is %+v, %v", look, err)
	}
	began := w.Stage.Clock.Now()
	for part.Step.Name == "process" {
		part = step(t, w, part)
	}
	// It waits for the id too: without it there are no comments and no numbers.
	if took := w.Stage.Clock.Now().Sub(began); took < 45*time.Second || took > 3*time.Minute {
		t.Errorf("it took %v", took)
	}
	did, err := w.Driver.(network.Stepper).Step(t.Context(), w.Conn, part)
	if err != nil || did.Sent == nil || did.Sent.ID != w.Ledger(sandbox.Publish)[0].Object || !strings.HasPrefix(did.Sent.URL, "https://www.tiktok.com/@librairie.h/video/") {
		t.Fatalf("%+v, %v", did, err)
	}
	if look, err := w.Driver.(network.Finder).Find(t.Context(), w.Conn, part, part.At); err != nil || look.Exact == nil || look.Exact.ID != did.Sent.ID {
		t.Errorf("the look is %+v, %v", look, err)
	}
}

func TestThereIsNoPlaceWhereAKillMakesTwo(t *testing.T) {
	w := networktest.NewWorld(t, harness(slow(), nil))
	part := until(t, w, w.Part("killed after the last piece"), "upload")
	if !part.Step.Public {
		t.Fatal("the last piece is not called public")
	}
	before := part
	_ = step(t, w, part) // it arrives, and nobody writes that down
	w.Restart()
	look, err := w.Driver.(network.Finder).Find(t.Context(), w.Conn, before, before.At)
	if !fault.Is(err, fault.Unavailable) {
		t.Fatalf("TikTok is at work, and the look is %+v, %v", look, err)
	}
	// Even if it were sent again: the same piece to the same place makes one post.
	again := before
	for again.Step.Name != "shown" {
		again = step(t, w, again)
	}
	if n := len(w.Ledger(sandbox.Publish)); n != 1 {
		t.Errorf("%d posts", n)
	}
}

func TestPostsThatNotEverybodySeesKeepTheirTicket(t *testing.T) {
	w := networktest.NewWorld(t, harness(slow(), nil))
	part := w.Part("for friends")
	part.Options["privacy"] = "MUTUAL_FOLLOW_FRIENDS"
	sent, err := w.Send(part)
	if err != nil || !strings.HasPrefix(sent.ID, "v_pub_file~v2-1.") || sent.URL != "https://www.tiktok.com/@librairie.h" {
		t.Fatalf("%+v, %v", sent, err)
	}
	if counts, err := w.Driver.(network.Measurer).Measure(t.Context(), w.Conn, []network.Ref{sent.Ref}); err != nil || len(counts) != 0 {
		t.Errorf("counted %v, %v", counts, err)
	}
	_, err = w.Driver.(network.Replier).Reply(t.Context(), w.Conn, w.Answer("first!", sent.Ref))
	if _, hint := fault.Shown(err); !fault.Is(err, fault.Invalid) || hint == "" {
		t.Errorf("a comment below it: %v", err)
	}
}

func TestAnIDThatComesLateIsFoundLater(t *testing.T) {
	o := slow()
	o.Moderation = 5 * time.Hour
	w := networktest.NewWorld(t, harness(o, nil))
	_, sent := w.Publish("looked at for hours")
	if !strings.HasPrefix(sent.ID, "v_pub_file") {
		t.Fatalf("sent as %s", sent.ID)
	}
	first := w.Answer("first!", sent.Ref)
	if _, err := w.Driver.(network.Replier).Reply(t.Context(), w.Conn, first); !fault.Is(err, fault.Unavailable) {
		t.Errorf("a comment below what has no id yet: %v", err)
	}
	w.Stage.Clock.Advance(5 * time.Hour)
	counts, err := w.Driver.(network.Measurer).Measure(t.Context(), w.Conn, []network.Ref{sent.Ref})
	if n, told := counts[sent.ID][network.Likes]; err != nil || !told || n != 0 {
		t.Errorf("counted %v, %v", counts, err)
	}
	if _, err := w.Driver.(network.Replier).Reply(t.Context(), w.Conn, first); err != nil {
		t.Errorf("a first comment: %v", err)
	}
}

func TestAFirstCommentStandsBelowThePost(t *testing.T) {
	w := networktest.NewWorld(t, harness(quick(), nil))
	_, sent := w.Publish("and a comment")
	part := w.Answer("More in our shop.", sent.Ref)
	made, err := w.Driver.(network.Replier).Reply(t.Context(), w.Conn, part)
	if err != nil {
		t.Fatal(err)
	}
	if l := w.Ledger(sandbox.Reply); len(l) != 1 || l[0].Parent != sent.ID || l[0].Object != made.ID {
		t.Errorf("the ledger has %+v", l)
	}
	look, err := w.Find(part, part.At.Add(-time.Minute))
	if err != nil || !look.Complete || len(look.Near) != 1 || look.Near[0].ID != made.ID || look.Near[0].After != sent.ID {
		t.Errorf("the look is %+v, %v", look, err)
	}
	part.Private = true
	if _, err := w.Driver.(network.Replier).Reply(t.Context(), w.Conn, part); !fault.Is(err, fault.Invalid) {
		t.Errorf("a private answer: %v", err)
	}
	if n := len(w.Ledger(sandbox.Reply)); n != 1 {
		t.Errorf("a private answer became public: %d", n)
	}
}

func TestADraftWaitsInTheInbox(t *testing.T) {
	for name, media := range map[string]network.Media{"video": networktest.Clip(2000, 5, 720, 1280, ""), "photos": photo()} {
		t.Run(name, func(t *testing.T) {
			var tt place
			w := networktest.NewWorld(t, harness(slow(), &tt))
			part := w.Part("finish me")
			part.Media = []network.Media{media}
			part.Options["privacy"] = "DRAFT"
			sent, err := w.Send(part)
			if err != nil || number(sent.ID) {
				t.Fatalf("%+v, %v", sent, err)
			}
			if l := w.Ledger(sandbox.Publish); len(l) != 1 || l[0].Object != sent.ID {
				t.Errorf("the ledger has %+v", l)
			}
			if posts := posts(w); len(posts) != 0 {
				t.Errorf("a draft is seen: %+v", posts)
			}
			look, err := w.Find(part, part.At)
			if err != nil || look.Exact == nil || look.Exact.ID != sent.ID {
				t.Errorf("the look is %+v, %v", look, err)
			}
			for _, label := range []network.Disclosure{{AI: true}, {Paid: true}} {
				labelled := w.Part("with a label")
				labelled.Options["privacy"], labelled.Disclosure = "DRAFT", label
				if _, err := w.Send(labelled); !fault.Is(err, fault.Invalid) {
					t.Errorf("a label that a draft does not carry: %v", err)
				}
			}
		})
	}
	w := networktest.NewWorld(t, harness(quick(), nil))
	for i := range 6 {
		part := w.Part(fmt.Sprint("draft ", i))
		part.Options["privacy"] = "DRAFT"
		_, err := w.Send(part)
		if i < 5 && err != nil || i == 5 && !fault.Is(err, fault.Throttled) {
			t.Errorf("draft %d: %v", i, err)
		}
		w.Stage.Clock.Advance(time.Minute)
	}
}

func number(s string) bool { return strings.Trim(s, "0123456789") == "" }

func posts(w *networktest.World) []sandbox.Post {
	n, _ := w.Stage.Network("tiktok")
	return n.Actor.Posts(w.Account.ID)
}

func TestWhoMaySeeItIsChosenByHand(t *testing.T) {
	var tt place
	w := networktest.NewWorld(t, harness(quick(), &tt))
	d := w.Driver.(*tiktok.Driver)
	values := func() (all []string) {
		choices, err := d.Choices(t.Context(), w.Conn, network.Choosing{Option: "privacy"})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range choices {
			if c.Label == "" {
				t.Errorf("%+v", c)
			}
			all = append(all, c.Value)
		}
		return all
	}
	if got := values(); !slices.Equal(got, []string{"PUBLIC_TO_EVERYONE", "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY", "DRAFT"}) {
		t.Errorf("%v", got)
	}
	for _, o := range d.Profile().Options {
		if o.Name == "privacy" && (!o.Required || o.Default != "" || !o.Account) {
			t.Errorf("the choice is made for people: %+v", o)
		}
	}
	part := w.Part("nobody chose")
	delete(part.Options, "privacy")
	before := len(w.Front.Requests())
	if _, err := w.Send(part); !fault.Is(err, fault.Invalid) || len(w.Front.Requests()) != before {
		t.Errorf("without a choice: %v", err)
	}
	// What was chosen is no longer possible when it goes out.
	tt.Settings(tt.ID, true, true, 3)
	if got := values(); !slices.Equal(got, []string{"FOLLOWER_OF_CREATOR", "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY", "DRAFT"}) {
		t.Errorf("%v", got)
	}
	if _, err := w.Send(w.Part("for everyone")); !fault.Is(err, fault.Invalid) {
		t.Errorf("what cannot be chosen: %v", err)
	}
	part = w.Part("too long for this account")
	part.Options["privacy"] = "SELF_ONLY"
	if _, err := w.Send(part); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "3 seconds") {
		t.Errorf("five seconds: %v", err)
	}
	if h, _, err := d.Check(t.Context(), w.Conn); err != nil || h.Limits.Media.Video.MaxSeconds != 3 {
		t.Errorf("%+v, %v", h.Limits, err)
	}
	if _, err := d.Choices(t.Context(), w.Conn, network.Choosing{Option: "board"}); !fault.Is(err, fault.NotFound) {
		t.Errorf("another option: %v", err)
	}
	if n := len(w.Ledger(sandbox.Publish)); n != 0 {
		t.Errorf("%d posts went out", n)
	}
}

func TestAnAppWithoutAuditIsTold(t *testing.T) {
	o := quick()
	o.Unaudited = true
	var tt place
	w := networktest.NewWorld(t, harness(o, &tt))
	h, _, err := w.Driver.(network.Checker).Check(t.Context(), w.Conn)
	if err != nil || h.State != "ok" || !strings.Contains(h.Text, "audited") || h.Fix == "" {
		t.Errorf("%+v, %v", h, err)
	}
	_, err = w.Send(w.Part("for everyone"))
	if _, hint := fault.Shown(err); !fault.Is(err, fault.Invalid) || !strings.Contains(hint, "audited") {
		t.Errorf("%v", err)
	}
	part := w.Part("for me")
	part.Options["privacy"] = "SELF_ONLY"
	if _, err := w.Send(part); !fault.Is(err, fault.Denied) { // the account is public
		t.Errorf("%v", err)
	}
	tt.Settings(tt.ID, true, false, 600)
	if _, err := w.Send(part); err != nil {
		t.Errorf("%v", err)
	}
}

func TestAnAccountThatMayNotPostTodayIsTold(t *testing.T) {
	o := quick()
	o.PostsPerDay = 1
	var tt place
	w := networktest.NewWorld(t, harness(o, &tt))
	w.Publish("the only one today")
	_, err := w.Send(w.Part("one too many")) // TikTok says so with status 200
	if !fault.Is(err, fault.Throttled) || fault.After(err) < 10*time.Minute {
		t.Errorf("%v", err)
	}
	if h, _, err := w.Driver.(network.Checker).Check(t.Context(), w.Conn); err != nil || h.State != "warn" || h.Text == "" || h.Fix == "" {
		t.Errorf("%+v, %v", h, err)
	}
	w.Stage.Clock.Advance(23*time.Hour + 30*time.Minute)
	tt.Ban(tt.ID, true)
	if _, err := w.Send(w.Part("banned")); !fault.Is(err, fault.Denied) {
		t.Errorf("%v", err)
	}
	if h, _, err := w.Driver.(network.Checker).Check(t.Context(), w.Conn); err != nil || h.State != "broken" || h.Fix == "" {
		t.Errorf("%+v, %v", h, err)
	}
}

func TestWhatTikTokGivesUpIsSaid(t *testing.T) {
	o := slow()
	o.Fetch = func(_ context.Context, address string) (string, int64, error) {
		if strings.Contains(address, "/files/") {
			return "", 0, errors.New("not reached")
		}
		return "image/png", 10, nil
	}
	w := networktest.NewWorld(t, harness(o, nil))
	part := w.Part("no film")
	part.Media = []network.Media{networktest.File("video/mp4", []byte(strings.Repeat("not a film ", 100)), 720, 1280, "")}
	_, err := w.Send(part)
	if text, hint := fault.Shown(err); !fault.Is(err, fault.Invalid) || !strings.Contains(text, "video") || hint == "" {
		t.Errorf("%v", err)
	}
	// What could not be fetched is tried again, a few times.
	part = w.Part("out of reach")
	part.Media = []network.Media{photo()}
	began := len(named(w))
	_, err = w.Send(part)
	if _, hint := fault.Shown(err); !fault.Is(err, fault.Invalid) || hint == "" {
		t.Errorf("%v", err)
	}
	if n := len(named(w)) - began; n != 4 {
		t.Errorf("named %d times", n)
	}
	part = w.Part("a hidden house")
	m := photo()
	m.Address = func() (string, error) { return "", fault.New(fault.Invalid, "This house has no public address.") }
	part.Media = []network.Media{m}
	if _, err := w.Send(part); !fault.Is(err, fault.Invalid) {
		t.Errorf("without a public address: %v", err)
	}
	o = quick()
	o.Verified = []string{"https://elsewhere.example/"}
	w = networktest.NewWorld(t, harness(o, nil))
	part = w.Part("not ours")
	part.Media = []network.Media{photo()}
	_, err = w.Send(part)
	if _, hint := fault.Shown(err); !fault.Is(err, fault.Denied) || !strings.Contains(hint, "URL properties") {
		t.Errorf("an address that is not known to be ours: %v", err)
	}
	if n := len(w.Ledger(sandbox.Publish)); n != 0 {
		t.Errorf("%d posts went out", n)
	}
}

func named(w *networktest.World) (all []networktest.Request) {
	for _, r := range w.Front.Requests() {
		if r.Path == "/v2/post/publish/content/init/" {
			all = append(all, r)
		}
	}
	return all
}

func TestWhatIsChosenIsTold(t *testing.T) {
	var tt place
	w := networktest.NewWorld(t, harness(quick(), &tt))
	body := func(part network.Part, path string) (got struct {
		Post   map[string]any `json:"post_info"`
		Source map[string]any `json:"source_info"`
	}) {
		t.Helper()
		if _, err := w.Send(part); err != nil {
			t.Fatal(err)
		}
		all := w.Front.Requests()
		for _, r := range slices.Backward(all) {
			if r.Path == path {
				if err := json.Unmarshal(r.Body, &got); err != nil {
					t.Fatal(err)
				}
				return got
			}
		}
		t.Fatal("TikTok was not told")
		return got
	}
	const video, photos = "/v2/post/publish/video/init/", "/v2/post/publish/content/init/"
	plain := w.Part("nothing switched on")
	delete(plain.Options, "comments")
	got := body(plain, video).Post
	for _, name := range []string{"disable_comment", "disable_duet", "disable_stitch"} {
		if got[name] != true {
			t.Errorf("%s is %v, and nobody allowed it", name, got[name])
		}
	}
	full := w.Part("everything")
	full.Options = map[string]string{"privacy": "PUBLIC_TO_EVERYONE", "comments": "true", "duet": "true", "stitch": "true", "own_business": "true", "cover": "1,5"}
	full.Disclosure = network.Disclosure{AI: true, Paid: true}
	got = body(full, video).Post
	for name, want := range map[string]any{"title": "everything", "disable_comment": false, "disable_duet": false, "disable_stitch": false, "brand_organic_toggle": true, "brand_content_toggle": true,
		"is_aigc": true, "video_cover_timestamp_ms": 1500.0, "privacy_level": "PUBLIC_TO_EVERYONE"} {
		if got[name] != want {
			t.Errorf("%s is %v", name, got[name])
		}
	}
	two := w.Part("the description")
	two.Title, two.Media = "The title", []network.Media{photo(), photo()}
	two.Options["cover"], two.Options["music"] = "2", "true"
	sent := body(two, photos)
	if sent.Post["title"] != "The title" || sent.Post["description"] != "the description" || sent.Post["auto_add_music"] != true || sent.Source["photo_cover_index"] != 1.0 {
		t.Errorf("%+v", sent)
	}
	// The account's own settings come first.
	tt.Settings(tt.ID, false, true, 600)
	if got := body(w.Part("nobody may comment"), video).Post; got["disable_comment"] != true {
		t.Errorf("%+v", got)
	}
	for cover, film := range map[string]bool{"x": true, "-1": true, "9": true, "0": false, "3": false, "1.5": false} {
		part := w.Part("a wrong cover")
		part.Options["cover"] = cover
		if !film {
			part.Media = []network.Media{photo(), photo()}
		}
		if _, err := w.Send(part); !fault.Is(err, fault.Invalid) {
			t.Errorf("cover %s: %v", cover, err)
		}
	}
	private := w.Part("paid, for me alone")
	private.Options["privacy"], private.Disclosure.Paid = "SELF_ONLY", true
	if _, err := w.Send(private); !fault.Is(err, fault.Invalid) {
		t.Errorf("%v", err)
	}
}

// Of what an AI made, videos alone are marked: it is said beforehand.
func TestNoLabelForPhotosIsSaidBeforehand(t *testing.T) {
	l := tiktok.New(nil, tiktok.Options{}).Profile().Limits
	part := network.Part{Text: "x", Media: []network.Media{photo()}, Disclosure: network.Disclosure{AI: true}}
	warned := func() bool {
		return slices.ContainsFunc(l.CheckParts([]network.Part{part}), func(p network.Problem) bool { return p.Key == "ai_label_videos" && p.Level == "warn" })
	}
	if !warned() {
		t.Error("nobody is warned")
	}
	part.Media = []network.Media{networktest.Clip(2000, 5, 720, 1280, "")}
	if warned() {
		t.Error("a video is marked")
	}
}

// The words of a video are its title, and those of photos their description.
func TestPhotosTakeMoreWordsThanAVideo(t *testing.T) {
	limits := tiktok.New(nil, tiktok.Options{}).Profile().Limits
	for _, c := range []struct {
		file  network.Media
		most  int
		taken string
	}{{photo(), 4000, "photos"}, {networktest.Clip(2000, 5, 720, 1280, ""), 2200, "a video"}} {
		part := network.Part{Text: strings.Repeat("é", c.most), Media: []network.Media{c.file}}
		if err := network.Refusal(limits, part); err != nil {
			t.Errorf("%s with %d: %v", c.taken, c.most, err)
		}
		part.Text += "é"
		if err := network.Refusal(limits, part); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s with %d: %v", c.taken, c.most+1, err)
		}
	}
}
