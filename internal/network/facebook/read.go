package facebook

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/graph"
)

// reading is one Read under way.
type reading struct {
	*Driver
	conn   network.Conn
	c      cursor
	calls  int
	events []network.Raw
	told   map[string]bool
}

// Read asks for what happened since the cursor, oldest first.
func (d *Driver) Read(ctx context.Context, conn network.Conn, given string) (network.Reading, error) {
	r := &reading{Driver: d, conn: conn, told: map[string]bool{}}
	if given != "" && json.Unmarshal([]byte(given), &r.c) != nil {
		r.c = cursor{} // one of an older form: read again, which is harmless
	}
	r.c.Begin(d.now(), while)
	r.c.Talk.Begin(d.now(), while)
	r.c.Tags.Begin(d.now(), while)
	if err := r.sweep(ctx); err != nil {
		return network.Reading{}, err
	}
	more := r.c.Sweep != nil
	if !more {
		// What fails here is asked again from the same place; it must not hold up
		// what is said in public. Check says when a permission is missing.
		if slices.Contains(conn.Beside, messenger) {
			now := d.now().Unix() // what is said from here on is read there
			r.c.Talk = graph.Mark{Since: now, Top: now, At: now}
		} else if before, n := r.c.Talk, len(r.events); r.talks(ctx) != nil {
			r.c.Talk, r.events = before, r.events[:n]
		}
		if before, n := r.c.Tags, len(r.events); r.tagged(ctx) != nil {
			r.c.Tags, r.events = before, r.events[:n]
		}
		r.changed(ctx)
	}
	slices.SortStableFunc(r.events, func(a, b network.Raw) int { return a.At.Compare(b.At) })
	next, err := json.Marshal(r.c)
	if err != nil {
		return network.Reading{}, fault.Wrap(fault.Internal, err, "writing a cursor")
	}
	return network.Reading{Events: r.events, Next: string(next), More: more}, nil
}

// tell adds an event, unless this reading has told it.
func (r *reading) tell(raw network.Raw) {
	if !r.told[raw.Key] {
		r.told[raw.Key] = true
		r.events = append(r.events, raw)
	}
}

// talks reads the conversations that moved since.
func (r *reading) talks(ctx context.Context) error {
	return r.graph.Talks(ctx, r.as(r.conn), r.conn.Account, &r.c.Talk, r.now, func(m graph.Message) {
		r.tell(m.Raw(r.conn.Account))
		if named, ok := m.With.Raw(r.conn.Account, m.Sent); ok {
			r.tell(named)
		}
	})
}

// sweep goes over the recent posts, or on with them.
func (r *reading) sweep(ctx context.Context) error {
	s := r.c.Sweep
	if s == nil {
		s = &sweep{Floor: r.c.Floor(), Then: r.c.Then(r.now()), Felt: map[string]int64{}}
		r.c.Sweep = s
	}
	if s.Felt == nil {
		s.Felt = map[string]int64{}
	}
	for small := false; ; {
		if done, err := r.rests(ctx); err != nil || !done {
			return err
		}
		if s.Over {
			break
		}
		if r.calls >= callsMost {
			return nil
		}
		l, err := r.posts(ctx, small)
		switch {
		case err != nil && !small && tooMuch(err):
			small = true
			continue
		case err != nil && fault.Is(err, fault.Invalid) && s.Place != nil && !s.Again,
			err == nil && len(l.Data) == 0 && s.Place != nil && !s.Again:
			s.Place, s.Again = nil, true // our place is gone: from the top once more
			continue
		case err != nil:
			return err
		}
		old, err := r.below(ctx, l)
		if err != nil {
			return err
		}
		s.Place = l.Further()
		s.Over = s.Place == nil || old
	}
	r.c.Since, r.c.Felt, r.c.Sweep = s.Then, s.Felt, nil
	return nil
}

// tooMuch says that Graph, or our client, finds the answer too large.
func tooMuch(err error) bool {
	said := graph.Refused(err)
	return said.Code == 1 || fault.Is(err, fault.Invalid) && said.Status == 0
}

const commentFields = "id,message,created_time,from,parent{id},permalink_url,attachment"

// posts asks for a page of posts with their newest comments.
func (r *reading) posts(ctx context.Context, small bool) (graph.List, error) {
	most, each := "50", "10"
	if small {
		most, each = "5", "5"
	}
	floor := strconv.FormatInt(max(r.c.Sweep.Floor, 1), 10)
	query := url.Values{"limit": {most}, "fields": {"id,message,created_time,from,permalink_url,attachments," +
		"comments.filter(stream).order(chronological).since(" + floor + ").limit(" + each + "){" + commentFields + "}," +
		"reactions.summary(total_count).limit(0)"}}
	maps.Copy(query, r.c.Sweep.Place)
	r.calls++
	var l graph.List
	a := graph.Ask{Path: r.conn.Account + "/feed", Query: query}
	_, err := r.call(ctx, r.conn, a, &l)
	if err == nil && l.Data == nil {
		err = r.graph.Misunderstood(a)
	}
	return l, err
}

