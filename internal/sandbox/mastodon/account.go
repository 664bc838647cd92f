package mastodon

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/kithhq/kith/internal/sandbox"
)

func (n *Network) verifyCredentials(q *request) (any, *problem) {
	view := n.accountView(q, q.me)
	view["source"] = object{"privacy": "public", "sensitive": false, "language": "en", "note": q.me.note, "fields": []any{},
		"follow_requests_count": 0, "indexable": false, "discoverable": true, "hide_collections": false}
	view["role"] = object{"id": "-99", "name": "", "permissions": "0", "color": "", "highlighted": false}
	return view, nil
}

func (n *Network) getAccount(q *request) (any, *problem) {
	a := n.byID(q.PathValue("id"))
	if a == nil {
		return nil, missing()
	}
	return n.accountView(q, a), nil
}

func (n *Network) lookup(q *request) (any, *problem) {
	a := n.find(q.values.Get("acct"))
	if a == nil {
		return nil, missing()
	}
	return n.accountView(q, a), nil
}

func (n *Network) followers(q *request) (any, *problem) {
	return n.peopleOf(q, func(a *account) map[int64]bool { return a.followers })
}

func (n *Network) followings(q *request) (any, *problem) {
	return n.peopleOf(q, func(a *account) map[int64]bool { return a.following })
}

func (n *Network) peopleOf(q *request, of func(*account) map[int64]bool) (any, *problem) {
	a := n.byID(q.PathValue("id"))
	if a == nil {
		return nil, missing()
	}
	return n.accountViews(q, n.listed(of(a))), nil
}

func (n *Network) blocks(q *request) (any, *problem) {
	return n.accountViews(q, n.listed(q.me.blocks)), nil
}

func (n *Network) mutes(q *request) (any, *problem) {
	views := n.accountViews(q, n.listed(q.me.mutes))
	for _, view := range views {
		view["mute_expires_at"] = nil
	}
	return views, nil
}

func (n *Network) listed(ids map[int64]bool) []*account {
	var all []*account
	for id := range ids {
		all = append(all, n.accounts[id])
	}
	slices.SortFunc(all, func(a, b *account) int { return int(min(max(a.id-b.id, -1), 1)) })
	return all
}

func (n *Network) relationship(me, a *account) object {
	return object{"id": key(a.id), "following": me.following[a.id], "showing_reblogs": me.following[a.id], "notifying": false, "languages": nil,
		"followed_by": a.following[me.id], "blocking": me.blocks[a.id], "blocked_by": a.blocks[me.id], "muting": me.mutes[a.id],
		"muting_notifications": me.mutes[a.id], "muting_expires_at": nil, "requested": false, "requested_by": false, "domain_blocking": false,
		"endorsed": false, "note": ""}
}

func (n *Network) relationships(q *request) (any, *problem) {
	views := []object{}
	for _, id := range q.values["id"] {
		if a := n.byID(id); a != nil {
			views = append(views, n.relationship(q.me, a))
		}
	}
	return views, nil
}

// relate is follow, block, mute and their opposites.
func relate(verb string) handle {
	return func(n *Network, q *request) (any, *problem) {
		a := n.byID(q.PathValue("id"))
		if a == nil {
			return nil, missing()
		}
		if a == q.me {
			return nil, forbidden()
		}
		action := sandbox.Ban
		switch verb {
		case "follow":
			if a.blocks[q.me.id] || q.me.blocks[a.id] {
				return nil, forbidden()
			}
			action = sandbox.Follow
			n.follow(q.me, a)
		case "unfollow":
			action = sandbox.Follow
			unfollow(q.me, a)
		case "block":
			q.me.blocks[a.id] = true
			unfollow(q.me, a)
			unfollow(a, q.me)
		case "unblock":
			delete(q.me.blocks, a.id)
		case "mute":
			q.me.mutes[a.id] = true
		case "unmute":
			delete(q.me.mutes, a.id)
		}
		q.call.Accept(sandbox.Entry{Account: key(q.me.id), Action: action, Object: key(a.id), Text: verb})
		return n.relationship(q.me, a), nil
	}
}

