package linkedin

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
)

const commentMost = 1250

// target is what a URN names: a post, or a comment of one.
func (n *Network) target(urn string) (*post, *comment) {
	if p := n.find(urn); p != nil {
		return p, nil
	}
	if c, ok := n.comments[urn]; ok && !c.gone && !c.post.gone {
		return c.post, c
	}
	return nil, nil
}

// socialActions is /rest/socialActions/{post or comment}/comments[/{number}].
func (a *ask) socialActions() (any, *fault) {
	if len(a.path) < 3 || len(a.path) > 4 || a.path[2] != "comments" {
		return nil, badRequest("No method for socialActions")
	}
	if raw := strings.Split(a.r.URL.EscapedPath(), "/"); strings.ContainsAny(raw[3], ":(),") {
		// Rest.li 2.0 wants the signs of a URN encoded in a path.
		return nil, badRequest("Invalid key %s: it is not encoded", raw[3])
	}
	p, c := a.n.target(a.path[1])
	if p == nil {
		return nil, no(http.StatusNotFound, "NOT_FOUND", "Unable to obtain activity for urn: %s", a.path[1])
	}
	switch {
	case len(a.path) == 4:
		return a.oneComment(p, a.path[3])
	case a.r.Method == http.MethodPost:
		return nil, a.comment(p, c)
	case a.r.Method != http.MethodGet:
		return nil, no(http.StatusMethodNotAllowed, "", "Method not allowed")
	}
	if f := a.reads(p.author); f != nil {
		return nil, f
	}
	all := living(p.comments, func(one *comment) bool { return one.parent == c && !one.visible.After(a.now) })
	// No order is documented.
	slices.SortStableFunc(all, func(x, y *comment) int { return strings.Compare(mirror(x.number), mirror(y.number)) })
	return paged(a, all, a.showComment, 10, 100)
}

func mirror(s string) string {
	b := []byte(s)
	slices.Reverse(b)
	return string(b)
}

func stamp(actor string, at time.Time) map[string]any {
	return map[string]any{"actor": actor, "time": at.UnixMilli()}
}

func (a *ask) showComment(c *comment) any {
	below := living(c.post.comments, func(one *comment) bool { return one.parent == c })
	v := map[string]any{"id": c.number, "commentUrn": c.urn(), "$URN": c.urn(), "actor": c.actor, "object": c.post.activity,
		"message": map[string]any{"attributes": []any{}, "text": c.text}, "created": stamp(c.actor, c.created), "lastModified": stamp(c.actor, c.modified),
		"likesSummary":    map[string]any{"aggregatedTotalLikes": len(c.reactions), "likedByCurrentUser": false, "selectedLikes": []any{}, "totalLikes": len(c.reactions)},
		"commentsSummary": map[string]any{"aggregatedTotalComments": len(below), "selectedComments": []any{}, "totalFirstLevelComments": len(below)}}
	if c.parent != nil {
		v["parentComment"] = c.parent.urn()
	}
	if c.image != "" {
		v["content"] = []any{map[string]any{"type": "IMAGE", "entity": map[string]any{"image": c.image}, "url": "https://media.licdn.example/" + c.number}}
	}
	return v
}

