package facebook

import (
	"bytes"
	"encoding/json"
	"image"
	_ "image/gif"  // photos come in these forms
	_ "image/jpeg" //
	_ "image/png"  //
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/graph"
)

func fits(text string) *graph.Fault {
	if utf8.RuneCountInString(text) > maxText {
		return graph.Invalid("The message is too long: %d characters at most", maxText)
	}
	return nil
}

// publish is POST /{page}/feed.
func (a *ask) publish(p *page) (any, *graph.Fault) {
	if err := may(a.token, p, "pages_manage_posts", "pages_read_engagement"); err != nil {
		return nil, err
	}
	text, link := a.p.Get("message"), a.p.Get("link")
	if err := fits(text); err != nil {
		return nil, err
	}
	if u, err := url.Parse(link); link != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
		return nil, graph.No(http.StatusBadRequest, 100, 1500, "The url you supplied is invalid")
	}
	photos, err := a.attached(p)
	if err != nil {
		return nil, err
	}
	if text == "" && link == "" && len(photos) == 0 {
		return nil, graph.Invalid("Missing message or attachment")
	}
	published, due, err := a.moments()
	if err != nil {
		return nil, err
	}
	sponsor, err := a.sponsor(p)
	if err != nil {
		return nil, err
	}
	place, err := a.place()
	if err != nil {
		return nil, err
	}
	if a.n.options.RefuseRepeats && text != "" && text == p.lastText && a.now.Sub(p.lastTextAt) < 5*time.Minute {
		return nil, graph.No(http.StatusBadRequest, 506, 1455006, "Duplicate status message")
	}
	if at, twin := a.call.Twin(); twin {
		a.n.make(p, text, link, nil, true, time.Time{}, at, at)
	}
	o := a.n.make(p, text, link, photos, published, due, a.now, a.now.Add(a.call.ListedLate()))
	o.sponsor, o.place = sponsor, place
	a.call.Accept(sandbox.Entry{Account: p.id, Action: sandbox.Publish, Object: o.id, Link: link, Text: text, Place: place})
	return map[string]any{"id": o.id}, nil
}

// place reads where a post was made: a Page that has an address, by its number.
func (a *ask) place() (string, *graph.Fault) {
	id := a.p.Get("place")
	if _, ok := graph.Place(id); id != "" && !ok {
		return "", graph.Invalid("Param place must be the ID of a Page with a location")
	}
	return id, nil
}

// sponsor reads who paid for a post: another Page, by its number. direct_share_status says whether that Page may boost it.
func (a *ask) sponsor(p *page) (*page, *graph.Fault) {
	switch a.p.Get("direct_share_status") {
	case "", "0", "1":
	default:
		return nil, graph.Invalid("Param direct_share_status must be 0 or 1")
	}
	id := a.p.Get("sponsor_id")
	if id == "" {
		return nil, nil
	}
	sponsor, ok := a.n.pages[id]
	if !ok || sponsor == p {
		return nil, graph.Invalid("Param sponsor_id must be the ID of a Page that can be tagged as a business partner")
	}
	return sponsor, nil
}

// moments reads published and scheduled_publish_time.
func (a *ask) moments() (published bool, due time.Time, err *graph.Fault) {
	if published, err = a.p.Flag("published", true); err != nil {
		return
	}
	if due, err = a.p.When("scheduled_publish_time"); err != nil || due.IsZero() {
		return
	}
	if published {
		return false, due, graph.Invalid("You cannot specify a scheduled publish time on a published post")
	}
	return false, due, a.dueFits(due)
}

// dueFits: between ten minutes and thirty days ahead. Meta's pages give both figures for posts; nothing first-hand was found.
func (a *ask) dueFits(due time.Time) *graph.Fault {
	if due.Before(a.now.Add(10*time.Minute)) || due.After(a.now.Add(30*24*time.Hour)) {
		return graph.No(http.StatusBadRequest, 100, 1363041, "(#100) The specified scheduled publish time is invalid.")
	}
	return nil
}

// make puts a post into the world; the network's mutex is held.
func (n *Network) make(p *page, text, link string, photos []*photo, published bool, due, created, listed time.Time) *post {
	return n.put(p, n.number(), text, link, photos, published, due, created, listed, nil)
}

// put is make for a post that has its number already, and perhaps a video.
func (n *Network) put(p *page, number, text, link string, photos []*photo, published bool, due, created, listed time.Time, film *video) *post {
	o := &post{id: p.id + "_" + number, number: number, page: p, from: p.self(), message: text, link: link, status: "mobile_status_update",
		created: created.Truncate(time.Second), updated: created, listed: listed, published: published, due: due, photos: photos, video: film}
	if film != nil {
		o.status = "added_video"
	}
	if link != "" {
		o.status = "shared_story"
	}
	if len(photos) > 0 {
		o.status = "added_photos"
	}
	for _, ph := range photos {
		ph.post, ph.published = o, published
	}
	n.posts[o.id] = o
	p.put(o)
	p.lastText, p.lastTextAt = text, created
	if published {
		n.tellPost(o, "add")
	} else if !due.IsZero() {
		n.plan(o)
	}
	return o
}

