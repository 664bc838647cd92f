package facebook

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

// pagesMost bounds a look; a Page that says more than that in the meantime gets
// an incomplete look, and a person is asked.
const pagesMost = 20

// attachments are what hangs on a post.
type attachments struct {
	Data []struct {
		Type      string `json:"type"`
		MediaType string `json:"media_type"`
		Sub       struct {
			Data []struct{} `json:"data"`
		} `json:"subattachments"`
	} `json:"data"`
}

// files counts the photos and videos of a post.
func (a attachments) files() int {
	n := 0
	for _, one := range a.Data {
		switch {
		case len(one.Sub.Data) > 0:
			n += len(one.Sub.Data)
		case one.MediaType == "photo" || one.Type == "photo" || one.MediaType == "video" || strings.HasPrefix(one.Type, "video"):
			n++
		}
	}
	return n
}

// said is a post, comment or message as a look finds it.
type said struct {
	ID          string      `json:"id"`
	Message     string      `json:"message"`
	Created     string      `json:"created_time"`
	URL         string      `json:"permalink_url"`
	From        person      `json:"from"`
	Attachments attachments `json:"attachments"`
	// Attachment is of a comment: the photo, or what a link in its words shows.
	Attachment struct {
		Type string `json:"type"`
	} `json:"attachment"`
}

// Find lists what we posted, answered or wrote since.
func (d *Driver) Find(ctx context.Context, conn network.Conn, part network.Part, since time.Time) (network.Look, error) {
	if part.After == nil {
		return d.findPost(ctx, conn, part, since)
	}
	known := readExtra(part.After)
	if part.Private || known.To != "" {
		return d.findMessage(ctx, conn, part, since)
	}
	if !graph.Object.MatchString(part.After.ID) {
		return network.Look{}, fault.New(fault.Invalid, "This is nothing on Facebook that can be answered.")
	}
	look, err := d.answers(ctx, conn, part.After.ID, part.After.ID, since)
	if err != nil || strings.HasPrefix(part.After.ID, conn.Account+"_") {
		return look, err
	}
	if known.Above == "" && known.Post == "" {
		if known.Above, err = d.above(ctx, conn, part.After.ID); err != nil {
			return network.Look{}, err
		}
	}
	if !graph.Object.MatchString(known.Above) {
		return look, nil
	}
	// An answer to an answer may hang below the same first comment, where it does
	// not say which one it answers: any answer of ours there may be the one.
	beside, err := d.answers(ctx, conn, known.Above, part.After.ID, since)
	look.Near, look.Complete = append(look.Near, beside.Near...), look.Complete && beside.Complete
	return look, err
}

// findPost asks for the video of a part, looks among our stories for its photo, or
// lists what we posted.
func (d *Driver) findPost(ctx context.Context, conn network.Conn, part network.Part, since time.Time) (network.Look, error) {
	at := stateOf(part)
	switch {
	case graph.Object.MatchString(at.Video):
		look, err := d.findVideo(ctx, conn, part, at)
		if !fault.Is(err, fault.NotFound) {
			return look, err
		}
		// Nothing is known of it any more: our posts have to tell.
		if part.Kind == network.Story {
			return d.findStory(ctx, conn, part, at.Video, since)
		}
	case part.Kind == network.Story:
		if len(at.Photos) != 1 {
			return network.Look{Keyed: true}, nil // nothing was handed over yet
		}
		return d.findStory(ctx, conn, part, at.Photos[0], since)
	}
	query := url.Values{"fields": {"id,message,created_time,permalink_url,attachments"}, "limit": {"50"}}
	return d.look(ctx, conn, conn.Account+"/published_posts", query, since, func(s said) (network.Seen, bool) {
		return network.Seen{Media: s.Attachments.files()}, true
	})
}

// findVideo asks a video whether it is out. One that is not says nothing for certain,
// because a status may lag behind.
func (d *Driver) findVideo(ctx context.Context, conn network.Conn, part network.Part, at state) (network.Look, error) {
	v, err := d.video(ctx, conn, at.Video)
	switch {
	case err != nil:
		return network.Look{}, err
	case v.failed() || v.Status.Video == "expired":
		return network.Look{Keyed: true}, nil // it never came out, and will not
	case v.out():
		if part.Kind == network.Story && at.Story == "" {
			at.Story = at.Video
			if s, err := d.findStory(ctx, conn, part, at.Video, part.At.Add(-time.Hour)); err == nil && s.Exact != nil {
				at.Story = s.Exact.ID
			}
		}
		when := v.Status.Publishing.At.When()
		if when.IsZero() {
			when = d.now()
		}
		return network.Look{Exact: &network.Seen{Ref: v.ref(conn, at), Text: part.Text, Key: part.Key, At: when, Media: len(part.Media)}}, nil
	case v.Status.Processing.Status == "in_progress":
		return network.Look{}, fault.New(fault.Unavailable, "Facebook is still working on this video.").In(30 * time.Second)
	}
	return network.Look{Complete: true}, nil
}

