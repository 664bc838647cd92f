package instagram_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/sandbox"
)

// asked are the forms of the requests to an edge.
func asked(o *house, edge string) []url.Values {
	var all []url.Values
	for _, r := range o.Front.Requests() {
		if strings.HasSuffix(r.Path, "/"+edge) && r.Method == http.MethodPost {
			if form, err := url.ParseQuery(string(r.Body)); err == nil {
				all = append(all, form)
			}
		}
	}
	return all
}

// one does one act and gives the part as it is kept.
func one(t *testing.T, o *house, part network.Part) (network.Part, network.Stepped, error) {
	t.Helper()
	if part.Step.Name == "" {
		part.Step = network.Step{Name: network.Begun}
	}
	did, err := o.driver.Step(t.Context(), o.Conn, part)
	if err == nil {
		part.Step = did.Step
	}
	return part, did, err
}

// until does acts until the next one is public, but not that one.
func until(t *testing.T, o *house, part network.Part) network.Part {
	t.Helper()
	for range 50 {
		var did network.Stepped
		var err error
		if part, did, err = one(t, o, part); err != nil {
			t.Fatal(err)
		}
		if did.Step.Public {
			return part
		}
		o.Stage.Clock.Advance(did.Wait)
	}
	t.Fatal("it never becomes public")
	return part
}

func TestAContainerThatExpiredIsMadeAnew(t *testing.T) {
	for _, login := range []string{facebook, own} {
		o := open(t, login)
		part := until(t, o, o.Part("tomorrow is too late"))
		o.Stage.Clock.Advance(25 * time.Hour)
		part, did, err := one(t, o, part)
		if err != nil || did.Step.Name != network.Begun || did.Step.Public {
			t.Fatalf("%+v, %v", did, err)
		}
		part = until(t, o, part)
		_, did, err = one(t, o, part)
		if err != nil || did.Sent == nil || len(o.Ledger(sandbox.Publish)) != 1 {
			t.Errorf("%+v, %v; the ledger has %+v", did, err, o.Ledger(sandbox.Publish))
		}
	}
}

// A status that runs ahead of the work is no harm: the refusal to publish is one.
func TestWhatIsNotReadyIsNotPublished(t *testing.T) {
	o := open(t, own)
	early := 2
	o.Front.Instead(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodGet || !strings.Contains(r.URL.RawQuery, "status_code") || early == 0 {
			return false
		}
		early--
		id := r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]
		_, _ = w.Write([]byte(`{"id":"` + id + `","status_code":"FINISHED"}`)) // the client sees to it
		return true
	})
	part := o.Part("too soon")
	part.Media = []network.Media{networktest.Clip(4<<10, 10, 720, 1280, "")}
	sent, err := o.Send(part)
	if err != nil || len(o.Ledger(sandbox.Publish)) != 1 || o.Ledger(sandbox.Publish)[0].Object != sent.ID {
		t.Fatalf("%+v, %v; %+v", sent, err, o.Ledger(sandbox.Publish))
	}
	if n := len(asked(o, "media_publish")); n < 2 {
		t.Errorf("it was published at the first of %d tries, and it was not ready", n)
	}
}

func TestAVideoThatCannotBeReadIsSaidAfterTheWork(t *testing.T) {
	o := open(t, facebook)
	part := o.Part("look")
	data := append([]byte("\x00\x00\x00\x18ftypisom"), bytes.Repeat([]byte("kith:unreadable "), 100)...)
	clip := networktest.File("video/mp4", data, 720, 1280, "")
	clip.Seconds = 10
	part.Media = []network.Media{clip}
	_, err := o.Send(part)
	if text, hint := fault.Shown(err); !fault.Is(err, fault.Invalid) || !strings.Contains(text, "cannot read") || hint == "" {
		t.Errorf("%v", err)
	}
	if len(o.Ledger(sandbox.Publish)) != 0 {
		t.Error("it went out")
	}
}

