package whatsapp

import (
	"net/http"
	"slices"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/graph"
)

const userID = "7311000000000047"

func allScopes() []string {
	return []string{"whatsapp_business_management", "whatsapp_business_messaging", "business_management"}
}

func (n *Network) issue(t *graph.Token) string {
	t.Value, t.Issued = graph.Opaque(n.random, "EAAJB", 80), n.stage.Clock.Now()
	n.tokens[t.Value] = t
	return t.Value
}

// IssueToken makes another token for a business account, with some permissions and an end: for tests of what is missing or over. A
// zero life has no end.
func (n *Network) IssueToken(account string, life time.Duration, scopes ...string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	t := &graph.Token{Kind: "SYSTEM_USER", Accounts: []string{account}, Scopes: scopes}
	if life != 0 {
		t.Expires = n.stage.Clock.Now().Add(life)
	}
	return n.issue(t)
}

func (n *Network) app() graph.App {
	return graph.App{ID: n.options.AppID, Secret: n.options.AppSecret, RequireProof: n.options.RequireProof}
}

// admit checks the token of a call; the network's mutex is held.
func (n *Network) admit(call *sandbox.Call, r *http.Request, p *graph.Params) (*graph.Token, *graph.Fault) {
	t, f := n.app().Admit(call, r, p, n.tokens)
	if f != nil || t.Kind == "APP" {
		return t, f
	}
	return t.Reduced(call, "whatsapp_business_messaging"), nil
}

// may checks that a token speaks for a business account and has the rights an operation needs; of a number: that of messaging.
func (a *ask) may(of *account, rights ...string) *graph.Fault {
	t := a.token
	if len(rights) == 0 {
		rights = []string{"whatsapp_business_messaging"}
		if a.edge == "" {
			rights = []string{"whatsapp_business_management"}
		}
	}
	switch {
	case t.Kind == "APP":
		return graph.No(http.StatusForbidden, 200, 0, "(#200) Provide valid app ID")
	case !slices.Contains(t.Accounts, of.id):
		return graph.Missing(a.p.Method, a.id)
	}
	for _, right := range rights {
		if !slices.Contains(t.Scopes, right) {
			return graph.No(http.StatusForbidden, 10, 0, "(#10) Application does not have permission for this action: %s", right)
		}
	}
	return nil
}

// debugToken is /debug_token, asked with the app's token or the token itself. Which business accounts a person chose stands in
// granular_scopes and nowhere else.
func (a *ask) debugToken() (any, *graph.Fault) {
	if a.token.Kind != "APP" && a.p.Get("input_token") != a.token.Value {
		return nil, graph.No(http.StatusBadRequest, 100, 0, "(#100) You must provide an app access token, or a user access token that is an owner or developer of the app")
	}
	t, ok := a.n.tokens[a.p.Get("input_token")]
	if !ok {
		return map[string]any{"data": map[string]any{"error": map[string]any{"code": 190, "message": "Invalid OAuth access token."}, "is_valid": false, "scopes": []string{}}}, nil
	}
	t = t.Reduced(a.call, "whatsapp_business_messaging")
	ends := int64(0)
	if !t.Expires.IsZero() {
		ends = t.Expires.Unix()
	}
	var granular []any
	for _, s := range t.Scopes {
		granular = append(granular, map[string]any{"scope": s, "target_ids": t.Accounts})
	}
	return map[string]any{"data": map[string]any{"app_id": a.n.options.AppID, "type": t.Kind, "application": "Kith rehearsal",
		"is_valid":   !t.Revoked && (ends == 0 || a.now.Before(t.Expires)),
		"expires_at": ends, "data_access_expires_at": 0, "issued_at": t.Issued.Unix(), "scopes": append([]string{}, t.Scopes...), "granular_scopes": granular, "user_id": userID}}, nil
}
