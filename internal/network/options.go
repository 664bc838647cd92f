package network

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/text"
)

// CheckOptions says what is wrong with what was chosen for a post.
func (p Profile) CheckOptions(part Part) []Problem {
	c := &checking{part: part}
	known := map[string]bool{}
	for _, o := range p.Options {
		known[o.Name] = true
		value := part.Options[o.Name]
		other := len(o.Kinds) > 0 && !slices.Contains(o.Kinds, part.Kind)
		switch {
		case o.Paid && part.Disclosure.Paid && other:
			c.add("error", "options", "paid_kind", "Leave the label out, or publish it as another kind of post.", nil, "%s labels no paid partnership on this kind of post.", p.Label)
		case o.Paid && part.Disclosure.Paid && text.Blank(value):
			c.add("error", "options", "option_missing", "The label of a paid partnership is made of it.", params{"option": o.Label, "name": o.Name}, "“%s” is missing.", o.Label)
		case other: // what was chosen for another kind stays
		case o.Of != "" && value != "" && part.Options[o.Of] == "":
			c.add("error", "options", "option_wrong", "Choose one of those that are there.", params{"option": o.Label, "name": o.Name}, "“%s” cannot be that.", o.Label)
		default:
			c.option(p, o, value)
		}
	}
	for name := range part.Options {
		if !known[name] {
			c.add("error", "options", "option_unknown", "Leave it out.", params{"option": name}, "%s has no option “%s”.", p.Label, name)
		}
	}
	return c.problems
}

var digits = text.OnlyOf("0-9", 1, 32) //nolint:gochecknoglobals // a table

// Picked takes apart what is kept of something that was searched for: its id and, after
// a space, the name under which it was found, so that whoever opens the draft again, or
// looks at the post, reads a name without the network being asked. The id alone is
// enough. Only the id is sent.
func Picked(value string) (id, name string) {
	id, name, _ = strings.Cut(strings.TrimSpace(value), " ")
	return id, strings.TrimSpace(name)
}

// Pick is what is kept of something that was found.
func Pick(id, name string) string {
	return strings.Join(append([]string{id}, strings.Fields(name)...), " ")
}

func (c *checking) option(p Profile, o Option, value string) {
	about := params{"option": o.Label, "name": o.Name}
	if value == "" {
		if o.Required && o.Default == "" {
			if slices.Contains([]string{"choice", "search"}, o.Kind) {
				c.add("error", "options", "option_missing", "Choose one.", about, "“%s” has not been chosen.", o.Label)
			} else {
				c.add("error", "options", "option_missing", "Fill it in, or publish this in another way.", about, "“%s” is empty.", o.Label)
			}
		}
		return
	}
	wrong := false
	switch o.Kind {
	case "choice":
		// An account's own choices are known to the network alone.
		wrong = !o.Account && !slices.ContainsFunc(o.Choices, func(c Choice) bool { return c.Value == value })
	case "switch":
		wrong = value != "true" && value != "false"
	case "search":
		id, _ := Picked(value)
		wrong = id == "" || o.Max > 0 && text.Count(value, text.CodePoints, 0) > o.Max || o.Number && !digits.MatchString(id)
		if o.NoVideo && c.part.Kind == PlainPost && slices.ContainsFunc(c.part.Media, Media.Video) {
			c.add("error", "options", "option_no_video", "Leave it out, or publish the video as a reel.", about, "“%s” does not go with a video.", o.Label)
		}
	case "moment":
		_, err := time.Parse(time.RFC3339, value)
		wrong = err != nil
	default:
		if n := text.Count(value, text.CodePoints, 0); o.Max > 0 && n > o.Max {
			c.add("error", "options", "option_too_long", "Shorten it.", params{"option": o.Label, "name": o.Name, "max": o.Max, "over": n - o.Max}, "“%s” is %d too long.", o.Label, n-o.Max)
		}
		c.named(p, o, value)
	}
	if wrong {
		c.add("error", "options", "option_wrong", "Choose one of those that are there.", about, "“%s” cannot be that.", o.Label)
	}
}

// named says whether a text names something of the network's, and what stands beside it
// that the network does not take there.
func (c *checking) named(p Profile, o Option, value string) {
	about := params{"option": o.Label, "name": o.Name}
	if o.Names != "" {
		if looks, err := regexp.MatchString(o.Names, value); err == nil && !looks {
			c.add("error", "options", "option_names", "Paste there what the help beside it asks for.", about, "“%s” does not name a post on %s.", o.Label, p.Label)
		}
	}
	for _, beside := range o.Without {
		switch {
		case beside == "media" && len(c.part.Media) > 0:
			c.add("error", "options", "option_media", "Take one or the other.", about, "On %s, “%s” goes without files.", p.Label, o.Label)
		case beside == "poll" && c.part.Poll != nil:
			c.add("error", "options", "option_poll", "Take one or the other.", about, "On %s, “%s” goes without a poll.", p.Label, o.Label)
		case beside == "link" && c.part.Link != "":
			c.add("error", "options", "option_link", "Take one or the other.", about, "On %s, “%s” goes without a link of its own.", p.Label, o.Label)
		}
	}
}
