package youtube_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/sandbox"
	pretended "github.com/kithhq/kith/internal/sandbox/youtube"
)

// walk does the acts of a part one by one, until before a step of a name; "" is to
// the end.
func walk(t *testing.T, w *world, part network.Part, until string) (network.Step, *network.Sent) {
	t.Helper()
	part.Step = network.Step{Name: network.Begun}
	for range 100 {
		if part.Step.Name == until {
			return part.Step, nil
		}
		did, err := w.Driver.(network.Stepper).Step(t.Context(), w.Conn, part)
		if err != nil {
			t.Fatalf("%s: %v", part.Step.Name, err)
		}
		if did.Sent != nil {
			return part.Step, did.Sent
		}
		part.Step = did.Step
		w.Stage.Clock.Advance(did.Wait)
	}
	t.Fatal("it does not come to an end")
	return network.Step{}, nil
}

// bodies are the JSON bodies of the requests with a path.
func bodies(w *world, method, path string) (all []map[string]any) {
	for _, r := range w.Front.Requests() {
		var v map[string]any
		if r.Method == method && strings.HasSuffix(r.Path, path) && json.Unmarshal(r.Body, &v) == nil {
			all = append(all, v)
		}
	}
	return all
}

func TestAVideoIsPrivateUntilTheLastAct(t *testing.T) {
	w := open(t, pretended.Options{})
	list := w.youtube.AddPlaylist(w.channel.ID, "Lectures")
	part := w.Part("Une rencontre\n\nhttps://example.org #livres")
	part.Title = "Rencontre avec Nadia"
	part.Options = map[string]string{"kids": "no", "privacy": "unlisted", "category": "27", "tags": "livres, club de lecture, #Lyon", "playlist": list,
		"license": "creativeCommon", "quiet": "true"}
	part.Disclosure = network.Disclosure{AI: true, Paid: true}
	step, _ := walk(t, w, part, "publish")
	if !step.Public || len(w.Ledger(sandbox.Publish)) != 0 {
		t.Errorf("before the last act: %+v, %+v", step, w.Ledger(sandbox.Publish))
	}
	begun := bodies(w, http.MethodPost, "/resumable/upload/youtube/v3/videos")[0]
	status, snippet := begun["status"].(map[string]any), begun["snippet"].(map[string]any)
	if status["privacyStatus"] != "private" || status["license"] != "creativeCommon" || status["containsSyntheticMedia"] != true || status["selfDeclaredMadeForKids"] != false {
		t.Errorf("status %v", status)
	}
	if snippet["title"] != part.Title || snippet["description"] != part.Text || snippet["categoryId"] != "27" || len(snippet["tags"].([]any)) != 3 || snippet["tags"].([]any)[2] != "Lyon" {
		t.Errorf("snippet %v", snippet)
	}
	if begun["paidProductPlacementDetails"].(map[string]any)["hasPaidProductPlacement"] != true {
		t.Errorf("what is paid is not said: %v", begun)
	}
	part.Step = step
	did, err := w.Driver.(network.Stepper).Step(t.Context(), w.Conn, part)
	if err != nil || did.Sent == nil {
		t.Fatalf("the last act: %+v, %v", did, err)
	}
	if out := w.Ledger(sandbox.Publish); len(out) != 1 || out[0].Object != did.Sent.ID {
		t.Errorf("published %+v", out)
	}
	quiet := false
	for _, r := range w.Front.Requests() {
		quiet = quiet || strings.Contains(r.Query, "notifySubscribers=false")
	}
	if !quiet {
		t.Error("subscribers would be told")
	}
}

func TestAVideoGoesWhereItIsWanted(t *testing.T) {
	for _, privacy := range []string{"", "public", "unlisted", "private"} {
		w := open(t, pretended.Options{})
		list := w.youtube.AddPlaylist(w.channel.ID, "Lectures")
		part := w.Part("where?")
		part.Options["playlist"] = list
		if privacy != "" {
			part.Options["privacy"] = privacy
		}
		sent, err := w.Send(part)
		if err != nil {
			t.Fatal(err)
		}
		if in := w.youtube.Playlist(list); len(in) != 1 || in[0] != sent.ID {
			t.Errorf("the playlist has %v", in)
		}
		look, err := w.Find(part, part.At.Add(-time.Minute))
		if err != nil || look.Exact == nil || look.Exact.ID != sent.ID {
			t.Errorf("%s: %+v, %v", privacy, look, err)
		}
		published := len(w.Ledger(sandbox.Publish))
		if privacy == "private" && published != 0 || privacy != "private" && published != 1 {
			t.Errorf("%q: %d were made visible", privacy, published)
		}
		if !strings.Contains(sent.URL, sent.ID) {
			t.Errorf("its address is %s", sent.URL)
		}
	}
}

