package instagram

import (
	"net/url"
	"time"

	"github.com/kithhq/kith/internal/network/graph"
)

// How far Read looks. Instagram lists comments newest first, post by post, and
// cannot be asked for those since a moment: each reading asks all recent posts how
// many comments they have and which is the newest, and reads below those of which
// one of the two has changed.
const (
	recent    = 30 * 24 * time.Hour // posts whose comments are read
	while     = 26 * time.Hour      // how far back the first reading goes
	deepEvery = 10 * time.Minute    // how often a long discussion is searched for answers to old comments
	callsMost = 40                  // in one Read; the rest comes with the next
)

// cursor is where Read left off.
type cursor struct {
	graph.Mark
	Said   map[string]told `json:"said,omitempty"` // by post
	Sweep  *sweep          `json:"sweep,omitempty"`
	Talk   graph.Mark      `json:"talk,omitzero"`
	Tags   graph.Mark      `json:"tags,omitzero"`
	Watch  []watched       `json:"watch,omitempty"`
	Looked int64           `json:"looked,omitempty"`
}

// told is what was read below a post.
type told struct {
	Count int64  `json:"n"`
	Top   string `json:"top,omitempty"` // the newest comment
	// Whole is until when all of the discussion is told, in Instagram's seconds; in
	// a long one, answers to old comments may be missing since.
	Whole int64 `json:"whole,omitempty"`
	Deep  bool  `json:"deep,omitempty"` // they may be
}

// sweep is one walk over all recent posts.
type sweep struct {
	Floor int64           `json:"floor"`
	Then  int64           `json:"then"` // what Since becomes
	Place url.Values      `json:"place,omitempty"`
	Again bool            `json:"again,omitempty"` // the place was lost once: from the top again
	Over  bool            `json:"over,omitempty"`  // all posts were listed; what is left are comments
	Said  map[string]told `json:"said,omitempty"`
	Left  []rest          `json:"left,omitempty"`
}

// rest is a list of comments that is still to be read.
type rest struct {
	Post  string     `json:"post"`
	Below string     `json:"below,omitempty"` // answers to this comment
	Place url.Values `json:"place,omitempty"`
	Again bool       `json:"again,omitempty"`
	Deep  bool       `json:"deep,omitempty"` // to its end, not only to what is old
	Floor int64      `json:"floor"`
}
