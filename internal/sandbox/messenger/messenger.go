// Package messenger pretends to be Messenger: the conversations of the Pages of a pretended Facebook. In life both are one host with
// one app and one webhook address, so this is a face of package facebook with a name, weather and people of its own.
//
// What the documentation is silent about, and what was chosen:
//
//   - Messages are not idempotent, and metadata that is sent along is not listed.
//   - Who has blocked the Page is refused with 551; so is whom the Page has blocked.
//   - Edits and reactions are told by webhook and never listed.
//   - While another app answers in a conversation, ours is refused with 10/2018300 and hears in standby alone.
package messenger

import (
	"net/http"

	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/facebook"
)

// Name is how the stage calls this network.
const Name = "messenger"

// Network is Messenger on a stage.
type Network struct {
	on      *facebook.Network
	handler http.Handler
}

// New puts Messenger on the stage, for the Pages of a Facebook that is there.
func New(on *facebook.Network) *Network {
	n := &Network{on: on}
	n.handler = on.Face(Name, actor{on})
	return n
}

// Handler is the network's address.
func (n *Network) Handler() http.Handler { return n.handler }

// actor is how people on the stage write to Pages.
type actor struct{ on *facebook.Network }

var _ sandbox.Editor = actor{}

func (actor) Posts(string) []sandbox.Post { return nil }

func (actor) Comment(sandbox.Person, string, string, string) (string, error) {
	return "", sandbox.ErrCannot
}

func (actor) Follow(sandbox.Person, string) error { return sandbox.ErrCannot }

func (a actor) React(p sandbox.Person, account, target, kind string) error {
	return a.on.Feel(p, account, target, kind)
}

func (a actor) Message(p sandbox.Person, account, text string) (string, error) {
	return a.on.People().Message(p, account, text)
}

func (a actor) Edit(p sandbox.Person, id, text string) error { return a.on.Rewrite(p, id, text) }

func (actor) Remove(sandbox.Person, string) error { return sandbox.ErrCannot }
