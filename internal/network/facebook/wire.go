package facebook

import (
	"context"
	"encoding/json"
	"net/url"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/graph"
)

func token(conn network.Conn) (string, error) {
	if key := graph.KeyOf(conn); key != "" {
		return key, nil
	}
	return "", fault.New(fault.Denied, "The key of this Page is not complete.").WithHint("Connect the Page again.")
}

// call makes a call in the name of a Page.
func (d *Driver) call(ctx context.Context, conn network.Conn, a graph.Ask, out any) (time.Time, error) {
	t, err := token(conn)
	if err != nil {
		return time.Time{}, err
	}
	a.App = conn.App
	return d.graph.Send(ctx, t, a, out)
}

// as is call for one connection.
func (d *Driver) as(conn network.Conn) graph.Call {
	return func(ctx context.Context, a graph.Ask, out any) error {
		_, err := d.call(ctx, conn, a, out)
		return err
	}
}

// sending is call for one connection, with the moment of the answer.
func (d *Driver) sending(conn network.Conn) graph.Send {
	return func(ctx context.Context, a graph.Ask, out any) (time.Time, error) { return d.call(ctx, conn, a, out) }
}

// walk goes through a list until take has enough.
func (d *Driver) walk(ctx context.Context, conn network.Conn, path string, query url.Values, most int, take func([]json.RawMessage) bool) (graph.Ending, error) {
	return d.graph.Walk(ctx, d.as(conn), path, query, most, take)
}

// again is what to do when a key is over.
const again = "Connect the Page again: sign in with Facebook, or make a new Page access token."

// voice says Graph's refusals in the words of people who look after a Page.
func voice() graph.Voice {
	const connect = again
	unreadable := graph.Saying{Kind: fault.Invalid, Text: "Facebook cannot use this video.", Hint: "Save it as MP4 with H.264 and AAC, and try again.", Field: "media"}
	return graph.Voice{
		Network: "Facebook", Renew: connect, Wanted: wanted(),
		Allow:   "Connect the Page again, and allow everything that is asked.",
		Missing: "Connect the Page again and allow %s; a token made by hand needs that too.",
		Sayings: map[int]graph.Saying{
			463:     {Text: "The key of this Page has expired.", Hint: connect},
			458:     {Hint: "Allow the app on Facebook again, and connect the Page again."},
			459:     {Hint: "Sign in on facebook.com, then connect the Page again."},
			464:     {Hint: "Sign in on facebook.com, then connect the Page again."},
			492:     {Text: "The person behind the key has no role on this Page any more.", Hint: "Let somebody who has connect the Page again."},
			2018047: {Kind: fault.Invalid, Text: "Facebook does not take this file.", Hint: "Save it in another format, or send a link to it.", Field: "media"},
			2018109: {Kind: fault.Invalid, Text: "The file is too large for Facebook.", Hint: "Make it smaller, or send a link to it.", Field: "media"},
			2018278: {Text: "Facebook lets a Page write to somebody for 24 hours after their last message, and these are over.", Hint: "Answer in public, or wait until they write again."},
			2534022: {Text: "Facebook lets a Page write to somebody for 24 hours after their last message, and these are over.", Hint: "Answer in public, or wait until they write again."},
			368:     {Hint: "Look into the Page's support inbox on Facebook."},
			15:      {Hint: "Look at the app's id and secret, and make the Page's token with this app."},
			101:     {Hint: "Look at the app's id and secret, and make the Page's token with this app."},
			1366046: {Text: "Facebook does not take this image.", Hint: "Save it as JPEG or PNG, smaller than 4 MB.", Field: "media"},
			324:     {Text: "Facebook does not take this image.", Hint: "Save it as JPEG or PNG, smaller than 4 MB.", Field: "media"},
			1363024: unreadable, 352: unreadable,
			1363019: {Trouble: true, Text: "Facebook did not take all of the video.", Wait: 10 * time.Second},
			1363030: {Trouble: true, Text: "Facebook did not take all of the video.", Wait: 10 * time.Second},
			1363037: {Trouble: true, Text: "Facebook did not take all of the video.", Wait: 10 * time.Second},
			1500:    {Text: "Facebook does not take this link.", Hint: "Look whether it can be opened by everybody.", Field: "link"},
			1609008: {Text: "Facebook does not take links to itself here.", Hint: "Leave the link out, or share the post on Facebook.", Field: "link"},
			1404102: {Text: "Facebook says that this breaks its community standards.", Hint: "Change the text or the images.", Field: "text"},
			1349125: {Text: "Facebook does not take this content.", Hint: "Change the text or the images.", Field: "text"},
			1705:    {Text: "Facebook does not take this.", Hint: "Change the text, or try on Facebook itself.", Field: "text"},
			10900:   {Text: "This comment was answered in private already; Facebook allows it once.", Hint: "Answer in public, or in the conversation."},
			10903:   {Text: "This comment cannot be answered in private any more.", Hint: "Facebook allows it for seven days. Answer in public instead."},
			551:     {Text: "This person cannot be reached in private.", Hint: "Answer in public instead."},
			2018001: {Text: "This person cannot be reached in private.", Hint: "Answer in public instead."},
		},
	}
}
