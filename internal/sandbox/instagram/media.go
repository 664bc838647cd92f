package instagram

import (
	"net/http"
	"slices"

	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/graph"
)

// mediaList lists what is published, newest first: stories apart, and for a day.
func (a *ask) mediaList(acc *account) (any, *graph.Fault) {
	w, err := graph.Cut(a.p.Get, 25)
	if err != nil {
		return nil, err
	}
	since, err := a.p.When("since")
	if err != nil {
		return nil, err
	}
	until, err := a.p.When("until")
	if err != nil {
		return nil, err
	}
	if _, err := a.showMedia(&media{account: acc}, a.fields); err != nil { // an unknown field is refused even when there is nothing to show
		return nil, err
	}
	var kept []*media
	for _, m := range slices.Backward(acc.media) {
		if (m.product == "STORY") != (a.edge == "stories") || a.n.options.Unlisted && m.trial != "" || m.over(a.now) || m.listed.After(a.now) || !until.IsZero() && m.created.After(until) {
			continue
		}
		if !since.IsZero() && m.created.Before(since) {
			break
		}
		kept = append(kept, m)
	}
	return graph.Part(w, kept, func(m *media) string { return m.id }, func(m *media) (any, *graph.Fault) { return a.showMedia(m, a.fields) },
		a.links(a.id+"/"+a.edge, a.p.Values))
}

// tags lists media of others in which we are tagged.
func (a *ask) tags(acc *account) (any, *graph.Fault) {
	if err := a.facebookOnly(); err != nil {
		return nil, err
	}
	if err := a.may(acc, "comments"); err != nil {
		return nil, err
	}
	w, err := graph.Cut(a.p.Get, 25)
	if err != nil {
		return nil, err
	}
	all := slices.Clone(acc.tagged)
	slices.Reverse(all)
	return graph.Part(w, all, func(m *media) string { return m.id }, func(m *media) (any, *graph.Fault) { return a.showMedia(m, a.fields) },
		a.links(a.id+"/tags", a.p.Values))
}

func (a *ask) showMedia(m *media, fs []graph.Field) (any, *graph.Fault) {
	return graph.Node("IGMedia", fs, graph.Names("id"), func(f graph.Field) (any, bool, bool, *graph.Fault) {
		switch f.Name {
		case "id":
			return m.id, true, true, nil
		case "caption":
			return m.caption, m.caption != "", true, nil
		case "alt_text":
			return m.alt, m.alt != "", true, nil
		case "media_type":
			return m.kind, true, true, nil
		case "media_product_type":
			return m.product, true, true, nil
		case "media_url":
			return a.base + "/files/" + m.id, len(m.data) > 0, true, nil
		case "permalink":
			return m.permalink(), true, true, nil
		case "shortcode":
			return m.code, true, true, nil
		case "timestamp":
			return graph.Stamp(m.created), true, true, nil
		case "username":
			return m.by.username, true, true, nil
		case "owner":
			return map[string]any{"id": m.by.id}, m.by.ours, true, nil
		case "like_count":
			return len(m.likes), true, true, nil
		case "comments_count":
			return len(m.comments), true, true, nil // "Includes replies on comments"
		case "is_comment_enabled":
			return !m.closed, true, true, nil
		case "children":
			if m.kind != "CAROUSEL_ALBUM" {
				return nil, false, true, nil
			}
			all := []any{}
			for _, c := range m.children {
				all = append(all, map[string]any{"id": c.id})
			}
			return map[string]any{"data": all}, true, true, nil
		case "comments":
			v, err := a.listComments(m, nil, f)
			return v, err == nil, true, err
		case "insights":
			v, err := a.mediaInsights(m, f)
			return v, err == nil, true, err
		}
		return nil, false, false, nil
	})
}

func (a *ask) onMedia(m *media) (any, *graph.Fault) {
	if m.over(a.now) {
		return nil, graph.Missing(a.p.Method, a.id)
	}
	if err := a.may(m.account, "basic"); err != nil {
		return nil, err
	}
	if !m.by.ours {
		return nil, graph.Missing(a.p.Method, a.id)
	}
	switch {
	case a.edge == "" && a.isGet():
		return a.showMedia(m, a.fields)
	case a.edge == "" && a.isPost():
		return a.openOrClose(m)
	case a.edge == "" && a.isDelete():
		return a.drop(m)
	case a.edge == "comments" && a.isGet():
		if err := a.may(m.account, "comments"); err != nil {
			return nil, err
		}
		return a.listComments(m, nil, a.query("comments"))
	case a.edge == "comments" && a.isPost():
		return a.say(m, nil)
	case a.edge == "insights" && a.isGet():
		return a.mediaInsights(m, a.query("insights"))
	case a.edge == "children" && a.isGet():
		all := []any{}
		for _, c := range m.children {
			all = append(all, map[string]any{"id": c.id})
		}
		return map[string]any{"data": all}, nil
	}
	return a.nothing("IGMedia")
}

func (a *ask) openOrClose(m *media) (any, *graph.Fault) {
	if err := a.may(m.account, "comments"); err != nil {
		return nil, err
	}
	if !a.p.Has("comment_enabled") {
		return nil, graph.Invalid("The parameter comment_enabled is required")
	}
	open, err := a.p.Flag("comment_enabled", true)
	if err != nil {
		return nil, err
	}
	m.closed = !open
	a.call.Accept(sandbox.Entry{Account: m.account.id, Action: sandbox.Edit, Object: m.id, Text: map[bool]string{true: "comments open", false: "comments closed"}[open]})
	return graph.Done(), nil
}

// drop deletes a media: with Facebook login alone.
func (a *ask) drop(m *media) (any, *graph.Fault) {
	if err := a.facebookOnly(); err != nil {
		return nil, err
	}
	if err := a.may(m.account, "publish"); err != nil {
		return nil, err
	}
	if m.product == "STORY" {
		return nil, graph.No(http.StatusBadRequest, 100, 33, "Unsupported delete request.")
	}
	m.account.media = slices.DeleteFunc(m.account.media, func(other *media) bool { return other == m })
	delete(a.n.media, m.id)
	for _, c := range m.comments {
		delete(a.n.comments, c.id)
	}
	a.call.Accept(sandbox.Entry{Account: m.account.id, Action: sandbox.Delete, Object: m.id, Text: m.caption})
	return graph.Done(), nil
}
