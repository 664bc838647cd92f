package facebook

import (
	"context"
	"net/http"
	"net/url"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/graph"
	"github.com/kithhq/kith/internal/text"
)

// Edit changes the text of a post or comment of ours. Graph lets an app change only
// what was made with it; what it comes to twice is as good as once.
func (d *Driver) Edit(ctx context.Context, conn network.Conn, ref network.Ref, part network.Part) (network.Ref, error) {
	switch known := readExtra(&ref); {
	case known.Story:
		return ref, fault.New(fault.Invalid, "A story cannot be changed on Facebook.").WithHint("Publish another one.")
	case known.To != "" || !graph.Object.MatchString(ref.ID):
		return ref, fault.New(fault.Invalid, "Only posts and comments can be changed on Facebook.").WithHint("Write another message.")
	case text.Blank(part.Text):
		return ref, fault.New(fault.Invalid, "Facebook keeps the text of a post that would be empty.").WithHint("Write something, or delete the post.").On("text")
	}
	if limit := d.limits(conn).Text; text.Count(part.Text, limit.Unit, limit.URLLength) > limit.Max {
		return ref, fault.New(fault.Invalid, "The text is longer than %d characters.", limit.Max).WithHint("Shorten it.").On("text")
	}
	a := graph.Ask{Method: http.MethodPost, Path: ref.ID, Form: url.Values{"message": {part.Text}}, Harmless: true}
	_, err := d.call(ctx, conn, a, nil)
	return ref, err
}

// Pin keeps a post of ours at the top of the Page, in the place of the one that was
// there, or lets it go.
func (d *Driver) Pin(ctx context.Context, conn network.Conn, ref network.Ref, on bool) error {
	if known := readExtra(&ref); known != (extra{Video: known.Video}) || !graph.Object.MatchString(ref.ID) {
		return fault.New(fault.Invalid, "Only posts can be pinned on Facebook.")
	}
	a := graph.Ask{Method: http.MethodPost, Path: ref.ID, Form: url.Values{"is_pinned": {map[bool]string{true: "true", false: "false"}[on]}}, Harmless: true}
	_, err := d.call(ctx, conn, a, nil)
	return err
}
