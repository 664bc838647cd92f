package bluesky

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// rascal is a client that keeps to the rules unless it is told not to.
type rascal struct {
	*world
	id, redirect string
	key, own     *ecdsa.PrivateKey
	nonce        string
	verifier     string
	document     map[string]any // who it says that it is
	spoilProof   func(head map[string]any, claims jwt.MapClaims)
	spoilClaim   func(head map[string]any, claims jwt.MapClaims) // of who it is
	spoilForm    func(url.Values)
}

const rascalID = "https://app.example/client-metadata.json"

func newRascal(t *testing.T) *rascal {
	t.Helper()
	r := &rascal{id: rascalID, redirect: "https://app.example/back", verifier: rand.Text() + rand.Text()}
	r.key, r.own = newKey(t), newKey(t)
	own := publicKey(t, r.own)
	own["kid"] = "1"
	r.document = map[string]any{"client_id": r.id, "application_type": "web", "grant_types": []string{"authorization_code", "refresh_token"}, "response_types": []string{"code"},
		"redirect_uris": []string{r.redirect}, "scope": "atproto transition:generic", "dpop_bound_access_tokens": true,
		"token_endpoint_auth_method": "private_key_jwt", "token_endpoint_auth_signing_alg": "ES256", "jwks": map[string]any{"keys": []any{own}}}
	r.world = newWorld(t, Options{Client: func(id string) ([]byte, error) {
		if id != rascalID {
			return nil, errors.New("nobody")
		}
		return json.Marshal(r.document)
	}})
	return r
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func publicKey(t *testing.T, of *ecdsa.PrivateKey) map[string]any {
	t.Helper()
	raw, err := of.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	b64 := base64.RawURLEncoding.EncodeToString
	return map[string]any{"kty": "EC", "crv": "P-256", "x": b64(raw[1:33]), "y": b64(raw[33:])}
}

func (r *rascal) signed(key *ecdsa.PrivateKey, head map[string]any, claims jwt.MapClaims) string {
	token := jwt.NewWithClaims(jwt.SigningMethodES256, claims)
	for name, value := range head {
		token.Header[name] = value
	}
	text, err := token.SignedString(key)
	if err != nil {
		r.t.Fatal(err)
	}
	return text
}

func (r *rascal) proof(method, address, access string) string {
	head := map[string]any{"typ": "dpop+jwt", "jwk": publicKey(r.t, r.key)}
	claims := jwt.MapClaims{"jti": rand.Text(), "htm": method, "htu": address, "iat": r.stage.Clock.Now().Unix(), "nonce": r.nonce}
	if access != "" {
		sum := sha256.Sum256([]byte(access))
		claims["ath"] = base64.RawURLEncoding.EncodeToString(sum[:])
	}
	if r.spoilProof != nil {
		r.spoilProof(head, claims)
	}
	return r.signed(r.key, head, claims)
}

// form sends a form and gives the status, the answer and the name of the refusal.
func (r *rascal) form(path string, form url.Values) (int, map[string]any, string) {
	r.t.Helper()
	head := map[string]any{"kid": "1"}
	now := r.stage.Clock.Now()
	claims := jwt.MapClaims{"iss": r.id, "sub": r.id, "aud": r.address, "jti": rand.Text(), "iat": now.Unix(), "exp": now.Add(time.Minute).Unix()}
	if r.spoilClaim != nil {
		r.spoilClaim(head, claims)
	}
	form.Set("client_id", r.id)
	form.Set("client_assertion_type", assertionType)
	form.Set("client_assertion", r.signed(r.own, head, claims))
	if r.spoilForm != nil {
		r.spoilForm(form)
	}
	request, err := http.NewRequestWithContext(r.t.Context(), http.MethodPost, r.address+path, strings.NewReader(form.Encode()))
	if err != nil {
		r.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if proof := r.proof("POST", r.address+path, ""); r.spoilProof == nil || proof != "" {
		request.Header.Set("DPoP", proof)
	}
	return r.heard(request)
}

func (r *rascal) heard(request *http.Request) (int, map[string]any, string) {
	r.t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(request)
	if err != nil {
		r.t.Fatal(err)
	}
	defer response.Body.Close()
	if nonce := response.Header.Get("DPoP-Nonce"); nonce != "" {
		r.nonce = nonce
	}
	var said map[string]any
	_ = json.NewDecoder(response.Body).Decode(&said) // a page is none
	name, _ := said["error"].(string)
	if response.StatusCode == http.StatusSeeOther {
		name = response.Header.Get("Location")
	}
	return response.StatusCode, said, name
}

func (r *rascal) push() (string, string) {
	r.t.Helper()
	sum := sha256.Sum256([]byte(r.verifier))
	_, said, name := r.form("/oauth/par", url.Values{"response_type": {"code"}, "redirect_uri": {r.redirect}, "scope": {"atproto transition:generic"}, "state": {"s"},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"}})
	uri, _ := said["request_uri"].(string)
	return uri, name
}

func (r *rascal) press(uri string) string {
	r.t.Helper()
	request, err := http.NewRequestWithContext(r.t.Context(), http.MethodPost, r.address+"/oauth/authorize",
		strings.NewReader(url.Values{"client_id": {r.id}, "request_uri": {uri}, "account": {r.me.DID}}.Encode()))
	if err != nil {
		r.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	_, _, to := r.heard(request)
	u, err := url.Parse(to)
	if err != nil {
		r.t.Fatal(err)
	}
	if to != "" && (u.Query().Get("state") != "s" || u.Query().Get("iss") != r.address) {
		r.t.Errorf("sent to %s", to)
	}
	return u.Query().Get("code")
}

// code goes all the way to a code, with the nonce that the server wants.
func (r *rascal) code() string {
	r.t.Helper()
	r.verifier = rand.Text() + rand.Text()
	uri, name := r.push()
	if name == "use_dpop_nonce" {
		uri, name = r.push()
	}
	code := r.press(uri)
	if code == "" {
		r.t.Fatalf("no code: %s", name)
	}
	return code
}

func (r *rascal) redeem(code string) (map[string]any, string) {
	r.t.Helper()
	_, said, name := r.form("/oauth/token", url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {r.redirect}, "code_verifier": {r.verifier}})
	return said, name
}

func (r *rascal) renew(token any) (map[string]any, string) {
	r.t.Helper()
	text, _ := token.(string)
	_, said, name := r.form("/oauth/token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {text}})
	return said, name
}

func (r *rascal) who(access any) string {
	r.t.Helper()
	text, _ := access.(string)
	address := r.address + "/xrpc/com.atproto.server.getSession"
	request, err := http.NewRequestWithContext(r.t.Context(), http.MethodGet, address, http.NoBody)
	if err != nil {
		r.t.Fatal(err)
	}
	request.Header.Set("Authorization", "DPoP "+text)
	request.Header.Set("DPoP", r.proof("GET", address, text))
	_, said, name := r.heard(request)
	if name == "" && said["did"] != r.me.DID {
		r.t.Errorf("it is %v", said)
	}
	return name
}

func TestWhoKeepsToTheRulesIsLetIn(t *testing.T) {
	r := newRascal(t)
	tokens, name := r.redeem(r.code())
	if name != "" || tokens["sub"] != r.me.DID || tokens["token_type"] != "DPoP" {
		t.Fatalf("%s %v", name, tokens)
	}
	if name := r.who(tokens["access_token"]); name != "" {
		t.Errorf("refused: %s", name)
	}
	again, name := r.renew(tokens["refresh_token"])
	if name != "" || again["refresh_token"] == tokens["refresh_token"] {
		t.Fatalf("%s %v", name, again)
	}
	if name := r.who(tokens["access_token"]); name != "invalid_token" {
		t.Errorf("the token of before: %q", name)
	}
	if name := r.who(again["access_token"]); name != "" {
		t.Errorf("the token of now: %q", name)
	}
	r.stage.Clock.Advance(16 * time.Minute)
	if name := r.who(again["access_token"]); name != "invalid_token" {
		t.Errorf("after a quarter of an hour: %q", name)
	}
	if last, name := r.renew(again["refresh_token"]); name != "" || r.who(last["access_token"]) != "" {
		t.Errorf("renewed: %s", name)
	}
}

func TestAProofIsLookedAt(t *testing.T) {
	r := newRascal(t)
	tokens, name := r.redeem(r.code())
	if name != "" {
		t.Fatal(name)
	}
	access, used := tokens["access_token"], rand.Text()
	for _, c := range []struct {
		name, want string
		spoil      func(head map[string]any, claims jwt.MapClaims)
	}{
		{"no jti", "invalid_dpop_proof", func(_ map[string]any, c jwt.MapClaims) { delete(c, "jti") }},
		{"first of two", "", func(_ map[string]any, c jwt.MapClaims) { c["jti"] = used }},
		{"replayed", "invalid_dpop_proof", func(_ map[string]any, c jwt.MapClaims) { c["jti"] = used }},
		{"another method", "invalid_dpop_proof", func(_ map[string]any, c jwt.MapClaims) { c["htm"] = "PUT" }},
		{"another address", "invalid_dpop_proof", func(_ map[string]any, c jwt.MapClaims) { c["htu"] = "https://bsky.social/xrpc/x" }},
		{"with a query", "invalid_dpop_proof", func(_ map[string]any, c jwt.MapClaims) { c["htu"] = c["htu"].(string) + "?a=b" }},
		{"no ath", "invalid_dpop_proof", func(_ map[string]any, c jwt.MapClaims) { delete(c, "ath") }},
		{"another ath", "invalid_dpop_proof", func(_ map[string]any, c jwt.MapClaims) { c["ath"] = "x" }},
		{"too old", "invalid_dpop_proof", func(_ map[string]any, c jwt.MapClaims) { c["iat"] = r.stage.Clock.Now().Add(-time.Hour).Unix() }},
		{"of tomorrow", "invalid_dpop_proof", func(_ map[string]any, c jwt.MapClaims) { c["iat"] = r.stage.Clock.Now().Add(time.Hour).Unix() }},
		{"no nonce", "use_dpop_nonce", func(_ map[string]any, c jwt.MapClaims) { delete(c, "nonce") }},
		{"a guessed nonce", "use_dpop_nonce", func(_ map[string]any, c jwt.MapClaims) { c["nonce"] = "x" }},
		{"another kind", "invalid_dpop_proof", func(h map[string]any, _ jwt.MapClaims) { h["typ"] = "JWT" }},
		{"another key", "invalid_dpop_proof", func(h map[string]any, _ jwt.MapClaims) { h["jwk"] = publicKey(t, r.own) }},
		{"its secret", "invalid_dpop_proof", func(h map[string]any, _ jwt.MapClaims) { h["jwk"].(map[string]any)["d"] = "x" }},
	} {
		r.spoilProof = c.spoil
		if name := r.who(access); name != c.want {
			t.Errorf("%s: %q, and it should be %q", c.name, name, c.want)
		}
	}
	r.spoilProof = nil
	r.key = newKey(t)
	if name := r.who(access); name != "invalid_token" {
		t.Errorf("with a stolen token: %q", name)
	}
}

func TestANonceGoesStale(t *testing.T) {
	r := newRascal(t)
	tokens, name := r.redeem(r.code())
	if name != "" {
		t.Fatal(name)
	}
	first, names := r.nonce, map[string]int{}
	for range 3 * nonceUses {
		r.nonce = first
		names[r.who(tokens["access_token"])]++
	}
	if names[""] == 0 || names["use_dpop_nonce"] == 0 || names[""] > 2*nonceUses {
		t.Errorf("with one nonce: %v", names)
	}
}

func TestACodeIsGoodOnceForWhoAskedForIt(t *testing.T) {
	for name, spoil := range map[string]func(r *rascal){
		"another verifier":  func(r *rascal) { r.verifier = rand.Text() + rand.Text() },
		"a short verifier":  func(r *rascal) { r.verifier = "x" },
		"another address":   func(r *rascal) { r.redirect += "/x" },
		"another key":       func(r *rascal) { r.key = newKey(t) },
		"signed by another": func(r *rascal) { r.own = newKey(t) },
		"an unknown key":    func(r *rascal) { r.spoilClaim = func(h map[string]any, _ jwt.MapClaims) { h["kid"] = "2" } },
		"said to another server": func(r *rascal) {
			r.spoilClaim = func(_ map[string]any, c jwt.MapClaims) { c["aud"] = "https://x.example" }
		},
		"as somebody else": func(r *rascal) {
			r.spoilClaim = func(_ map[string]any, c jwt.MapClaims) { c["sub"] = "https://x.example" }
		},
		"said long ago":             func(r *rascal) { r.spoilClaim = func(_ map[string]any, c jwt.MapClaims) { c["iat"] = 1 } },
		"for ever":                  func(r *rascal) { r.spoilClaim = func(_ map[string]any, c jwt.MapClaims) { c["exp"] = 1 << 40 } },
		"without a name":            func(r *rascal) { r.spoilClaim = func(_ map[string]any, c jwt.MapClaims) { delete(c, "jti") } },
		"not signed":                func(r *rascal) { r.spoilForm = func(f url.Values) { f.Del("client_assertion") } },
		"signed in another way":     func(r *rascal) { r.spoilForm = func(f url.Values) { f.Set("client_assertion_type", "password") } },
		"twice the same parameter":  func(r *rascal) { r.spoilForm = func(f url.Values) { f.Add("code", "x") } },
		"it does not sign any more": func(r *rascal) { r.document["token_endpoint_auth_method"] = "none"; delete(r.document, "jwks") },
		"too late":                  func(r *rascal) { r.stage.Clock.Advance(2 * time.Minute) },
	} {
		r := newRascal(t)
		code := r.code()
		spoil(r)
		if got, refused := r.redeem(code); refused == "" || refused == "use_dpop_nonce" {
			t.Errorf("%s: %s %v", name, refused, got)
		}
	}
	r := newRascal(t)
	code := r.code()
	tokens, name := r.redeem(code)
	if name != "" {
		t.Fatal(name)
	}
	if _, name := r.redeem(code); name != "invalid_grant" {
		t.Errorf("twice: %q", name)
	}
	if name := r.who(tokens["access_token"]); name != "invalid_token" {
		t.Errorf("after the code came twice: %q", name)
	}
}

func TestAUsedRefreshTokenEndsTheConsent(t *testing.T) {
	r := newRascal(t)
	first, name := r.redeem(r.code())
	if name != "" {
		t.Fatal(name)
	}
	second, name := r.renew(first["refresh_token"])
	if name != "" {
		t.Fatal(name)
	}
	if _, name := r.renew(first["refresh_token"]); name != "invalid_grant" {
		t.Errorf("used again: %q", name)
	}
	if _, name := r.renew(second["refresh_token"]); name != "invalid_grant" {
		t.Errorf("the token of now: %q", name)
	}
	if name := r.who(second["access_token"]); name != "invalid_token" {
		t.Errorf("the key of now: %q", name)
	}
}

func TestWhatIsPushedIsLookedAt(t *testing.T) {
	for name, spoil := range map[string]func(f url.Values){
		"plain":              func(f url.Values) { f.Set("code_challenge_method", "plain") },
		"no challenge":       func(f url.Values) { f.Del("code_challenge") },
		"another address":    func(f url.Values) { f.Set("redirect_uri", "https://evil.example/") },
		"no state":           func(f url.Values) { f.Del("state") },
		"another type":       func(f url.Values) { f.Set("response_type", "token") },
		"without identity":   func(f url.Values) { f.Set("scope", "transition:generic") },
		"more than declared": func(f url.Values) { f.Set("scope", "atproto transition:email") },
		"somebody unknown":   func(f url.Values) { f.Set("login_hint", "nobody.bsky.test") },
	} {
		r := newRascal(t)
		r.push() // learns the nonce
		r.verifier = rand.Text() + rand.Text()
		r.spoilForm = spoil
		if uri, refused := r.push(); uri != "" || refused == "use_dpop_nonce" {
			t.Errorf("%s: %q %q", name, uri, refused)
		}
	}
	r := newRascal(t)
	for name, value := range map[string]any{"client_id": "https://other.example", "dpop_bound_access_tokens": false, "scope": "openid", "redirect_uris": []string{},
		"grant_types": []string{"password"}, "response_types": []string{"token"}, "token_endpoint_auth_method": "client_secret_basic", "jwks": map[string]any{}, "application_type": "native"} {
		had := r.document[name]
		r.document[name] = value
		if uri, refused := r.push(); uri != "" || refused != "invalid_client_metadata" {
			t.Errorf("%s: %q %q", name, uri, refused)
		}
		r.document[name] = had
	}
	uri, name := r.push()
	if name == "use_dpop_nonce" {
		uri, name = r.push()
	}
	if uri == "" {
		t.Fatal(name)
	}
	if _, name := r.push(); name != "invalid_request" {
		t.Errorf("one challenge twice: %q", name)
	}
	if r.press("urn:ietf:params:oauth:request_uri:guessed") != "" || r.press(uri) == "" || r.press(uri) != "" {
		t.Error("a request is good once, and a guessed one never")
	}
}
