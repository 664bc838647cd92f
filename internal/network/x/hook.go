package x

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
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

// X signs with the secret of the OAuth 2.0 client, and in an older header with
// that of OAuth 1.0a, which may come beside it. The first that is there counts.
func signatures() []string {
	return []string{"X-Twitter-Webhooks-Signature-OAuth2", "X-Twitter-Webhooks-Signature"}
}

func sign(key secret.Text, said []byte) string {
	m := hmac.New(sha256.New, []byte(key.Reveal()))
	m.Write(said)
	return "sha256=" + base64.StdEncoding.EncodeToString(m.Sum(nil))
}

// Challenge answers the question by which X tests an address: the word that it
// gives, signed.
func (*Driver) Challenge(query url.Values, app network.App) (network.Answer, bool) {
	word := query.Get("crc_token")
	const most = 1024
	if app.Secret == "" || word == "" || len(word) > most {
		return network.Answer{}, false
	}
	data, err := json.Marshal(map[string]string{"response_token": sign(app.Secret, []byte(word))})
	if err != nil {
		return network.Answer{}, false
	}
	return network.Answer{Type: "application/json", Body: string(data)}, true
}

// Verify checks the signature over the body as it came.
func (*Driver) Verify(header http.Header, body []byte, key secret.Text) error {
	if key != "" {
		for _, name := range signatures() {
			given := header.Values(name)
			if len(given) == 0 {
				continue
			}
			if len(given) == 1 && hmac.Equal([]byte(given[0]), []byte(sign(key, body))) {
				return nil
			}
			break
		}
	}
	return fault.New(fault.Denied, "The signature is not X's.").WithHint("Look at the client secret of the app at X.")
}

// hook is the body of a webhook of the Activity API: one event.
type hook struct {
	Data *struct {
		Filter struct {
			User string `json:"user_id"`
		} `json:"filter"`
		Kind     string          `json:"event_type"`
		UUID     string          `json:"event_uuid"`
		Payload  json.RawMessage `json:"payload"`
		Includes included        `json:"includes"`
	} `json:"data"`
}

// included is what comes along with an event. What is of another form than
// announced stays empty; the event is read nevertheless.
type included struct {
	Users []json.RawMessage `json:"users"`
	Media []attached        `json:"media"`
	Posts posts             `json:"tweets"`
}

// UnmarshalJSON takes what it can.
func (i *included) UnmarshalJSON(data []byte) error {
	var parts map[string]json.RawMessage
	if json.Unmarshal(data, &parts) != nil {
		return nil //nolint:nilerr // nothing that we know comes along
	}
	for name, into := range map[string]any{"users": &i.Users, "media": &i.Media, "tweets": &i.Posts} {
		if len(parts[name]) > 0 {
			_ = json.Unmarshal(parts[name], into) // what is odd is left out
		}
	}
	return nil
}

// wrapped is a user in a wrapper, as some events have them.
type wrapped struct {
	Data user `json:"data"`
}

// Split reads an event. What nobody announced is left out. What X takes money for is a fact
// of its own: it is paid also where it tells nothing new.
func (*Driver) Split(given []byte) ([]network.Raw, error) {
	var h hook
	if json.Unmarshal(given, &h) != nil {
		return nil, fault.New(fault.Invalid, "This is no webhook of X.")
	}
	if h.Data == nil || !number.MatchString(h.Data.Filter.User) {
		return nil, nil
	}
	account := h.Data.Filter.User
	all, err := h.facts(account)
	if charge, ok := h.charge(account, all); err == nil && ok {
		all = append(all, charge)
	}
	return all, err
}

// facts are what an event tells.
func (h hook) facts(account string) ([]network.Raw, error) {
	switch kind := h.Data.Kind; kind {
	case "post.create", "post.mention.create", "post.reply.create", "post.quote.create":
		return h.post(account, kind)
	case "post.repost.create":
		var p post
		if json.Unmarshal(h.Data.Payload, &p) != nil || !p.good() {
			return nil, strange()
		}
		return acts(deed{Kind: network.Repost, Post: p.refers("retweeted"), Who: h.user(p.Author), At: p.Created}, account, moment(p.Created))
	case "post.delete":
		var p post
		if json.Unmarshal(h.Data.Payload, &p) != nil || !number.MatchString(p.ID) {
			return nil, strange()
		}
		return []network.Raw{body{Gone: &absent{p.ID, clip(p.Author, 32)}}.raw(account, account, "gone "+p.ID, time.Time{})}, nil
	case "like.create":
		return h.like(account)
	case "follow.follow", "follow.unfollow":
		return h.follow(account, kind == "follow.unfollow")
	case "dm.received", "dm.sent":
		return h.messages(account)
	}
	return nil, nil
}

func acts(g deed, account string, at time.Time) ([]network.Raw, error) {
	if raw, ok := g.raw(account, at); ok && g.Who.ID != account {
		return []network.Raw{raw}, nil
	}
	return nil, nil
}

