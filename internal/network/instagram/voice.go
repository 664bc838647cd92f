package instagram

import (
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network/graph"
)

// voice says Graph's refusals in the words of people who look after an account.
// The subcodes stand in the reference “Error Codes” of the Instagram Platform.
func voice() graph.Voice {
	const (
		again = "Connect the account again, and allow everything that is asked."
		fetch = "Look whether this house can be reached from outside at its public address."
	)
	unreadable := graph.Saying{Kind: fault.Invalid, Text: "Instagram cannot read this video.", Hint: "Save it as MP4 with H.264 and AAC, and try again.", Field: "media"}
	trouble := graph.Saying{Trouble: true, Text: "Instagram is out of order.", Wait: 30 * time.Second}
	return graph.Voice{
		Network: "Instagram", Renew: again, Allow: again, Wanted: append(wanted(byFacebook), wanted(byInstagram)...),
		Missing: "Connect the account again, and allow %s.",
		Sayings: map[int]graph.Saying{
			2207001: trouble, 2207032: trouble, 2207053: trouble,
			2207003: {Trouble: true, Text: "It took Instagram too long to fetch the file.", Hint: fetch, Wait: time.Minute},
			2018008: {Kind: fault.Invalid, Text: "Instagram could not fetch the file.", Hint: fetch, Field: "media"},
			2018047: {Kind: fault.Invalid, Text: "Instagram does not take this file.", Hint: "Save it in another format, or send a link to it.", Field: "media"},
			2207052: {Text: "Instagram could not fetch the file.", Hint: fetch, Field: "media"},
			2207051: {Kind: fault.Denied, Text: "Instagram takes this for spam and holds it back.", Hint: "Look at the notices in Instagram, or publish it there."},
			2207050: {Kind: fault.Denied, Text: "Instagram has restricted this account.", Hint: "Sign in at Instagram and do what it asks."},
			2207042: {Kind: fault.Throttled, Text: "Instagram takes no more posts of this account today.", Hint: "It counts the last 24 hours.", Wait: time.Hour},
			2207004: {Text: "The image is too large for Instagram.", Hint: "Make it smaller than 8 MB.", Field: "media"},
			2207005: {Text: "Instagram takes JPEG images only.", Hint: "Save it as JPEG.", Field: "media"},
			2207009: {Text: "Instagram does not take an image of this shape.", Hint: "Crop it to something between 4:5 and 1.91:1.", Field: "media"},
			2207010: {Text: "Instagram finds the text too long.", Hint: "Shorten it.", Field: "text"},
			2207040: {Text: "Instagram finds too many mentions in the text.", Hint: "Take some away.", Field: "text"},
			2207028: {Text: "Instagram does not take these files together.", Hint: "A carousel has 2 to 10 images and videos.", Field: "media"},
			2207057: {Text: "The moment of the cover lies outside of the video.", Hint: "Choose an earlier one.", Field: "options"},
			2207026: unreadable, 352: unreadable,
			10900:   {Text: "This comment was answered in private already; Instagram allows it once.", Hint: "Answer in public, or in the conversation."},
			10903:   {Text: "This comment cannot be answered in private any more.", Hint: "Instagram allows it for seven days. Answer in public instead."},
			551:     {Text: "This person cannot be reached in private.", Hint: "Answer in public instead."},
			2534014: {Text: "This person cannot be reached in private.", Hint: "Answer in public instead."},
		},
	}
}
