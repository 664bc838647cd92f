package bluesky_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/sandbox"
	pretended "github.com/kithhq/kith/internal/sandbox/bluesky"
)

// with is the harness of a network that behaves in a way.
func with(o pretended.Options) networktest.Harness {
	h := harness()
	h.Open = func(_ *testing.T, stage *sandbox.Stage) (http.Handler, func(string) map[string]string) {
		n := pretended.New(stage, o)
		us := n.Account("atelier.bsky.test", "Atelier")
		return n.Handler(), func(base string) map[string]string {
			return map[string]string{"handle": us.Handle, "password": us.AppPassword, "server": base}
		}
	}
	return h
}

func film(w *networktest.World, text string) network.Part {
	part := w.Part(text)
	part.Media = []network.Media{networktest.Clip(200<<10, 5, 720, 1280, "a shelf, filmed")}
	return part
}

// calls are the requests of a method.
func calls(w *networktest.World, method string) int {
	n := 0
	for _, r := range w.Front.Requests() {
		if strings.HasSuffix(r.Path, "/"+method) {
			n++
		}
	}
	return n
}

func TestAVideoGoesByTheVideoService(t *testing.T) {
	w := networktest.NewWorld(t, with(pretended.Options{VideoTime: 20 * time.Minute}))
	if _, err := w.Send(film(w, "moving")); err != nil {
		t.Fatal(err)
	}
	if n := calls(w, "app.bsky.video.uploadVideo"); n != 1 || calls(w, "com.atproto.repo.uploadBlob") != 0 {
		t.Errorf("handed over %d times to the service, %d times to the server", n, calls(w, "com.atproto.repo.uploadBlob"))
	}
	if n := calls(w, "app.bsky.video.getJobStatus"); n > 80 {
		t.Errorf("asked %d times in twenty minutes", n)
	}
	all := w.Front.Requests()
	record := all[len(all)-1].Body
	for _, want := range []string{`"$type":"app.bsky.embed.video"`, `"alt":"a shelf, filmed"`, `"aspectRatio":{"width":720,"height":1280}`, `"mimeType":"video/mp4"`} {
		if !bytes.Contains(record, []byte(want)) {
			t.Errorf("no %s in %s", want, record)
		}
	}
}

// The service knows a video by its bytes and refuses it with the work it has done.
func TestAVideoThatIsThereAlreadyIsNotMadeAnew(t *testing.T) {
	w := networktest.NewWorld(t, harness())
	for _, text := range []string{"once", "and again, with other words"} {
		if _, err := w.Send(film(w, text)); err != nil {
			t.Fatal(err)
		}
	}
	if made := w.Ledger(sandbox.Publish); len(made) != 2 || made[0].Object == made[1].Object {
		t.Errorf("the ledger has %+v", made)
	}
	if n := len(w.Ledger(sandbox.Upload)); n != 1 {
		t.Errorf("%d videos were worked on", n)
	}
}

func TestAVideoThatCannotBeReadIsSaid(t *testing.T) {
	for _, code := range []string{"validation_failure", "encoding_failure", "generic_failure", "something_new"} {
		w := networktest.NewWorld(t, with(pretended.Options{VideoFails: code}))
		_, err := w.Send(film(w, "broken"))
		if text, hint := fault.Shown(err); !fault.Is(err, fault.Invalid) || text != "Bluesky cannot read the video." || hint == "" || len(w.Ledger(sandbox.Publish)) != 0 {
			t.Errorf("%s: %v, and the ledger has %+v", code, err, w.Ledger(sandbox.Publish))
		}
	}
}

func TestAVideoTheServiceCannotBringIsBroughtByUs(t *testing.T) {
	w := networktest.NewWorld(t, with(pretended.Options{VideoFails: "pds_upload_failure"}))
	if _, err := w.Send(film(w, "by hand")); err != nil {
		t.Fatal(err)
	}
	if n := calls(w, "com.atproto.repo.uploadBlob"); n != 1 || len(w.Ledger(sandbox.Publish)) != 1 {
		t.Errorf("brought %d times; the ledger has %+v", n, w.Ledger(sandbox.Publish))
	}
}