// A house that is being started anew answers nobody for a moment, and Instagram
// fetches at once: that is no reason to give a post up.
func TestAFileThatCouldNotBeFetchedIsOfferedAgain(t *testing.T) {
	for away, good := range map[int]bool{2: true, 100: false} {
		o := open(t, facebook)
		part := o.Part("look")
		part.Media = []network.Media{networktest.File("image/jpeg", picture(400, 400), 400, 400, "")}
		offers, address := 0, part.Media[0].Address
		part.Media[0].Address = func() (string, error) {
			if offers++; offers <= away {
				return "https://away.example.org/x", nil
			}
			return address()
		}
		var err error
		for err == nil && !part.Step.Public {
			var did network.Stepped
			if part, did, err = one(t, o, part); err == nil && offers <= away && offers > 0 && did.Wait < 10*time.Second {
				t.Errorf("offered again after %v", did.Wait)
			}
			o.Stage.Clock.Advance(did.Wait)
		}
		switch {
		case good && (err != nil || offers != 3):
			t.Errorf("offered %d times, %v", offers, err)
		case !good && (!fault.Is(err, fault.Invalid) || offers > 10):
			t.Errorf("offered %d times, %v", offers, err)
		}
	}
}

// A connection that breaks in the middle of a video: only the rest is sent again.
func TestAnUploadGoesOnWhereItBroke(t *testing.T) {
	o := open(t, facebook)
	part := o.Part("a long film")
	size := 900 << 10
	part.Media = []network.Media{networktest.Clip(size, 30, 720, 1280, "")}
	part, _, err := one(t, o, part)
	if err != nil {
		t.Fatal(err)
	}
	// The first try ends half-way: what arrived is kept by Instagram.
	whole := part.Media
	broken := whole[0]
	broken.OpenAt = func(offset int64) (network.ReadCloser, error) {
		body, err := whole[0].OpenAt(offset)
		return &snapped{body, size / 3}, err
	}
	part.Media = []network.Media{broken}
	if _, _, err = one(t, o, part); !fault.Is(err, fault.Unavailable) {
		t.Fatalf("broken off: %v", err)
	}
	// Instagram notices a little later than we do.
	noticed := func() bool {
		return slices.ContainsFunc(o.Front.Requests(), func(r networktest.Request) bool {
			return strings.HasPrefix(r.Path, "/ig-api-upload/") && r.Over
		})
	}
	for n := 0; n < 10_000 && !noticed(); n++ {
		if _, _, err := o.driver.Check(t.Context(), o.Conn); err != nil {
			t.Fatal(err)
		}
	}
	part.Media = whole
	if part, _, err = one(t, o, part); err != nil {
		t.Fatal(err)
	}
	part = until(t, o, part)
	if _, did, err := one(t, o, part); err != nil || did.Sent == nil {
		t.Fatalf("%+v, %v", did, err)
	}
	var offsets []int
	for _, r := range o.Front.Requests() {
		if strings.HasPrefix(r.Path, "/ig-api-upload/") {
			n, _ := strconv.Atoi(r.Header.Get("Offset"))
			offsets = append(offsets, n)
			if want := strconv.Itoa(size); r.Header.Get("File_size") != want || !strings.HasPrefix(r.Header.Get("Authorization"), "OAuth ") {
				t.Errorf("headers %v", r.Header)
			}
		}
	}
	if len(offsets) != 2 || offsets[0] != 0 || offsets[1] <= 0 || offsets[1] >= size {
		t.Errorf("sent from %v", offsets)
	}
}

// snapped is a file that breaks after some bytes.
type snapped struct {
	network.ReadCloser
	left int
}

func (s *snapped) Read(p []byte) (int, error) {
	if s.left <= 0 {
		return 0, http.ErrBodyReadAfterClose
	}
	n, err := s.ReadCloser.Read(p[:min(len(p), s.left)])
	s.left -= n
	return n, err
}

// PUBLISHED is proof; which post it is, the list says, when it shows it.
func TestPublishedAndNotListedIsNoProofOfAbsence(t *testing.T) {
	o := open(t, own)
	part := until(t, o, o.Part("where is it?"))
	o.Weather(sandbox.Mishap{Kind: sandbox.LostAnswer, Action: sandbox.Publish, Times: 1})
	if _, _, err := one(t, o, part); !fault.Is(err, fault.Uncertain) {
		t.Fatalf("%v", err)
	}
	o.Front.Instead(func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, "/media") {
			return false
		}
		_, _ = w.Write([]byte(`{"data":[]}`)) // the client sees to it
		return true
	})
	since := part.At.Add(-2 * time.Minute)
	look, err := o.driver.Find(t.Context(), o.Conn, part, since)
	if err != nil || look.Exact != nil || look.Keyed || look.Complete {
		t.Errorf("not listed: %+v, %v", look, err)
	}
	o.Front.Instead(nil)
	look, err = o.driver.Find(t.Context(), o.Conn, part, since)
	if err != nil || look.Exact == nil || look.Exact.Key != part.Key {
		t.Errorf("listed: %+v, %v", look, err)
	}
	// A container that ended without a post proves that there is none.
	gone := until(t, o, o.Part("never"))
	o.Stage.Clock.Advance(25 * time.Hour)
	if look, err = o.driver.Find(t.Context(), o.Conn, gone, since); err != nil || !look.Keyed || look.Exact != nil {
		t.Errorf("expired: %+v, %v", look, err)
	}
}

