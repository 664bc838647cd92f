package linkedin

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/secret"
	"github.com/kithhq/kith/internal/text"
)

const eventType = "ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS"

var (
	challenge   = text.OnlyOf("A-Za-z0-9-", 8, 128) //nolint:gochecknoglobals // a table
	application = text.OnlyOf("0-9", 1, 20)         //nolint:gochecknoglobals // a table
)

func mac(key secret.Text, text []byte) []byte {
	m := hmac.New(sha256.New, []byte(key.Reveal()))
	m.Write(text)
	return m.Sum(nil)
}

// Challenge answers the question by which LinkedIn tests an address, now and every
// two hours, with the secret of the app.
func (*Driver) Challenge(query url.Values, app network.App) (network.Answer, bool) {
	code := query.Get("challengeCode")
	if app.Secret == "" || !challenge.MatchString(code) {
		return network.Answer{}, false
	}
	data, err := json.Marshal(map[string]string{"challengeCode": code, "challengeResponse": hex.EncodeToString(mac(app.Secret, []byte(code)))})
	if err != nil {
		panic(err) // strings alone
	}
	return network.Answer{Type: "application/json", Body: string(data)}, true
}

// Verify checks the signature over the body as it came.
func (*Driver) Verify(header http.Header, body []byte, key secret.Text) error {
	signatures := header.Values("X-LI-Signature")
	if key != "" && len(signatures) == 1 {
		sum, err := hex.DecodeString(signatures[0])
		if err == nil && hmac.Equal(sum, mac(key, append([]byte("hmacsha256="), body...))) {
			return nil
		}
	}
	return fault.New(fault.Denied, "The signature is not LinkedIn's.").WithHint("Look at the secret of the LinkedIn app.")
}

// Split takes a body apart. What nobody announced is left out.
func (*Driver) Split(body []byte) ([]network.Raw, error) {
	var h struct {
		Type          loose             `json:"type"`
		Notifications []json.RawMessage `json:"notifications"`
	}
	if json.Unmarshal(body, &h) != nil {
		return nil, fault.New(fault.Invalid, "This is no webhook of LinkedIn.")
	}
	if string(h.Type) != eventType {
		return nil, nil
	}
	var all []network.Raw
	for _, item := range h.Notifications {
		var n notice
		_ = json.Unmarshal(item, &n) // what is of another type stays empty
		if f, ok := n.lean(); ok && pageURN.MatchString(string(n.Page)) {
			all = append(all, f.raw(string(n.Page)))
		}
	}
	return all, nil
}
