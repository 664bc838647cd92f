package inbox

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/id"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
)

// The states of an answer of ours on its way.
const (
	due     = "sending"
	claimed = "claimed"
	sent    = "sent"
	unclear = "unclear"
	failed  = "failed"
)

// Answer keeps an answer of ours that is about to leave, with the files of ours that
// it carries.
func Answer(ctx context.Context, tx *store.Tx, actor access.Actor, to Message, body string, private bool, files ...network.Attachment) (Message, error) {
	own := id.New()
	m := Message{ID: own, Workspace: to.Workspace, ConversationID: to.ConversationID, ChannelID: to.ChannelID, Remote: network.Ref{}, ParentID: to.RemoteID,
		FromUs: true, AuthorName: actor.Name, Text: body, At: tx.Now, ReceivedAt: tx.Now, State: Visible, Sending: due, Key: own, Private: private,
		Media: append([]network.Attachment{}, files...), ByAccount: actor.User}
	var err error
	if m.Seq, err = add(ctx, tx, m); err != nil {
		return m, err
	}
	return m, changed(tx.Exec(ctx, `update conversation set count = count + 1, unread = 0, waiting_since = null,
		last_text = case when last_at <= $1 then $2 else last_text end, last_from_us = case when last_at <= $1 then 1 else last_from_us end,
		last_at = case when last_at < $1 then $1 else last_at end where id = $3 and workspace = $4`, m.At, lastText(m), m.ConversationID, m.Workspace))
}

// Claim takes an answer for the holder of a token. former: an earlier holder
// was not heard of again; the answer is unclear from now on.
func Claim(ctx context.Context, tx *store.Tx, workspace, messageID string, token int64) (m Message, former bool, err error) {
	if m, err = Get(ctx, tx, workspace, messageID); err != nil {
		return m, false, err
	}
	switch m.Sending {
	case due:
		m.Sending, m.Token, m.ClaimedAt = claimed, token, tx.Now
		_, err = tx.Exec(ctx, "update message set sending = 'claimed', token = $1, claimed_at = $2, looks = 0 where id = $3", token, tx.Now, m.ID)
		return m, false, err
	case claimed:
		return m, true, Doubt(ctx, tx, m, "Kith stopped while it was sending.")
	}
	return Message{}, false, nil
}

func move(ctx context.Context, tx *store.Tx, m Message, set string, args ...any) error {
	n, err := tx.Exec(ctx, "update message set "+set+" where id = $1 and workspace = $2 and sending = $3 and token = $4",
		append([]any{m.ID, m.Workspace, m.Sending, m.Token}, args...)...)
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, "Somebody else holds this answer by now.")
	}
	return err
}

// Settle records that an answer exists on the network. If the network told us
// of it before it answered us, the two become one; if it told us already that it
// never arrived, that holds.
func Settle(ctx context.Context, tx *store.Tx, m Message, s network.Sent) error {
	if twin, err := byRemote(ctx, tx, m.Workspace, m.ChannelID, s.ID); err == nil && twin.ID != m.ID {
		if err := inherit(ctx, tx, m, twin); err != nil {
			return err
		}
		if err := absorb(ctx, tx, twin); err != nil {
			return err
		}
	} else if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	return move(ctx, tx, m, `sending = case when remote_id = $5 and error_text <> '' then 'failed' else 'sent' end,
		error_text = case when remote_id = $5 then error_text else '' end, remote_id = $5, remote = $6, url = $7`, s.ID, s.Ref, s.URL)
}

// absorb takes away the message that was our own answer told back to us.
func absorb(ctx context.Context, tx *store.Tx, twin Message) error {
	if err := tx.DropText(ctx, twin.Seq); err != nil {
		return err
	}
	if err := forgetReceipt(ctx, tx, twin); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "delete from message where id = $1 and workspace = $2", twin.ID, twin.Workspace); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "update conversation set count = count - 1 where id = $1 and workspace = $2", twin.ConversationID, twin.Workspace); err != nil {
		return err
	}
	// What began with it and has nothing else in it was no conversation.
	_, err := tx.Exec(ctx, "delete from conversation where id = $1 and workspace = $2 and count <= 0", twin.ConversationID, twin.Workspace)
	return err
}

