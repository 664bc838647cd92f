package publish

import (
	"context"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/id"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/text"
)

// The states of posts and publications.
const (
	Draft      = "draft"
	Scheduled  = "scheduled"
	Publishing = "publishing"
	Published  = "published"
	Failed     = "failed"
	Unclear    = "unclear"
	Cancelled  = "cancelled"
	Deleted    = "deleted"
	// ByHand: prepared, and a person publishes it, because no program can.
	ByHand = "by_hand"
	// Unconfirmed: a person was to publish it, and nobody says that they did.
	Unconfirmed = "unconfirmed"
)

// Attached is a file of the media room on a part.
type Attached struct {
	ID    string `json:"id"`
	Alt   string `json:"alt"`
	Cover string `json:"cover,omitempty"` // of a video: our id of the picture that stands for it
	// Tags are the people in it, as networks that tag people address them.
	Tags []network.Tag `json:"tags,omitempty"`
}

// Content is one part as a person wrote it.
type Content struct {
	Text       string             `json:"text"`
	Link       string             `json:"link,omitempty"`
	Media      []Attached         `json:"media,omitempty"`
	Title      string             `json:"title,omitempty"`
	Poll       *network.Poll      `json:"poll,omitempty"`
	Disclosure network.Disclosure `json:"disclosure,omitzero"`
	// Of the publication, frozen into its parts when it is scheduled.
	Kind    network.PostKind  `json:"kind,omitempty"`
	Options map[string]string `json:"options,omitempty"` // by the names that the network gives them
}

// Post is a text and where it goes.
type Post struct {
	ID         string
	Workspace  string
	AuthorID   string
	AuthorName string
	Parts      []Content
	State      string
	DueAt      time.Time
	Revision   int64
	CreatedAt  time.Time
	UpdatedAt  time.Time
}

// Publication is a post on one channel.
type Publication struct {
	ID          string
	Workspace   string
	PostID      string
	ChannelID   string
	Network     network.Name
	OwnParts    []Content // nil: the post's own
	State       string
	DueAt       time.Time
	PublishedAt time.Time
	URL         string
	ErrorKind   string
	ErrorText   string
	ErrorHint   string
	Seen        []network.Seen
	JobID       string
	Kind        network.PostKind
	Options     map[string]string
	Proof       string // the file that a person showed, of one published by hand
	Reminded    int
	Hand        Hand
	HandSince   time.Time // since when it waits for a person
}

const (
	postColumns        = "id, workspace, author_id, author_name, parts, state, due_at, revision, created_at, updated_at"
	publicationColumns = "id, workspace, post_id, channel_id, network, own_parts, state, due_at, published_at, url, error_kind, error_text, error_hint, seen, job_id, kind, options, proof, reminded, hand, hand_since"
)

// Target is one channel that a draft goes to, with a version of its own or none.
type Target struct {
	ChannelID string
	Network   network.Name
	OwnParts  []Content
	Kind      network.PostKind
	Options   map[string]string
	Hand      Hand
}

// Save keeps a draft: a new one when id is "", else the one of that revision.
// A post that has begun to leave the house cannot be changed.
func Save(ctx context.Context, tx *store.Tx, actor access.Actor, postID string, revision int64, parts []Content, targets []Target) (Post, error) {
	if len(parts) == 0 {
		parts = []Content{{}}
	}
	if postID == "" {
		postID = id.New()
		_, err := tx.Exec(ctx, `insert into post (id, workspace, author_id, author_name, parts, excerpt, state, due_at, revision, created_at, updated_at)
			values ($1, $2, $3, $4, $5, $6, 'draft', null, 1, $7, $7)`,
			postID, actor.Workspace, actor.User, actor.Name, parts, excerpt(parts), tx.Now)
		if err != nil {
			return Post{}, err
		}
	} else if err := change(ctx, tx, actor.Workspace, postID, revision, parts); err != nil {
		return Post{}, err
	}
	if err := aim(ctx, tx, actor.Workspace, postID, targets); err != nil {
		return Post{}, err
	}
	return Get(ctx, tx, actor.Workspace, postID)
}