// comment makes a comment, or an answer to one.
func (a *ask) comment(p *post, above *comment) *fault {
	var body struct {
		Actor         *string `json:"actor"`
		Object        *string `json:"object"`
		ParentComment *string `json:"parentComment"`
		Message       *struct {
			Text       *string `json:"text"`
			Attributes []any   `json:"attributes"`
		} `json:"message"`
		Content []struct {
			Entity struct {
				Image string `json:"image"`
			} `json:"entity"`
		} `json:"content"`
	}
	if f := a.told(&body); f != nil {
		return f
	}
	switch {
	case body.Actor == nil:
		return missing("actor")
	case body.Object == nil:
		return missing("object")
	case body.Message == nil || body.Message.Text == nil:
		return missing("message/text")
	case len(body.Content) > 1: // how many may be is not written
		return badRequest("content must have exactly one entity")
	case !p.is(*body.Object):
		return badRequest("object %s is not the thread of %s", *body.Object, a.path[1])
	case above == nil && body.ParentComment != nil, above != nil && (body.ParentComment == nil || *body.ParentComment != above.urn()):
		return badRequest("parentComment does not fit %s", a.path[1])
	case above != nil && above.parent != nil:
		return badRequest("A comment can be answered one level deep")
	}
	if f := a.writes(*body.Actor); f != nil {
		return f
	}
	if a.now.Sub(p.created) < a.n.options.Settling {
		return no(http.StatusNotFound, "NOT_FOUND", "Unable to obtain activity for urn: %s", a.path[1])
	}
	text := *body.Message.Text
	switch n := length(text); {
	case p.closed:
		return no(http.StatusForbidden, "", "Comments are disabled on this thread")
	case strings.TrimSpace(text) == "":
		return no(http.StatusBadRequest, "INVALID_VALUE_BLANK_FIELD", "message/text can't be blank")
	case n > commentMost:
		return tooLong("message/text", n, commentMost)
	case a.hasty(*body.Actor):
		return no(http.StatusTooManyRequests, "", "Comment create throttled: creation rate limit exceeded for member")
	}
	image := ""
	for _, one := range body.Content {
		image = one.Entity.Image
		if f := a.fitsFile(*body.Actor, image, "", "", "image"); f != nil {
			return f
		}
	}
	c := a.n.utter(p, above, *body.Actor, text, a.now)
	c.image = image
	c.visible = a.now.Add(a.call.ListedLate())
	a.n.tellComment("ADMIN_COMMENT", c)
	parent := p.urn
	if above != nil {
		parent = above.urn()
	}
	a.call.Accept(sandbox.Entry{Account: c.actor, Object: c.urn(), Parent: parent, Text: text, Files: len(body.Content)})
	a.w.Header().Set("x-restli-id", c.number)
	a.n.write(a.w, http.StatusCreated, a.showComment(c))
	return nil
}

// hasty says that an actor has said too much in the last minute.
func (a *ask) hasty(actor string) bool {
	if a.n.options.Comments == 0 {
		return false
	}
	said := 0
	for _, c := range a.n.comments {
		if c.actor == actor && a.now.Sub(c.created) < time.Minute {
			said++
		}
	}
	return said >= a.n.options.Comments
}

// utter puts a comment below a post.
func (n *Network) utter(p *post, above *comment, actor, text string, at time.Time) *comment {
	c := &comment{number: n.number(), post: p, parent: above, actor: actor, text: text, created: at, modified: at}
	p.comments = append(p.comments, c)
	n.comments[c.urn()] = c
	return c
}

// oneComment reads, changes or deletes a comment.
func (a *ask) oneComment(p *post, number string) (any, *fault) {
	i := slices.IndexFunc(p.comments, func(c *comment) bool { return c.number == number && !c.gone })
	if i < 0 {
		return nil, nothing()
	}
	c := p.comments[i]
	if a.r.Method == http.MethodGet {
		if f := a.reads(p.author); f != nil {
			return nil, f
		}
		return a.showComment(c), nil
	}
	as := a.query.Get("actor")
	if as == "" {
		as = a.token.member.urn()
	}
	if f := a.writes(as); f != nil {
		return nil, f
	}
	switch {
	case a.r.Method == http.MethodPost && partial(a.r):
		return nil, a.editComment(c, as)
	case a.r.Method != http.MethodDelete:
		return nil, no(http.StatusMethodNotAllowed, "", "Method not allowed")
	case c.actor != as && (p.author != as || !strings.HasPrefix(as, pagePrefix) || a.n.options.OwnOnly):
		// That a Page may delete what others wrote below its posts is not written down clearly.
		return nil, denied("Insufficient permissions to perform the requested action")
	}
	a.n.drop(c)
	a.call.Accept(sandbox.Entry{Account: as, Object: c.urn()})
	empty(a.w, http.StatusNoContent)
	return nil, nil
}

func (n *Network) drop(c *comment) {
	c.gone = true
	n.tellComment("COMMENT_DELETE", c)
}

func (a *ask) editComment(c *comment, as string) *fault {
	var body struct {
		Patch struct {
			Message struct {
				Set struct {
					Text *string `json:"text"`
				} `json:"$set"`
			} `json:"message"`
		} `json:"patch"`
	}
	if f := a.told(&body); f != nil {
		return f
	}
	text := body.Patch.Message.Set.Text
	switch {
	case c.actor != as:
		return denied("Insufficient permissions to perform the requested action")
	case text == nil:
		return missing("patch/message/$set/text")
	case length(*text) > commentMost:
		return tooLong("message/text", length(*text), commentMost)
	}
	a.n.rewrite(c, *text)
	a.call.Accept(sandbox.Entry{Account: as, Object: c.urn(), Text: *text})
	a.n.write(a.w, http.StatusOK, a.showComment(c))
	return nil
}

func (n *Network) rewrite(c *comment, text string) {
	c.text, c.modified = text, n.now()
	n.tellComment("COMMENT_EDIT", c)
}
