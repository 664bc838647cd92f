package bluesky

import (
	"net/http"
	"sort"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
	"github.com/rivo/uniseg"
)

// convo is a private conversation of two.
type convo struct {
	id, rev  string
	members  [2]*account
	messages []message
	read     map[string]int // DID → how many messages were read
	accepted map[string]bool
}

type message struct {
	id, rev, text, sender string
	at                    time.Time
	extra                 object // facets and the like, as they were sent
}

type logLine struct {
	rev   string
	convo *convo
	begin bool
	index int
}

// chatAllowed refuses what the data server would not pass on to the chat service.
func chatAllowed(q *request, name string) *problem {
	if !strings.HasPrefix(q.Header.Get("Atproto-Proxy"), "did:web:api.bsky.chat#bsky_chat") {
		return invalid("No service configured for %s", name)
	}
	if q.token.Scope == scopeApp {
		return invalid("Bad token method")
	}
	return nil
}

func (n *Network) between(a, b *account) *convo {
	pair := []string{a.did, b.did}
	sort.Strings(pair)
	return n.convos[letters("convo"+pair[0]+pair[1], 22)]
}

func (n *Network) beginConvo(a, b *account) *convo {
	if c := n.between(a, b); c != nil {
		return c
	}
	pair := []string{a.did, b.did}
	sort.Strings(pair)
	c := &convo{id: letters("convo"+pair[0]+pair[1], 22), rev: n.tid(), members: [2]*account{a, b}, read: map[string]int{},
		accepted: map[string]bool{a.did: true}}
	n.convos[c.id] = c
	for _, who := range c.members {
		who.log = append(who.log, logLine{rev: c.rev, convo: c, begin: true})
	}
	return c
}

func (n *Network) say(c *convo, from *account, text string, extra object, at time.Time) message {
	m := message{id: n.tid(), rev: n.tid(), text: text, sender: from.did, at: at, extra: extra}
	c.messages, c.rev = append(c.messages, m), m.rev
	c.accepted[from.did] = true
	c.read[from.did] = len(c.messages)
	for _, who := range c.members {
		who.log = append(who.log, logLine{rev: m.rev, convo: c, index: len(c.messages) - 1})
	}
	return m
}

func (m message) view() object {
	view := object{"id": m.id, "rev": m.rev, "text": m.text, "sender": object{"did": m.sender}, "sentAt": stamp(m.at)}
	for name, value := range m.extra {
		view[name] = value
	}
	return view
}

func (m message) typed() object {
	view := m.view()
	view["$type"] = "chat.bsky.convo.defs#messageView"
	return view
}

func (n *Network) convoView(q *request, c *convo) object {
	members, unread := []object{}, 0
	for _, who := range c.members {
		members = append(members, n.profileBasic(q, who))
	}
	for _, m := range c.messages[min(c.read[q.me.did], len(c.messages)):] {
		if m.sender != q.me.did {
			unread++
		}
	}
	status := "request"
	if c.accepted[q.me.did] {
		status = "accepted"
	}
	view := object{"id": c.id, "rev": c.rev, "members": members, "muted": false, "status": status, "unreadCount": unread}
	if len(c.messages) > 0 {
		view["lastMessage"] = c.messages[len(c.messages)-1].typed()
	}
	return view
}

func (n *Network) myConvo(q *request, id string) (*convo, *problem) {
	c := n.convos[id]
	if c == nil || c.members[0] != q.me && c.members[1] != q.me {
		return nil, &problem{http.StatusBadRequest, "InvalidConvo", "Convo not found"}
	}
	return c, nil
}

func (c *convo) other(me *account) *account {
	if c.members[0] == me {
		return c.members[1]
	}
	return c.members[0]
}

func (n *Network) listConvos(q *request) (any, *problem) {
	limit, p := q.limit(50, 100)
	if p != nil {
		return nil, p
	}
	var mine []*convo
	for _, c := range n.convos {
		if (c.members[0] == q.me || c.members[1] == q.me) && len(c.messages) > 0 {
			mine = append(mine, c)
		}
	}
	sort.Slice(mine, func(i, j int) bool { return mine[i].rev > mine[j].rev })
	items, last := []object{}, ""
	for _, c := range mine {
		view := n.convoView(q, c)
		if cursor := q.query.Get("cursor"); cursor != "" && c.rev >= cursor {
			continue
		}
		if want := q.query.Get("status"); want != "" && want != view["status"] || q.query.Get("readState") == "unread" && view["unreadCount"] == 0 {
			continue
		}
		if len(items) == limit {
			return object{"convos": items, "cursor": last}, nil
		}
		items, last = append(items, view), c.rev
	}
	return object{"convos": items}, nil
}

