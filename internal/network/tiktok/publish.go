package tiktok

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/text"
)

// The steps of a post. Those that may be seen are the last piece of a video, the
// naming of photos, and shown, with which a way ends.
const (
	stepPrepare = "prepare" // announce a video
	stepUpload  = "upload"  // hand over the next piece
	stepResume  = "resume"  // ask how much of it has come
	stepPublish = "publish" // name the photos
	stepProcess = "process" // ask how far TikTok is
	stepShown   = "shown"   // say that it is there
)

// Pieces of a video: TikTok takes 5 to 64 MB, and a last one of up to 128; read as
// millions of bytes or as MiB, this fits.
const (
	piece = 10_000_000
	whole = 5 << 20 // what is smaller is one piece
)

// place is what is remembered of a post between two acts.
type place struct {
	Publish   string `json:"publish,omitempty"` // publish_id
	URL       string `json:"url,omitempty"`     // where the pieces go; it holds for an hour
	Until     int64  `json:"until,omitempty"`
	Chunk     int64  `json:"chunk,omitempty"`
	NoComment bool   `json:"no_comment,omitempty"` // as the account's own settings say
	NoDuet    bool   `json:"no_duet,omitempty"`
	NoStitch  bool   `json:"no_stitch,omitempty"`
	Posted    int64  `json:"posted,omitempty"` // since when TikTok says that it is there
	Post      string `json:"post,omitempty"`   // its id, once TikTok tells it
	Tries     int    `json:"tries,omitempty"`
	Doubts    int    `json:"doubts,omitempty"` // how often a piece was refused in a row
}

// triesMost bounds how often a way begins anew after a failure that TikTok itself
// calls passing.
const triesMost = 3

// doubtsMost bounds how often one piece is refused before a video begins anew.
const doubtsMost = 3

func (p place) step(name string, public bool) network.Step {
	data, err := json.Marshal(p)
	if err != nil {
		panic(err) // plain values alone
	}
	return network.Step{Name: name, State: data, Public: public}
}

// anew is the beginning again; how often is remembered, all else is forgotten.
func (p place) anew(wait time.Duration) network.Stepped {
	s := place{Tries: p.Tries + 1}.step(network.Begun, false)
	return network.Stepped{Step: s, Wait: wait}
}

// pieces says how a video is cut: what is left over goes with the last whole piece.
func pieces(size int64) (chunk, count int64) {
	chunk = min(size, piece)
	if size < whole {
		chunk = size
	}
	return chunk, max(size/chunk, 1)
}

// Step does the next act of a post.
func (d *Driver) Step(ctx context.Context, conn network.Conn, part network.Part) (network.Stepped, error) {
	if err := d.takes(conn, part); err != nil {
		return network.Stepped{}, err
	}
	p, err := reached(part)
	if err != nil {
		return network.Stepped{}, err
	}
	switch part.Step.Name {
	case stepPrepare:
		return d.announce(ctx, conn, part, p)
	case stepUpload:
		return d.upload(ctx, part, p)
	case stepResume:
		return d.resume(ctx, conn, part, p)
	case stepPublish:
		return d.photos(ctx, conn, part, p)
	case stepProcess:
		return d.processed(ctx, conn, part, p)
	case stepShown:
		sent := network.Sent{Ref: p.ref(conn, part), At: d.now()}
		if p.Posted > 0 {
			sent.At = time.Unix(p.Posted, 0).UTC()
		}
		return network.Stepped{Sent: &sent}, nil
	}
	return d.consult(ctx, conn, part, p)
}

func reached(part network.Part) (place, error) {
	var p place
	if len(part.Step.State) > 0 && json.Unmarshal(part.Step.State, &p) != nil {
		return p, fault.New(fault.Internal, "reading how far a post has come")
	}
	return p, nil
}

// takes refuses what TikTok never takes, before it is asked.
func (d *Driver) takes(conn network.Conn, part network.Part) error {
	if err := network.Refusal(d.limits(conn), part); err != nil {
		return err
	}
	audience := part.Options[optPrivacy]
	switch {
	case len(part.Media) == 0:
		return fault.New(fault.Invalid, "A post on TikTok needs a video or photos.").WithHint("Add one.").On("media")
	case audience == "":
		return fault.New(fault.Invalid, "Nobody has chosen who may see it.").WithHint("Choose an audience: TikTok wants that to be done by hand for each post.").On("options")
	case !ticket.MatchString(audience):
		return fault.New(fault.Invalid, "This account cannot choose that audience.").WithHint("Choose again who may see it.").On("options")
	case part.Disclosure.Paid && audience == onlyUs:
		return fault.New(fault.Invalid, "A paid partnership cannot be for you alone to see.").WithHint("Choose another audience.").On("options")
	case audience == draft && (part.Disclosure.AI || part.Disclosure.Paid):
		return fault.New(fault.Invalid, "A draft carries no labels.").
			WithHint("Take them away here and set them in TikTok's application when you finish the draft, or publish directly.").On("options")
	}
	_, err := cover(part)
	return err
}

