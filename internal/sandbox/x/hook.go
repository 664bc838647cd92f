package x

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/kithhq/kith/internal/sandbox"
)

// webhook is an address of an app at which X knocks.
type webhook struct {
	id    int64
	url   string
	valid bool
	made  string
}

// subscription is one sort of event about one account, brought to one webhook.
type subscription struct {
	id        int64
	kind      string
	user      int64
	direction string
	tag       string
	webhook   int64
	made      string
}

func (h *webhook) view() object {
	return object{"id": id(h.id), "url": h.url, "valid": h.valid, "created_at": h.made}
}

func (s *subscription) view() object {
	filter := object{"user_id": id(s.user)}
	if s.direction != "" {
		filter["direction"] = s.direction
	}
	v := object{"subscription_id": id(s.id), "event_type": s.kind, "filter": filter, "created_at": s.made, "updated_at": s.made}
	if s.tag != "" {
		v["tag"] = s.tag
	}
	if s.webhook != 0 {
		v["webhook_id"] = id(s.webhook)
	}
	return v
}

// Loopback addresses stand in for public ones here; on X an address starts with https:// and has no port.
func (n *Network) allowed(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return false
	}
	if u.Hostname() == "127.0.0.1" || u.Hostname() == "localhost" {
		return true
	}
	return u.Scheme == "https" && u.Port() == ""
}

// registers is POST /2/webhooks and PUT /2/webhooks/{id}: the address is asked first, with no lock held.
func (n *Network) registers(a *ask) (int, any, *problem) {
	refused := func(kind, text string) *problem {
		return &problem{status: http.StatusBadRequest, kind: "https://api.x.com/2/problems/invalid-request", title: kind, detail: text}
	}
	if a.Method == http.MethodPut {
		number, _ := strconv.ParseInt(a.PathValue("id"), 10, 64)
		n.mu.Lock()
		h := n.webhooks[number]
		n.mu.Unlock()
		if h == nil {
			return 0, nil, refused("WebhookIdInvalid", "The provided webhook_id was not found.")
		}
		valid := n.challenge(a.Context(), h.url)
		n.mu.Lock()
		h.valid = valid
		n.mu.Unlock()
		if !valid {
			return 0, nil, refused("CrcValidationFailed", "The callback URL did not respond correctly to the CRC check.")
		}
		return http.StatusOK, object{"data": object{"valid": true}}, nil
	}
	var body struct {
		URL string `json:"url"`
	}
	if p := a.read(&body); p != nil {
		return 0, nil, p
	}
	if !n.allowed(body.URL) || len(body.URL) > 200 {
		return 0, nil, refused("UrlValidationFailed", "The callback URL does not meet requirements.")
	}
	n.mu.Lock()
	for _, h := range n.webhooks {
		if h.url == body.URL {
			n.mu.Unlock()
			return 0, nil, refused("DuplicateUrlFailed", "A webhook is already registered for this URL.")
		}
	}
	n.mu.Unlock()
	if !n.challenge(a.Context(), body.URL) {
		return 0, nil, refused("CrcValidationFailed", "The callback URL did not respond correctly to the CRC check.")
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	h := &webhook{id: n.newID(), url: body.URL, valid: true, made: stamp(a.now)}
	n.webhooks[h.id] = h
	return http.StatusOK, object{"data": h.view()}, nil
}

// challenge asks an address to prove that it knows the secret.
func (n *Network) challenge(ctx context.Context, address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	n.mu.Lock()
	word := n.opaque("")
	n.mu.Unlock()
	u.RawQuery = url.Values{"crc_token": {word}}.Encode()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil) //nolint:gosec // the callback is whatever the app says
	if err != nil {
		return false
	}
	res, err := n.options.Client.Do(r) //nolint:gosec // see above
	if err != nil {
		return false
	}
	defer res.Body.Close()
	var said struct {
		Token string `json:"response_token"`
	}
	data, _ := io.ReadAll(io.LimitReader(res.Body, 4<<10))
	return res.StatusCode == http.StatusOK && json.Unmarshal(data, &said) == nil && said.Token == Sign(n.options.Secret, []byte(word))
}

// Sign answers what X writes into the header of a webhook.
func Sign(secret string, body []byte) string {
	m := hmac.New(sha256.New, []byte(secret))
	m.Write(body)
	return "sha256=" + base64.StdEncoding.EncodeToString(m.Sum(nil))
}

func (n *Network) listWebhooks(*ask) (int, any, *problem) {
	all := []object{}
	for _, h := range n.webhooks {
		all = append(all, h.view())
	}
	sortBy(all, func(o object) string { return o["id"].(string) })
	return http.StatusOK, object{"data": all, "meta": object{"result_count": len(all)}}, nil
}

