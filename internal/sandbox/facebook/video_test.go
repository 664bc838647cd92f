package facebook

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/graph/graphtest"
)

func film(more string) []byte { return append([]byte("\x00\x00\x00\x18ftypisom"), more...) }

// piece sends a part of a video, as a multipart form.
func (g *asker) piece(session, from string, data []byte) (int, map[string]any) {
	g.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name, value := range map[string]string{"upload_phase": "transfer", "upload_session_id": session, "start_offset": from, "access_token": g.page.Token} {
		_ = form.WriteField(name, value)
	}
	part, _ := form.CreateFormFile("video_file_chunk", "piece")
	part.Write(data)
	form.Close()
	r, err := http.NewRequestWithContext(g.Context(), http.MethodPost, g.Server.URL+"/v25.0/me/videos", &body)
	if err != nil {
		g.Fatal(err)
	}
	r.Header.Set("Content-Type", form.FormDataContentType())
	return g.Do(r)
}

// stream sends a video in one stream from an offset on.
func (g *asker) stream(video string, offset, size int, data []byte) (int, map[string]any) {
	g.Helper()
	r, err := http.NewRequestWithContext(g.Context(), http.MethodPost, g.Server.URL+"/video-upload/v25.0/"+video, bytes.NewReader(data))
	if err != nil {
		g.Fatal(err)
	}
	r.Header.Set("Authorization", "OAuth "+g.page.Token)
	r.Header["offset"], r.Header["file_size"] = []string{strconv.Itoa(offset)}, []string{strconv.Itoa(size)}
	return g.Do(r)
}

// film uploads and finishes a video and lets the work on it pass.
func (g *asker) film(edge string, data []byte, pairs ...string) string {
	g.Helper()
	begun := g.Well("POST", "/me/"+edge, "upload_phase", "start", "file_size", strconv.Itoa(len(data)))
	id := begun["video_id"].(string)
	end := append([]string{"upload_phase", "finish"}, pairs...)
	if edge == "videos" {
		session := begun["upload_session_id"].(string)
		if status, got := g.piece(session, "0", data); status != http.StatusOK || got["start_offset"] != got["end_offset"] {
			g.Fatal(status, got)
		}
		end = append(end, "upload_session_id", session)
	} else {
		if status, got := g.stream(id, 0, len(data), data); status != http.StatusOK {
			g.Fatal(status, got)
		}
		end = append(end, "video_id", id, "video_state", "PUBLISHED")
	}
	g.Well("POST", "/me/"+edge, end...)
	g.stage.Clock.Advance(time.Minute)
	return id
}

func (g *asker) status(video string) map[string]any {
	g.Helper()
	return g.Well("GET", "/"+video, "fields", "status")["status"].(map[string]any)
}

func TestAVideoComesInPiecesAndIsWorkedOn(t *testing.T) {
	g := open(t, Options{})
	clip := film(strings.Repeat("x", 5<<20))
	begun := g.Well("POST", "/me/videos", "upload_phase", "start", "file_size", strconv.Itoa(len(clip)))
	session, id := begun["upload_session_id"].(string), begun["video_id"].(string)
	if begun["start_offset"] != "0" || begun["end_offset"] != strconv.Itoa(pieceMost) {
		t.Errorf("%v", begun)
	}
	g.Ill(6000, 1363019, "POST", "/me/videos", "upload_phase", "finish", "upload_session_id", session)
	_, next := g.piece(session, "0", clip[:pieceMost])
	for _, wrong := range []string{"0", "7", "-1", "x"} {
		status, got := g.piece(session, wrong, clip[:10])
		said := got["error"].(map[string]any)
		if status != http.StatusBadRequest || said["error_subcode"] != 1363037.0 || said["error_data"].(map[string]any)["start_offset"] != next["start_offset"] {
			t.Errorf("%s: %d %v", wrong, status, got)
		}
	}
	if up := g.status(id)["uploading_phase"].(map[string]any); up["status"] != "in_progress" || up["bytes_transferred"] != float64(pieceMost) {
		t.Errorf("%v", up)
	}
	g.piece(session, next["start_offset"].(string), clip[pieceMost:])
	g.Well("POST", "/me/videos", "upload_phase", "finish", "upload_session_id", session, "description", "A shelf, filmed")
	if got := g.status(id); got["video_status"] != "processing" || len(graphtest.Data(g.Well("GET", "/me/published_posts"))) != 0 {
		t.Errorf("it is out before it was worked on: %v", got)
	}
	g.stage.Clock.Advance(time.Minute)
	v := g.Well("GET", "/"+id, "fields", "published,post_id,permalink_url,description,status")
	if v["published"] != true || v["status"].(map[string]any)["video_status"] != "ready" || v["description"] != "A shelf, filmed" {
		t.Errorf("%v", v)
	}
	posts := graphtest.Data(g.Well("GET", "/me/published_posts", "fields", "id,message,attachments"))
	if len(posts) != 1 || posts[0]["id"] != g.page.ID+"_"+v["post_id"].(string) || posts[0]["message"] != "A shelf, filmed" {
		t.Errorf("%v", posts)
	}
	// Harsher than life: what is finished twice is there twice.
	g.Well("POST", "/me/videos", "upload_phase", "finish", "upload_session_id", session)
	g.stage.Clock.Advance(time.Minute)
	if n := len(graphtest.Data(g.Well("GET", "/me/published_posts"))); n != 2 {
		t.Errorf("%d posts", n)
	}
}