func (h hook) users() []user {
	var all []user
	for _, data := range h.Data.Includes.Users[:min(len(h.Data.Includes.Users), 16)] {
		var u user
		if json.Unmarshal(data, &u) != nil || u.ID == "" {
			var w wrapped
			if json.Unmarshal(data, &w) != nil {
				continue
			}
			u = w.Data
		}
		all = append(all, u)
	}
	return all
}

func (h hook) user(id string) user {
	for _, u := range h.users() {
		if u.ID == id {
			return u
		}
	}
	return user{ID: id}
}

func (h hook) post(account, kind string) ([]network.Raw, error) {
	var p post
	if json.Unmarshal(h.Data.Payload, &p) != nil || !p.good() {
		return nil, strange()
	}
	n := notice{Post: p, Author: h.user(p.Author), Media: leanMedia(h.Data.Includes.Media, p.Attachments.Keys)}
	// Answers to us directly below where a conversation began: it is ours.
	n.Ours = kind == "post.reply.create" && p.refers("replied_to") == p.Conversation
	return n.raws(account), nil
}

// like finds who liked: the payload does not say, what comes along does.
func (h hook) like(account string) ([]network.Raw, error) {
	var p struct {
		Post   string `json:"liked_tweet_id"`
		Author string `json:"liked_tweet_author_id"`
		Millis string `json:"timestamp_ms"`
	}
	if json.Unmarshal(h.Data.Payload, &p) != nil || !number.MatchString(p.Post) {
		return nil, strange()
	}
	if p.Author != account {
		return nil, nil // we liked something
	}
	for _, one := range h.Data.Includes.Posts {
		if one.ID == p.Post {
			p.Post = one.first()
		}
	}
	for _, u := range h.users() {
		if u.ID != account {
			at := millis(p.Millis)
			return acts(deed{Kind: network.Reaction, Post: p.Post, Who: u, At: stamp(at)}, account, at)
		}
	}
	return nil, nil
}

func (h hook) follow(account string, removed bool) ([]network.Raw, error) {
	var p struct {
		Source wrapped `json:"source"`
		Target wrapped `json:"target"`
	}
	if json.Unmarshal(h.Data.Payload, &p) != nil {
		return nil, strange()
	}
	if p.Target.Data.ID != account {
		return nil, nil // we follow somebody
	}
	return acts(deed{Kind: network.Follow, Who: p.Source.Data, Removed: removed}, account, time.Time{})
}

// messages reads private messages, which have the form of an older API.
func (h hook) messages(account string) ([]network.Raw, error) {
	var p struct {
		Events []struct {
			Type    string `json:"type"`
			ID      string `json:"id"`
			Created string `json:"created_timestamp"`
			Message struct {
				Sender string `json:"sender_id"`
				Target struct {
					To   string `json:"recipient_id"`
					Chat string `json:"conversation_id"`
				} `json:"target"`
				Data struct {
					Text       string `json:"text"`
					Attachment struct {
						Media struct {
							Type string `json:"type"`
							URL  string `json:"media_url_https"`
						} `json:"media"`
					} `json:"attachment"`
				} `json:"message_data"`
			} `json:"message_create"`
		} `json:"direct_message_events"`
		Users map[string]wrapped `json:"users"`
	}
	if json.Unmarshal(h.Data.Payload, &p) != nil {
		return nil, strange()
	}
	var all []network.Raw
	for _, e := range p.Events[:min(len(p.Events), 100)] {
		m := written{ID: e.ID, Chat: e.Message.Target.Chat, Text: e.Message.Data.Text, At: stamp(millis(e.Created)), From: p.Users[e.Message.Sender].Data}
		if e.Type != "message_create" || e.Message.Sender == "" {
			continue
		}
		if m.From.ID != e.Message.Sender {
			m.From = user{ID: e.Message.Sender}
		}
		if m.Chat == "" {
			m.Chat = pairOf(e.Message.Sender, e.Message.Target.To)
		}
		if a := e.Message.Data.Attachment.Media; a.URL != "" {
			m.Media = []attached{{Type: a.Type, URL: clip(a.URL, 2048)}}
		}
		if raw, ok := m.raw(account); ok {
			all = append(all, raw)
		}
	}
	return all, nil
}

// pairOf is the name of a conversation of two: both, the smaller number first.
func pairOf(a, b string) string {
	if !number.MatchString(a) || !number.MatchString(b) {
		return ""
	}
	if later(a, b) {
		a, b = b, a
	}
	return a + "-" + b
}

// millis reads milliseconds since 1970; what is none is the zero time.
func millis(s string) time.Time {
	n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
	const most = 253402300799000
	if err != nil || n <= 0 || n > most {
		return time.Time{}
	}
	return time.UnixMilli(n).UTC()
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format("2006-01-02T15:04:05.000Z")
}
