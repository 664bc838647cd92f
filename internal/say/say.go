// Package say says in a reader's language what the house writes in English.
//
// Sentences are written in English where they are needed, and their French
// stands in a catalogue: for each package a file fr/NAME.json that gives for an
// English format its French one. In finds the format that a finished sentence was
// made with, so that also what was kept in a database long ago can be said.
//
// What the catalogue does not know stays as it is.
package say

import (
	"slices"
	"strings"
	"sync"
)

// Languages are those that the house speaks; the first is what it writes.
func Languages() []string { return []string{"en", "fr"} }

// In says a finished English sentence in a language.
func In(lang, text string) string {
	if text == "" || Of(lang) != "fr" {
		return text
	}
	if said, ok := french().say(text); ok {
		return said
	}
	return text
}

// Of gives the language of the house that serves a tag as fr-CA; English serves
// all others.
func Of(tag string) string {
	tag, _, _ = strings.Cut(strings.ToLower(strings.TrimSpace(tag)), "-")
	if slices.Contains(Languages(), tag) {
		return tag
	}
	return "en"
}

// Accepted gives the language that an Accept-Language header asks for first.
// Weights are taken into account; an asterisk and nothing are English.
func Accepted(header string) string {
	best, weight := "en", 0.0
	for one := range strings.SplitSeq(header, ",") {
		tag, parameters, _ := strings.Cut(one, ";")
		w := quality(parameters)
		name, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(tag)), "-")
		if w > weight && slices.Contains(Languages(), name) {
			best, weight = name, w
		}
	}
	return best
}

var french = sync.OnceValue(func() *catalogue { return must(read("fr")) })
