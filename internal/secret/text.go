package secret

import (
	"fmt"
	"io"
	"log/slog"
)

// Text is a string that prints as ••• however it is printed, logged or encoded.
// Two things would show it: an unexported field (fmt cannot ask it how it wants
// to look) and the key of a map in JSON.
type Text string

const hidden = "•••"

var (
	_ fmt.Formatter  = Text("")
	_ slog.LogValuer = Text("")
)

// Reveal gives the text itself; find its callers to know who reads secrets.
func (t Text) Reveal() string { return string(t) }

// String never gives the text. An empty secret prints as empty, so that one
// sees that it is missing.
func (t Text) String() string {
	if t == "" {
		return ""
	}
	return hidden
}

// Format keeps every verb from printing the text, %d and %#v included.
func (t Text) Format(to fmt.State, _ rune) { _, _ = io.WriteString(to, t.String()) }

// GoString never gives the text.
func (t Text) GoString() string { return t.String() }

// LogValue never gives the text.
func (t Text) LogValue() slog.Value { return slog.StringValue(t.String()) }

// MarshalText never gives the text; JSON uses it.
func (t Text) MarshalText() ([]byte, error) { return []byte(t.String()), nil }
