package bluesky

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/secret"
)

// signer is a key of ours on P-256, with which we sign (ES256).
type signer struct{ key *ecdsa.PrivateKey }

func newSigner() (signer, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return signer{}, fault.Wrap(fault.Internal, err, "making a key")
	}
	return signer{key}, nil
}

func readSigner(text secret.Text) (signer, error) {
	raw, err := base64.RawURLEncoding.DecodeString(text.Reveal())
	if err == nil {
		var key *ecdsa.PrivateKey
		if key, err = ecdsa.ParseRawPrivateKey(elliptic.P256(), raw); err == nil {
			return signer{key}, nil
		}
	}
	return signer{}, incomplete() // the cause might quote the key
}

// text is the key as it is kept.
func (s signer) text() (secret.Text, error) {
	raw, err := s.key.Bytes()
	if err != nil {
		return "", fault.Wrap(fault.Internal, err, "writing a key")
	}
	return secret.Text(base64.RawURLEncoding.EncodeToString(raw)), nil
}

// public is the half that everybody may see, as a JSON Web Key.
func (s signer) public() (map[string]string, error) {
	raw, err := s.key.PublicKey.Bytes()
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "writing a key")
	}
	const half = 32 // of an uncompressed point, after its mark
	b64 := base64.RawURLEncoding.EncodeToString
	return map[string]string{"kty": "EC", "crv": "P-256", "x": b64(raw[1 : 1+half]), "y": b64(raw[1+half:])}, nil
}

func (s signer) sign(header map[string]any, claims jwt.MapClaims) (string, error) {
	token := jwt.NewWithClaims(jwt.SigningMethodES256, claims)
	for name, value := range header {
		token.Header[name] = value
	}
	text, err := token.SignedString(s.key)
	if err != nil {
		return "", fault.Wrap(fault.Internal, err, "signing")
	}
	return text, nil
}

// proof shows for one request that its token is in the hands of whom it was given
// to (DPoP). access is "" where a token is asked for.
func (s signer) proof(method string, at *url.URL, nonce, access string, now time.Time) (string, error) {
	key, err := s.public()
	if err != nil {
		return "", err
	}
	claims := jwt.MapClaims{"jti": rand.Text(), "htm": method, "htu": at.Scheme + "://" + at.Host + at.EscapedPath(), "iat": now.Unix()}
	if nonce != "" {
		claims["nonce"] = nonce
	}
	if access != "" {
		sum := sha256.Sum256([]byte(access))
		claims["ath"] = base64.RawURLEncoding.EncodeToString(sum[:])
	}
	return s.sign(map[string]any{"typ": "dpop+jwt", "jwk": key}, claims)
}

// nonces are what servers want to see in the next proof: each has its own, and may
// change it with any answer.
type nonces struct {
	mu sync.Mutex
	of map[string]nonce // by origin
}

type nonce struct {
	value string
	at    time.Time // by the machine's clock: how long one lasts is life's time
}

// manyNonces are more than there are servers; then one begins anew.
const manyNonces = 4096

func (n *nonces) get(at *url.URL) nonce {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.of[origins(at)]
}

func (n *nonces) hear(at *url.URL, header http.Header) {
	value := header.Get("DPoP-Nonce")
	if value == "" || len(value) > 1<<10 || strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r > '~' }) {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.of == nil || len(n.of) >= manyNonces {
		n.of = map[string]nonce{}
	}
	n.of[origins(at)] = nonce{value, time.Now()}
}
