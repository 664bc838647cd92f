package mastodon

import (
	"bytes"
	"image"
	"image/png"
	"testing"
	"time"
)

func film() upload {
	return upload{append([]byte("\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2"), bytes.Repeat([]byte("x"), 2000)...), "video/mp4", "a film"}
}

func dot() upload {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 1, 1))); err != nil {
		panic(err)
	}
	return upload{b.Bytes(), "image/png", "a dot"}
}

// What only says that it is a picture is refused, in the server's own words.
func TestABrokenPictureIsRefused(t *testing.T) {
	w := newWorld(t, Options{})
	for text, file := range map[string]upload{
		"Error processing thumbnail for uploaded media":                    {[]byte("\x89PNG\r\n\x1a\n and more"), "image/png", "half a dot"},
		"Validation failed: File content type is invalid, File is invalid": {[]byte("this is no picture"), "image/png", "words"},
	} {
		if status, got := w.post("/api/v2/media", file); status != 422 || got["error"] != text {
			t.Errorf("%s: %d %v", file.alt, status, got)
		}
	}
}

func TestAFilmIsWorkedOnByTheClock(t *testing.T) {
	w := newWorld(t, Options{MediaTime: time.Minute, MediaAsks: 1})
	status, made := w.post("/api/v2/media", film())
	if status != 202 || made["url"] != nil {
		t.Fatalf("%d %v", status, made)
	}
	id := made["id"].(string)
	for range 2 { // asking does not make it faster
		if status, got := w.ask("GET", "/api/v1/media/"+id, nil); status != 206 {
			t.Fatalf("%d %v", status, got)
		}
	}
	if status, got := w.post("/api/v1/statuses", object{"status": "too early", "media_ids": []string{id}}); status != 422 {
		t.Errorf("%d %v", status, got)
	}
	w.stage.Clock.Advance(2 * time.Minute)
	if status, got := w.ask("GET", "/api/v1/media/"+id, nil); status != 200 {
		t.Fatalf("%d %v", status, got)
	}
	_, image := w.post("/api/v2/media", dot())
	if status, got := w.post("/api/v1/statuses", object{"status": "both", "media_ids": []string{id, image["id"].(string)}}); status != 422 {
		t.Errorf("a film beside an image: %d %v", status, got)
	}
	if status, got := w.post("/api/v1/statuses", object{"status": "both", "media_ids": []string{id}, "poll": object{"options": []string{"a", "b"}, "expires_in": 300}}); status != 422 {
		t.Errorf("a film beside a poll: %d %v", status, got)
	}
	if status, got := w.post("/api/v1/statuses", object{"status": "a film", "media_ids": []string{id}}); status != 200 {
		t.Fatalf("%d %v", status, got)
	}
	// What has a status is nobody's file any more.
	if status, got := w.ask("GET", "/api/v1/media/"+id, nil); status != 404 {
		t.Errorf("%d %v", status, got)
	}
	if status, got := w.post("/api/v1/statuses", object{"status": "again", "media_ids": []string{id}}); status != 422 {
		t.Errorf("%d %v", status, got)
	}
}

func TestAFilmMayComeToNothing(t *testing.T) {
	w := newWorld(t, Options{MediaFails: true})
	_, made := w.post("/api/v2/media", film())
	path := "/api/v1/media/" + made["id"].(string)
	if status, got := w.ask("GET", path, nil); status != 206 {
		t.Fatalf("%d %v", status, got)
	}
	if status, got := w.ask("GET", path, nil); status != 422 {
		t.Errorf("%d %v", status, got)
	}
}

func TestAFileWithoutAStatusIsSweptAway(t *testing.T) {
	w := newWorld(t, Options{})
	_, made := w.post("/api/v2/media", dot())
	w.stage.Clock.Advance(25 * time.Hour)
	if status, got := w.ask("GET", "/api/v1/media/"+made["id"].(string), nil); status != 404 {
		t.Errorf("%d %v", status, got)
	}
}

// What an edit does not name is taken away; what is the same is no edit.
func TestAnEditTakesAway(t *testing.T) {
	w := newWorld(t, Options{})
	_, made := w.post("/api/v2/media", dot())
	file := made["id"].(string)
	_, s := w.post("/api/v1/statuses", object{"status": "one", "media_ids": []string{file}})
	path := "/api/v1/statuses/" + s["id"].(string)
	edit := func(body object) object {
		t.Helper()
		status, got := w.ask("PUT", path, body)
		if status != 200 {
			t.Fatalf("%d %v", status, got)
		}
		return got.(object)
	}
	if got := edit(object{"status": "one", "media_ids": []string{file}}); got["edited_at"] != nil {
		t.Errorf("the same is an edit: %v", got["edited_at"])
	}
	if got := edit(object{"status": "two", "media_ids": []string{file}}); got["edited_at"] == nil || len(got["media_attachments"].([]any)) != 1 {
		t.Errorf("it is %v", got)
	}
	if got := edit(object{"status": "three"}); len(got["media_attachments"].([]any)) != 0 {
		t.Errorf("it keeps %v", got["media_attachments"])
	}
}

func TestWhatIsPinnedCannotBePinned(t *testing.T) {
	w := newWorld(t, Options{})
	path := "/api/v1/statuses/" + w.publish("at the top")["id"].(string)
	for i, want := range []int{200, 422} {
		if status, got := w.post(path+"/pin", nil); status != want {
			t.Errorf("time %d: %d %v", i+1, status, got)
		}
	}
	for range 2 {
		if status, got := w.post(path+"/unpin", nil); status != 200 {
			t.Errorf("%d %v", status, got)
		}
	}
}
