package view

import (
	"context"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/text"
)

// Conversation is one line of the inbox.
type Conversation struct {
	ID            string
	ChannelID     string
	Network       network.Name
	Kind          string
	State         string
	Unread        int
	Count         int
	Held          int
	URL           string
	LastAt        time.Time
	LastText      string
	LastFromUs    bool
	LastDeleted   bool      // what was said last is gone on the network
	HeardAt       time.Time // of a private conversation: when the person spoke last
	WaitingSince  time.Time
	ClaimedBy     string
	PersonID      string
	PersonName    string
	PersonHandle  string
	PersonAvatar  string
	PersonFace    string // the identity whose picture it is
	PublicationID string
	PostID        string
	PostText      string
	PostURL       string
	PostOwn       []Part // what this channel was given, where that is not the common text
}

// show puts what this channel was given in the place of the common text: it is
// what the people there answer to.
func (c *Conversation) show() {
	if len(c.PostOwn) > 0 {
		c.PostText = text.Cut(strings.Join(strings.Fields(c.PostOwn[0].Text), " "), 200)
	}
}

// The person's face is that of the identity last seen on this network, else anywhere: one
// row, found by index, not a join that multiplies.
const conversationSelect = `select c.id, c.channel_id, c.network, c.kind, c.state, c.unread, c.count, c.held, c.url, c.last_at, c.last_text, c.last_from_us,
	case when c.last_text = '' and (select state from message where conversation_id = c.id and state <> 'missing' order by at desc, id desc limit 1) = 'deleted' then 1 else 0 end,
	case when c.kind = 'direct' then (select max(at) from message where conversation_id = c.id and from_us = 0 and state <> 'missing') end, c.waiting_since, c.claimed_by, c.person_id, coalesce(p.name, ''), coalesce(i.handle, ''), coalesce(i.avatar_url, ''), coalesce(i.id, ''),
	c.publication_id, coalesce(u.post_id, ''), coalesce(o.excerpt, ''), coalesce(u.url, ''), u.own_parts
	from conversation c
	left join person p on p.id = c.person_id
	left join identity i on i.id = (select id from identity where person_id = c.person_id order by network = c.network desc, last_seen desc limit 1)
	left join publication u on u.id = c.publication_id
	left join post o on o.id = u.post_id`

// ConversationsAsked is what a list of conversations is narrowed by.
type ConversationsAsked struct {
	State   string // open, done, "" = all
	Channel string
	Kind    string
	Person  string
	Unread  bool
	Cursor  string
	Limit   int
}

// Conversations gives the inbox, the newest first.
func Conversations(ctx context.Context, tx *store.Tx, actor access.Actor, asked ConversationsAsked) (Page[Conversation], error) {
	from, given, err := parseCursor(asked.Cursor)
	if err != nil {
		return Page[Conversation]{}, err
	}
	limit := limited(asked.Limit)
	var q query
	q.add(conversationSelect).add("where c.workspace = ?", actor.Workspace).within(actor, "c.channel_id").
		when(asked.State != "", "and c.state = ?", asked.State).
		when(asked.Channel != "", "and c.channel_id = ?", asked.Channel).
		when(asked.Kind != "", "and c.kind = ?", asked.Kind).
		when(asked.Person != "", "and c.person_id = ?", asked.Person).
		when(asked.Unread, "and c.unread > 0").
		when(given, "and (c.last_at, c.id) < (?, ?)", from.At, from.ID).
		add("order by c.last_at desc, c.id desc limit ?", limit+1)
	rows, err := store.All[Conversation](ctx, tx, q.text.String(), q.args...)
	if err != nil {
		return Page[Conversation]{}, err
	}
	for i := range rows {
		rows[i].show()
	}
	return cut(rows, limit, func(c Conversation) cursor { return cursor{c.LastAt.UnixMicro(), c.ID} }), nil
}

// OneConversation gives a conversation that the actor may see.
func OneConversation(ctx context.Context, tx *store.Tx, actor access.Actor, id string) (Conversation, error) {
	var q query
	q.add(conversationSelect).add("where c.workspace = ? and c.id = ?", actor.Workspace, id).within(actor, "c.channel_id")
	c, err := store.One[Conversation](ctx, tx, q.text.String(), q.args...)
	if fault.Is(err, fault.NotFound) {
		return c, fault.New(fault.NotFound, "There is no such conversation.")
	}
	c.show()
	return c, err
}