// cover reads which moment of a video, or which photo, stands for the post.
func cover(part network.Part) (int64, error) {
	s := strings.Replace(strings.TrimSpace(part.Options[optCover]), ",", ".", 1)
	if s == "" {
		return 0, nil
	}
	n, err := strconv.ParseFloat(s, 64)
	film := part.Media[0].Video()
	wrong := err != nil || n < 0 || n > 600 || film && part.Media[0].Seconds > 0 && n > part.Media[0].Seconds || !film && (n < 1 || n > float64(len(part.Media)) || n != float64(int64(n)))
	if wrong {
		return 0, fault.New(fault.Invalid, "There is no such cover.").WithHint("Write the second of the video, or the number of the photo; or leave it empty.").On("options")
	}
	if film {
		return int64(n * 1000), nil
	}
	return int64(n) - 1, nil
}

func on(part network.Part, option string) bool { return part.Options[option] == "true" }

// consult asks what the account may do today, as TikTok wants it before each post.
func (d *Driver) consult(ctx context.Context, conn network.Conn, part network.Part, p place) (network.Stepped, error) {
	k, err := readKeys(conn.Keys)
	if err != nil {
		return network.Stepped{}, err
	}
	if !part.Media[0].Video() { // of photos, the act that counts may be seen: it is waited for before it
		if wait, err := pace(ctx, conn); err != nil || wait > 0 {
			return network.Stepped{Step: part.Step, Wait: wait}, err
		}
	}
	c, err := d.creator(ctx, k)
	if err != nil {
		return network.Stepped{}, err
	}
	audience := part.Options[optPrivacy]
	if audience != draft && !slices.Contains(c.Privacy, audience) {
		hint := "Choose again who may see it."
		if c.alone() {
			hint = "TikTok has not audited the app: choose “Only you”, or have the app audited at developers.tiktok.com."
		}
		return network.Stepped{}, fault.New(fault.Invalid, "This account cannot choose that audience.").WithHint("%s", hint).On("options")
	}
	m := part.Media[0]
	if audience != draft && m.Video() && c.Longest > 0 && m.Seconds > float64(c.Longest) {
		return network.Stepped{}, fault.New(fault.Invalid, "The video is too long for this account: TikTok lets it post %d seconds.", c.Longest).WithHint("Cut it for this network.").On("media")
	}
	p = place{Tries: p.Tries, NoComment: c.NoComment, NoDuet: c.NoDuet, NoStitch: c.NoStitch}
	if !m.Video() {
		return network.Stepped{Step: p.step(stepPublish, true)}, nil
	}
	return network.Stepped{Step: p.step(stepPrepare, false)}, nil
}

// uploads is the quota of how many posts may be announced in a minute, in facts.json.
const uploads = "uploads"

// pace waits for a place among the announcements of a minute, so that a burst of posts is
// not refused.
func pace(ctx context.Context, conn network.Conn) (time.Duration, error) {
	if conn.Pace == nil {
		return 0, nil
	}
	return conn.Pace(ctx, uploads)
}

// announce tells TikTok of a video that will come. Nothing is seen of what never
// comes, so it may be done again.
func (d *Driver) announce(ctx context.Context, conn network.Conn, part network.Part, p place) (network.Stepped, error) {
	if wait, err := pace(ctx, conn); err != nil || wait > 0 {
		return network.Stepped{Step: part.Step, Wait: wait}, err
	}
	m := part.Media[0]
	chunk, count := pieces(m.Bytes)
	source := map[string]any{"source": "FILE_UPLOAD", "video_size": m.Bytes, "chunk_size": chunk, "total_chunk_count": count}
	a := ask{path: "/post/publish/inbox/video/init/", body: map[string]any{"source_info": source}, harmless: true}
	if audience := part.Options[optPrivacy]; audience != draft {
		at, err := cover(part)
		if err != nil {
			return network.Stepped{}, err
		}
		// TikTok wants that comments, duets and stitches are allowed on purpose.
		a.path, a.body = "/post/publish/video/init/", map[string]any{"source_info": source, "post_info": map[string]any{
			"title": part.Text, "privacy_level": audience, "video_cover_timestamp_ms": at, "is_aigc": part.Disclosure.AI,
			"disable_comment": p.NoComment || !on(part, optComments), "disable_duet": p.NoDuet || !on(part, optDuet), "disable_stitch": p.NoStitch || !on(part, optStitch),
			"brand_content_toggle": part.Disclosure.Paid, "brand_organic_toggle": on(part, optOwn)}}
	}
	var got struct {
		Publish string `json:"publish_id"`
		URL     string `json:"upload_url"`
	}
	if _, err := d.call(ctx, conn, a, &got); err != nil {
		return network.Stepped{}, err
	}
	if !ticket.MatchString(got.Publish) || !d.trusted(got.URL) {
		return network.Stepped{}, a.misunderstood()
	}
	p.Publish, p.URL, p.Chunk = got.Publish, got.URL, chunk
	p.Until = d.now().Add(55 * time.Minute).Unix() // of the hour that it holds
	return network.Stepped{Step: p.next(0, m.Bytes)}, nil
}

