package x

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/rest"
	"github.com/kithhq/kith/internal/text"
)

// chat is one private message as X tells it.
type chat struct {
	ID      string `json:"id"`
	Kind    string `json:"event_type"`
	Text    string `json:"text"`
	Sender  string `json:"sender_id"`
	Chat    string `json:"dm_conversation_id"`
	Created string `json:"created_at"`
	Files   struct {
		Keys []string `json:"media_keys"`
	} `json:"attachments"`
}

type chats struct {
	Data     []chat `json:"data"`
	Includes struct {
		Users []user     `json:"users"`
		Media []attached `json:"media"`
	} `json:"includes"`
	Meta struct {
		Count *int   `json:"result_count"`
		Next  string `json:"next_token"`
	} `json:"meta"`
}

func (c chats) whole() bool {
	return c.Meta.Count != nil && *c.Meta.Count == len(c.Data) &&
		!slices.ContainsFunc(c.Data, func(m chat) bool { return !number.MatchString(m.ID) || moment(m.Created).IsZero() })
}

// chatting are the fields with which messages are read.
func chatting() url.Values {
	return url.Values{"max_results": {"100"}, "event_types": {"MessageCreate"}, "dm_event.fields": {fields("created_at", "dm_conversation_id", "event_type", "text", "attachments")},
		"expansions": {fields("sender_id", "attachments.media_keys")}, "user.fields": {fields("profile_image_url")}, "media.fields": {fields("type", "url", "preview_image_url", "alt_text")}}
}

// message writes to a person in private. The conversation is theirs and ours,
// or the one in which they wrote.
func (d *Driver) message(ctx context.Context, conn network.Conn, part network.Part, w way) (network.Sent, error) {
	if err := network.Refusal(d.limits(conn).Answering(true), part); err != nil {
		return network.Sent{}, err
	}
	to, err := d.recipient(ctx, conn, part.After)
	if err != nil {
		return network.Sent{}, err
	}
	path := "/2/dm_conversations/with/" + to.Author + "/messages"
	if to.group() {
		path = "/2/dm_conversations/" + to.Chat + "/messages"
	}
	body := map[string]any{}
	if !text.Blank(part.Text) {
		body["text"] = part.Text
	}
	if ids := w.ids(); len(ids) > 0 {
		body["attachments"] = []map[string]string{{"media_id": ids[0]}} // X takes one
	}
	a := rest.Ask{Method: http.MethodPost, Path: path, Body: body}
	var made struct {
		Data struct {
			ID   string `json:"dm_event_id"`
			Chat string `json:"dm_conversation_id"`
		} `json:"data"`
	}
	got, err := d.call(ctx, conn, a, &made)
	switch {
	case fault.Is(err, fault.NotFound):
		return network.Sent{}, fault.Wrap(fault.Invalid, err, "X does not know this person any more.").WithHint("Answer in public, if the post is still there.")
	case err != nil:
		return network.Sent{}, err
	case !number.MatchString(made.Data.ID):
		return network.Sent{}, unclear(a)
	}
	ref := network.Ref{ID: made.Data.ID, Extra: extra{Author: conn.Account, Chat: cmp.Or(clip(made.Data.Chat, 64), to.Chat, pairOf(conn.Account, to.Author))}.raw()}
	return network.Sent{Ref: ref, At: timeOf(made.Data.ID, got.At)}, nil
}

// group says that a conversation has more than two people.
func (e extra) group() bool { return number.MatchString(e.Chat) }

// recipient is whom a private answer goes to.
func (d *Driver) recipient(ctx context.Context, conn network.Conn, ref *network.Ref) (extra, error) {
	e := readExtra(ref)
	if number.MatchString(e.Author) && e.Author != conn.Account || e.group() {
		return e, nil
	}
	if with := partner(e.Chat, conn.Account); with != "" {
		return extra{Author: with, Chat: e.Chat}, nil
	}
	p, err := d.one(ctx, conn, ref.ID)
	if fault.Is(err, fault.NotFound) {
		return e, gone()
	}
	if err == nil && (!number.MatchString(p.Author) || p.Author == conn.Account) {
		err = fault.New(fault.Invalid, "This is no message of somebody else's.").WithHint("Answer in public.")
	}
	return extra{Author: p.Author}, err
}

