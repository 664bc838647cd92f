package youtube

import (
	"hash"
	"slices"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
)

// channel is one of ours.
type channel struct {
	id, title, handle string
	created           time.Time
	long              string // longUploadsStatus
	videos            []*video
	playlists         []*playlist
	followers         []follow // oldest first
	banned            map[string]bool
	days              map[string]*tally // by the Pacific date
}

func (c *channel) uploads() string { return "UU" + c.id[2:] }

type follow struct {
	by *viewer
	at time.Time
}

// tally is what happened on a day.
type tally struct{ views, likes, comments, shares, gained, lost, minutes int64 }

// viewer is a person of the stage as YouTube knows them.
type viewer struct {
	id     string
	person sandbox.Person
}

// verdict is how processing ends.
type verdict struct{ status, reason string }

type video struct {
	id       string
	owner    *channel
	meta     meta
	digest   string
	size     int64
	uploaded time.Time
	ready    time.Time // the end of processing
	listed   time.Time // in lists from here on
	seen     time.Time // when it was made public or unlisted; zero: never
	end      verdict
	deleted  bool
	likes    map[string]bool
	views    int64
	threads  []*comment
	thumb    string
	tracks   []track
}

// meta is what an uploader says of a video.
type meta struct {
	Title, Description, Category, Language string
	Tags                                   []string
	Privacy, License                       string
	Embeddable, Stats, Kids, Synthetic     bool
	PublishAt                              time.Time
	Paid                                   bool
}

// status is where a video stands.
func (v *video) status(now time.Time) (upload, processing string) {
	switch {
	case now.Before(v.ready):
		return "uploaded", "processing"
	case v.end.status == "failed":
		return "failed", "failed"
	case v.end.status == "rejected":
		return "rejected", "terminated"
	}
	return "processed", "succeeded"
}

// privacy is who may see a video now: one whose time has come is public.
func (v *video) privacy(now time.Time) string {
	if !v.meta.PublishAt.IsZero() && !now.Before(v.meta.PublishAt) {
		return "public"
	}
	return v.meta.Privacy
}

func (v *video) watchable(now time.Time) bool {
	status, _ := v.status(now)
	return status == "processed" && v.privacy(now) != "private" && !v.deleted
}

type comment struct {
	id       string
	video    *video
	parent   *comment // of an answer: the top-level comment
	by       string   // channel id
	name     string   // @handle or title
	text     string
	at       time.Time
	updated  time.Time
	listed   time.Time
	state    string // published, heldForReview, likelySpam, rejected
	deleted  bool
	likes    map[string]bool
	replies  []*comment // oldest first
	viewerID string
}

func (c *comment) top() *comment {
	if c.parent != nil {
		return c.parent
	}
	return c
}

// visible says whether a comment stands in lists of its state; a rejected comment takes its answers with it.
func (c *comment) visible(state string, now time.Time) bool {
	if c.deleted || c.state != state || now.Before(c.listed) {
		return false
	}
	return c.parent == nil || !c.parent.deleted && (c.parent.state == "published" || c.parent.state == state)
}

type playlist struct {
	id, title, privacy string
	owner              *channel
	items              []item
	created            time.Time
}

type item struct {
	id    string
	video *video
	at    time.Time
}

// session is a resumable upload.
type session struct {
	id      string
	owner   *channel
	meta    meta
	parts   []string
	kind    string // of the file
	total   int64  // -1: not known yet
	got     int64
	digest  hash.Hash
	head    []byte // of the file
	expires time.Time
	made    *video
	busy    bool
}

// channelDay is what is counted of a channel today.
func (n *Network) today(c *channel) *tally {
	day := n.stage.Clock.Now().In(n.pacific).Format(time.DateOnly)
	if c.days[day] == nil {
		c.days[day] = &tally{}
	}
	return c.days[day]
}

// viewer is a person of the stage; the mutex is held.
func (n *Network) viewer(p sandbox.Person) *viewer {
	v := n.people[p.ID]
	if v == nil {
		v = &viewer{id: "UC" + n.opaque(22), person: p}
		n.people[p.ID], n.viewers[v.id] = v, v
	}
	return v
}

// find gives a video that has not been deleted.
func (n *Network) find(id string) *video {
	if v := n.videos[id]; v != nil && !v.deleted {
		return v
	}
	return nil
}

// add puts an uploaded video on a channel, and its twin before it where the weather wants one.
func (n *Network) add(call *sandbox.Call, s *session) *video {
	now := call.Now()
	v := &video{id: n.opaque(11), owner: s.owner, meta: s.meta, size: s.got, uploaded: now, ready: now.Add(n.options.Processing),
		listed: now, likes: map[string]bool{}}
	v.digest = string(s.digest.Sum(nil))
	if n.options.Unaudited {
		v.meta.Privacy = "private"
	}
	v.end = n.judge(v, s)
	n.videos[v.id] = v
	v.owner.videos = append(v.owner.videos, v)
	if v.meta.Privacy != "private" {
		n.appear(call, v)
	} else {
		call.Accept(sandbox.Entry{Action: sandbox.Upload, Account: v.owner.id, Object: v.id, Text: v.meta.Description})
	}
	return v
}

// appear makes a video visible for the first time.
func (n *Network) appear(call *sandbox.Call, v *video) {
	if at, twice := call.Twin(); twice {
		twin := *v
		twin.id, twin.digest, twin.uploaded, twin.ready, twin.listed, twin.seen = n.opaque(11), n.opaque(8), at, at, at, at
		twin.likes = map[string]bool{}
		n.videos[twin.id] = &twin
		v.owner.videos = slices.Insert(v.owner.videos, 0, &twin)
	}
	v.seen = call.Now()
	v.listed = v.seen.Add(call.ListedLate())
	call.Accept(sandbox.Entry{Action: sandbox.Publish, Account: v.owner.id, Object: v.id, Text: v.meta.Description})
}

// judge is what processing will find. What is no video is told by its first bytes alone.
func (n *Network) judge(v *video, s *session) verdict {
	if end, ok := n.doomed[v.meta.Title]; ok {
		return end
	}
	switch {
	case s.got == 0:
		return verdict{"failed", "emptyFile"}
	case s.got < 64:
		return verdict{"failed", "tooSmall"}
	case len(s.head) >= 12 && string(s.head[4:8]) == "ftyp", len(s.head) >= 4 && string(s.head[:4]) == "\x1aE\xdf\xa3":
	default:
		return verdict{"failed", "invalidFile"}
	}
	for _, other := range v.owner.videos {
		if !other.deleted && other.digest == v.digest && other.end.status == "" {
			return verdict{"rejected", "duplicate"}
		}
	}
	return verdict{}
}
