package bluesky_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/sandbox"
	pretended "github.com/kithhq/kith/internal/sandbox/bluesky"
)

func TestATokenThatExpiredMeanwhileIsRenewed(t *testing.T) {
	w := networktest.NewWorld(t, harness())
	w.Weather(sandbox.Mishap{Kind: sandbox.TokenExpired, Action: sandbox.Publish, Times: 1})
	w.Publish("through")
	w.Stage.Clock.Advance(3 * time.Hour) // longer than an access token lives
	w.Publish("again")
	w.Stage.Clock.Advance(100 * 24 * time.Hour) // longer than a refresh token lives
	w.Publish("and again")
	// Everything was revoked, but the app password still opens.
	w.Weather(sandbox.Mishap{Kind: sandbox.TokenRevoked, Action: sandbox.Publish, Times: 1})
	w.Publish("and once more")
	if n := len(w.Ledger(sandbox.Publish)); n != 4 {
		t.Errorf("%d posts", n)
	}
}

func TestManyCallsRenewOnce(t *testing.T) {
	w := networktest.NewWorld(t, harness())
	_, sent := w.Publish("all at once")
	w.Stage.Clock.Advance(3 * time.Hour)
	before := len(w.Front.Requests())
	done := make(chan error)
	for range 12 {
		go func() {
			_, err := w.Driver.(network.Replier).Reply(t.Context(), w.Conn, w.Answer("together", sent.Ref))
			done <- err
		}()
	}
	for range 12 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	renewed := 0
	for _, r := range w.Front.Requests()[before:] {
		if strings.HasSuffix(r.Path, "refreshSession") || strings.HasSuffix(r.Path, "createSession") {
			renewed++
		}
	}
	if renewed != 1 {
		t.Errorf("renewed %d times", renewed)
	}
}

func TestADeletedReplyIsNoticed(t *testing.T) {
	w := networktest.NewWorld(t, harness())
	_, sent := w.Publish("Hello")
	_, cursor := w.Read("")
	gone := w.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: "rude", Person: "p002"})
	w.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: "kind", Person: "p001"})
	_, cursor = w.Read(cursor)
	w.Stage.Clock.Advance(3 * time.Minute)
	w.Act(sandbox.Act{Kind: "remove", Target: gone.ID, Person: "p002"})
	events, _ := w.Read(cursor)
	var deleted []string
	for _, e := range events {
		if e.Kind == network.Deleted {
			deleted = append(deleted, e.ID)
		}
	}
	if !slices.Equal(deleted, []string{gone.ID}) {
		t.Errorf("deleted %v, and it was %s", deleted, gone.ID)
	}
}

func TestAGateKeepsWhatElseItSays(t *testing.T) {
	w := networktest.NewWorld(t, harness())
	_, sent := w.Publish("Hello")
	_, cursor := w.Read("")
	w.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: "rude", Person: "p002"})
	events, _ := w.Read(cursor)
	i := slices.IndexFunc(events, func(e network.Event) bool { return e.Kind == network.Comment })
	// Somebody closed the thread to all but those who follow, with their own application.
	var got struct {
		CID   string         `json:"cid"`
		Value map[string]any `json:"value"`
	}
	rkey := sent.ID[strings.LastIndexByte(sent.ID, '/')+1:]
	var keys struct{ Access string }
	if err := json.Unmarshal([]byte(w.Conn.Keys.Reveal()), &keys); err != nil {
		t.Fatal(err)
	}
	put, err := json.Marshal(map[string]any{"repo": w.Conn.Account, "collection": "app.bsky.feed.threadgate", "rkey": rkey, "record": map[string]any{
		"$type": "app.bsky.feed.threadgate", "post": sent.ID, "createdAt": "2026-11-22T07:00:00.000Z", "allow": []any{map[string]any{"$type": "app.bsky.feed.threadgate#followerRule"}}}})
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.Base+"/xrpc/com.atproto.repo.putRecord", bytes.NewReader(put))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+keys.Access)
	answer, err := http.DefaultClient.Do(r)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatal(err, answer)
	}
	_ = answer.Body.Close()
	if err := w.Driver.(network.Hider).Hide(t.Context(), w.Conn, events[i].Ref, true); err != nil {
		t.Fatal(err)
	}
	answer, err = http.Get(w.Base + "/xrpc/com.atproto.repo.getRecord?repo=" + w.Conn.Account + "&collection=app.bsky.feed.threadgate&rkey=" + rkey) //nolint:noctx // a test
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if err := json.NewDecoder(answer.Body).Decode(&got); err != nil {
		t.Fatal(err)
	}
	allow, _ := got.Value["allow"].([]any)
	hidden, _ := got.Value["hiddenReplies"].([]any)
	if len(allow) != 1 || len(hidden) != 1 || hidden[0] != events[i].ID {
		t.Errorf("the gate says %v", got.Value)
	}
}

func TestAnImageAndALinkKeepBoth(t *testing.T) {
	w := networktest.NewWorld(t, harness())
	part := w.Part("Read this")
	part.Link = "https://example.org/article"
	if _, err := w.Send(part); err != nil {
		t.Fatal(err)
	}
	last := func() string {
		all := w.Front.Requests()
		return string(all[len(all)-1].Body)
	}
	if body := last(); !strings.Contains(body, `"uri":"https://example.org/article"`) || !strings.Contains(body, `"title":"example.org/article"`) {
		t.Errorf("no card in %s", body)
	}
	part.Link = "javascript:alert(1)"
	if _, err := w.Send(part); !fault.Is(err, fault.Invalid) {
		t.Errorf("an odd link gives %v", err)
	}
}

func TestWithoutReactionsTheAccountIsNotBroken(t *testing.T) {
	h := harness()
	h.Open = func(_ *testing.T, stage *sandbox.Stage) (http.Handler, func(string) map[string]string) {
		n := pretended.New(stage, pretended.Options{PDSOnly: true})
		us := n.Account("atelier.bsky.test", "Atelier")
		return n.Handler(), func(base string) map[string]string {
			return map[string]string{"handle": us.Handle, "password": us.AppPassword, "server": base}
		}
	}
	w := networktest.NewWorld(t, h)
	if w.Account.Warning == "" {
		t.Error("no warning at connecting")
	}
	w.Publish("still")
	health, _, err := w.Driver.(network.Checker).Check(t.Context(), w.Conn)
	if err != nil || health.State != "warn" || health.Fix == "" {
		t.Errorf("health %+v, %v", health, err)
	}
}

func TestNoMessageIsLostWhereALogBreaksOff(t *testing.T) {
	w := networktest.NewWorld(t, harness())
	_, cursor := w.Read("")
	want := map[string]bool{}
	for i := range 250 { // the log comes in pages of a hundred
		text := fmt.Sprint("message ", i)
		w.Act(sandbox.Act{Kind: "message", Text: text, Person: fmt.Sprintf("p%03d", i%3+1)})
		want[text] = true
	}
	asked := 0
	w.Front.Instead(func(rw http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, "getLog") {
			return false
		}
		if asked++; asked != 2 {
			return false
		}
		rw.WriteHeader(http.StatusServiceUnavailable)
		return true
	})
	for range 2 {
		events, next := w.Read(cursor)
		for _, e := range events {
			if e.Kind == network.Direct {
				delete(want, e.Text)
			}
		}
		cursor = next
	}
	if len(want) != 0 || asked < 4 {
		t.Errorf("%d messages were left out, asked %d times", len(want), asked)
	}
}
