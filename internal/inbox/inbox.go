package inbox

import (
	"context"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/id"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/text"
)

// The states of a message as people on the network see it.
const (
	Visible = "visible"
	Held    = "held"    // kept from the inbox's flow, to be hidden
	Hidden  = "hidden"  // hidden on the network
	Deleted = "deleted" // gone on the network
	missing = "missing" // only known because somebody answered it
)

// Message is one thing said.
type Message struct {
	Seq            int64
	ID             string
	Workspace      string
	ConversationID string
	ChannelID      string
	RemoteID       string
	Remote         network.Ref
	ParentID       string
	PersonID       string
	FromUs         bool
	AuthorName     string
	Text           string
	At             time.Time
	ReceivedAt     time.Time
	URL            string
	State          string
	Sending        string
	ErrorText      string
	Key            string
	Token          int64
	ClaimedAt      time.Time
	Looks          int
	Private        bool
	Liked          bool
	Media          []network.Attachment
	Reason         string
	ByAccount      string
}

const messageColumns = `seq, id, workspace, conversation_id, channel_id, remote_id, remote, parent_id, person_id, from_us, author_name, text, at, received_at,
	url, state, sending, error_text, key, token, claimed_at, looks, private, liked, media, reason, by_account`

// Conversation is what belongs together.
type Conversation struct {
	ID            string
	Workspace     string
	ChannelID     string
	Network       network.Name
	Kind          string // comments, mention, direct
	Thread        string
	PersonID      string
	PublicationID string
	Title         string
	URL           string
	State         string // open, done
	Unread        int
	Count         int
	Held          int
	LastAt        time.Time
	LastText      string
	LastFromUs    bool
	WaitingSince  time.Time
	ClaimedBy     string
	CreatedAt     time.Time
}

const conversationColumns = `id, workspace, channel_id, network, kind, thread, person_id, publication_id, title, url, state, unread, count, held,
	last_at, last_text, last_from_us, waiting_since, claimed_by, created_at`

// Arrival is an event with what the house knows about it.
type Arrival struct {
	Workspace   string
	ChannelID   string
	Network     network.Name
	Event       network.Event
	PersonID    string // "" when we said it ourselves, elsewhere
	Publication string // ours, that it is about
	FromUs      bool
}

// Recorded says what became of an arrival.
type Recorded struct {
	Message Message
	Fresh   bool // false: known already, or deleted before it came
}

// Record keeps what somebody said. Telling it twice changes nothing.
func Record(ctx context.Context, tx *store.Tx, a Arrival) (Recorded, error) {
	known, err := byRemote(ctx, tx, a.Workspace, a.ChannelID, a.Event.ID)
	if err == nil && known.State != missing {
		return Recorded{Message: known}, nil
	}
	if err != nil && !fault.Is(err, fault.NotFound) {
		return Recorded{}, err
	}
	m := Message{ID: known.ID, Seq: known.Seq, ConversationID: known.ConversationID, Workspace: a.Workspace, ChannelID: a.ChannelID, RemoteID: a.Event.ID, Remote: a.Event.Ref,
		ParentID: a.Event.Parent, PersonID: a.PersonID, FromUs: a.FromUs, AuthorName: text.Clean(or(a.Event.Author.Name, a.Event.Author.Handle)),
		Text: text.Clean(a.Event.Text), At: a.Event.At, ReceivedAt: tx.Now, URL: a.Event.URL, State: Visible, Private: a.Event.Kind == network.Direct || a.Event.Private, Media: a.Event.Media}
	if m.Media == nil {
		m.Media = []network.Attachment{}
	}
	if a.FromUs {
		m.Sending = sent
	}
	if m.ID == "" {
		conversation, err := place(ctx, tx, a)
		if err != nil {
			return Recorded{}, err
		}
		m.ID, m.ConversationID = id.New(), conversation
		if m.Seq, err = insert(ctx, tx, m); err != nil {
			return Recorded{}, err
		}
	} else if _, err := tx.Exec(ctx, `update message set remote = $1, parent_id = $2, person_id = $3, from_us = $4, author_name = $5, text = $6, at = $7,
		received_at = $8, url = $9, state = 'visible', sending = $10, media = $11 where id = $12`,
		m.Remote, m.ParentID, m.PersonID, m.FromUs, m.AuthorName, m.Text, m.At, m.ReceivedAt, m.URL, m.Sending, m.Media, m.ID); err != nil {
		return Recorded{}, err
	}
	if err := tx.IndexText(ctx, m.Seq, terms(m)); err != nil {
		return Recorded{}, err
	}
	return Recorded{Message: m, Fresh: true}, follow(ctx, tx, m)
}

