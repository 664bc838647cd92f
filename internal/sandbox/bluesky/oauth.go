package bluesky

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
)

// How long things hold.
const (
	pushLife    = 5 * time.Minute
	codeLife    = time.Minute
	publicLife  = 14 * 24 * time.Hour // of a consent given to a client that keeps no key
	privateLife = 90 * 24 * time.Hour // without being renewed
)

// pushed is what a client asks a person for.
type pushed struct {
	client                                  *client
	redirect, scope, state, challenge, hint string
	key                                     string // the proof's
	until                                   time.Time
	account                                 *account // who let it in
}

// consent is what came of it.
type consent struct {
	id              string
	account         *account
	client          string
	private         bool // it was given to a client that signs
	key             string
	scopes          []string
	access, refresh string // of now
	until           time.Time
	made, renewed   time.Time
	epoch           int
}

func (c *consent) may(scope string) bool { return slices.Contains(c.scopes, scope) }

func (n *Network) mishapToken(q *request, c *consent) bool {
	if _, hit := q.call.Has(sandbox.TokenRevoked); hit {
		delete(n.consents, c.id)
		return true
	}
	return false
}

func (n *Network) expired(q *request, c *consent) bool {
	_, hit := q.call.Has(sandbox.TokenExpired)
	return hit || !q.now.Before(c.until)
}

func reduced(q *request) bool {
	_, hit := q.call.Has(sandbox.TokenReduced)
	return hit
}

// wellKnown are the documents that say who lets people in, and how.
func (n *Network) wellKnown(w http.ResponseWriter, r *http.Request) {
	host := n.host(r)
	switch r.URL.Path {
	case "/.well-known/oauth-protected-resource":
		answer(w, http.StatusOK, object{"resource": host, "authorization_servers": []string{host}, "scopes_supported": []string{},
			"bearer_methods_supported": []string{"header"}, "resource_documentation": "https://atproto.com"})
	case "/.well-known/oauth-authorization-server":
		answer(w, http.StatusOK, object{"issuer": host, "authorization_endpoint": host + "/oauth/authorize", "token_endpoint": host + "/oauth/token",
			"pushed_authorization_request_endpoint": host + "/oauth/par", "revocation_endpoint": host + "/oauth/revoke", "jwks_uri": host + "/oauth/jwks",
			"scopes_supported":         []string{"atproto", "transition:email", "transition:generic", "transition:chat.bsky"},
			"response_types_supported": []string{"code"}, "response_modes_supported": []string{"query", "fragment", "form_post"},
			"grant_types_supported": []string{"authorization_code", "refresh_token"}, "code_challenge_methods_supported": []string{"S256"},
			"subject_types_supported": []string{"public"}, "prompt_values_supported": []string{"none", "login", "consent", "select_account", "create"},
			"token_endpoint_auth_methods_supported": []string{"none", "private_key_jwt"}, "token_endpoint_auth_signing_alg_values_supported": []string{"ES256"},
			"dpop_signing_alg_values_supported": []string{"ES256"}, "authorization_response_iss_parameter_supported": true,
			"require_pushed_authorization_requests": true, "require_request_uri_registration": true, "client_id_metadata_document_supported": true})
	case "/oauth/jwks":
		answer(w, http.StatusOK, object{"keys": []object{}})
	default:
		answer(w, http.StatusNotFound, object{"error": "NotFound", "message": "Not Found"})
	}
}

