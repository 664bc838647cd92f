package mastodon_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/mastodon"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/outward"
	"github.com/kithhq/kith/internal/sandbox"
	pretended "github.com/kithhq/kith/internal/sandbox/mastodon"
)

type opener = func(*testing.T, *sandbox.Stage) (http.Handler, func(string) map[string]string)

func open(o pretended.Options) opener {
	return func(_ *testing.T, stage *sandbox.Stage) (http.Handler, func(string) map[string]string) {
		n := pretended.New(stage, o)
		us := n.Account("atelier", "Atelier")
		return n.Handler(), func(base string) map[string]string {
			return map[string]string{"server": base, "token": us.Token}
		}
	}
}

// The sandbox counts requests as the real server does; a frozen clock would run
// into that.
const plenty = 1 << 20

func harness(o pretended.Options) networktest.Harness {
	o.Requests, o.Posts, o.Uploads, o.Deletes = plenty, plenty, plenty, plenty
	return networktest.Harness{
		Name: "mastodon",
		Open: open(o),
		Driver: func(out *outward.Client, _ string, now func() time.Time) network.Driver {
			return mastodon.New(out, mastodon.Options{Now: now})
		},
		Unheard: true,
		Counts:  []string{"favourites_count", "replies_count", "reblogs_count", "quotes_count"},
		Other: func(t *testing.T, stage *sandbox.Stage) (http.Handler, func(string) map[string]string, int) {
			handler, settings := open(pretended.Options{GoToSocial: true})(t, stage)
			return handler, settings, 5000
		},
	}
}

func TestMastodon(t *testing.T) { networktest.Run(t, harness(pretended.Options{MediaAsks: 2})) }

func TestGoToSocial(t *testing.T) {
	h := harness(pretended.Options{GoToSocial: true})
	// It has no covers, and says nothing when it gets one.
	h.Instead = map[string]func(*testing.T, networktest.Harness){
		"a video has its cover":                                uncovered,
		"a refused cover does not keep a video from going out": uncovered,
	}
	networktest.Run(t, h)
}
