package api

import (
	"time"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/publish"
)

// Conversation is what holds messages together: the comments of a post, a chat, a mention.
type Conversation struct {
	ID           string            `json:"id"`
	ChannelID    string            `json:"channel_id"`
	Network      network.Name      `json:"network"`
	Kind         string            `json:"kind" enum:"comments,direct,mention"`
	State        string            `json:"state" enum:"open,done"`
	Unread       int               `json:"unread"`
	Title        string            `json:"title"`
	URL          string            `json:"url"`
	Person       Maybe[PersonName] `json:"person"`
	Last         Last              `json:"last"`
	Post         Maybe[PostName]   `json:"post"`
	Count        int               `json:"count"`
	Held         int               `json:"held" doc:"Messages that a rule holds back."`
	WaitingSince *time.Time        `json:"waiting_since" doc:"The oldest message of theirs that nobody answered."`
	ClaimedBy    Maybe[Author]     `json:"claimed_by"`
	Writing      Maybe[Writing]    `json:"writing" doc:"Of a private conversation, where the network sets a time: until when one may write."`
}

// Writing says until when one may write to a person in private.
type Writing struct {
	Window string    `json:"window" doc:"The network's window that is in force, or was the last: standard, human_agent, private_reply."`
	Open   bool      `json:"open" doc:"One may write now."`
	Until  time.Time `json:"until" doc:"When the window ends, or ended."`
	Then   string    `json:"then" say:"" doc:"What is possible after it."`
	Hours  int       `json:"hours" doc:"How long the window is."`
	Spent  bool      `json:"spent" doc:"The network takes one private answer, and it was given."`
}

// PersonName is a person in a few words.
type PersonName struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Handle    string `json:"handle"`
	AvatarURL string `json:"avatar_url" doc:"Our own address of it; empty when there is none."`
}

// Last is the newest message of a conversation.
type Last struct {
	Text   string    `json:"text"`
	At     time.Time `json:"at"`
	FromUs bool      `json:"from_us"`
	// Deleted is said where nothing is left of it to read.
	Deleted bool `json:"deleted,omitempty" doc:"It is gone on the network; its words are shown no more."`
}

// PostName is a post in a few words.
type PostName struct {
	ID            string `json:"id"`
	PublicationID string `json:"publication_id"`
	Text          string `json:"text"`
	URL           string `json:"url"`
}

// Message is what somebody wrote.
type Message struct {
	ID             string            `json:"id"`
	ConversationID string            `json:"conversation_id"`
	Person         Maybe[PersonName] `json:"person"`
	FromUs         bool              `json:"from_us"`
	AuthorName     string            `json:"author_name"`
	Text           string            `json:"text"`
	At             time.Time         `json:"at"`
	ParentID       string            `json:"parent_id" doc:"The message it answers, ours; empty when it answers the post itself."`
	URL            string            `json:"url"`
	State          string            `json:"state" enum:"visible,held,hidden,deleted"`
	Sending        string            `json:"sending" enum:",sending,sent,unclear,failed"`
	Error          string            `json:"error" say:""`
	DeliveredAt    *time.Time        `json:"delivered_at" doc:"Of ours: since when it is on a device of the person's; null where the network does not say."`
	ReadAt         *time.Time        `json:"read_at" doc:"Of ours: since when they have read it; null where the network does not say."`
	Media          List[Attachment]  `json:"media"`
	Liked          bool              `json:"liked" doc:"By us."`
	Reactions      List[string]      `json:"reactions" doc:"How the other side of a private conversation reacted to it: emoji, one for each person, where the network tells it."`
	Reposted       bool              `json:"reposted" doc:"We have passed it on as it stands."`
	Private        bool              `json:"private"`
	Pinned         bool              `json:"pinned"`
	Writing        Maybe[Writing]    `json:"writing" doc:"Of a comment, where the network sets a time: until when one may answer it in private."`
	Can            List[string]      `json:"can" doc:"What one may do with it: reply, private_reply, like, repost, pin, hide, hold, delete, ban, retry."`
	Reason         Maybe[Reason]     `json:"reason" doc:"Why a rule holds it."`
}

// Attachment is media that came in and stays on the network, or a file of ours.
type Attachment struct {
	Type    string `json:"type"`
	URL     string `json:"url"`
	Alt     string `json:"alt,omitempty"`
	MediaID string `json:"media_id,omitempty" doc:"Of a file of ours, which went out with an answer."`
	Name    string `json:"name,omitempty" doc:"Of a file of ours, as its owner called it."`
}

// Reason is a sentence to be made in the reader's language.
type Reason struct {
	Key    string         `json:"key"`
	Params map[string]any `json:"params"`
}

// Reply answers a conversation, or one message of it.
type Reply struct {
	Text      string     `json:"text" maxLength:"100000" doc:"It may be empty where there are files."`
	MessageID string     `json:"message_id,omitempty" maxLength:"64" doc:"The message it answers; empty = the newest of theirs."`
	Private   bool       `json:"private,omitempty"`
	Media     []MediaUse `json:"media,omitempty" maxItems:"20" nullable:"false" doc:"Files that were uploaded before, as far as the network takes them in answers."`
}

// ReplyChecked is what the network would say of an answer.
type ReplyChecked struct {
	Problems List[Wrong] `json:"problems"`
	Messages int         `json:"messages" doc:"How many messages it becomes: two where the network sends a file without words."`
	Price    Maybe[Cost] `json:"price" doc:"null: the network takes nothing."`
}

func enclosed(all []MediaUse) []publish.Attached {
	files := make([]publish.Attached, len(all))
	for i, m := range all {
		files[i] = publish.Attached{ID: m.ID, Alt: m.Alt} // an answer has no cover, and tags nobody
	}
	return files
}

// Hit is a message that a search found.
type Hit struct {
	Message        Message `json:"message"`
	ConversationID string  `json:"conversation_id"`
}

func (m Message) about() string { return m.ID }

type conversationQuery struct {
	Paging
	State   string `query:"state" enum:"open,done,all" default:"open"`
	Channel string `query:"channel" maxLength:"64"`
	Kind    string `query:"kind" enum:"comments,direct,mention"`
	Person  string `query:"person" maxLength:"64"`
	Unread  bool   `query:"unread"`
}

type messageQuery struct {
	Paging
	ID string `path:"id" maxLength:"64"`
}

type searchQuery struct {
	Paging
	Q       string `query:"q" required:"true" minLength:"1" maxLength:"200"`
	Channel string `query:"channel" maxLength:"64"`
	State   string `query:"state" enum:"open,done,all" default:"all"`
}
