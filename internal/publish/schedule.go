package publish

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/id"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
)

// Parts gives what a publication will say: its own version or the post's.
func (p Publication) Parts(post Post) []Content {
	parts := post.Parts
	if p.OwnParts != nil {
		parts = p.OwnParts
	}
	return Meant(parts, p.Kind, p.Options)
}

// Meant gives parts with the kind and the choices of a publication: they are those
// of its first part.
func Meant(parts []Content, kind network.PostKind, options map[string]string) []Content {
	parts = slices.Clone(parts)
	for i := range parts {
		parts[i].Kind, parts[i].Options = network.PlainPost, nil
	}
	if len(parts) > 0 {
		parts[0].Kind, parts[0].Options = kind, options
	}
	return parts
}

// Schedule freezes a draft's publications into parts that are due at a moment.
// The caller has checked that the networks will take them.
func Schedule(ctx context.Context, tx *store.Tx, workspace, postID string, due time.Time) ([]Publication, error) {
	post, err := Get(ctx, tx, workspace, postID)
	if err != nil {
		return nil, err
	}
	if post.State != Draft && post.State != Cancelled {
		return nil, fault.New(fault.Conflict, "This post is %s already.", post.State).WithHint("Read it again.")
	}
	all, err := Publications(ctx, tx, workspace, postID)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, fault.New(fault.Invalid, "No channel is chosen.").On("publications").WithHint("Choose at least one channel.")
	}
	for i, p := range all {
		if _, err := tx.Exec(ctx, "delete from part where publication_id = $1 and workspace = $2 and state <> 'sent'", p.ID, workspace); err != nil {
			return nil, err
		}
		for n, content := range p.Parts(post) {
			if _, err := tx.Exec(ctx, `insert into part (id, workspace, publication_id, channel_id, position, content, fingerprint, key, state, token,
				claimed_at, remote_id, remote, url, sent_at, looks, absent_since, step)
				values ($1, $2, $3, $4, $5, $6, $7, $8, 'due', 0, null, null, '{}', '', null, 0, null, '{}')`,
				id.New(), workspace, p.ID, p.ChannelID, n, content, Fingerprint(content.Text, len(content.Media)), keyOf(p.ID, n)); err != nil {
				return nil, err
			}
		}
		if _, err := tx.Exec(ctx, "update publication set state = 'scheduled', due_at = $1, error_kind = '', error_text = '', error_hint = '', seen = '[]', proof = '', hand_since = null where id = $2 and workspace = $3",
			due, p.ID, workspace); err != nil {
			return nil, err
		}
		all[i].State, all[i].DueAt = Scheduled, due
	}
	_, err = tx.Exec(ctx, "update post set state = 'scheduled', due_at = $1, revision = revision + 1, updated_at = $2 where id = $3 and workspace = $4", due, tx.Now, postID, workspace)
	return all, err
}

// keyOf is the key of a part on its network: the same whenever its publication is
// scheduled, so that a house which was restored from a backup finds what went out under
// it since. It begins as the publication's does, with its time.
func keyOf(publicationID string, position int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s/%d", publicationID, position))
	const time = len("01900000-0000-7000-8000-")
	return publicationID[:time] + hex.EncodeToString(sum[:6])
}

// Queued remembers the job that will send a publication.
func Queued(ctx context.Context, tx *store.Tx, workspace, publicationID, jobID string) error {
	_, err := tx.Exec(ctx, "update publication set job_id = $1 where id = $2 and workspace = $3", jobID, publicationID, workspace)
	return err
}

// Stopped is a publication that was to leave and does no more.
type Stopped struct {
	Publication
	Parts []Part // as they were, with what they had come to
}

// Unschedule takes back what has not begun to leave: to draft, or to cancelled. So does
// what the network refused before anything of it was out. What has begun stays as it is.
func Unschedule(ctx context.Context, tx *store.Tx, workspace, postID, to string) (all []Stopped, err error) {
	if _, err := Get(ctx, tx, workspace, postID); err != nil {
		return nil, err
	}
	publications, err := Publications(ctx, tx, workspace, postID)
	if err != nil {
		return nil, err
	}
	for _, p := range publications {
		parts, stopped, err := stop(ctx, tx, p)
		if err != nil {
			return nil, err
		}
		if !stopped {
			continue
		}
		if _, err := tx.Exec(ctx, "update publication set state = $1, due_at = null, job_id = '', error_kind = '', error_text = '', error_hint = '' where id = $2 and workspace = $3", to, p.ID, workspace); err != nil {
			return nil, err
		}
		all = append(all, Stopped{p, parts})
	}
	if len(all) == 0 {
		return nil, fault.New(fault.Conflict, "There is nothing left to take back.").WithHint("It has begun to leave, or it is out already.")
	}
	return all, sum(ctx, tx, workspace, postID)
}

// stop takes the parts of a publication back, when nobody can have seen any: they
// wait, their files are still being handed over, or they were refused. Whoever is at
// it finds that it does not hold them any more.
func stop(ctx context.Context, tx *store.Tx, p Publication) ([]Part, bool, error) {
	if !slices.Contains([]string{Scheduled, Publishing, ByHand, Unconfirmed, Failed}, p.State) {
		return nil, false, nil
	}
	parts, err := Sequence(ctx, tx, p.Workspace, p.ID)
	if err != nil {
		return nil, false, err
	}
	for _, part := range parts {
		if part.State != due && part.State != failed && (part.State != claimed || !part.resumable()) {
			return nil, false, nil
		}
	}
	_, err = tx.Exec(ctx, "update part set state = 'due', claimed_at = null, step = '{}', token = -1 where publication_id = $1 and workspace = $2", p.ID, p.Workspace)
	return parts, true, err
}

// sum makes a post's state that of the publication that needs most attention.
func sum(ctx context.Context, tx *store.Tx, workspace, postID string) error {
	states, err := store.All[string](ctx, tx, "select state from publication where workspace = $1 and post_id = $2", workspace, postID)
	if err != nil {
		return err
	}
	state := Draft
	for _, s := range []string{Unclear, Failed, ByHand, Unconfirmed, Publishing, Scheduled, Published, Deleted, Cancelled, Draft} {
		if slices.Contains(states, s) {
			state = s
			break
		}
	}
	_, err = tx.Exec(ctx, "update post set state = $1, revision = revision + 1, updated_at = $2 where id = $3 and workspace = $4", state, tx.Now, postID, workspace)
	return err
}

// Fingerprint recognises a text that a network may have re-spaced or
// re-encoded, together with the number of files.
func Fingerprint(s string, media int) string {
	folded := strings.Join(strings.Fields(norm.NFC.String(s)), " ")
	digest := sha256.Sum256([]byte(folded + "\x00" + string(rune('0'+media))))
	return hex.EncodeToString(digest[:16])
}
