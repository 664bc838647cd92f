package lemmy_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/lemmy"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/outward"
	"github.com/kithhq/kith/internal/sandbox"
	pretended "github.com/kithhq/kith/internal/sandbox/lemmy"
)

// world is what a test of our own may need besides the suite's.
type world struct {
	*networktest.World
	lemmy *pretended.Network
	us    pretended.Credentials
}

// The sandbox counts requests as the real server does; a frozen clock would run
// into that.
const plenty = 1 << 20

func harness(o pretended.Options, keep *world) networktest.Harness {
	for _, n := range []*int{&o.Messages, &o.Posts, &o.Comments, &o.Images} {
		if *n == 0 {
			*n = plenty
		}
	}
	if keep == nil {
		keep = &world{}
	}
	return networktest.Harness{
		Unheard: true,
		// As far as Lemmy's source shows, it looks at that for answers alone
		// (check_post_deleted_or_removed of 0.19, read on 2026-11-27).
		Heedless: []network.Action{network.ActLike, network.ActHide, network.ActPin},
		Name:     "lemmy",
		Open: func(_ *testing.T, stage *sandbox.Stage) (http.Handler, func(string) map[string]string) {
			keep.lemmy = pretended.New(stage, o)
			keep.us = keep.lemmy.Account("atelier", "Atelier des Halles")
			return keep.lemmy.Handler(), func(base string) map[string]string {
				return map[string]string{"server": base, "username": keep.us.Username, "password": keep.us.Password}
			}
		},
		Driver: func(out *outward.Client, _ string, now func() time.Time) network.Driver {
			return lemmy.New(out, lemmy.Options{Now: now})
		},
		Counts: []string{"upvotes", "downvotes", "score", "comments"},
		Dress: func(part *network.Part) {
			part.Title = "What we read"
			part.Options = map[string]string{"community": keep.us.Community}
		},
		Hostile: [][]byte{
			[]byte(`{"comment":{"comment":{"id":5,"post_id":7,"content":"\u0000\ud800","path":"0.0x.-3.5","published":"9999-99-99T"},"creator":{"id":3}}}`),
			[]byte(`{"message":{"private_message":{"id":1e99},"creator":{"id":-1}}}`),
			[]byte(`{"gone":{"id":9223372036854775807,"person":-1}}`),
			[]byte(`{"edited":{"comment":{"id":1,"post_id":1,"content":"![](javascript:x) ![[[](http://","path":"...."},"creator":{"id":1,"actor_id":"://"}}}`),
		},
		Instead: map[string]func(*testing.T, networktest.Harness){
			// Lemmy counts votes and tells nobody whose they are; accounts have no followers.
			"reactions, reposts and follows come in": votesAreCounted,
		},
	}
}

func TestLemmy(t *testing.T) { networktest.Run(t, harness(pretended.Options{}, nil)) }

func TestLemmyFromAfar(t *testing.T) {
	networktest.Run(t, harness(pretended.Options{Late: 3 * time.Hour}, nil))
}

func open(t *testing.T, o pretended.Options) *world {
	t.Helper()
	w := &world{}
	w.World = networktest.NewWorld(t, harness(o, w))
	return w
}

func votesAreCounted(t *testing.T, h networktest.Harness) {
	w := networktest.NewWorld(t, h)
	_, sent := w.Publish("react!")
	_, cursor := w.Read("")
	w.Act(sandbox.Act{Kind: "react", Target: sent.ID, Person: "p004"})
	w.Act(sandbox.Act{Kind: "react", Target: sent.ID, Person: "p005", Reaction: "downvote"})
	events, _ := w.Read(cursor)
	if len(events) != 0 {
		t.Errorf("nobody is told of votes, and there came %+v", events)
	}
	counts, err := w.Driver.(network.Measurer).Measure(t.Context(), w.Conn, []network.Ref{sent.Ref})
	if c := counts[sent.ID]; err != nil || c[network.Likes] != 1 || c["lemmy:downvotes"] != 1 || c["lemmy:score"] != 1 {
		t.Errorf("counted %v, %v", counts, err)
	}
}
