package tiktok

import (
	"context"
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
)

// mayHear is the right to be told of mentions. TikTok gives it to apps that it lets in, so
// it counts only where TikTok says that it was given.
const mayHear = "biz.brand.insights"

func (k keys) hears() bool {
	return k.Business != nil && slices.Contains(strings.Split(k.Business.Scopes, ","), mayHear)
}

const (
	// late is how much later than they were made mentions may be told of: two to three
	// hours, as TikTok says, and a wide margin.
	late = 24 * time.Hour
	// patience is how long a listed mention is left to a webhook, which tells who spoke by
	// the id that comments have too; lists tell no more than a handle, or a shown name.
	patience = 4 * time.Hour
	// hearing is how often mentions are asked for, as late as they are.
	hearing = 15 * time.Minute
	// listed is how many a page has, as a program that uses the lists asks for, and reach how
	// many a list has in all.
	listed, reach = 100, 1000
	// namedMost bounds what is remembered as told.
	namedMost = 1000
)

// What of a fact names us.
const (
	inCaption = "caption" // of a video of somebody else
	inComment = "comment" // below any video
)

// naming is a video or a comment that names us. Who spoke in a comment comes as a shown
// name in lists and as a handle in the answer about one.
type naming struct {
	Video   ident  `json:"item_id"`
	Link    string `json:"video_link"`
	Made    ident  `json:"create_time"`
	Caption string `json:"caption"`
	Creator string `json:"creator_handle_name"`
	Comment ident  `json:"comment_id"`
	Text    string `json:"comment_text"`
	Said    ident  `json:"comment_create_time"`
	Name    string `json:"commenter_display_name"`
	Handle  string `json:"commenter_handle_name"`
}

// listing is one of the two lists of mentions.
type listing struct{ what, path, order, fields string }

func listings() []listing {
	return []listing{
		{inCaption, "/business/mention/video/list/", "CREATE_TIME", `["item_id","create_time","video_link","caption","creator_handle_name"]`},
		{inComment, "/business/mention/comment/list/", "COMMENT_CREATE_TIME", `["item_id","video_link","comment_id","comment_text","comment_create_time","commenter_display_name"]`},
	}
}

// mentions is one page of a list, newest first. What is answered in an unknown form is
// Invalid, and not worth another try: what is known of it is second-hand.
func (d *Driver) mentions(ctx context.Context, b business, s listing, cursor int64, most int) (all []naming, next int64, err error) {
	query := url.Values{"fields": {s.fields}, "sort_field": {s.order}, "sort_type": {"DESC"}, "max_count": {strconv.Itoa(most)}}
	if cursor > 0 {
		query.Set("cursor", strconv.FormatInt(cursor, 10))
	}
	var got struct {
		Videos   *[]json.RawMessage `json:"videos"`
		Comments *[]json.RawMessage `json:"comments"`
		Cursor   int64              `json:"cursor"`
		More     bool               `json:"has_more"`
	}
	if err := d.get(ctx, b, s.path, query, &got); err != nil {
		return nil, 0, err
	}
	list := got.Videos
	if s.what == inComment {
		list = got.Comments
	}
	if list == nil || got.More && (got.Cursor == cursor || got.Cursor <= 0) {
		return nil, 0, fault.New(fault.Invalid, "TikTok lists mentions in a form that Kith does not know.").WithHint("Look for a newer Kith.")
	}
	for _, raw := range *list {
		var n naming
		if json.Unmarshal(raw, &n) == nil {
			all = append(all, n)
		}
	}
	if got.More {
		next = got.Cursor
	}
	return all, next, nil
}

// hear tells of mentions, from both lists, down to what is too old to be new. Where that
// does not work, comments are read all the same, and the next time goes as far back: Check
// says what stands in the way.
func (r *reading) hear(ctx context.Context) {
	now := r.now()
	if !r.hears || now.Sub(time.Unix(r.c.Asked, 0)) < hearing {
		return
	}
	r.c.Asked = now.Unix()
	from := now.Add(-first - late)
	if r.c.Heard > 0 {
		from = time.Unix(r.c.Heard, 0).Add(-late)
	}
	told, all := []string{}, true
	for _, s := range listings() {
		ids, err := r.list(ctx, s, from, now)
		told, all = append(told, ids...), all && err == nil
	}
	if all {
		r.c.Heard, r.c.Named = now.Unix(), told[:min(len(told), namedMost)]
	}
}

