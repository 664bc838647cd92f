package bluesky_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/id"
	"github.com/kithhq/kith/internal/network"
	driver "github.com/kithhq/kith/internal/network/bluesky"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/outward"
	"github.com/kithhq/kith/test/bluesky"
)

type figures struct {
	Pinned, DisplayName       string
	Followers, Follows, Posts int64
}

func TestPinsMutesAndFiguresStandOnTheRealNetwork(t *testing.T) {
	h := connect(t, "alice.test", named)
	carol := h.world.Account(t, "carol.test")
	look := func() figures {
		h.settle()
		return bluesky.Ask[figures](t, h.world, bluesky.Command{"do": "profile", "of": "alice.test"})
	}
	sent := h.publish(h.part(id.New() + " at the top"))
	name := look().DisplayName
	for range 2 {
		if err := h.driver.Pin(t.Context(), h.conn, sent.Ref, true); err != nil {
			t.Fatal(err)
		}
	}
	if now := look(); now.Pinned != sent.ID || now.DisplayName != name {
		t.Errorf("the AppView shows %+v", now)
	}
	if err := h.driver.Pin(t.Context(), h.conn, network.Ref{ID: sent.ID}, false); err != nil {
		t.Fatal(err)
	}
	now := look()
	if now.Pinned != "" || now.DisplayName != name {
		t.Errorf("the AppView shows %+v", now)
	}
	counts, err := h.driver.Insights(t.Context(), h.conn, time.Now())
	if err != nil || counts[network.Followers] != now.Followers || counts["bluesky:following"] != now.Follows || counts["bluesky:posts"] != now.Posts {
		t.Errorf("counted %v, %v; the AppView shows %+v", counts, err, now)
	}

	muted := func() bool {
		return slices.Contains(bluesky.Ask[[]string](t, h.world, bluesky.Command{"do": "mutes", "as": "alice.test"}), "carol.test")
	}
	for _, on := range []bool{true, true, false, false} {
		if err := h.driver.Mute(t.Context(), h.conn, network.Author{ID: carol.DID}, on); err != nil {
			t.Fatal(err)
		}
		if muted() != on {
			t.Errorf("muted: %v, and it should be %v", muted(), on)
		}
	}
}

// filmService stands in for the video service, of which the reference network has
// none: it brings what it gets into the repository as the service does, by the
// token that the real data server gave us for it. It must be asked for as
// localhost: no other name of a DID may have a port.
func filmService(t *testing.T, pds string) *httptest.Server {
	t.Helper()
	var blob json.RawMessage
	mux := http.NewServeMux()
	say := func(w http.ResponseWriter, v any) { _ = json.NewEncoder(w).Encode(v) } // the client sees to it
	mux.HandleFunc("GET /xrpc/app.bsky.video.getUploadLimits", func(w http.ResponseWriter, r *http.Request) {
		var said struct{ Aud, Lxm string }
		parts := strings.Split(r.Header.Get("Authorization"), ".")
		if data, err := base64.RawURLEncoding.DecodeString(parts[len(parts)/2]); err != nil || json.Unmarshal(data, &said) != nil {
			t.Errorf("a token %q", r.Header.Get("Authorization"))
		}
		if said.Lxm != "app.bsky.video.getUploadLimits" || said.Aud != "did:web:"+strings.ReplaceAll(r.Host, ":", "%3A") {
			t.Errorf("a token for %+v", said)
		}
		say(w, map[string]any{"canUpload": true})
	})
	mux.HandleFunc("POST /xrpc/app.bsky.video.uploadVideo", func(w http.ResponseWriter, r *http.Request) {
		up, err := http.NewRequestWithContext(r.Context(), http.MethodPost, pds+"/xrpc/com.atproto.repo.uploadBlob", r.Body)
		if err != nil {
			t.Error(err)
			return
		}
		up.ContentLength = r.ContentLength
		up.Header.Set("Content-Type", r.Header.Get("Content-Type"))
		up.Header.Set("Authorization", r.Header.Get("Authorization"))
		answer, err := http.DefaultClient.Do(up)
		if err != nil {
			t.Error(err)
			return
		}
		defer answer.Body.Close()
		data, err := io.ReadAll(answer.Body)
		var got struct{ Blob json.RawMessage }
		if err != nil || answer.StatusCode != http.StatusOK || json.Unmarshal(data, &got) != nil {
			t.Errorf("the data server refuses its own token: %d %s, %v", answer.StatusCode, data, err)
		}
		blob = got.Blob
		say(w, map[string]any{"jobId": "1", "did": r.URL.Query().Get("did"), "state": "JOB_STATE_CREATED"})
	})
	mux.HandleFunc("GET /xrpc/app.bsky.video.getJobStatus", func(w http.ResponseWriter, _ *http.Request) {
		say(w, map[string]any{"jobStatus": map[string]any{"jobId": "1", "did": "did:plc:x", "state": "JOB_STATE_COMPLETED", "blob": blob}})
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server
}

func TestAVideoStandsOnTheRealNetwork(t *testing.T) {
	h := connect(t, "alice.test", named)
	out, err := outward.New(outward.Options{Allow: []string{"127.0.0.1", "localhost"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(out.Close)
	h.driver = driver.New(out, driver.Options{Server: h.world.PDS, Directory: h.world.PLC, Video: strings.Replace(filmService(t, h.world.PDS).URL, "127.0.0.1", "localhost", 1)})
	mark := id.New()
	part := h.part(mark + " film")
	part.Media = []network.Media{networktest.Clip(64<<10, 5, 720, 1280, "une étagère, filmée")}
	part.Media[0].Subtitles = []network.Subtitle{{Lang: "fr", VTT: "WEBVTT\n\n00:00:00.500 --> 00:00:02.000\nUne étagère\n"}}
	sent := h.publish(part)
	h.settle()
	kept := h.records("alice.test", mark)
	if len(kept) != 1 || kept[0].URI != sent.ID || !bytes.Contains(kept[0].Value.Embed, []byte("app.bsky.embed.video")) || !bytes.Contains(kept[0].Value.Embed, []byte("une étagère, filmée")) ||
		!bytes.Contains(kept[0].Value.Embed, []byte(`"captions":[{`)) || !bytes.Contains(kept[0].Value.Embed, []byte("text/vtt")) {
		t.Errorf("the data server keeps %s", kept[0].Value.Embed)
	}
	look, err := h.driver.Find(t.Context(), h.conn, part, part.At)
	if err != nil || look.Exact == nil || look.Exact.ID != sent.ID || look.Exact.Media != 1 {
		t.Errorf("the look is %+v, %v", look, err)
	}
}