// oauth answers what clients ask without a person.
func (n *Network) oauth(w http.ResponseWriter, r *http.Request) {
	data, err := io.ReadAll(io.LimitReader(r.Body, 64<<10))
	if err != nil {
		panic(http.ErrAbortHandler) // the other side went away
	}
	form, err := url.ParseQuery(string(data))
	if err != nil || r.Method != http.MethodPost || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		complain(w, &problem{http.StatusBadRequest, "invalid_request", "Invalid request"})
		return
	}
	for name, values := range form {
		if len(values) != 1 {
			complain(w, &problem{http.StatusBadRequest, "invalid_request", "Twice: " + name})
			return
		}
	}
	asker, p := n.clientOf(form.Get("client_id")) // this may ask another server, and holds nobody up
	n.mu.Lock()
	defer n.mu.Unlock()
	q := &request{Request: r, call: sandbox.From(r.Context()), query: form, header: w.Header(), now: n.stage.Clock.Now(), host: n.host(r)}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("DPoP-Nonce", n.nextNonce())
	var said any
	status := http.StatusOK
	// The proof comes first: who is told of another nonce may come again as they are.
	key := ""
	if p == nil {
		key, p = n.proof(r, q.host, "", q.now)
	}
	if p == nil {
		p = asker.authenticate(n, form, q.host, q.now)
	}
	if p == nil {
		switch r.URL.Path {
		case "/oauth/par":
			status = http.StatusCreated
			said, p = n.push(q, asker, key)
		case "/oauth/token":
			said, p = n.give(q, asker, key)
		default:
			said = n.take(q, asker, key)
		}
	}
	if p != nil {
		complain(w, p)
		return
	}
	answer(w, status, said)
}

func complain(w http.ResponseWriter, p *problem) {
	answer(w, p.status, object{"error": p.name, "error_description": p.message})
}

func wrong(name, format string, args ...any) *problem {
	return &problem{http.StatusBadRequest, name, fmt.Sprintf(format, args...)}
}

// push takes what a client is about to ask a person for.
func (n *Network) push(q *request, asker *client, key string) (any, *problem) {
	f := q.query
	p := &pushed{client: asker, redirect: f.Get("redirect_uri"), scope: f.Get("scope"), state: f.Get("state"), challenge: f.Get("code_challenge"),
		hint: f.Get("login_hint"), key: key, until: q.now.Add(pushLife)}
	raw, err := base64.RawURLEncoding.DecodeString(p.challenge)
	switch {
	case f.Get("response_type") != "code":
		return nil, wrong("unsupported_response_type", "Unsupported response_type")
	case f.Get("code_challenge_method") != "S256" || err != nil || len(raw) != sha256.Size:
		return nil, wrong("invalid_request", "code_challenge with S256 required")
	case n.challenges[p.challenge]:
		return nil, wrong("invalid_request", "code_challenge was used")
	case !asker.comesBack(p.redirect):
		return nil, wrong("invalid_request", "Invalid redirect_uri")
	case p.state == "":
		return nil, wrong("invalid_request", "state required")
	case f.Get("request_uri") != "" || f.Get("client_secret") != "":
		return nil, wrong("invalid_request", "Unrecognized parameter")
	case !slices.Contains(strings.Fields(p.scope), "atproto"):
		return nil, wrong("invalid_scope", `The "atproto" scope is required`)
	case p.hint != "" && n.find(p.hint) == nil:
		return nil, wrong("invalid_request", "Invalid login_hint")
	}
	for _, s := range strings.Fields(p.scope) {
		if !slices.Contains(strings.Fields(asker.scope), s) {
			return nil, wrong("invalid_scope", "Scope %q is not declared in the client metadata", s)
		}
	}
	n.serial++
	uri := "urn:ietf:params:oauth:request_uri:req-" + letters(fmt.Sprint("request", n.serial), 32)
	n.pushes[uri], n.challenges[p.challenge] = p, true
	return object{"request_uri": uri, "expires_in": int(pushLife / time.Second)}, nil
}

// give gives tokens: for a code, or for the token that renews.
func (n *Network) give(q *request, asker *client, key string) (any, *problem) {
	switch q.query.Get("grant_type") {
	case "authorization_code":
		return n.redeem(q, asker, key)
	case "refresh_token":
		return n.renew(q, asker, key)
	}
	return nil, wrong("unsupported_grant_type", "Unsupported grant_type")
}

