package inbox

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/store"
)

// Get gives a message of a workspace.
func Get(ctx context.Context, tx *store.Tx, workspace, messageID string) (Message, error) {
	m, err := store.One[Message](ctx, tx, "select "+messageColumns+" from message where workspace = $1 and id = $2", workspace, messageID)
	if fault.Is(err, fault.NotFound) {
		return m, fault.New(fault.NotFound, "There is no such message.")
	}
	return m, err
}

// Mention is the kind of a conversation that began elsewhere than below a post of ours.
const Mention = "mention"

// KindOf is the kind of the conversation that a message is in.
func KindOf(ctx context.Context, tx *store.Tx, m Message) (string, error) {
	return store.One[string](ctx, tx, "select kind from conversation where workspace = $1 and id = $2", m.Workspace, m.ConversationID)
}

// GetConversation gives a conversation of a workspace.
func GetConversation(ctx context.Context, tx *store.Tx, workspace, conversationID string) (Conversation, error) {
	c, err := store.One[Conversation](ctx, tx, "select "+conversationColumns+" from conversation where workspace = $1 and id = $2", workspace, conversationID)
	if fault.Is(err, fault.NotFound) {
		return c, fault.New(fault.NotFound, "There is no such conversation.")
	}
	return c, err
}

// Last gives the newest message of theirs in a conversation: what one answers.
func Last(ctx context.Context, tx *store.Tx, workspace, conversationID string) (Message, error) {
	return store.One[Message](ctx, tx, "select "+messageColumns+` from message where workspace = $1 and conversation_id = $2 and from_us = 0 and state <> 'missing'
		order by at desc, id desc limit 1`, workspace, conversationID)
}

// Heard gives when a person spoke last in a conversation, also what they have
// deleted since; zero: never.
func Heard(ctx context.Context, tx *store.Tx, workspace, conversationID string) (time.Time, error) {
	type moment struct{ At time.Time }
	m, err := store.One[moment](ctx, tx, "select max(at) from message where workspace = $1 and conversation_id = $2 and from_us = 0 and state <> 'missing'", workspace, conversationID)
	return m.At, err
}

// Whispered says whether we have answered a message in private, or are about to.
func Whispered(ctx context.Context, tx *store.Tx, to Message) (bool, error) {
	n, err := store.One[int](ctx, tx, `select count(*) from message where workspace = $1 and conversation_id = $2 and parent_id = $3 and from_us = 1 and private = 1
		and sending <> 'failed'`, to.Workspace, to.ConversationID, to.RemoteID)
	return n > 0, err
}

// Known gives a message by the network's id.
func Known(ctx context.Context, tx *store.Tx, workspace, channelID, remoteID string) (Message, error) {
	return byRemote(ctx, tx, workspace, channelID, remoteID)
}

// Move changes what people see of a message, and why. What is gone is found by
// no search any more, and its words are not in the list.
func Move(ctx context.Context, tx *store.Tx, m Message, state, reason string) error {
	if m.State == Deleted {
		return fault.New(fault.Conflict, "This message is gone on the network.")
	}
	if _, err := tx.Exec(ctx, "update message set state = $1, reason = $2 where id = $3 and workspace = $4", state, reason, m.ID, m.Workspace); err != nil {
		return err
	}
	if state == Deleted {
		if err := tx.DropText(ctx, m.Seq); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "update conversation set last_text = '' where id = $1 and workspace = $2 and last_at = $3 and last_text = $4", m.ConversationID, m.Workspace, m.At, lastText(m)); err != nil {
			return err
		}
	}
	if err := wait(ctx, tx, m, state); err != nil {
		return err
	}
	was, is := withheld(m.State), withheld(state)
	if was == is {
		return nil
	}
	_, err := tx.Exec(ctx, "update conversation set held = held + $1 where id = $2 and workspace = $3", is-was, m.ConversationID, m.Workspace)
	return err
}

func withheld(state string) int {
	if state == Held || state == Hidden {
		return 1
	}
	return 0
}

// Like records whether we like a message.
func Like(ctx context.Context, tx *store.Tx, m Message, on bool) error {
	_, err := tx.Exec(ctx, "update message set liked = $1 where id = $2 and workspace = $3", on, m.ID, m.Workspace)
	return err
}

// Repost records whether we have passed a message on.
func Repost(ctx context.Context, tx *store.Tx, m Message, on bool) error {
	_, err := tx.Exec(ctx, "update message set reposted = $1 where id = $2 and workspace = $3", on, m.ID, m.Workspace)
	return err
}

// Pin records whether a message is kept at the top; most is how many the network
// keeps there below one post, 0 when nobody knows.
func Pin(ctx context.Context, tx *store.Tx, m Message, on bool, most int) error {
	if on && most == 1 { // it takes the place of the one before
		if _, err := tx.Exec(ctx, `update message set pinned = 0 where workspace = $1 and channel_id = $2 and pinned = 1 and conversation_id in
			(select id from conversation where workspace = $1 and publication_id <> '' and publication_id = (select publication_id from conversation where id = $3))`,
			m.Workspace, m.ChannelID, m.ConversationID); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, "update message set pinned = $1 where id = $2 and workspace = $3", on, m.ID, m.Workspace)
	return err
}

// Read marks a conversation as read.
func Read(ctx context.Context, tx *store.Tx, workspace, conversationID string) error {
	return changed(tx.Exec(ctx, "update conversation set unread = 0 where id = $1 and workspace = $2", conversationID, workspace))
}

// Finish takes a conversation off the list, or puts it back. A new message of
// theirs puts it back by itself.
func Finish(ctx context.Context, tx *store.Tx, workspace, conversationID string, done bool) error {
	state := "open"
	if done {
		state = "done"
	}
	return changed(tx.Exec(ctx, "update conversation set state = $1, unread = 0 where id = $2 and workspace = $3", state, conversationID, workspace))
}

// Take makes a member the one who answers, "" for nobody.
func Take(ctx context.Context, tx *store.Tx, workspace, conversationID, account string) error {
	return changed(tx.Exec(ctx, "update conversation set claimed_by = $1 where id = $2 and workspace = $3", account, conversationID, workspace))
}

func changed(n int64, err error) error {
	if err == nil && n == 0 {
		return fault.New(fault.NotFound, "There is no such conversation.")
	}
	return err
}

// Where gives the channels on which a person spoke to us.
func Where(ctx context.Context, tx *store.Tx, workspace, personID string) ([]string, error) {
	return store.All[string](ctx, tx, "select distinct channel_id from message where workspace = $1 and person_id = $2", workspace, personID)
}

// Said gives the network's id of the newest thing that a person said in public on a
// channel, "" where there is none: some networks ban the author of a comment.
func Said(ctx context.Context, tx *store.Tx, workspace, channelID, personID string) (string, error) {
	all, err := store.All[string](ctx, tx, `select remote_id from message where workspace = $1 and channel_id = $2 and person_id = $3 and from_us = 0
		and private = 0 and state <> 'deleted' and remote_id is not null order by at desc, seq desc limit 1`, workspace, channelID, personID)
	if err != nil || len(all) == 0 {
		return "", err
	}
	return all[0], nil
}
