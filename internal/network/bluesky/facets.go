package bluesky

import (
	"context"
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
)

// facet marks a stretch of a text, in bytes of UTF-8.
type facet struct {
	Index struct {
		Start int `json:"byteStart"`
		End   int `json:"byteEnd"`
	} `json:"index"`
	Features []feature `json:"features"`
}

type feature struct {
	Type string `json:"$type"`
	URI  string `json:"uri,omitempty"`
	DID  string `json:"did,omitempty"`
	Tag  string `json:"tag,omitempty"`

	handle string // a mention whose DID is still to be found
}

const (
	featureLink    = "app.bsky.richtext.facet#link"
	featureMention = "app.bsky.richtext.facet#mention"
	featureTag     = "app.bsky.richtext.facet#tag"
)

var (
	linkSign    = regexp.MustCompile(`https?://[^\s<>"\x{2028}\x{2029}]+`)                                                                               //nolint:gochecknoglobals // compiled once
	mentionSign = regexp.MustCompile(`@([a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9-]{1,63})*\.[a-zA-Z][a-zA-Z0-9-]{0,61}[a-zA-Z0-9])`) //nolint:gochecknoglobals // compiled once
	tagSign     = regexp.MustCompile(`[#＃][^\s\x{00AD}\x{2060}\x{200A}-\x{200D}\x{20e2}#＃]+`)                                                            //nolint:gochecknoglobals // compiled once
)

// marks finds links, mentions and hashtags, none over another, in their order.
func marks(text string) []facet {
	var all []facet
	taken := make([]bool, len(text)+1)
	add := func(from, to int, f feature) {
		for i := from; i < to; i++ {
			if taken[i] {
				return
			}
		}
		for i := from; i < to; i++ {
			taken[i] = true
		}
		one := facet{Features: []feature{f}}
		one.Index.Start, one.Index.End = from, to
		all = append(all, one)
	}
	for _, at := range linkSign.FindAllStringIndex(text, -1) {
		link := trimLink(text[at[0]:at[1]])
		if u, err := url.Parse(link); err == nil && u.Hostname() != "" && begins(text, at[0]) {
			add(at[0], at[0]+len(link), feature{Type: featureLink, URI: link})
		}
	}
	for _, at := range mentionSign.FindAllStringIndex(text, -1) {
		handle := text[at[0]+1 : at[1]]
		if begins(text, at[0]) && len(handle) <= 253 {
			add(at[0], at[1], feature{Type: featureMention, handle: strings.ToLower(handle)})
		}
	}
	for _, at := range tagSign.FindAllStringIndex(text, -1) {
		_, mark := utf8.DecodeRuneInString(text[at[0]:])
		tag := strings.TrimRightFunc(text[at[0]+mark:at[1]], unicode.IsPunct)
		if r, _ := utf8.DecodeRuneInString(tag); tag == "" || r == 0xFE0F || !begins(text, at[0]) || utf8.RuneCountInString(tag) > 64 || !speaks(tag) {
			continue
		}
		add(at[0], at[0]+mark+len(tag), feature{Type: featureTag, Tag: tag})
	}
	return all
}

// begins says whether a mark may start here: not in the middle of a word.
func begins(text string, at int) bool {
	if at == 0 {
		return true
	}
	r, _ := utf8.DecodeLastRuneInString(text[:at])
	return unicode.IsSpace(r) || strings.ContainsRune("([{«“\"'—–-:,;>", r)
}

// speaks says whether a tag is more than digits and signs.
func speaks(tag string) bool {
	return strings.ContainsFunc(tag, func(r rune) bool { return !unicode.IsDigit(r) && !unicode.IsPunct(r) && !unicode.IsSpace(r) })
}

// trimLink leaves out what closes the sentence rather than the link.
func trimLink(link string) string {
	for {
		cut := strings.TrimRight(link, `.,;:!?'"»”`)
		if strings.HasSuffix(cut, ")") && !strings.Contains(cut, "(") {
			cut = cut[:len(cut)-1]
		}
		if cut == link {
			return link
		}
		link = cut
	}
}

// facets are the marks of a text with every mention's DID. Who is not found is
// not mentioned; that we could not ask is an error, so that a mention is not
// lost by chance.
func (d *Driver) facets(ctx context.Context, conn network.Conn, text string) ([]facet, error) {
	known := map[string]string{}
	var all []facet
	for _, f := range marks(text) {
		if handle := f.Features[0].handle; handle != "" {
			did, asked := known[handle]
			if !asked {
				var found struct {
					DID string `json:"did"`
				}
				_, err := d.call(ctx, conn, ask{method: "com.atproto.identity.resolveHandle", query: url.Values{"handle": {handle}}}, &found)
				if err != nil && !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.NotFound) {
					return nil, err
				}
				did = found.DID
				known[handle] = did
			}
			if !strings.HasPrefix(did, "did:") {
				continue
			}
			f.Features[0].DID = did
		}
		all = append(all, f)
	}
	return all, nil
}
