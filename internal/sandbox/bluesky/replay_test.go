package bluesky

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sort"
	"strings"
	"testing"
)

// replayed sends what was once sent to the real server and compares the answers. Identifiers that the server chooses are
// translated from what it chose then to what it chooses now.
type replayed struct {
	*world
	now    map[string]string // then → now
	tokens map[string]string // DID then → token now
	last   string            // DID then of the last account
	fresh  string            // refresh token now
}

func TestTheRecordedAnswersOfTheRealServerAreGivenHereToo(t *testing.T) {
	for _, name := range []string{"pds-transcript.json", "pds-transcript2.json"} {
		t.Run(name, func(t *testing.T) {
			steps := transcript(t, name)
			r := &replayed{world: newWorld(t, Options{Name: "lone", BlobLimit: 5242880, PDSOnly: true, NoRateHints: true}),
				now: map[string]string{}, tokens: map[string]string{}}
			unauthorized := 0
			for i, step := range steps {
				if strings.HasPrefix(step.Path, "/.well-known/") || strings.Contains(step.Path, "sync.listRepos") {
					continue // OAuth is not played; the list is of the accounts of that day
				}
				body, _ := step.Request.(map[string]any)
				token := r.tokens[r.last]
				if repo, ok := body["repo"].(string); ok {
					token = r.tokens[repo]
				}
				switch {
				case strings.Contains(step.Path, "refreshSession"), strings.Contains(step.Path, "deleteSession"):
					token = r.fresh
				case step.status() == 401 && step.Response["error"] == "AuthMissing":
					token = ""
					unauthorized++
				case step.Response["error"] == "InvalidToken":
					token = "eyJhbGciOiJIUzI1NiJ9.e30.AAAA"
				}
				r.step(i, step, token)
			}
			if name == "pds-transcript.json" && unauthorized != 2 {
				t.Errorf("%d unauthorized steps", unauthorized)
			}
		})
	}
}

func (r *replayed) translate(text string) string {
	keys := make([]string, 0, len(r.now))
	for then := range r.now {
		keys = append(keys, then)
	}
	sort.Slice(keys, func(i, j int) bool { return len(keys[i]) > len(keys[j]) })
	for _, then := range keys {
		text = strings.ReplaceAll(text, then, r.now[then])
	}
	return text
}

func (r *replayed) step(i int, s step, token string) {
	t := r.t
	t.Helper()
	var body io.Reader
	kind := "application/json"
	switch asked := s.Request.(type) {
	case map[string]any:
		data, err := json.Marshal(asked)
		if err != nil {
			t.Fatal(err)
		}
		body = strings.NewReader(r.translate(string(data)))
	case string:
		var size int
		if _, err := fmt.Sscanf(asked, "<%d bytes>", &size); err != nil {
			t.Fatal(err)
		}
		data := append([]byte("\x89PNG\r\n\x1a\n"), bytes.Repeat([]byte{1}, max(size-8, 0))...)
		if kind = "image/png"; size > 100 {
			data, kind = append([]byte("\xff\xd8\xff"), bytes.Repeat([]byte{1}, size-3)...), "image/jpeg"
		}
		if size > 0 {
			body = bytes.NewReader(data)
		}
	}
	request, err := http.NewRequestWithContext(t.Context(), s.Method, r.address+r.translate(s.Path), body)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", kind)
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Do(request)
	if err != nil {
		if s.status() != 0 {
			t.Errorf("step %d %s: %v", i, s.Path, err)
		}
		return
	}
	defer answer.Body.Close()
	data, _ := io.ReadAll(answer.Body)
	if answer.StatusCode != s.status() {
		t.Errorf("step %d %s: %d %s, the real server said %d %v", i, s.Path, answer.StatusCode, data, s.status(), s.Response)
		return
	}
	var got map[string]any
	if err := json.Unmarshal(data, &got); err != nil && len(data) > 0 {
		t.Errorf("step %d %s: %v in %s", i, s.Path, err, data)
	}
	for name, then := range s.Response {
		if _, there := got[name]; !there {
			t.Errorf("step %d %s: no %q in %s", i, s.Path, name, data)
		}
		if (name == "error" || name == "message" || name == "validationStatus") && fmt.Sprint(got[name]) != r.translate(fmt.Sprint(then)) {
			t.Errorf("step %d %s: %s %q, the real server said %q", i, s.Path, name, got[name], then)
		}
	}
	for name := range got {
		if _, there := s.Response[name]; !there && name != "didDoc" {
			t.Errorf("step %d %s: %q, which the real server does not say: %s", i, s.Path, name, data)
		}
	}
	r.learn(s, got)
}

func (r *replayed) learn(s step, got map[string]any) {
	for _, name := range []string{"did", "uri", "cid"} {
		then, ok := s.Response[name].(string)
		if now, there := got[name].(string); ok && there {
			r.now[then] = now
			if name == "did" {
				r.last = then
			}
			if name == "uri" {
				_, _, oldKey := splitURI(then)
				_, _, newKey := splitURI(now)
				r.now[oldKey] = newKey
			}
		}
	}
	if blob, ok := s.Response["blob"].(map[string]any); ok {
		now := got["blob"].(map[string]any)
		r.now[blob["ref"].(map[string]any)["$link"].(string)] = now["ref"].(map[string]any)["$link"].(string)
	}
	if token, ok := got["accessJwt"].(string); ok {
		r.tokens[r.last], r.fresh = token, got["refreshJwt"].(string)
	}
}
