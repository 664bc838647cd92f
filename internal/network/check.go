package network

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kithhq/kith/internal/text"
)

// Problem is something that keeps a part from being published (error), or that
// a person should know (warn). Key and Params make the sentence in any language.
type Problem struct {
	Level  string         `json:"level"` // error, warn
	Part   int            `json:"part"`
	File   int            `json:"file,omitempty"` // which of the part's files, from 0; of fields media, alt and subtitles
	Field  string         `json:"field"`          // text, title, media, alt, subtitles, link, poll, kind, options
	Key    string         `json:"key"`
	Params map[string]any `json:"params,omitempty"`
	Text   string         `json:"text"`
	Hint   string         `json:"hint"`
}

// params are what a sentence is made with.
type params = map[string]any

// checking collects what is wrong with one part.
type checking struct {
	limits   Limits
	part     Part
	problems []Problem
}

func (c *checking) add(level, field, key, hint string, p params, format string, args ...any) {
	c.problems = append(c.problems, Problem{Level: level, Field: field, Key: key, Hint: hint, Params: p, Text: fmt.Sprintf(format, args...)})
}

// CheckParts says what is wrong with the parts of a post for these limits.
func (l Limits) CheckParts(parts []Part) []Problem {
	var all []Problem
	if len(parts) > 1 && !l.Thread && (!l.Comment || len(parts) > 2 || len(parts[1].Media) > 0) {
		all = append(all, Problem{Level: "error", Part: 1, Field: "text", Key: "no_thread", Text: "This network has no threads.", Hint: "Put everything into one part, or leave this channel out."})
	}
	if len(parts) > 1 && !l.Thread && l.Comment && parts[0].Kind == Story {
		all = append(all, Problem{Level: "error", Part: 1, Field: "text", Key: "no_comment", Text: "A story takes no comment.", Hint: "Leave the comment out."})
	}
	for i, p := range parts {
		of := l
		if i > 0 && !l.Thread && l.Comment {
			of = l.Answering(false)
		}
		for _, q := range of.check(p) {
			q.Part = i
			all = append(all, q)
		}
	}
	return all
}

func (l Limits) check(p Part) []Problem {
	c := &checking{limits: l, part: p}
	k, ok := l.Of(p.Kind)
	if !ok {
		c.add("error", "kind", "no_kind", "Choose another kind of post for this network.", params{"kind": string(p.Kind)}, "This network has no %s.", p.Kind)
		return c.problems
	}
	nothing := k.Text.None && k.Media.MaxItems == 0 // of ours goes along: what is passed on is chosen
	c.text(k.Beside(p.Media), nothing || len(p.Media) > 0 || p.Poll != nil || p.Link != "" && l.Link)
	c.title()
	c.media(k.Media)
	c.poll()
	c.disclosure()
	return c.problems
}

func (c *checking) text(l TextLimit, enough bool) {
	s := c.part.Text
	switch {
	case l.None && !text.Blank(s) && len(c.part.Media) > 0 && c.limits.Media.apart(c.part.Media):
		c.add("error", "text", "no_caption", "Send the words as an answer of their own.", nil, "This network sends a file without words beside it.")
		return
	case l.None && !text.Blank(s):
		c.add("warn", "text", "no_text", "It stays in Kith and is not sent.", nil, "This kind of post has no text on this network.")
		return
	case text.Blank(s) && (!enough || l.Required):
		c.add("error", "text", "empty", "Write something or add an image.", nil, "This part is empty.")
		return
	}
	c.length("text", l, s)
	if n := len(hashtags(s)); l.Hashtags > 0 && n > l.Hashtags {
		c.add("error", "text", "too_many_hashtags", "Take some away for this network.", params{"max": l.Hashtags, "n": n}, "%d hashtags, this network takes %d.", n, l.Hashtags)
	}
	if n := len(mentions(s)); l.Mentions > 0 && n > l.Mentions {
		c.add("error", "text", "too_many_mentions", "Take some away for this network.", params{"max": l.Mentions, "n": n}, "%d mentions, this network takes %d.", n, l.Mentions)
	}
	if n := len(different(text.Links(s))); l.Links > 0 && n > l.Links {
		c.add("error", "text", "too_many_links", "Take some away for this network.", params{"max": l.Links, "n": n}, "%d links, this network takes %d.", n, l.Links)
	}
}