// partner is the other one of a conversation of two, which is named by both.
func partner(chat, us string) string {
	a, b, two := strings.Cut(chat, "-")
	switch {
	case !two || !number.MatchString(a) || !number.MatchString(b):
		return ""
	case a == us:
		return b
	case b == us:
		return a
	}
	return ""
}

// one asks for a single post.
func (d *Driver) one(ctx context.Context, conn network.Conn, id string) (post, error) {
	path, err := at("tweets", id, "")
	if err != nil {
		return post{}, err
	}
	query := reading("")
	query.Del("max_results")
	var got struct {
		Data *post `json:"data"`
	}
	if _, err := d.call(ctx, conn, rest.Ask{Path: path, Query: query}, &got); err != nil {
		return post{}, err
	}
	if got.Data == nil || got.Data.ID == "" { // 200 with errors
		return post{}, fault.New(fault.NotFound, "X does not have it any more.")
	}
	return *got.Data, nil
}

// findMessage lists the messages of a conversation since. X does not say what a
// message answers: ours stand for the answer that is looked for.
func (d *Driver) findMessage(ctx context.Context, conn network.Conn, part network.Part, since time.Time) (network.Look, error) {
	to, err := d.recipient(ctx, conn, part.After)
	if err != nil {
		return network.Look{}, err
	}
	path := "/2/dm_conversations/with/" + to.Author + "/dm_events"
	if to.group() {
		path = "/2/dm_conversations/" + to.Chat + "/dm_events"
	}
	var w way
	_ = json.Unmarshal(part.Step.State, &w) // none: there are no files
	var look network.Look
	next := ""
	for range 5 {
		query := chatting()
		if next != "" {
			query.Set("pagination_token", next)
		}
		var page chats
		if _, err := d.call(ctx, conn, rest.Ask{Path: path, Query: query}, &page); err != nil {
			return network.Look{}, err
		}
		if !page.whole() {
			return network.Look{}, unclear(rest.Ask{})
		}
		for _, m := range page.Data {
			when := moment(m.Created)
			if when.Before(since) {
				look.Complete = true
				return look, nil
			}
			if m.Sender == conn.Account {
				seen := network.Seen{Ref: network.Ref{ID: m.ID, Extra: extra{Author: conn.Account, Chat: cmp.Or(clip(m.Chat, 64), to.Chat, pairOf(conn.Account, to.Author))}.raw()},
					Text: m.said(part.Text), At: when, After: part.After.ID, Media: len(m.Files.Keys)}
				if slices.ContainsFunc(w.Files, func(f handed) bool { return f.Key != "" && slices.Contains(m.Files.Keys, f.Key) }) {
					seen.Text = part.Text
					look.Exact = &seen
					return look, nil
				}
				look.Near = append(look.Near, seen)
			}
		}
		if next = page.Meta.Next; next == "" {
			look.Complete = true
			return look, nil
		}
	}
	return look, nil
}

// said is a message's text, as ours where it reads like ours.
func (m chat) said(ours string) string {
	s := unescaped(m.Text)
	if len(m.Files.Keys) > 0 {
		s = strings.TrimSpace(shortened.ReplaceAllString(s, "")) // where X shows the file
	}
	if alike(s) == alike(ours) {
		return ours
	}
	return s
}

var shortened = regexp.MustCompile(`(?:^|\s)https://t\.co/[A-Za-z0-9]{1,32}$`) //nolint:gochecknoglobals // compiled once

// unescaped undoes the three escapes of X.
func unescaped(s string) string {
	return strings.TrimSpace(strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(text.Clean(s)))
}
