package publish

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
)

// The states of a part.
const (
	due     = "due"
	claimed = "claimed"
	sent    = "sent"
	unclear = "unclear"
	failed  = "failed"
)

// Part is one call to a network.
type Part struct {
	ID            string
	Workspace     string
	PublicationID string
	ChannelID     string
	Position      int
	Content       Content
	Fingerprint   string
	Key           string
	State         string
	Token         int64
	ClaimedAt     time.Time
	RemoteID      string
	Remote        network.Ref
	URL           string
	SentAt        time.Time
	Looks         int
	AbsentSince   time.Time
	Step          network.Step // how far it has come; zero where one act does it
}

// resumable says that what may have been under way cannot be seen by anybody, so
// that it is simply gone on with.
func (p Part) resumable() bool { return p.Step.Name != "" && !p.Step.Public }

const partColumns = `id, workspace, publication_id, channel_id, position, content, fingerprint, key, state, token,
	claimed_at, remote_id, remote, url, sent_at, looks, absent_since, step`

// Claimed is what Claim hands out.
type Claimed struct {
	Part  Part
	Root  *network.Ref // of the thread; nil for its first part
	After *network.Ref // the part before
	Last  bool         // no further part follows
	// Former: an earlier holder claimed it and was not heard of again. It must
	// be looked for before anything else.
	Former bool
}

// Done says that there is nothing to send.
func (c Claimed) Done() bool { return c.Part.ID == "" }

// Claim takes the next part of a publication for the holder of a token. What it
// gives with Former set is unclear from now on and must not be sent. steps gives
// the step at which a part begins: the zero Step where one act does it.
func Claim(ctx context.Context, tx *store.Tx, workspace, publicationID string, token int64, steps func(next Claimed) network.Step) (Claimed, error) {
	p, c, err := next(ctx, tx, workspace, publicationID)
	if err != nil || c.Done() {
		return c, err
	}
	if c.Part.State != due && (c.Part.State != claimed || !c.Part.resumable()) {
		c.Former = true
		return c, Doubt(ctx, tx, c.Part, "Kith stopped while it was sending.")
	}
	c.begin(tx, steps)
	if err := c.hold(ctx, tx, token); err != nil || p.State == Publishing {
		return c, err
	}
	if _, err := tx.Exec(ctx, "update publication set state = 'publishing' where id = $1", p.ID); err != nil {
		return c, err
	}
	return c, sum(ctx, tx, workspace, p.PostID)
}

// next gives the next part of a publication that is to leave; none when it was taken
// back, is finished, or waits for a look.
func next(ctx context.Context, tx *store.Tx, workspace, publicationID string) (p Publication, c Claimed, err error) {
	p, err = GetPublication(ctx, tx, workspace, publicationID)
	if err != nil || p.State != Scheduled && p.State != Publishing {
		return p, c, err
	}
	parts, err := Sequence(ctx, tx, workspace, publicationID)
	for i := range parts {
		if parts[i].State == sent {
			if c.Root == nil {
				c.Root = &parts[i].Remote
			}
			c.After = &parts[i].Remote
			continue
		}
		c.Part, c.Last = parts[i], i == len(parts)-1
		break
	}
	return p, c, err
}

// begin gives a part the step at which it begins, where it has not begun.
func (c *Claimed) begin(tx *store.Tx, steps func(next Claimed) network.Step) {
	if c.Part.Step.Name != "" {
		return
	}
	if c.Part.Step = steps(*c); c.Part.Step.Name != "" {
		c.Part.Step.Since = tx.Now
	}
}

// hold makes a part that of the holder of a token.
func (c *Claimed) hold(ctx context.Context, tx *store.Tx, token int64) error {
	c.Part.State, c.Part.Token, c.Part.ClaimedAt = claimed, token, tx.Now
	_, err := tx.Exec(ctx, `update part set state = 'claimed', token = $1, claimed_at = $2, looks = 0, absent_since = null, step = $3
		where id = $4 and state in ('due', 'claimed')`, token, tx.Now, c.Part.Step, c.Part.ID)
	return err
}

// Sequence gives the parts of a publication in order.
func Sequence(ctx context.Context, tx *store.Tx, workspace, publicationID string) ([]Part, error) {
	return store.All[Part](ctx, tx, "select "+partColumns+" from part where publication_id = $1 and workspace = $2 order by position", publicationID, workspace)
}