func change(ctx context.Context, tx *store.Tx, workspace, postID string, revision int64, parts []Content) error {
	p, err := Get(ctx, tx, workspace, postID)
	switch {
	case err != nil:
		return err
	case p.State != Draft && p.State != Cancelled:
		return fault.New(fault.Conflict, "This post is %s and cannot be changed.", p.State).
			WithHint("Take it back to draft first; what is out already can only be deleted.")
	case p.Revision != revision:
		return fault.New(fault.Conflict, "Somebody else changed this post meanwhile.").WithHint("Read it again, then make your change.")
	}
	_, err = tx.Exec(ctx, "update post set parts = $1, excerpt = $2, state = 'draft', revision = revision + 1, updated_at = $3 where id = $4 and workspace = $5",
		parts, excerpt(parts), tx.Now, postID, workspace)
	return err
}

// aim makes the publications of a draft be exactly the targets.
func aim(ctx context.Context, tx *store.Tx, workspace, postID string, targets []Target) error {
	now, err := Publications(ctx, tx, workspace, postID)
	if err != nil {
		return err
	}
	have := map[string]Publication{}
	for _, p := range now {
		have[p.ChannelID] = p
	}
	wanted := map[string]bool{}
	for _, t := range targets {
		if wanted[t.ChannelID] {
			return fault.New(fault.Invalid, "A channel is named twice.").On("publications")
		}
		wanted[t.ChannelID] = true
		if p, ok := have[t.ChannelID]; ok {
			_, err = tx.Exec(ctx, "update publication set own_parts = $1, state = 'draft', kind = $2, options = $3, hand = $4 where id = $5 and workspace = $6", t.OwnParts, t.Kind, t.options(), t.Hand, p.ID, workspace)
		} else {
			_, err = tx.Exec(ctx, `insert into publication (`+publicationColumns+`)
				values ($1, $2, $3, $4, $5, $6, 'draft', null, null, '', '', '', '', '[]', '', $7, $8, '', 0, $9, null)`,
				id.New(), workspace, postID, t.ChannelID, t.Network, t.OwnParts, t.Kind, t.options(), t.Hand)
		}
		if err != nil {
			return err
		}
	}
	for _, p := range now {
		if !wanted[p.ChannelID] {
			if err := forget(ctx, tx, workspace, p.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

func (t Target) options() map[string]string {
	if t.Options == nil {
		return map[string]string{}
	}
	return t.Options
}

func excerpt(parts []Content) string {
	return text.Cut(strings.Join(strings.Fields(parts[0].Text), " "), 200)
}

// Get gives a post of a workspace.
func Get(ctx context.Context, tx *store.Tx, workspace, postID string) (Post, error) {
	p, err := store.One[Post](ctx, tx, "select "+postColumns+" from post where workspace = $1 and id = $2", workspace, postID)
	if fault.Is(err, fault.NotFound) {
		return p, fault.New(fault.NotFound, "There is no such post.")
	}
	return p, err
}

// Publications gives where a post goes.
func Publications(ctx context.Context, tx *store.Tx, workspace, postID string) ([]Publication, error) {
	return store.All[Publication](ctx, tx, "select "+publicationColumns+" from publication where workspace = $1 and post_id = $2 order by id", workspace, postID)
}

// GetPublication gives one publication of a workspace.
func GetPublication(ctx context.Context, tx *store.Tx, workspace, publicationID string) (Publication, error) {
	p, err := store.One[Publication](ctx, tx, "select "+publicationColumns+" from publication where workspace = $1 and id = $2", workspace, publicationID)
	if fault.Is(err, fault.NotFound) {
		return p, fault.New(fault.NotFound, "There is no such publication.")
	}
	return p, err
}

// Delete forgets a post that never left the house.
func Delete(ctx context.Context, tx *store.Tx, workspace, postID string) error {
	p, err := Get(ctx, tx, workspace, postID)
	if err != nil {
		return err
	}
	if p.State != Draft && p.State != Cancelled {
		return fault.New(fault.Conflict, "This post is %s and cannot be forgotten.", p.State).
			WithHint("Take it back to draft first; what is out already is deleted on the network.")
	}
	all, err := Publications(ctx, tx, workspace, postID)
	if err != nil {
		return err
	}
	for _, p := range all {
		if err := forget(ctx, tx, workspace, p.ID); err != nil {
			return err
		}
	}
	_, err = tx.Exec(ctx, "delete from post where workspace = $1 and id = $2", workspace, postID)
	return err
}
