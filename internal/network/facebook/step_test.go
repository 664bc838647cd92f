package facebook_test

import (
	"bytes"
	"crypto/sha256"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/facebook"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/sandbox"
)

// clip is a video of two pieces, made once.
var clip = sync.OnceValue(func() network.Media { return networktest.Clip(5<<18, 5, 720, 1280, "") }) //nolint:gochecknoglobals // large

// labels is the paid partnership: named, and with nobody named refused before
// Facebook is asked.
func labels(t *testing.T, h networktest.Harness) {
	o := open(t)
	partner := o.net.AddPage("Imprimerie du Port")
	for name, media := range map[string][]network.Media{"text": nil, "photo": {networktest.Picture("image/png", 40, 40, "a shelf")}, "video": {clip()}} {
		part := o.Part("with a friend: " + name)
		part.Media, part.Disclosure.Paid = media, true
		before := len(o.Front.Requests())
		_, err := o.Send(part)
		if _, hint := fault.Shown(err); !fault.Is(err, fault.Invalid) || hint == "" || len(o.Front.Requests()) != before {
			t.Fatalf("%s of nobody: %v", name, err)
		}
		part = o.Part("with a friend: " + name)
		part.Media, part.Disclosure.Paid, part.Options = media, true, map[string]string{"partner": partner.ID, "partner_boost": "true"}
		sent, err := o.Send(part)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if tag := o.net.Sponsor(sent.ID); tag != partner.ID {
			t.Errorf("%s: labelled with %q", name, tag)
		}
	}
	// It is said before anything is scheduled, and of a kind that has no label too.
	for kind, key := range map[network.PostKind]string{network.PlainPost: "option_missing", network.Reel: "paid_kind", network.Story: "paid_kind"} {
		part := network.Part{Kind: kind, Disclosure: network.Disclosure{Paid: true}}
		if said := o.driver.Profile().CheckOptions(part); len(said) != 1 || said[0].Key != key || said[0].Hint == "" {
			t.Errorf("%s: %+v", kind, said)
		}
		if part.Disclosure.Paid = false; len(o.driver.Profile().CheckOptions(part)) != 0 {
			t.Errorf("%s: nobody paid", kind)
		}
	}
	reel := films(o)["filmreel"]
	reel.Options = map[string]string{"partner": partner.ID} // chosen while it was a post
	if _, err := o.Send(reel); err != nil {
		t.Errorf("a reel: %v", err)
	}
	reel = films(o)["filmreel"]
	reel.Disclosure.Paid = true
	if _, err := o.Send(reel); !fault.Is(err, fault.Invalid) {
		t.Errorf("a reel that somebody paid for: %v", err)
	}
	part := o.Part("to ourselves")
	part.Options = map[string]string{"partner": o.Account.ID}
	if _, err := o.Send(part); !fault.Is(err, fault.Invalid) {
		t.Errorf("%s: our own partner: %v", h.Name, err)
	}
	part = o.Part("to a stranger")
	part.Options = map[string]string{"partner": "424242"}
	if _, err := o.Send(part); !fault.Is(err, fault.Invalid) {
		t.Errorf("nobody's Page: %v", err)
	}
}

// A post, an album and a reel stand at a place; a video cannot, and what is no place
// is refused.
func TestAPostIsSomewhere(t *testing.T) {
	const rennes = "106078429431815"
	o := open(t)
	album := o.Part("an album")
	album.Media = []network.Media{networktest.Picture("image/png", 40, 40, "a shelf"), networktest.Picture("image/png", 40, 40, "another")}
	for name, part := range map[string]network.Part{"text": o.Part("words"), "album": album, "reel": films(o)["filmreel"]} {
		part.Options = map[string]string{"place": rennes}
		sent, err := o.Send(part)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if at := o.net.Place(sent.ID); at != rennes {
			t.Errorf("%s: at %q", name, at)
		}
	}
	video := o.Part("a video")
	video.Media, video.Options = []network.Media{clip()}, map[string]string{"place": rennes}
	before := len(o.Front.Requests())
	_, err := o.Send(video)
	if _, hint := fault.Shown(err); !fault.Is(err, fault.Invalid) || hint == "" || len(o.Front.Requests()) != before {
		t.Errorf("a video somewhere: %v", err)
	}
	for _, nowhere := range []string{"Rennes", "424242"} {
		part := o.Part("nowhere")
		part.Options = map[string]string{"place": nowhere}
		if _, err := o.Send(part); !fault.Is(err, fault.Invalid) {
			t.Errorf("at %s: %v", nowhere, err)
		}
	}
}

// films are the three ways of a video.
func films(o *house) map[string]network.Part {
	all := map[string]network.Part{}
	for _, kind := range []network.PostKind{network.PlainPost, network.Reel, network.Story} {
		p := o.Part("moving " + string(kind))
		if p.Kind = kind; kind == network.Story {
			p.Text = ""
		}
		p.Media = []network.Media{clip()}
		all["film"+string(kind)] = p
	}
	return all
}

