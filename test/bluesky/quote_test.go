package bluesky_test

import (
	"path"
	"testing"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/id"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/test/bluesky"
)

// Kith's driver shares somebody's post on the network's own servers, and everybody sees
// it there; it does not share what its author has closed, or has deleted.
func TestAPostIsSharedOnTheRealNetwork(t *testing.T) {
	h := connect(t, "alice.test", named)
	n, mark := h.world, id.New()
	theirs := bluesky.Ask[written](t, n, bluesky.Command{"do": "post", "as": "bob.test", "text": mark + " Our report is out"})
	closed := bluesky.Ask[written](t, n, bluesky.Command{"do": "post", "as": "bob.test", "text": mark + " look, do not touch"})
	bluesky.Ask[written](t, n, bluesky.Command{"do": "closed", "as": "bob.test", "uri": closed.URI})
	gone := bluesky.Ask[written](t, n, bluesky.Command{"do": "post", "as": "bob.test", "text": mark + " for a minute"})
	bluesky.Ask[written](t, n, bluesky.Command{"do": "delete", "as": "bob.test", "uri": gone.URI})
	h.settle()
	key := path.Base(theirs.URI)
	sharing := func(text, address string, files ...network.Media) network.Part {
		part := h.part(mark + text)
		part.Options, part.Media = map[string]string{"reshare": address}, files
		return part
	}
	plain := h.publish(sharing(" worth reading", "https://bsky.app/profile/bob.test/post/"+key))
	with := h.publish(sharing(" worth reading, with a picture", theirs.URI, nothing(t)))
	own := h.publish(sharing(" as I said", plain.URL))
	h.settle()
	for _, c := range []struct {
		sent             network.Sent
		kind, media, uri string
	}{
		{plain, "app.bsky.embed.record#view", "", theirs.URI},
		{with, "app.bsky.embed.recordWithMedia#view", "app.bsky.embed.images#view", theirs.URI},
		{own, "app.bsky.embed.record#view", "", plain.ID},
	} {
		shown := bluesky.Ask[struct{ Type, Media, Shows, URI string }](t, n, bluesky.Command{"do": "embed", "uri": c.sent.ID})
		if shown.Type != c.kind || shown.Media != c.media || shown.Shows != "app.bsky.embed.record#viewRecord" || shown.URI != c.uri {
			t.Errorf("everybody sees %+v", shown)
		}
	}
	for name, address := range map[string]string{"closed": closed.URI, "deleted": gone.URI, "of nobody": "https://bsky.app/profile/nobody.test/post/" + key} {
		_, err := h.send(h.conn, sharing(" no", address))
		if text, hint := fault.Shown(err); !fault.Is(err, fault.Invalid) || text == "" || hint == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}
