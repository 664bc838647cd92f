// Package subtitle reads and writes files of subtitles: SRT and WebVTT. What is read is
// checked line by line, so that somebody can mend what is wrong; what is written has one
// form only, whatever the file looked like: reading it again gives the same.
package subtitle

import (
	"fmt"
	"strings"
	"time"
)

// The formats that networks take.
const (
	VTT = "vtt"
	SRT = "srt"
)

// What is read: more than any film needs.
const (
	MaxBytes = 1 << 20
	MaxCues  = 20_000
	maxText  = 2_000 // bytes of one cue
	maxHours = 99
)

// File is the subtitles of a film in one language, in the order in which they are shown.
type File []Cue

// Cue is what is shown for a while. Text is WebVTT's: of its tags there are b, i, u and
// v (who speaks).
type Cue struct {
	From, To time.Duration
	Settings string // where it stands, as WebVTT says it; "" is below, in the middle
	Text     string
	line     int
}

// Line is where in the file the cue was read.
func (c Cue) Line() int { return c.line }

// Write gives the file in a format.
func (f File) Write(format string) string {
	var b strings.Builder
	if format != SRT {
		b.WriteString("WEBVTT\n")
	}
	for i, c := range f {
		switch {
		case format != SRT:
			fmt.Fprintf(&b, "\n%s --> %s%s\n%s\n", clock(c.From, "."), clock(c.To, "."), spaced(c.Settings), c.Text)
		case i > 0:
			b.WriteString("\n")
			fallthrough
		default:
			fmt.Fprintf(&b, "%d\n%s --> %s\n%s\n", i+1, clock(c.From, ","), clock(c.To, ","), plain(c.Text))
		}
	}
	return b.String()
}

func spaced(s string) string {
	if s == "" {
		return ""
	}
	return " " + s
}

func clock(d time.Duration, point string) string {
	ms := d.Milliseconds()
	return fmt.Sprintf("%02d:%02d:%02d%s%03d", ms/3_600_000, ms/60_000%60, ms/1000%60, point, ms%1000)
}
