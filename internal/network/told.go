package network

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Load names what a network tells of the use of its limits as a share: Max is 100.
const Load = "load"

// Teller reads what a network says of its limits in the header of an answer: pure, and
// nothing where it says nothing. What counts calls is called Calls, a share is Load.
type Teller interface {
	Told(header http.Header, now time.Time) []QuotaUse
}

// Counted reads the common three fields of a header, whose names begin with a prefix:
// limit, remaining and reset, which is a moment (seconds since 1970, or as RFC 3339
// writes it) or so many seconds from now.
func Counted(header http.Header, prefix string, now time.Time) []QuotaUse {
	most, known := leading(header.Get(prefix + "limit"))
	left, told := leading(header.Get(prefix + "remaining"))
	resets := resetAt(header.Get(prefix+"reset"), header, now)
	if !known || !told || most <= 0 || left > most || !resets.After(now) || resets.After(now.Add(32*24*time.Hour)) {
		return nil
	}
	return []QuotaUse{{Name: Calls, Used: most - left, Max: most, Resets: resets}}
}

// leading reads the number that a field begins with; what follows a comma describes it.
func leading(field string) (int, bool) {
	first, _, _ := strings.Cut(field, ",")
	n, err := strconv.ParseInt(strings.TrimSpace(first), 10, 32)
	return int(n), err == nil && n >= 0
}

// resetAt is a moment by our clock: theirs stands in the answer, too, and may be another.
func resetAt(field string, header http.Header, now time.Time) time.Time {
	var ahead time.Duration
	if date, err := http.ParseTime(header.Get("Date")); err == nil {
		ahead = date.Sub(now.Truncate(time.Second))
	}
	if at, err := time.Parse(time.RFC3339, field); err == nil {
		return at.Add(-ahead).UTC()
	}
	const moment = 1 << 30 // 2004: no while is as long
	n, err := strconv.ParseInt(field, 10, 64)
	switch {
	case err != nil || n <= 0 || n > 1<<34:
		return time.Time{}
	case n >= moment:
		return time.Unix(n, 0).Add(-ahead).UTC()
	}
	return now.Add(time.Duration(n) * time.Second).UTC()
}

// Tighter is the one of two of which less is left, by its share.
func (u QuotaUse) Tighter(than QuotaUse) bool {
	return int64(u.Used)*int64(max(than.Max, 1)) > int64(than.Used)*int64(max(u.Max, 1))
}