// trusted says whether files may be handed to an address: one of TikTok's hosts, or
// the one address that stands in for them.
func (d *Driver) trusted(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || len(address) > 2048 || u.User != nil {
		return false
	}
	if d.own {
		return strings.HasPrefix(address, d.api+"/")
	}
	return u.Scheme == "https" && u.Port() == "" && host.MatchString(u.Host)
}

// next is the step that hands over what comes after so many bytes. With the last
// piece the post will be seen.
func (p place) next(done, size int64) network.Step {
	s := p.step(stepUpload, done+p.Chunk+p.Chunk > size)
	s.Done, s.Total = done, size
	return s
}

// photos names the addresses of photos: the one act of such a post.
func (d *Driver) photos(ctx context.Context, conn network.Conn, part network.Part, p place) (network.Stepped, error) {
	addresses := make([]string, len(part.Media))
	for i, m := range part.Media {
		address, err := m.Address()
		if err != nil {
			return network.Stepped{}, err
		}
		addresses[i] = address
	}
	first, err := cover(part)
	if err != nil {
		return network.Stepped{}, err
	}
	mode, info := "MEDIA_UPLOAD", map[string]any{"title": part.Title, "description": part.Text}
	if audience := part.Options[optPrivacy]; audience != draft {
		mode = "DIRECT_POST"
		info["privacy_level"], info["disable_comment"], info["auto_add_music"] = audience, p.NoComment || !on(part, optComments), on(part, optMusic)
		info["brand_content_toggle"], info["brand_organic_toggle"] = part.Disclosure.Paid, on(part, optOwn)
	}
	a := ask{path: "/post/publish/content/init/", body: map[string]any{"media_type": "PHOTO", "post_mode": mode, "post_info": info,
		"source_info": map[string]any{"source": "PULL_FROM_URL", "photo_images": addresses, "photo_cover_index": first}}}
	var got struct {
		Publish string `json:"publish_id"`
	}
	if _, err := d.call(ctx, conn, a, &got); err != nil {
		return network.Stepped{}, err
	}
	if !ticket.MatchString(got.Publish) {
		return network.Stepped{}, a.misunderstood()
	}
	p.Publish = got.Publish
	return network.Stepped{Step: p.step(stepProcess, false), Wait: 5 * time.Second}, nil
}

// ref is what stands for a post of ours: its id where TikTok tells one, else the
// publish_id. TikTok tells the ids of public posts alone.
func (p place) ref(conn network.Conn, part network.Part) network.Ref {
	r := network.Ref{ID: p.Post, URL: postURL(conn.Handle, p.Post)}
	e := extra{Publish: p.Publish}
	if p.Post == "" {
		r.ID, r.URL = p.Publish, profileURL(conn.Handle)
		e.Unseen = part.Options[optPrivacy] != everyone
	}
	r.Extra = e.raw()
	return r
}

// extra is what a reference carries.
type extra struct {
	Publish string `json:"publish,omitempty"` // of a post
	Unseen  bool   `json:"unseen,omitempty"`  // a post that not everybody may see has no id
	Post    string `json:"post,omitempty"`    // of a comment: what it is below
	Top     string `json:"top,omitempty"`     // of a reply: the comment that it is below
	Names   string `json:"names,omitempty"`   // of a mention: in a caption, or in a comment
	Who     string `json:"who,omitempty"`     // of a mention that is still to be asked for
}

func (e extra) raw() json.RawMessage {
	data, err := json.Marshal(e)
	if err != nil {
		panic(err) // plain values alone
	}
	return data
}

func readExtra(r network.Ref) extra {
	var e extra
	if json.Unmarshal(r.Extra, &e) != nil {
		return extra{}
	}
	return e
}

// words are what a look compares: a list may show a text cut off.
func words(shown, ours string) string {
	if n := text.Count(shown, text.CodePoints, 0); n >= 140 && strings.HasPrefix(ours, strings.TrimRight(shown, " …")) {
		return ours
	}
	return shown
}
