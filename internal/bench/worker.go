package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/app"
	"github.com/kithhq/kith/internal/config"
	"github.com/kithhq/kith/internal/secret"
)

// worker is somebody who works with a kith over its REST API.
type worker struct {
	process *process
	token   string
	idle    float64 // MB of memory before there was anything to do
}

// employ starts a kith of its own, and gives somebody who works with it.
func employ(ctx context.Context, data string, args ...string) (*worker, error) {
	const owner = "keeper@kith.example"
	cfg := config.Config{Data: data}
	if err := app.CreateOwner(ctx, cfg, app.NewOwner{Email: owner, Name: "Camille", Password: secret.Text(secret.Token()), Workspace: "Librairie", Zone: "Europe/Paris", Locale: "en"}); err != nil {
		return nil, err
	}
	token, err := app.CreateToken(ctx, cfg, owner, "bench", access.Verbs(), 0)
	if err != nil {
		return nil, err
	}
	p, _, err := spawn(ctx, data, append([]string{"--allow-private", "127.0.0.1/32"}, args...)...)
	if err != nil {
		return nil, err
	}
	return &worker{process: p, token: token}, nil
}

// connect connects an account by the fields of its network's form.
func (w *worker) connect(ctx context.Context, name string, settings map[string]string) (channel string, err error) {
	var made struct {
		ID string `json:"id"`
	}
	if err := w.ask(ctx, http.MethodPost, "/channels", map[string]any{"network": name, "settings": settings}, &made); err != nil {
		return "", fmt.Errorf("connecting %s: %w", name, err)
	}
	return made.ID, nil
}

// ask sends JSON and reads the answer into out.
func (w *worker) ask(ctx context.Context, method, path string, in, out any) error {
	text, err := json.Marshal(in)
	if err != nil {
		return err
	}
	return w.send(ctx, method, path, "application/json", bytes.NewReader(text), out)
}

func (w *worker) send(ctx context.Context, method, path, kind string, body io.Reader, out any) error {
	r, err := http.NewRequestWithContext(ctx, method, w.process.url+"/api/v1"+path, body)
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+w.token)
	r.Header.Set("Content-Type", kind)
	answer, err := (&http.Client{}).Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close() //nolint:errcheck // read
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	if answer.StatusCode >= 300 {
		return fmt.Errorf("%s %s: %s: %s", method, path, answer.Status, text)
	}
	return json.Unmarshal(text, out)
}

// upload sends a file as a browser does: as a form, its bytes as they are read.
func (w *worker) upload(ctx context.Context, path string) (id string, err error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close() //nolint:errcheck // only read
	var head bytes.Buffer
	form := multipart.NewWriter(&head)
	if _, err := form.CreateFormFile("file", "shelf.mp4"); err != nil {
		return "", err
	}
	tail := "\r\n--" + form.Boundary() + "--\r\n"
	var kept struct {
		ID string `json:"id"`
	}
	err = w.send(ctx, http.MethodPost, "/media", form.FormDataContentType(), io.MultiReader(&head, file, bytes.NewReader([]byte(tail))), &kept)
	return kept.ID, err
}

// publish publishes a film on a network and waits until it is out.
func (w *worker) publish(ctx context.Context, q *quay, f film) error {
	var post struct {
		ID           string `json:"id"`
		State        string `json:"state"`
		Publications []struct {
			Error *struct{ Text, Hint string } `json:"error"`
		} `json:"publications"`
	}
	part := map[string]any{"text": fmt.Sprintf("A shelf, filmed %d times", f.round+1), "title": "A shelf, filmed", "media": []map[string]any{{"id": f.id, "alt": ""}}}
	to := map[string]any{"channel_id": q.channel, "parts": nil, "kind": q.kind, "options": q.options}
	if err := w.ask(ctx, http.MethodPost, "/posts", map[string]any{"parts": []any{part}, "publications": []any{to}}, &post); err != nil {
		return err
	}
	if err := w.ask(ctx, http.MethodPost, "/posts/"+post.ID+"/schedule", map[string]any{"due_at": nil}, &post); err != nil {
		return err
	}
	const patience = 5 * time.Minute
	for began := time.Now(); post.State != "published"; {
		if post.State == "failed" || post.State == "unclear" || time.Since(began) > patience {
			return fmt.Errorf("it is %s after %v: %+v", post.State, time.Since(began), post.Publications)
		}
		pause(ctx, 100*time.Millisecond)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := w.send(ctx, http.MethodGet, "/posts/"+post.ID, "application/json", http.NoBody, &post); err != nil {
			return err
		}
	}
	return nil
}