// Message is one thing said, as a page shows it. Of one that is gone on the network only
// that is left: neither its words nor its files are shown anywhere.
type Message struct {
	ID             string
	ConversationID string
	ChannelID      string
	Network        network.Name
	PersonID       string
	PersonName     string
	PersonHandle   string
	PersonAvatar   string
	PersonFace     string // the identity whose picture it is
	AuthorName     string
	FromUs         bool
	Text           string
	At             time.Time
	ParentID       string // ours: the id of the message it answers, "" when that is not here
	URL            string
	State          string
	Sending        string
	ErrorText      string
	Private        bool
	Whispered      bool // we have answered it in private
	Pinned         bool
	Kind           string // of its conversation
	Liked          bool
	Reposted       bool
	Media          []network.Attachment
	Reason         string
	Seq            int64
	DeliveredAt    time.Time // of ours, where the network says so
	ReadAt         time.Time
	Granted        network.Granted // of its channel
	Reactions      string          // theirs, emoji with a space between them
}

const messageSelect = `select m.id, m.conversation_id, m.channel_id, coalesce(c.network, ''), m.person_id, coalesce(p.name, ''), coalesce(i.handle, ''), coalesce(i.avatar_url, ''), coalesce(i.id, ''),
	m.author_name, m.from_us, case when m.state = 'deleted' then '' else m.text end, m.at, coalesce(a.id, ''), m.url, m.state, case when m.sending = 'claimed' then 'sending' else m.sending end, m.error_text, m.private,
	case when m.from_us = 0 and m.private = 0 and exists (select 1 from message w where w.conversation_id = m.conversation_id and w.parent_id = m.remote_id
		and w.private = 1 and w.from_us = 1 and w.sending <> 'failed') then 1 else 0 end, m.pinned, coalesce(c.kind, ''), m.liked, m.reposted, case when m.state = 'deleted' then '[]' else m.media end, m.reason, m.seq, r.delivered_at, r.read_at, coalesce(h.granted, '{}'),
	case when m.state = 'deleted' then '' else coalesce((select string_agg(e.emoji, ' ' order by e.at, e.author_id) from reaction e
		where e.channel_id = m.channel_id and e.remote_id = m.remote_id and e.workspace = m.workspace and e.emoji <> ''), '') end
	from message m
	left join receipt r on r.message_id = m.id and m.sending = 'sent'
	left join conversation c on c.id = m.conversation_id
	left join channel h on h.id = m.channel_id
	left join person p on p.id = m.person_id
	left join identity i on i.id = (select id from identity where person_id = m.person_id order by network = c.network desc, last_seen desc limit 1)
	left join message a on a.workspace = m.workspace and a.channel_id = m.channel_id and a.remote_id = m.parent_id and m.parent_id <> ''`

// Messages gives a conversation from its newest message backwards.
func Messages(ctx context.Context, tx *store.Tx, actor access.Actor, conversation, at string, limit int) (Page[Message], error) {
	from, given, err := parseCursor(at)
	if err != nil {
		return Page[Message]{}, err
	}
	if _, err := OneConversation(ctx, tx, actor, conversation); err != nil {
		return Page[Message]{}, err
	}
	limit = limited(limit)
	var q query
	q.add(messageSelect).add("where m.conversation_id = ? and m.workspace = ? and m.state <> 'missing'", conversation, actor.Workspace).
		when(given, "and (m.at, m.id) < (?, ?)", from.At, from.ID).
		add("order by m.at desc, m.id desc limit ?", limit+1)
	rows, err := store.All[Message](ctx, tx, q.text.String(), q.args...)
	if err != nil {
		return Page[Message]{}, err
	}
	return cut(rows, limit, func(m Message) cursor { return cursor{m.At.UnixMicro(), m.ID} }), nil
}

// OneMessage gives a message that the actor may see.
func OneMessage(ctx context.Context, tx *store.Tx, actor access.Actor, id string) (Message, error) {
	var q query
	q.add(messageSelect).add("where m.id = ? and m.workspace = ?", id, actor.Workspace).within(actor, "m.channel_id")
	m, err := store.One[Message](ctx, tx, q.text.String(), q.args...)
	if fault.Is(err, fault.NotFound) {
		return m, fault.New(fault.NotFound, "There is no such message.")
	}
	return m, err
}

// Waiting counts the open conversations in which somebody waits for us.
func Waiting(ctx context.Context, tx *store.Tx, actor access.Actor) (count int, oldest time.Time, err error) {
	type row struct {
		Count  int
		Oldest time.Time
	}
	var q query
	q.add("select count(*), min(waiting_since) from conversation c where c.workspace = ? and c.waiting_since is not null and c.state = 'open'", actor.Workspace).
		within(actor, "c.channel_id")
	r, err := store.One[row](ctx, tx, q.text.String(), q.args...)
	return r.Count, r.Oldest, err
}