func (n *Network) redeem(q *request, asker *client, key string) (any, *problem) {
	code := q.query.Get("code")
	if id := n.spent[code]; id != "" {
		delete(n.consents, id) // somebody has copied it
		return nil, wrong("invalid_grant", "Code replayed")
	}
	p := n.codes[code]
	delete(n.codes, code)
	sum := sha256.Sum256([]byte(q.query.Get("code_verifier")))
	switch {
	case p == nil || q.now.After(p.until):
		return nil, wrong("invalid_grant", "Invalid code")
	case p.client.id != asker.id || p.client.private != asker.private:
		return nil, wrong("invalid_grant", "This code was issued for another client")
	case p.key != key:
		return nil, wrong("invalid_dpop_key_binding", "Invalid DPoP key binding")
	case p.redirect != q.query.Get("redirect_uri"):
		return nil, wrong("invalid_grant", "redirect_uri mismatch")
	case len(q.query.Get("code_verifier")) < 43 || base64.RawURLEncoding.EncodeToString(sum[:]) != p.challenge:
		return nil, wrong("invalid_grant", "Invalid code_verifier")
	}
	n.serial++
	c := &consent{id: fmt.Sprint("consent", n.serial), account: p.account, client: asker.id, private: asker.private, key: key, scopes: strings.Fields(p.scope),
		made: q.now, epoch: p.account.epoch}
	n.consents[c.id], n.spent[code] = c, c.id
	return n.tokensOf(q, c), nil
}

func (n *Network) renew(q *request, asker *client, key string) (any, *problem) {
	refresh := q.query.Get("refresh_token")
	c := n.consents[n.refreshes[refresh]]
	_, revoked := q.call.Has(sandbox.TokenRevoked)
	switch {
	case c == nil:
		return nil, wrong("invalid_grant", "Invalid refresh token")
	case c.refresh != refresh:
		delete(n.consents, c.id) // it is good once: who comes with an old one, or who came before, is a thief
		return nil, wrong("invalid_grant", "Refresh token replayed")
	case revoked || c.epoch < c.account.epoch:
		delete(n.consents, c.id)
		return nil, wrong("invalid_grant", "Invalid refresh token")
	case c.client != asker.id || c.private != asker.private:
		return nil, wrong("invalid_grant", "This token was issued for another client")
	case c.key != key:
		return nil, wrong("invalid_grant", "Invalid DPoP key binding")
	case !c.private && q.now.Sub(c.made) > publicLife, q.now.Sub(c.renewed) > privateLife:
		delete(n.consents, c.id)
		return nil, wrong("invalid_grant", "Session expired")
	}
	return n.tokensOf(q, c), nil
}

// tokensOf makes new tokens; those of before do not hold any more, from now on.
func (n *Network) tokensOf(q *request, c *consent) object {
	n.serial++
	delete(n.accesses, c.access)
	c.access, c.refresh = "acc-"+letters(fmt.Sprint("access", n.serial, n.options.Name), 40), "ref-"+letters(fmt.Sprint("refresh", n.serial, n.options.Name), 40)
	c.until, c.renewed = q.now.Add(n.options.ConsentLife), q.now
	n.accesses[c.access], n.refreshes[c.refresh] = c.id, c.id
	return object{"access_token": c.access, "token_type": "DPoP", "refresh_token": c.refresh, "scope": strings.Join(c.scopes, " "),
		"expires_in": int(n.options.ConsentLife / time.Second), "sub": c.account.did}
}

// take ends a consent; of a token that nobody knows nothing is said.
func (n *Network) take(q *request, asker *client, key string) any {
	text := q.query.Get("token")
	id := n.refreshes[text]
	if id == "" {
		id = n.accesses[text]
	}
	if c := n.consents[id]; c != nil && c.client == asker.id && c.key == key {
		delete(n.consents, id)
	}
	return object{}
}

// Consents are how many the network holds.
func (n *Network) Consents() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.consents)
}