// A lost answer at any act, of every way, is gone on with or found, and the post is
// there once; also when lists and statuses lag behind.
func TestALostAnswerAtEveryActOfAVideo(t *testing.T) {
	ways := []string{"film", "filmreel", "filmstory", "photostory"}
	mishaps := []sandbox.Mishap{{Kind: sandbox.LostAnswer}, {Kind: sandbox.Cut}, {Kind: sandbox.ErrorAfter, Status: 504}, {Kind: sandbox.ServerError}}
	for _, way := range ways {
		for _, m := range mishaps {
			for n := 0; ; n++ {
				o := open(t)
				if !brokenAt(t, o, walks(o)[way], n, m) {
					if n < 2 {
						t.Errorf("%s has %d acts", way, n)
					}
					break
				}
			}
		}
	}
}

func walks(o *house) map[string]network.Part {
	all := films(o)
	p := o.Part("")
	p.Kind, p.Media = network.Story, []network.Media{networktest.Picture("image/png", 540, 960, "")}
	all["photostory"] = p
	return all
}

// brokenAt lets the n-th act of a part break and goes on as the house does; false:
// there are fewer acts.
func brokenAt(t *testing.T, o *house, part network.Part, n int, m sandbox.Mishap) bool {
	t.Helper()
	hit, sent, driver := false, network.Sent{}, o.driver
	part.Step = network.Step{Name: network.Begun}
	for i := 0; sent.ID == ""; i++ {
		if i > 100 {
			t.Fatalf("%s %s at %d: no end", part.Kind, m.Kind, n)
		}
		if hit = hit || i == n; i == n {
			m.Times = 1
			o.Weather(m)
		}
		did, err := driver.Step(t.Context(), o.Conn, part)
		switch {
		case err == nil && did.Sent != nil:
			sent = *did.Sent
		case err == nil:
			part.Step = did.Step
			o.Stage.Clock.Advance(did.Wait)
		case fault.Is(err, fault.Uncertain) && part.Step.Public:
			o.Stage.Clock.Advance(driver.Profile().Delay + time.Second)
			look, err := driver.Find(t.Context(), o.Conn, part, part.At.Add(-2*time.Minute))
			if err != nil || look.Exact == nil && !look.Keyed && !look.Complete {
				t.Fatalf("%s %s at %d (%s): %+v, %v", part.Kind, m.Kind, n, part.Step.Name, look, err)
			}
			if look.Exact != nil {
				sent.Ref = look.Exact.Ref
			}
		case fault.Is(err, fault.Unavailable) || fault.Is(err, fault.Throttled):
			o.Stage.Clock.Advance(max(fault.After(err), time.Second))
		default:
			t.Fatalf("%s %s at %d (%s): %v", part.Kind, m.Kind, n, part.Step.Name, err)
		}
		if i == n {
			o.Stage.Weather.Clear()
		}
		o.Restart()
		driver = o.Driver.(*facebook.Driver) // one that remembers nothing
	}
	if made := o.Ledger(sandbox.Publish); hit && (len(made) != 1 || made[0].Object != sent.ID) {
		t.Fatalf("%s %s at %d: sent as %s, and the ledger has %+v", part.Kind, m.Kind, n, sent.ID, made)
	}
	return hit
}

// Every byte arrives once and in its place, also where a connection breaks in between.
func TestTheBytesOfAVideoArriveAsTheyAre(t *testing.T) {
	for name := range films(open(t)) {
		for _, m := range []sandbox.Mishap{{}, {Kind: sandbox.Cut}, {Kind: sandbox.LostAnswer}} {
			o := open(t)
			part := films(o)[name]
			if m.Kind != "" {
				m.Action, m.Times = sandbox.Upload, 1
				o.Weather(m)
			}
			for range 5 {
				if _, err := o.Send(part); err == nil {
					break
				} else if !fault.Is(err, fault.Unavailable) {
					t.Fatalf("%s: %v", name, err)
				}
			}
			arrived(t, o, part)
		}
	}
}

// A stream that broke goes on from where Facebook has it.
func TestAStreamGoesOnFromWhereItBroke(t *testing.T) {
	for _, name := range []string{"filmreel", "filmstory"} {
		o := open(t)
		part, broke := films(o)[name], false
		o.Front.Instead(func(w http.ResponseWriter, r *http.Request) bool {
			if broke || !strings.HasPrefix(r.URL.Path, "/video-upload/") {
				return false
			}
			broke = true
			half := r.Clone(r.Context())
			half.Body = io.NopCloser(io.LimitReader(r.Body, part.Media[0].Bytes/3))
			o.Front.Next().ServeHTTP(w, half)
			_, _ = io.Copy(io.Discard, r.Body) // what came afterwards got lost
			return true
		})
		if _, err := o.Send(part); !fault.Is(err, fault.Unavailable) {
			t.Fatalf("%s: %v", name, err)
		}
		if _, err := o.Send(part); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		arrived(t, o, part)
	}
}

