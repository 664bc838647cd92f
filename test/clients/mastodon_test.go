package clients_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"

	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/mastodon"
)

// instance opens a rehearsal instance with one account of ours.
func instance(t *testing.T, o mastodon.Options) (us mastodon.Credentials, server, control string) {
	t.Helper()
	stage := sandbox.New(sandbox.Options{Seed: 7})
	t.Cleanup(stage.Close)
	network := mastodon.New(stage, o)
	us = network.Account("maison", "Maison Kith")
	here, door := httptest.NewServer(network.Handler()), httptest.NewServer(stage.Control())
	t.Cleanup(here.Close)
	t.Cleanup(door.Close)
	return us, here.URL, door.URL
}

func TestMastoKeepsAnAccount(t *testing.T) {
	us, server, control := instance(t, mastodon.Options{})
	steps := play(t, "masto.mjs", server, us.Token, control)
	expect(t, steps, 28)
	if !strings.Contains(string(steps["repeat with a key"].Result), `"same":true`) {
		t.Error("Mastodon makes one status of two with the same Idempotency-Key; here there were two")
	}
	if !strings.Contains(string(steps["cover"].Result), `"seen":true`) {
		t.Errorf("the cover is not what is seen before a video is played: %s", steps["cover"].Result)
	}
}

func TestMastoKeepsAnAccountOnGoToSocial(t *testing.T) {
	us, server, control := instance(t, mastodon.Options{GoToSocial: true})
	steps := play(t, "masto.mjs", server, us.Token, control)
	expect(t, steps, 28)
	if !strings.Contains(string(steps["repeat with a key"].Result), `"same":false`) {
		t.Error("GoToSocial knows no Idempotency-Key; here it did")
	}
	if !strings.Contains(string(steps["cover"].Result), `"seen":false`) {
		t.Errorf("GoToSocial takes no covers; here it did: %s", steps["cover"].Result)
	}
}

// The judge reads every body as text and so breaks the pictures that it passes on;
// TestMastoKeepsAnAccount brings them whole.
func TestWhatMastoAndTheInstanceSayIsAsPublished(t *testing.T) {
	description := mended(t, published(t, "mastodon/abraham-schema.json"))
	us, server, control := instance(t, mastodon.Options{Unread: true})
	steps := play(t, "masto.mjs", judged(t, description, server), us.Token, control)
	expect(t, steps, 28)
}

// A judge that lets everything pass would prove nothing: here an instance says a number where a word belongs.
func TestTheJudgeSeesAWrongAnswer(t *testing.T) {
	description := mended(t, published(t, "mastodon/abraham-schema.json"))
	us, server, _ := instance(t, mastodon.Options{Unread: true})
	target, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	liar := httputil.NewSingleHostReverseProxy(target)
	liar.ModifyResponse = func(answer *http.Response) error {
		said, err := io.ReadAll(answer.Body)
		if err != nil {
			return err
		}
		said = bytes.Replace(said, []byte(`"visibility":"public"`), []byte(`"visibility":7`), 1)
		answer.Body, answer.ContentLength = io.NopCloser(bytes.NewReader(said)), int64(len(said))
		answer.Header.Del("Content-Length")
		return nil
	}
	front := httptest.NewServer(liar)
	t.Cleanup(front.Close)
	for _, s := range run(t, "masto.mjs", judged(t, description, front.URL), us.Token) {
		if s.Step == "post" && s.OK {
			t.Error("the judge let it pass")
		}
	}
}
