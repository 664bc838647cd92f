package network

import (
	"regexp"
	"slices"
	"strings"
)

// Tag is somebody who is to be seen in a picture or a video.
type Tag struct {
	Name string `json:"name"`         // as the network addresses them, without @
	At   *Spot  `json:"at,omitempty"` // nil: nowhere in particular
}

// Spot is a place on a picture, as shares of its width and height from the top left.
type Spot struct {
	X float64 `json:"x"`
	Y float64 `json:"y"`
}

// TagLimit is who may be tagged in a picture or a video.
type TagLimit struct {
	Max int `json:"max"`
	// Placed: each has a place on the picture, required or optional; "": none has.
	Placed string `json:"placed,omitempty"`
	// Alone: only where no other file stands beside it.
	Alone bool `json:"alone,omitempty"`
	// Post: they are tagged in the post and in no file of it, so Max counts all of them.
	Post bool `json:"post,omitempty"`
	// Names is how the network's names are made, as a regular expression; "": in any way.
	Names string `json:"names,omitempty"`
	// Note is what becomes of tags that nobody can foresee; it is shown beside them.
	Note string `json:"note,omitempty"`
}

// named says whether a name can be one of this network's. A pattern that is none, in the
// numbers of whoever runs the house, forbids nothing.
func (l TagLimit) named(name string) bool {
	if l.Names == "" {
		return true
	}
	pattern, err := regexp.Compile(l.Names)
	return err != nil || pattern.MatchString(name)
}

// TaggedNames are the names in all of some files, each once: networks take no account of
// capital letters.
func TaggedNames(files []Media) (all []string) {
	for _, m := range files {
		for _, t := range m.Tags {
			if !slices.ContainsFunc(all, func(name string) bool { return strings.EqualFold(name, t.Name) }) {
				all = append(all, t.Name)
			}
		}
	}
	return all
}

// The ways in which a tag has a place.
const (
	TagPlaced   = "required"
	TagPlacable = "optional"
)

// tags says whether anybody can be tagged in any kind of post.
func (l Limits) tags() bool {
	takes := func(m MediaLimit) bool { return m.Image.Tags != nil || m.Video.Tags != nil }
	for _, k := range l.Kinds {
		if takes(k.Media) {
			return true
		}
	}
	return takes(l.Media)
}

var addressed = regexp.MustCompile(`^[\p{L}\p{N}._-]{1,64}$`) //nolint:gochecknoglobals // compiled once

// Tagged are the tags with which a file goes out among so many, and what is in the way.
// What a network does not take stays in Kith, which is said and is no error.
func (m Media) Tagged(takes *TagLimit, files int) ([]Tag, []Problem) {
	c := checking{}
	switch {
	case len(m.Tags) == 0:
		return nil, nil
	case takes == nil:
		c.add("warn", "media", "no_tags", "Name them in the text.", nil, "This network tags nobody in this file.")
		return nil, c.problems
	case takes.Alone && files > 1:
		c.add("warn", "media", "tags_alone", "Name them in the text.", nil, "Among several files this network tags nobody in a video.")
		return nil, c.problems
	case len(m.Tags) > takes.Max && !takes.Post: // else all files are counted together
		c.add("error", "media", "too_many_tags", "Take some away for this network.", params{"max": takes.Max, "n": len(m.Tags)}, "%d people are tagged, this network takes %d.", len(m.Tags), takes.Max)
	}
	all := slices.Clone(m.Tags)
	for i, t := range all {
		switch {
		case !addressed.MatchString(t.Name), !takes.named(t.Name):
			c.add("error", "media", "tag_name", "Write the name of the account, without @.", params{"name": t.Name}, "“%s” is no name of an account.", t.Name)
		case slices.ContainsFunc(all[:i], func(other Tag) bool { return other.Name == t.Name }):
			c.add("error", "media", "tag_twice", "Take one of them away.", params{"name": t.Name}, "%s is tagged twice.", t.Name)
		case takes.Placed == TagPlaced && t.At == nil:
			c.add("error", "media", "tag_nowhere", "Say where in the picture they are.", params{"name": t.Name}, "%s has no place in the picture.", t.Name)
		case t.At != nil && (t.At.X < 0 || t.At.X > 1 || t.At.Y < 0 || t.At.Y > 1):
			c.add("error", "media", "tag_outside", "Say where in the picture they are.", params{"name": t.Name}, "%s is outside the picture.", t.Name)
		}
		if takes.Placed == "" {
			all[i].At = nil
		}
	}
	return all, c.problems
}
