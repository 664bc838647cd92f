package instagram

import (
	"bytes"
	"image"
	_ "image/jpeg" // the one form that images come in
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/graph"
)

// What the documentation says, in its own words: see the package comment for where.
const (
	maxCaption  = 2200
	maxHashtags = 30
	maxMentions = 20

	collaboratorsMost = 5 // "Up to 5 Instagram accounts can be added as collaborators"

	maxAlt        = 1000
	maxImage      = 8 << 20
	maxVideo      = 300 << 20 // "300 MB maximum"
	maxStory      = 100 << 20
	containerLife = 24 * time.Hour
)

func wrong(code, subcode int, title, text string) *graph.Fault {
	f := graph.No(http.StatusBadRequest, code, subcode, "%s", text)
	f.Title, f.Text = title, text
	return f
}

// contain is POST /{account}/media.
func (a *ask) contain(acc *account) (any, *graph.Fault) {
	if err := a.may(acc, "publish"); err != nil {
		return nil, err
	}
	if counted(acc.contained, a.now, containerLife) >= a.n.options.ContainersMax {
		return nil, graph.No(http.StatusForbidden, 9, 2207042, "You reached maximum number of containers that is allowed to be created by Content Publishing API.")
	}
	c := &container{account: acc, made: a.now, file: graph.Upload{Closed: true}, kind: strings.ToUpper(a.p.Get("media_type")), caption: a.p.Get("caption"), alt: a.p.Get("alt_text"), feed: true,
		collab: a.p.List("collaborators"), thumb: a.p.Get("thumb_offset"), place: a.p.Get("location_id")}
	for name, to := range map[string]*bool{"is_carousel_item": &c.child, "is_ai_generated": &c.ai, "is_paid_partnership": &c.paid, "share_to_feed": &c.feed} {
		v, err := a.p.Flag(name, *to)
		if err != nil {
			return nil, err
		}
		*to = v
	}
	if err := a.sound(c); err != nil {
		return nil, err
	}
	if err := a.filled(c); err != nil {
		return nil, err
	}
	if err := a.tries(c); err != nil {
		return nil, err
	}
	if err := a.tagged(c); err != nil {
		return nil, err
	}
	c.id = a.n.number()
	a.n.containers[c.id] = c
	acc.contained = append(acc.contained, a.now)
	a.call.Accept(sandbox.Entry{Account: acc.id, Action: sandbox.Upload, Object: c.id})
	if c.resumable {
		return map[string]any{"id": c.id, "uri": "https://rupload.facebook.com/ig-api-upload/v25.0/" + c.id}, nil
	}
	return map[string]any{"id": c.id}, nil
}

func isPlace(id string) bool { _, ok := graph.Place(id); return ok }

// sound checks what is said about a container.
func (a *ask) sound(c *container) *graph.Fault {
	switch {
	case utf8.RuneCountInString(c.caption) > maxCaption:
		return wrong(36004, 2207010, "Caption too long", "The caption was too long, maximum 2200 characters.")
	case hashtags(c.caption) > maxHashtags:
		return wrong(100, 2207023, "Too many hashtags", "The caption has too many hashtags, maximum 30.")
	case mentions(c.caption) > maxMentions:
		return wrong(100, 2207040, "Too many tags", "Cannot use more than 20 tags.")
	case utf8.RuneCountInString(c.alt) > maxAlt:
		return graph.Invalid("Param alt_text must be at most 1000 characters")
	case c.child && c.ai:
		return graph.Invalid("The parameter is_ai_generated is not supported on carousel items")
	case c.child && (c.caption != "" || c.paid):
		return graph.Invalid("Carousel items take no caption and no partnership")
	case c.alt != "" && slices.Contains([]string{"REELS", "STORIES", "VIDEO", "CAROUSEL"}, c.kind):
		return graph.Invalid("The parameter alt_text is only supported on images")
	case c.place != "" && (c.child || c.kind == "STORIES"):
		return graph.Invalid("The parameter location_id is not supported here")
	case c.place != "" && !isPlace(c.place):
		return graph.Invalid("Param location_id must be the ID of a Page with a location")
	case a.p.Get("audio_name") != "" && (c.child || c.kind != "REELS"):
		return graph.Invalid("The parameter audio_name is only supported on reels")
	case len(c.collab) > collaboratorsMost:
		return graph.Invalid("Provide at most %d collaborators", collaboratorsMost)
	}
	return nil
}

