package bluesky

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/secret"
)

const goodIssuer = `{"issuer":"https://bsky.example","authorization_endpoint":"https://bsky.example/oauth/authorize","token_endpoint":"https://bsky.example/oauth/token",
"pushed_authorization_request_endpoint":"https://bsky.example/oauth/par","revocation_endpoint":"https://bsky.example/oauth/revoke","response_types_supported":["code"],
"grant_types_supported":["authorization_code","refresh_token"],"code_challenge_methods_supported":["S256"],"token_endpoint_auth_methods_supported":["none","private_key_jwt"],
"scopes_supported":["atproto","transition:generic"],"dpop_signing_alg_values_supported":["ES256"],"authorization_response_iss_parameter_supported":true,
"require_pushed_authorization_requests":true,"client_id_metadata_document_supported":true}`

// FuzzIssuer: whatever a server says of itself, what fits is at its own address and
// leads to encrypted addresses alone.
func FuzzIssuer(f *testing.F) {
	f.Add([]byte(goodIssuer), "https://bsky.example")
	f.Add([]byte(strings.ReplaceAll(goodIssuer, "https://", "http://")), "http://bsky.example")
	f.Add([]byte(strings.ReplaceAll(goodIssuer, "https://bsky.example", "http://127.0.0.1:1")), "http://127.0.0.1:1")
	f.Add([]byte(`{"issuer":null,"scopes_supported":[null,7]}`), "")
	f.Fuzz(func(t *testing.T, data []byte, at string) {
		var i issuer
		if json.Unmarshal(data, &i) != nil || !i.fits(at) {
			return
		}
		for _, address := range []string{i.Issuer, i.Page, i.Token, i.Push} {
			u, err := url.Parse(address)
			if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && !ownMachine(u.Hostname()) {
				t.Fatalf("%q of %s fits", address, at)
			}
		}
		if i.Issuer != at {
			t.Fatalf("%q at %q", i.Issuer, at)
		}
	})
}

// FuzzDocument: an account's document gives a server and a handle, or nothing.
func FuzzDocument(f *testing.F) {
	f.Add([]byte(`{"id":"did:plc:yirzhmgdiwd467ffu3l7sops","alsoKnownAs":["at://atelier.bsky.social"],"service":[{"id":"#atproto_pds","type":"AtprotoPersonalDataServer","serviceEndpoint":"https://pds.example/x"}]}`))
	f.Add([]byte(`{"alsoKnownAs":["at://","at://\u0000.b","at://A.B"],"service":[{"type":"AtprotoPersonalDataServer","serviceEndpoint":"javascript:alert(1)"}]}`))
	f.Add([]byte(`{"alsoKnownAs":null,"service":[null]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var d document
		if json.Unmarshal(data, &d) != nil {
			return
		}
		if base := d.server(); base != "" {
			u, err := url.Parse(base)
			if err != nil || u.Host == "" || u.Path != "" || u.User != nil || u.RawQuery != "" || u.Scheme != "https" && u.Scheme != "http" {
				t.Fatalf("the server is %q", base)
			}
		}
		if h := d.handle(); h != "" && (!handleSign.MatchString(h) || !d.names(h)) {
			t.Fatalf("the handle is %q", h)
		}
	})
}

// FuzzGranted: what is taken for tokens can stand in a header, and is for somebody.
func FuzzGranted(f *testing.F) {
	f.Add([]byte(`{"access_token":"acc","token_type":"DPoP","refresh_token":"ref","scope":"atproto transition:generic","expires_in":900,"sub":"did:plc:yirzhmgdiwd467ffu3l7sops"}`))
	f.Add([]byte(`{"access_token":"a\r\nX: y","token_type":"dpop","refresh_token":"r","scope":"atproto","expires_in":-9223372036854775808,"sub":"did:web:a.b"}`))
	f.Add([]byte(`{"access_token":"a","token_type":"Bearer","refresh_token":"r","scope":"atproto","sub":"did:plc:yirzhmgdiwd467ffu3l7sops"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		g, ok := readGranted(data)
		if !ok {
			return
		}
		if !slices.Contains(strings.Fields(g.Scope), scopeIdentity) || !didSign.MatchString(g.DID) || strings.ContainsAny(g.Access+g.Refresh, " \r\n\x00") || g.Access == "" || g.Refresh == "" {
			t.Fatalf("%+v", g)
		}
		now := time.Unix(1800000000, 0)
		kept := grant{}.until(g, now)
		if kept.Until <= now.Unix() || kept.Until > now.Unix()+24*60*60 || kept.ahead(time.Hour) < 0 || kept.ahead(time.Hour) >= time.Duration(kept.Life)*time.Second {
			t.Fatalf("%+v", kept)
		}
	})
}

func FuzzSigner(f *testing.F) {
	f.Add("")
	f.Add("AAAA")
	f.Add(strings.Repeat("A", 43))
	f.Fuzz(func(t *testing.T, text string) {
		s, err := readSigner(secret.Text(text))
		if err != nil {
			if len(text) > 8 && strings.Contains(err.Error(), text) {
				t.Fatal("the error gives the key away")
			}
			return
		}
		if _, err := s.proof("GET", &url.URL{Scheme: "https", Host: "a.b", Path: "/"}, "n", "t", time.Unix(1, 0)); err != nil {
			t.Fatal(err)
		}
	})
}

// A nonce is a server's own, may change with any answer, and never grows the memory
// without end.
func TestEachServerHasItsOwnNonce(t *testing.T) {
	var n nonces
	a, b := &url.URL{Scheme: "https", Host: "a.example", Path: "/x"}, &url.URL{Scheme: "https", Host: "b.example"}
	n.hear(a, http.Header{"Dpop-Nonce": {"one"}})
	n.hear(b, http.Header{"Dpop-Nonce": {"two"}})
	n.hear(a, http.Header{})
	n.hear(a, http.Header{"Dpop-Nonce": {"torn\r\nX: y"}})
	if n.get(&url.URL{Scheme: "https", Host: "a.example", Path: "/y"}).value != "one" || n.get(b).value != "two" || n.get(&url.URL{Scheme: "http", Host: "a.example"}).value != "" {
		t.Errorf("%+v", n.of)
	}
	for i := range 3 * manyNonces {
		n.hear(&url.URL{Scheme: "https", Host: strings.Repeat("x", i%50) + string(rune('a'+i%26)) + time.Duration(i).String()}, http.Header{"Dpop-Nonce": {"n"}})
	}
	if len(n.of) > manyNonces {
		t.Errorf("%d are remembered", len(n.of))
	}
}