// Absorb takes away what another channel of the same account was told of an answer
// of ours.
func Absorb(ctx context.Context, tx *store.Tx, workspace, channelID, remoteID string) error {
	twin, err := byRemote(ctx, tx, workspace, channelID, remoteID)
	if fault.Is(err, fault.NotFound) || err == nil && (!twin.FromUs || twin.ByAccount != "") {
		return nil
	}
	if err != nil {
		return err
	}
	return absorb(ctx, tx, twin)
}

// Release gives an answer back: the call certainly did nothing.
func Release(ctx context.Context, tx *store.Tx, m Message, why string) error {
	return move(ctx, tx, m, "sending = 'sending', claimed_at = null, error_text = $5", why)
}

// Doubt records that nobody knows whether an answer exists, unless the network has
// told us of it meanwhile.
func Doubt(ctx context.Context, tx *store.Tx, m Message, why string) error {
	return move(ctx, tx, m, `sending = case when remote_id is null then 'unclear' when error_text = '' then 'sent' else 'failed' end,
		error_text = case when remote_id is null then $5 else error_text end`, why)
}

// Fail records that an answer will not be sent as it is.
func Fail(ctx context.Context, tx *store.Tx, m Message, cause error) error {
	text, hint := fault.Shown(cause)
	return move(ctx, tx, m, "sending = 'failed', error_text = $5", text+" "+hint)
}

// Missed notes a complete look that did not find an unclear answer; at the
// second one, later than between, it is due again.
func Missed(ctx context.Context, tx *store.Tx, m Message, between time.Duration) (dueAgain bool, err error) {
	if m.Looks == 0 {
		// An answer of ours was never received: its received_at is free to carry
		// the time of the first look.
		return false, move(ctx, tx, m, "looks = 1, received_at = $5", tx.Now)
	}
	if tx.Now.Before(m.ReceivedAt.Add(between)) {
		return false, nil
	}
	return true, DueAgain(ctx, tx, m)
}

// DueAgain makes an answer due that is known not to exist. What the network called
// a former try stays in remote, so that nothing told of it is taken for the next.
func DueAgain(ctx context.Context, tx *store.Tx, m Message) error {
	if err := forgetReceipt(ctx, tx, m); err != nil {
		return err
	}
	return move(ctx, tx, m, "sending = 'sending', claimed_at = null, looks = 0, remote_id = null")
}

// Retry makes an answer due again by the word of a person: it failed, or it is
// unclear and the person looked.
func Retry(ctx context.Context, tx *store.Tx, m Message) error {
	if m.Sending != failed && m.Sending != unclear {
		return fault.New(fault.Conflict, "This answer needs no second try.").WithHint("Read the conversation again.")
	}
	if err := detach(ctx, tx, m); err != nil {
		return err
	}
	return DueAgain(ctx, tx, m)
}

// Ours says which remote ids are answers of ours already.
func Ours(ctx context.Context, tx *store.Tx, workspace, channelID string, seen []network.Seen) (map[string]bool, error) {
	known := map[string]bool{}
	for _, s := range seen {
		n, err := store.One[int](ctx, tx, "select count(*) from message where workspace = $1 and channel_id = $2 and remote_id = $3 and by_account <> ''", workspace, channelID, s.ID)
		if err != nil {
			return nil, err
		}
		known[s.ID] = n > 0
	}
	return known, nil
}

// Stranded records that an answer's job gave up. doubtful: it was held when it
// did, so somebody must look.
func Stranded(ctx context.Context, tx *store.Tx, workspace, messageID string, cause error) (doubtful bool, err error) {
	m, err := Get(ctx, tx, workspace, messageID)
	if err != nil {
		return false, err
	}
	switch m.Sending {
	case due:
		return false, Fail(ctx, tx, m, cause)
	case claimed:
		return true, Doubt(ctx, tx, m, "Kith stopped while it was sending.")
	}
	return false, nil
}
