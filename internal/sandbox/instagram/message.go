package instagram

import (
	"net/http"
	"slices"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/graph"
)

const (
	privateWindow  = 7 * 24 * time.Hour // a private reply to a comment: once, within seven days
	repliesMost    = 750                // in an hour
	talkWindow     = 24 * time.Hour     // after the person's last message
	agentWindow    = 7 * 24 * time.Hour // with the tag HUMAN_AGENT
	maxMessageText = 1000               // bytes
	readAfter      = 40 * time.Second
	detailsMost    = 20 // "only the 20 most recent messages in a conversation"
)

// send is POST /{page}/messages or /{account}/messages.
func (a *ask) send(acc *account) (any, *graph.Fault) {
	if err := a.may(acc, "messages"); err != nil {
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
		return a.signal(acc, to)
	}
	what, err := a.p.Object("message")
	if err != nil {
		return nil, err
	}
	said, err := a.content(what)
	if err != nil {
		return nil, err
	}
	if id, ok := to["comment_id"].(string); ok {
		return a.privateReply(acc, id, said)
	}
	id, _ := to["id"].(string)
	f, ok := acc.byID[id]
	if !ok || acc.thread(f) == nil {
		return nil, graph.No(http.StatusBadRequest, 100, 2534014, "(#100) The requested user cannot be found.")
	}
	if acc.blocked[id] {
		return nil, graph.No(http.StatusBadRequest, 551, 1545041, "(#551) This person isn't available right now.")
	}
	t := acc.thread(f)
	most := talkWindow
	if kind == "MESSAGE_TAG" && a.p.Get("tag") == "HUMAN_AGENT" {
		most = agentWindow
	} else if kind == "MESSAGE_TAG" {
		return nil, graph.Invalid("The tag is not supported on Instagram")
	}
	if t.heard.IsZero() || a.now.Sub(t.heard) > most {
		return nil, graph.No(http.StatusBadRequest, 10, 2534022, "(#10) This message is sent outside of allowed window. Learn more about the new policy here: https://developers.facebook.com/docs/messenger-platform/policy-overview")
	}
	return a.deliver(acc, t, said, t.id)
}

func (a *ask) privateReply(acc *account, id string, said content) (any, *graph.Fault) {
	if len(said.files) > 0 { // the documentation shows text alone
		return nil, graph.Invalid("Private replies support text only")
	}
	c, ok := a.n.comments[id]
	if !ok || c.media.account != acc || !c.media.by.ours {
		return nil, graph.Missing(a.p.Method, id)
	}
	if c.replied {
		return nil, graph.No(http.StatusBadRequest, 10900, 0, "(#10900) Activity already replied to")
	}
	if c.from.ours || a.now.Sub(c.created) >= privateWindow {
		return nil, graph.No(http.StatusBadRequest, 10903, 0, "(#10903) This user cant reply to this activity")
	}
	if counted(acc.replied, a.now, time.Hour) >= repliesMost {
		return nil, graph.No(http.StatusBadRequest, 613, 0, "(#613) Calls to this api have exceeded the rate limit.")
	}
	f := acc.byID[c.from.id]
	t := acc.thread(f)
	if t == nil {
		t = a.n.open(acc, f)
	}
	c.replied = true
	acc.replied = append(acc.replied, a.now)
	return a.deliver(acc, t, said, c.id)
}

func (a *ask) deliver(acc *account, t *thread, said content, parent string) (any, *graph.Fault) {
	m := a.n.note(t, acc.self(), said.text, a.now)
	m.files = said.files
	a.n.tellMessage(m)
	if t.with.person.Look%4 != 0 { // the others do not let it be known
		a.n.stage.Clock.After(readAfter, func() { a.n.seen(m) })
	}
	a.call.Accept(sandbox.Entry{Account: acc.id, Action: sandbox.Message, Object: m.id, Parent: parent, Text: said.text, Files: len(said.files)})
	return map[string]any{"recipient_id": t.with.id, "message_id": m.id}, nil
}

// seen tells that a person has read a message of ours, and with it what came before.
func (n *Network) seen(m *message) {
	n.mu.Lock()
	n.tell(m.thread.account, "messaging_seen", map[string]any{"sender": map[string]any{"id": m.thread.with.id}, "recipient": map[string]any{"id": m.thread.account.id},
		"timestamp": n.stage.Clock.Now().UnixMilli(), "read": map[string]any{"mid": m.id}})
	n.mu.Unlock()
	n.courier.Wake()
}

// thread answers the conversation with a person, nil when they never spoke.
func (a *account) thread(f *profile) *thread {
	for _, t := range a.threads {
		if t.with == f {
			return t
		}
	}
	return nil
}

