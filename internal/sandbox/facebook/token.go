package facebook

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/graph"
)

// allScopes are the permissions a Page tool asks for.
func allScopes() []string {
	return []string{"pages_show_list", "pages_read_engagement", "pages_read_user_content", "pages_manage_posts",
		"pages_manage_engagement", "pages_manage_metadata", "pages_messaging", "read_insights"}
}

func (n *Network) issue(t *graph.Token) *graph.Token {
	t.Value, t.Issued = graph.Opaque(n.random, "EAAG", 80), n.stage.Clock.Now()
	n.tokens[t.Value] = t
	return t
}

// IssuePageToken makes another token for a Page, with some permissions and an end: for tests of what is missing or over. A zero life
// has no end.
func (n *Network) IssuePageToken(pageID string, life time.Duration, scopes ...string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	t := &graph.Token{Kind: "PAGE", Of: pageID, Scopes: scopes}
	if life != 0 {
		t.Expires = n.stage.Clock.Now().Add(life)
	}
	return n.issue(t).Value
}

// Revoke ends a token, as when a person removes the app.
func (n *Network) Revoke(value string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if t, ok := n.tokens[value]; ok {
		t.Revoked = true
	}
}

// admit checks the token of a call; the network's mutex is held.
func (n *Network) admit(call *sandbox.Call, r *http.Request, p *graph.Params) (*graph.Token, *graph.Fault) {
	t, f := n.app().Admit(call, r, p, n.tokens)
	if f != nil || t.Kind == "APP" {
		return t, f
	}
	return reduced(t, call), nil
}

func (n *Network) app() graph.App {
	return graph.App{ID: n.options.AppID, Secret: n.options.AppSecret, RequireProof: n.options.RequireProof}
}

// reduced is the token without the permissions that the weather takes away.
func reduced(t *graph.Token, call *sandbox.Call) *graph.Token {
	return t.Reduced(call, "pages_manage_posts", "pages_manage_engagement", "pages_messaging")
}

// may checks that a token speaks for a Page and has the permissions an operation needs.
func may(t *graph.Token, p *page, scopes ...string) *graph.Fault {
	if t.Kind == "APP" {
		return graph.No(http.StatusForbidden, 200, 0, "(#200) Provide valid app ID")
	}
	if t.Kind == "USER" {
		return graph.No(http.StatusForbidden, 200, 0, "(#200) This endpoint requires a Page access token: %s", strings.Join(scopes, ", "))
	}
	if t.Of != p.id {
		return graph.No(http.StatusForbidden, 10, 0, "(#10) The token belongs to another Page")
	}
	for _, s := range scopes {
		if slices.Contains(t.Scopes, s) {
			continue
		}
		if strings.HasPrefix(s, "pages_manage") {
			return graph.No(http.StatusForbidden, 200, 0, "(#200) The permission(s) %s are not available. It could because either they are deprecated or need to be approved by App Review.", s)
		}
		return graph.No(http.StatusForbidden, 10, 0, "(#10) This endpoint requires the '%s' permission or the 'Page Public Content Access' feature.", s)
	}
	return nil
}
