package network

import (
	"slices"

	"github.com/kithhq/kith/internal/subtitle"
)

// Subtitle is the subtitles of a video in one language.
type Subtitle struct {
	Lang string // BCP 47, in its usual form
	VTT  string // WebVTT, as the package subtitle writes it
}

// As gives the file in the format that a network takes.
func (s Subtitle) As(format string) (string, error) {
	if format == subtitle.VTT {
		return s.VTT, nil
	}
	file, err := subtitle.Read([]byte(s.VTT))
	return file.Write(format), err
}

// SubtitleLimit is what files of subtitles a video may have beside it.
type SubtitleLimit struct {
	Format   string `json:"format"` // vtt, srt
	MaxBytes int64  `json:"max_bytes,omitempty"`
	MaxItems int    `json:"max_items,omitempty"` // languages; 0: any number
	// Later: they are brought when the video is published already, by the Subtitler;
	// else they belong to the acts before it.
	Later bool `json:"later,omitempty"`
	// Regional: the network wants a language with its country, as in fr-FR.
	Regional bool `json:"regional,omitempty"`
}

// Subtitled is what became of the subtitles of a video in one language: they are
// there, or Why says why they are not.
type Subtitled struct {
	Media string `json:"media"` // our id of the video
	Lang  string `json:"lang"`
	Why   string `json:"why,omitempty"`
	Hint  string `json:"hint,omitempty"`
}

// subtitles says whether videos of any kind of post can have subtitles; those that come
// later need a Subtitler.
func (l Limits) subtitles(later bool) bool {
	takes := func(m MediaLimit) bool { t := m.Video.Subtitles; return t != nil && (later || !t.Later) }
	for _, k := range l.Kinds {
		if takes(k.Media) {
			return true
		}
	}
	return takes(l.Media)
}

// Captions are the subtitles of a video that this kind of post takes beside it, and
// those that it does not, with the reason.
func (l VideoLimit) Captions(m Media) (fit []Subtitle, unfit []Subtitled) {
	c := checking{}
	c.subtitles(m, l)
	for _, s := range m.Subtitles {
		i := slices.IndexFunc(c.problems, func(p Problem) bool { return p.Params["lang"] == nil || p.Params["lang"] == s.Lang })
		if i < 0 {
			fit = append(fit, s)
			continue
		}
		unfit = append(unfit, Subtitled{Media: m.ID, Lang: s.Lang, Why: c.problems[i].Text, Hint: c.problems[i].Hint})
	}
	return fit, unfit
}

// subtitles warns of those that the network does not show: the video goes out without.
func (c *checking) subtitles(m Media, l VideoLimit) {
	if len(m.Subtitles) == 0 {
		return
	}
	takes := l.Subtitles
	if takes == nil {
		c.add("warn", "subtitles", "no_subtitles", "Burn them into the picture for this network.", nil, "This network takes no subtitle files.")
		return
	}
	for i, s := range m.Subtitles {
		about := params{"lang": s.Lang}
		file, err := s.As(takes.Format)
		switch {
		case takes.MaxItems == 1 && i > 0:
			about["max"] = 1
			c.add("warn", "subtitles", "too_many_languages", "Leave another language out.", about, "Subtitles (%s): this network takes one language.", s.Lang)
		case takes.MaxItems > 0 && i >= takes.MaxItems:
			about["max"] = takes.MaxItems
			c.add("warn", "subtitles", "too_many_languages", "Leave another language out.", about, "Subtitles (%s): this network takes %d languages.", s.Lang, takes.MaxItems)
		case err != nil:
			c.add("warn", "subtitles", "subtitles_broken", "Send the file again.", about, "Subtitles (%s): they cannot be written as this network wants them.", s.Lang)
		case takes.MaxBytes > 0 && int64(len(file)) > takes.MaxBytes:
			about["bytes"], about["max"] = len(file), takes.MaxBytes
			c.add("warn", "subtitles", "subtitles_too_big", "Shorten them, or burn them into the picture.", about,
				"Subtitles (%s): %d kB, this network takes %d.", s.Lang, (int64(len(file))+999)/1000, takes.MaxBytes/1000)
		}
	}
}
