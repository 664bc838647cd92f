package instagram

import (
	"context"
	"encoding/json"
	"net/url"
	"time"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/graph"
)

const messageFields = "id,created_time,from,to,message,attachments"

// talk is a conversation with its newest messages.
type talk struct {
	ID       string     `json:"id"`
	Updated  string     `json:"updated_time"`
	Messages graph.List `json:"messages"`
}

// listed is a private message as Instagram lists it.
type listed struct {
	said
	To struct {
		Data []person `json:"data"`
	} `json:"to"`
	Files struct {
		Data []struct {
			Image struct {
				URL string `json:"url"`
			} `json:"image_data"`
			Video struct {
				URL string `json:"url"`
			} `json:"video_data"`
			URL string `json:"file_url"`
		} `json:"data"`
	} `json:"attachments"`
}

// files are what hangs on a message; a link in its words is none.
func (m listed) files() (all []attachment) {
	for _, a := range m.Files.Data {
		switch {
		case a.Image.URL != "":
			all = append(all, attachment{"image", a.Image.URL})
		case a.Video.URL != "":
			all = append(all, attachment{"video", a.Video.URL})
		case a.URL != "":
			all = append(all, attachment{"other", a.URL})
		}
	}
	return all
}

func (r *reading) message(m listed, at time.Time) fact {
	f := fact{What: "message", ID: string(m.ID), From: m.From, Text: m.Message}
	if m.ours(r.conn) || r.keys.Page != "" && string(m.From.ID) == r.keys.Page {
		f.From, f.Ours = person{}, true
		if len(m.To.Data) > 0 {
			f.From = m.To.Data[0]
		}
	}
	f.Files = m.files()
	return f.at(at)
}

// talks reads the conversations that moved since. Of each, only the newest twenty
// messages can be read: what was written before them is lost, and said to be.
func (r *reading) talks(ctx context.Context) error {
	floor, began := r.c.Talk.Floor(), r.now()
	query := url.Values{"platform": {"instagram"}, "limit": {"25"}, "fields": {"id,updated_time,messages.limit(20){" + messageFields + "}"}}
	end, err := r.walk(ctx, r.keys.inbox(r.conn)+"/conversations", query, callsMost, func(items []json.RawMessage) bool {
		for _, item := range items {
			var t talk
			_ = lenient(item, &t) // what is of another type stays empty
			if at := graph.Moment(t.Updated).Unix(); at > 0 && at < floor {
				return true
			}
			r.talk(t, floor)
		}
		return false
	})
	if err != nil {
		return err
	}
	if end == graph.Enough || end == graph.Whole {
		r.c.Talk.Since = r.c.Talk.After(began) // else the same is read once more
	}
	return nil
}

func (r *reading) talk(t talk, floor int64) {
	oldest := time.Time{}
	for _, item := range t.Messages.Data {
		var m listed
		_ = lenient(item, &m) // what is of another type stays empty
		at := graph.Moment(m.Created)
		if at.Unix() > 0 && at.Unix() < floor {
			return
		}
		oldest = at
		f := r.message(m, at)
		r.tell(f)
		if f.Named = true; !f.Ours && f.From.Username != "" {
			r.tell(f) // a webhook knows people by their numbers alone
		}
		r.c.Talk.See(at.Unix(), r.now())
	}
	if t.Messages.Further() != nil && !oldest.IsZero() && oldest.Unix() > floor {
		span := network.Span{From: time.Unix(floor, 0).UTC(), To: oldest}
		if r.lost == nil || span.To.After(r.lost.To) {
			r.lost = &span
		}
	}
}

// tags reads posts of others in which the account is tagged.
func (r *reading) tags(ctx context.Context) error {
	floor, began := r.c.Tags.Floor(), r.now()
	query := url.Values{"limit": {"25"}, "fields": {"id,caption,timestamp,permalink,username"}}
	end, err := r.walk(ctx, r.conn.Account+"/tags", query, 4, func(items []json.RawMessage) bool {
		for _, item := range items {
			var p post
			_ = lenient(item, &p) // what is of another type stays empty
			at := graph.Moment(p.Time)
			if at.Unix() > 0 && at.Unix() < floor {
				return true
			}
			r.tell(fact{What: "mention", ID: string(p.ID), Media: string(p.ID), From: person{Username: p.Username}, Text: p.Caption, URL: p.URL}.at(at))
			r.c.Tags.See(at.Unix(), r.now())
		}
		return false
	})
	if err == nil && (end == graph.Enough || end == graph.Whole) {
		r.c.Tags.Since = r.c.Tags.After(began)
	}
	return err
}
