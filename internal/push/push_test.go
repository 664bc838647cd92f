package push_test

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/outward"
	"github.com/kithhq/kith/internal/push"
	"github.com/kithhq/kith/internal/secret"
)

// browser receives as RFC 8291 says, written from the standard alone.
type browser struct {
	key  *ecdh.PrivateKey
	auth []byte
}

func (b browser) read(t *testing.T, body []byte) []byte {
	t.Helper()
	salt, size, idLength := body[:16], binary.BigEndian.Uint32(body[16:20]), int(body[20])
	theirs, record := body[21:21+idLength], body[21+idLength:]
	if int(size) < len(record) {
		t.Fatalf("a record of %d in %d", len(record), size)
	}
	public, err := ecdh.P256().NewPublicKey(theirs)
	if err != nil {
		t.Fatal(err)
	}
	shared, err := b.key.ECDH(public)
	if err != nil {
		t.Fatal(err)
	}
	derive := func(secret, salt []byte, info string, n int) []byte {
		out, err := hkdf.Key(sha256.New, secret, salt, info, n)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	ikm := derive(shared, b.auth, "WebPush: info\x00"+string(b.key.PublicKey().Bytes())+string(theirs), 32)
	key, nonce := derive(ikm, salt, "Content-Encoding: aes128gcm\x00", 16), derive(ikm, salt, "Content-Encoding: nonce\x00", 12)
	block, err := aes.NewCipher(key)
	if err != nil {
		t.Fatal(err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := gcm.Open(nil, nonce, record, nil)
	if err != nil {
		t.Fatalf("this browser cannot read it: %v", err)
	}
	end := strings.LastIndexByte(strings.TrimRight(string(plain), "\x00"), 2)
	return plain[:end]
}

func TestABrowserReadsWhatWasSentToIt(t *testing.T) {
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	b := browser{key, make([]byte, 16)}
	_, _ = rand.Read(b.auth)
	status := http.StatusCreated
	var got []byte
	var header http.Header
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got, _ = io.ReadAll(r.Body)
		header = r.Header
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(status)
	}))
	defer server.Close()
	out, err := outward.New(outward.Options{Allow: []string{"127.0.0.1"}})
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	keys, err := push.NewKeys()
	if err != nil {
		t.Fatal(err)
	}
	sender := push.Sender{Outside: out, Keys: keys, Contact: "https://kith.example.org"}
	to := push.Browser{Endpoint: server.URL + "/send/1", P256DH: base64.RawURLEncoding.EncodeToString(key.PublicKey().Bytes()),
		Auth: secret.Text(base64.RawURLEncoding.EncodeToString(b.auth))}
	m := push.Message{Title: "À publier maintenant", Body: "BeReal · hirondelle", Href: "/publish/1", Tag: "post-1"}
	if err := sender.Send(t.Context(), to, m); err != nil {
		t.Fatal(err)
	}
	var read push.Message
	if err := json.Unmarshal(b.read(t, got), &read); err != nil || read != m {
		t.Errorf("the browser reads %+v, %v", read, err)
	}
	if header.Get("Content-Encoding") != "aes128gcm" || header.Get("Ttl") == "" || header.Get("Urgency") != "high" || !strings.HasPrefix(header.Get("Authorization"), "vapid t=") {
		t.Errorf("sent with %v", header)
	}
	for code, want := range map[int]fault.Kind{404: fault.NotFound, 410: fault.NotFound, 429: fault.Throttled, 500: fault.Unavailable, 403: fault.Denied} {
		status = code
		err := sender.Send(t.Context(), to, m)
		if !fault.Is(err, want) || code == 429 && fault.After(err) != 7*time.Second {
			t.Errorf("%d: %v", code, err)
		}
	}
	server.Close()
	if err := sender.Send(t.Context(), to, m); !fault.Is(err, fault.Unavailable) {
		t.Errorf("nobody there: %v", err)
	}
	for name, bad := range map[string]push.Browser{
		"no address":   {Endpoint: "x", P256DH: to.P256DH, Auth: to.Auth},
		"no point":     {Endpoint: to.Endpoint, P256DH: base64.RawURLEncoding.EncodeToString(make([]byte, 65)), Auth: to.Auth},
		"short secret": {Endpoint: to.Endpoint, P256DH: to.P256DH, Auth: "YWJj"},
	} {
		if err := bad.Check(); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
