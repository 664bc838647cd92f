package api

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/flow"
	"github.com/kithhq/kith/internal/inbox"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/team"
	"github.com/kithhq/kith/internal/view"
)

func (d *Door) conversations() {
	read(d, route{id: "GET /conversations", name: "listConversations", verb: access.Read, summary: "Conversations, newest first"},
		func(ctx context.Context, tx *store.Tx, by access.Actor, in *conversationQuery) (Page[Conversation], error) {
			found, err := view.Conversations(ctx, tx, by, view.ConversationsAsked{State: every(in.State), Channel: in.Channel, Kind: in.Kind,
				Person: in.Person, Unread: in.Unread, Cursor: in.Cursor, Limit: in.Limit})
			if err != nil {
				return Page[Conversation]{}, err
			}
			said, err := d.conversationsOf(ctx, tx, by, found.Items)
			return Page[Conversation]{said, found.Next}, err
		})
	read(d, route{id: "GET /conversations/{id}", name: "getConversation", verb: access.Read, summary: "One conversation"},
		func(ctx context.Context, tx *store.Tx, by access.Actor, in *byID) (Conversation, error) {
			return d.oneConversation(ctx, tx, by, in.ID)
		})
	read(d, route{id: "GET /conversations/{id}/messages", name: "listMessages", verb: access.Read, summary: "Its messages, newest first"},
		func(ctx context.Context, tx *store.Tx, by access.Actor, in *messageQuery) (Page[Message], error) {
			if _, err := view.OneConversation(ctx, tx, by, in.ID); err != nil {
				return Page[Message]{}, err
			}
			found, err := view.Messages(ctx, tx, by, in.ID, in.Cursor, in.Limit)
			return Page[Message]{d.messagesOf(by, found.Items, tx.Now), found.Next}, err
		})
	way(d, route{id: "POST /conversations/{id}/reply", name: "reply", verb: access.Reply, audit: "conversation.reply", summary: "Answer",
		notes: "The answer is sent in the background; its message says how that goes. Files are uploaded before (POST /media); where the network sends a file without words, the answer becomes two messages, and this is the last."},
		func(ctx context.Context, by access.Actor, in *with[Reply]) (Message, error) {
			if err := store.View(ctx, d.House.DB, func(ctx context.Context, tx *store.Tx) error { return seesAll(ctx, tx, by, in.Body.Media) }); err != nil {
				return Message{}, err
			}
			m, err := d.House.Reply(ctx, by, in.ID, in.Body.MessageID, in.Body.Text, in.Body.Private, enclosed(in.Body.Media)...)
			return d.thenMessage(ctx, by, m.ID, err)
		})
	read(d, route{id: "POST /conversations/{id}/check", name: "checkReply", verb: access.Reply, summary: "What the network would say of an answer, without asking it"},
		func(ctx context.Context, tx *store.Tx, by access.Actor, in *with[Reply]) (ReplyChecked, error) {
			if err := seesAll(ctx, tx, by, in.Body.Media); err != nil {
				return ReplyChecked{}, err
			}
			c, err := d.House.CheckReply(ctx, tx, by, in.ID, in.Body.MessageID, in.Body.Text, in.Body.Private, enclosed(in.Body.Media))
			return ReplyChecked{each(c.Problems, func(p network.Problem) Wrong { return Wrong(p) }), c.Messages, moneyOf(c.Money)}, err
		})
	type change = func(ctx context.Context, tx *store.Tx, by access.Actor, c view.Conversation) error
	for _, c := range []struct {
		path, name string
		verb       access.Verb
		summary    string
		do         change
	}{
		{"read", "markRead", access.Read, "Somebody has read it", func(ctx context.Context, tx *store.Tx, by access.Actor, c view.Conversation) error {
			return inbox.Read(ctx, tx, by.Workspace, c.ID)
		}},
		{"done", "markDone", access.Reply, "Nothing is left to do", func(ctx context.Context, tx *store.Tx, by access.Actor, c view.Conversation) error {
			return inbox.Finish(ctx, tx, by.Workspace, c.ID, true)
		}},
		{"reopen", "reopenConversation", access.Reply, "Something is left to do after all", func(ctx context.Context, tx *store.Tx, by access.Actor, c view.Conversation) error {
			return inbox.Finish(ctx, tx, by.Workspace, c.ID, false)
		}},
		{"claim", "claimConversation", access.Reply, "I take care of it", func(ctx context.Context, tx *store.Tx, by access.Actor, c view.Conversation) error {
			return inbox.Take(ctx, tx, by.Workspace, c.ID, by.User)
		}},
		{"release", "releaseConversation", access.Reply, "Somebody else may take care of it", func(ctx context.Context, tx *store.Tx, by access.Actor, c view.Conversation) error {
			return inbox.Take(ctx, tx, by.Workspace, c.ID, "")
		}},
	} {
		write(d, route{id: "POST /conversations/{id}/" + c.path, name: c.name, verb: c.verb, summary: c.summary},
			func(ctx context.Context, tx *store.Tx, by access.Actor, in *byID) (Conversation, error) {
				now, err := view.OneConversation(ctx, tx, by, in.ID)
				if err == nil {
					err = c.do(ctx, tx, by, now)
				}
				if err != nil {
					return Conversation{}, err
				}
				d.House.Tell(tx, by.Workspace, "inbox", in.ID)
				return d.oneConversation(ctx, tx, by, in.ID)
			})
	}
	d.messages()
	d.bulk()
}

