package network

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/kithhq/kith/internal/text"
)

var (
	hashtag = regexp.MustCompile(`(?:^|[^\p{L}\p{N}_&/#])#([\p{L}\p{N}_]+)`)                             //nolint:gochecknoglobals // compiled once
	mention = regexp.MustCompile(`(?:^|[^\p{L}\p{N}_/@])@([A-Za-z0-9_](?:[A-Za-z0-9_.]*[A-Za-z0-9_])?)`) //nolint:gochecknoglobals // compiled once
)

func hashtags(s string) []string { return matches(hashtag, s) }
func mentions(s string) []string { return matches(mention, s) }

func matches(re *regexp.Regexp, s string) []string {
	var all []string
	for _, m := range re.FindAllStringSubmatch(s, -1) {
		all = append(all, m[1])
	}
	return all
}

func different(all []string) []string {
	slices.Sort(all)
	return slices.Compact(all)
}

func (c *checking) media(l MediaLimit) {
	files := c.part.Media
	if len(files) > 0 && l.MaxItems == 0 {
		c.add("error", "media", "no_files", "Leave the files out.", nil, "This network takes no files here.")
		return
	}
	videos, images := 0, 0
	for _, m := range files {
		switch {
		case m.Video():
			videos++
		case m.Image():
			images++
		}
	}
	most := func(n, max int) {
		if n > max {
			c.problems = append(c.problems, TooMany(n, max))
		}
	}
	most(len(files), l.MaxItems)
	if l.Image.MaxItems > 0 {
		most(images, l.Image.MaxItems)
	}
	if l.Video.MaxItems > 0 {
		most(videos, l.Video.MaxItems)
	}
	if len(files) < l.MinItems {
		c.add("error", "media", "too_few", "Add a picture or a video.", params{"min": l.MinItems}, "This network wants at least %d file here.", l.MinItems)
	}
	if l.Image.GIFAlone && len(files) > 1 && slices.ContainsFunc(files, Media.animation) {
		c.add("error", "media", "gif_alone", "Take the animation alone, or the others.", nil, "This network takes an animation only without other files.")
	}
	if l.Document.Single && len(files) > 1 && slices.ContainsFunc(files, Media.Document) {
		c.add("error", "media", "document_alone", "Take the document alone, or the others.", nil, "This network takes a document only without other files.")
	}
	if videos > 0 && images > 0 && !l.Mixed {
		c.add("error", "media", "mixed", "Take one or the other.", nil, "This network does not take images and videos in one post.")
	}
	if tags := l.Image.Tags; tags != nil && tags.Post {
		var pictures []Media
		for _, m := range files {
			if m.Image() {
				pictures = append(pictures, m)
			}
		}
		if n := len(TaggedNames(pictures)); n > tags.Max {
			c.add("error", "media", "too_many_tags", "Take some away for this network.", params{"max": tags.Max, "n": n}, "%d people are tagged, this network takes %d.", n, tags.Max)
		}
	}
	for i, m := range files {
		before := len(c.problems)
		switch {
		case slices.Contains(l.Sticker.Types, m.Type):
			c.file(m, l.Sticker)
		case m.Video():
			c.video(m, l.Video)
			c.subtitles(m, l.Video)
			if p := l.Video.Covers(m, len(files)); p != nil && len(l.Video.Types) > 0 {
				c.problems = append(c.problems, *p)
			}
			c.tagged(m, l.Video.Tags)
		case m.Image():
			c.image(m, l.Image)
			c.tagged(m, l.Image.Tags)
		case m.Audio() && len(l.Audio.Types) == 0:
			c.add("error", "media", "no_sound", "Leave it out.", nil, "This network takes no sounds here.")
		case m.Audio():
			c.file(m, l.Audio)
		case len(l.Document.Types) == 0:
			c.add("error", "media", "no_document", "Leave it out, or send a link to it.", nil, "This network takes no documents here.")
		default:
			c.file(m, l.Document)
		}
		c.alt(m, l.AltMax)
		for j := before; j < len(c.problems); j++ {
			c.problems[j].File = i
		}
	}
}

func (c *checking) tagged(m Media, takes *TagLimit) {
	_, problems := m.Tagged(takes, len(c.part.Media))
	c.problems = append(c.problems, problems...)
}

// TooMany is what is wrong with more files than a network takes.
func TooMany(n, most int) Problem {
	return Problem{Level: "error", Field: "media", Key: "too_many", Hint: "Take some away for this network.", Params: params{"max": most, "n": n},
		Text: fmt.Sprintf("%d files, this network takes %d.", n, most)}
}

// file holds a sound, a document or a sticker against what is taken.
func (c *checking) file(m Media, l FileLimit) {
	switch {
	case !slices.Contains(l.Types, m.Type):
		c.add("error", "media", "file_type", "Save it in another format.", params{"type": m.Type}, "This network does not take %s.", m.Type)
	case l.MaxBytes > 0 && m.Bytes > l.MaxBytes:
		c.add("error", "media", "file_too_big", "Make the file smaller, or send a link to it.", params{"bytes": m.Bytes, "max": l.MaxBytes}, "The file has %d.%d MB, this network takes %d.%d.", sizes(m.Bytes, l.MaxBytes)...)
	case l.Side > 0 && (m.Width != l.Side || m.Height != l.Side):
		c.add("error", "media", "no_square", "Make it a square of this size, or save it as JPEG.", params{"side": l.Side}, "A sticker is a square of %d pixels on this network.", l.Side)
	}
}