// filled finds out what a container is of.
func (a *ask) filled(c *container) *graph.Fault {
	picture, video := a.p.Get("image_url"), a.p.Get("video_url")
	upload := a.p.Get("upload_type")
	switch c.kind {
	case "CAROUSEL":
		return a.carousel(c)
	case "", "IMAGE":
		if c.kind = "IMAGE"; picture == "" {
			return wrong(100, 2207023, "Unknown media type", "The parameter image_url is required.")
		}
		return a.picture(c)
	case "VIDEO":
		if !c.child {
			return wrong(100, 2207023, "Unknown media type", "The media type VIDEO is no longer supported. Use the REELS media type to publish a video to your Instagram feed.")
		}
	case "REELS":
		if c.child {
			return wrong(100, 2207023, "Unknown media type", "Reels cannot appear in carousels.")
		}
	case "STORIES":
		if picture != "" && video == "" {
			return a.picture(c)
		}
	default:
		return wrong(100, 2207023, "Unknown media type", "The media type "+c.kind+" is unknown.")
	}
	c.video = true
	if err := a.cover(c); err != nil {
		return err
	}
	switch {
	case upload == "resumable":
		if a.token.Kind == "IG" { // "available only for apps that have implemented Facebook Login for Business"
			return graph.Invalid("The parameter video_url is required")
		}
		c.resumable, c.file.Closed = true, false
		return nil
	case video == "":
		return graph.Invalid("The parameter video_url is required")
	case a.fetch.err != nil:
		return wrong(9004, 2207052, "Media download has failed", "The media could not be fetched from this uri.")
	}
	c.file.Add(graph.Whole(a.fetch.data))
	c.start(a.n, a.now)
	return nil
}

// cover looks at the picture that stands for a reel. The documentation knows it of reels alone.
func (a *ask) cover(c *container) *graph.Fault {
	address := a.p.Get("cover_url")
	switch {
	case address == "":
		return nil
	case c.kind != "REELS":
		return graph.Invalid("The parameter cover_url is only supported on reels")
	case a.fetch.coverErr != nil:
		return wrong(9004, 2207052, "Media download has failed", "The media could not be fetched from this uri.")
	case len(a.fetch.cover) > maxImage:
		return wrong(36000, 2207004, "Image size too large", "The image is too large to download. It should be less than 8 MiB.")
	}
	if _, kind, err := image.DecodeConfig(bytes.NewReader(a.fetch.cover)); err != nil || kind != "jpeg" {
		return wrong(36001, 2207005, "Unsupported image format", "The image format is not supported. Supported formats are: JPEG.")
	}
	c.cover = address
	return nil
}

func (a *ask) picture(c *container) *graph.Fault {
	if a.fetch.err != nil {
		return wrong(9004, 2207052, "Media download has failed", "The media could not be fetched from this uri.")
	}
	data := a.fetch.data
	if len(data) > maxImage {
		return wrong(36000, 2207004, "Image size too large", "The image is too large to download. It should be less than 8 MiB.")
	}
	found, kind, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil || kind != "jpeg" {
		return wrong(36001, 2207005, "Unsupported image format", "The image format is not supported. Supported formats are: JPEG.")
	}
	ratio := float64(found.Width) / float64(found.Height)
	if c.kind == "IMAGE" && (ratio < 4.0/5-0.01 || ratio > 1.91+0.01) {
		return wrong(36003, 2207009, "Image aspect ratio", "The submitted image with aspect ratio is not supported. The aspect ratio must be between 4:5 and 1.91:1.")
	}
	c.width, c.height, c.data = found.Width, found.Height, data
	wait := a.n.options.Work
	if wait == 0 {
		wait = 4 * time.Second
	}
	c.ready = a.now.Add(wait)
	return nil
}

// start begins the work on a video: whether it can be read shows at the end.
func (c *container) start(n *Network, now time.Time) {
	wait := n.options.Work
	if wait == 0 {
		wait = 20 * time.Second
	}
	most := int64(maxVideo)
	if c.kind == "STORIES" {
		most = maxStory
	}
	c.ready = now.Add(wait)
	c.broken = !c.file.Readable() || c.file.Bytes > most
	c.data, c.file.Data = c.file.Data, nil
}

func (a *ask) carousel(c *container) *graph.Fault {
	ids := a.p.List("children")
	if len(ids) < 2 || len(ids) > 10 {
		return wrong(100, 2207028, "Carousel validation failed", "Your post won't work as a carousel. Carousels need at least 2 photos/videos and no more than 10 photos/videos.")
	}
	for _, id := range ids {
		child := a.n.containers[id]
		switch {
		case child == nil || child.account != c.account || !child.child:
			return wrong(24, 2207006, "Media not found", "The media with id "+id+" cannot be found.")
		case child.status(a.now) != "FINISHED":
			return wrong(9007, 2207027, "Media not ready", "The media is not ready to be published. Please wait a moment.")
		}
		c.children = append(c.children, child)
	}
	c.ready = a.now.Add(2 * time.Second)
	return nil
}

// status is where a container is: IN_PROGRESS, FINISHED, PUBLISHED, ERROR or EXPIRED.
func (c *container) status(now time.Time) string {
	switch {
	case !c.published.IsZero() && !now.Before(c.published):
		return "PUBLISHED"
	case !c.published.IsZero():
		return "FINISHED" // published, and not said yet
	case now.Sub(c.made) >= containerLife:
		return "EXPIRED"
	case c.ready.IsZero() || now.Before(c.ready):
		return "IN_PROGRESS"
	case c.broken:
		return "ERROR"
	}
	return "FINISHED"
}

