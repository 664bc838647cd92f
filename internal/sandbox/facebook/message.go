package facebook

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/graph"
)

const (
	privateWindow  = 7 * 24 * time.Hour // a private reply to a comment: once, within seven days
	talkWindow     = 24 * time.Hour     // after the person's last message
	maxMessageText = 2000
)

// send is POST /{page}/messages: an answer within 24 hours of the person's last message, or one private reply to a comment.
func (a *ask) send(p *page) (any, *graph.Fault) {
	if err := may(a.token, p, "pages_messaging"); err != nil {
		return nil, err
	}
	kind, err := a.p.Enum("messaging_type", "RESPONSE", "RESPONSE", "UPDATE", "MESSAGE_TAG", "UTILITY")
	if err != nil {
		return nil, err
	}
	to, err := a.p.Object("recipient")
	if err != nil {
		return nil, err
	}
	if a.p.Has("sender_action") {
		return a.signal(p, to)
	}
	what, err := a.p.Object("message")
	if err != nil {
		return nil, err
	}
	said, err := a.content(p, what)
	if err != nil {
		return nil, err
	}
	if id, ok := to["comment_id"].(string); ok {
		return a.privateReply(p, id, said)
	}
	id, _ := to["id"].(string)
	f, ok := p.byID[id]
	if !ok {
		return nil, graph.No(http.StatusBadRequest, 100, 2018001, "(#100) No matching user found")
	}
	t := p.thread(f)
	if t != nil && t.other {
		return nil, graph.No(http.StatusBadRequest, 10, 2018300, "(#10) Message failed to send because another app is controlling this thread now.")
	}
	if t != nil && t.shut {
		return nil, graph.No(http.StatusBadRequest, 551, 1545041, "(#551) This person isn't available right now.")
	}
	if kind == "MESSAGE_TAG" && a.p.Get("tag") == "" {
		return nil, graph.Invalid("Param tag is required when messaging_type is MESSAGE_TAG")
	}
	if t == nil || t.heard.IsZero() || a.now.Sub(t.heard) > talkWindow {
		if kind == "MESSAGE_TAG" && t != nil && !t.heard.IsZero() {
			switch tag := a.p.Get("tag"); tag {
			case "HUMAN_AGENT":
				if a.n.options.NoHumanAgent { // no page says with which words: the one for a permission that is missing
					return nil, graph.No(http.StatusForbidden, 10, 0, "(#10) To send with the HUMAN_AGENT tag, your app needs the Human Agent feature")
				}
				if a.now.Sub(t.heard) <= 7*24*time.Hour {
					return a.deliver(p, t, said, "")
				}
			case "CONFIRMED_EVENT_UPDATE", "ACCOUNT_UPDATE", "POST_PURCHASE_UPDATE": // refused since 2026-04-27
				return nil, graph.Invalid("The tag %s is no longer available", tag)
			}
		}
		return nil, graph.No(http.StatusBadRequest, 10, 2018278, "(#10) This message is sent outside of allowed window. Learn more about the new policy here: https://developers.facebook.com/docs/messenger-platform/policy-overview")
	}
	if _, blocked := p.blocked[f.id]; blocked {
		return nil, graph.No(http.StatusBadRequest, 551, 1545041, "(#551) This person isn't available right now.")
	}
	return a.deliver(p, t, said, "")
}

func (a *ask) privateReply(p *page, id string, said content) (any, *graph.Fault) {
	c, ok := a.n.comments[id]
	if !ok || c.post.page != p {
		return nil, graph.Missing(a.p.Method, id)
	}
	if c.replied != "" {
		return nil, graph.No(http.StatusBadRequest, 10900, 0, "(#10900) Activity already replied to")
	}
	if c.from.page || a.now.Sub(c.created) >= privateWindow {
		return nil, graph.No(http.StatusBadRequest, 10903, 0, "(#10903) This user cant reply to this activity")
	}
	f := p.byID[c.from.id]
	t := p.thread(f)
	if t == nil {
		t = a.n.open(p, f)
	}
	c.replied = t.id
	return a.deliver(p, t, said, c.id)
}

func (a *ask) deliver(p *page, t *thread, said content, about string) (any, *graph.Fault) {
	m := a.n.note(t, p.self(), said.text, a.now)
	m.files = said.files
	m.about = about
	a.n.tellMessage(m)
	a.n.reaches(m)
	parent := about
	if parent == "" { // what the person said last is what is answered
		parent = t.id
		for _, said := range slices.Backward(t.messages) {
			if !said.from.page {
				parent = said.id
				break
			}
		}
	}
	a.call.Accept(sandbox.Entry{Account: p.id, Action: sandbox.Message, Object: m.id, Parent: parent, Text: said.text, Files: len(said.files)})
	return map[string]any{"recipient_id": t.with.id, "message_id": m.id}, nil
}

// thread answers the conversation with a person, nil when they never spoke.
func (p *page) thread(f *profile) *thread {
	for _, t := range p.threads {
		if t.with == f {
			return t
		}
	}
	return nil
}

func (n *Network) open(p *page, f *profile) *thread {
	t := &thread{id: "t_" + n.number(), page: p, with: f}
	n.threads[t.id] = t
	p.threads = append(p.threads, t)
	return t
}

func (n *Network) note(t *thread, by author, text string, at time.Time) *message {
	m := &message{id: graph.Opaque(n.random, "m_", 40), thread: t, from: by, text: text, created: at}
	n.messages[m.id] = m
	t.messages = append(t.messages, m)
	t.updated = at
	if by.page {
		t.unread = 0
	} else {
		t.heard = at
		t.unread++
	}
	return m
}