func TestReelsAndStoriesComeInOneStream(t *testing.T) {
	g := open(t, Options{})
	clip := film("some more of it")
	for _, edge := range []string{"video_reels", "video_stories"} {
		id := g.Well("POST", "/me/"+edge, "upload_phase", "start")["video_id"].(string)
		for name, c := range map[string]struct {
			offset, size int
			data         []byte
			kind         string
		}{"beyond": {7, len(clip), clip[7:], "OffsetInvalidError"}, "nothing said": {0, 0, clip, "InvalidHeaderError"}, "half": {0, len(clip), clip[:6], "PartialRequestError"}} {
			if name == "half" {
				continue // last, because it is kept
			}
			if status, got := g.stream(id, c.offset, c.size, c.data); status != http.StatusBadRequest || got["debug_info"].(map[string]any)["type"] != c.kind {
				t.Errorf("%s %s: %d %v", edge, name, status, got)
			}
		}
		if _, got := g.stream(id, 0, len(clip), clip[:6]); got["debug_info"].(map[string]any)["retriable"] != true {
			t.Errorf("%v", got)
		}
		if got := g.status(id)["uploading_phase"].(map[string]any)["bytes_transferred"]; got != 6.0 {
			t.Errorf("kept %v", got)
		}
		g.Ill(6000, 1363019, "POST", "/me/"+edge, "upload_phase", "finish", "video_id", id)
		if status, got := g.stream(id, 6, len(clip), clip[6:]); status != http.StatusOK {
			t.Errorf("%d %v", status, got)
		}
		g.Ill(100, 0, "POST", "/me/"+edge, "upload_phase", "transfer")
		g.Well("POST", "/me/"+edge, "upload_phase", "finish", "video_id", id)
	}
	g.stage.Clock.Advance(time.Minute)
	if n := len(graphtest.Data(g.Well("GET", "/me/published_posts"))); n != 1 {
		t.Errorf("a story is no post: %d", n)
	}
	if all := graphtest.Data(g.Well("GET", "/me/stories")); len(all) != 1 || all[0]["media_type"] != "video" || all[0]["status"] != "published" {
		t.Errorf("%v", all)
	}
}

func TestWhatCannotBeReadShowsAtTheEnd(t *testing.T) {
	g := open(t, Options{})
	for _, edge := range []string{"videos", "video_reels", "video_stories"} {
		id := g.film(edge, film("kith:unreadable"))
		if got := g.status(id); got["video_status"] != "error" || got["processing_phase"].(map[string]any)["status"] != "error" {
			t.Errorf("%s: %v", edge, got)
		}
	}
	if posts, stories := graphtest.Data(g.Well("GET", "/me/published_posts")), graphtest.Data(g.Well("GET", "/me/stories")); len(posts)+len(stories) != 0 {
		t.Errorf("%v, %v", posts, stories)
	}
}