// move changes a part that is still held as the caller knows it.
func move(ctx context.Context, tx *store.Tx, p Part, set string, args ...any) error {
	n, err := tx.Exec(ctx, "update part set "+set+" where id = $1 and workspace = $2 and state = $3 and token = $4",
		append([]any{p.ID, p.Workspace, p.State, p.Token}, args...)...)
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, "Somebody else holds this part by now.")
	}
	return err
}

// Settle records that a part exists on the network. Found does the same for a
// part that was unclear.
func Settle(ctx context.Context, tx *store.Tx, p Part, s network.Sent) error {
	at := s.At
	if at.IsZero() {
		at = tx.Now
	}
	if err := move(ctx, tx, p, "state = 'sent', remote_id = $5, remote = $6, url = $7, sent_at = $8", s.ID, s.Ref, s.URL, at); err != nil {
		return err
	}
	left, err := store.One[int](ctx, tx, "select count(*) from part where publication_id = $1 and state <> 'sent'", p.PublicationID)
	if err != nil {
		return err
	}
	state := Publishing
	var published time.Time
	if left == 0 {
		state, published = Published, at
	}
	url := ""
	if p.Position == 0 {
		url = s.URL
	}
	return mark(ctx, tx, p, state, "published_at = $4, url = case when $5 = '' then url else $5 end, error_kind = '', error_text = '', error_hint = '', seen = '[]'", published, url)
}

// mark moves the publication of a part to a state and its post with it.
func mark(ctx context.Context, tx *store.Tx, p Part, state, set string, args ...any) error {
	if _, err := tx.Exec(ctx, "update publication set state = $1, "+set+" where id = $2 and workspace = $3",
		append([]any{state, p.PublicationID, p.Workspace}, args...)...); err != nil {
		return err
	}
	pub, err := GetPublication(ctx, tx, p.Workspace, p.PublicationID)
	if err != nil {
		return err
	}
	return sum(ctx, tx, p.Workspace, pub.PostID)
}

// Release gives a claimed part back: the call certainly did nothing. What is handed over
// ahead of its time stays scheduled.
func Release(ctx context.Context, tx *store.Tx, p Part, why string) error {
	if err := move(ctx, tx, p, "state = 'due', claimed_at = null"); err != nil {
		return err
	}
	of, err := GetPublication(ctx, tx, p.Workspace, p.PublicationID)
	if err != nil {
		return err
	}
	state := Publishing
	if of.State == Scheduled {
		state = Scheduled
	}
	return mark(ctx, tx, p, state, "error_kind = 'unavailable', error_text = $4", why)
}

// Doubt records that nobody knows whether a part exists.
func Doubt(ctx context.Context, tx *store.Tx, p Part, why string) error {
	if err := move(ctx, tx, p, "state = 'unclear'"); err != nil {
		return err
	}
	return mark(ctx, tx, p, Unclear, "error_kind = 'uncertain', error_text = $4, error_hint = $5", why, "Kith is looking on the network; nothing is sent twice.")
}

// Fail records that a part will not be sent as it is.
func Fail(ctx context.Context, tx *store.Tx, p Part, cause error) error {
	if err := move(ctx, tx, p, "state = 'failed'"); err != nil {
		return err
	}
	text, hint := fault.Shown(cause)
	return mark(ctx, tx, p, Failed, "error_kind = $4, error_text = $5, error_hint = $6", fault.KindOf(cause).String(), text, hint)
}

// Stranded records that a publication's job gave up. doubtful: a part was held
// when it did, so somebody must look.
func Stranded(ctx context.Context, tx *store.Tx, workspace, publicationID string, cause error) (doubtful bool, err error) {
	parts, err := Sequence(ctx, tx, workspace, publicationID)
	if err != nil {
		return false, err
	}
	for _, p := range parts {
		switch p.State {
		case sent:
			continue
		case due:
			return false, Fail(ctx, tx, p, cause)
		case claimed:
			if p.resumable() {
				return false, Fail(ctx, tx, p, cause)
			}
			return true, Doubt(ctx, tx, p, "Kith stopped while it was sending.")
		}
		break
	}
	return false, nil
}