// Instagram refuses with its own trouble and publishes nevertheless: nothing is
// published a second time.
func TestARefusalThatWasNoneIsNotRepeated(t *testing.T) {
	o := open(t, facebook)
	part := until(t, o, o.Part("twice?"))
	o.Front.Instead(func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, "/media_publish") {
			return false
		}
		o.Front.Instead(nil)
		o.Front.Next().ServeHTTP(discard{}, r)
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"error":{"message":"x","type":"OAuthException","code":24,"error_subcode":2207008}}`)) // the client sees to it
		return true
	})
	for range 20 {
		did, err := o.driver.Step(t.Context(), o.Conn, part)
		if err != nil {
			t.Fatal(err)
		}
		if did.Sent != nil {
			if made := o.Ledger(sandbox.Publish); len(made) != 1 || made[0].Object != did.Sent.ID {
				t.Errorf("sent as %+v, the ledger has %+v", did.Sent, made)
			}
			return
		}
		part.Step = did.Step
		o.Stage.Clock.Advance(did.Wait)
	}
	t.Error("it does not come to an end")
}

type discard struct{}

func (discard) Header() http.Header         { return http.Header{} }
func (discard) Write(p []byte) (int, error) { return len(p), nil }
func (discard) WriteHeader(int)             {}

func TestWhatIsSaidAboutAPostStandsWhereItBelongs(t *testing.T) {
	o := open(t, facebook)
	part := o.Part("album")
	part.Media = []network.Media{networktest.Picture("image/jpeg", 800, 800, "a cat"), networktest.Clip(4<<10, 10, 720, 1280, "")}
	part.Disclosure = network.Disclosure{AI: true, Paid: true}
	part.Options = map[string]string{"collaborators": "@ada, bob", "comments_off": "true"}
	sent, err := o.Send(part)
	if err != nil {
		t.Fatal(err)
	}
	forms := asked(o, "media")
	if len(forms) != 3 {
		t.Fatalf("%d containers", len(forms))
	}
	for _, child := range forms[:2] {
		if child.Get("is_carousel_item") != "true" || child.Has("is_ai_generated") || child.Has("caption") || child.Has("is_paid_partnership") {
			t.Errorf("a file of a carousel says %v", child)
		}
	}
	if forms[0].Get("alt_text") != "a cat" || forms[1].Has("alt_text") || forms[1].Get("upload_type") != "resumable" || forms[1].Get("media_type") != "VIDEO" {
		t.Errorf("the files say %v, %v", forms[0], forms[1])
	}
	whole := forms[2]
	if whole.Get("is_ai_generated") != "true" || whole.Get("is_paid_partnership") != "true" || whole.Get("caption") != "album" || whole.Get("collaborators") != `["ada","bob"]` {
		t.Errorf("the carousel says %v", whole)
	}
	if closed := o.Ledger(sandbox.Edit); len(closed) != 1 || closed[0].Object != sent.ID || closed[0].Text != "comments closed" {
		t.Errorf("comments: %+v", closed)
	}
	if !strings.HasPrefix(sent.URL, "https://www.instagram.com/p/") || sent.At.IsZero() {
		t.Errorf("sent as %+v", sent)
	}

	// As many co-authors as Instagram takes, and one more, of which it says no.
	for names, kind := range map[string]fault.Kind{"ada, bob, cleo, dan, eve": 0, "ada, bob, cleo, dan, eve, fay": fault.Invalid} {
		many := o.Part("with " + names)
		many.Media, many.Options = []network.Media{networktest.Picture("image/jpeg", 800, 800, "a cat")}, map[string]string{"collaborators": names}
		if problems := o.driver.Profile().CheckOptions(many); len(problems) != 0 {
			t.Errorf("%s: %+v", names, problems)
		}
		if _, err := o.Send(many); kind == 0 && err != nil || kind != 0 && !fault.Is(err, kind) {
			t.Errorf("%s: %v", names, err)
		}
	}

	placed := o.Part("here")
	placed.Media = []network.Media{networktest.Picture("image/jpeg", 800, 800, "a cat"), networktest.Picture("image/jpeg", 800, 800, "a dog")}
	placed.Options = map[string]string{"place": " 106078429431815 "}
	if sent, err = o.Send(placed); err != nil || o.net.Place(sent.ID) != "106078429431815" {
		t.Errorf("at %q: %v", o.net.Place(sent.ID), err)
	}
	nowhere := o.Part("nowhere")
	nowhere.Media, nowhere.Options = placed.Media, map[string]string{"place": "Rennes"}
	if _, err = o.Send(nowhere); !fault.Is(err, fault.Invalid) {
		t.Errorf("a place that is no number: %v", err)
	}

	reel := o.Part("moves")
	reel.Kind = network.Reel
	reel.Media = []network.Media{networktest.Clip(4<<10, 10, 720, 1280, "")}
	reel.Options = map[string]string{"reel_only": "true", "cover_ms": "1500", "audio_name": " Rain on the roof "}
	if _, err := o.Send(reel); err != nil {
		t.Fatal(err)
	}
	forms = asked(o, "media")
	last := forms[len(forms)-1]
	if last.Get("media_type") != "REELS" || last.Get("share_to_feed") != "false" || last.Get("thumb_offset") != "1500" || last.Get("audio_name") != "Rain on the roof" {
		t.Errorf("the reel says %v", last)
	}
}

// A story is looked for among the stories, which show no text.
func TestAStoryIsFoundAmongStories(t *testing.T) {
	o := open(t, own)
	part := o.Part("")
	part.Kind, part.Media = network.Story, []network.Media{networktest.Picture("image/jpeg", 720, 1280, "")}
	part = until(t, o, part)
	o.Weather(sandbox.Mishap{Kind: sandbox.LostAnswer, Action: sandbox.Publish, Times: 1})
	if _, _, err := one(t, o, part); !fault.Is(err, fault.Uncertain) {
		t.Fatalf("%v", err)
	}
	look, err := o.driver.Find(t.Context(), o.Conn, part, part.At.Add(-2*time.Minute))
	if err != nil || look.Exact == nil || look.Exact.ID != o.Ledger(sandbox.Publish)[0].Object {
		t.Errorf("%+v, %v", look, err)
	}
}

// The first comment is an answer to our own post, found by its words.
func TestAFirstCommentGoesBelowThePost(t *testing.T) {
	o := open(t, facebook)
	_, sent := o.Publish("a post")
	part := o.Answer("and its first comment #tag", sent.Ref)
	o.Weather(sandbox.Mishap{Kind: sandbox.LostAnswer, Action: sandbox.Reply, Times: 1})
	if _, err := o.driver.Reply(t.Context(), o.Conn, part); !fault.Is(err, fault.Uncertain) {
		t.Fatalf("%v", err)
	}
	look, err := o.driver.Find(t.Context(), o.Conn, part, part.At.Add(-2*time.Minute))
	made := o.Ledger(sandbox.Reply)
	if err != nil || len(made) != 1 || len(look.Near) != 1 || look.Near[0].ID != made[0].Object || look.Near[0].After != sent.ID || !look.Complete {
		t.Errorf("%+v, %v; the ledger has %+v", look, err, made)
	}
}

// Whatever was kept of a step, nothing bad comes of it.
func TestAStepThatWasNotKeptAsItWasIsRefused(t *testing.T) {
	o := open(t, facebook)
	part := o.Part("x")
	before := len(o.Front.Requests())
	for _, state := range []string{`{"phase":"publish","container":"../me"}`, `{"phase":"upload","children":["1","2","3"]}`, `{"phase":"await","children":["a/b"]}`} {
		part.Step = network.Step{Name: "publish", State: json.RawMessage(state)}
		if _, err := o.driver.Step(t.Context(), o.Conn, part); err == nil {
			t.Errorf("%s is gone on with", state)
		}
	}
	if len(o.Front.Requests()) != before {
		t.Error("Instagram was asked")
	}
}
