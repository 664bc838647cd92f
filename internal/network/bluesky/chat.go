package bluesky

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/text"
)

// A direct message is known as chat:CONVERSATION/MESSAGE.
const chatMark = "chat:"

func isChat(id string) bool { return strings.HasPrefix(id, chatMark) }

func chatID(convo, message string) string { return chatMark + convo + "/" + message }

// Direct messages are longer than posts.
const (
	chatGraphemes = 1000
	chatBytes     = 10000
)

type chatMessage struct {
	Type   string `json:"$type,omitempty"`
	ID     string `json:"id"`
	Text   string `json:"text,omitempty"`
	Sender struct {
		DID string `json:"did"`
	} `json:"sender"`
	Sent string `json:"sentAt"`
}

// chatLine is what we keep of one line of the log of direct messages.
type chatLine struct {
	Convo   string      `json:"convo"`
	Message chatMessage `json:"message"`
	Author  profileView `json:"author"`
	Deleted bool        `json:"deleted,omitempty"`
}

// mayChat says whether the keys open direct messages.
func (d *Driver) mayChat(ctx context.Context, conn network.Conn) bool {
	_, chats, err := d.ahead(ctx, conn, time.Minute)
	return err == nil && chats
}

// convoOf finds the conversation that an answer belongs to.
func (d *Driver) convoOf(ctx context.Context, conn network.Conn, after string) (string, error) {
	if rest, is := strings.CutPrefix(after, chatMark); is {
		convo, _, _ := strings.Cut(rest, "/")
		return convo, nil
	}
	person := didOf(after)
	if person == "" || person == conn.Account {
		return "", fault.New(fault.Invalid, "It is not clear who should get this message.").WithHint("Answer in public instead.")
	}
	var got struct {
		Convo struct {
			ID string `json:"id"`
		} `json:"convo"`
	}
	_, err := d.call(ctx, conn, ask{method: "chat.bsky.convo.getConvoForMembers", query: url.Values{"members": {person}}, chat: true}, &got)
	if err == nil && got.Convo.ID == "" {
		err = fault.New(fault.Unavailable, "Bluesky answered something we do not understand.")
	}
	return got.Convo.ID, err
}

// message sends a direct message. The network keeps no key of ours with it.
func (d *Driver) message(ctx context.Context, conn network.Conn, part network.Part) (network.Sent, error) {
	n := text.Count(part.Text, text.Graphemes, 0)
	switch {
	case text.Blank(part.Text):
		return network.Sent{}, fault.New(fault.Invalid, "This message is empty.").On("text")
	case n > chatGraphemes || len(part.Text) > chatBytes:
		return network.Sent{}, fault.New(fault.Invalid, "The message is longer than %d characters.", chatGraphemes).WithHint("Shorten it.").On("text")
	case len(part.Media) > 0:
		return network.Sent{}, fault.New(fault.Invalid, "Direct messages on Bluesky carry no images.").WithHint("Answer in public, or send a link.").On("media")
	}
	convo, err := d.convoOf(ctx, conn, part.After.ID)
	if err != nil {
		return network.Sent{}, err
	}
	marked, err := d.facets(ctx, conn, part.Text)
	if err != nil {
		return network.Sent{}, err
	}
	var made chatMessage
	message := map[string]any{"text": part.Text}
	if len(marked) > 0 {
		message["facets"] = marked
	}
	at, err := d.call(ctx, conn, ask{method: "chat.bsky.convo.sendMessage", body: map[string]any{"convoId": convo, "message": message}, chat: true}, &made)
	if err != nil {
		return network.Sent{}, err
	}
	if made.ID == "" {
		return network.Sent{}, fault.New(fault.Uncertain, "Bluesky answered something we do not understand.")
	}
	if sent := moment(made.Sent); !sent.IsZero() {
		at = sent
	}
	return network.Sent{Ref: network.Ref{ID: chatID(convo, made.ID)}, At: at}, nil
}

// findMessage lists what we said in the conversation since.
func (d *Driver) findMessage(ctx context.Context, conn network.Conn, part network.Part, since time.Time) (network.Look, error) {
	var look network.Look
	convo, err := d.convoOf(ctx, conn, part.After.ID)
	if err != nil {
		return look, err
	}
	place := ""
	for range 10 {
		query := url.Values{"convoId": {convo}, "limit": {"100"}}
		if place != "" {
			query.Set("cursor", place)
		}
		var page struct {
			Cursor   string        `json:"cursor"`
			Messages []chatMessage `json:"messages"`
		}
		if _, err := d.call(ctx, conn, ask{method: "chat.bsky.convo.getMessages", query: query, chat: true}, &page); err != nil {
			return network.Look{}, err
		}
		for _, m := range page.Messages {
			at := moment(m.Sent)
			if at.Before(since) {
				look.Complete = true
				return look, nil
			}
			if m.Sender.DID == conn.Account && m.Text != "" {
				// A direct message does not say which one it answers: any answer here may be ours.
				look.Near = append(look.Near, network.Seen{Ref: network.Ref{ID: chatID(convo, m.ID)}, Text: m.Text, At: at, After: part.After.ID})
			}
		}
		if page.Cursor == "" || page.Cursor == place || len(page.Messages) == 0 {
			look.Complete = true
			return look, nil
		}
		place = page.Cursor
	}
	return look, nil
}

