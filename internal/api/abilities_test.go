package api

import (
	"slices"
	"testing"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/flow"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/instagram"
	"github.com/kithhq/kith/internal/network/messenger"
	"github.com/kithhq/kith/internal/network/tiktok"
	"github.com/kithhq/kith/internal/view"
)

// A like is offered where the network takes one: on Instagram of private messages alone.
func TestALikeIsOfferedWhereItCanBeGiven(t *testing.T) {
	d := &Door{Config: Config{House: &flow.House{Networks: network.NewSet(instagram.New(nil, instagram.Options{}), messenger.New(nil, messenger.Options{}))}}}
	by := access.Actor{Workspace: "w", User: "u", Role: access.Owner}
	for _, c := range []struct {
		m    view.Message
		want bool
	}{
		{view.Message{Network: "instagram", Kind: "direct", Private: true}, true},
		{view.Message{Network: "instagram", Kind: "comments"}, false},
		{view.Message{Network: "instagram", Kind: "mention"}, false},
		{view.Message{Network: "instagram", Kind: "direct", Private: true, FromUs: true}, false},
		{view.Message{Network: "messenger", Kind: "direct", Private: true}, true},
	} {
		if got := slices.Contains(d.abilities(by, c.m), "like"); got != c.want {
			t.Errorf("%+v: like %v", c.m, got)
		}
	}
}

// Where others mention us we can do less than below our own posts.
func TestWhatBelongsToOurOwnPostsIsNotOfferedElsewhere(t *testing.T) {
	d := &Door{Config: Config{House: &flow.House{Networks: network.NewSet(instagram.New(nil, instagram.Options{}), tiktok.New(nil, tiktok.Options{}))}}}
	by := access.Actor{Workspace: "w", User: "u", Role: access.Owner}
	for name, want := range map[network.Name][]string{"tiktok": {"like", "hide", "pin"}, "instagram": {"hide", "delete"}} {
		below := d.abilities(by, view.Message{Network: name, Kind: "comments"})
		elsewhere := d.abilities(by, view.Message{Network: name, Kind: "mention"})
		if !slices.Contains(elsewhere, "reply") {
			t.Errorf("%s: a mention cannot be answered: %v", name, elsewhere)
		}
		for _, deed := range want {
			if !slices.Contains(below, deed) || slices.Contains(elsewhere, deed) {
				t.Errorf("%s: %s below our posts: %v, elsewhere: %v", name, deed, below, elsewhere)
			}
		}
	}
}
