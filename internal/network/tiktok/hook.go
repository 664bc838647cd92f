package tiktok

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/secret"
)

// fresh is how far the moment in a signature may be from ours: what is older may be
// somebody's recording. What TikTok tells is a hint only, so losing one is no loss.
const fresh = network.Skew

// Challenge: TikTok tests no addresses.
func (*Driver) Challenge(url.Values, network.App) (network.Answer, bool) {
	return network.Answer{}, false
}

// Verify checks the signature over the moment and the body as it came.
func (d *Driver) Verify(header http.Header, body []byte, key secret.Text) error {
	forged := fault.New(fault.Denied, "The signature is not TikTok's.").WithHint("Look at the client secret of the TikTok app.")
	fields := header.Values("Tiktok-Signature")
	if key == "" || len(fields) != 1 || len(fields[0]) > 512 {
		return forged
	}
	var stamp, signature string
	for piece := range strings.SplitSeq(fields[0], ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(piece), "=")
		switch name {
		case "t":
			stamp = value
		case "s":
			signature = value
		}
	}
	sum, err := hex.DecodeString(signature)
	at, err2 := strconv.ParseInt(stamp, 10, 64)
	if err != nil || err2 != nil {
		return forged
	}
	m := hmac.New(sha256.New, []byte(key.Reveal()))
	m.Write([]byte(stamp + "."))
	m.Write(body)
	if !hmac.Equal(sum, m.Sum(nil)) {
		return forged
	}
	if age := d.now().Sub(time.Unix(at, 0)); age > fresh || age < -fresh {
		return fault.New(fault.Denied, "The signature is too old.").WithHint("Look at the clock of this server.")
	}
	return nil
}

// hook is the body of a webhook; content is JSON within a text.
type hook struct {
	Event   string `json:"event"`
	Made    int64  `json:"create_time"`
	Account string `json:"user_openid"`
	Content string `json:"content"`
}

// Split takes a body apart: one event of one account. Of all that TikTok tells, one
// thing is of use: that a post of ours can be seen by everybody, and its id. What
// was published by us is known from asking; that rights were withdrawn is found by
// the next check.
func (*Driver) Split(body []byte) ([]network.Raw, error) {
	var h hook
	if json.Unmarshal(body, &h) != nil {
		if !json.Valid(body) {
			return nil, fault.New(fault.Invalid, "This is no webhook of TikTok.")
		}
		return nil, nil // of another form than announced
	}
	if h.Event != "post.publish.publicly_available" || !person.MatchString(h.Account) || h.Made <= 0 || h.Made > 1<<36 {
		return nil, nil
	}
	var content struct {
		Post ident `json:"post_id"`
	}
	if json.Unmarshal([]byte(h.Content), &content) != nil || !number.MatchString(string(content.Post)) {
		return nil, nil //nolint:nilerr // a post without a number is none that can be asked about
	}
	return []network.Raw{fact{Post: string(content.Post), At: h.Made, Ours: true}.raw(h.Account)}, nil
}