// arrived holds what was handed over against the file.
func arrived(t *testing.T, o *house, part network.Part) {
	t.Helper()
	at := int64(0)
	for _, piece := range o.net.Handed() {
		whole, err := part.Media[0].OpenAt(at)
		if err != nil {
			t.Fatal(err)
		}
		digest := sha256.New()
		if _, err := io.CopyN(digest, whole, piece.Bytes); err != nil || !bytes.Equal(digest.Sum(nil), piece.SHA256[:]) {
			t.Errorf("%s: other bytes from %d on (%v)", part.Kind, at, err)
		}
		at += piece.Bytes
	}
	if at != part.Media[0].Bytes {
		t.Errorf("%s: %d bytes arrived", part.Kind, at)
	}
}

// What Facebook cannot read shows only after its end was accepted: nothing is out,
// and what to do is said.
func TestAVideoThatCannotBeReadIsRefusedAtTheEnd(t *testing.T) {
	for name, part := range films(open(t)) {
		o := open(t)
		data := append([]byte("\x00\x00\x00\x18ftypisom kith:unreadable"), bytes.Repeat([]byte("x"), 4096)...)
		bad := networktest.File("video/mp4", data, 720, 1280, "")
		bad.Seconds = 5
		part.Media = []network.Media{bad}
		_, err := o.Send(part)
		if _, hint := fault.Shown(err); !fault.Is(err, fault.Invalid) || hint == "" {
			t.Errorf("%s: %v", name, err)
		}
		if look, err := o.Find(part, part.At.Add(-time.Minute)); err != nil || look.Exact != nil || !look.Keyed {
			t.Errorf("%s: %+v, %v", name, look, err)
		}
		if events, _ := o.Read(""); slices.ContainsFunc(events, func(e network.Event) bool { return e.Kind == network.Ours }) {
			t.Errorf("%s: something is out: %+v", name, events)
		}
	}
}

// Facebook forgets an upload that is not finished: it begins anew, a few times.
func TestAnUploadThatIsForgottenBeginsAnew(t *testing.T) {
	for name := range films(open(t)) {
		o := open(t)
		part, lost := films(o)[name], 0
		part.Step = network.Step{Name: network.Begun}
		var sent *network.Sent
		for i := 0; sent == nil && i < 100; i++ {
			did, err := o.driver.Step(t.Context(), o.Conn, part)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			part.Step, sent = did.Step, did.Sent
			if lost < 2 && part.Step.Name == "publish" {
				o.net.LoseUploads()
				lost++
			}
			o.Stage.Clock.Advance(did.Wait)
		}
		if made := o.Ledger(sandbox.Publish); sent == nil || len(made) != 1 || made[0].Object != sent.ID {
			t.Errorf("%s: %+v, the ledger has %+v", name, sent, made)
		}
		part.Step = network.Step{Name: network.Begun}
		var err error
		for i := 0; err == nil && i < 100; i++ {
			var did network.Stepped
			if did, err = o.driver.Step(t.Context(), o.Conn, part); err == nil {
				part.Step = did.Step
				o.net.LoseUploads()
			}
		}
		if _, hint := fault.Shown(err); !fault.Is(err, fault.Invalid) || hint == "" {
			t.Errorf("%s, again and again: %v", name, err)
		}
	}
}

// A video that Facebook says nothing about yet is neither there nor not there.
func TestAVideoThatIsWorkedOnIsAskedForAgain(t *testing.T) {
	o := open(t)
	part := films(o)["film"]
	o.Weather(sandbox.Mishap{Kind: sandbox.LostAnswer, Action: sandbox.Publish, Times: 1})
	if _, err := o.Send(part); !fault.Is(err, fault.Uncertain) {
		t.Fatal(err)
	}
	if look, err := o.Find(part, part.At.Add(-time.Minute)); !fault.Is(err, fault.Unavailable) {
		t.Errorf("%+v, %v", look, err)
	}
	o.Stage.Clock.Advance(time.Minute)
	look, err := o.Find(part, part.At.Add(-time.Minute))
	if err != nil || look.Exact == nil || look.Exact.ID != o.Ledger(sandbox.Publish)[0].Object || !strings.HasPrefix(look.Exact.URL, "https://www.facebook.com/") {
		t.Errorf("%+v, %v", look, err)
	}
}

