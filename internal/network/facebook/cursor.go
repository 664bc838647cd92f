package facebook

import (
	"net/url"
	"time"

	"github.com/kithhq/kith/internal/network/graph"
)

// How far Read looks. Graph lists posts by when they were made, not by what
// happened below them, so each reading asks all recent posts for their newest
// comments, many in one call.
const (
	recent    = 30 * 24 * time.Hour // posts whose comments are read
	while     = 26 * time.Hour      // how far back the first reading goes
	callsMost = 40                  // in one Read; the rest comes with the next
)

// cursor is where Read left off.
type cursor struct {
	graph.Mark
	Sweep  *sweep           `json:"sweep,omitempty"` // one that is not over yet
	Felt   map[string]int64 `json:"felt,omitempty"`  // how many reactions were told, by post
	Talk   graph.Mark       `json:"talk,omitzero"`
	Tags   graph.Mark       `json:"tags,omitzero"`
	Watch  []watched        `json:"watch,omitempty"`
	Looked int64            `json:"looked,omitempty"`
}

// sweep is one walk over all recent posts.
type sweep struct {
	Floor int64            `json:"floor"`
	Then  int64            `json:"then"` // what Since becomes
	Place url.Values       `json:"place,omitempty"`
	Again bool             `json:"again,omitempty"` // the place was lost once: from the top again
	Over  bool             `json:"over,omitempty"`  // all posts were listed; what is left are comments
	Felt  map[string]int64 `json:"felt,omitempty"`
	Left  []rest           `json:"left,omitempty"`
}

// rest are the comments of a post that did not fit.
type rest struct {
	Post string `json:"post"`
	From int64  `json:"from"`
}
