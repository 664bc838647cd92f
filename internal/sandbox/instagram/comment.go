package instagram

import (
	"slices"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/graph"
)

// listComments lists comments of a media, or the answers to one: newest first, 50 at most in one part, and no way to say since when.
func (a *ask) listComments(m *media, below *comment, f graph.Field) (any, *graph.Fault) {
	w, err := graph.Cut(func(name string) string { return f.Mods[name] }, 25)
	if err != nil {
		return nil, err
	}
	w.Limit = min(w.Limit, 50)
	if _, err := a.showComment(&comment{media: &media{account: m.account}}, f.Inner); err != nil {
		return nil, err
	}
	kept := []*comment{}
	for _, c := range slices.Backward(m.comments) {
		if c.parent == below && !c.listed.After(a.now) {
			kept = append(kept, c)
		}
	}
	of, edge := m.id, "comments"
	if below != nil {
		of, edge = below.id, "replies"
		slices.Reverse(kept) // answers stand in the order they were given
	}
	l, err := graph.Part(w, kept, func(c *comment) string { return c.id }, func(c *comment) (any, *graph.Fault) { return a.showComment(c, f.Inner) },
		a.links(of+"/"+edge, f.Query()))
	if l.Paging != nil && l.Paging.Next == "" {
		l.Paging = nil // as recorded: the last part has no places
	}
	return l, err
}

func (a *ask) showComment(c *comment, fs []graph.Field) (any, *graph.Fault) {
	return graph.Node("IGComment", fs, graph.Names("timestamp", "text"), func(f graph.Field) (any, bool, bool, *graph.Fault) {
		switch f.Name {
		case "id":
			return c.id, true, true, nil
		case "text":
			return c.text, true, true, nil
		case "timestamp":
			return graph.Stamp(c.created), true, true, nil
		case "username":
			return c.from.username, true, true, nil
		case "from":
			return map[string]any{"id": c.from.id, "username": c.from.username}, true, true, nil
		case "user":
			return map[string]any{"id": c.from.id}, c.from.ours, true, nil // of the owner alone
		case "like_count":
			return c.likes, true, true, nil
		case "hidden":
			return c.hidden, true, true, nil
		case "parent_id":
			if c.parent == nil {
				return nil, false, true, nil
			}
			return c.parent.id, true, true, nil
		case "media":
			return map[string]any{"id": c.media.id, "media_product_type": c.media.product}, true, true, nil
		case "replies":
			if c.parent != nil || len(c.replies()) == 0 {
				return nil, false, true, nil
			}
			v, err := a.listComments(c.media, c, f)
			return v, err == nil, true, err
		}
		return nil, false, false, nil
	})
}

func (a *ask) onComment(c *comment) (any, *graph.Fault) {
	if err := a.may(c.media.account, "basic", "comments"); err != nil {
		return nil, err
	}
	if !c.media.by.ours && !c.from.ours { // found by a mention: it can be read as such alone
		return nil, graph.Missing(a.p.Method, a.id)
	}
	switch {
	case a.edge == "" && a.isGet():
		return a.showComment(c, a.fields)
	case a.edge == "" && a.isDelete():
		a.n.erase(c)
		a.call.Accept(sandbox.Entry{Account: c.media.account.id, Action: sandbox.Delete, Object: c.id, Text: c.text})
		return graph.Done(), nil
	case a.edge == "" && a.isPost():
		return a.hide(c)
	case a.edge == "replies" && a.isGet():
		return a.listComments(c.media, c, a.query("replies"))
	case a.edge == "replies" && a.isPost():
		return a.say(c.media, c)
	}
	return a.nothing("IGComment")
}

func (a *ask) hide(c *comment) (any, *graph.Fault) {
	if !a.p.Has("hide") {
		return nil, graph.Invalid("The parameter hide is required.")
	}
	hidden, err := a.p.Flag("hide", true)
	if err != nil {
		return nil, err
	}
	if !c.from.ours { // "comments by media owners will always be displayed even if set to be hidden"
		c.hidden = hidden
	}
	a.call.Accept(sandbox.Entry{Account: c.media.account.id, Action: sandbox.Hide, Object: c.id, Parent: c.media.id, Text: map[bool]string{true: "hidden", false: "shown"}[hidden]})
	return graph.Done(), nil
}

