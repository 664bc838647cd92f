package mastodon

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/kithhq/kith/internal/sandbox"
)

// How statuses are quoted: docs.joinmastodon.org client/quotes and methods/statuses, read on 2026-11-27.

// quote is that a status quotes another one. A quote of what stands on another server waits until that one agrees.
type quote struct {
	id    int64
	of    *status // nil: gone
	state string  // pending accepted rejected revoked deleted
}

// quotes says whether the instance knows quotes at all: an older one overlooks the word, as every word it does not know.
func (n *Network) quotes() bool { return !n.options.GoToSocial && !n.options.Old }

// quoting judges what a new status quotes; whether it is there or must not be quoted is said in the same words.
func (n *Network) quoting(q *request, s *status) (*quote, *problem) {
	id := q.values.Get("quoted_status_id")
	if id == "" || !n.quotes() {
		return nil, nil
	}
	number, _ := strconv.ParseInt(id, 10, 64)
	of := n.statuses[number]
	if of != nil && of.of != nil {
		of = of.of
	}
	if of == nil || !of.seenBy(q.me) || of.visibility == "direct" || of.account.blocks[q.me.id] || !slices.Contains([]string{"automatic", "manual"}, of.mayQuote(q.me)) {
		return nil, &problem{status: http.StatusNotFound, text: "The post you are trying to quote does not appear to exist."}
	}
	if len(s.files) > 0 || s.poll != nil {
		return nil, n.verdict("Cannot attach files or a poll to a post that quotes another one")
	}
	if s.visibility == "direct" && of.account != q.me {
		return nil, n.verdict("Cannot quote a non-mentioned user in a Private Mention post.")
	}
	if of.visibility == "private" && s.visibility != "direct" {
		s.visibility = "private"
	}
	made := &quote{id: of.id, of: of, state: "accepted"}
	if of.account.remote() || of.manual {
		made.state = "pending"
	}
	return made, nil
}

func (a *account) remote() bool { return strings.Contains(a.acct, "@") }

// mayQuote is what the policy of a status comes to for a reader.
func (s *status) mayQuote(a *account) string {
	yes := "automatic"
	if s.manual {
		yes = "manual"
	}
	switch {
	case s.visibility == "direct":
		return "denied"
	case a != nil && s.account == a:
		return "automatic"
	case s.visibility == "private", a == nil:
		return "denied"
	case s.policy == "unsupported_policy":
		return "unknown"
	case s.policy == "", s.policy == "public", s.policy == "followers" && s.account.followers[a.id], s.policy == "following" && s.account.following[a.id]:
		return yes
	}
	return "denied"
}

// approval shows the policy of a status.
func (s *status) approval(a *account) object {
	lists := map[bool][]string{true: {}, false: {}}
	if s.policy != "nobody" && s.visibility != "private" && s.visibility != "direct" {
		word := s.policy
		if word == "" {
			word = "public"
		}
		lists[s.manual] = []string{word}
	}
	return object{"automatic": lists[false], "manual": lists[true], "current_user": s.mayQuote(a)}
}

// view shows a quote: what is quoted is there once its author agreed, and one level deep.
func (n *Network) quoteView(q *request, s *quote, deep bool) object {
	view := object{"state": s.state}
	known := s.state == "accepted" && s.of != nil && s.of.seenBy(q.me)
	switch {
	case deep && known:
		view["quoted_status_id"] = key(s.id)
	case deep:
		view["quoted_status_id"] = nil
	case known:
		view["quoted_status"] = n.show(q, s.of, true)
	default:
		view["quoted_status"] = nil
	}
	return view
}

// inline is how a quote reads for those who know none.
func (n *Network) inline(q *request, s *status) string {
	if s.quote == nil || s.quote.of == nil || strings.Contains(s.text, n.where(q.host, s.quote.of)) {
		return ""
	}
	return `<p class="quote-inline">RE: ` + n.text.anchor(n.where(q.host, s.quote.of)) + `</p>`
}

func (n *Network) quotesOf(s *status) (count int) {
	for _, other := range n.statuses {
		if other.quote != nil && other.quote.of == s && other.quote.state == "accepted" {
			count++
		}
	}
	return count
}

// Says puts a status of somebody's own there; policy is who may quote it, and manual that they look at each.
func (n *Network) Says(p sandbox.Person, text, visibility, policy string, manual bool) (id string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	now := n.stage.Clock.Now()
	s := &status{account: actor{n}.account(p), text: text, visibility: visibility, lang: p.Lang, made: now, listed: now, policy: policy, manual: manual}
	n.address(s)
	n.keep(s)
	return key(s.id)
}

// Page is where a status is read: on the instance, or on its author's own server.
func (n *Network) Page(host, id string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	number, _ := strconv.ParseInt(id, 10, 64)
	return n.where(host, n.statuses[number])
}

func (n *Network) where(host string, s *status) string {
	return n.pageOf(&request{host: host}, s.account) + "/" + key(s.id)
}

// Quotes answers in which state a status quotes which other one; "": none.
func (n *Network) Quotes(id string) (of, state string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	number, _ := strconv.ParseInt(id, 10, 64)
	if s := n.statuses[number]; s != nil && s.quote != nil {
		return key(s.quote.id), s.quote.state
	}
	return "", ""
}

// Agree lets whoever is quoted agree to a quote that waits for it, or not.
func (n *Network) Agree(id string, yes bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	number, _ := strconv.ParseInt(id, 10, 64)
	if s := n.statuses[number]; s != nil && s.quote != nil && s.quote.state == "pending" {
		s.quote.state = map[bool]string{true: "accepted", false: "rejected"}[yes]
	}
}

// Revoke lets whoever is quoted take back that they agreed.
func (n *Network) Revoke(id string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	number, _ := strconv.ParseInt(id, 10, 64)
	if s := n.statuses[number]; s != nil && s.quote != nil && s.quote.state == "accepted" {
		s.quote.state = "revoked"
	}
}

// Shut keeps an account of ours from what somebody wrote.
func (n *Network) Shut(p sandbox.Person, account string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if us := n.byID(account); us != nil {
		actor{n}.account(p).blocks[us.id] = true
	}
}

// State puts a quote into a state that the server alone comes to.
func (n *Network) State(id, state string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	number, _ := strconv.ParseInt(id, 10, 64)
	if s := n.statuses[number]; s != nil && s.quote != nil {
		s.quote.state = state
	}
}