// findStory looks for a file among the stories of the Page.
func (d *Driver) findStory(ctx context.Context, conn network.Conn, part network.Part, media string, since time.Time) (network.Look, error) {
	look := network.Look{Complete: true}
	end, err := d.walk(ctx, conn, conn.Account+"/stories", url.Values{"limit": {"50"}}, pagesMost, func(items []json.RawMessage) bool {
		for _, item := range items {
			var s struct {
				Post  graph.Ident `json:"post_id"`
				Media graph.Ident `json:"media_id"`
				At    graph.Clock `json:"creation_time"`
				URL   string      `json:"url"`
			}
			switch {
			case json.Unmarshal(item, &s) != nil || s.Media == "" || s.At.When().IsZero():
				look.Complete = false // it may be the one
			case string(s.Media) == media && graph.Object.MatchString(string(s.Post)):
				look.Exact = &network.Seen{Ref: storyRef(string(s.Post), video{URL: s.URL}.address()), Text: part.Text, Key: part.Key, At: s.At.When(), Media: len(part.Media)}
				return true
			case older(s.At.When(), since):
				return true
			}
		}
		return false
	})
	look.Complete = look.Complete && end != graph.Broken
	return look, err
}

// above asks which comment a comment answers, "" for none.
func (d *Driver) above(ctx context.Context, conn network.Conn, id string) (string, error) {
	var got struct {
		Parent struct {
			ID string `json:"id"`
		} `json:"parent"`
	}
	_, err := d.call(ctx, conn, graph.Ask{Path: id, Query: url.Values{"fields": {"parent"}}}, &got)
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Invalid) {
		return "", nil // gone, or no comment at all
	}
	return got.Parent.ID, err
}

// answers lists our comments directly below something.
func (d *Driver) answers(ctx context.Context, conn network.Conn, below, after string, since time.Time) (network.Look, error) {
	query := url.Values{"fields": {"id,message,created_time,from,permalink_url,attachment"}, "filter": {"toplevel"}, "order": {"reverse_chronological"}, "limit": {"100"}}
	look, err := d.look(ctx, conn, below+"/comments", query, since, func(s said) (network.Seen, bool) {
		seen := network.Seen{After: after}
		if s.Attachment.Type == "photo" {
			seen.Media = 1
		}
		return seen, string(s.From.ID) == conn.Account
	})
	if fault.Is(err, fault.NotFound) {
		return network.Look{Complete: true}, nil // what is not there has no answers
	}
	return look, err
}

// look lists what is not older than since.
func (d *Driver) look(ctx context.Context, conn network.Conn, path string, query url.Values, since time.Time, keep func(said) (network.Seen, bool)) (network.Look, error) {
	return d.graph.Look(ctx, d.as(conn), path, query, pagesMost, since, func(item json.RawMessage) (network.Seen, bool) {
		var s said
		if json.Unmarshal(item, &s) != nil {
			return network.Seen{}, false
		}
		seen, ours := keep(s)
		seen.ID, seen.URL, seen.Text, seen.At = s.ID, s.URL, s.Message, graph.Moment(s.Created)
		return seen, ours
	})
}

// findMessage lists what we wrote to the person since.
func (d *Driver) findMessage(ctx context.Context, conn network.Conn, part network.Part, since time.Time) (network.Look, error) {
	person, err := d.personOf(ctx, conn, part.After)
	if err != nil {
		return network.Look{}, err
	}
	return d.graph.Sent(ctx, d.as(conn), conn.Account, person, part.After.ID, since)
}

// personOf finds whom a private answer goes to.
func (d *Driver) personOf(ctx context.Context, conn network.Conn, after *network.Ref) (string, error) {
	known := readExtra(after)
	id := known.To
	if id == "" {
		id = known.From
	}
	if id == "" && graph.Object.MatchString(after.ID) {
		var got said
		if _, err := d.call(ctx, conn, graph.Ask{Path: after.ID, Query: url.Values{"fields": {"from"}}}, &got); err != nil {
			return "", err
		}
		id = string(got.From.ID)
	}
	return id, graph.Somebody(id, conn.Account)
}
