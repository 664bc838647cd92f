package bluesky

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// proofAge is how old a proof may be, or how far ahead of us: as at the real server.
const proofAge = 3 * time.Minute

// nonceUses is after how many answers the nonce changes; the one before still holds.
const nonceUses = 10

// nextNonce is told with every answer.
func (n *Network) nextNonce() string {
	n.told++
	return n.nonceOf(n.told / nonceUses)
}

func (n *Network) nonceOf(serial int64) string {
	return letters(fmt.Sprint("nonce", serial, n.options.Name), 24)
}

func (n *Network) nonceHolds(text string) bool {
	now := n.told / nonceUses
	return text == n.nonceOf(now) || now > 0 && text == n.nonceOf(now-1)
}

// webKey reads a public JSON Web Key; one that gives its secret away is none.
func webKey(of any) (*ecdsa.PublicKey, bool) {
	k, ok := of.(map[string]any)
	if !ok || k["kty"] != "EC" || k["crv"] != "P-256" || k["d"] != nil {
		return nil, false
	}
	x, _ := k["x"].(string)
	y, _ := k["y"].(string)
	left, errX := base64.RawURLEncoding.DecodeString(x)
	right, errY := base64.RawURLEncoding.DecodeString(y)
	if errX != nil || errY != nil || len(left) != 32 || len(right) != 32 {
		return nil, false
	}
	key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), append(append([]byte{4}, left...), right...))
	return key, err == nil
}

// thumbprint is RFC 7638's.
func thumbprint(of any) string {
	k, _ := of.(map[string]any)
	sum := sha256.Sum256(fmt.Appendf(nil, `{"crv":"P-256","kty":"EC","x":%q,"y":%q}`, k["x"], k["y"]))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// signed reads a text that was signed with ES256; who it says that it is from is for
// the caller to judge.
func signed(text string, key func(*jwt.Token) (any, error)) (*jwt.Token, jwt.MapClaims, error) {
	claims := jwt.MapClaims{}
	token, err := jwt.NewParser(jwt.WithValidMethods([]string{"ES256"}), jwt.WithoutClaimsValidation(), jwt.WithStrictDecoding()).ParseWithClaims(text, claims, key)
	return token, claims, err
}

// proof says which key a request was proved with, or what is wrong with the proof.
// access is the token that it must be for, "" where there is none yet.
func (n *Network) proof(r *http.Request, host, access string, now time.Time) (string, *problem) {
	bad := func(why string) (string, *problem) {
		return "", &problem{http.StatusBadRequest, "invalid_dpop_proof", why}
	}
	all := r.Header.Values("DPoP")
	if len(all) != 1 {
		return bad("DPoP proof required")
	}
	token, c, err := signed(all[0], func(t *jwt.Token) (any, error) {
		if key, ok := webKey(t.Header["jwk"]); ok && t.Header["typ"] == "dpop+jwt" {
			return key, nil
		}
		return nil, errors.New("no key")
	})
	if err != nil {
		return bad("Failed to verify DPoP proof")
	}
	jti, _ := c["jti"].(string)
	at, _ := c["iat"].(float64)
	switch made := time.Unix(int64(at), 0); {
	case jti == "":
		return bad(`DPoP "jti" missing`)
	case c["htm"] != r.Method:
		return bad(`DPoP "htm" mismatch`)
	case c["htu"] != host+r.URL.EscapedPath():
		return bad(`DPoP "htu" mismatch`)
	case made.Before(now.Add(-proofAge)) || made.After(now.Add(proofAge)):
		return bad(`"iat" claim timestamp check failed`)
	}
	sum := sha256.Sum256([]byte(access))
	if ath := c["ath"]; access == "" && ath != nil || access != "" && ath != base64.RawURLEncoding.EncodeToString(sum[:]) {
		return bad(`DPoP "ath" mismatch`)
	}
	if nonce, _ := c["nonce"].(string); !n.nonceHolds(nonce) {
		return "", &problem{http.StatusBadRequest, "use_dpop_nonce", "Authorization server requires nonce in DPoP proof"}
	}
	if _, replayed := n.proofs[jti]; replayed {
		return bad(`DPoP "jti" was used`)
	}
	for old, until := range n.proofs {
		if until.Before(now) {
			delete(n.proofs, old)
		}
	}
	n.proofs[jti] = now.Add(2 * proofAge)
	return thumbprint(token.Header["jwk"]), nil
}

// bound says whose request with a token of a consent it is.
func (n *Network) bound(q *request, access string) *problem {
	q.header.Set("DPoP-Nonce", n.nextNonce())
	refuse := func(name, why string) *problem {
		q.header.Set("WWW-Authenticate", fmt.Sprintf(`DPoP error=%q, error_description=%q`, name, why))
		return &problem{http.StatusUnauthorized, name, why}
	}
	key, p := n.proof(q.Request, q.host, access, q.now)
	if p != nil {
		return refuse(p.name, p.message)
	}
	c := n.consents[n.accesses[access]]
	if c == nil || c.access != access || c.key != key || c.epoch < c.account.epoch {
		return refuse("invalid_token", "Invalid token")
	}
	if n.mishapToken(q, c) {
		return refuse("invalid_token", "Token has been revoked")
	}
	if n.expired(q, c) {
		return refuse("invalid_token", `"exp" claim timestamp check failed`)
	}
	if reduced(q) || !c.may("transition:generic") {
		return &problem{http.StatusForbidden, "ScopeMissingError", "Missing required scope for this request"}
	}
	scope := scopeApp
	if c.may("transition:chat.bsky") {
		scope = scopePrivileged
	}
	q.me, q.token = c.account, claims{Scope: scope, Subject: c.account.did}
	return nil
}
