package youtube

import (
	"context"
	"net/url"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
)

// video is what YouTube says of a video.
type video struct {
	Kind    string `json:"kind"`
	ID      string `json:"id"`
	Snippet struct {
		snippet
		Published string `json:"publishedAt"`
	} `json:"snippet"`
	Status struct {
		Upload    string `json:"uploadStatus"`
		Failure   string `json:"failureReason"`
		Rejection string `json:"rejectionReason"`
		Privacy   string `json:"privacyStatus"`
	} `json:"status"`
	Processing struct {
		Progress struct {
			Total string `json:"partsTotal"`
			Done  string `json:"partsProcessed"`
			Left  string `json:"timeLeftMs"`
		} `json:"processingProgress"`
	} `json:"processingDetails"`
	Statistics struct {
		Views    *string `json:"viewCount"`
		Likes    *string `json:"likeCount"`
		Comments *string `json:"commentCount"`
	} `json:"statistics"`
}

// video asks for one video; nil: it is not there.
func (d *Driver) video(ctx context.Context, conn network.Conn, id, parts string) (*video, error) {
	a := ask{path: "/youtube/v3/videos", kind: "youtube#videoListResponse", query: url.Values{"id": {id}, "part": {parts}}}
	var got list[video]
	if _, err := d.call(ctx, conn, a, &got); err != nil {
		return nil, err
	}
	for i := range got.Items {
		if got.Items[i].ID == id {
			return &got.Items[i], nil
		}
	}
	if len(got.Items) > 0 {
		return nil, a.misunderstood()
	}
	return nil, nil //nolint:nilnil // nothing is there, and that is no error
}

// upload is a video as it stands in the playlist of a channel's uploads.
type upload struct {
	Snippet struct {
		Published   string `json:"publishedAt"`
		Title       string `json:"title"`
		Description string `json:"description"`
		Resource    struct {
			Video string `json:"videoId"`
		} `json:"resourceId"`
	} `json:"snippet"`
	Content struct {
		Published string `json:"videoPublishedAt"`
	} `json:"contentDetails"`
	Status struct {
		Privacy string `json:"privacyStatus"`
	} `json:"status"`
}

func (u upload) id() string {
	if !videoID.MatchString(u.Snippet.Resource.Video) {
		return ""
	}
	return u.Snippet.Resource.Video
}

// uploads lists everything the channel uploaded, what is private too.
func uploads(k keys, conn network.Conn) ask {
	playlist := k.Uploads
	if playlist == "" { // as it is with every channel, though nobody promises it
		playlist = "UU" + strings.TrimPrefix(conn.Account, "UC")
	}
	return ask{path: "/youtube/v3/playlistItems", kind: "youtube#playlistItemListResponse",
		query: url.Values{"playlistId": {playlist}, "part": {"snippet,contentDetails,status"}, "maxResults": {"50"}}}
}

// Find looks for a part: for a video by its id, as far as it came; for what was
// said, among what stands below the same video or comment.
func (d *Driver) Find(ctx context.Context, conn network.Conn, part network.Part, since time.Time) (network.Look, error) {
	if part.After != nil {
		return d.findSaid(ctx, conn, part, since)
	}
	s := stateOf(part)
	if s.Video == "" {
		return d.findPosted(ctx, conn, since, s.Session != "")
	}
	v, err := d.video(ctx, conn, s.Video, "snippet,status")
	if err != nil {
		return network.Look{}, err
	}
	look := network.Look{Keyed: true, Complete: true}
	if v == nil || v.Status.Privacy != wanted(part) {
		return look, nil
	}
	at := moment(v.Snippet.Published)
	look.Exact = &network.Seen{Ref: network.Ref{ID: v.ID, URL: address(part, v.ID)}, Text: clip(v.Snippet.Description, textMost), At: at, Media: 1}
	return look, nil
}

// findPosted lists the channel's recent uploads. While a video is being handed
// over nobody can see it: then what is not there by its id is not there at all.
func (d *Driver) findPosted(ctx context.Context, conn network.Conn, since time.Time, keyed bool) (network.Look, error) {
	k, err := readKeys(conn.Keys)
	if err != nil {
		return network.Look{}, err
	}
	look := network.Look{Keyed: keyed, Near: []network.Seen{}}
	look.Complete, err = walk(ctx, d, conn, uploads(k, conn), 4, func(some []upload) bool {
		for _, u := range some {
			at := moment(u.Content.Published)
			if at.IsZero() {
				at = moment(u.Snippet.Published)
			}
			if at.Before(since) && moment(u.Snippet.Published).Before(since) {
				return true
			}
			if id := u.id(); id != "" && u.Status.Privacy != private {
				look.Near = append(look.Near, network.Seen{Ref: network.Ref{ID: id, URL: watchURL(id)}, Text: clip(u.Snippet.Description, textMost), At: at, Media: 1})
			}
		}
		return false
	})
	return look, err
}

// findSaid lists what we said below a video or a comment.
func (d *Driver) findSaid(ctx context.Context, conn network.Conn, part network.Part, since time.Time) (network.Look, error) {
	look := network.Look{Near: []network.Seen{}}
	see := func(video string, c comment) {
		at := moment(c.Snippet.Published)
		if c.Snippet.Author.Value != conn.Account || at.Before(since) || !commentID.MatchString(c.ID) {
			return
		}
		look.Near = append(look.Near, network.Seen{Ref: network.Ref{ID: c.ID, URL: commentURL(video, c.ID)}, Text: c.text(), At: at, After: part.After.ID})
	}
	var err error
	switch {
	case videoID.MatchString(part.After.ID):
		a := ask{path: "/youtube/v3/commentThreads", kind: "youtube#commentThreadListResponse",
			query: url.Values{"videoId": {part.After.ID}, "part": {"snippet"}, "order": {"time"}, "textFormat": {"plainText"}, "maxResults": {"100"}}}
		look.Complete, err = walk(ctx, d, conn, a, 20, func(some []thread) bool {
			for _, t := range some {
				if at := moment(t.Snippet.Top.Snippet.Published); !at.IsZero() && at.Before(since) {
					return true
				}
				see(part.After.ID, t.Snippet.Top)
			}
			return false
		})
	case commentID.MatchString(part.After.ID):
		// In which order answers are listed is not promised: all are looked at.
		look.Complete, err = walk(ctx, d, conn, answers(above(part.After.ID)), 10, func(some []comment) bool {
			for _, c := range some {
				see("", c)
			}
			return false
		})
	default:
		return network.Look{}, unknown()
	}
	if fault.Is(err, fault.NotFound) { // what was to be answered is gone: nothing can stand below it
		return network.Look{Near: []network.Seen{}, Complete: true}, nil
	}
	return look, err
}
