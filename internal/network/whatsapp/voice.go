package whatsapp

import (
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network/graph"
)

// voice says refusals in the words of people who answer on WhatsApp. The codes
// stand in “WhatsApp error codes” of the documentation.
func voice() graph.Voice {
	const again = "Connect the number again, and allow everything that is asked."
	return graph.Voice{
		Network: "WhatsApp", Renew: again, Allow: again, Wanted: wanted(),
		Missing: "Connect the number again, and allow %s.",
		Sayings: sayings(),
	}
}

func sayings() map[int]graph.Saying {
	trouble := graph.Saying{Trouble: true, Text: "WhatsApp is out of order.", Wait: 30 * time.Second}
	file := graph.Saying{Kind: fault.Invalid, Text: "WhatsApp cannot use this file.", Hint: "Save it as JPEG, PNG or MP4, and try again.", Field: "media"}
	locked := graph.Saying{Kind: fault.Denied, Text: "WhatsApp has locked this business account.", Hint: manager}
	return map[int]graph.Saying{
		368:    {Kind: fault.Invalid, Text: "WhatsApp has restricted this business account: it may not send this now.", Hint: manager},
		3:      {Kind: fault.Denied, Text: "Our key may not do this on WhatsApp."},
		131000: trouble, 131016: trouble, 131057: trouble, 133004: trouble,
		131047: {Kind: fault.Invalid, Text: "WhatsApp lets one write freely to somebody for 24 hours after their last message, and these are over.", Hint: "Answer with an approved template, or wait until they write again."},
		130429: {Kind: fault.Throttled, Text: "WhatsApp asks us to slow down.", Wait: 5 * time.Second},
		131056: {Kind: fault.Throttled, Text: "Too many messages went to this person in a short time.", Wait: 12 * time.Second},
		// It is of the number for a while and not of our key: what waits goes out when it is over.
		131048: {Kind: fault.Throttled, Text: "WhatsApp holds this number back: it wrote to as many people as it may, or some have blocked or reported it.", Hint: manager, Wait: time.Hour},
		131026: {Kind: fault.Invalid, Text: "WhatsApp cannot deliver messages to this person.", Hint: "Their app may be too old, they may have left WhatsApp, or they may not want messages of businesses."},
		131030: {Kind: fault.Invalid, Text: "A test number of WhatsApp writes only to people on its list.", Hint: "Add them in the app's console, or connect a real number."},
		131031: locked, 131005: {Kind: fault.Denied, Text: "Our key may not do this on WhatsApp."},
		131042: {Kind: fault.Denied, Text: "WhatsApp takes no message because of something about the payment.", Hint: "Look at the payment settings in WhatsApp Manager."},
		131049: {Kind: fault.Invalid, Text: "WhatsApp did not deliver this, so that people do not get too much advertising.", Hint: "Wait a day, or answer when they write."},
		130472: {Kind: fault.Invalid, Text: "WhatsApp did not deliver this: the person is part of an experiment of Meta.", Hint: "Wait until they write."},
		131050: {Kind: fault.Invalid, Text: "This person does not want advertising from this number any more.", Hint: "Answer when they write."},
		131051: {Kind: fault.Invalid, Text: "WhatsApp does not take this kind of message."},
		131052: file, 131053: file,
		131037: {Kind: fault.Denied, Text: "The name of this number has not been approved yet.", Hint: manager},
		133010: {Kind: fault.Denied, Text: "This phone number is not registered for the Cloud API.", Hint: "Register it in WhatsApp Manager."},
		132000: {Kind: fault.Invalid, Text: "The template was not filled in as WhatsApp wants it.", Hint: "Choose it again, and fill in all of it.", Field: "template"},
		132001: {Kind: fault.Invalid, Text: "This template is not among the approved ones any more.", Hint: "Choose another template.", Field: "template"},
		132005: {Kind: fault.Invalid, Text: "The template gets too long with these words.", Hint: "Use fewer.", Field: "template"},
		132007: {Kind: fault.Invalid, Text: "WhatsApp does not accept these words in a template.", Hint: "Use others.", Field: "template"},
		132012: {Kind: fault.Invalid, Text: "The template was not filled in as WhatsApp wants it.", Hint: "Choose it again, and fill in all of it.", Field: "template"},
		132015: {Kind: fault.Invalid, Text: "WhatsApp has paused this template because people complained about it.", Hint: "Choose another template.", Field: "template"},
		132016: {Kind: fault.Invalid, Text: "WhatsApp has taken this template out of use.", Hint: "Choose another template.", Field: "template"},
	}
}

// failure says why a message never arrived, by the code of its status.
func failure(code int) string {
	s, known := sayings()[code]
	switch {
	case !known || s.Text == "":
		return "WhatsApp could not deliver this message. Try again, or ask in another way."
	case s.Hint == "":
		return s.Text
	}
	return s.Text + " " + s.Hint
}