func (n *Network) deleteWebhook(a *ask) (int, any, *problem) {
	number, _ := strconv.ParseInt(a.PathValue("id"), 10, 64)
	if n.webhooks[number] == nil {
		return 0, nil, invalid("webhook_id", a.PathValue("id"), "WebhookIdInvalid")
	}
	delete(n.webhooks, number)
	return http.StatusOK, object{"data": object{"deleted": true}}, nil
}

// told are the events that are played.
func told() []string {
	return []string{"post.create", "post.delete", "post.mention.create", "post.reply.create", "post.quote.create", "post.repost.create", "like.create",
		"follow.follow", "follow.unfollow", "dm.received", "dm.sent"}
}

func (n *Network) subscribe(a *ask) (int, any, *problem) {
	var body struct {
		Kind   string `json:"event_type"`
		Filter struct {
			User      string `json:"user_id"`
			Direction string `json:"direction"`
			Keyword   string `json:"keyword"`
		} `json:"filter"`
		Tag     string `json:"tag"`
		Webhook string `json:"webhook_id"`
	}
	if p := a.read(&body); p != nil {
		return 0, nil, p
	}
	if !slices.Contains(told(), body.Kind) {
		return 0, nil, invalid("event_type", body.Kind, "$.event_type: does not have a value in the enumeration")
	}
	u := n.user(body.Filter.User)
	if u == nil {
		return 0, nil, invalid("filter.user_id", body.Filter.User, "$.filter.user_id: is required")
	}
	// What is private is told to whom the account let in.
	if a.me != u {
		return 0, nil, plainly(http.StatusForbidden, "Forbidden", "This event type requires authentication in the name of the filtered user.")
	}
	need := map[string]string{"dm": "dm.read", "like": "like.read", "follow": "follows.read"}[strings.SplitN(body.Kind, ".", 2)[0]]
	if need != "" && !slices.Contains(a.token.scopes, need) {
		return 0, nil, plainly(http.StatusForbidden, "Forbidden", "Forbidden")
	}
	hook, _ := strconv.ParseInt(body.Webhook, 10, 64)
	if body.Webhook != "" && n.webhooks[hook] == nil {
		return 0, nil, invalid("webhook_id", body.Webhook, "WebhookIdInvalid")
	}
	for _, s := range n.subs {
		if s.kind == body.Kind && s.user == u.id && s.direction == body.Filter.Direction && s.webhook == hook {
			return 0, nil, &problem{status: http.StatusConflict, kind: "https://api.x.com/2/problems/invalid-request", title: "DuplicateSubscriptionFailed", detail: "Subscription already exists."}
		}
	}
	s := &subscription{id: n.newID(), kind: body.Kind, user: u.id, direction: body.Filter.Direction, tag: body.Tag, webhook: hook, made: stamp(a.now)}
	n.subs[s.id] = s
	return http.StatusOK, object{"data": object{"subscription": s.view()}}, nil
}

func (n *Network) listSubscriptions(a *ask) (int, any, *problem) {
	all := []object{}
	for _, s := range n.subs {
		if a.me == nil || s.user == a.me.id {
			all = append(all, s.view())
		}
	}
	sortBy(all, func(o object) string { return o["subscription_id"].(string) })
	return http.StatusOK, object{"data": all}, nil
}

func (n *Network) unsubscribe(a *ask) (int, any, *problem) {
	number, _ := strconv.ParseInt(a.PathValue("id"), 10, 64)
	if n.subs[number] == nil {
		return 0, nil, missing("subscription", "subscription_id", a.PathValue("id"))
	}
	delete(n.subs, number)
	return http.StatusOK, object{"data": object{"deleted": true}}, nil
}

// news is one event that is brought.
type news struct {
	webhook int64
	user    int64
	body    object
}

// tell queues an event for whoever subscribed; the lock is held.
func (n *Network) tell(about *user, kind, direction string, payload, includes object) {
	for _, s := range n.subs {
		if s.kind != kind || s.user != about.id || s.webhook == 0 || s.direction != "" && s.direction != direction {
			continue
		}
		filter := object{"user_id": id(about.id)}
		if s.direction != "" {
			filter["direction"] = s.direction
		}
		event := object{"event_uuid": strconv.FormatInt(int64(n.random.Uint64()), 10), "filter": filter, "event_type": kind, "payload": payload} //nolint:gosec // as on X, where it may be negative
		if s.tag != "" {
			event["tag"] = s.tag
		}
		if len(includes) > 0 {
			event["includes"] = includes
		}
		n.courier.take(news{s.webhook, about.id, object{"data": event}})
	}
}