// sizes are megabytes and tenths of what is there and of what is taken, apart also
// where both are nearly the same.
func sizes(there, taken int64) []any {
	const tenth = 100_000
	have, most := (there+tenth-1)/tenth, taken/tenth
	return []any{have / 10, have % 10, most / 10, most % 10}
}

func (c *checking) alt(m Media, most int) {
	n := text.Count(m.Alt, text.Graphemes, 0)
	switch {
	case text.Blank(m.Alt) && m.Image() && (most > 0 || !c.limits.silent()):
		c.add("warn", "alt", "no_alt", "Describe the image in a sentence.", nil, "An image has no description for people who cannot see it.")
	case most > 0 && n > most:
		c.add("error", "alt", "alt_too_long", "Shorten the description.", params{"max": most, "over": n - most}, "The description is %d too long.", n-most)
	}
}

// silent says that the network shows no descriptions at all.
func (l Limits) silent() bool { return l.Media.AltMax == 0 }

func (c *checking) image(m Media, l ImageLimit) {
	width, height := int64(m.Width), int64(m.Height)
	if m.animation() && l.GIFBytes > 0 {
		l.MaxBytes = l.GIFBytes
	}
	switch {
	case !slices.Contains(l.Types, m.Type):
		c.add("error", "media", "type", "Save it as JPEG or PNG.", params{"type": m.Type}, "This network does not take %s.", m.Type)
	case l.MaxBytes > 0 && m.Bytes > l.MaxBytes:
		c.add("error", "media", "too_big", "Make the image smaller.", params{"bytes": m.Bytes, "max": l.MaxBytes}, "The image has %d.%d MB, this network takes %d.%d.", sizes(m.Bytes, l.MaxBytes)...)
	case l.MaxPixels > 0 && width*height > l.MaxPixels:
		c.add("error", "media", "too_many_pixels", "Make the image smaller.", params{"max": l.MaxPixels}, "The image has too many pixels for this network.")
	case l.MinShort > 0 && min(width, height) > 0 && min(width, height) < int64(l.MinShort):
		c.add("error", "media", "too_small", "Take a larger one.", params{"min": l.MinShort}, "Its shorter side has %d pixels, this network takes %d or more.", min(width, height), l.MinShort)
	case l.MaxShort > 0 && min(width, height) > int64(l.MaxShort), l.MaxLong > 0 && max(width, height) > int64(l.MaxLong):
		c.add("error", "media", "too_large", "Make it smaller.", params{"short": l.MaxShort, "long": l.MaxLong}, "It has %d by %d pixels, this network takes %d by %d.", min(width, height), max(width, height), l.MaxShort, l.MaxLong)
	default:
		c.shape(m, l.MinWidth, l.MaxWidth, l.MinAspect, l.MaxAspect)
	}
}

func (c *checking) video(m Media, l VideoLimit) {
	switch {
	case len(l.Types) == 0:
		c.add("error", "media", "no_video", "Leave the video or this channel out.", nil, "This network takes no videos here.")
	case !slices.Contains(l.Types, m.Type):
		c.add("error", "media", "video_type", "Save it as MP4.", params{"type": m.Type}, "This network does not take %s.", m.Type)
	case l.MaxBytes > 0 && m.Bytes > l.MaxBytes:
		c.add("error", "media", "video_too_big", "Make the video smaller.", params{"bytes": m.Bytes, "max": l.MaxBytes}, "The video has %d.%d MB, this network takes %d.%d.", sizes(m.Bytes, l.MaxBytes)...)
	case m.Seconds > 0 && l.MinSeconds > 0 && m.Seconds < l.MinSeconds:
		c.add("error", "media", "video_too_short", "Take a longer one.", params{"min": l.MinSeconds}, "The video is too short: this network takes %s seconds or more.", number(l.MinSeconds))
	case m.Seconds > 0 && l.MaxSeconds > 0 && m.Seconds > l.MaxSeconds:
		c.add("error", "media", "video_too_long", "Cut it for this network.", params{"max": l.MaxSeconds}, "The video is too long: this network takes %s seconds.", number(l.MaxSeconds))
	default:
		c.shape(m, l.MinWidth, l.MaxWidth, l.MinAspect, l.MaxAspect)
	}
}

// shape holds the sides of a picture against what is taken; unknown sides pass.
func (c *checking) shape(m Media, minWidth, maxWidth int, minAspect, maxAspect float64) {
	if m.Width == 0 || m.Height == 0 {
		return
	}
	aspect := float64(m.Width) / float64(m.Height)
	// A pixel more or less is no reason: networks round.
	const grain = 0.01
	switch {
	case minWidth > 0 && m.Width < minWidth:
		c.add("error", "media", "too_narrow", "Take a larger one.", params{"min": minWidth, "width": m.Width}, "It is %d pixels wide, this network takes %d or more.", m.Width, minWidth)
	case maxWidth > 0 && m.Width > maxWidth:
		c.add("error", "media", "too_wide", "Make it smaller.", params{"max": maxWidth, "width": m.Width}, "It is %d pixels wide, this network takes %d.", m.Width, maxWidth)
	case minAspect > 0 && aspect < minAspect-grain:
		c.add("error", "media", "too_tall", "Crop it for this network.", params{"min": minAspect}, "It is too tall for this network.")
	case maxAspect > 0 && aspect > maxAspect+grain:
		c.add("error", "media", "too_flat", "Crop it for this network.", params{"max": maxAspect}, "It is too wide for its height on this network.")
	}
}

func number(f float64) string { return fmt.Sprintf("%g", f) }
