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

// What fields of a header tell of a limit.
const (
	HeaderLimit     = "limit"          // so many calls, in a while
	HeaderRemaining = "remaining"      // of which so many are left
	HeaderReset     = "reset"          // until then
	HeaderApp       = "app_share"      // how much of the app's limit is used, in percent
	HeaderBusiness  = "business_share" // the same, of each business
)

// LimitHeader is a field of an answer's header that tells of a limit: dated data.
type LimitHeader struct {
	Name  string `json:"name"`
	Tells string `json:"tells"` // HeaderLimit, …
	Unit  string `json:"unit"`  // as people read it: calls in 15 minutes, seconds since 1970
}

// Header is the field in which a network tells something; "": in none.
func (p Profile) Header(tells string) string {
	for _, h := range p.Headers {
		if h.Tells == tells {
			return h.Name
		}
	}
	return ""
}

// Counted reads the common three fields of a header: limit, remaining and reset, which is
// a moment (seconds since 1970, or as RFC 3339 writes it) or so many seconds from now.
func (p Profile) Counted(header http.Header, now time.Time) []QuotaUse {
	most, known := leading(header.Get(p.Header(HeaderLimit)))
	left, told := leading(header.Get(p.Header(HeaderRemaining)))
	resets := resetAt(header.Get(p.Header(HeaderReset)), header, now)
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