func (n *Network) follow(who, whom *account) {
	if !who.following[whom.id] {
		who.following[whom.id], whom.followers[who.id] = true, true
		n.tell(whom, "follow", who, nil, n.stage.Clock.Now())
	}
}

func unfollow(who, whom *account) {
	delete(who.following, whom.id)
	delete(whom.followers, who.id)
}

func (n *Network) report(q *request) (any, *problem) {
	a := n.byID(q.values.Get("account_id"))
	if a == nil {
		return nil, missing()
	}
	category := q.values.Get("category")
	if category == "" {
		category = "other"
	}
	statuses := q.values["status_ids"]
	if statuses == nil {
		statuses = []string{}
	}
	id := n.newID(q.now)
	q.call.Accept(sandbox.Entry{Account: key(q.me.id), Action: sandbox.Ban, Object: key(a.id), Text: "report: " + q.values.Get("comment")})
	return object{"id": key(id), "action_taken": false, "action_taken_at": nil, "category": category, "comment": q.values.Get("comment"),
		"forwarded": q.flag("forward"), "created_at": stamp(q.now), "status_ids": statuses, "rule_ids": nil, "target_account": n.accountView(q, a)}, nil
}

// search resolves an address, a page of an account or of a status, or looks for words.
func (n *Network) search(q *request) (any, *problem) {
	words := q.values.Get("q")
	if words == "" {
		return nil, n.invalid("q can't be blank")
	}
	accounts, statuses := []object{}, []object{}
	if kind := q.values.Get("type"); kind == "" || kind == "accounts" {
		for _, a := range n.accounts {
			if a == n.find(words) || words == n.pageOf(q, a) || words == n.uri(q, a) {
				accounts = append(accounts, n.accountView(q, a))
			}
		}
	}
	if kind := q.values.Get("type"); kind == "" || kind == "statuses" {
		for _, s := range n.statuses {
			if s.account.remote() && (q.me == nil || !q.flag("resolve")) {
				continue // nobody asks another server for it
			}
			if n.inLists(q, s) && s.of == nil && (words == n.where(q.host, s) || words == n.uri(q, s.account)+"/statuses/"+key(s.id)) {
				statuses = append(statuses, n.view(q, s))
			}
		}
	}
	return object{"accounts": accounts, "statuses": statuses, "hashtags": []any{}}, nil
}

func (n *Network) listFilters(q *request) (any, *problem) {
	return append([]object{}, q.me.filters...), nil
}

func (n *Network) createFilter(q *request) (any, *problem) {
	title, contexts := q.values.Get("title"), q.values["context"]
	if title == "" || len(contexts) == 0 {
		return nil, n.invalid("Title can't be blank")
	}
	kind := q.values.Get("filter_action")
	if kind == "" {
		kind = "warn"
	}
	f := object{"id": key(n.newID(q.now)), "title": title, "context": contexts, "expires_at": nil, "filter_action": kind, "keywords": []any{}, "statuses": []any{}}
	q.me.filters = append(q.me.filters, f)
	return f, nil
}

func (n *Network) deleteFilter(q *request) (any, *problem) {
	before := len(q.me.filters)
	q.me.filters = slices.DeleteFunc(q.me.filters, func(f object) bool { return f["id"] == q.PathValue("id") })
	if len(q.me.filters) == before {
		return nil, missing()
	}
	return object{}, nil
}

func (n *Network) avatar(w http.ResponseWriter, r *http.Request) {
	id, _ := strconv.ParseInt(r.PathValue("id"), 10, 64)
	n.mu.Lock()
	a := n.accounts[id]
	n.mu.Unlock()
	who := sandbox.Person{Hue: 210, Look: 3}
	if a != nil && a.person != nil {
		who = *a.person
	} else if a != nil {
		who.Hue, who.Look = int(a.id>>16)%360, int(a.id>>16)%64
	}
	w.Header().Set("Content-Type", "image/png")
	w.Write(who.Portrait())
}
