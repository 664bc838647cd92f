package messenger

import (
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network/graph"
)

const renew = "Make a new Page access token and connect Messenger again."

// voice says Graph's refusals in the words of people who answer messages.
func voice() graph.Voice {
	const gone = "They may have blocked the Page, or deleted the conversation or their account."
	return graph.Voice{
		Network: "Messenger", Renew: renew, Wanted: wanted(),
		Allow:   "Make a new Page access token with all permissions and connect Messenger again.",
		Missing: "Make a new Page access token with %s and connect Messenger again.",
		Sayings: map[int]graph.Saying{
			463:     {Text: "The key of this Page has expired.", Hint: renew},
			458:     {Hint: "Allow the app on Facebook again, and connect Messenger again."},
			459:     {Hint: "Sign in on facebook.com, then connect Messenger again."},
			464:     {Hint: "Sign in on facebook.com, then connect Messenger again."},
			492:     {Text: "The person behind the key has no role on this Page any more.", Hint: "Let somebody who has connect Messenger again."},
			2018047: {Kind: fault.Invalid, Text: "Messenger does not take this file.", Hint: "Save it in another format, or send a link to it.", Field: "media"},
			2018109: {Kind: fault.Invalid, Text: "The file is too large for Messenger.", Hint: "Make it smaller, or send a link to it.", Field: "media"},
			2018278: {Kind: fault.Invalid, Text: "Messenger lets a Page write to somebody for 24 hours after their last message, and these are over.", Hint: "Wait until they write again."},
			2534022: {Kind: fault.Invalid, Text: "Messenger lets a Page write to somebody for 24 hours after their last message, and these are over.", Hint: "Wait until they write again."},
			2018300: {Kind: fault.Invalid, Text: "Another app answers in this conversation at the moment.", Hint: "Take the conversation over in Meta Business Suite, or wait until it is handed to Kith."},
			2018001: {Kind: fault.Invalid, Text: "This person cannot be reached on Messenger any more.", Hint: gone},
			551:     {Kind: fault.Invalid, Text: "This person cannot be reached on Messenger at the moment.", Hint: gone},
			1200:    {Trouble: true, Text: "Messenger could not send this at the moment."},
			368:     {Hint: "Look into the Page's support inbox on Facebook."},
			15:      {Hint: "Look at the app's id and secret, and make the Page's token with this app."},
			101:     {Hint: "Look at the app's id and secret, and make the Page's token with this app."},
		},
	}
}