// A playlist takes the same video twice: the act that puts it there looks before.
func TestAVideoStandsOnceInItsPlaylist(t *testing.T) {
	w := open(t, pretended.Options{})
	part := w.Part("once")
	list := w.youtube.AddPlaylist(w.channel.ID, "Lectures")
	part.Options["playlist"] = list
	part.Step, _ = walk(t, w, part, "playlist")
	for range 3 {
		w.Restart()
		if did, err := w.Driver.(network.Stepper).Step(t.Context(), w.Conn, part); err != nil || did.Step.Name != "publish" {
			t.Fatalf("%+v, %v", did, err)
		}
	}
	if in := w.youtube.Playlist(list); len(in) != 1 {
		t.Errorf("the playlist has %v", in)
	}
	part.Options["playlist"] = "PL" + strings.Repeat("x", 32)
	_, err := w.Driver.(network.Stepper).Step(t.Context(), w.Conn, part)
	is(t, err, fault.Invalid)
}

// A key that is refused before its time is renewed, and the act done, also in the
// middle of a file.
func TestAKeyThatEndsEarlyIsRenewed(t *testing.T) {
	for _, until := range []string{"upload", "process", "publish"} {
		w := open(t, pretended.Options{})
		part := w.Part("early")
		part.Step, _ = walk(t, w, part, until)
		w.youtube.EndAccess(w.channel.ID)
		for range 20 {
			did, err := w.Driver.(network.Stepper).Step(t.Context(), w.Conn, part)
			if err != nil {
				t.Fatalf("%s: %v", until, err)
			}
			if did.Sent != nil {
				break
			}
			part.Step = did.Step
			w.Stage.Clock.Advance(did.Wait)
		}
		if out := w.Ledger(sandbox.Publish); len(out) != 1 {
			t.Errorf("%s: %+v", until, out)
		}
		// The next check keeps what was renewed on the way.
		_, keys, err := w.Driver.(network.Checker).Check(t.Context(), w.Conn)
		if err != nil || keys == "" || keys == w.Conn.Keys {
			t.Errorf("%s: what was renewed is not kept: %v", until, err)
		}
	}
}

