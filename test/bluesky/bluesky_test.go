package bluesky_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"testing"

	"github.com/kithhq/kith/internal/leaktest"
	"github.com/kithhq/kith/test/bluesky"
)

var world bluesky.Shared

func TestMain(m *testing.M) { leaktest.Main(func() int { return world.Run(m) }) }

type written struct {
	URI string `json:"uri"`
	CID string `json:"cid"`
}

type counts struct{ Likes, Replies, Reposts, Quotes int }

func TestPeopleOfTheReferenceNetworkActAndAreCounted(t *testing.T) {
	n := world.Network(t)
	post := bluesky.Ask[written](t, n, bluesky.Command{"do": "post", "as": "alice.test", "text": "Bonjour @bob.test, un #essai"})
	// The reference AppView tells nobody of an answer that it indexed before the
	// post it answers.
	bluesky.Ask[any](t, n, bluesky.Command{"do": "settle"})
	bluesky.Ask[written](t, n, bluesky.Command{"do": "like", "as": "bob.test", "uri": post.URI})
	reply := bluesky.Ask[written](t, n, bluesky.Command{"do": "reply", "as": "carol.test", "uri": post.URI, "text": "Salut !"})
	bluesky.Ask[any](t, n, bluesky.Command{"do": "settle"})
	bluesky.Ask[written](t, n, bluesky.Command{"do": "reply", "as": "bob.test", "uri": reply.URI, "text": "À toi aussi"})
	bluesky.Ask[written](t, n, bluesky.Command{"do": "repost", "as": "carol.test", "uri": post.URI})
	bluesky.Ask[written](t, n, bluesky.Command{"do": "quote", "as": "bob.test", "uri": post.URI, "text": "À lire"})
	bluesky.Ask[written](t, n, bluesky.Command{"do": "follow", "as": "bob.test", "who": "alice.test"})
	bluesky.Ask[any](t, n, bluesky.Command{"do": "settle"})

	got := bluesky.Ask[counts](t, n, bluesky.Command{"do": "counts", "uri": post.URI})
	if want := (counts{Likes: 1, Replies: 1, Reposts: 1, Quotes: 1}); got != want {
		t.Errorf("the AppView counts %+v, and %+v happened", got, want)
	}

	type node struct {
		Text    string
		Author  string
		Answers []node
	}
	thread := bluesky.Ask[node](t, n, bluesky.Command{"do": "thread", "uri": post.URI})
	if len(thread.Answers) != 1 || thread.Answers[0].Text != "Salut !" || len(thread.Answers[0].Answers) != 1 {
		t.Errorf("the thread is %+v", thread)
	}

	reasons := map[string]int{}
	for _, told := range bluesky.Ask[[]struct{ Reason, Author string }](t, n, bluesky.Command{"do": "notifications", "as": "alice.test"}) {
		reasons[told.Reason+" "+told.Author]++
	}
	for _, want := range []string{"like bob.test", "reply carol.test", "repost carol.test", "quote bob.test", "follow bob.test"} {
		if reasons[want] != 1 {
			t.Errorf("alice was told %q %d times; all: %v", want, reasons[want], reasons)
		}
	}
}

func TestWhatWasDeletedIsGone(t *testing.T) {
	n := world.Network(t)
	before := len(bluesky.Ask[[]any](t, n, bluesky.Command{"do": "records", "of": "carol.test"}))
	post := bluesky.Ask[written](t, n, bluesky.Command{"do": "post", "as": "carol.test", "text": "for a moment"})
	if now := len(bluesky.Ask[[]any](t, n, bluesky.Command{"do": "records", "of": "carol.test"})); now != before+1 {
		t.Errorf("carol has %d records after one post, and had %d", now, before)
	}
	bluesky.Ask[any](t, n, bluesky.Command{"do": "delete", "as": "carol.test", "uri": post.URI})
	bluesky.Ask[any](t, n, bluesky.Command{"do": "settle"})
	for _, shown := range bluesky.Ask[[]written](t, n, bluesky.Command{"do": "timeline", "of": "carol.test"}) {
		if shown.URI == post.URI {
			t.Error("the AppView still shows it")
		}
	}
	_, err := n.Do(context.Background(), bluesky.Command{"do": "record", "uri": post.URI})
	var refused *bluesky.Refused
	if !errors.As(err, &refused) || refused.Name != "RecordNotFound" {
		t.Errorf("reading it gives %v", err)
	}
}

func TestThePDSIsReachableWithoutTheHarness(t *testing.T) {
	n := world.Network(t)
	alice := n.Account(t, "alice.test")
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet,
		n.PDS+"/xrpc/com.atproto.identity.resolveHandle?handle="+url.QueryEscape(alice.Handle), nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var resolved struct{ DID string }
	if err := json.NewDecoder(response.Body).Decode(&resolved); err != nil || resolved.DID != alice.DID {
		t.Errorf("alice.test is %q (%v), and should be %q", resolved.DID, err, alice.DID)
	}
}

func TestAnUnknownCommandIsRefused(t *testing.T) {
	_, err := world.Network(t).Do(t.Context(), bluesky.Command{"do": "dance"})
	var refused *bluesky.Refused
	if !errors.As(err, &refused) {
		t.Errorf("got %v", err)
	}
}
