package network

import (
	"fmt"
	"slices"

	"github.com/kithhq/kith/internal/text"
)

// Limits are what a network takes: dated data, not code.
type Limits struct {
	Text   TextLimit  `json:"text"`
	Media  MediaLimit `json:"media"`
	Thread bool       `json:"thread"` // several parts, one below the other
}

// TextLimit is how much text, and counted how.
type TextLimit struct {
	Max       int       `json:"max"`
	Unit      text.Unit `json:"unit"`
	MaxBytes  int       `json:"max_bytes,omitempty"`
	URLLength int       `json:"url_length,omitempty"` // every link counts as this many; 0 = as it is
}

// MediaLimit is what files a part may carry.
type MediaLimit struct {
	MaxItems int        `json:"max_items"`
	Image    ImageLimit `json:"image"`
	AltMax   int        `json:"alt_max"`
}

// ImageLimit is what an image may be.
type ImageLimit struct {
	MaxBytes  int64    `json:"max_bytes"`
	MaxPixels int64    `json:"max_pixels,omitempty"`
	Types     []string `json:"types"`
}

// Problem is something that keeps a part from being published (error), or that
// a person should know (warn). Key and Params make the sentence in any language.
type Problem struct {
	Level  string         `json:"level"` // error, warn
	Part   int            `json:"part"`
	Field  string         `json:"field"` // text, media, alt, link
	Key    string         `json:"key"`
	Params map[string]any `json:"params,omitempty"`
	Text   string         `json:"text"`
	Hint   string         `json:"hint"`
}

// Use is how much of a limit a text takes.
type Use struct {
	Used  int `json:"used"`
	Max   int `json:"max"`
	Bytes int `json:"bytes"`
}

// Count counts a text as the network does.
func (l TextLimit) Count(s string) Use {
	return Use{Used: text.Count(s, l.Unit, l.URLLength), Max: l.Max, Bytes: len(s)}
}

// CheckParts says what is wrong with the parts of a post for these limits.
func (l Limits) CheckParts(parts []Part) []Problem {
	var all []Problem
	if len(parts) > 1 && !l.Thread {
		all = append(all, Problem{Level: "error", Part: 1, Field: "text", Key: "no_thread", Text: "This network has no threads.", Hint: "Put everything into one part, or leave this channel out."})
	}
	for i, p := range parts {
		for _, q := range l.check(p) {
			q.Part = i
			all = append(all, q)
		}
	}
	return all
}

func (l Limits) check(p Part) []Problem {
	var all []Problem
	add := func(level, field, key, hint string, params map[string]any, format string, args ...any) {
		all = append(all, Problem{Level: level, Field: field, Key: key, Hint: hint, Params: params, Text: fmt.Sprintf(format, args...)})
	}
	if text.Blank(p.Text) && len(p.Media) == 0 {
		add("error", "text", "empty", "Write something or add an image.", nil, "This part is empty.")
	}
	use := l.Text.Count(p.Text)
	if l.Text.Max > 0 && use.Used > l.Text.Max {
		add("error", "text", "too_long", "Shorten it, or make a version for this network.",
			map[string]any{"over": use.Used - l.Text.Max, "max": l.Text.Max}, "The text is %d too long.", use.Used-l.Text.Max)
	} else if l.Text.MaxBytes > 0 && use.Bytes > l.Text.MaxBytes {
		add("error", "text", "too_many_bytes", "Use fewer emoji or shorten it.",
			map[string]any{"over": use.Bytes - l.Text.MaxBytes, "max": l.Text.MaxBytes}, "The text is %d bytes too long.", use.Bytes-l.Text.MaxBytes)
	}
	if len(p.Media) > l.Media.MaxItems {
		add("error", "media", "too_many", "Take some away for this network.",
			map[string]any{"max": l.Media.MaxItems, "n": len(p.Media)}, "%d files, this network takes %d.", len(p.Media), l.Media.MaxItems)
	}
	for _, m := range p.Media {
		switch {
		case !slices.Contains(l.Media.Image.Types, m.Type):
			add("error", "media", "type", "Save it as JPEG or PNG.", map[string]any{"type": m.Type}, "This network does not take %s.", m.Type)
		case l.Media.Image.MaxBytes > 0 && m.Bytes > l.Media.Image.MaxBytes:
			add("error", "media", "too_big", "Make the image smaller.", map[string]any{"bytes": m.Bytes, "max": l.Media.Image.MaxBytes}, "The image has %d bytes, this network takes %d.", m.Bytes, l.Media.Image.MaxBytes)
		case l.Media.Image.MaxPixels > 0 && int64(m.Width)*int64(m.Height) > l.Media.Image.MaxPixels:
			add("error", "media", "too_many_pixels", "Make the image smaller.", map[string]any{"max": l.Media.Image.MaxPixels}, "The image has too many pixels for this network.")
		}
		if text.Blank(m.Alt) {
			add("warn", "alt", "no_alt", "Describe the image in a sentence.", nil, "An image has no description for people who cannot see it.")
		} else if n := text.Count(m.Alt, text.Graphemes, 0); l.Media.AltMax > 0 && n > l.Media.AltMax {
			add("error", "alt", "alt_too_long", "Shorten the description.", map[string]any{"max": l.Media.AltMax, "over": n - l.Media.AltMax}, "The description is %d too long.", n-l.Media.AltMax)
		}
	}
	return all
}
