package facebook

import (
	"net/http"
	"slices"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/graph"
)

func (a *ask) onComment(c *comment) (any, *graph.Fault) {
	p := c.post.page
	switch {
	case a.edge == "" && a.isGet():
		if err := may(a.token, p, "pages_read_engagement", "pages_read_user_content"); err != nil {
			return nil, err
		}
		return a.comment(c, a.fields)
	case a.edge == "" && a.isDelete():
		if err := may(a.token, p, "pages_manage_engagement"); err != nil {
			return nil, err
		}
		a.n.erase(c)
		a.call.Accept(sandbox.Entry{Account: p.id, Action: sandbox.Delete, Object: c.id, Text: c.message})
		return graph.Done(), nil
	case a.edge == "" && a.isPost():
		return a.changeComment(c)
	case a.edge == "comments":
		return a.onComments(c.post, c)
	case a.edge == "likes", a.edge == "reactions":
		return a.onLikes(p, c.id, &c.reactions)
	}
	return a.nothing("Comment")
}

// changeComment hides or shows a comment, or edits one of the Page's own.
func (a *ask) changeComment(c *comment) (any, *graph.Fault) {
	p := c.post.page
	if err := may(a.token, p, "pages_manage_engagement"); err != nil {
		return nil, err
	}
	if !a.p.Has("is_hidden") && !a.p.Has("message") && !a.p.Has("attachment_id") {
		return nil, graph.Invalid("Missing message, attachment or is_hidden")
	}
	if a.p.Has("is_hidden") {
		hidden, err := a.p.Flag("is_hidden", c.hidden)
		if err != nil {
			return nil, err
		}
		if c.from.page {
			return nil, graph.No(http.StatusBadRequest, 100, 1705, "(#100) A Page cannot hide its own comment")
		}
		if hidden != c.hidden {
			c.hidden = hidden
			a.n.tellComment(c, map[bool]string{true: "hide", false: "unhide"}[hidden])
		}
		text := "shown"
		if hidden {
			text = "hidden"
		}
		a.call.Accept(sandbox.Entry{Account: p.id, Action: sandbox.Hide, Object: c.id, Parent: c.post.id, Text: text})
	}
	if a.p.Has("message") {
		if !c.from.page {
			return nil, graph.No(http.StatusForbidden, 200, 0, "(#200) You do not have permission to edit this comment")
		}
		c.message = a.p.Get("message")
		a.n.tellComment(c, "edited")
		a.call.Accept(sandbox.Entry{Account: p.id, Action: sandbox.Edit, Object: c.id, Parent: c.post.id, Text: c.message})
	}
	return graph.Done(), nil
}

// erase takes away a comment and what is below it.
func (n *Network) erase(c *comment) {
	gone := append(c.children(), c)
	c.post.comments = slices.DeleteFunc(c.post.comments, func(other *comment) bool { return slices.Contains(gone, other) })
	for _, g := range gone {
		delete(n.comments, g.id)
		n.tellComment(g, "remove")
	}
}

// onComments lists comments of a post or below a comment, or adds one of the Page's own.
func (a *ask) onComments(o *post, below *comment) (any, *graph.Fault) {
	if a.isGet() {
		if err := may(a.token, o.page, "pages_read_engagement", "pages_read_user_content"); err != nil {
			return nil, err
		}
		f := graph.Field{Name: "comments", Inner: a.fields, Mods: map[string]string{}}
		for name := range a.p.Values {
			f.Mods[name] = a.p.Get(name)
		}
		return a.comments(o, below, f)
	}
	if !a.isPost() {
		return nil, graph.Missing(a.p.Method, a.id)
	}
	if err := may(a.token, o.page, "pages_manage_engagement"); err != nil {
		return nil, err
	}
	text := a.p.Get("message")
	if err := fits(text); err != nil {
		return nil, err
	}
	var attached *photo
	if id := a.p.Get("attachment_id"); id != "" {
		ph, ok := a.n.photos[id]
		if !ok || ph.page != o.page {
			return nil, graph.Invalid("Invalid attachment_id")
		}
		attached = ph
	}
	if text == "" && attached == nil && a.p.Get("attachment_url") == "" {
		return nil, graph.No(http.StatusBadRequest, 1705, 0, "(#1705) There was an error posting to this wall")
	}
	if !o.published {
		return nil, graph.Missing(a.p.Method, a.id)
	}
	c := a.n.utter(o, below, o.page.self(), text, a.now, a.now.Add(a.call.ListedLate()))
	c.photo = attached
	parent := o.id
	if below != nil {
		parent = below.id
	}
	files := 0
	if attached != nil {
		files = 1
	}
	a.call.Accept(sandbox.Entry{Account: o.page.id, Action: sandbox.Reply, Object: c.id, Parent: parent, Text: text, Files: files})
	return map[string]any{"id": c.id}, nil
}

