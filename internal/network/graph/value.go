package graph

import (
	"encoding/json"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/kithhq/kith/internal/text"
)

// Object is what may stand in a path, which is where ids of posts and comments go.
var Object = text.OnlyOf("A-Za-z0-9_", 1, 128) //nolint:gochecknoglobals // a table

// Known is what may be the id of anything, a message's too.
var Known = text.OnlyOf("A-Za-z0-9_.:=$@+/-", 1, 256) //nolint:gochecknoglobals // a table

// TokenSign is what an access token looks like.
var TokenSign = text.OnlyOf("A-Za-z0-9_|.~+/=%-", 8, 1000) //nolint:gochecknoglobals // a table

// Ident is an id, which some versions write as a number.
type Ident string

// UnmarshalJSON takes a text or a number.
func (i *Ident) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '"' {
		var s string
		err := json.Unmarshal(data, &s)
		*i = Ident(s)
		return err
	}
	if len(data) > 0 && (data[0] >= '0' && data[0] <= '9') {
		*i = Ident(data)
	}
	return nil
}

// Clock is a moment in seconds or milliseconds, as a number or a text.
type Clock int64

// UnmarshalJSON takes what it can; anything else is no moment.
func (c *Clock) UnmarshalJSON(data []byte) error {
	*c = 0
	if len(data) > 1 && data[0] == '"' {
		data = data[1 : len(data)-1]
	}
	if n, err := strconv.ParseInt(string(data), 10, 64); err == nil {
		*c = Clock(n)
	} else if at := Moment(string(data)); !at.IsZero() {
		*c = Clock(at.Unix())
	}
	return nil
}

// When is the moment itself. Webhooks write seconds here and milliseconds there.
func (c Clock) When() time.Time {
	n := int64(c)
	if n >= 100_000_000_000 {
		return Millis(n)
	}
	return Millis(n * 1000)
}

// Millis is a moment in milliseconds; what cannot be one is the zero time.
func Millis(n int64) time.Time {
	if n <= 0 || n > 253_000_000_000_000 { // no later than the year 9987
		return time.Time{}
	}
	return time.UnixMilli(n).UTC()
}

// Moment reads a time as Graph writes one; what is none is the zero time.
func Moment(s string) time.Time {
	for _, layout := range []string{"2006-01-02T15:04:05-0700", time.RFC3339} {
		if t, err := time.Parse(layout, s); err == nil && t.Year() >= 1970 && t.Year() <= 9998 {
			return t.UTC()
		}
	}
	return time.Time{}
}

// Clip makes a text from outside safe and at most n bytes long.
func Clip(s string, n int) string {
	s = text.Clean(s)
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