// plan publishes a scheduled post at its moment.
func (n *Network) plan(o *post) {
	if o.unschedule != nil {
		o.unschedule()
	}
	o.unschedule = n.stage.Clock.After(o.due.Sub(n.stage.Clock.Now()), func() {
		n.mu.Lock()
		if n.posts[o.id] == o && !o.published {
			n.comeOut(o)
		}
		n.mu.Unlock()
		n.courier.Wake()
	})
}

func (n *Network) comeOut(o *post) {
	o.published, o.created = true, n.stage.Clock.Now().Truncate(time.Second)
	o.page.posts = slices.DeleteFunc(o.page.posts, func(other *post) bool { return other == o })
	o.page.put(o)
	n.tellPost(o, "add")
}

// attached reads attached_media: photos that were uploaded with published=false.
func (a *ask) attached(p *page) ([]*photo, *graph.Fault) {
	var photos []*photo
	for _, text := range a.p.List("attached_media") {
		var one struct {
			ID string `json:"media_fbid"`
		}
		if json.Unmarshal([]byte(text), &one) != nil || one.ID == "" {
			return nil, graph.Invalid("Param attached_media[%d] must be an object with media_fbid", len(photos))
		}
		ph, ok := a.n.photos[one.ID]
		if !ok || ph.page != p || ph.post == nil && ph.story == nil && a.now.Sub(ph.created) >= unusedLife {
			return nil, graph.Missing(http.MethodGet, one.ID)
		}
		if ph.post != nil || ph.story != nil || slices.Contains(photos, ph) {
			return nil, graph.No(http.StatusBadRequest, 1366051, 0, "These photos were already posted.")
		}
		photos = append(photos, ph)
	}
	return photos, nil
}

// upload is POST /{page}/photos: bytes in the part "source", or url. Published at once unless published=false.
func (a *ask) upload(p *page) (any, *graph.Fault) {
	if err := may(a.token, p, "pages_manage_posts", "pages_read_engagement"); err != nil {
		return nil, err
	}
	if len(a.p.File) == 0 {
		return nil, graph.No(http.StatusBadRequest, 324, 2069019, "(#324) Missing or invalid image file")
	}
	if len(a.p.File) > maxPhoto {
		return nil, graph.No(http.StatusBadRequest, 1366046, 0, "Your photos couldn't be uploaded. Photos should be smaller than 4 MB and saved as JPG, PNG, GIF, TIFF, HEIF or WebP files.")
	}
	kind := http.DetectContentType(a.p.File)
	c, _, bad := image.DecodeConfig(bytes.NewReader(a.p.File))
	if bad != nil && kind != "image/bmp" && !tiff(a.p.File) {
		return nil, graph.No(http.StatusBadRequest, 1366046, 0, "Your photos couldn't be uploaded. Photos should be smaller than 4 MB and saved as JPG, PNG, GIF, TIFF, HEIF or WebP files.")
	}
	text := a.p.Get("message")
	if text == "" {
		text = a.p.Get("caption")
	}
	if err := fits(text); err != nil {
		return nil, err
	}
	published, due, err := a.moments()
	if err != nil {
		return nil, err
	}
	ph := &photo{id: a.n.number(), page: p, name: text, alt: a.p.Get("alt_text_custom"), created: a.now, kind: kind, data: a.p.File,
		width: c.Width, height: c.Height}
	if !published && due.IsZero() {
		a.n.photos[ph.id] = ph
		a.call.Accept(sandbox.Entry{Account: p.id, Action: sandbox.Upload, Object: ph.id, Text: text})
		return map[string]any{"id": ph.id}, nil
	}
	if at, twin := a.call.Twin(); twin {
		a.n.make(p, text, "", nil, true, time.Time{}, at, at)
	}
	a.n.photos[ph.id] = ph
	o := a.n.make(p, text, "", []*photo{ph}, published, due, a.now, a.now.Add(a.call.ListedLate()))
	a.call.Accept(sandbox.Entry{Account: p.id, Action: sandbox.Publish, Object: o.id, Text: text})
	return map[string]any{"id": ph.id, "post_id": o.id}, nil
}

func tiff(b []byte) bool {
	return bytes.HasPrefix(b, []byte("II*\x00")) || bytes.HasPrefix(b, []byte("MM\x00*"))
}

// fetch gets a photo by its address, as Meta does; never more than is allowed.
func (n *Network) fetch(r *http.Request, address string) ([]byte, error) {
	q, err := http.NewRequestWithContext(r.Context(), http.MethodGet, address, nil) //nolint:gosec // fetching what one is told to is what Meta does
	if err != nil {
		return nil, err
	}
	q.Header.Set("User-Agent", "facebookexternalhit/1.1")
	res, err := n.options.Client.Do(q) //nolint:gosec // see above
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK || !strings.HasPrefix(res.Header.Get("Content-Type"), "image/") {
		return nil, http.ErrNotSupported
	}
	return io.ReadAll(io.LimitReader(res.Body, maxPhoto+1))
}