func (c *checking) length(field string, l TextLimit, s string) {
	use := l.Count(s)
	if l.Max > 0 && use.Used > l.Max {
		c.add("error", field, "too_long", "Shorten it, or make a version for this network.",
			params{"over": use.Used - l.Max, "max": l.Max}, "The text is %d too long.", use.Used-l.Max)
	} else if l.MaxBytes > 0 && use.Bytes > l.MaxBytes {
		c.add("error", field, "too_many_bytes", "Use fewer emoji or shorten it.",
			params{"over": use.Bytes - l.MaxBytes, "max": l.MaxBytes}, "The text is %d bytes too long.", use.Bytes-l.MaxBytes)
	}
	if i := strings.IndexAny(s, l.Forbidden); l.Forbidden != "" && i >= 0 {
		c.add("error", field, "forbidden", "Write it in another way.", params{"sign": s[i : i+1]}, "This network does not take the sign %s here.", s[i:i+1])
	}
}

func (c *checking) title() {
	l := c.limits.Title
	switch {
	case l == nil:
	case l.Required && text.Blank(c.part.Title):
		c.add("error", "title", "no_title", "Write a title.", nil, "This network asks for a title.")
	default:
		c.length("title", *l, c.part.Title)
	}
}

func (c *checking) poll() {
	p, l := c.part.Poll, c.limits.Poll
	if p == nil {
		return
	}
	if l == nil {
		c.add("error", "poll", "no_poll", "Ask in the text, or leave this channel out.", nil, "This network has no polls.")
		return
	}
	if len(c.part.Media) > 0 {
		c.add("error", "poll", "poll_with_media", "Take the files away, or the poll.", nil, "A poll cannot have files beside it.")
	}
	if n := len(p.Options); n < l.MinOptions || n > l.MaxOptions {
		c.add("error", "poll", "poll_options", "Add or take away answers.", params{"min": l.MinOptions, "max": l.MaxOptions}, "A poll has %d to %d answers here.", l.MinOptions, l.MaxOptions)
	}
	for i, o := range p.Options {
		if text.Blank(o) || text.Count(o, text.CodePoints, 0) > l.OptionMax {
			c.add("error", "poll", "poll_option", "Shorten it, or write something.", params{"n": i + 1, "max": l.OptionMax}, "Answer %d has 1 to %d characters.", i+1, l.OptionMax)
		}
		if slices.Contains(p.Options[:i], o) {
			c.add("error", "poll", "poll_twice", "Change one of them.", params{"n": i + 1}, "Answer %d is there already.", i+1)
		}
	}
	if p.Minutes < l.MinMinutes || p.Minutes > l.MaxMinutes {
		c.add("error", "poll", "poll_minutes", "Choose another time.", params{"min": l.MinMinutes, "max": l.MaxMinutes}, "A poll is open for %d to %d minutes here.", l.MinMinutes, l.MaxMinutes)
	}
	if p.Multiple && !l.Multiple {
		c.add("error", "poll", "poll_multiple", "Let people choose one answer.", nil, "People choose one answer only on this network.")
	}
}

// disclosure warns where the network has no sign of its own for what must be said.
func (c *checking) disclosure() {
	d := c.part.Disclosure
	switch {
	case d.AI && !c.limits.AILabel:
		c.add("warn", "text", "no_ai_label", "Say it in the text.", nil, "This network has no label for what AI made.")
	case d.AI && c.limits.AIVideos && !slices.ContainsFunc(c.part.Media, Media.Video):
		c.add("warn", "text", "ai_label_videos", "Say it in the text.", nil, "This network marks what AI made in videos alone.")
	}
	if d.Paid && !c.limits.PaidLabel {
		c.add("warn", "text", "no_paid_label", "Say it in the text.", nil, "This network has no label for paid partnerships.")
	}
}
