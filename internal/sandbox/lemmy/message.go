package lemmy

import (
	"slices"
	"time"
	"unicode/utf8"

	"github.com/kithhq/kith/internal/sandbox"
)

type message struct {
	id        int64
	by, to    *member
	content   string
	deleted   bool
	published time.Time
	updated   *time.Time
}

func (n *Network) createMessage(q *request) (any, *problem) {
	in, p := read[struct {
		Content string `json:"content"`
		To      int64  `json:"recipient_id"`
	}](q)
	if p != nil {
		return nil, p
	}
	to := n.members[in.To]
	switch {
	case utf8.RuneCountInString(in.Content) > saidMost:
		return nil, no("invalid_body_field")
	case to == nil:
		return nil, no("couldnt_find_person")
	case to.blocks[q.me.id]:
		return nil, no("person_is_blocked")
	}
	one := &message{id: n.next("private_message"), by: q.me, to: to, content: cleanText(in.Content), published: q.now}
	n.messages = append(n.messages, one)
	q.call.Accept(sandbox.Entry{Account: key(q.me.id), Object: "private_message/" + key(one.id), Parent: "person/" + key(to.id), Text: one.content, Files: n.shown(q, one.content)})
	return object{"private_message_view": n.messageView(q, one)}, nil
}

// mine finds a message that the asker wrote.
func (n *Network) mine(q *request, id int64) (*message, *problem) {
	i := slices.IndexFunc(n.messages, func(one *message) bool { return one.id == id })
	switch {
	case i < 0:
		return nil, no("couldnt_find_private_message")
	case n.messages[i].by != q.me:
		return nil, no("edit_private_message_not_allowed")
	}
	return n.messages[i], nil
}

func (n *Network) editMessage(q *request) (any, *problem) {
	in, p := read[struct {
		ID      int64  `json:"private_message_id"`
		Content string `json:"content"`
	}](q)
	if p != nil {
		return nil, p
	}
	one, p := n.mine(q, in.ID)
	if p != nil {
		return nil, p
	}
	one.content, one.updated = in.Content, &q.now
	q.call.Accept(sandbox.Entry{Account: key(q.me.id), Object: "private_message/" + key(one.id), Text: one.content})
	return object{"private_message_view": n.messageView(q, one)}, nil
}

func (n *Network) deleteMessage(q *request) (any, *problem) {
	in, p := read[struct {
		ID      int64 `json:"private_message_id"`
		Deleted bool  `json:"deleted"`
	}](q)
	if p != nil {
		return nil, p
	}
	one, p := n.mine(q, in.ID)
	if p != nil {
		return nil, p
	}
	repeat := one.deleted == in.Deleted
	one.deleted = in.Deleted
	q.call.Accept(sandbox.Entry{Account: key(q.me.id), Object: "private_message/" + key(one.id), Repeat: repeat})
	return object{"private_message_view": n.messageView(q, one)}, nil
}

// listMessages are those from and to the asker, newest first; what was deleted is
// not among them.
func (n *Network) listMessages(q *request) (any, *problem) {
	var all []*message
	for _, one := range n.messages {
		if (one.to == q.me && !q.me.blocks[one.by.id] || one.by == q.me) && !one.deleted {
			all = append(all, one)
		}
	}
	slices.SortStableFunc(all, func(a, b *message) int {
		if c := b.published.Compare(a.published); c != 0 {
			return c
		}
		return int(b.id - a.id)
	})
	all, p := cut(q, all)
	views := []object{}
	for _, one := range all {
		views = append(views, n.messageView(q, one))
	}
	return object{"private_messages": views}, p
}
