package bluesky_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/bluesky"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/outward"
	"github.com/kithhq/kith/internal/sandbox"
	pretended "github.com/kithhq/kith/internal/sandbox/bluesky"
)

func harness() networktest.Harness {
	return networktest.Harness{
		Name: "bluesky",
		Open: func(_ *testing.T, stage *sandbox.Stage) (http.Handler, func(string) map[string]string) {
			n := pretended.New(stage, pretended.Options{})
			us := n.Account("atelier.bsky.test", "Atelier")
			return n.Handler(), func(base string) map[string]string {
				return map[string]string{"handle": us.Handle, "password": us.AppPassword, "server": base}
			}
		},
		Driver: func(out *outward.Client, base string, now func() time.Time) network.Driver {
			return bluesky.New(out, bluesky.Options{Base: base, Now: now})
		},
		Renew:   115 * time.Minute,
		Unheard: true,
		// These are records in our own repository, and nobody holds them against what they
		// name (com.atproto.repo.createRecord, read on 2026-11-27).
		Heedless: []network.Action{network.ActLike, network.ActHide, network.ActPin},
		// Of bytes that begin as no format it knows, the server believes their name; these
		// it knows (com.atproto.repo.uploadBlob, and the lexicon of app.bsky.embed.images).
		Odd:    []byte("%PDF-1.7\nthis is no picture, whatever its name says"),
		Counts: []string{"likeCount", "replyCount", "repostCount", "quoteCount"},
	}
}

func TestBluesky(t *testing.T) { networktest.Run(t, harness()) }
