package rehearse

import (
	"context"
	"net/http"

	"github.com/kithhq/kith/internal/config"
	"github.com/kithhq/kith/internal/sandbox"
)

// guest is one pretended network of a rehearsal: its address stands in for the
// real one's, and an account on it is connected.
type guest struct {
	name string
	// app is our registration there; the zero App where none is needed.
	app config.App
	// more is what a registration has besides, as its form names it.
	more map[string]string
	// open puts the network on the stage. connect is called once both sides have
	// an address: ours for webhooks, theirs; it gives what the form would be filled
	// in with.
	open func(*sandbox.Stage) (handler http.Handler, connect func(ctx context.Context, base, hook string) (map[string]string, error))
}

// guests are the networks besides the first three, one line each.
func guests(s *Stage) []guest {
	return []guest{
		onInstagram(),
		onLemmy(),
		onLinkedIn(),
		onPinterest(),
		onTikTok(),
		onWhatsApp(),
		onX(s),
		onYouTube(),
	}
}
