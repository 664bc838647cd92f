package graph

import (
	"context"
	"encoding/json"
	"net/url"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
)

// listed is a private message as Graph lists it.
type listed struct {
	ID      string `json:"id"`
	Message string `json:"message"`
	Created string `json:"created_time"`
	From    Person `json:"from"`
	To      struct {
		Data []Person `json:"data"`
	} `json:"to"`
	Files struct {
		Data []struct {
			Mime  string `json:"mime_type"`
			URL   string `json:"file_url"`
			Image struct {
				URL string `json:"url"`
			} `json:"image_data"`
			Video struct {
				URL string `json:"url"`
			} `json:"video_data"`
		} `json:"data"`
	} `json:"attachments"`
}

func (g listed) lean(page string) (Message, bool) {
	m := Message{ID: g.ID, With: g.From, Text: g.Message, Sent: max(Moment(g.Created).UnixMilli(), 0)}
	if string(g.From.ID) == page {
		m.With, m.Ours = Person{}, true
		if len(g.To.Data) > 0 {
			m.With = g.To.Data[0]
		}
	}
	for _, f := range g.Files.Data {
		switch {
		case f.Image.URL != "":
			m.Media = append(m.Media, Attachment{"image", f.Image.URL})
		case f.Video.URL != "":
			m.Media = append(m.Media, Attachment{"video", f.Video.URL})
		case f.URL != "" && len(f.Mime) > 6 && f.Mime[:6] == "audio/":
			m.Media = append(m.Media, Attachment{"audio", f.URL})
		case f.URL != "":
			m.Media = append(m.Media, Attachment{"other", f.URL})
		}
	}
	return m.Lean()
}

const messageFields = "id,created_time,from,to,message,attachments"

// talksMost is how many pages of conversations, and of one conversation, are read.
const talksMost = 40

// Talks reads the messages of the conversations that moved since the mark; tell gets
// each of them, not in order.
func (c *Client) Talks(ctx context.Context, call Call, page string, mark *Mark, now func() time.Time, tell func(Message)) error {
	floor, then := mark.Floor(), mark.Then(now())
	take := func(items []json.RawMessage) (old bool) {
		for _, item := range items {
			var g listed
			_ = json.Unmarshal(item, &g) // what is of another type stays empty
			at := Moment(g.Created).Unix()
			if at > 0 && at < floor {
				return true
			}
			if m, ok := g.lean(page); ok {
				tell(m)
				mark.See(at, now())
			}
		}
		return false
	}
	var long []string
	query := url.Values{"platform": {"MESSENGER"}, "limit": {"25"}, "fields": {"id,updated_time,messages.limit(10){" + messageFields + "}"}}
	end, err := c.Walk(ctx, call, page+"/conversations", query, talksMost, func(items []json.RawMessage) bool {
		for _, item := range items {
			var t struct {
				ID       string `json:"id"`
				Updated  string `json:"updated_time"`
				Messages List   `json:"messages"`
			}
			_ = json.Unmarshal(item, &t) // what is of another type stays empty
			if at := Moment(t.Updated).Unix(); at > 0 && at < floor {
				return true
			}
			if !take(t.Messages.Data) && t.Messages.Further() != nil && Object.MatchString(t.ID) {
				long = append(long, t.ID)
			}
		}
		return false
	})
	if err != nil {
		return err
	}
	for _, id := range long {
		ended, err := c.Walk(ctx, call, id+"/messages", url.Values{"limit": {"100"}, "fields": {messageFields}}, talksMost, take)
		if err != nil {
			return err
		}
		if ended == Lost || ended == Broken {
			end = ended
		}
	}
	if end == Enough || end == Whole {
		mark.Since = then // else the same is read once more
	}
	return nil
}

// Look lists, newest first, what is not older than since; keep reads an item and says
// when it was made (never: it cannot be read) and whether it is ours. The look is
// complete when something older was reached, or the end of the list. An empty last
// page may also mean that our place in the list is gone: then it is gone through again.
func (c *Client) Look(ctx context.Context, call Call, path string, query url.Values, most int, since time.Time, keep func(json.RawMessage) (seen network.Seen, ours bool)) (network.Look, error) {
	for try := 0; ; try++ {
		var look network.Look
		odd := false
		end, err := c.Walk(ctx, call, path, query, most, func(items []json.RawMessage) bool {
			for _, item := range items {
				seen, ours := keep(item)
				switch {
				case seen.ID == "" || seen.At.IsZero():
					odd = true // it may be the one
				case seen.At.Before(since):
					return true
				case ours:
					look.Near = append(look.Near, seen)
				}
			}
			return false
		})
		if err != nil {
			return network.Look{}, err
		}
		if end == Lost && try == 0 {
			continue
		}
		look.Complete = end != Broken && !odd
		return look, nil
	}
}

// Sent lists what a Page wrote to a person since. A message does not say which one
// it answers: any of ours may be the one that answers after.
func (c *Client) Sent(ctx context.Context, call Call, page, person, after string, since time.Time) (network.Look, error) {
	var talks []string
	query := url.Values{"platform": {"MESSENGER"}, "user_id": {person}, "fields": {"id"}, "limit": {"5"}}
	end, err := c.Walk(ctx, call, page+"/conversations", query, 2, func(items []json.RawMessage) bool {
		for _, item := range items {
			var t struct {
				ID string `json:"id"`
			}
			if json.Unmarshal(item, &t) == nil && Object.MatchString(t.ID) {
				talks = append(talks, t.ID)
			}
		}
		return false
	})
	if err != nil {
		return network.Look{}, err
	}
	all := network.Look{Complete: end != Broken}
	for _, t := range talks {
		query := url.Values{"fields": {messageFields}, "limit": {"50"}}
		look, err := c.Look(ctx, call, t+"/messages", query, 20, since, func(item json.RawMessage) (network.Seen, bool) {
			var g listed
			if json.Unmarshal(item, &g) != nil {
				return network.Seen{}, false
			}
			m, _ := g.lean(page) // the files that are shown; a link in the words is none
			return network.Seen{Ref: network.Ref{ID: g.ID, Extra: To(person)}, Text: g.Message, At: Moment(g.Created), After: after, Media: len(m.Media)}, string(g.From.ID) == page
		})
		if err != nil {
			return network.Look{}, err
		}
		all.Near, all.Complete = append(all.Near, look.Near...), all.Complete && look.Complete
	}
	return all, nil
}

// Somebody says whether an id may be that of a person who is written to.
func Somebody(id, page string) error {
	if !Object.MatchString(id) || id == page {
		return fault.New(fault.Invalid, "It is not clear who should get this message.").WithHint("Answer in public instead.")
	}
	return nil
}
