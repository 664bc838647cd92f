package bluesky_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/sandbox"
)

// profile is what the account's own record says.
func profile(t *testing.T, w *networktest.World) map[string]any {
	t.Helper()
	query := url.Values{"repo": {w.Conn.Account}, "collection": {"app.bsky.actor.profile"}, "rkey": {"self"}}
	answer, err := http.Get(w.Base + "/xrpc/com.atproto.repo.getRecord?" + query.Encode()) //nolint:noctx // a test
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var got struct {
		Value map[string]any `json:"value"`
	}
	if err := json.NewDecoder(answer.Body).Decode(&got); err != nil {
		t.Fatal(err)
	}
	return got.Value
}

func TestAPinChangesNothingElseOfTheProfile(t *testing.T) {
	w := networktest.NewWorld(t, harness())
	_, first := w.Publish("first")
	_, second := w.Publish("second")
	pinner := w.Driver.(network.Pinner)
	pinned := func() any {
		post, _ := profile(t, w)["pinnedPost"].(map[string]any)
		return post["uri"]
	}
	pin := func(ref network.Ref, on bool) {
		t.Helper()
		if err := pinner.Pin(t.Context(), w.Conn, ref, on); err != nil {
			t.Fatal(err)
		}
	}
	pin(first.Ref, true)
	pin(network.Ref{ID: second.ID}, true) // nothing else is remembered of it
	if pinned() != second.ID {
		t.Errorf("pinned %v", pinned())
	}
	pin(first.Ref, false) // it is not, and another one stays
	if pinned() != second.ID {
		t.Errorf("pinned %v", pinned())
	}
	pin(second.Ref, false)
	if pinned() != nil || profile(t, w)["displayName"] != "Atelier" {
		t.Errorf("the profile is %v", profile(t, w))
	}
	if err := pinner.Pin(t.Context(), w.Conn, network.Ref{ID: "at://did:plc:somebody/app.bsky.feed.post/3n2v3aaaaaa2a"}, true); !fault.Is(err, fault.Invalid) {
		t.Errorf("somebody else's post: %v", err)
	}
}

func TestNobodyMutesOneself(t *testing.T) {
	w := networktest.NewWorld(t, harness())
	if err := w.Driver.(network.Muter).Mute(t.Context(), w.Conn, network.Author{ID: w.Conn.Account}, true); !fault.Is(err, fault.Invalid) {
		t.Errorf("muting oneself: %v", err)
	}
}

func TestFollowersAreCounted(t *testing.T) {
	w := networktest.NewWorld(t, harness())
	w.Publish("one")
	for _, p := range []string{"p001", "p002", "p003"} {
		w.Act(sandbox.Act{Kind: "follow", Person: p})
	}
	counts, err := w.Driver.(network.Insighter).Insights(t.Context(), w.Conn, time.Time{})
	if err != nil || counts[network.Followers] != 3 || counts["bluesky:posts"] != 1 || counts["bluesky:following"] != 0 || len(counts) != 3 {
		t.Errorf("%v, %v", counts, err)
	}
}

// A record is written once, whoever writes it again, and at another time.
func TestARepeatedPostChangesNothing(t *testing.T) {
	w := networktest.NewWorld(t, harness())
	part, sent := w.Publish("once")
	again, err := w.Send(part)
	if err != nil || again.ID != sent.ID {
		t.Errorf("again: %+v, %v", again, err)
	}
	part.At = part.At.Add(time.Minute)
	if _, err := w.Send(part); !fault.Is(err, fault.Uncertain) {
		t.Errorf("later: %v", err)
	}
	if len(w.Ledger(sandbox.Publish)) != 1 || len(w.Ledger(sandbox.Edit)) != 0 {
		t.Errorf("the ledger has %+v", w.Ledger(sandbox.Publish, sandbox.Edit))
	}
}
