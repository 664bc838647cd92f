package network

import (
	"slices"

	"github.com/kithhq/kith/internal/fault"
)

// CoverLimit is what a picture may be that stands for a video until it is played.
type CoverLimit struct {
	MaxBytes int64    `json:"max_bytes,omitempty"`
	Types    []string `json:"types"`
	// Later: it is brought when the video is published already, by the Coverer; else it
	// belongs to the acts before it.
	Later bool `json:"later,omitempty"`
}

// covers says whether videos of any kind of post can have a cover of our own; those that
// come later need a Coverer.
func (l Limits) covers(later bool) bool {
	takes := func(m MediaLimit) bool { t := m.Video.Cover; return t != nil && (later || !t.Later) }
	for _, k := range l.Kinds {
		if takes(k.Media) {
			return true
		}
	}
	return takes(l.Media)
}

// Covers says whether a video of this kind of post goes out with its cover: nil, or what
// is in the way. Among several files no network takes one.
func (l VideoLimit) Covers(m Media, files int) *Problem {
	if m.Cover == nil || !m.Video() {
		return nil
	}
	c := checking{}
	takes := l.Cover
	switch {
	case takes == nil:
		c.add("warn", "media", "no_cover", "Begin the video with that picture.", nil, "This network chooses the picture of a video itself.")
	case files > 1:
		c.add("warn", "media", "cover_alone", "Post the video alone.", nil, "Among several files a video has no cover of its own here.")
	case !slices.Contains(takes.Types, m.Cover.Type):
		c.add("warn", "media", "cover_type", "Save it as JPEG or PNG.", params{"type": m.Cover.Type}, "The cover: this network does not take %s.", m.Cover.Type)
	case takes.MaxBytes > 0 && m.Cover.Bytes > takes.MaxBytes:
		c.add("warn", "media", "cover_too_big", "Make the image smaller.", params{"bytes": m.Cover.Bytes, "max": takes.MaxBytes},
			"The cover has %d.%d MB, this network takes %d.%d.", sizes(m.Cover.Bytes, takes.MaxBytes)...)
	default:
		return nil
	}
	return &c.problems[0]
}

// Uncovered is why a video goes out without its cover: the network refused the picture.
type Uncovered struct {
	Media string `json:"media"` // our id of the video
	Why   string `json:"why"`
	Hint  string `json:"hint,omitempty"`
}

// Bare is a part whose first video goes out without its cover, by a refusal of the
// network: the next act is tried without it.
func Bare(part Part, refusal error) *Uncovered {
	text, hint := fault.Shown(refusal)
	return &Uncovered{Media: part.Media[0].ID, Why: text, Hint: hint}
}
