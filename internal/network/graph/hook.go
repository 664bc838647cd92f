package graph

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/secret"
	"github.com/kithhq/kith/internal/text"
)

var challenge = text.OnlyOf("A-Za-z0-9_-", 1, 128) //nolint:gochecknoglobals // a table

// Challenge answers the question by which Meta tests an address, if it knows
// the token that was typed in Meta's form.
func Challenge(query url.Values, app network.App) (network.Answer, bool) {
	token := app.Verify
	given, answer := sha256.Sum256([]byte(query.Get("hub.verify_token"))), query.Get("hub.challenge")
	want := sha256.Sum256([]byte(token.Reveal()))
	if token == "" || query.Get("hub.mode") != "subscribe" || subtle.ConstantTimeCompare(given[:], want[:]) != 1 || !challenge.MatchString(answer) {
		return network.Answer{}, false
	}
	return network.Answer{Body: answer}, true
}

// Verify checks the signature over the body as it came.
func Verify(header http.Header, body []byte, key secret.Text) error {
	signatures := header.Values("X-Hub-Signature-256")
	if key != "" && len(signatures) == 1 {
		m := hmac.New(sha256.New, []byte(key.Reveal()))
		m.Write(body)
		given, is := strings.CutPrefix(signatures[0], "sha256=")
		if sum, err := hex.DecodeString(given); is && err == nil && hmac.Equal(sum, m.Sum(nil)) {
			return nil
		}
	}
	return fault.New(fault.Denied, "The signature is not Meta's.").WithHint("Look at the secret of the Meta app.")
}
