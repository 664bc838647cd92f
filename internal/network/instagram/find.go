package instagram

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/graph"
)

// pagesMost bounds a look; an account that says more than that in the meantime
// gets an incomplete look, and a person is asked.
const pagesMost = 20

// post is a media as Instagram shows it.
type post struct {
	ID       graph.Ident `json:"id"`
	Caption  string      `json:"caption"`
	Time     string      `json:"timestamp"`
	URL      string      `json:"permalink"`
	Type     string      `json:"media_type"`
	Product  string      `json:"media_product_type"`
	Username string      `json:"username"`
	Count    *int64      `json:"comments_count"`
	Likes    *int64      `json:"like_count"`
	Comments graph.List  `json:"comments"`
	Children graph.List  `json:"children"`
	Insights insights    `json:"insights"`
}

// files is how many files a post has.
func (p post) files() int {
	if p.Type == "CAROUSEL_ALBUM" {
		return len(p.Children.Data)
	}
	return 1
}

const postFields = "id,caption,timestamp,permalink,media_type,media_product_type,children"

// Find looks for a post by its container and among our posts, for an answer among
// our comments, for a message in its conversation.
func (d *Driver) Find(ctx context.Context, conn network.Conn, part network.Part, since time.Time) (network.Look, error) {
	s, err := d.open(conn)
	if err != nil {
		return network.Look{}, err
	}
	if part.After == nil {
		return s.findPost(ctx, part, since)
	}
	known := readExtra(part.After)
	switch {
	case !graph.Known.MatchString(part.After.ID):
		return network.Look{}, fault.New(fault.Invalid, "This is nothing on Instagram that can be answered.")
	case part.Private || known.To != "":
		return s.findMessage(ctx, part, since)
	case known.Mention || !graph.Object.MatchString(part.After.ID):
		return network.Look{}, nil // what stands below posts of others is not listed
	case known.Media == "":
		return s.answers(ctx, part.After.ID+"/comments", part.After.ID, since, true)
	}
	above := part.After.ID
	if graph.Object.MatchString(known.Above) {
		above = known.Above // an answer to an answer stands below the same first comment
	}
	return s.answers(ctx, above+"/replies", part.After.ID, since, false)
}

// findPost asks the container, and looks for the post that came of it.
func (s *session) findPost(ctx context.Context, part network.Part, since time.Time) (network.Look, error) {
	status := ""
	if at := stateOf(part); graph.Object.MatchString(at.Container) {
		c, err := s.container(ctx, at.Container, "id,status_code")
		switch {
		case gone(err): // not known any more: the list has to tell
		case err != nil:
			return network.Look{}, err
		case c.Code == expired || c.Code == failed:
			return network.Look{Keyed: true}, nil // it was never published, and will not be
		default:
			status = c.Code
		}
	}
	look, err := s.posts(ctx, part, since)
	if onTrial(part) != "" {
		look.Complete = false // nothing says that trials are in the list
	}
	if err != nil || status != published {
		return look, err
	}
	// It is there, beyond doubt. Which one it is, our words say; if they do not, a
	// list that lacks it proves nothing.
	var same []network.Seen
	for _, seen := range look.Near {
		if words(seen.Text) == words(part.Text) && seen.Media == len(part.Media) {
			same = append(same, seen)
		}
	}
	if len(same) != 1 {
		look.Complete = false
		return look, nil
	}
	same[0].Key = part.Key
	look.Exact = &same[0]
	return look, nil
}

func words(s string) string { return strings.Join(strings.Fields(s), " ") }

// posts lists what we published since; a story apart, where its text is not told.
func (s *session) posts(ctx context.Context, part network.Part, since time.Time) (network.Look, error) {
	edge := "media"
	if part.Kind == network.Story {
		edge = "stories"
	}
	query := url.Values{"fields": {postFields}, "limit": {"50"}}
	return s.look(ctx, s.conn.Account+"/"+edge, query, since, true, func(item json.RawMessage) (network.Seen, bool, bool) {
		var p post
		if json.Unmarshal(item, &p) != nil || !graph.Object.MatchString(string(p.ID)) {
			return network.Seen{}, false, false
		}
		seen := network.Seen{Ref: network.Ref{ID: string(p.ID), URL: address(p.URL)}, Text: p.Caption, At: graph.Moment(p.Time), Media: p.files()}
		if part.Kind == network.Story {
			seen.Text = part.Text
		}
		return seen, true, true
	})
}

