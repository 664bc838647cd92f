package inbox

import (
	"context"
	"strings"
	"time"

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
	WordedAt       time.Time // when its author changed its words last; zero: never
}

const messageColumns = `seq, id, workspace, conversation_id, channel_id, remote_id, remote, parent_id, person_id, from_us, author_name, text, at, received_at,
	url, state, sending, error_text, key, token, claimed_at, looks, private, liked, media, reason, by_account, worded_at`

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

// Recorded says what became of an arrival.
type Recorded struct {
	Message  Message
	Fresh    bool // false: known already, or deleted before it came
	Reworded bool // it has other words than before
}

// Spoken is when the words of a message were said.
func (m Message) Spoken() time.Time {
	if m.WordedAt.IsZero() {
		return m.At
	}
	return m.WordedAt
}

// add keeps a new message and makes it findable.
func add(ctx context.Context, tx *store.Tx, m Message) (int64, error) {
	seqs, err := tx.InsertFindable(ctx, insertColumns(), [][]any{m.row()}, [][]string{terms(m)})
	if err != nil {
		return 0, err
	}
	return seqs[0], nil
}

func insertColumns() []string {
	return []string{"id", "workspace", "conversation_id", "channel_id", "remote_id", "remote", "parent_id", "person_id", "from_us", "author_name", "text", "at", "received_at",
		"url", "state", "sending", "error_text", "key", "token", "looks", "private", "liked", "media", "reason", "by_account", "worded_at"}
}

// row gives the values of insertColumns.
func (m Message) row() []any {
	var remote any
	if m.RemoteID != "" {
		remote = m.RemoteID
	}
	return []any{m.ID, m.Workspace, m.ConversationID, m.ChannelID, remote, m.Remote, m.ParentID, m.PersonID, m.FromUs, m.AuthorName, m.Text, m.At, m.ReceivedAt,
		m.URL, m.State, m.Sending, m.ErrorText, m.Key, m.Token, m.Looks, m.Private, m.Liked, m.Media, m.Reason, m.ByAccount, m.WordedAt}
}

// terms are the words a message is found by, and where it may be found.
func terms(m Message) []string { return Terms(m.Workspace, m.ChannelID, m.Text, m.AuthorName) }

// Terms are the words that a message of somebody's is found by.
func Terms(workspace, channel, said, author string) []string {
	return append(text.Terms(said+" "+author), Scope("w", workspace), Scope("c", channel))
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