func TestWhatIsNotChosenIsAskedForBeforeTheNetwork(t *testing.T) {
	w := open(t, pretended.Options{})
	before := len(w.Front.Requests())
	for name, change := range map[string]func(*network.Part){
		"for kids or not":   func(p *network.Part) { delete(p.Options, "kids") },
		"no such privacy":   func(p *network.Part) { p.Options["privacy"] = "friends" },
		"no title":          func(p *network.Part) { p.Title = " " },
		"a title with <":    func(p *network.Part) { p.Title = "a < b" },
		"a text with >":     func(p *network.Part) { p.Text = "a > b" },
		"too many tags":     func(p *network.Part) { p.Options["tags"] = strings.Repeat("a b,", 84) + "ééééé" },
		"no video":          func(p *network.Part) { p.Media = nil },
		"an empty one":      func(p *network.Part) { p.Media[0].Bytes = 0 },
		"two videos":        func(p *network.Part) { p.Media = append(p.Media, clip()) },
		"a Short too long":  func(p *network.Part) { p.Kind, p.Media[0].Seconds = network.Reel, 181 },
		"a Short that lies": func(p *network.Part) { p.Kind, p.Media[0].Width, p.Media[0].Height = network.Reel, 1920, 1080 },
	} {
		part := w.Part("x")
		change(&part)
		if _, err := w.Send(part); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if len(w.Front.Requests()) != before {
		t.Error("the network was asked")
	}
	w.youtube.ShortUploads(w.channel.ID)
	health, _, err := w.Driver.(network.Checker).Check(t.Context(), w.Conn)
	if err != nil || health.Limits.Media.Video.MaxSeconds != 900 {
		t.Errorf("a channel without a confirmed number: %v, %v", health.Limits.Media.Video.MaxSeconds, err)
	}
}

func TestAShortIsAnUprightVideo(t *testing.T) {
	w := open(t, pretended.Options{})
	part := w.Part("up")
	part.Kind = network.Reel
	sent, err := w.Send(part)
	if err != nil || !strings.Contains(sent.URL, "/shorts/"+sent.ID) {
		t.Errorf("%+v, %v", sent, err)
	}
}

// An upload goes on where the network stands, and reads the file from there.
func TestAnUploadGoesOnFromTheMiddle(t *testing.T) {
	w := open(t, pretended.Options{})
	part := w.Part("in pieces")
	var from []int64
	read := part.Media[0].OpenAt
	part.Media[0].OpenAt = func(offset int64) (network.ReadCloser, error) {
		from = append(from, offset)
		return read(offset)
	}
	part.Media[0].Open = func() (network.ReadCloser, error) { t.Error("all of it was opened"); return read(0) }
	part.Step = network.Step{Name: network.Begun}
	step := func() network.Stepped {
		did, err := w.Driver.(network.Stepper).Step(t.Context(), w.Conn, part)
		if err != nil {
			t.Fatal(err)
		}
		return did
	}
	part.Step = step().Step
	forgotten := part.Step
	step() // the first piece is there, and nobody remembers
	w.Restart()
	part.Step = forgotten
	did := step()
	if did.Step.Done != 256<<10 || did.Step.Total != part.Media[0].Bytes {
		t.Errorf("what is there is not taken up: %+v", did.Step)
	}
	for part.Step = did.Step; part.Step.Name == "upload"; part.Step = did.Step {
		did = step()
	}
	if want := []int64{0, 256 << 10, 512 << 10}; len(from) != 3 || from[0] != want[0] || from[1] != want[1] || from[2] != want[2] {
		t.Errorf("read from %v", from)
	}
	for _, r := range w.Front.Requests() {
		if r.Method == http.MethodPut && len(r.Body) > 256<<10 {
			t.Errorf("a piece of %d bytes", len(r.Body))
		}
	}
}

// A piece that breaks half-way: what arrived of it need not be brought again.
func TestAPieceThatBreaksIsTakenUp(t *testing.T) {
	w := open(t, pretended.Options{})
	part := w.Part("broken")
	read, broken := part.Media[0].OpenAt, false
	part.Media[0].OpenAt = func(offset int64) (network.ReadCloser, error) {
		r, err := read(offset)
		if offset > 0 && !broken {
			broken = true
			return io.NopCloser(io.MultiReader(io.LimitReader(r, 1000), &failing{})), err
		}
		return r, err
	}
	_, err := w.Send(part)
	if !fault.Is(err, fault.Unavailable) {
		t.Fatalf("broken: %v", err)
	}
	// YouTube answers 503 until it has noticed that the broken piece is over.
	for late := time.Now().Add(time.Minute); fault.Is(err, fault.Unavailable) && time.Now().Before(late); {
		_, err = w.Send(part)
	}
	if err != nil || len(w.Ledger(sandbox.Publish)) != 1 {
		t.Errorf("gone on: %v, %+v", err, w.Ledger(sandbox.Publish))
	}
}

type failing struct{}

func (*failing) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestALostSessionIsBegunAnew(t *testing.T) {
	w := open(t, pretended.Options{})
	part := w.Part("lost early")
	part.Step, _ = walk(t, w, part, "upload")
	w.youtube.EndSessions()
	did, err := w.Driver.(network.Stepper).Step(t.Context(), w.Conn, part)
	if err != nil || did.Step.Name != network.Begun {
		t.Fatalf("%+v, %v", did, err)
	}
	for _, r := range w.Front.Requests() {
		if strings.HasSuffix(r.Path, "/playlistItems") {
			t.Error("the last piece cannot have been on its way, and it was looked for")
		}
	}
	if _, err := w.Send(part); err != nil {
		t.Fatal(err)
	}
	if up := w.Ledger(sandbox.Upload); len(up) != 1 {
		t.Errorf("uploaded %d times", len(up))
	}
}

// The last piece arrived, its answer did not, and the session is no more.
func TestALostSessionDoesNotMakeASecondVideo(t *testing.T) {
	for name, lose := range map[string]bool{"the video is there": true, "it never was": false} {
		t.Run(name, func(t *testing.T) {
			w := open(t, pretended.Options{})
			part := w.Part("lost at the end")
			part.Step, _ = walk(t, w, part, "upload")
			for part.Step.Done < 512<<10 {
				did, err := w.Driver.(network.Stepper).Step(t.Context(), w.Conn, part)
				if err != nil {
					t.Fatal(err)
				}
				part.Step = did.Step
			}
			if lose {
				// The first answer tells how far it is, the second that it is done.
				n := 0
				w.Front.Instead(func(rw http.ResponseWriter, r *http.Request) bool {
					if r.Method != http.MethodPut {
						return false
					}
					if n++; n == 2 {
						w.Front.Next().ServeHTTP(discard{http.Header{}}, r)
						panic(http.ErrAbortHandler)
					}
					return false
				})
				if _, err := w.Driver.(network.Stepper).Step(t.Context(), w.Conn, part); !fault.Is(err, fault.Unavailable) {
					t.Fatal(err)
				}
				w.Front.Instead(nil)
			}
			w.youtube.EndSessions()
			w.Restart()
			for range 20 {
				did, err := w.Driver.(network.Stepper).Step(t.Context(), w.Conn, part)
				if err != nil {
					t.Fatal(err)
				}
				if did.Sent != nil {
					break
				}
				part.Step = did.Step
				w.Stage.Clock.Advance(did.Wait)
			}
			if up, out := w.Ledger(sandbox.Upload), w.Ledger(sandbox.Publish); len(up) != 1 || len(out) != 1 || up[0].Object != out[0].Object {
				t.Errorf("uploaded %+v, published %+v", up, out)
			}
		})
	}
}

type discard struct{ header http.Header }

func (d discard) Header() http.Header         { return d.header }
func (d discard) Write(p []byte) (int, error) { return len(p), nil }
func (d discard) WriteHeader(int)             {}

func TestWhatIsRefusedAtTheEndWasNeverSeen(t *testing.T) {
	for reason, status := range map[string]string{"copyright": "rejected", "inappropriate": "rejected", "length": "rejected", "claim": "rejected", "codec": "failed", "tooSmall": "failed"} {
		w := open(t, pretended.Options{})
		part := w.Part("refused: " + reason)
		w.youtube.Doom(part.Title, status, reason)
		_, err := w.Send(part)
		is(t, err, fault.Invalid)
		if out := w.Ledger(sandbox.Publish); len(out) != 0 {
			t.Errorf("%s: %+v was to be seen", reason, out)
		}
	}
	w := open(t, pretended.Options{})
	part := w.Part("no video at all")
	part.Media = []network.Media{networktest.File("video/mp4", []byte(strings.Repeat("no video ", 100)), 720, 1280, "")}
	_, err := w.Send(part)
	is(t, err, fault.Invalid)
}

func TestTheSameFileTwice(t *testing.T) {
	w := open(t, pretended.Options{})
	first := w.Part("once")
	if _, err := w.Send(first); err != nil {
		t.Fatal(err)
	}
	again := w.Part("twice")
	again.Media = first.Media
	_, err := w.Send(again)
	is(t, err, fault.Invalid)
	if n := len(w.Ledger(sandbox.Publish)); n != 1 {
		t.Errorf("%d are to be seen", n)
	}
	// A try of ours of which nobody knew any more left a private video: it is taken.
	left := w.Part("left behind")
	step, _ := walk(t, w, left, "publish")
	fresh := left
	fresh.Key += "x"
	sent, err := w.Send(fresh)
	if err != nil {
		t.Fatal(err)
	}
	var state struct{ Video string }
	if json.Unmarshal(step.State, &state) != nil || sent.ID != state.Video || len(w.Ledger(sandbox.Publish)) != 2 {
		t.Errorf("sent %s, and left behind was %s", sent.ID, step.State)
	}
}

func TestAProjectThatWasNotAuditedIsToldSo(t *testing.T) {
	w := open(t, pretended.Options{Unaudited: true})
	_, err := w.Send(w.Part("locked"))
	is(t, err, fault.Invalid)
	if _, hint := fault.Shown(err); !strings.Contains(hint, "audit") {
		t.Errorf("hint %q", hint)
	}
}

func TestTheDaysQuotaEndsAtMidnightInCalifornia(t *testing.T) {
	w := open(t, pretended.Options{Uploads: 1})
	w.Publish("the last of today")
	_, err := w.Send(w.Part("one too many"))
	is(t, err, fault.Throttled)
	after := fault.After(err)
	zone, _ := time.LoadLocation("America/Los_Angeles")
	then := w.Stage.Clock.Now().In(zone).Add(after)
	if after <= 0 || after > 25*time.Hour || then.Hour() != 0 || then.Minute() != 0 {
		t.Errorf("wait %v, until %v", after, then)
	}
	w.Stage.Clock.Advance(after)
	w.Publish("the first of tomorrow")
}

// A key goes to YouTube alone, whatever an answer says.
func TestASessionElsewhereIsNotBelieved(t *testing.T) {
	w := open(t, pretended.Options{})
	heard := 0
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { heard++ }))
	t.Cleanup(elsewhere.Close)
	w.Front.Instead(func(rw http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodPost || !strings.Contains(r.URL.Path, "/resumable/") {
			return false
		}
		rw.Header().Set("Location", elsewhere.URL+"/upload?upload_id=x")
		return true
	})
	_, err := w.Send(w.Part("to whom?"))
	is(t, err, fault.Unavailable)
	// Nor is what an older step remembers.
	part := w.Part("to whom?")
	part.Step = network.Step{Name: "upload", State: json.RawMessage(`{"session":"` + elsewhere.URL + `/upload?upload_id=x"}`)}
	if did, err := w.Driver.(network.Stepper).Step(t.Context(), w.Conn, part); err != nil || did.Step.Name != network.Begun {
		t.Errorf("%+v, %v", did, err)
	}
	if heard != 0 {
		t.Errorf("somebody else heard from us %d times", heard)
	}
}