// place finds the conversation that an arrival belongs to, or begins it.
func place(ctx context.Context, tx *store.Tx, a Arrival) (string, error) {
	kind, thread, parent := "comments", a.Event.ID, a.Event.Parent
	switch {
	case a.Event.Kind == network.Direct || a.Event.Private:
		kind, thread, parent = "direct", a.Event.Thread, ""
	case a.Event.Kind == network.Mention && a.Publication == "":
		kind = "mention"
	}
	if parent != "" && parent != a.Event.Post {
		known, err := byRemote(ctx, tx, a.Workspace, a.ChannelID, parent)
		if err == nil {
			return known.ConversationID, nil
		}
		if !fault.Is(err, fault.NotFound) {
			return "", err
		}
		if kind == "comments" {
			thread = parent
		}
	}
	conversation, err := begin(ctx, tx, a, kind, thread)
	if err != nil || thread == a.Event.ID || kind == "direct" {
		return conversation, err
	}
	// What it answers is not known yet: a placeholder holds the place.
	_, err = insert(ctx, tx, Message{ID: id.New(), Workspace: a.Workspace, ConversationID: conversation, ChannelID: a.ChannelID, RemoteID: parent,
		Remote: network.Ref{ID: parent}, At: a.Event.At, ReceivedAt: tx.Now, State: missing, Media: []network.Attachment{}})
	return conversation, err
}

func begin(ctx context.Context, tx *store.Tx, a Arrival, kind, thread string) (string, error) {
	found, err := store.One[string](ctx, tx, "select id from conversation where workspace = $1 and channel_id = $2 and kind = $3 and thread = $4", a.Workspace, a.ChannelID, kind, thread)
	if !fault.Is(err, fault.NotFound) {
		return found, err
	}
	c := id.New()
	_, err = tx.Exec(ctx, `insert into conversation (`+conversationColumns+`)
		values ($1, $2, $3, $4, $5, $6, $7, $8, '', $9, 'open', 0, 0, 0, $10, '', 0, null, '', $11)`,
		c, a.Workspace, a.ChannelID, a.Network, kind, thread, a.PersonID, a.Publication, a.Event.URL, a.Event.At, tx.Now)
	return c, err
}

func insert(ctx context.Context, tx *store.Tx, m Message) (int64, error) {
	var remote any
	if m.RemoteID != "" {
		remote = m.RemoteID
	}
	return store.One[int64](ctx, tx, `insert into message (id, workspace, conversation_id, channel_id, remote_id, remote, parent_id, person_id, from_us, author_name, text, at,
		received_at, url, state, sending, error_text, key, token, claimed_at, looks, private, liked, media, reason, by_account)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, '', $17, 0, null, 0, $18, 0, $19, $20, $21) returning seq`,
		m.ID, m.Workspace, m.ConversationID, m.ChannelID, remote, m.Remote, m.ParentID, m.PersonID, m.FromUs, m.AuthorName, m.Text, m.At,
		m.ReceivedAt, m.URL, m.State, m.Sending, m.Key, m.Private, m.Media, m.Reason, m.ByAccount)
}

// follow keeps a conversation in step with a new message of it.
func follow(ctx context.Context, tx *store.Tx, m Message) error {
	last := text.Cut(strings.Join(strings.Fields(m.Text), " "), 200)
	if m.FromUs {
		_, err := tx.Exec(ctx, `update conversation set count = count + 1, waiting_since = null,
			last_text = case when last_at <= $1 then $2 else last_text end, last_from_us = case when last_at <= $1 then 1 else last_from_us end,
			last_at = case when last_at < $1 then $1 else last_at end where id = $3`, m.At, last, m.ConversationID)
		return err
	}
	_, err := tx.Exec(ctx, `update conversation set count = count + 1, unread = unread + 1, state = 'open',
		person_id = case when person_id = '' then $4 else person_id end,
		waiting_since = case when waiting_since is null or waiting_since > $1 then $1 else waiting_since end,
		last_text = case when last_at <= $1 then $2 else last_text end, last_from_us = case when last_at <= $1 then 0 else last_from_us end,
		last_at = case when last_at < $1 then $1 else last_at end where id = $3`, m.At, last, m.ConversationID, m.PersonID)
	return err
}

// terms are the words a message is found by, and where it may be found.
func terms(m Message) []string {
	return append(text.Terms(m.Text+" "+m.AuthorName), Scope("w", m.Workspace), Scope("c", m.ChannelID))
}

// Scope is the search term that binds a search to a workspace ("w") or to a
// channel ("c"). A person who types one finds nothing foreign by it: their own
// workspace's term is always asked for too.
func Scope(kind, id string) string { return kind + strings.ReplaceAll(id, "-", "") + kind }

func byRemote(ctx context.Context, tx *store.Tx, workspace, channelID, remoteID string) (Message, error) {
	return store.One[Message](ctx, tx, "select "+messageColumns+" from message where workspace = $1 and channel_id = $2 and remote_id = $3", workspace, channelID, remoteID)
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