// say adds a comment of ours, or an answer. What answers an answer hangs below the same first comment.
func (a *ask) say(m *media, below *comment) (any, *graph.Fault) {
	if err := a.may(m.account, "comments"); err != nil {
		return nil, err
	}
	text := a.p.Get("message")
	switch {
	case text == "":
		return nil, graph.Invalid("The parameter message is required.")
	case len([]rune(text)) > maxCaption:
		return nil, graph.Invalid("Length of param message must be less than or equal to %d", maxCaption)
	case m.closed || m.product == "STORY":
		return nil, graph.Invalid("Comments are turned off for this media")
	case below != nil && below.hidden:
		return nil, graph.Invalid("Hidden comments cannot be replied to")
	}
	made := a.n.utter(m, below, m.account.self(), text, a.now, a.now.Add(a.call.ListedLate()))
	parent := m.id
	if below != nil {
		parent = below.id
	}
	a.call.Accept(sandbox.Entry{Account: m.account.id, Action: sandbox.Reply, Object: made.id, Parent: parent, Text: text})
	return map[string]any{"id": made.id}, nil
}

func (n *Network) utter(m *media, below *comment, by author, text string, at, listed time.Time) *comment {
	if below != nil && below.parent != nil {
		below = below.parent
	}
	c := &comment{id: n.number(), media: m, parent: below, from: by, text: text, created: at.Truncate(time.Second), listed: listed}
	n.comments[c.id] = c
	m.comments = append(m.comments, c)
	n.tellComment(c)
	return c
}

// erase takes away a comment and its answers. Nobody is told.
func (n *Network) erase(c *comment) {
	gone := append(c.replies(), c)
	c.media.comments = slices.DeleteFunc(c.media.comments, func(other *comment) bool { return slices.Contains(gone, other) })
	for _, g := range gone {
		delete(n.comments, g.id)
	}
}

// mentioned reads a comment or a media of somebody in which we are mentioned, by field expansion as documented.
func (a *ask) mentioned(acc *account, f graph.Field) (any, *graph.Fault) {
	if err := a.may(acc, "comments"); err != nil {
		return nil, err
	}
	if f.Name == "mentioned_comment" {
		c := a.n.comments[f.Mods["comment_id"]]
		if c == nil || c.media.by.ours || c.media.account != acc {
			return nil, graph.Missing(a.p.Method, f.Mods["comment_id"])
		}
		return a.showComment(c, f.Inner)
	}
	m := a.n.media[f.Mods["media_id"]]
	if m == nil || m.by.ours || m.account != acc {
		return nil, graph.Missing(a.p.Method, f.Mods["media_id"])
	}
	return a.showMedia(m, f.Inner)
}

// answerMention is POST /{account}/mentions: a comment of ours where we were mentioned.
func (a *ask) answerMention(acc *account) (any, *graph.Fault) {
	if err := a.may(acc, "comments"); err != nil {
		return nil, err
	}
	m, text := a.n.media[a.p.Get("media_id")], a.p.Get("message")
	if m == nil || m.by.ours || m.account != acc {
		return nil, graph.Missing(a.p.Method, a.p.Get("media_id"))
	}
	if text == "" || len([]rune(text)) > maxCaption {
		return nil, graph.Invalid("The parameter message is required.")
	}
	var below *comment
	parent := m.id
	if id := a.p.Get("comment_id"); id != "" {
		if below = a.n.comments[id]; below == nil || below.media != m {
			return nil, graph.Missing(a.p.Method, id)
		}
		parent = id
	}
	made := a.n.utter(m, below, acc.self(), text, a.now, a.now)
	a.call.Accept(sandbox.Entry{Account: acc.id, Action: sandbox.Reply, Object: made.id, Parent: parent, Text: text})
	return map[string]any{"id": made.id}, nil
}
