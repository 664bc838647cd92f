// Package hand works Kith as a person does, over its REST API, and waits for
// what comes of it. It serves the crash tests and the whole-house tests.
package hand

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/api"
)

// Hand is somebody at work.
type Hand struct {
	URL    string // of the house
	Token  string
	Client *http.Client
}

// Refused is an answer that is a problem.
type Refused struct {
	Status  int
	Problem api.Problem
}

// Error says what was answered.
func (r *Refused) Error() string {
	return fmt.Sprintf("%d %s: %s", r.Status, r.Problem.Kind, r.Problem.Detail)
}

// Ask sends a request to the API; out may be nil.
func (h *Hand) Ask(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(text)
	}
	return h.send(ctx, method, path, body, "application/json", out)
}

func (h *Hand) send(ctx context.Context, method, path string, body io.Reader, kind string, out any) error {
	r, err := http.NewRequestWithContext(ctx, method, h.URL+"/api/v1"+path, body)
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+h.Token)
	if body != nil {
		r.Header.Set("Content-Type", kind)
	}
	answer, err := h.Client.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	if answer.StatusCode >= 300 {
		refused := &Refused{Status: answer.StatusCode}
		if json.Unmarshal(text, &refused.Problem) != nil {
			refused.Problem.Detail = string(text)
		}
		return refused
	}
	if out == nil || len(text) == 0 {
		return nil
	}
	return json.Unmarshal(text, out)
}

// Do asks, and the test ends when that is refused.
func Do[T any](t testing.TB, h *Hand, method, path string, in any) (out T) {
	t.Helper()
	if err := h.Ask(t.Context(), method, path, in, &out); err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	return out
}

// Connect connects an account.
func (h *Hand) Connect(t testing.TB, name string, settings map[string]string) api.Channel {
	t.Helper()
	return Do[api.Channel](t, h, http.MethodPost, "/channels", map[string]any{"network": name, "settings": settings})
}

// Write writes a post of some parts for some channels.
func (h *Hand) Write(t testing.TB, parts []api.Part, to ...api.Target) api.Post {
	t.Helper()
	return Do[api.Post](t, h, http.MethodPost, "/posts", api.Draft{Parts: parts, Publications: to})
}

// Schedule lets a post go out; the zero time is now.
func (h *Hand) Schedule(t testing.TB, post string, due time.Time) api.Post {
	t.Helper()
	var at *time.Time
	if !due.IsZero() {
		at = &due
	}
	return Do[api.Post](t, h, http.MethodPost, "/posts/"+post+"/schedule", api.Due{DueAt: at})
}

// Post reads a post.
func (h *Hand) Post(t testing.TB, id string) api.Post {
	t.Helper()
	return Do[api.Post](t, h, http.MethodGet, "/posts/"+id, nil)
}

// Messages reads the newest messages of a conversation.
func (h *Hand) Messages(t testing.TB, conversation string) []api.Message {
	t.Helper()
	return Do[api.Page[api.Message]](t, h, http.MethodGet, "/conversations/"+conversation+"/messages?limit=200", nil).Items
}

// Texts makes parts that say something each.
func Texts(texts ...string) []api.Part {
	parts := make([]api.Part, len(texts))
	for i, text := range texts {
		parts[i] = api.Part{Text: text}
	}
	return parts
}

// To names channels that a post goes to as it is.
func To(channels ...string) []api.Target {
	all := make([]api.Target, len(channels))
	for i, c := range channels {
		all[i] = api.Target{ChannelID: c}
	}
	return all
}

// Until asks until it is so; what it says of the last time is shown when the
// time is over.
func Until(t testing.TB, within time.Duration, what string, so func() (done bool, now any)) {
	t.Helper()
	end := time.NewTimer(within)
	defer end.Stop()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		done, now := so()
		if done {
			return
		}
		select {
		case <-end.C:
			t.Fatalf("not within %v: %s; now %+v", within, what, now)
		case <-tick.C:
		}
	}
}

// Upload uploads a file.
func (h *Hand) Upload(t testing.TB, name string, file []byte, alt string) (m api.Media) {
	t.Helper()
	h.form(t, http.MethodPost, "/media", map[string]string{"alt": alt}, name, file, &m)
	return m
}

// Subtitle gives a video subtitles in a language.
func (h *Hand) Subtitle(t testing.TB, media, lang, name string, file []byte) (s api.Subtitles) {
	t.Helper()
	h.form(t, http.MethodPut, "/media/"+media+"/subtitles/"+lang, nil, name, file, &s)
	return s
}

// form sends a file as a browser does.
func (h *Hand) form(t testing.TB, method, path string, fields map[string]string, name string, file []byte, out any) {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	var err error
	for field, value := range fields {
		err = errors.Join(err, form.WriteField(field, value))
	}
	part, made := form.CreateFormFile("file", name)
	if err = errors.Join(err, made); err == nil {
		_, err = part.Write(file)
	}
	if err = errors.Join(err, form.Close()); err == nil {
		err = h.send(t.Context(), method, path, &body, form.FormDataContentType(), out)
	}
	if err != nil {
		t.Fatalf("sending %s: %v", name, err)
	}
}