func (a *ask) onContainer(c *container) (any, *graph.Fault) {
	if err := a.may(c.account, "basic", "publish"); err != nil {
		return nil, err
	}
	if a.edge != "" || !a.isGet() {
		return a.nothing("IGContainer")
	}
	status := c.status(a.now)
	return graph.Node("IGContainer", a.fields, graph.Names("id"), func(f graph.Field) (any, bool, bool, *graph.Fault) {
		switch f.Name {
		case "id":
			return c.id, true, true, nil
		case "status_code":
			return status, true, true, nil
		case "status":
			return map[string]string{"FINISHED": "Finished: Media has been uploaded and it is ready to be published.",
				"IN_PROGRESS": "In Progress: Media is still being processed.", "PUBLISHED": "Published: Media has been published.",
				"EXPIRED": "Expired: Media was not published within 24 hours.",
				"ERROR":   "Error: Media upload has failed with error code 2207026"}[status], true, true, nil
		case "video_status":
			if !c.resumable {
				return nil, false, true, nil
			}
			phase := "in_progress"
			if c.file.Closed {
				phase = "complete"
			}
			return map[string]any{"uploading_phase": map[string]any{"status": phase, "bytes_transferred": c.file.Bytes},
				"processing_phase": map[string]any{"status": map[bool]string{true: "complete", false: "not_started"}[status == "FINISHED"]}}, true, true, nil
		}
		return nil, false, false, nil
	})
}

// publish is POST /{account}/media_publish.
func (a *ask) publish(acc *account) (any, *graph.Fault) {
	if err := a.may(acc, "publish"); err != nil {
		return nil, err
	}
	c := a.n.containers[a.p.Get("creation_id")]
	if c == nil || c.account != acc || c.child {
		return nil, wrong(24, 2207008, "Media builder not found", "The media builder with creation id = "+a.p.Get("creation_id")+" does not exist.")
	}
	switch c.status(a.now) {
	case "IN_PROGRESS":
		return nil, wrong(9007, 2207027, "Media not ready", "The media is not ready to be published. Please wait a moment.")
	case "EXPIRED":
		return nil, wrong(-2, 2207020, "Media expired", "The media you are trying to access has expired. Please try to upload again.")
	case "ERROR":
		return nil, wrong(352, 2207026, "Unsupported video format", "The video format is not supported. Please check spec for supported formats.")
	}
	if counted(acc.published, a.now, 24*time.Hour) >= a.n.options.PublishMax {
		return nil, wrong(9, 2207042, "Limit reached", "You reached maximum number of posts that is allowed to be published by Content Publishing API.")
	}
	if c.trial != "" && a.n.options.NoTrials == "publish" {
		return nil, ineligible()
	}
	if at, twin := a.call.Twin(); twin {
		a.n.out(acc, c, at, at)
	}
	late := a.now.Add(a.call.ListedLate())
	m := a.n.out(acc, c, a.now, late)
	c.published = late
	acc.published = append(acc.published, a.now)
	a.call.Accept(sandbox.Entry{Account: acc.id, Action: sandbox.Publish, Object: m.id, Text: c.caption, Place: c.place, Trial: c.trial})
	return map[string]any{"id": m.id}, nil
}

// out puts a media into the world; the network's mutex is held.
func (n *Network) out(acc *account, c *container, created, listed time.Time) *media {
	m := &media{id: n.number(), account: acc, by: acc.self(), kind: "IMAGE", product: "FEED", caption: c.caption, alt: c.alt, code: graph.Opaque(n.random, "C", 10),
		created: created.Truncate(time.Second), listed: listed, children: c.children, data: c.data, likes: map[string]time.Time{}, ai: c.ai, paid: c.paid, place: c.place, trial: c.trial}
	switch {
	case c.kind == "CAROUSEL":
		m.kind, m.data = "CAROUSEL_ALBUM", c.children[0].data
	case c.video:
		m.kind = "VIDEO"
	}
	switch c.kind {
	case "REELS":
		m.product = "REELS"
	case "STORIES":
		m.product, m.caption = "STORY", "" // a story shows no caption
	}
	n.media[m.id] = m
	acc.put(m)
	return m
}

func (a *ask) limit(acc *account) (any, *graph.Fault) {
	if err := a.may(acc, "publish"); err != nil {
		return nil, err
	}
	one, err := graph.Node("ContentPublishingLimit", a.fields, graph.Names("quota_usage"), func(f graph.Field) (any, bool, bool, *graph.Fault) {
		switch f.Name {
		case "quota_usage":
			return counted(acc.published, a.now, 24*time.Hour), true, true, nil
		case "config":
			return map[string]any{"quota_total": a.n.options.PublishMax, "quota_duration": 86400}, true, true, nil
		case "id":
			return nil, false, true, nil
		}
		return nil, false, false, nil
	})
	return map[string]any{"data": []any{one}}, err
}