func TestWhatNobodyFinishesIsForgotten(t *testing.T) {
	g := open(t, Options{})
	begun := g.Well("POST", "/me/videos", "upload_phase", "start", "file_size", "20")
	reel := g.Well("POST", "/me/video_reels", "upload_phase", "start")["video_id"].(string)
	_, photo := g.upload(dot(t, 4), "published", "false")
	g.stage.Clock.Advance(25 * time.Hour)
	if status, got := g.piece(begun["upload_session_id"].(string), "0", film("")); status != http.StatusBadRequest {
		t.Errorf("%d %v", status, got)
	}
	if status, got := g.stream(reel, 0, 12, film("")); status != http.StatusBadRequest || got["debug_info"].(map[string]any)["type"] != "NotAuthorizedError" {
		t.Errorf("%d %v", status, got)
	}
	g.Ill(100, 33, "GET", "/"+reel)
	g.Ill(100, 33, "POST", "/me/video_reels", "upload_phase", "finish", "video_id", reel)
	g.Ill(100, 33, "POST", "/me/photo_stories", "photo_id", photo["id"].(string))
	g.Ill(100, 33, "POST", "/me/feed", "attached_media", `[{"media_fbid":"`+photo["id"].(string)+`"}]`)
}

func TestAPhotoBecomesAStory(t *testing.T) {
	g := open(t, Options{})
	_, photo := g.upload(dot(t, 4), "published", "false")
	id := photo["id"].(string)
	post := g.Well("POST", "/me/photo_stories", "photo_id", id)["post_id"].(string)
	all := graphtest.Data(g.Well("GET", "/me/stories"))
	if len(all) != 1 || all[0]["media_id"] != id || all[0]["post_id"] != post {
		t.Errorf("%v", all)
	}
	g.Ill(1366051, 0, "POST", "/me/feed", "attached_media", `[{"media_fbid":"`+id+`"}]`)
	_, used := g.upload(dot(t, 4), "message", "a post")
	g.Ill(100, 0, "POST", "/me/photo_stories", "photo_id", used["id"].(string))
	g.stage.Clock.Advance(25 * time.Hour)
	if now, then := graphtest.Data(g.Well("GET", "/me/stories", "status", "PUBLISHED")), graphtest.Data(g.Well("GET", "/me/stories", "status", "ARCHIVED")); len(now) != 0 || len(then) != 1 {
		t.Errorf("%v, %v", now, then)
	}
}

func TestTheThirtyFirstReelOfADayIsRefused(t *testing.T) {
	g := open(t, Options{Work: time.Second})
	for range reelsMost {
		g.film("video_reels", film("short"))
	}
	id := g.Well("POST", "/me/video_reels", "upload_phase", "start")["video_id"].(string)
	g.stream(id, 0, 12, film(""))
	g.Ill(613, 0, "POST", "/me/video_reels", "upload_phase", "finish", "video_id", id)
}

func TestAPostCarriesAPartnerAndIsPinned(t *testing.T) {
	g := open(t, Options{})
	partner := g.net.AddPage("Partner").ID
	id := g.Well("POST", "/me/feed", "message", "with thanks", "sponsor_id", partner)["id"].(string)
	if tags := graphtest.Data(g.Well("GET", "/"+id+"/sponsor_tags")); len(tags) != 1 || tags[0]["id"] != partner || g.net.Sponsor(id) != partner {
		t.Errorf("%v", tags)
	}
	g.Ill(100, 0, "POST", "/me/feed", "message", "x", "sponsor_id", "12")
	g.Ill(100, 0, "POST", "/me/feed", "message", "x", "sponsor_id", partner, "direct_share_status", "perhaps")
	other := g.publish("two")
	g.Well("POST", "/"+id, "is_pinned", "true")
	g.Well("POST", "/"+other, "is_pinned", "true")
	if g.net.Pinned(g.page.ID) != other {
		t.Error("two posts are at the top")
	}
	g.Ill(100, 0, "POST", "/"+other, "is_pinned", "perhaps")
	g.Well("DELETE", "/"+other)
	if g.net.Pinned(g.page.ID) != "" {
		t.Error("what is gone is at the top")
	}
	g.Ill(100, 0, "POST", "/"+id, "message", "")
}

// An upload is weather's upload, its end a post, where the phase stands in the address.
func TestWeatherKnowsTheEndOfAnUpload(t *testing.T) {
	g := open(t, Options{})
	for path, want := range map[string]sandbox.Action{"/me/videos?upload_phase=start": sandbox.Upload, "/v25.0/me/videos?upload_phase=finish": sandbox.Publish,
		"/me/video_reels?upload_phase=finish": sandbox.Publish, "/me/photo_stories": sandbox.Publish, "/video-upload/v25.0/7": sandbox.Upload} {
		r, err := http.NewRequest(http.MethodPost, path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := g.net.action(r); got != want {
			t.Errorf("%s: %s", path, got)
		}
	}
}