// seesAll refuses files in an answer that are not there for whoever answers.
func seesAll(ctx context.Context, tx *store.Tx, by access.Actor, files []MediaUse) error {
	for _, f := range files {
		err := view.SeesFile(ctx, tx, by, f.ID)
		if fault.Is(err, fault.NotFound) {
			err = flow.FileGone()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (d *Door) messages() {
	for _, m := range []struct {
		path, name string
		verb       access.Verb
		audit      string
		summary    string
		do         func(ctx context.Context, by access.Actor, id string) error
	}{
		{"hide", "hideMessage", access.Moderate, "message.hide", "Hide it from the public", func(ctx context.Context, by access.Actor, id string) error { return d.House.Hide(ctx, by, id, true) }},
		{"unhide", "unhideMessage", access.Moderate, "message.unhide", "Show it again", func(ctx context.Context, by access.Actor, id string) error { return d.House.Hide(ctx, by, id, false) }},
		{"hold", "holdMessage", access.Moderate, "message.hold", "Keep it in the network's own queue for review", func(ctx context.Context, by access.Actor, id string) error { return d.House.Hold(ctx, by, id, true) }},
		{"release", "releaseMessage", access.Moderate, "message.release", "Let it out of the network's queue for review", func(ctx context.Context, by access.Actor, id string) error { return d.House.Hold(ctx, by, id, false) }},
		{"pin", "pinMessage", access.Moderate, "message.pin", "Keep it at the top of those below our post", func(ctx context.Context, by access.Actor, id string) error {
			return d.House.PinMessage(ctx, by, id, true)
		}},
		{"unpin", "unpinMessage", access.Moderate, "message.unpin", "Let it go from the top", func(ctx context.Context, by access.Actor, id string) error {
			return d.House.PinMessage(ctx, by, id, false)
		}},
		{"like", "likeMessage", access.Reply, "", "Like it", func(ctx context.Context, by access.Actor, id string) error { return d.House.Like(ctx, by, id, true) }},
		{"unlike", "unlikeMessage", access.Reply, "", "Take the like back", func(ctx context.Context, by access.Actor, id string) error { return d.House.Like(ctx, by, id, false) }},
		// It stands among our own posts then: the right to let one leave the house.
		{"repost", "repostMessage", access.Schedule, "message.repost", "Pass it on as it stands, among our own posts", func(ctx context.Context, by access.Actor, id string) error {
			return d.House.Repost(ctx, by, id, true)
		}},
		{"unrepost", "unrepostMessage", access.Schedule, "message.unrepost", "Take the repost back", func(ctx context.Context, by access.Actor, id string) error {
			return d.House.Repost(ctx, by, id, false)
		}},
		// Our own message: the right “reply”; somebody else's: “moderate”. The way asks.
		{"delete", "deleteMessage", access.Read, "message.delete", "Delete it on the network", func(ctx context.Context, by access.Actor, id string) error { return d.House.Remove(ctx, by, id) }},
		{"retry", "retryMessage", access.Reply, "message.retry", "Send a failed answer again", func(ctx context.Context, by access.Actor, id string) error { return d.House.RetryAnswer(ctx, by, id) }},
	} {
		way(d, route{id: "POST /messages/{id}/" + m.path, name: m.name, verb: m.verb, audit: m.audit, summary: m.summary},
			func(ctx context.Context, by access.Actor, in *byID) (Message, error) {
				return d.thenMessage(ctx, by, in.ID, m.do(ctx, by, in.ID))
			})
	}
	read(d, route{id: "GET /search", name: "search", verb: access.Read, summary: "Messages that hold all words, newest first"},
		func(ctx context.Context, tx *store.Tx, by access.Actor, in *searchQuery) (Page[Hit], error) {
			found, err := view.Search(ctx, tx, by, view.SearchAsked{Query: in.Q, Channel: in.Channel, State: every(in.State), Cursor: in.Cursor, Limit: in.Limit})
			return Page[Hit]{each(found.Items, func(m view.Message) Hit { return Hit{d.messageOf(by, m, tx.Now), m.ConversationID} }), found.Next}, err
		})
}

// every makes “all” the absence of a filter, as the views want it.
func every(state string) string {
	if state == "all" {
		return ""
	}
	return state
}

// thenMessage gives a message as it is after a way that went well.
func (d *Door) thenMessage(ctx context.Context, by access.Actor, messageID string, err error) (said Message, _ error) {
	if err != nil {
		return said, err
	}
	return said, store.View(ctx, d.House.DB, func(ctx context.Context, tx *store.Tx) error {
		m, err := view.OneMessage(ctx, tx, by, messageID)
		said = d.messageOf(by, m, tx.Now)
		return err
	})
}

func (d *Door) oneConversation(ctx context.Context, tx *store.Tx, by access.Actor, id string) (Conversation, error) {
	c, err := view.OneConversation(ctx, tx, by, id)
	if err != nil {
		return Conversation{}, err
	}
	all, err := d.conversationsOf(ctx, tx, by, []view.Conversation{c})
	if err != nil {
		return Conversation{}, err
	}
	return all[0], nil
}

// conversationsOf says conversations; names of who claimed them are asked once.
func (d *Door) conversationsOf(ctx context.Context, tx *store.Tx, by access.Actor, all []view.Conversation) (List[Conversation], error) {
	names := map[string]string{}
	said := make(List[Conversation], len(all))
	for i, c := range all {
		said[i] = conversationOf(c)
		if w, limited := d.House.Writing(c.Network, c.Kind, c.HeardAt, tx.Now); limited {
			said[i].Writing = some(Writing{w.Window.Name, w.Open, w.Until.UTC(), w.Window.Then, w.Window.Hours, false})
		}
		if c.ClaimedBy == "" {
			continue
		}
		if _, known := names[c.ClaimedBy]; !known {
			m, err := team.GetMember(ctx, tx, by.Workspace, c.ClaimedBy)
			if err != nil && !fault.Is(err, fault.NotFound) { // who has left is nobody
				return nil, err
			}
			names[c.ClaimedBy] = m.Name
		}
		if name := names[c.ClaimedBy]; name != "" {
			said[i].ClaimedBy = some(Author{c.ClaimedBy, name})
		}
	}
	return said, nil
}

func conversationOf(c view.Conversation) Conversation {
	said := Conversation{ID: c.ID, ChannelID: c.ChannelID, Network: c.Network, Kind: c.Kind, State: c.State, Unread: c.Unread, URL: c.URL,
		Last: Last{c.LastText, c.LastAt, c.LastFromUs, c.LastDeleted}, Count: c.Count, Held: c.Held, WaitingSince: when(c.WaitingSince), Title: c.PersonName}
	if c.PersonID != "" {
		said.Person = some(PersonName{c.PersonID, c.PersonName, c.PersonHandle, avatarOf(c.PersonFace, c.PersonAvatar)})
	}
	if c.PostID != "" {
		said.Post = some(PostName{c.PostID, c.PublicationID, c.PostText, c.PostURL})
		if c.Kind == "comments" {
			said.Title = c.PostText
		}
	}
	return said
}

func (d *Door) messagesOf(by access.Actor, all []view.Message, now time.Time) List[Message] {
	return each(all, func(m view.Message) Message { return d.messageOf(by, m, now) })
}

func (d *Door) messageOf(by access.Actor, m view.Message, now time.Time) Message {
	said := Message{ID: m.ID, ConversationID: m.ConversationID, FromUs: m.FromUs, AuthorName: m.AuthorName, Text: m.Text, At: m.At, ParentID: m.ParentID,
		URL: m.URL, State: m.State, Sending: m.Sending, Error: m.ErrorText, DeliveredAt: when(m.DeliveredAt), ReadAt: when(m.ReadAt), Liked: m.Liked, Reposted: m.Reposted, Reactions: strings.Fields(m.Reactions), Private: m.Private, Pinned: m.Pinned, Can: d.abilities(by, m)}
	if w, limited := d.House.Writing(m.Network, network.InPrivateReply, m.At, now); limited && !m.FromUs && m.Kind != "direct" && slices.Contains(said.Can, "private_reply") {
		said.Writing = some(Writing{w.Window.Name, w.Open && !(w.Window.Once && m.Whispered), w.Until.UTC(), w.Window.Then, w.Window.Hours, w.Window.Once && m.Whispered})
		if !said.Writing.It.Open {
			said.Can = slices.DeleteFunc(said.Can, func(a string) bool { return a == "private_reply" })
		}
	}
	for i, a := range m.Media {
		said.Media = append(said.Media, attachmentOf(m, i, a))
	}
	if m.PersonID != "" {
		said.Person = some(PersonName{m.PersonID, m.PersonName, m.PersonHandle, avatarOf(m.PersonFace, m.PersonAvatar)})
	}
	var why Reason
	if m.Reason != "" && json.Unmarshal([]byte(m.Reason), &why) == nil {
		said.Reason = some(why)
	}
	return said
}

// abilities are what this person may do with a message on this network.
func (d *Door) abilities(by access.Actor, m view.Message) (can List[string]) {
	on, err := d.House.Networks.Get(m.Network)
	if err != nil || m.State == "deleted" {
		return nil
	}
	if m.FromUs {
		if by.Can(access.Reply) && network.CanAs(on, m.Granted, network.ActDeleteReply) && (m.Sending == "" || m.Sending == "sent") {
			can = append(can, "delete")
		}
		if by.Can(access.Reply) && (m.Sending == "failed" || m.Sending == "unclear") {
			can = append(can, "retry")
		}
		return can
	}
	for _, a := range []struct {
		name   string
		verb   access.Verb
		action network.Action
	}{
		{"reply", access.Reply, network.ActReply},
		{"private_reply", access.Reply, network.ActPrivateReply},
		{"like", access.Reply, network.ActLike},
		{"repost", access.Schedule, network.ActRepost},
		{"hide", access.Moderate, network.ActHide},
		{"hold", access.Moderate, network.ActHold},
		{"pin", access.Moderate, network.ActPin},
		{"delete", access.Moderate, network.ActDeleteOthers},
		{"ban", access.Moderate, network.ActBan},
		{"block_messages", access.Moderate, network.ActBlockMessages},
	} {
		if _, comments := on.Profile().Pinnable(network.PinComment); a.action == network.ActPin && (!comments || m.Kind != "comments") {
			continue
		}
		if a.action == network.ActLike && !on.Profile().Likes.Takes(m.Private) {
			continue
		}
		if m.Kind == inbox.Mention && slices.Contains(on.Profile().BelowOurs, a.action) {
			continue
		}
		if a.action == network.ActBlockMessages && m.Kind != network.InDirect {
			continue
		}
		if a.action == network.ActRepost && (m.Private || m.Kind == network.InDirect) {
			continue // what was said in private stays there
		}
		if a.action == network.ActHold && m.Kind == "direct" {
			continue
		}
		if a.action == network.ActReply {
			a.action = network.Replying(on, m.Kind == network.InDirect, false)
		}
		if by.Can(a.verb) && network.CanAs(on, m.Granted, a.action) {
			can = append(can, a.name)
		}
	}
	return can
}
