package api

import (
	"slices"
	"testing"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/flow"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/instagram"
	"github.com/kithhq/kith/internal/network/messenger"
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
