package linkedin

import (
	"net/http"
	"slices"
	"strings"

	"github.com/kithhq/kith/internal/sandbox"
)

// reactionsAt is /rest/reactions?actor=… to make one, /rest/reactions/(actor:…,entity:…) for one, and /rest/reactions/(entity:…)?q=entity
// for all.
func (a *ask) reactionsAt() (any, *fault) {
	if len(a.path) == 1 && a.r.Method == http.MethodPost {
		return nil, a.feel()
	}
	if len(a.path) != 2 {
		return nil, badRequest("No method for reactions")
	}
	raw := strings.SplitN(a.r.URL.EscapedPath(), "/reactions/", 2)[1]
	if !strings.HasPrefix(raw, "(") || strings.Count(raw, "(") != 1 {
		return nil, badRequest("Invalid key %s: the values in it are not encoded", raw)
	}
	key := record(a.path[1])
	p, all := a.felt(key["entity"])
	if p == nil {
		return nil, nothing()
	}
	switch {
	case a.r.Method == http.MethodGet && a.query.Get("q") == "entity":
		if f := a.reads(p.author); f != nil {
			return nil, f
		}
		return paged(a, *all, func(r reaction) any { return showReaction(r, key["entity"]) }, 10, 100)
	case a.r.Method == http.MethodDelete:
		if f := a.writes(key["actor"]); f != nil {
			return nil, f
		}
		if !cool(all, key["actor"]) {
			return nil, nothing()
		}
		a.call.Accept(sandbox.Entry{Account: key["actor"], Object: key["entity"], Text: "taken back"})
		empty(a.w, http.StatusNoContent)
		return nil, nil
	}
	return nil, no(http.StatusMethodNotAllowed, "", "Method not allowed")
}

// felt gives what people feel about a post or a comment.
func (a *ask) felt(urn string) (*post, *[]reaction) {
	p, c := a.n.target(urn)
	switch {
	case p == nil:
		return nil, nil
	case c != nil:
		return p, &c.reactions
	}
	return p, &p.reactions
}

func showReaction(r reaction, root string) any {
	return map[string]any{"id": "urn:li:reaction:(" + r.actor + "," + root + ")", "root": root, "reactionType": r.kind,
		"created": stamp(r.actor, r.at), "lastModified": stamp(r.actor, r.at)}
}

// feel reacts to a post or a comment. Doing it twice is a conflict.
func (a *ask) feel() *fault {
	var body struct {
		Root         *string `json:"root"`
		ReactionType *string `json:"reactionType"`
	}
	if f := a.told(&body); f != nil {
		return f
	}
	actor := a.query.Get("actor")
	switch {
	case actor == "":
		return missing("actor")
	case body.Root == nil:
		return missing("root")
	case body.ReactionType == nil:
		return missing("reactionType")
	case !slices.Contains(kinds(), *body.ReactionType):
		return wrong("reactionType", *body.ReactionType)
	}
	if f := a.writes(actor); f != nil {
		return f
	}
	_, all := a.felt(*body.Root)
	if all == nil {
		return nothing()
	}
	if !react(all, actor, *body.ReactionType, a.now) {
		return no(http.StatusConflict, "CONFLICT", "A write conflict occurred. Retry the request.")
	}
	a.call.Accept(sandbox.Entry{Account: actor, Object: *body.Root, Text: *body.ReactionType})
	a.w.Header().Set("x-restli-id", "urn:li:reaction:("+actor+","+*body.Root+")")
	a.n.write(a.w, http.StatusCreated, showReaction(reaction{actor, *body.ReactionType, a.now}, *body.Root))
	return nil
}

// metadata is /rest/socialMetadata/{urn}, and several at once with ids=List(…).
func (a *ask) metadata() (any, *fault) {
	if a.r.Method == http.MethodPost && len(a.path) == 2 {
		return nil, a.closes(a.path[1])
	}
	if a.r.Method != http.MethodGet {
		return nil, no(http.StatusMethodNotAllowed, "", "Method not allowed")
	}
	if len(a.path) == 2 {
		return a.counted(a.path[1])
	}
	urns, ok := list(a.query.Get("ids"))
	if !ok || len(urns) == 0 || len(urns) > 50 {
		return nil, badRequest("ids must name 1 to 50 entities")
	}
	results, errs, statuses := map[string]any{}, map[string]any{}, map[string]any{}
	for _, urn := range urns {
		v, f := a.counted(urn)
		if f != nil {
			errs[urn], statuses[urn] = map[string]any{"status": f.status, "message": f.text}, f.status
			continue
		}
		results[urn], statuses[urn] = v, http.StatusOK
	}
	return map[string]any{"results": results, "errors": errs, "statuses": statuses}, nil
}

func (a *ask) counted(urn string) (any, *fault) {
	p, all := a.felt(urn)
	if p == nil {
		return nil, nothing()
	}
	if f := a.reads(p.author); f != nil {
		return nil, f
	}
	sums := map[string]any{}
	for _, kind := range kinds() {
		n := 0
		for _, r := range *all {
			if r.kind == kind {
				n++
			}
		}
		if n > 0 {
			sums[kind] = map[string]any{"reactionType": kind, "count": n}
		}
	}
	every := living(p.comments, func(*comment) bool { return true })
	first := living(p.comments, func(c *comment) bool { return c.parent == nil })
	return map[string]any{"entity": urn, "commentsState": map[bool]string{true: "CLOSED", false: "OPEN"}[p.closed], "reactionSummaries": sums,
		"commentSummary": map[string]any{"count": len(every), "topLevelCount": len(first)}}, nil
}

// closes closes the comments of a thread, which deletes them, or opens it again.
func (a *ask) closes(urn string) *fault {
	set, f := patched[struct {
		State *string `json:"commentsState"`
	}](a)
	if f != nil {
		return f
	}
	p, c := a.n.target(urn)
	state := set.State
	switch {
	case p == nil:
		return nothing()
	case c != nil:
		return invalidURN("entity", urn, "share, ugcPost or activity")
	case state == nil:
		return missing("patch/$set/commentsState")
	case *state != "OPEN" && *state != "CLOSED":
		return wrong("commentsState", *state)
	case a.query.Get("actor") != p.author:
		return denied("Not enough permissions to access: PARTIAL_UPDATE.socialMetadata")
	}
	if f := a.writes(p.author); f != nil {
		return f
	}
	if p.closed = *state == "CLOSED"; p.closed {
		for _, one := range p.comments {
			one.gone = true
		}
	}
	a.call.Accept(sandbox.Entry{Account: p.author, Object: p.urn, Text: "comments " + strings.ToLower(*state)})
	empty(a.w, http.StatusAccepted)
	return nil
}