// utter adds a comment. What answers a reply hangs, as on Facebook, below the same first comment.
func (n *Network) utter(o *post, below *comment, by author, text string, at, listed time.Time) *comment {
	if below != nil && below.parent != nil {
		below = below.parent
	}
	c := &comment{id: o.number + "_" + n.number(), post: o, parent: below, from: by, message: text, created: at.Truncate(time.Second), listed: listed}
	n.comments[c.id] = c
	o.put(c)
	n.tellComment(c, "add")
	return c
}

// comments lists what is said below a post (all of it with filter=stream) or below a comment.
func (v *view) comments(o *post, below *comment, f graph.Field) (any, *graph.Fault) {
	p := graph.Params{Values: f.Query(), Seen: v.n.watcher("PagePost", "GET", "comments")}
	w, err := graph.Cut(p.Get, 25)
	if err != nil {
		return nil, err
	}
	filter, err := p.Enum("filter", "toplevel", "stream", "toplevel")
	if err != nil {
		return nil, err
	}
	order, err := p.Enum("order", "chronological", "chronological", "reverse_chronological")
	if err != nil {
		return nil, err
	}
	since, err := p.When("since")
	if err != nil {
		return nil, err
	}
	if _, err := v.comment(&comment{post: &post{page: o.page}}, f.Inner); err != nil {
		return nil, err
	}
	kept := []*comment{}
	total := 0
	for _, c := range o.comments {
		if below != nil && c.parent != below || below == nil && filter == "toplevel" && c.parent != nil || c.listed.After(v.now) {
			continue
		}
		total++
		if c.created.Before(since) {
			continue
		}
		kept = append(kept, c)
	}
	if order == "reverse_chronological" {
		slices.Reverse(kept)
	}
	of := o.id
	if below != nil {
		of = below.id
	}
	query := f.Query()
	l, err := graph.Part(w, kept, func(c *comment) string { return c.id }, func(c *comment) (any, *graph.Fault) { return v.comment(c, f.Inner) },
		v.links(of+"/comments", query))
	l.Summary = w.Sum(map[string]any{"order": order, "total_count": total, "can_comment": true})
	return l, err
}

// onLikes lists what people feel, or lets the Page like something. Liking twice is no error.
func (a *ask) onLikes(p *page, of string, all *[]reaction) (any, *graph.Fault) {
	if a.isGet() {
		if err := may(a.token, p, "pages_read_engagement", "pages_read_user_content"); err != nil {
			return nil, err
		}
		if _, err := a.p.Enum("type", "", "", "LIKE", "LOVE", "WOW", "HAHA", "SAD", "ANGRY", "THANKFUL", "PRIDE", "CARE", "NONE"); err != nil {
			return nil, err
		}
		f := graph.Field{Name: a.edge, Mods: map[string]string{}}
		for name := range a.p.Values {
			f.Mods[name] = a.p.Get(name)
		}
		return a.reactions(of, *all, f)
	}
	if a.edge != "likes" {
		return nil, graph.Missing(a.p.Method, a.id)
	}
	if err := may(a.token, p, "pages_manage_engagement"); err != nil {
		return nil, err
	}
	kind, text := "LIKE", "liked"
	if a.isDelete() {
		kind, text = "", "unliked"
	}
	*all, _ = react(*all, p.self(), kind, a.now)
	a.call.Accept(sandbox.Entry{Account: p.id, Action: sandbox.Like, Object: of, Text: text})
	return graph.Done(), nil
}
