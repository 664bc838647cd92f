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

// SigningKeys are those of both apps: either API signs with the secret of its own.
func (*Driver) SigningKeys(app network.App) []secret.Text {
	return []secret.Text{app.Secret, secret.Text(app.Extra[businessSecret])}
}

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

// Split takes a body apart: one event of one account. TikTok for Developers tells one
// thing that is of use: that a post of ours can be seen by everybody, and its id. TikTok
// API for Business tells of comments and mentions, by its own id of the account. What was published by
// us is known from asking; that rights were withdrawn is found by the next check.
func (*Driver) Split(body []byte) ([]network.Raw, error) {
	var h hook
	if json.Unmarshal(body, &h) != nil {
		if !json.Valid(body) {
			return nil, fault.New(fault.Invalid, "This is no webhook of TikTok.")
		}
		return nil, nil // of another form than announced
	}
	if !person.MatchString(h.Account) || h.Made <= 0 || h.Made > 1<<36 {
		return nil, nil
	}
	switch h.Event {
	case "comment.update":
		return h.comment(), nil
	case "brand.mention.event":
		return h.mention(), nil
	case "post.publish.publicly_available":
		var content struct {
			Post ident `json:"post_id"`
		}
		if json.Unmarshal([]byte(h.Content), &content) != nil || !number.MatchString(string(content.Post)) {
			return nil, nil //nolint:nilerr // a post without a number is none that can be asked about
		}
		return []network.Raw{fact{Post: string(content.Post), At: h.Made, Ours: true}.raw(h.Account)}, nil
	}
	return nil, nil
}

// What became of a comment, as TikTok names it.
const (
	actInsert  = "insert"
	actDelete  = "delete"
	actHidden  = "set_to_hidden"
	actFriends = "set_to_friends_only"
	actPublic  = "set_to_public"
)

// comment reads what became of a comment. Its words come along, but neither who said it,
// as people know them, nor whether that was the account itself: so of a new one it is
// kept where it is. A comment that TikTok looks at first is told of as new and, later, as
// public; lists may show it from then on alone.
func (h hook) comment() []network.Raw {
	var c struct {
		ID     ident  `json:"comment_id"`
		Post   ident  `json:"video_id"`
		Top    ident  `json:"parent_comment_id"`
		Action string `json:"comment_action"`
		At     int64  `json:"timestamp"`
		Who    string `json:"unique_identifier"`
	}
	if json.Unmarshal([]byte(h.Content), &c) != nil || !number.MatchString(string(c.ID)) || !number.MatchString(string(c.Post)) {
		return nil
	}
	if c.At <= 0 || c.At > 1<<36 {
		c.At = h.Made
	}
	f := fact{ID: string(c.ID), Post: string(c.Post), At: c.At, Who: clip(c.Who, 256), Told: c.Action}
	if number.MatchString(string(c.Top)) && c.Top != "0" {
		f.Top = string(c.Top)
	}
	switch c.Action {
	case actInsert, actDelete, actHidden, actFriends, actPublic:
		return []network.Raw{f.raw(h.Account)}
	}
	return nil // of a sort that is not announced
}