// said is a comment or a message as a look finds it.
type said struct {
	ID      graph.Ident `json:"id"`
	Text    string      `json:"text"`
	Message string      `json:"message"`
	Time    string      `json:"timestamp"`
	Created string      `json:"created_time"`
	From    person      `json:"from"`
	User    person      `json:"user"` // told of our own alone
	Name    string      `json:"username"`
	Parent  graph.Ident `json:"parent_id"`
	Hidden  bool        `json:"hidden"`
	Replies graph.List  `json:"replies"`
}

func (c said) ours(conn network.Conn) bool {
	return string(c.From.ID) == conn.Account || string(c.User.ID) == conn.Account ||
		conn.Handle != "" && (c.Name == conn.Handle || c.From.Username == conn.Handle)
}

// answers lists our comments directly below something.
func (s *session) answers(ctx context.Context, path, after string, since time.Time, newest bool) (network.Look, error) {
	query := url.Values{"fields": {"id,text,timestamp,username,from"}, "limit": {"50"}}
	look, err := s.look(ctx, path, query, since, newest, func(item json.RawMessage) (network.Seen, bool, bool) {
		var c said
		if json.Unmarshal(item, &c) != nil || c.ID == "" {
			return network.Seen{}, false, false
		}
		return network.Seen{Ref: network.Ref{ID: string(c.ID)}, Text: c.Text, At: graph.Moment(c.Time), After: after}, c.ours(s.conn), true
	})
	if fault.Is(err, fault.NotFound) {
		return network.Look{Complete: true}, nil // what is not there has no answers
	}
	return look, err
}

// look goes through a list until something older than since, if the newest come
// first, else to its end. An empty last page may also mean that our place in the
// list is gone: then it is gone through again.
func (s *session) look(ctx context.Context, path string, query url.Values, since time.Time, newest bool,
	keep func(json.RawMessage) (seen network.Seen, ours, ok bool),
) (network.Look, error) {
	for try := 0; ; try++ {
		var look network.Look
		odd := false
		end, err := s.walk(ctx, path, query, pagesMost, func(items []json.RawMessage) bool {
			for _, item := range items {
				seen, ours, ok := keep(item)
				if !ok || seen.At.IsZero() {
					odd = true // it may be the one
					continue
				}
				if seen.At.Before(since) {
					if newest {
						return true
					}
					continue
				}
				if ours {
					look.Near = append(look.Near, seen)
				}
			}
			return false
		})
		if err != nil {
			return network.Look{}, err
		}
		if end == graph.Lost && try == 0 {
			continue
		}
		look.Complete = end != graph.Broken && !odd
		return look, nil
	}
}

// findMessage lists what we wrote to the person since.
func (s *session) findMessage(ctx context.Context, part network.Part, since time.Time) (network.Look, error) {
	to := readExtra(part.After).To
	if to == "" {
		to = readExtra(part.After).From
	}
	if !graph.Object.MatchString(to) || to == s.conn.Account {
		return network.Look{}, fault.New(fault.Invalid, "It is not clear who should get this message.").WithHint("Answer in public instead.")
	}
	query := url.Values{"platform": {"instagram"}, "user_id": {to}, "fields": {"id,messages.limit(20){" + messageFields + "}"}, "limit": {"5"}}
	look := network.Look{Complete: true}
	end, err := s.walk(ctx, s.keys.inbox(s.conn)+"/conversations", query, 2, func(items []json.RawMessage) bool {
		for _, item := range items {
			var t talk
			if json.Unmarshal(item, &t) != nil {
				look.Complete = false
				continue
			}
			older := false
			for _, one := range t.Messages.Data {
				var m listed
				at := time.Time{}
				if json.Unmarshal(one, &m) == nil {
					at = graph.Moment(m.Created)
				}
				switch {
				case at.IsZero() || m.ID == "":
					look.Complete = false
				case at.Before(since):
					older = true
				case m.ours(s.conn) || string(m.From.ID) == s.keys.Page && s.keys.Page != "":
					// A message does not say which one it answers: any answer here may be ours.
					look.Near = append(look.Near, network.Seen{Ref: network.Ref{ID: string(m.ID), Extra: extra{To: to}.raw()}, Text: m.Message, At: at, After: part.After.ID, Media: len(m.files())})
				}
			}
			if !older && t.Messages.Further() != nil {
				look.Complete = false // only the newest can be read
			}
		}
		return false
	})
	if err != nil {
		return network.Look{}, err
	}
	look.Complete = look.Complete && end != graph.Broken
	return look, nil
}