// list tells what one list has since a moment, and is new; ids are all that it has told.
func (r *reading) list(ctx context.Context, s listing, from, now time.Time) (ids []string, err error) {
	next, oldest, seen := int64(0), now, 0
	for range pagesMost {
		page, after, err := r.mentions(ctx, r.b, s, next, listed)
		if err != nil {
			return ids, err
		}
		seen += len(page)
		for _, n := range page {
			f, ok := n.fact(s.what, now)
			at := time.Unix(f.At, 0)
			switch {
			case !ok || now.Sub(at) < patience:
				continue
			case at.Before(from):
				return ids, nil
			}
			oldest = at
			if ids = append(ids, f.ID); !slices.Contains(r.c.Named, f.ID) {
				r.add(f)
			}
		}
		if next = after; next == 0 && seen < reach {
			return ids, nil
		} else if next == 0 {
			break
		}
	}
	// The list ends before it is as old as what was told: the rest is out of reach.
	r.lost = &network.Span{From: from, To: oldest}
	return ids, nil
}

// fact is what is kept of a mention. What has no moment that can be read is as old as now.
func (n naming) fact(what string, now time.Time) (fact, bool) {
	f := fact{Names: what, ID: string(n.Video), Post: string(n.Video), At: moments(n.Made, now), Handle: clip(n.Creator, 128), Text: clip(n.Caption, textMost+1), Link: link(n.Link)}
	if what == inComment {
		f.ID, f.At, f.Handle, f.Name, f.Text = string(n.Comment), moments(n.Said, now), clip(n.Handle, 128), clip(n.Name, 640), clip(n.Text, textMost+1)
	}
	f.Who = byHandle(f.Handle)
	return f, number.MatchString(f.ID) && number.MatchString(f.Post)
}

// byHandle is a person of whom TikTok tells no id: no two have the same handle at a time,
// though they can be changed. A shown name is not even that, so whoever comes by one is
// nobody in particular.
func byHandle(handle string) string {
	if handle == "" {
		return ""
	}
	return "@" + strings.ToLower(strings.TrimPrefix(handle, "@"))
}

// moments reads a moment: seconds, as elsewhere in this API, or thousandths of them.
func moments(i ident, now time.Time) int64 {
	n, err := strconv.ParseInt(string(i), 10, 64)
	switch {
	case err != nil || n <= 0:
		return now.Unix()
	case n > 1<<36:
		n /= 1000
	}
	if n > 1<<36 {
		return now.Unix()
	}
	return n
}

var videoLink = regexp.MustCompile(`^https://(?:www\.)?tiktok\.com/@([\p{L}\p{N}_.]{1,128})/(?:video|photo)/[0-9]{1,32}`) //nolint:gochecknoglobals // compiled once

// link is the address of a video, without what follows its number.
func link(s string) string { return videoLink.FindString(s) }

// maker is whose video an address leads to.
func maker(link string) string {
	if m := videoLink.FindStringSubmatch(link); m != nil {
		return m[1]
	}
	return ""
}

