package bluesky

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// service asks for a token for another service.
func (w *world) service(audience, method string, lasts time.Duration) string {
	w.t.Helper()
	got := w.get("com.atproto.server.getServiceAuth", "aud", audience, "lxm", method, "exp", fmt.Sprint(w.stage.Clock.Now().Add(lasts).Unix()))
	return got["token"].(string)
}

// as speaks with another token for a while.
func (w *world) as(token string, do func()) {
	kept := w.token
	w.token = token
	do()
	w.token = kept
}

func (w *world) self() string { return "did:web:" + hostName(w.address) }

func (w *world) video(token, did, kind string, data []byte) (int, object) {
	w.t.Helper()
	query := url.Values{"did": {did}, "name": {"a.mp4"}}
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.address+"/xrpc/app.bsky.video.uploadVideo?"+query.Encode(), bytes.NewReader(data))
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Authorization", "Bearer "+token)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer answer.Body.Close()
	// The service answers without the wrapping that its lexicon names (docs.bsky.app/docs/tutorials/video, 2026-11-26), so its
	// answer is held against what stands in the wrapping.
	var got object
	decoder := json.NewDecoder(answer.Body)
	decoder.UseNumber()
	if err := decoder.Decode(&got); err != nil {
		w.t.Fatal(err)
	}
	if w.lexicon != nil && answer.StatusCode == http.StatusOK {
		w.lexicon.answer("app.bsky.video.uploadVideo", answer.StatusCode, object{"jobStatus": got})
	}
	return answer.StatusCode, got
}

func webName(address string) string {
	_, host, _ := strings.Cut(address, "://")
	return strings.ReplaceAll(host, ":", "%3A")
}

func TestAVideoIsWorkedOnAndBroughtIntoTheRepository(t *testing.T) {
	w := newWorld(t, Options{VideoAsks: 2}).underJudgement()
	film := append([]byte("\x00\x00\x00\x18ftypisom"), bytes.Repeat([]byte("x"), 1000)...)
	good := w.service(w.self(), "com.atproto.repo.uploadBlob", 30*time.Minute)
	for name, try := range map[string]struct {
		token, did, kind string
		status           int
	}{
		"our own token":    {w.token, w.me.DID, "video/mp4", 401},
		"another audience": {w.service("did:web:video.bsky.app", "com.atproto.repo.uploadBlob", time.Minute), w.me.DID, "video/mp4", 401},
		"another method":   {w.service(w.self(), "app.bsky.video.uploadVideo", time.Minute), w.me.DID, "video/mp4", 401},
		"somebody else":    {good, "did:plc:somebody", "video/mp4", 400},
		"another type":     {good, w.me.DID, "video/webm", 400},
	} {
		if status, got := w.video(try.token, try.did, try.kind, film); status != try.status {
			t.Errorf("%s: %d %v", name, status, got)
		}
	}
	status, job := w.video(good, w.me.DID, "video/mp4", film)
	if status != 200 || job["state"] != "JOB_STATE_CREATED" {
		t.Fatalf("%d %v", status, job)
	}
	var blob object
	for range 3 {
		got := w.get("app.bsky.video.getJobStatus", "jobId", job["jobId"].(string))["jobStatus"].(object)
		blob, _ = got["blob"].(object)
	}
	if blob == nil {
		t.Fatal("the work does not come to an end")
	}
	if status, again := w.video(good, w.me.DID, "video/mp4", film); status != 409 || again["jobId"] != job["jobId"] || again["error"] != "already_exists" {
		t.Errorf("once more: %d %v", status, again)
	}
	post := w.record("a film")
	post["record"].(object)["embed"] = object{"$type": "app.bsky.embed.video", "video": blob, "alt": "a film"}
	if status, got := w.post("com.atproto.repo.createRecord", post); status != 200 {
		t.Errorf("%d %v", status, got)
	}
	w.as(w.service("did:web:"+webName(w.address), "app.bsky.video.getUploadLimits", time.Minute), func() {
		if got := w.get("app.bsky.video.getUploadLimits"); got["canUpload"] != true || number64(got["remainingDailyVideos"]) != 24 {
			t.Errorf("limits %v", got)
		}
	})
	if status, got := w.ask("GET", "app.bsky.feed.getTimeline", "", nil); status != 200 {
		t.Fatalf("%d %v", status, got)
	}
	w.as(good, func() {
		if status, got := w.ask("GET", "app.bsky.feed.getTimeline", "", nil); status != 400 {
			t.Errorf("a token of a service is one of ours: %d %v", status, got)
		}
	})
}

func TestWhatNoRecordNamesIsSweptAway(t *testing.T) {
	w := newWorld(t, Options{BlobLife: time.Hour})
	_, got := w.post("com.atproto.repo.uploadBlob", []byte("\x89PNG\r\n\x1a\n and more"))
	post := w.record("late")
	post["record"].(object)["embed"] = object{"$type": "app.bsky.embed.images", "images": []any{object{"alt": "", "image": got["blob"]}}}
	w.stage.Clock.Advance(90 * time.Minute)
	if status, said := w.post("com.atproto.repo.createRecord", post); status != 400 || said["error"] != "BlobNotFound" {
		t.Errorf("%d %v", status, said)
	}
}
