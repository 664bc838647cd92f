package x

import (
	"net/http"
	"regexp"
	"strings"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
)

// addressed finds a post by its address, by what is pasted of it, or by its bare number.
var addressed = regexp.MustCompile(`^(?:(?:https?://)?(?:www\.|mobile\.)?(?:x|twitter)\.com/(?:[A-Za-z0-9_]{1,50}|i/web)/status(?:es)?/)?([0-9]{1,19})(?:[/?#].*)?$`) //nolint:gochecknoglobals // compiled once

// quoted is the number of the post that a post shares; "": it shares none.
func quoted(part network.Part) (string, error) {
	said := strings.TrimSpace(part.Options[network.OptionReshare])
	if said == "" {
		return "", nil
	}
	m := addressed.FindStringSubmatch(said)
	if m == nil {
		return "", fault.New(fault.Invalid, "This is no address of a post on X.").WithHint("Copy the address of the post on X.").On("options")
	}
	if len(part.Media) > 0 || part.Poll != nil {
		return "", fault.New(fault.Invalid, "A post on X that quotes another cannot have files or a poll.").WithHint("Take one or the other.").On("options")
	}
	return m[1], nil
}

// unexplained says whether X refused in words that mean nothing to us.
func unexplained(err error) bool {
	r, ok := asRefusal(err)
	return ok && r.status == http.StatusForbidden && r.sort == other && fault.Is(err, fault.Denied)
}

// unquotable is what such a refusal of a quote means: our key may post, and since April
// 2026 X takes quotes of its large customers' apps alone.
func unquotable(cause error) error {
	return fault.Wrap(fault.Invalid, cause, "X did not take a post that shares another one.").
		WithHint("X lets only apps of its Enterprise customers do this. Others put the address of the post at the end of the text, at the price of a post with a link.").On("options")
}

// unquoted is a text without the address of the post that is quoted, which X puts behind it.
func (p post) unquoted(said string) string {
	if shares := p.refers("quoted"); shares != "" {
		if at := strings.LastIndexAny(said, " \n"); strings.HasSuffix(said[at+1:], "/status/"+shares) {
			return strings.TrimSpace(said[:max(at, 0)])
		}
	}
	return said
}

// apart says whether a post shares another one than was asked for. X also takes an
// address at the end of a text for a quote: that one was asked for in its text. What
// stands in another community is another post, too; an answer stands where it answers.
func (p post) apart(asked draft) bool {
	if asked.Reply == nil && p.Community != asked.Community {
		return true
	}
	shares := p.refers("quoted")
	if asked.Quote == "" && shares != "" {
		return !strings.Contains(asked.Text, "/status/"+shares)
	}
	return shares != asked.Quote
}
