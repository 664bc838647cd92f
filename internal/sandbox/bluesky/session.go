package bluesky

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
)

type claims struct {
	Scope   string `json:"scope"`
	Aud     string `json:"aud"`
	Subject string `json:"sub"`
	ID      string `json:"jti,omitempty"`
	Issuer  string `json:"iss,omitempty"` // of a token for another service
	Method  string `json:"lxm,omitempty"`
	Issued  int64  `json:"iat"`
	Expires int64  `json:"exp"`
	Epoch   int    `json:"epoch"` // of the account: all tokens of an earlier one are revoked
}

const (
	scopeAccess     = "com.atproto.access"
	scopeApp        = "com.atproto.appPass"
	scopePrivileged = "com.atproto.appPassPrivileged"
	scopeRefresh    = "com.atproto.refresh"
	refreshLife     = 90 * 24 * time.Hour
)

func (n *Network) sign(typ string, c claims) string {
	b64 := base64.RawURLEncoding
	head, _ := json.Marshal(map[string]string{"typ": typ, "alg": "HS256"})
	body, _ := json.Marshal(c)
	text := b64.EncodeToString(head) + "." + b64.EncodeToString(body)
	return text + "." + b64.EncodeToString(n.mac(text))
}

func (n *Network) mac(text string) []byte {
	h := hmac.New(sha256.New, n.key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

func (n *Network) parse(token string) (claims, bool) {
	var c claims
	last := strings.LastIndexByte(token, '.')
	if last < 0 {
		return c, false
	}
	sum, err := base64.RawURLEncoding.DecodeString(token[last+1:])
	if err != nil || !hmac.Equal(sum, n.mac(token[:last])) {
		return c, false
	}
	_, body, _ := strings.Cut(token[:last], ".")
	data, err := base64.RawURLEncoding.DecodeString(body)
	return c, err == nil && json.Unmarshal(data, &c) == nil
}

// authenticate says whose request it is; the weather may let the token be expired, revoked or narrower than it was.
func (n *Network) authenticate(q *request, kind auth) *problem {
	if access, ok := strings.CutPrefix(q.Header.Get("Authorization"), "DPoP "); ok && kind != refresh {
		return n.bound(q, access)
	}
	token, ok := strings.CutPrefix(q.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return &problem{http.StatusUnauthorized, "AuthMissing", "Authentication Required"}
	}
	c, ok := n.parse(token)
	if !ok || c.Issuer != "" || (c.Scope == scopeRefresh) != (kind == refresh) {
		return &problem{http.StatusBadRequest, "InvalidToken", "Token could not be verified"}
	}
	revoked := &problem{http.StatusBadRequest, "ExpiredToken", "Token has been revoked"}
	me := n.accounts[c.Subject]
	if me == nil {
		return &problem{http.StatusForbidden, "AccountNotFound", "Account not found"}
	}
	if kind == refresh && n.sessions[c.ID] == "" || c.Epoch < me.epoch {
		return revoked
	}
	if _, hit := q.call.Has(sandbox.TokenRevoked); hit {
		me.epoch++
		return revoked
	}
	if _, hit := q.call.Has(sandbox.TokenExpired); hit || c.Expires <= q.now.Unix() {
		return &problem{http.StatusBadRequest, "ExpiredToken", "Token has expired"}
	}
	if _, hit := q.call.Has(sandbox.TokenReduced); hit {
		return &problem{http.StatusForbidden, "ScopeMissingError", "Missing required scope for this request"}
	}
	q.me, q.token = me, c
	return nil
}

func (n *Network) session(q *request, a *account, scope string) object {
	n.serial++
	id := letters(fmt.Sprint("session", n.serial), 32)
	n.sessions[id] = scope
	now, aud := q.now.Unix(), "did:web:"+hostName(q.host)
	return object{
		"did": a.did, "handle": a.handle, "email": a.email, "emailConfirmed": false, "active": true, "didDoc": n.document(a, q.host),
		"accessJwt":  n.sign("at+jwt", claims{Scope: scope, Aud: aud, Subject: a.did, ID: letters(id+"a", 32), Issued: now, Expires: now + int64(n.options.AccessLife/time.Second), Epoch: a.epoch}),
		"refreshJwt": n.sign("refresh+jwt", claims{Scope: scopeRefresh, Aud: aud, Subject: a.did, ID: id, Issued: now, Expires: now + int64(refreshLife/time.Second), Epoch: a.epoch}),
	}
}

func hostName(url string) string {
	_, rest, _ := strings.Cut(url, "://")
	name, _, _ := strings.Cut(rest, ":")
	return name
}

func (n *Network) document(a *account, host string) object {
	return object{
		"@context":    []string{"https://www.w3.org/ns/did/v1", "https://w3id.org/security/suites/secp256k1-2019/v1"},
		"id":          a.did,
		"alsoKnownAs": []string{"at://" + a.handle},
		"verificationMethod": []object{{"id": "#atproto", "type": "EcdsaSecp256k1VerificationKey2019", "controller": a.did,
			"publicKeyMultibase": "z" + letters("key"+a.did, 48)}},
		"service": []object{{"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": host}},
	}
}

func (n *Network) createAccount(q *request) (any, *problem) {
	handle := strings.ToLower(q.text("handle"))
	if !n.syntax.holds("handle", handle) {
		return nil, &problem{http.StatusBadRequest, "InvalidHandle", "Input/handle must be a valid handle"}
	}
	if n.handles[handle] != nil {
		return nil, &problem{http.StatusBadRequest, "HandleNotAvailable", "Handle already taken: " + handle}
	}
	a := n.newAccount(handle, "", q.text("password"))
	a.ours, a.email = true, q.text("email")
	s := n.session(q, a, scopeAccess)
	return object{"handle": a.handle, "did": a.did, "didDoc": s["didDoc"], "accessJwt": s["accessJwt"], "refreshJwt": s["refreshJwt"]}, nil
}

func (n *Network) createSession(q *request) (any, *problem) {
	name, password := q.text("identifier"), q.text("password")
	if name == "" || password == "" {
		return nil, invalid("Input must have the property \"identifier\"")
	}
	a := n.find(strings.TrimPrefix(name, "@"))
	if a != nil {
		if left, reset := a.signIns.take(q.now, 5*time.Minute, n.options.SignIns, 1); left < 0 {
			rateHeaders(q.header, n.options.SignIns, 0, reset, strconv.Itoa(n.options.SignIns)+";w=300")
			return nil, tooMany()
		}
	}
	scope := ""
	if a != nil && a.password == password {
		scope = scopeAccess
	} else if a != nil {
		for _, app := range a.apps {
			if app.password == password {
				scope = map[bool]string{false: scopeApp, true: scopePrivileged}[app.privileged]
			}
		}
	}
	if _, hit := q.call.Has(sandbox.TokenRevoked); hit || scope == "" {
		return nil, &problem{http.StatusUnauthorized, "AuthenticationRequired", "Invalid identifier or password"}
	}
	return n.session(q, a, scope), nil
}

func (n *Network) refreshSession(q *request) (any, *problem) {
	scope := n.sessions[q.token.ID]
	delete(n.sessions, q.token.ID)
	return n.session(q, q.me, scope), nil
}

func (n *Network) deleteSession(q *request) (any, *problem) {
	delete(n.sessions, q.token.ID)
	return nil, nil
}

func (n *Network) getSession(q *request) (any, *problem) {
	return object{"did": q.me.did, "handle": q.me.handle, "email": q.me.email, "emailConfirmed": false, "active": true,
		"didDoc": n.document(q.me, q.host)}, nil
}

func (n *Network) describeServer(q *request) (any, *problem) {
	return object{"did": "did:web:" + hostName(q.host), "availableUserDomains": []string{"." + n.options.Domain},
		"inviteCodeRequired": false, "blobUploadLimit": n.options.BlobLimit, "links": object{}, "contact": object{}}, nil
}

func (n *Network) createAppPassword(q *request) (any, *problem) {
	if q.token.Scope != scopeAccess {
		return nil, invalid("Bad token scope")
	}
	privileged, _ := q.body["privileged"].(bool)
	p := n.newAppPassword(q.me, q.text("name"), privileged)
	return object{"name": p.name, "password": p.password, "createdAt": stamp(q.now), "privileged": p.privileged}, nil
}

func (n *Network) listAppPasswords(q *request) (any, *problem) {
	all := []object{}
	for _, p := range q.me.apps {
		all = append(all, object{"name": p.name, "createdAt": stamp(q.me.created), "privileged": p.privileged})
	}
	return object{"passwords": all}, nil
}

func (n *Network) revokeAppPassword(q *request) (any, *problem) {
	kept := q.me.apps[:0:0]
	for _, p := range q.me.apps {
		if p.name != q.text("name") {
			kept = append(kept, p)
		}
	}
	q.me.apps = kept
	return nil, nil
}

func (n *Network) resolveHandle(q *request) (any, *problem) {
	handle := q.query.Get("handle")
	if !n.syntax.holds("handle", handle) {
		return nil, invalid("Error: handle must be a valid handle")
	}
	if a := n.handles[strings.ToLower(handle)]; a != nil {
		return object{"did": a.did}, nil
	}
	return nil, &problem{http.StatusBadRequest, "HandleNotFound", "Unable to resolve handle"}
}