// chatLog reads the log of direct messages from the cursor on.
func (d *Driver) chatLog(ctx context.Context, conn network.Conn, c *cursor) ([]network.Raw, error) {
	first := c.Chat == ""
	members := map[string]profileView{}
	var events []network.Raw
	for range pagesMost {
		query := url.Values{}
		if c.Chat != "" {
			query.Set("cursor", c.Chat)
		}
		var page json.RawMessage
		if _, err := d.call(ctx, conn, ask{method: "chat.bsky.convo.getLog", query: query, chat: true}, &page); err != nil {
			return events, err
		}
		lines, next, err := splitLog(page)
		if err != nil {
			return events, err
		}
		for _, l := range lines {
			if first && moment(l.Message.Sent).Before(d.now().Add(-deep)) {
				continue
			}
			if l.Author.DID == "" {
				if l.Author, err = d.member(ctx, conn, l, members); err != nil {
					return events, err
				}
			}
			events = append(events, l.raw(conn))
		}
		if next == "" || next == c.Chat {
			break
		}
		c.Chat = next
		if len(lines) == 0 {
			break
		}
	}
	return events, nil
}

// splitLog takes a page of the log apart.
func splitLog(page []byte) (lines []chatLine, next string, err error) {
	var got struct {
		Cursor string            `json:"cursor"`
		Logs   []json.RawMessage `json:"logs"`
	}
	if json.Unmarshal(page, &got) != nil {
		return nil, "", fault.New(fault.Unavailable, "Bluesky answered something we do not understand.")
	}
	for _, one := range got.Logs {
		var l struct {
			Type    string        `json:"$type"`
			Convo   string        `json:"convoId"`
			Message chatMessage   `json:"message"`
			People  []profileView `json:"relatedProfiles"`
		}
		if json.Unmarshal(one, &l) != nil {
			continue
		}
		line := chatLine{Convo: clip(l.Convo, 256), Message: l.Message.lean()}
		if line.Message.ID == "" || line.Convo == "" || line.Message.Sender.DID == "" {
			continue // nothing is left of a name of zeros
		}
		switch l.Type {
		case "chat.bsky.convo.defs#logCreateMessage":
			line.Deleted = strings.HasSuffix(l.Message.Type, "#deletedMessageView")
		case "chat.bsky.convo.defs#logDeleteMessage":
			line.Deleted = true
		default:
			continue
		}
		for _, p := range l.People {
			if p.DID == l.Message.Sender.DID {
				line.Author = p.lean()
			}
		}
		lines = append(lines, line)
	}
	return lines, clip(got.Cursor, 4096), nil
}

func (m chatMessage) lean() chatMessage {
	m.Type, m.ID, m.Text, m.Sent = "", clip(m.ID, 256), clip(m.Text, textMost+1), clip(m.Sent, 64)
	m.Sender.DID = clip(m.Sender.DID, 2048)
	return m
}

// member finds who wrote, where the log does not say more than a DID.
func (d *Driver) member(ctx context.Context, conn network.Conn, l chatLine, known map[string]profileView) (profileView, error) {
	who := l.Message.Sender.DID
	if p, there := known[who]; there {
		return p, nil
	}
	var got struct {
		Convo struct {
			Members []profileView `json:"members"`
		} `json:"convo"`
	}
	_, err := d.call(ctx, conn, ask{method: "chat.bsky.convo.getConvo", query: url.Values{"convoId": {l.Convo}}, chat: true}, &got)
	if err != nil && !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.NotFound) {
		return profileView{}, err
	}
	for _, p := range got.Convo.Members {
		known[p.DID] = p.lean()
	}
	if _, there := known[who]; !there {
		known[who] = profileView{DID: who}
	}
	return known[who], nil
}

func (l chatLine) raw(conn network.Conn) network.Raw {
	data, err := json.Marshal(body{Chat: &l})
	if err != nil {
		panic(err) // strings alone
	}
	verb := "message "
	if l.Deleted {
		verb = "deleted "
	}
	return network.Raw{Account: conn.Account, Person: l.Message.Sender.DID, Key: verb + chatID(l.Convo, l.Message.ID), At: moment(l.Message.Sent), Body: data}
}

func (l *chatLine) event(conn network.Conn) ([]network.Event, error) {
	m := l.Message.lean()
	if m.ID == "" || l.Convo == "" || m.Sender.DID == "" {
		return nil, fault.New(fault.Invalid, "This is no event of Bluesky.")
	}
	l.Author.DID = m.Sender.DID
	e := network.Event{Kind: network.Direct, Ref: network.Ref{ID: chatID(clip(l.Convo, 256), m.ID)}, Author: l.Author.author(),
		Text: m.Text, At: moment(m.Sent), Thread: chatMark + clip(l.Convo, 256)}
	if len(e.Text) > textMost {
		e.Text, e.Truncated = clip(e.Text, textMost), true
	}
	switch {
	case l.Deleted:
		e.Kind, e.Text = network.Deleted, ""
	case m.Sender.DID == conn.Account:
		e.Kind, e.Private = network.Ours, true
	}
	return []network.Event{e}, nil
}
