package facebook

import (
	"encoding/json"
	"slices"

	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/graph"
)

// blockedPeople is /{page}/blocked: who may no longer write below the Page's posts.
func (a *ask) blockedPeople(p *page) (any, *graph.Fault) {
	if err := may(a.token, p, "pages_manage_engagement"); err != nil {
		return nil, err
	}
	if a.isGet() {
		w, err := graph.Cut(a.p.Get, 25)
		if err != nil {
			return nil, err
		}
		ids := slices.Clone(p.blockedOrder)
		if only := first(a.p.Get("user"), a.p.Get("uid")); only != "" {
			ids = slices.DeleteFunc(ids, func(id string) bool { return id != only })
		}
		return graph.Part(w, ids, func(id string) string { return id }, func(id string) (any, *graph.Fault) {
			return map[string]any{"id": id, "name": p.byID[id].person.Name}, nil
		}, a.links(p.id+"/blocked", a.p.Values))
	}
	var ids []string
	for _, name := range []string{"user", "psid", "uid", "asid"} {
		ids = append(ids, a.p.List(name)...)
	}
	if len(ids) == 0 {
		return nil, graph.Invalid("The parameter user is required")
	}
	answer := map[string]bool{}
	for _, id := range ids {
		if p.byID[id] == nil {
			return nil, graph.Invalid("Invalid user id: %s", id)
		}
	}
	for _, id := range ids {
		p.block(id, a.isPost(), a)
		answer[id] = true
	}
	if a.isDelete() {
		return graph.Done(), nil
	}
	return answer, nil
}

// moderate is POST /{page}/moderate_conversations.
func (a *ask) moderate(p *page) (any, *graph.Fault) {
	if err := may(a.token, p, "pages_messaging"); err != nil {
		return nil, err
	}
	actions, people := a.p.List("actions"), a.p.List("user_ids")
	if len(actions) == 0 || len(people) == 0 {
		return nil, graph.Invalid("The parameters user_ids and actions are required")
	}
	for _, what := range actions {
		if !slices.Contains([]string{"BAN_USER", "UNBAN_USER", "BLOCK_USER", "UNBLOCK_USER", "MOVE_TO_SPAM"}, what) {
			return nil, graph.Invalid("Param actions must be one of {BAN_USER, BLOCK_USER, MOVE_TO_SPAM, UNBAN_USER, UNBLOCK_USER} - got %q", what)
		}
	}
	var ids []string
	for _, text := range people { // [{"id": PSID}] or [PSID]
		var one struct {
			ID string `json:"id"`
		}
		if json.Unmarshal([]byte(text), &one) != nil || one.ID == "" {
			one.ID = text
		}
		if p.byID[one.ID] == nil {
			return nil, graph.Invalid("Invalid user id: %s", one.ID)
		}
		ids = append(ids, one.ID)
	}
	for _, id := range ids {
		for _, what := range actions {
			switch what {
			case "BAN_USER", "BLOCK_USER":
				p.block(id, true, a)
			case "UNBAN_USER", "UNBLOCK_USER":
				p.block(id, false, a)
			case "MOVE_TO_SPAM":
				if t := p.thread(p.byID[id]); t != nil {
					t.spam = true
				}
			}
		}
	}
	return graph.Done(), nil
}

func (p *page) block(id string, on bool, a *ask) {
	_, was := p.blocked[id]
	text := "blocked"
	if on && !was {
		p.blocked[id] = a.now
		p.blockedOrder = append(p.blockedOrder, id)
	}
	if !on {
		text = "unblocked"
		delete(p.blocked, id)
		p.blockedOrder = slices.DeleteFunc(p.blockedOrder, func(other string) bool { return other == id })
	}
	a.call.Accept(sandbox.Entry{Account: p.id, Action: sandbox.Ban, Object: id, Text: text})
}

func first(all ...string) string {
	for _, s := range all {
		if s != "" {
			return s
		}
	}
	return ""
}
