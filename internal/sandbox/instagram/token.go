package instagram

import (
	"net/http"
	"slices"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/graph"
)

const (
	shortLife = time.Hour
	userID    = "7311000000000043"
)

func facebookScopes() []string {
	return []string{"instagram_basic", "instagram_content_publish", "instagram_manage_comments", "instagram_manage_insights", "instagram_manage_messages",
		"pages_show_list", "pages_read_engagement", "pages_manage_metadata", "pages_messaging"}
}

func instagramScopes() []string {
	return []string{"instagram_business_basic", "instagram_business_content_publish", "instagram_business_manage_comments",
		"instagram_business_manage_messages", "instagram_business_manage_insights"}
}

// permission is what a right is called with a login.
func permission(kind, right string) string {
	if kind == "IG" {
		return map[string]string{"basic": "instagram_business_basic", "publish": "instagram_business_content_publish", "comments": "instagram_business_manage_comments",
			"messages": "instagram_business_manage_messages", "insights": "instagram_business_manage_insights"}[right]
	}
	return map[string]string{"basic": "instagram_basic", "publish": "instagram_content_publish", "comments": "instagram_manage_comments",
		"messages": "instagram_manage_messages", "insights": "instagram_manage_insights"}[right]
}

func (n *Network) issue(prefix string, t *graph.Token) string {
	t.Value, t.Issued = graph.Opaque(n.random, prefix, 80), n.stage.Clock.Now()
	n.tokens[t.Value] = t
	return t.Value
}

// IssueToken makes another token for an account, of a login (PAGE or IG), with some permissions and an end: for tests of what is missing
// or over. A zero life has no end.
func (n *Network) IssueToken(accountID, kind string, life time.Duration, scopes ...string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	t := &graph.Token{Kind: kind, Of: accountID, Scopes: scopes}
	if life != 0 {
		t.Expires = n.stage.Clock.Now().Add(life)
	}
	return n.issue(map[string]string{"IG": "IGAA"}[kind]+map[string]string{"PAGE": "EAAG"}[kind], t)
}

// Revoke ends a token, as when a person removes the app.
func (n *Network) Revoke(value string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if t, ok := n.tokens[value]; ok {
		t.Revoked = true
	}
}

func (n *Network) app() graph.App {
	return graph.App{ID: n.options.AppID, Secret: n.options.AppSecret, RequireProof: n.options.RequireProof}
}

// admit checks the token of a call; the network's mutex is held. Instagram login knows no proof, and Graph refuses one that is not right.
func (n *Network) admit(call *sandbox.Call, r *http.Request, p *graph.Params) (*graph.Token, *graph.Fault) {
	app := n.app()
	if known, ok := n.tokens[graph.Bearer(r, p)]; ok && known.Kind == "IG" {
		if app.RequireProof = false; p.Has("appsecret_proof") {
			return nil, graph.Invalid("Invalid appsecret_proof provided in the API argument")
		}
	}
	t, f := app.Admit(call, r, p, n.tokens)
	if f != nil || t.Kind == "APP" {
		return t, f
	}
	return reduced(t, call), nil
}

func reduced(t *graph.Token, call *sandbox.Call) *graph.Token {
	var gone []string
	for _, right := range []string{"publish", "comments", "messages"} {
		gone = append(gone, permission(t.Kind, right))
	}
	return t.Reduced(call, gone...)
}

// may checks that a token speaks for an account and has the rights an operation needs.
func (a *ask) may(acc *account, rights ...string) *graph.Fault {
	t := a.token
	switch {
	case t.Kind == "APP":
		return graph.No(http.StatusForbidden, 200, 0, "(#200) Provide valid app ID")
	case t.Kind == "USER" && !slices.Contains(t.Accounts, acc.id), t.Kind != "USER" && t.Of != acc.id:
		return graph.Missing(a.p.Method, a.id)
	}
	for _, right := range rights {
		if s := permission(t.Kind, right); !slices.Contains(t.Scopes, s) {
			return graph.No(http.StatusForbidden, 10, 0, "(#10) Application does not have permission for this action: %s", s)
		}
	}
	return nil
}

// facebookOnly refuses what Instagram login does not offer.
func (a *ask) facebookOnly() *graph.Fault {
	if a.token.Kind == "IG" {
		return graph.Missing(a.p.Method, a.id)
	}
	return nil
}

// debugToken is /debug_token, asked with the app's token or the token itself. Instagram login has none.
func (a *ask) debugToken() (any, *graph.Fault) {
	if a.token.Kind == "IG" {
		return nil, graph.Missing(a.p.Method, a.id)
	}
	value := a.p.Get("input_token")
	t := a.n.tokens[value]
	if t != nil {
		t = reduced(t, a.call)
	}
	data, f := a.n.app().Debug(a.token, value, t, a.now)
	if f != nil {
		return nil, f
	}
	if t != nil {
		data["user_id"] = userID
		if acc := a.n.accounts[t.Of]; t.Kind == "PAGE" && acc != nil {
			data["profile_id"] = acc.page
		}
	}
	return map[string]any{"data": data}, nil
}