// at is where this X was last asked: an event comes by itself, and its pictures stand here and nowhere else.
func (n *Network) at() string {
	if host := n.host.Load(); host != nil {
		return *host
	}
	return ""
}

// brief is a user in an event; some come in a wrapper of their own.
func (n *Network) brief(u *user) object {
	return object{"id": id(u.id), "username": u.username, "name": u.name, "protected": false, "verified": false, "created_at": stamp(u.created),
		"profile_image_url": n.at() + "/avatars/" + id(u.id) + "_normal.png",
		"public_metrics":    object{"followers_count": u.fans + len(u.followers), "followers_count_str": strconv.Itoa(u.fans + len(u.followers))}}
}

// told is a post in an event: the names are those of the documentation's pages.
func (p *post) told() object {
	v := object{"id": id(p.id), "text": p.shown.text, "author_id": id(p.author.id), "created_at": stamp(p.made), "conversation_id": id(p.root.id),
		"edit_history_tweet_ids": p.history(), "lang": "en", "reply_settings": settings(p.settings), "possibly_sensitive": false, "paid_partnership": p.paid,
		"display_text_range": []int{p.shown.hidden, len([]rune(p.shown.text))},
		"public_metrics":     object{"retweet_count": 0, "retweet_count_str": "0", "reply_count": 0, "like_count": 0, "quote_count": 0, "bookmark_count": 0, "impression_count": 0}}
	if e := p.entities(); len(e) > 0 {
		v["entities"] = e
	}
	if p.parent != nil {
		v["in_reply_to_tweet_id"], v["in_reply_to_user_id"] = id(p.parent.id), id(p.parent.author.id)
	}
	if refs := p.refers(); len(refs) > 0 {
		v["referenced_tweets"] = refs
	}
	return v
}

func (n *Network) tellPost(p *post) {
	if p.author.ours {
		n.tell(p.author, "post.create", "", p.told(), object{"users": []object{n.brief(p.author)}, "tweets": []object{p.told()}})
	}
	for _, u := range n.users {
		if !u.ours || u == p.author || u.muted[p.author.id] {
			continue
		}
		inc := object{"users": []object{n.brief(p.author), n.brief(u)}, "tweets": []object{p.told()}}
		if p.of != nil {
			if p.of.author == u {
				n.tell(u, "post.repost.create", "", p.told(), inc)
			}
			continue
		}
		if p.mentions(u) {
			n.tell(u, "post.mention.create", "", p.told(), inc)
		}
		if p.parent != nil && p.parent.author == u {
			n.tell(u, "post.reply.create", "", p.told(), inc)
		}
		if p.quoted != nil && p.quoted.author == u {
			n.tell(u, "post.quote.create", "", p.told(), inc)
		}
	}
}

func (n *Network) tellGone(p *post) {
	if p.author.ours {
		n.tell(p.author, "post.delete", "", object{"id": id(p.id), "author_id": id(p.author.id)}, object{"users": []object{{"data": n.brief(p.author)}}})
	}
}

func (n *Network) tellLike(p *post, who *user) {
	if p.author.ours {
		now := n.stage.Clock.Now()
		n.tell(p.author, "like.create", "inbound", object{"id": n.opaque(""), "created_at": stamp(p.made), "timestamp_ms": strconv.FormatInt(now.UnixMilli(), 10),
			"liked_tweet_author_id": id(p.author.id), "liked_tweet_id": id(p.id)}, object{"users": []object{n.brief(p.author), n.brief(who)}, "tweets": []object{p.told()}})
	}
}

func (n *Network) tellFollow(us, who *user, kind string) {
	n.tell(us, kind, "", object{"source": object{"data": n.brief(who)}, "target": object{"data": n.brief(us)}}, nil)
}

func (n *Network) tellMessage(m *dm) {
	event := object{"type": "message_create", "id": id(m.id), "created_timestamp": strconv.FormatInt(m.made.UnixMilli(), 10),
		"message_create": object{"target": object{"recipient_id": id(m.to.id)}, "sender_id": id(m.from.id),
			"message_data": object{"text": m.text, "entities": object{"hashtags": []any{}, "symbols": []any{}, "user_mentions": []any{}, "urls": []any{}}}}}
	payload := object{"direct_message_events": []object{event}, "users": object{id(m.from.id): object{"data": n.brief(m.from)}, id(m.to.id): object{"data": n.brief(m.to)}}}
	if m.to.ours {
		n.tell(m.to, "dm.received", "", payload, nil)
	}
	if m.from.ours {
		n.tell(m.from, "dm.sent", "", payload, nil)
	}
}

// strikes says whether a mishap of the post happens.
func (n *Network) strikes(k sandbox.Kind) (sandbox.Mishap, bool) {
	return n.stage.Weather.Strikes(Name, sandbox.Hook, k)
}