func (n *Network) open(a *account, f *profile) *thread {
	t := &thread{id: graph.Opaque(n.random, "aWdfZAG06", 60), account: a, with: f}
	n.threads[t.id] = t
	a.threads = append(a.threads, t)
	return t
}

func (n *Network) note(t *thread, by author, text string, at time.Time) *message {
	m := &message{id: graph.Opaque(n.random, "aWdfZAG1faXRlb", 80), thread: t, from: by, text: text, created: at}
	n.messages[m.id] = m
	t.messages = append(t.messages, m)
	t.updated = at
	if !by.ours {
		t.heard = at
	}
	return m
}

func (a *ask) conversations(acc *account) (any, *graph.Fault) {
	if err := a.may(acc, "messages"); err != nil {
		return nil, err
	}
	w, err := graph.Cut(a.p.Get, 25)
	if err != nil {
		return nil, err
	}
	var kept []*thread
	for _, t := range acc.threads {
		if id := a.p.Get("user_id"); id == "" || t.with.id == id {
			kept = append(kept, t)
		}
	}
	slices.SortStableFunc(kept, func(x, y *thread) int { return y.updated.Compare(x.updated) })
	return graph.Part(w, kept, func(t *thread) string { return t.id }, func(t *thread) (any, *graph.Fault) { return a.showThread(t, a.fields) },
		a.links(a.id+"/conversations", a.p.Values))
}

func (a *ask) onThread(t *thread) (any, *graph.Fault) {
	if err := a.may(t.account, "messages"); err != nil {
		return nil, err
	}
	switch {
	case a.edge == "" && a.isGet():
		return a.showThread(t, a.fields)
	case a.edge == "messages" && a.isGet():
		return a.listMessages(t, a.query("messages"))
	}
	return a.nothing("UnifiedThread")
}

func party(by author) map[string]any { return map[string]any{"username": by.username, "id": by.id} }

func (a *ask) showThread(t *thread, fs []graph.Field) (any, *graph.Fault) {
	return graph.Node("UnifiedThread", fs, graph.Names("id", "updated_time"), func(f graph.Field) (any, bool, bool, *graph.Fault) {
		switch f.Name {
		case "id":
			return t.id, true, true, nil
		case "updated_time":
			return graph.Stamp(t.updated), true, true, nil
		case "participants":
			return map[string]any{"data": []any{party(t.with.author()), party(t.account.self())}}, true, true, nil
		case "messages":
			v, err := a.listMessages(t, f)
			return v, err == nil, true, err
		}
		return nil, false, false, nil
	})
}

func (a *ask) listMessages(t *thread, f graph.Field) (any, *graph.Fault) {
	w, err := graph.Cut(func(name string) string { return f.Mods[name] }, 25)
	if err != nil {
		return nil, err
	}
	newest := slices.Clone(t.messages)
	slices.Reverse(newest)
	return graph.Part(w, newest, func(m *message) string { return m.id }, func(m *message) (any, *graph.Fault) { return a.showMessage(m, f.Inner) },
		a.links(t.id+"/messages", f.Query()))
}

// showMessage shows a message: of those that are not among the newest of a conversation, nothing but when.
func (a *ask) showMessage(m *message, fs []graph.Field) (any, *graph.Fault) {
	if err := a.may(m.thread.account, "messages"); err != nil {
		return nil, err
	}
	all := m.thread.messages
	old := slices.Index(all, m) < len(all)-detailsMost
	return graph.Node("Message", fs, graph.Names("id", "created_time"), func(f graph.Field) (any, bool, bool, *graph.Fault) {
		switch f.Name {
		case "id":
			return m.id, true, true, nil
		case "created_time":
			return graph.Stamp(m.created), true, true, nil
		case "message":
			return m.text, !old, true, nil
		case "from":
			return party(m.from), !old, true, nil
		case "to":
			to := m.thread.account.self()
			if m.from.ours {
				to = m.thread.with.author()
			}
			return map[string]any{"data": []any{party(to)}}, !old, true, nil
		case "attachments":
			all := []any{}
			for _, f := range m.files {
				one := map[string]any{"file_url": f.url}
				if f.kind == "image" || f.kind == "video" {
					one = map[string]any{f.kind + "_data": map[string]any{"width": 1, "height": 1, "url": f.url, "preview_url": f.url}}
				}
				all = append(all, one)
			}
			return map[string]any{"data": all}, len(all) > 0 && !old, true, nil
		}
		return nil, false, false, nil
	})
}