func (a *ask) conversations(p *page) (any, *graph.Fault) {
	if err := may(a.token, p, "pages_messaging", "pages_manage_metadata"); err != nil {
		return nil, err
	}
	platform, err := a.p.Enum("platform", "MESSENGER", "MESSENGER", "INSTAGRAM")
	if err != nil {
		return nil, err
	}
	w, err := graph.Cut(a.p.Get, 25)
	if err != nil {
		return nil, err
	}
	var kept []*thread
	for _, t := range p.threads {
		if platform != "MESSENGER" || t.spam != (a.p.Get("folder") == "spam") || a.p.Get("user_id") != "" && t.with.id != a.p.Get("user_id") {
			continue
		}
		kept = append(kept, t)
	}
	slices.SortStableFunc(kept, func(x, y *thread) int { return y.updated.Compare(x.updated) })
	return graph.Part(w, kept, func(t *thread) string { return t.id }, func(t *thread) (any, *graph.Fault) { return a.thread(t, a.fields) },
		a.links(a.id+"/conversations", a.p.Values))
}

func (a *ask) onThread(t *thread) (any, *graph.Fault) {
	if err := may(a.token, t.page, "pages_messaging"); err != nil {
		return nil, err
	}
	switch {
	case a.edge == "" && a.isGet():
		return a.thread(t, a.fields)
	case a.edge == "messages" && a.isGet():
		f := graph.Field{Name: "messages", Inner: a.fields, Mods: map[string]string{}}
		for name := range a.p.Values {
			f.Mods[name] = a.p.Get(name)
		}
		return a.messages(t, f)
	}
	return a.nothing("UnifiedThread")
}

// party writes a participant: name, an address that is none, id.
func party(a author) map[string]any {
	return map[string]any{"name": a.name, "email": a.id + "@facebook.com", "id": a.id}
}

func (v *view) thread(t *thread, fs []graph.Field) (any, *graph.Fault) {
	return graph.Node("UnifiedThread", fs, graph.Names("link", "updated_time"), func(f graph.Field) (any, bool, bool, *graph.Fault) {
		switch f.Name {
		case "id", "scoped_thread_key":
			return t.id, true, true, nil
		case "link":
			return "/" + t.page.id + "/inbox/" + t.id[2:] + "/", true, true, nil
		case "updated_time":
			return graph.Stamp(t.updated), true, true, nil
		case "message_count":
			return len(t.messages), true, true, nil
		case "unread_count":
			return t.unread, true, true, nil
		case "snippet":
			return t.messages[len(t.messages)-1].text, true, true, nil
		case "can_reply":
			return v.now.Sub(t.heard) <= talkWindow, true, true, nil
		case "is_subscribed":
			return true, true, true, nil
		case "folder":
			return map[bool]string{false: "inbox", true: "spam"}[t.spam], true, true, nil
		case "participants", "senders":
			return map[string]any{"data": []any{party(t.with.author()), party(t.page.self())}}, true, true, nil
		case "former_participants":
			return map[string]any{"data": []any{}}, true, true, nil
		case "messages":
			l, err := v.messages(t, f)
			return l, true, true, err
		}
		return nil, false, false, nil
	})
}

func (v *view) messages(t *thread, f graph.Field) (any, *graph.Fault) {
	w, err := graph.Cut(func(name string) string { return f.Mods[name] }, 25)
	if err != nil {
		return nil, err
	}
	newest := slices.Clone(t.messages)
	slices.Reverse(newest)
	return graph.Part(w, newest, func(m *message) string { return m.id }, func(m *message) (any, *graph.Fault) { return v.message(m, f.Inner) },
		v.links(t.id+"/messages", f.Query()))
}

func (v *view) message(m *message, fs []graph.Field) (any, *graph.Fault) {
	return graph.Node("Message", fs, graph.Names("created_time"), func(f graph.Field) (any, bool, bool, *graph.Fault) {
		switch f.Name {
		case "id":
			return m.id, true, true, nil
		case "created_time":
			return graph.Stamp(m.created), true, true, nil
		case "message":
			return m.text, true, true, nil
		case "from":
			return party(m.from), true, true, nil
		case "to":
			to := m.thread.page.self()
			if m.from.page {
				to = m.thread.with.author()
			}
			return map[string]any{"data": []any{party(to)}}, true, true, nil
		case "tags":
			return map[string]any{"data": []any{map[string]any{"name": "inbox"}, map[string]any{"name": "source:mobile"}}}, true, true, nil
		case "attachments":
			all := []any{}
			for i, f := range m.files {
				if f.kind == "sticker" || f.kind == "fallback" {
					continue // what these are listed as, nothing recorded shows
				}
				one := map[string]any{"id": m.id + strconv.Itoa(i), "mime_type": f.kind + "/x", "name": "file", "size": 1}
				switch f.kind {
				case "image":
					one["image_data"] = map[string]any{"width": 1, "height": 1, "url": f.url, "preview_url": f.url}
				case "video":
					one["video_data"] = map[string]any{"width": 1, "height": 1, "url": f.url, "preview_url": f.url}
				default:
					one["file_url"] = f.url
				}
				all = append(all, one)
			}
			return map[string]any{"data": all}, len(all) > 0, true, nil
		}
		return nil, false, false, nil
	})
}