// mention reads that somebody named us. Of a video all is told but who made it, which its
// address says; of a comment, where it is.
func (h hook) mention() []network.Raw {
	var c struct {
		What    string `json:"type_of_event"`
		In      string `json:"mention_type"`
		Video   ident  `json:"video_id"`
		Made    ident  `json:"video_create_time"`
		Who     string `json:"unique_identifier"`
		Link    string `json:"share_url"`
		Caption string `json:"video_caption"`
		Comment ident  `json:"comment_id"`
	}
	if json.Unmarshal([]byte(h.Content), &c) != nil || !number.MatchString(string(c.Video)) {
		return nil
	}
	f := fact{Names: inCaption, ID: string(c.Video), Post: string(c.Video), At: moments(c.Made, time.Unix(h.Made, 0)), Who: clip(c.Who, 256), Link: link(c.Link), Text: clip(c.Caption, textMost+1)}
	f.Handle = clip(maker(f.Link), 128)
	if f.Who == "" {
		f.Who = byHandle(f.Handle)
	}
	switch in := strings.ReplaceAll(c.In, " ", "_"); {
	case in == "COMMENT" && c.What == "CREATE" && number.MatchString(string(c.Comment)):
		f.Names, f.ID, f.Told, f.Text, f.Handle, f.At = inComment, string(c.Comment), "named", "", "", h.Made
	case in == "VIDEO_MENTION" && c.What == "CREATE":
	case in == "VIDEO_MENTION" && c.What == "EDIT":
		f.Told, f.At = "edited", h.Made
	default:
		return nil // who may see a video is told as changed, and not to what
	}
	return []network.Raw{f.raw(h.Account)}
}

// mentioned is the event of a mention. A comment below a post of ours is a comment, however
// it is told of: reading goes back a month, and mentions do not.
func (f fact) mentioned(conn network.Conn) []network.Event {
	at := extra{Post: f.Post, Names: f.Names}
	e := network.Event{Kind: network.Mention, Ref: network.Ref{ID: f.ID, URL: link(f.Link)}, At: time.Unix(f.At, 0).UTC(), Thread: f.ID, Text: clip(f.Text, textMost),
		Truncated: len(f.Text) > textMost, Author: network.Author{ID: clip(f.Who, 256), Handle: clip(f.Handle, 128), Name: clip(f.Name, 640), URL: profileURL(f.Handle)}}
	ours := conn.Handle != "" && strings.EqualFold(maker(f.Link), conn.Handle)
	switch {
	case conn.Handle != "" && strings.EqualFold(strings.TrimPrefix(f.Handle, "@"), conn.Handle), ours && f.Names == inCaption:
		return nil // said by ourselves
	case f.Told == "named":
		at.Who = clip(f.Who, 256)
		return []network.Event{{Kind: network.Named, Ref: network.Ref{ID: f.ID, URL: link(f.Link), Extra: at.raw()}, Thread: "mention/" + f.ID, At: e.At}}
	case ours:
		e.Kind, e.Thread, e.Post, e.Parent, at.Names = network.Comment, f.Post, f.Post, f.Post, ""
	}
	e.Extra = at.raw()
	if f.Told == "edited" { // it may not have named us before
		changed := e
		changed.Kind = network.Edited
		return []network.Event{e, changed}
	}
	return []network.Event{e}
}

// overheard asks for a comment that named us, which is possible for 48 hours after a
// webhook told of it.
func (d *Driver) overheard(ctx context.Context, conn network.Conn, b business, place network.Ref) ([]network.Raw, error) {
	e := readExtra(place)
	if !number.MatchString(e.Post) || !number.MatchString(place.ID) {
		return nil, fault.New(fault.Invalid, "This is no place on TikTok.")
	}
	query := url.Values{"item_id": {e.Post}, "comment_id": {place.ID}, "fields": {`["item_id","video_link","comment_id","comment_text","comment_create_time","commenter_handle_name"]`}}
	var got struct {
		Comment *naming `json:"comment"`
	}
	err := d.get(ctx, b, "/business/mention/comment/get/", query, &got)
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Denied) {
		return nil, nil // gone, too long ago, or the right was taken away: what is listed is found by reading
	}
	if err != nil {
		return nil, err
	}
	if got.Comment == nil {
		return nil, ask{}.misunderstood()
	}
	n := *got.Comment
	n.Video, n.Comment = ident(e.Post), ident(place.ID)
	if n.Link == "" {
		n.Link = place.URL
	}
	f, ok := n.fact(inComment, d.now())
	if !ok {
		return nil, ask{}.misunderstood()
	}
	if e.Who != "" {
		f.Who = clip(e.Who, 256)
	}
	return []network.Raw{f.raw(conn.Account)}, nil
}