// What no record names is swept away, and the service brings a video once only.
func TestAFileThatWasSweptAwayIsBroughtAgain(t *testing.T) {
	for name, m := range map[string]network.Media{"a video": networktest.Clip(100<<10, 5, 720, 1280, ""), "an image": networktest.Picture("image/png", 20, 20, "x")} {
		t.Run(name, func(t *testing.T) {
			w := networktest.NewWorld(t, with(pretended.Options{BlobLife: time.Hour}))
			part := w.Part("later")
			part.Media = []network.Media{m}
			w.Weather(sandbox.Mishap{Kind: sandbox.Throttled, Action: sandbox.Publish, Times: 1})
			if _, err := w.Send(part); !fault.Is(err, fault.Throttled) {
				t.Fatal(err)
			}
			w.Stage.Clock.Advance(3 * time.Hour)
			if _, err := w.Send(part); err != nil {
				t.Fatal(err)
			}
			if n := len(w.Ledger(sandbox.Publish)); n != 1 {
				t.Errorf("%d posts", n)
			}
		})
	}
}

func TestTheDayOfVideosIsKept(t *testing.T) {
	w := networktest.NewWorld(t, with(pretended.Options{VideosDaily: 1}))
	if _, err := w.Send(film(w, "one")); err != nil {
		t.Fatal(err)
	}
	second := w.Part("two")
	second.Media = []network.Media{networktest.Clip(100<<10, 5, 720, 1280, "")}
	_, err := w.Send(second)
	if !fault.Is(err, fault.Throttled) || fault.After(err) < time.Minute || calls(w, "app.bsky.video.uploadVideo") != 1 {
		t.Fatalf("%v; handed over %d times", err, calls(w, "app.bsky.video.uploadVideo"))
	}
	w.Stage.Clock.Advance(24 * time.Hour)
	if _, err := w.Send(second); err != nil {
		t.Error(err)
	}
}

// The service's refusal is about videos: the account is well.
func TestAnAccountWithoutVideosIsNotBroken(t *testing.T) {
	w := networktest.NewWorld(t, with(pretended.Options{NoVideos: true}))
	_, err := w.Send(film(w, "no"))
	if _, hint := fault.Shown(err); !fault.Is(err, fault.Invalid) || !strings.Contains(hint, "e-mail") {
		t.Errorf("%v", err)
	}
	w.Front.Instead(func(rw http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, "getUploadLimits") {
			return false
		}
		_, _ = rw.Write([]byte(`{"canUpload":true}`)) // the client sees to it
		return true
	})
	if _, err := w.Send(film(w, "no")); !fault.Is(err, fault.Invalid) {
		t.Errorf("refused at the upload: %v", err)
	}
	w.Publish("words alone")
}

func TestTheRecordNamesTheSubtitles(t *testing.T) {
	w := networktest.NewWorld(t, harness())
	part := film(w, "with words")
	part.Media[0].Subtitles = []network.Subtitle{{Lang: "fr", VTT: "WEBVTT\n\n00:00:00.000 --> 00:00:01.000\nUne étagère\n"}, {Lang: "pt-BR", VTT: "WEBVTT\n\n00:00:00.000 --> 00:00:01.000\nUma estante\n"}}
	if _, err := w.Send(part); err != nil {
		t.Fatal(err)
	}
	all := w.Front.Requests()
	record := string(all[len(all)-1].Body)
	at := 0
	for _, want := range []string{`"captions":[{"lang":"fr","file":{"$type":"blob","ref":{"$link":"`, `"mimeType":"text/vtt"`, `{"lang":"pt-BR","file":{`} {
		i := strings.Index(record[at:], want)
		if i < 0 {
			t.Fatalf("no %s in %s", want, record)
		}
		at += i
	}
	if n := calls(w, "com.atproto.repo.uploadBlob"); n != 2 {
		t.Errorf("%d files were brought", n)
	}
}