// A status that lags behind proves nothing; the second look finds it.
func TestAVideoThatIsShownLateIsFound(t *testing.T) {
	o := open(t)
	part := films(o)["film"]
	late := 60.0
	o.Weather(sandbox.Mishap{Kind: sandbox.ListedLate, Action: sandbox.Publish, Seconds: &late})
	o.Weather(sandbox.Mishap{Kind: sandbox.LostAnswer, Action: sandbox.Publish, Times: 1})
	if _, err := o.Send(part); !fault.Is(err, fault.Uncertain) {
		t.Fatal(err)
	}
	o.Stage.Clock.Advance(25 * time.Second)
	if look, err := o.Find(part, part.At.Add(-time.Minute)); err != nil || look.Keyed || look.Exact != nil {
		t.Errorf("%+v, %v", look, err)
	}
	o.Stage.Clock.Advance(o.driver.Profile().Delay)
	if look, err := o.Find(part, part.At.Add(-time.Minute)); err != nil || look.Exact == nil {
		t.Errorf("%+v, %v", look, err)
	}
}

// What comes with a video is the post's: a comment of ours below it, what people
// say, and that it can be taken away.
func TestAVideoIsAPostLikeOthers(t *testing.T) {
	for _, name := range []string{"film", "filmreel"} {
		o := open(t)
		sent, err := o.Send(films(o)[name])
		if err != nil || !strings.HasPrefix(sent.ID, o.Account.ID+"_") {
			t.Fatalf("%s: %+v, %v", name, sent, err)
		}
		first, err := o.driver.Reply(t.Context(), o.Conn, o.Answer("Where to find us: https://example.org", sent.Ref))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		made := o.Ledger(sandbox.Reply)
		if len(made) != 1 || made[0].Parent != sent.ID || made[0].Object != first.ID {
			t.Errorf("%s: the first comment is %+v", name, made)
		}
		_, cursor := o.Read("")
		said := o.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: "lovely", Person: "p001"})
		if events, _ := o.Read(cursor); !slices.ContainsFunc(events, func(e network.Event) bool { return e.ID == said.ID && e.Post == sent.ID }) {
			t.Errorf("%s: %+v", name, events)
		}
		for range 2 {
			if err := o.driver.Delete(t.Context(), o.Conn, sent.Ref); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	o := open(t)
	_, post := o.Publish("counted")
	sent, err := o.Send(films(o)["filmstory"])
	if err != nil {
		t.Fatal(err)
	}
	if counts, err := o.driver.Measure(t.Context(), o.Conn, []network.Ref{sent.Ref, post.Ref}); err != nil || len(counts) != 1 || counts[post.ID] == nil {
		t.Errorf("a story is counted: %v, %v", counts, err)
	}
	for kind, want := range map[network.PostKind]bool{network.Story: true, network.Reel: false} {
		said := o.Account.Limits.CheckParts([]network.Part{{Kind: kind, Media: []network.Media{clip()}}, {Text: "first!"}})
		if slices.ContainsFunc(said, func(p network.Problem) bool { return p.Key == "no_comment" && p.Part == 1 }) != want {
			t.Errorf("%s with a comment: %+v", kind, said)
		}
	}
	if err := o.driver.Delete(t.Context(), o.Conn, sent.Ref); !fault.Is(err, fault.Invalid) {
		t.Errorf("a story: %v", err)
	}
	if _, err := o.driver.Edit(t.Context(), o.Conn, sent.Ref, o.Part("x")); !fault.Is(err, fault.Invalid) {
		t.Errorf("a story: %v", err)
	}
}

// The thirty-first reel of a day has to wait.
func TestReelsHaveALimitOfTheirOwn(t *testing.T) {
	o := open(t)
	for i := range 31 {
		part := o.Part("reel")
		part.Kind, part.Media = network.Reel, []network.Media{networktest.Clip(4096, 5, 720, 1280, "")}
		if _, err := o.Send(part); (i == 30) != fault.Is(err, fault.Throttled) {
			t.Fatalf("%d: %v", i, err)
		}
	}
}

// An answer that names another piece than can be is not followed.
func TestOffsetsThatCannotBeAreNotFollowed(t *testing.T) {
	for _, body := range []string{`{"start_offset":"-1","end_offset":"5"}`, `{"start_offset":"9","end_offset":"5"}`, `{"start_offset":"0","end_offset":"99999999999"}`,
		`{"start_offset":"0","end_offset":"0"}`, `{}`, `{"error":{"code":6001,"error_subcode":1363037,"error_data":"nothing"}}`, `{"error":{"code":6001,"error_subcode":1363037}}`} {
		o := open(t)
		o.Front.Instead(func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Query().Get("upload_phase") != "transfer" {
				return false
			}
			_, _ = w.Write([]byte(body)) // the client sees to it
			return true
		})
		if _, err := o.Send(films(o)["film"]); !fault.Is(err, fault.Unavailable) {
			t.Errorf("%s: %v", body, err)
		}
	}
}
