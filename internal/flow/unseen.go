package flow

import (
	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/fault"
)

// mayOn is whether an actor may do something with what belongs to a channel. Out of
// their rights it is as if it were not there, in the very words of what is not there.
func mayOn(actor access.Actor, verb access.Verb, channelID string, absent func() error) error {
	err := actor.May(verb, channelID)
	if fault.Is(err, fault.NotFound) {
		return absent()
	}
	return err
}

func noPost() error         { return fault.New(fault.NotFound, "There is no such post.") }
func noPublication() error  { return fault.New(fault.NotFound, "There is no such publication.") }
func noMessage() error      { return fault.New(fault.NotFound, "There is no such message.") }
func noConversation() error { return fault.New(fault.NotFound, "There is no such conversation.") }
func noVerdict() error      { return fault.New(fault.NotFound, "There is no such verdict.") }
