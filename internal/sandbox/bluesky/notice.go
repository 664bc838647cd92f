package bluesky

import (
	"slices"
	"strconv"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
)

// visible leaves out what a reader does not get told: what is not listed yet, and whom they muted or blocked.
func (n *Network) visible(q *request) []notice {
	var all []notice
	for _, one := range q.me.notices {
		if !one.record.listed.After(q.now) && !q.me.mutes[one.record.did] && !n.blocked(q, one.record.did) {
			all = append(all, one)
		}
	}
	return all
}

func (n *Network) listNotifications(q *request) (any, *problem) {
	limit, p := q.limit(50, 100)
	if p != nil {
		return nil, p
	}
	before := int64(-1)
	if cursor := q.query.Get("cursor"); cursor != "" {
		before, _ = strconv.ParseInt(cursor, 36, 64)
	}
	items, last := []object{}, ""
	all, reasons := n.visible(q), q.query["reasons"]
	for i := len(all) - 1; i >= 0 && len(items) < limit; i-- {
		one := all[i]
		if before >= 0 && one.serial >= before || len(reasons) > 0 && !slices.Contains(reasons, one.reason) {
			continue
		}
		item := object{"uri": one.record.uri, "cid": one.record.cid, "author": n.profile(q, n.accounts[one.record.did]), "reason": one.reason,
			"record": one.record.value, "isRead": !one.at.After(q.me.seen), "indexedAt": stamp(one.at), "labels": []any{}}
		if one.subject != "" {
			item["reasonSubject"] = one.subject
		}
		items, last = append(items, item), strconv.FormatInt(one.serial, 36)
	}
	page := object{"notifications": items, "priority": false}
	if len(items) == limit {
		page["cursor"] = last
	}
	if !q.me.seen.IsZero() {
		page["seenAt"] = stamp(q.me.seen)
	}
	return page, nil
}

func (n *Network) getUnreadCount(q *request) (any, *problem) {
	count := 0
	for _, one := range n.visible(q) {
		if one.at.After(q.me.seen) {
			count++
		}
	}
	return object{"count": count}, nil
}

func (n *Network) updateSeen(q *request) (any, *problem) {
	at, err := time.Parse(time.RFC3339Nano, q.text("seenAt"))
	if err != nil {
		return nil, invalid("Input/seenAt must be an valid atproto datetime (both RFC-3339 and ISO-8601)")
	}
	q.me.seen = at.UTC()
	return nil, nil
}

func (n *Network) muteActor(q *request) (any, *problem)   { return n.mute(q, true) }
func (n *Network) unmuteActor(q *request) (any, *problem) { return n.mute(q, false) }

func (n *Network) mute(q *request, on bool) (any, *problem) {
	who := n.find(q.text("actor"))
	if who == nil {
		return nil, invalid("Actor not found")
	}
	if who == q.me {
		return nil, invalid("Cannot mute oneself")
	}
	text := "unmute"
	delete(q.me.mutes, who.did)
	if on {
		q.me.mutes[who.did], text = true, "mute"
	}
	q.call.Accept(sandbox.Entry{Account: q.me.did, Action: sandbox.Ban, Object: who.did, Text: text})
	return nil, nil
}

func (n *Network) createReport(q *request) (any, *problem) {
	subject, ok := q.body["subject"].(object)
	if !ok || q.text("reasonType") == "" {
		return nil, invalid("Input must have the property \"subject\"")
	}
	about, _ := subject["uri"].(string)
	if about == "" {
		about, _ = subject["did"].(string)
	}
	n.serial++
	q.call.Accept(sandbox.Entry{Account: q.me.did, Action: sandbox.Ban, Object: about, Text: q.text("reason")})
	return object{"id": n.serial, "reasonType": q.text("reasonType"), "reason": q.text("reason"), "subject": subject,
		"reportedBy": q.me.did, "createdAt": stamp(q.now)}, nil
}

func (n *Network) getFollows(q *request) (any, *problem) {
	return n.people(q, "follows", func(a *account) map[string]string { return a.follows })
}

func (n *Network) getFollowers(q *request) (any, *problem) {
	return n.people(q, "followers", func(a *account) map[string]string { return a.followers })
}

func (n *Network) people(q *request, name string, of func(*account) map[string]string) (any, *problem) {
	a := n.find(q.query.Get("actor"))
	if a == nil {
		return nil, invalid("Actor not found: %s", q.query.Get("actor"))
	}
	var list []*record
	for _, uri := range of(a) {
		if r := n.records[uri]; r != nil {
			list = append(list, r)
		}
	}
	page, p := n.profiles(q, name, list, func(r *record) string {
		if r.did == a.did {
			return subjectOf(r)
		}
		return r.did
	})
	if p == nil {
		page["subject"] = n.profile(q, a)
	}
	return page, p
}

func (n *Network) profiles(q *request, name string, list []*record, who func(*record) string) (object, *problem) {
	slices.SortFunc(list, func(a, b *record) int { return a.indexed.Compare(b.indexed) })
	items, cursor, p := n.crowdPage(q, list, func(r *record) object { return n.profile(q, n.accounts[who(r)]) })
	if p != nil {
		return nil, p
	}
	page := object{name: items}
	if cursor != "" {
		page["cursor"] = cursor
	}
	return page, nil
}

func (n *Network) getBlocks(q *request) (any, *problem) {
	var list []*record
	for did, uri := range q.me.blocks {
		if r := n.records[uri]; r != nil && n.accounts[did] != nil {
			list = append(list, r)
		}
	}
	page, p := n.profiles(q, "blocks", list, subjectOf)
	if p != nil {
		return nil, p
	}
	return page, nil
}

func (n *Network) getMutes(q *request) (any, *problem) {
	var list []*record
	for did := range q.me.mutes {
		list = append(list, &record{did: did, indexed: n.accounts[did].created})
	}
	page, p := n.profiles(q, "mutes", list, func(r *record) string { return r.did })
	if p != nil {
		return nil, p
	}
	return page, nil
}
