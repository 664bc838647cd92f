package bluesky

import (
	"net/url"
	"regexp"
	"strings"
	"time"
)

// The string formats of the AT Protocol, as far as a server refuses over them.

const tidAlphabet = "234567abcdefghijklmnopqrstuvwxyz"

// tidFrom writes a TID: 53 bits of microseconds, 10 bits that keep writers apart.
func tidFrom(micros int64, writer uint16) string {
	n := uint64(micros)<<10 | uint64(writer&0x3ff)
	var out [13]byte
	for i := 12; i >= 0; i-- {
		out[i] = tidAlphabet[n&31]
		n >>= 5
	}
	return string(out[:])
}

type patterns struct {
	tid, did, handle, nsid, key, language, datetime *regexp.Regexp
}

func newPatterns() patterns {
	return patterns{
		tid:    regexp.MustCompile(`^[2-7a-j][2-7a-z]{12}$`),
		did:    regexp.MustCompile(`^did:[a-z]+:[a-zA-Z0-9._:%-]*[a-zA-Z0-9._-]$`),
		handle: regexp.MustCompile(`^([a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\.)+[a-zA-Z]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$`),
		nsid:   regexp.MustCompile(`^[a-zA-Z]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(\.[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)+\.[a-zA-Z][a-zA-Z0-9]{0,62}$`),
		key:    regexp.MustCompile(`^[a-zA-Z0-9_~.:-]{1,512}$`),
		language: regexp.MustCompile(`^(([A-Za-z]{2,3}(-[A-Za-z]{3}(-[A-Za-z]{3}){0,2})?|[A-Za-z]{4,8})(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?` +
			`(-([A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*(-[0-9A-WY-Za-wy-z](-[A-Za-z0-9]{2,8})+)*(-[xX](-[A-Za-z0-9]{1,8})+)?|[xX](-[A-Za-z0-9]{1,8})+|i-[a-z]{2,8}|sgn-[A-Z]{2}-[A-Z]{2})$`),
		datetime: regexp.MustCompile(`^[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9](\.[0-9]{1,20})?(Z|[+-][0-2][0-9]:[0-5][0-9])$`),
	}
}

func (p patterns) holds(format, text string) bool {
	switch format {
	case "tid":
		return p.tid.MatchString(text)
	case "did":
		return len(text) <= 2048 && p.did.MatchString(text)
	case "handle":
		return len(text) <= 253 && p.handle.MatchString(text)
	case "at-identifier":
		return p.holds("did", text) || p.holds("handle", text)
	case "nsid":
		return len(text) <= 317 && p.nsid.MatchString(text)
	case "record-key":
		return text != "." && text != ".." && p.key.MatchString(text)
	case "at-uri":
		return p.holdsATURI(text)
	case "cid":
		raw, err := cidBytes(text)
		return err == nil && len(raw) > 4
	case "uri":
		u, err := url.Parse(text)
		return err == nil && u.Scheme != "" && len(text) <= 8192 && !strings.ContainsAny(text, " \n\t")
	case "language":
		return p.language.MatchString(text)
	case "datetime":
		return p.holdsDatetime(text)
	}
	return true
}

func (p patterns) holdsDatetime(text string) bool {
	if len(text) > 64 || strings.HasSuffix(text, "-00:00") || strings.HasPrefix(text, "000") || !p.datetime.MatchString(text) {
		return false
	}
	_, err := time.Parse(time.RFC3339Nano, text)
	return err == nil
}

func (p patterns) holdsATURI(text string) bool {
	rest, ok := strings.CutPrefix(text, "at://")
	if !ok || len(text) > 8192 || strings.ContainsAny(text, "# ") {
		return false
	}
	parts := strings.Split(rest, "/")
	if len(parts) > 3 || !p.holds("at-identifier", parts[0]) {
		return false
	}
	if len(parts) > 1 && !p.holds("nsid", parts[1]) {
		return false
	}
	return len(parts) < 3 || p.holds("record-key", parts[2])
}

// splitURI takes at://did/collection/rkey apart.
func splitURI(uri string) (did, collection, rkey string) {
	parts := strings.SplitN(strings.TrimPrefix(uri, "at://"), "/", 3)
	for len(parts) < 3 {
		parts = append(parts, "")
	}
	return parts[0], parts[1], parts[2]
}
