package whatsapp

import (
	"net/http"

	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/graph"
)

// block is /{number}/block_users: only who wrote in the last day can be blocked, anybody let back.
func (a *ask) block(x *number) (any, *graph.Fault) {
	if a.isGet() {
		var all []any
		for _, c := range x.people {
			if x.blocked[c.who.ID] {
				all = append(all, map[string]any{"messaging_product": "whatsapp", "wa_id": c.phone})
			}
		}
		return map[string]any{"data": all}, nil
	}
	if a.p.Get("messaging_product") != "whatsapp" {
		return nil, graph.Invalid("The parameter messaging_product is required.")
	}
	list := a.p.List("block_users")
	if len(list) == 0 {
		return nil, graph.Invalid("The parameter block_users is required.")
	}
	var went, failed []any
	for _, text := range list {
		p := graph.Params{Values: map[string][]string{"one": {text}}}
		one, f := p.Object("one")
		if f != nil {
			return nil, f
		}
		user, _ := one["user"].(string)
		id, _ := one["user_id"].(string)
		input := user
		if user == "" {
			input = id
		}
		c := x.known(user, id)
		if c == nil || a.isPost() && (c.heard.IsZero() || a.now.Sub(c.heard) > window) {
			failed = append(failed, map[string]any{"input": input, "errors": []any{map[string]any{"message": "Re-engagement required", "code": 139101, "error_data": map[string]any{"details": "User has not messaged the business in the last 24 hours"}}}})
			continue
		}
		went = append(went, map[string]any{"input": input, "wa_id": c.phone})
		if x.blocked[c.who.ID] != a.isPost() {
			a.call.Accept(sandbox.Entry{Account: x.id, Action: sandbox.Ban, Object: c.user})
		}
		x.blocked[c.who.ID] = a.isPost()
	}
	if len(went) == 0 {
		return nil, graph.No(http.StatusBadRequest, 139100, 0, "(#139100) Failed to block/unblock users")
	}
	name := map[bool]string{true: "added_users", false: "removed_users"}[a.isPost()]
	out := map[string]any{name: went}
	if len(failed) > 0 {
		out["failed_users"] = failed
	}
	return map[string]any{"messaging_product": "whatsapp", "block_users": out}, nil
}
