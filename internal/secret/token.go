package secret

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
)

// Token gives 256 random bits as a text that is safe in addresses.
func Token() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // it ends the program rather than fail
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// Digest is what the database keeps of a token. A token has 256 bits of its
// own, so a fast hash without salt is enough.
func Digest(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
