package x

import (
	"fmt"
	"html"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kithhq/kith/internal/sandbox"
)

// dm is one private message. Conversations of two are named by both, the smaller number first.
type dm struct {
	id       int64
	from, to *user
	text     string
	file     *file
	made     time.Time
	listed   time.Time
}

func (m *dm) conversation() string {
	return fmt.Sprintf("%d-%d", min(m.from.id, m.to.id), max(m.from.id, m.to.id))
}

func (m *dm) of(u *user) bool { return m.from == u || m.to == u }

// shown is the text as it is listed: the address of the file stands behind it.
func (m *dm) shown() string {
	s := html.EscapeString(m.text)
	if m.file != nil {
		s = strings.TrimSpace(s + " https://t.co/" + id(m.file.id)[:10])
	}
	return s
}

const dmLetters = 10000

func (n *Network) dmTo(a *ask) (int, any, *problem) {
	to := n.user(a.PathValue("id"))
	if to == nil {
		return 0, nil, missing("user", "participant_id", a.PathValue("id"))
	}
	return n.send(a, to)
}

func (n *Network) dmInto(a *ask) (int, any, *problem) {
	for _, m := range n.events {
		if m.conversation() == a.PathValue("conv") && m.of(a.me) {
			to := m.to
			if to == a.me {
				to = m.from
			}
			return n.send(a, to)
		}
	}
	return 0, nil, missing("dm_conversation", "dm_conversation_id", a.PathValue("conv"))
}

func (n *Network) send(a *ask, to *user) (int, any, *problem) {
	var body struct {
		Text  string `json:"text"`
		Files []struct {
			ID string `json:"media_id"`
		} `json:"attachments"`
	}
	if p := a.read(&body); p != nil {
		return 0, nil, p
	}
	if strings.TrimSpace(body.Text) == "" && len(body.Files) == 0 || utf8.RuneCountInString(body.Text) > dmLetters || len(body.Files) > 1 {
		return 0, nil, invalid("text", "", "A message has 1 to %d characters or one attachment", dmLetters)
	}
	if to == a.me || to.closed[a.me.id] {
		return 0, nil, plainly(http.StatusForbidden, "Forbidden", "You cannot send messages to this user.")
	}
	m := &dm{id: n.newID(), from: a.me, to: to, text: body.Text, made: a.now, listed: a.now.Add(a.call.ListedLate())}
	for _, f := range body.Files {
		number, _ := strconv.ParseInt(f.ID, 10, 64)
		m.file = n.media[number]
		switch {
		case m.file == nil || m.file.owner != a.me || !strings.HasPrefix(m.file.category, "dm_") || !a.now.Before(m.file.until):
			return 0, nil, invalid("attachments", f.ID, "Your media IDs are invalid.")
		case m.file.state(a.now) != succeeded:
			return 0, nil, invalid("attachments", f.ID, "Your media IDs are not ready.")
		case slices.ContainsFunc(n.events, func(o *dm) bool { return o.file == m.file }):
			// What was not shared is good for one message.
			return 0, nil, invalid("attachments", f.ID, "Your media IDs are invalid.")
		}
	}
	n.events = append(n.events, m)
	a.call.Accept(sandbox.Entry{Account: id(a.me.id), Object: id(m.id), Parent: id(to.id), Text: m.text, Files: len(body.Files)})
	n.tellMessage(m)
	return http.StatusCreated, object{"data": object{"dm_conversation_id": m.conversation(), "dm_event_id": id(m.id)}}, nil
}

func (n *Network) dmEvents(a *ask) (int, any, *problem) {
	return n.messages(a, func(m *dm) bool { return m.of(a.me) })
}

func (n *Network) dmWith(a *ask) (int, any, *problem) {
	with := n.user(a.PathValue("id"))
	if with == nil {
		return 0, nil, missing("user", "participant_id", a.PathValue("id"))
	}
	return n.messages(a, func(m *dm) bool { return m.of(a.me) && m.of(with) })
}

func (n *Network) dmIn(a *ask) (int, any, *problem) {
	return n.messages(a, func(m *dm) bool { return m.of(a.me) && m.conversation() == a.PathValue("conv") })
}

// messages are those of the last 30 days, newest first.
func (n *Network) messages(a *ask, keep func(*dm) bool) (int, any, *problem) {
	c, p := a.cut(1, 100, 100)
	if p != nil {
		return 0, nil, p
	}
	fields, expand := a.wants("dm_event.fields"), a.wants("expansions")
	views, users, seen := []object{}, []object{}, map[int64]bool{}
	meta := object{}
	oldest := int64(0)
	for i := len(n.events) - 1; i >= 0; i-- {
		m := n.events[i]
		if !keep(m) || m.listed.After(a.now) || a.now.Sub(m.made) > 30*24*time.Hour || c.before > 0 && m.id >= c.before {
			continue
		}
		if len(views) == c.most {
			meta["next_token"] = pageToken(oldest)
			break
		}
		v := object{"id": id(m.id), "event_type": "MessageCreate", "text": m.shown()}
		for name, value := range map[string]any{"created_at": stamp(m.made), "dm_conversation_id": m.conversation()} {
			if fields[name] {
				v[name] = value
			}
		}
		if expand["sender_id"] || fields["sender_id"] {
			v["sender_id"] = id(m.from.id)
			if !seen[m.from.id] {
				seen[m.from.id] = true
				users = append(users, n.userView(a, m.from, a.wants("user.fields")))
			}
		}
		if m.file != nil && (fields["attachments"] || expand["attachments.media_keys"]) {
			v["attachments"] = object{"media_keys": []string{m.file.key()}}
		}
		views, oldest = append(views, v), m.id
	}
	meta["result_count"] = len(views)
	v := object{"meta": meta}
	if len(views) > 0 {
		v["data"] = views
	}
	if len(users) > 0 {
		v["includes"] = object{"users": users}
	}
	return http.StatusOK, v, nil
}
