package instagram

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
)

// What the documentation forbids is refused with the codes it names.
func TestWhatIsForbiddenIsRefused(t *testing.T) {
	g := open(t, Options{PublishMax: 2})
	media, publish := "/v25.0/"+g.us.ID+"/media", "/v25.0/"+g.us.ID+"/media_publish"
	good := "https://x.example/good.jpg"
	g.Ill(36003, 2207009, "POST", media, "image_url", "https://x.example/flat.jpg")
	g.Ill(36001, 2207005, "POST", media, "image_url", "https://x.example/not.jpg")
	g.Ill(9004, 2207052, "POST", media, "image_url", "https://x.example/gone.jpg")
	g.Ill(36004, 2207010, "POST", media, "image_url", good, "caption", strings.Repeat("é", 2201))
	g.Ill(100, 2207023, "POST", media, "image_url", good, "caption", strings.Repeat("#a ", 31))
	g.Ill(100, 2207040, "POST", media, "image_url", good, "caption", strings.Repeat("@a ", 21))
	g.Ill(100, 2207023, "POST", media, "media_type", "VIDEO", "video_url", "https://x.example/a.mp4")
	g.Ill(100, 2207023, "POST", media, "media_type", "REELS", "video_url", "https://x.example/a.mp4", "is_carousel_item", "true")
	g.Ill(100, 0, "POST", media, "media_type", "REELS", "video_url", "https://x.example/a.mp4", "alt_text", "no")
	g.Ill(100, 0, "POST", media, "image_url", good, "is_carousel_item", "true", "is_ai_generated", "true")
	g.Ill(100, 2207028, "POST", media, "media_type", "CAROUSEL", "children", "1")
	g.Ill(24, 2207008, "POST", publish, "creation_id", "1")

	id := g.Well("POST", media, "image_url", good)["id"].(string)
	g.Ill(9007, 2207027, "POST", publish, "creation_id", id)
	g.stage.Clock.Advance(time.Minute)
	g.Well("POST", publish, "creation_id", id)
	g.Well("POST", publish, "creation_id", id) // harsher than life: twice is two
	if n := len(g.stage.Ledger.Entries(sandbox.Filter{Action: sandbox.Publish})); n != 2 {
		t.Errorf("%d posts", n)
	}
	g.Ill(9, 2207042, "POST", publish, "creation_id", g.contain("image_url", good))
	late := g.contain("image_url", good)
	g.stage.Clock.Advance(25 * time.Hour)
	g.Ill(-2, 2207020, "POST", publish, "creation_id", late)
	if got := g.Well("GET", "/"+late, "fields", "status_code"); got["status_code"] != "EXPIRED" {
		t.Errorf("%v", got)
	}
	g.Ill(100, 0, "GET", "/"+late, "fields", "frogs")
	g.Ill(100, 33, "GET", "/999")
}

// With Instagram's own login, some things are not there at all.
func TestInstagramsLoginOffersLess(t *testing.T) {
	g := open(t, Options{})
	id := g.publish("one")
	g.Token = g.us.Token
	g.Ill(100, 33, "DELETE", "/"+id)
	g.Ill(100, 0, "POST", "/"+g.us.ID+"/media", "media_type", "REELS", "upload_type", "resumable")
	g.Ill(100, 33, "GET", "/"+g.us.ID+"/tags")
	g.Ill(100, 33, "GET", "/debug_token", "input_token", g.us.Token)
	g.Ill(100, 0, "GET", "/"+g.us.ID, "appsecret_proof", "x")
	if me := g.Well("GET", "/v25.0/me", "fields", "id,user_id,username"); me["user_id"] != g.us.ID || me["id"] == g.us.ID {
		t.Errorf("%v", me)
	}
}

// Bytes are taken from where they broke off, and from nowhere else.
func TestAnUploadResumes(t *testing.T) {
	g := open(t, Options{})
	id := g.Well("POST", "/v25.0/"+g.us.ID+"/media", "media_type", "REELS", "upload_type", "resumable")["id"].(string)
	whole := film(strings.Repeat("x", 1000))
	send := func(offset int, bytesOf []byte) int {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, g.Server.URL+"/ig-api-upload/v25.0/"+id, bytes.NewReader(bytesOf))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "OAuth "+g.Token)
		r.Header.Set("Offset", strconv.Itoa(offset))
		r.Header.Set("File_size", strconv.Itoa(len(whole)))
		status, _ := g.Do(r)
		return status
	}
	has := func() float64 {
		v := g.Well("GET", "/"+id, "fields", "video_status")["video_status"].(map[string]any)
		return v["uploading_phase"].(map[string]any)["bytes_transferred"].(float64)
	}
	if send(0, whole[:400]) == http.StatusOK || has() != 400 {
		t.Errorf("a part: %v bytes", has())
	}
	for _, offset := range []int{0, 399, 401, -1} {
		if send(offset, whole[max(offset, 0):]) == http.StatusOK {
			t.Errorf("from %d it is taken", offset)
		}
	}
	if status := send(400, whole[400:]); status != http.StatusOK || has() != float64(len(whole)) {
		t.Errorf("the rest: %d, %v bytes", status, has())
	}
	g.stage.Clock.Advance(time.Minute)
	if got := g.Well("GET", "/"+id, "fields", "status_code"); got["status_code"] != "FINISHED" {
		t.Errorf("%v", got)
	}
}

func TestPrivateRepliesHaveALimit(t *testing.T) {
	g := open(t, Options{})
	id := g.publish("one")
	for i := range repliesMost + 1 {
		c := g.comment(i%100, id, fmt.Sprint("word ", i))
		pairs := []string{"recipient", `{"comment_id":"` + c + `"}`, "message", `{"text":"hi"}`}
		if i < repliesMost {
			g.Well("POST", "/"+g.us.PageID+"/messages", pairs...)
		} else {
			g.Ill(613, 0, "POST", "/"+g.us.PageID+"/messages", pairs...)
		}
	}
}