func (n *Network) getConvo(q *request) (any, *problem) {
	c, p := n.myConvo(q, q.query.Get("convoId"))
	if p != nil {
		return nil, p
	}
	return object{"convo": n.convoView(q, c)}, nil
}

// getConvoForMembers begins a conversation. People take messages from those they follow, as is usual.
func (n *Network) getConvoForMembers(q *request) (any, *problem) {
	names := q.query["members"]
	if len(names) != 1 && !(len(names) == 2 && (names[0] == q.me.did || names[1] == q.me.did)) {
		return nil, invalid("Only conversations of two are possible here")
	}
	other := n.accounts[names[0]]
	if len(names) == 2 && names[0] == q.me.did {
		other = n.accounts[names[1]]
	}
	if other == nil || other == q.me {
		return nil, &problem{http.StatusBadRequest, "RecipientNotFound", "Recipient not found"}
	}
	if n.blocked(q, other.did) {
		return nil, &problem{http.StatusBadRequest, "BlockedActor", "block between recipient and sender"}
	}
	if n.between(q.me, other) == nil && other.follows[q.me.did] == "" {
		return nil, &problem{http.StatusBadRequest, "NotFollowedBySender", "recipient requires incoming messages to come from someone they follow"}
	}
	return object{"convo": n.convoView(q, n.beginConvo(q.me, other))}, nil
}

func (n *Network) getMessages(q *request) (any, *problem) {
	c, p := n.myConvo(q, q.query.Get("convoId"))
	if p != nil {
		return nil, p
	}
	limit, p := q.limit(50, 100)
	if p != nil {
		return nil, p
	}
	items, last, cursor := []object{}, "", q.query.Get("cursor")
	for i := len(c.messages) - 1; i >= 0 && len(items) < limit; i-- {
		if m := c.messages[i]; cursor == "" || m.rev < cursor {
			items, last = append(items, m.typed()), m.rev
		}
	}
	page := object{"messages": items}
	if len(items) == limit {
		page["cursor"] = last
	}
	return page, nil
}

func (n *Network) sendMessage(q *request) (any, *problem) {
	c, p := n.myConvo(q, q.text("convoId"))
	if p != nil {
		return nil, p
	}
	input, _ := q.body["message"].(object)
	text, ok := input["text"].(string)
	if !ok {
		return nil, invalid("Input/message must have the property \"text\"")
	}
	if len(text) > 10000 || uniseg.GraphemeClusterCount(text) > 1000 {
		return nil, invalid("Input/message/text must not be longer than 1000 graphemes")
	}
	other := c.other(q.me)
	if n.blocked(q, other.did) {
		return nil, &problem{http.StatusBadRequest, "BlockedActor", "block between recipient and sender"}
	}
	extra := object{}
	if facets, there := input["facets"]; there {
		extra["facets"] = facets
	}
	m := n.say(c, q.me, text, extra, q.now)
	q.call.Accept(sandbox.Entry{Account: q.me.did, Action: sandbox.Message, Object: m.id, Parent: c.id, Text: text})
	return m.view(), nil
}

func (n *Network) getLog(q *request) (any, *problem) {
	items, cursor := []object{}, q.query.Get("cursor")
	for _, line := range q.me.log {
		if line.rev <= cursor {
			continue
		}
		item := object{"$type": "chat.bsky.convo.defs#logBeginConvo", "rev": line.rev, "convoId": line.convo.id}
		if !line.begin {
			item["$type"], item["message"] = "chat.bsky.convo.defs#logCreateMessage", line.convo.messages[line.index].typed()
		}
		items, cursor = append(items, item), line.rev
		if len(items) == 100 {
			break
		}
	}
	page := object{"logs": items}
	if cursor != "" {
		page["cursor"] = cursor
	}
	return page, nil
}

func (n *Network) updateRead(q *request) (any, *problem) {
	c, p := n.myConvo(q, q.text("convoId"))
	if p != nil {
		return nil, p
	}
	c.read[q.me.did] = len(c.messages)
	for i, m := range c.messages {
		if m.id == q.text("messageId") {
			c.read[q.me.did] = i + 1
		}
	}
	return object{"convo": n.convoView(q, c)}, nil
}

func (n *Network) acceptConvo(q *request) (any, *problem) {
	c, p := n.myConvo(q, q.text("convoId"))
	if p != nil {
		return nil, p
	}
	c.accepted[q.me.did] = true
	c.rev = n.tid()
	return object{"rev": c.rev}, nil
}
