package inbox

import (
	"context"
	"strings"

	"github.com/kithhq/kith/internal/store"
)

// emojiMost is how many bytes an emoji has at most: families and flags are made of many.
const emojiMost = 64

// React keeps how somebody reacted to a message in private, and says whether that is news. A
// later reaction of theirs takes the place of an earlier one, in whatever order they are
// told; what is no emoji is not kept.
func React(ctx context.Context, tx *store.Tx, a Arrival) (news bool, err error) {
	emoji, at := a.Event.Text, a.Event.At
	switch {
	case !a.Event.Private || a.Event.Parent == "" || a.Event.Author.ID == "":
		return false, nil // it is counted, and there is no message to show it at
	case a.Event.Removed:
		emoji = ""
	case emoji == "" || len(emoji) > emojiMost || strings.ContainsAny(emoji, " \t\r\n"):
		return false, nil
	}
	if at.After(tx.Now) { // a clock that is ahead of ours
		at = tx.Now
	}
	n, err := tx.Exec(ctx, `insert into reaction (channel_id, remote_id, author_id, workspace, emoji, at) values ($1, $2, $3, $4, $5, $6)
		on conflict (channel_id, remote_id, author_id) do update set emoji = excluded.emoji, at = excluded.at
		where excluded.at > reaction.at or excluded.at = reaction.at and excluded.emoji <> reaction.emoji`,
		a.ChannelID, a.Event.Parent, a.Event.Author.ID, a.Workspace, emoji, at)
	return n > 0, err
}

// carryReactions gives what was felt about a message to the channel that it went to.
func carryReactions(ctx context.Context, tx *store.Tx, m Message, to string) error {
	_, err := tx.Exec(ctx, `update reaction set channel_id = $1 where channel_id = $2 and remote_id = $3 and workspace = $4
		and not exists (select 1 from reaction o where o.channel_id = $1 and o.remote_id = reaction.remote_id and o.author_id = reaction.author_id)`,
		to, m.ChannelID, m.RemoteID, m.Workspace)
	return err
}