// feedPost is a post of the list.
type feedPost struct {
	ID          string `json:"id"`
	Message     string `json:"message"`
	Created     string `json:"created_time"`
	From        person `json:"from"`
	URL         string `json:"permalink_url"`
	Attachments struct {
		Data []hanging `json:"data"`
	} `json:"attachments"`
	Comments  graph.List `json:"comments"`
	Reactions struct {
		Summary struct {
			Total *int64 `json:"total_count"`
		} `json:"summary"`
	} `json:"reactions"`
}

// below tells what a page of posts shows; old says that a post was reached whose
// comments are not read any more.
func (r *reading) below(ctx context.Context, l graph.List) (old bool, err error) {
	for _, item := range l.Data {
		var p feedPost
		if err := json.Unmarshal(item, &p); err != nil {
			if _, odd := errors.AsType[*json.UnmarshalTypeError](err); !odd {
				continue
			}
		}
		if !graph.Object.MatchString(p.ID) {
			continue
		}
		made := graph.Moment(p.Created)
		if !made.IsZero() && made.Before(r.now().Add(-recent)) {
			return true, nil
		}
		if made.Unix() >= r.c.Sweep.Floor {
			r.post(p)
		}
		if elsewhere(r.conn.Account, p.ID) {
			continue // what is said below it is said to somebody else
		}
		from := r.c.Sweep.Floor
		for _, c := range p.Comments.Data {
			from = max(from, r.comment(p.ID, c))
		}
		if p.Comments.Further() != nil {
			r.c.Sweep.Left = append(r.c.Sweep.Left, rest{p.ID, from})
		}
		if err := r.reactions(ctx, p); err != nil {
			return false, err
		}
	}
	return false, nil
}

func (r *reading) post(p feedPost) {
	c := change{From: p.From, Item: "post", Verb: "add", Post: p.ID, Created: graph.Clock(graph.Moment(p.Created).Unix()), Text: p.Message, URL: p.URL}
	if string(p.From.ID) == r.conn.Account {
		c.Item = "status"
	}
	c.Mention = elsewhere(r.conn.Account, p.ID)
	for _, h := range p.Attachments.Data {
		c.Photo = h.photo()
	}
	if c, ok := c.lean(); ok {
		r.tell(c.raw(r.conn.Account, time.Time{}))
	}
}

// elsewhere says that a post stands on somebody's own profile, and not on the Page: a
// post's id begins with whose it is.
func elsewhere(page, id string) bool {
	owner, _, two := strings.Cut(id, "_")
	return two && owner != page
}

// tagged reads posts of others in which the Page is named. The Page's feed has them, too,
// by its documentation; what both show is told once.
func (r *reading) tagged(ctx context.Context) error {
	floor, began := r.c.Tags.Floor(), r.now()
	query := url.Values{"limit": {"25"}, "fields": {"id,message,created_time,from,permalink_url,attachments"}}
	end, err := r.walk(ctx, r.conn, r.conn.Account+"/tagged", query, 4, func(items []json.RawMessage) bool {
		for _, item := range items {
			var p feedPost
			if err := json.Unmarshal(item, &p); err != nil {
				if _, odd := errors.AsType[*json.UnmarshalTypeError](err); !odd {
					continue
				}
			}
			made := graph.Moment(p.Created)
			if made.Unix() > 0 && made.Unix() < floor {
				return true
			}
			if graph.Object.MatchString(p.ID) {
				r.post(p)
				r.c.Tags.See(made.Unix(), r.now())
			}
		}
		return false
	})
	if err == nil && (end == graph.Enough || end == graph.Whole) {
		r.c.Tags.Since = r.c.Tags.After(began)
	}
	return err
}

// comment tells one comment and gives its moment.
func (r *reading) comment(post string, item json.RawMessage) int64 {
	var got struct {
		said
		Parent struct {
			ID string `json:"id"`
		} `json:"parent"`
		Hanging hanging `json:"attachment"`
	}
	if err := json.Unmarshal(item, &got); err != nil {
		if _, odd := errors.AsType[*json.UnmarshalTypeError](err); !odd {
			return 0
		}
	}
	at := graph.Moment(got.Created)
	if at.IsZero() {
		at = r.now()
	}
	c := change{From: got.From, Item: "comment", Verb: "add", Post: post, Comment: got.ID, Parent: got.Parent.ID, Created: graph.Clock(at.Unix()),
		Text: got.Message, URL: got.URL, Photo: got.Hanging.photo()}
	if c.Parent == "" {
		c.Parent = post
	}
	c, ok := c.lean()
	if !ok {
		return 0
	}
	r.tell(c.raw(r.conn.Account, time.Time{}))
	r.watch(c)
	r.c.See(at.Unix(), r.now())
	return at.Unix()
}

// hanging is what hangs on a post or comment.
type hanging struct {
	Media struct {
		Image struct {
			Src string `json:"src"`
		} `json:"image"`
	} `json:"media"`
}

func (h hanging) photo() string { return h.Media.Image.Src }
