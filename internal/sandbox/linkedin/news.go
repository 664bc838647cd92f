package linkedin

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
)

// news is one notification about a Page: told by webhook, and to be asked for during sixty days.
type news struct {
	page   string // URN
	action string
	source *post
	at     time.Time
	said   map[string]any
}

const kept = 60 * 24 * time.Hour

// Sign is the header X-LI-Signature over a body.
func Sign(secret string, body []byte) string { return mac(secret, "hmacsha256="+string(body)) }

func mac(secret, text string) string {
	m := hmac.New(sha256.New, []byte(secret))
	m.Write([]byte(text))
	return hex.EncodeToString(m.Sum(nil))
}

// tell keeps a notification and gives it to the courier.
func (n *Network) tell(p *post, action, generated string, decorated map[string]any) {
	n.tellPage(p.author, p, action, generated, decorated)
}

func (n *Network) tellPage(page string, p *post, action, generated string, decorated map[string]any) {
	if !strings.HasPrefix(page, pagePrefix) {
		return // nobody is told of what happens to members
	}
	n.notes++
	one := &news{page: page, action: action, source: p, at: n.now(), said: map[string]any{
		"notificationId": 5_603_000_000 + n.notes, "organizationalEntity": page, "action": action, "lastModifiedAt": n.now().UnixMilli(),
		"sourcePost": p.activity, "generatedActivity": generated,
		"decoratedSourcePost": map[string]any{"owner": p.author, "mediaCategory": "NONE", "text": p.text, "entity": p.urn}}}
	if decorated != nil {
		one.said["decoratedGeneratedActivity"] = decorated
	}
	n.news = append(n.news, one)
	n.courier.take(one)
}

// tellComment tells of a comment. Its id comes in a short form that nothing else takes, as recorded notifications show; of what is
// deleted nothing but the id is told.
func (n *Network) tellComment(action string, c *comment) {
	generated := "urn:li:comment:(" + strings.TrimPrefix(c.post.activity, "urn:li:") + "," + c.number + ")"
	if action == "COMMENT_DELETE" {
		n.tell(c.post, action, generated, nil)
		return
	}
	said := map[string]any{"owner": c.actor, "text": c.text, "entity": c.urn(), "object": c.post.activity}
	if c.parent != nil {
		said["parentComment"] = c.parent.urn()
	}
	n.tell(c.post, action, generated, map[string]any{"comment": said})
}

// pull is /rest/organizationalEntityNotifications?q=criteria: what happened, for those who were not told.
func (a *ask) pull() (any, *fault) {
	page := a.query.Get("organizationalEntity")
	if a.query.Get("q") != "criteria" {
		return nil, badRequest("No finder is called %q", a.query.Get("q"))
	}
	if f := a.administers(page); f != nil {
		return nil, f
	}
	actions, ok := list(a.query.Get("actions"))
	if !ok || len(actions) == 0 {
		return nil, wrong("actions", a.query.Get("actions"))
	}
	for _, one := range actions {
		if !slices.Contains([]string{"LIKE", "COMMENT", "SHARE", "SHARE_MENTION", "ADMIN_COMMENT", "COMMENT_EDIT", "COMMENT_DELETE"}, one) {
			return nil, wrong("actions", one)
		}
	}
	from, until := a.now.Add(-kept).UnixMilli(), a.now.UnixMilli()
	if text := a.query.Get("timeRange"); text != "" {
		r := record(text)
		var err1, err2 error
		from, err1 = strconv.ParseInt(r["start"], 10, 64)
		until, err2 = strconv.ParseInt(r["end"], 10, 64)
		if err1 != nil || err2 != nil || until < from {
			return nil, wrong("timeRange", text)
		}
	}
	var all []*news
	for _, one := range slices.Backward(a.n.news) {
		at := one.at.UnixMilli()
		if one.page == page && slices.Contains(actions, one.action) && at >= from && at <= until && a.now.Sub(one.at) < kept {
			all = append(all, one)
		}
	}
	return paged(a, all, func(one *news) any { return one.said }, 10, 100)
}

// body is what one delivery carries.
func body(all []*news, subscriber string) []byte {
	var said []any
	for _, one := range all {
		v := map[string]any{"subscriber": subscriber}
		for k, x := range one.said {
			v[k] = x
		}
		said = append(said, v)
	}
	data, err := json.Marshal(map[string]any{"type": eventType, "notifications": said})
	if err != nil {
		panic(err) // we made it
	}
	return data
}
