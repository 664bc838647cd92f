package tiktok

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
)

// pagesMost bounds a look.
const pagesMost = 10

// Find looks for a part: a video by its publish_id, a comment below what it
// answers, photos whose naming was not answered among the posts that lists show.
func (d *Driver) Find(ctx context.Context, conn network.Conn, part network.Part, since time.Time) (network.Look, error) {
	p, err := reached(part)
	switch {
	case err != nil:
		return network.Look{}, err
	case part.After != nil:
		return d.findComment(ctx, conn, part, since)
	case p.Publish != "":
		return d.findKeyed(ctx, conn, part, p)
	}
	return d.findListed(ctx, conn, part, since)
}

// findKeyed asks for the publish_id.
func (d *Driver) findKeyed(ctx context.Context, conn network.Conn, part network.Part, p place) (network.Look, error) {
	s, err := d.status(ctx, conn, p.Publish)
	if fault.Is(err, fault.NotFound) {
		return network.Look{}, nil // forgotten: that proves nothing
	}
	if err != nil {
		return network.Look{}, err
	}
	video := len(part.Media) > 0 && part.Media[0].Video()
	switch {
	case s.there():
		if p.Post == "" {
			p.Post = s.post()
		}
		at := d.now()
		if p.Posted > 0 {
			at = time.Unix(p.Posted, 0).UTC()
		}
		return network.Look{Keyed: true, Complete: true, Exact: &network.Seen{Ref: p.ref(conn, part), Text: part.Text, Key: part.Key, At: at, Media: len(part.Media)}}, nil
	case s.Status == failed, video && s.Status == processingUpload && s.Uploaded < part.Media[0].Bytes:
		return network.Look{Keyed: true, Complete: true}, nil // given up, or not all of it has come
	}
	return network.Look{}, fault.New(fault.Unavailable, "TikTok is still working on it.").In(10 * time.Second)
}

// video is a post as the Display API shows it.
type video struct {
	ID          ident  `json:"id"`
	Made        int64  `json:"create_time"`
	Title       string `json:"title"`
	Description string `json:"video_description"`
	Likes       *int64 `json:"like_count"`
	Comments    *int64 `json:"comment_count"`
	Shares      *int64 `json:"share_count"`
	Views       *int64 `json:"view_count"`
}

// findListed goes through what everybody can see. A post that is not there may be
// one that not everybody sees, or photos, which that list leaves out: so the look
// is complete for no post, and at most finds one.
func (d *Driver) findListed(ctx context.Context, conn network.Conn, part network.Part, since time.Time) (network.Look, error) {
	if b, err := bare(conn); err == nil {
		return d.findBusiness(ctx, conn, b, part, since)
	}
	var look network.Look
	cursor := int64(0)
	for range pagesMost {
		body := map[string]any{"max_count": 20}
		if cursor > 0 {
			body["cursor"] = cursor
		}
		a := ask{path: "/video/list/?fields=id,create_time,title,video_description", body: body, harmless: true}
		var got struct {
			Videos *[]video `json:"videos"`
			Cursor int64    `json:"cursor"`
			More   bool     `json:"has_more"`
		}
		if _, err := d.call(ctx, conn, a, &got); err != nil {
			return network.Look{}, err
		}
		if got.Videos == nil {
			return network.Look{}, a.misunderstood()
		}
		for _, v := range *got.Videos {
			at := time.Unix(v.Made, 0).UTC()
			if !number.MatchString(string(v.ID)) || v.Made <= 0 || at.Before(since) {
				return look, nil
			}
			said := v.Description
			if said == "" {
				said = v.Title
			}
			look.Near = append(look.Near, d.seen(conn, part, string(v.ID), said, at))
		}
		if !got.More || got.Cursor <= 0 || got.Cursor == cursor {
			break
		}
		cursor = got.Cursor
	}
	return look, nil
}

func (d *Driver) seen(conn network.Conn, part network.Part, id, said string, at time.Time) network.Seen {
	// How many photos a post has is said nowhere; the text and the time decide.
	return network.Seen{Ref: network.Ref{ID: id, URL: postURL(conn.Handle, id)}, Text: words(clip(said, 16<<10), part.Text), At: at, Media: len(part.Media)}
}

// owned is a post as TikTok API for Business shows it.
type owned struct {
	ID      ident  `json:"item_id"`
	Made    ident  `json:"create_time"`
	Caption string `json:"caption"`
}

func (o owned) at() time.Time {
	n, err := strconv.ParseInt(string(o.Made), 10, 64)
	if err != nil || n <= 0 || n > 1<<36 {
		return time.Time{}
	}
	return time.Unix(n, 0).UTC()
}

// owns is one page of our public posts, photos too, newest first.
func (d *Driver) owns(ctx context.Context, b business, cursor int64) (posts []owned, next int64, err error) {
	query := url.Values{"fields": {`["item_id","create_time","caption"]`}, "max_count": {"20"}}
	if cursor > 0 {
		query.Set("cursor", strconv.FormatInt(cursor, 10))
	}
	var got struct {
		Videos *[]owned `json:"videos"`
		Cursor int64    `json:"cursor"`
		More   bool     `json:"has_more"`
	}
	if err := d.get(ctx, b, "/business/video/list/", query, &got); err != nil {
		return nil, 0, err
	}
	if got.Videos == nil {
		return nil, 0, ask{method: http.MethodGet}.misunderstood()
	}
	if got.More && got.Cursor > 0 && got.Cursor != cursor { // a moment, in milliseconds
		next = got.Cursor
	}
	return *got.Videos, next, nil
}

