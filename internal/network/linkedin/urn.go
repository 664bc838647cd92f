package linkedin

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/text"
)

const (
	personPrefix = "urn:li:person:"
	pagePrefix   = "urn:li:organization:"
)

var (
	postURN   = text.OnlyOf("0-9", 1, 25).After("urn:li:share:", "urn:li:ugcPost:", "urn:li:activity:")                       //nolint:gochecknoglobals // a table
	personURN = text.OnlyOf("A-Za-z0-9_-", 1, 64).After("urn:li:person:")                                                     //nolint:gochecknoglobals // a table
	pageURN   = text.OnlyOf("0-9", 1, 20).After("urn:li:organization:")                                                       //nolint:gochecknoglobals // a table
	fileURN   = text.OnlyOf("A-Za-z0-9_-", 1, 128).After("urn:li:image:", "urn:li:video:", "urn:li:document:")                //nolint:gochecknoglobals // a table
	remark    = regexp.MustCompile(`^urn:li:comment:\((?:urn:li:)?((?:activity|share|ugcPost):[0-9]{1,25}),([0-9]{1,25})\)$`) //nolint:gochecknoglobals // compiled once
	felt      = regexp.MustCompile(`^urn:li:(?:reaction|like):\((urn:li:(?:person|organization):[A-Za-z0-9_-]{1,64}),`)       //nolint:gochecknoglobals // compiled once
)

// actor says whether a URN is one of those who act.
func actor(urn string) bool { return personURN.MatchString(urn) || pageURN.MatchString(urn) }

// comment takes a comment's URN apart: the thread it is in, and its number. It is
// written in a short form in some notifications.
func comment(urn string) (thread, number string, ok bool) {
	m := remark.FindStringSubmatch(urn)
	if m == nil {
		return "", "", false
	}
	return "urn:li:" + m[1], m[2], true
}

// whole is a comment's URN in its long form.
func whole(thread, number string) string { return "urn:li:comment:(" + thread + "," + number + ")" }

// code writes a URN so that it may stand in a path, a list or a record.
func code(urn string) string { return url.QueryEscape(urn) }

// born is when something was made, which its number tells: LinkedIn counts
// milliseconds in the upper bits.
func born(urn string) time.Time {
	n, err := strconv.ParseInt(urn[strings.LastIndexByte(urn, ':')+1:], 10, 64)
	if err != nil {
		return time.Time{}
	}
	return moment(n >> 22)
}

func postAddress(urn string) string { return "https://www.linkedin.com/feed/update/" + urn + "/" }

func commentAddress(thread, urn string) string {
	return "https://www.linkedin.com/feed/update/" + thread + "/?commentUrn=" + url.QueryEscape(urn)
}
