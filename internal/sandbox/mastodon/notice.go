package mastodon

import (
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"
)

type notice struct {
	id     int64
	kind   string
	from   *account
	status *status
	at     time.Time
}

// tell lets an account of ours know of something, unless they blocked or muted who did it.
func (n *Network) tell(to *account, kind string, from *account, s *status, at time.Time) {
	if to == from || !to.ours || to.blocks[from.id] || to.mutes[from.id] {
		return
	}
	one := &notice{id: n.newID(n.stage.Clock.Now()), kind: kind, from: from, status: s, at: at}
	to.notices = append(to.notices, one)
	n.send(to, "notification", func(q *request) any { return n.noticeView(q, one) })
}

func (n *Network) noticeView(q *request, one *notice) object {
	view := object{"id": key(one.id), "type": one.kind, "created_at": stamp(one.at), "group_key": "ungrouped-" + key(one.id),
		"account": n.accountView(q, one.from)}
	if one.status != nil {
		view["status"] = n.view(q, one.status)
	}
	return view
}

func (n *Network) listNotices(q *request) (any, *problem) {
	types, exclude, from := q.values["types"], q.values["exclude_types"], q.values.Get("account_id")
	found := page(q, q.me.notices, func(one *notice) int64 { return one.id }, func(one *notice) bool {
		return (len(types) == 0 || slices.Contains(types, one.kind)) && !slices.Contains(exclude, one.kind) && (from == "" || from == key(one.from.id)) &&
			(one.status == nil || !one.status.listed.After(q.now)) && !q.me.blocks[one.from.id] && !q.me.mutes[one.from.id]
	}, q.limit(40, 80))
	views := []object{}
	for _, one := range found {
		views = append(views, n.noticeView(q, one))
	}
	return views, nil
}

func (n *Network) unreadNotices(q *request) (any, *problem) {
	return object{"count": min(len(q.me.notices), q.limit(100, 1000))}, nil
}

func (n *Network) notice(q *request) (int, *problem) {
	at := slices.IndexFunc(q.me.notices, func(one *notice) bool { return key(one.id) == q.PathValue("id") })
	if at < 0 {
		return 0, missing()
	}
	return at, nil
}

func (n *Network) getNotice(q *request) (any, *problem) {
	at, p := n.notice(q)
	if p != nil {
		return nil, p
	}
	return n.noticeView(q, q.me.notices[at]), nil
}

func (n *Network) dismissNotice(q *request) (any, *problem) {
	at, p := n.notice(q)
	if p != nil {
		return nil, p
	}
	q.me.notices = slices.Delete(q.me.notices, at, at+1)
	return object{}, nil
}

func (n *Network) clearNotices(q *request) (any, *problem) {
	q.me.notices = nil
	return object{}, nil
}

// convo is a private conversation as all who take part have it; each has read it up to a status of their own.
type convo struct {
	id       int64
	people   []*account
	statuses []*status
	unread   map[int64]bool
	left     map[int64]bool
}

// converse puts a direct status where it belongs: into the conversation of the same people that it continues.
func (n *Network) converse(s *status) {
	people := append([]*account{s.account}, s.mentions...)
	top := s
	for top.parent != nil {
		top = top.parent
	}
	ids := []string{}
	for _, who := range people {
		ids = append(ids, key(who.id))
	}
	sort.Strings(ids)
	name := key(top.id) + ":" + strings.Join(slices.Compact(ids), ",")
	c := n.convos[name]
	if c == nil {
		c = &convo{id: n.newID(s.made), people: people, unread: map[int64]bool{}, left: map[int64]bool{}}
		n.convos[name] = c
		for _, who := range people {
			if !slices.Contains(who.convos, c) {
				who.convos = append(who.convos, c)
			}
		}
	}
	c.statuses = append(c.statuses, s)
	for _, who := range people {
		c.unread[who.id], c.left[who.id] = who != s.account, false
		n.send(who, "conversation", func(q *request) any { return n.convoView(q, c) })
	}
}

func (n *Network) forget(s *status) {
	for _, c := range n.convos {
		c.statuses = slices.DeleteFunc(c.statuses, func(one *status) bool { return one == s })
	}
}

func (n *Network) convoView(q *request, c *convo) object {
	people := []object{}
	for _, who := range c.people {
		if who != q.me {
			people = append(people, n.accountView(q, who))
		}
	}
	view := object{"id": key(c.id), "unread": c.unread[q.me.id], "accounts": people, "last_status": nil}
	if len(c.statuses) > 0 {
		view["last_status"] = n.view(q, c.statuses[len(c.statuses)-1])
	}
	return view
}

// listConvos pages by the last status of each, as the real network does.
func (n *Network) listConvos(q *request) (any, *problem) {
	last := func(c *convo) int64 { return c.statuses[len(c.statuses)-1].id }
	mine := slices.DeleteFunc(slices.Clone(q.me.convos), func(c *convo) bool { return len(c.statuses) == 0 || c.left[q.me.id] })
	sort.Slice(mine, func(i, j int) bool { return last(mine[i]) < last(mine[j]) })
	views := []object{}
	for _, c := range page(q, mine, last, func(*convo) bool { return true }, q.limit(20, 40)) {
		views = append(views, n.convoView(q, c))
	}
	return views, nil
}

func (n *Network) convo(q *request) (*convo, *problem) {
	id, _ := strconv.ParseInt(q.PathValue("id"), 10, 64)
	for _, c := range q.me.convos {
		if c.id == id {
			return c, nil
		}
	}
	return nil, missing()
}

func (n *Network) readConvo(q *request) (any, *problem) {
	c, p := n.convo(q)
	if p != nil {
		return nil, p
	}
	c.unread[q.me.id] = false
	return n.convoView(q, c), nil
}

func (n *Network) deleteConvo(q *request) (any, *problem) {
	c, p := n.convo(q)
	if p != nil {
		return nil, p
	}
	c.left[q.me.id] = true
	return object{}, nil
}