func (d *Driver) findBusiness(ctx context.Context, conn network.Conn, b business, part network.Part, since time.Time) (network.Look, error) {
	var look network.Look
	cursor := int64(0)
	for range pagesMost {
		posts, next, err := d.owns(ctx, b, cursor)
		if err != nil {
			return network.Look{}, err
		}
		for _, o := range posts {
			if at := o.at(); number.MatchString(string(o.ID)) && !at.Before(since) {
				look.Near = append(look.Near, d.seen(conn, part, string(o.ID), o.Caption, at))
			}
		}
		if next == 0 || len(posts) == 0 || posts[len(posts)-1].at().Before(since) {
			break
		}
		cursor = next
	}
	return look, nil
}

// findComment goes through what we wrote below a post or a comment.
func (d *Driver) findComment(ctx context.Context, conn network.Conn, part network.Part, since time.Time) (network.Look, error) {
	b, err := bare(conn)
	if err != nil {
		return network.Look{}, err
	}
	w := where(*part.After)
	if w.post == "" || readExtra(*part.After).Names != "" {
		return network.Look{}, nil // what stands below videos of others is in no list
	}
	var look network.Look
	cursor := int64(0)
	for range pagesMost {
		page, err := d.comments(ctx, b, w, cursor)
		if err != nil {
			return network.Look{}, err
		}
		for _, c := range page.Comments {
			at := c.at()
			if !number.MatchString(string(c.ID)) || at.IsZero() {
				return look, nil // it may be the one
			}
			if at.Before(since) {
				look.Complete = true
				return look, nil
			}
			if c.Owner {
				// A picture that TikTok still looks at may be left out.
				doubtful := len(part.Media) > 0 && c.Image == "" && c.Text == ""
				look.Near = append(look.Near, network.Seen{Ref: network.Ref{ID: string(c.ID), Extra: extra{Post: w.post, Top: w.comment}.raw()}, Text: clip(c.Text, textMost), At: at, After: part.After.ID, Media: c.pictures(), Doubtful: doubtful})
			}
		}
		if page.next == 0 {
			look.Complete = true
			return look, nil
		}
		cursor = page.next
	}
	return look, nil
}

// spot is a place where something can be written: below a post, or below a comment.
type spot struct{ post, comment string }

// where finds the place of what is answered: a post of ours, or a comment. What
// answers an answer goes below the same first comment: there is no third storey.
func where(r network.Ref) spot {
	e := readExtra(r)
	if e.Post == "" {
		if number.MatchString(r.ID) {
			return spot{post: r.ID}
		}
		return spot{}
	}
	s := spot{e.Post, r.ID}
	if e.Top != "" {
		s.comment = e.Top
	}
	if !number.MatchString(s.post) || !number.MatchString(s.comment) {
		return spot{}
	}
	return s
}

// textMost is how much of a comment is kept.
const textMost = 8 << 10

// remark is a comment or a reply.
type remark struct {
	ID       ident    `json:"comment_id"`
	Post     ident    `json:"video_id"`
	Parent   ident    `json:"parent_comment_id"`
	User     string   `json:"unique_identifier"`
	Old      string   `json:"user_id"`
	Username string   `json:"username"`
	Name     string   `json:"display_name"`
	Avatar   string   `json:"profile_image"`
	Text     string   `json:"text"`
	Image    string   `json:"image_url"`
	Made     ident    `json:"create_time"`
	Status   string   `json:"status"`
	Owner    bool     `json:"owner"`
	Replies  int64    `json:"replies"`
	List     []remark `json:"reply_list"`
}

// pictures counts those of a comment.
func (c remark) pictures() int {
	if c.Image != "" {
		return 1
	}
	return 0
}

func (c remark) at() time.Time { return owned{Made: c.Made}.at() }

type remarks struct {
	Comments []remark
	next     int64
}

// comments is one page of what is below a post, or below a comment, newest first.
func (d *Driver) comments(ctx context.Context, b business, w spot, cursor int64) (remarks, error) {
	query := url.Values{"video_id": {w.post}, "status": {"ALL"}, "sort_field": {"create_time"}, "sort_order": {"desc"}, "max_count": {"30"}}
	path := "/business/comment/list/"
	if w.comment != "" {
		path = "/business/comment/reply/list/"
		query.Set("comment_id", w.comment)
	} else {
		query.Set("include_replies", "true")
	}
	if cursor > 0 {
		query.Set("cursor", strconv.FormatInt(cursor, 10))
	}
	var got struct {
		Comments *[]json.RawMessage `json:"comments"`
		Cursor   int64              `json:"cursor"`
		More     bool               `json:"has_more"`
	}
	if err := d.get(ctx, b, path, query, &got); err != nil {
		return remarks{}, err
	}
	if got.Comments == nil || got.More && got.Cursor <= cursor {
		return remarks{}, ask{method: http.MethodGet}.misunderstood()
	}
	page := remarks{}
	for _, raw := range *got.Comments {
		var c remark
		if json.Unmarshal(raw, &c) != nil {
			c = remark{} // of another form than announced: whoever looks for it says so
		}
		c.Text = strings.TrimSpace(c.Text)
		page.Comments = append(page.Comments, c)
	}
	if got.More {
		page.next = got.Cursor
	}
	return page, nil
}
