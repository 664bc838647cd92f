package view

import (
	"context"
	"slices"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
)

// Part is one part of a post.
type Part struct {
	Text  string      `json:"text"`
	Link  string      `json:"link,omitempty"`
	Media []PartMedia `json:"media,omitempty"`

	Title      string             `json:"title,omitempty"`
	Poll       *network.Poll      `json:"poll,omitempty"`
	Disclosure network.Disclosure `json:"disclosure,omitzero"`
}

// PartMedia is a file on a part.
type PartMedia struct {
	ID    string        `json:"id"`
	Alt   string        `json:"alt"`
	Cover string        `json:"cover"`
	Tags  []network.Tag `json:"tags"`
}

// Post is a post with where it goes.
type Post struct {
	ID           string
	AuthorID     string
	AuthorName   string
	Parts        []Part
	Excerpt      string
	State        string
	DueAt        time.Time
	Revision     int64
	CreatedAt    time.Time
	UpdatedAt    time.Time
	Publications []Publication
}

// Publication is a post on a channel, with its newest counts.
type Publication struct {
	ID          string
	PostID      string
	ChannelID   string
	Network     network.Name
	OwnParts    []Part
	State       string
	DueAt       time.Time
	PublishedAt time.Time
	URL         string
	ErrorKind   string
	ErrorText   string
	ErrorHint   string
	Seen        []network.Seen
	Kind        network.PostKind
	Options     map[string]string
	Proof       string
	Pinned      bool
	Closed      bool
	Shared      string
	Hand        Hand
	HandSince   time.Time    // since when it waits for a person
	Said        bool         // it is there by the word of a person alone
	Step        network.Step // of the part that is on its way
	Counts      network.Counts
	CountedAt   time.Time
	CountedBy   string // the network, or by_hand
	Subtitles   []Subtitled
	Covers      []Covered
}

// Hand is what was decided about publishing by hand.
type Hand struct {
	Chosen bool            `json:"chosen"`
	More   []string        `json:"more"`
	Note   string          `json:"note"`
	Crops  map[string]Crop `json:"crops"`
}

// Crop is which piece of a file is kept.
type Crop struct {
	X     float64 `json:"x"`
	Y     float64 `json:"y"`
	Whole bool    `json:"whole"`
}

// Subtitled is what became of the subtitles of a video in one language.
type Subtitled struct {
	MediaID string `json:"media_id"`
	Lang    string `json:"lang"`
	State   string `json:"state"`
	Error   string `json:"error"`
	Hint    string `json:"hint"`
}

// Covered is what became of the cover of a video that is out.
type Covered struct {
	MediaID string `json:"media_id"`
	State   string `json:"state"`
	Error   string `json:"error"`
	Hint    string `json:"hint"`
}

// PostsAsked is what a list of posts is narrowed by.
type PostsAsked struct {
	State   string
	Channel string
	Words   string // in the first line
	From    time.Time
	To      time.Time
	Cursor  string
	Limit   int
}

const postSelect = "select o.id, o.author_id, o.author_name, o.parts, o.excerpt, o.state, o.due_at, o.revision, o.created_at, o.updated_at from post o"

type postRow struct {
	ID         string
	AuthorID   string
	AuthorName string
	Parts      []Part
	Excerpt    string
	State      string
	DueAt      time.Time
	Revision   int64
	CreatedAt  time.Time
	UpdatedAt  time.Time
}

func (r postRow) post() Post {
	return Post{r.ID, r.AuthorID, r.AuthorName, r.Parts, r.Excerpt, r.State, r.DueAt, r.Revision, r.CreatedAt, r.UpdatedAt, nil}
}

// Posts gives posts: what is still to come in the order it will go out, all
// else with the latest change first.
func Posts(ctx context.Context, tx *store.Tx, actor access.Actor, asked PostsAsked) (Page[Post], error) {
	from, given, err := parseCursor(asked.Cursor)
	if err != nil {
		return Page[Post]{}, err
	}
	limit, coming := limited(asked.Limit), asked.State == "scheduled" || !asked.From.IsZero() || !asked.To.IsZero()
	var q query
	q.add(postSelect).add("where o.workspace = ?", actor.Workspace).
		when(asked.State != "", "and o.state = ?", asked.State).
		when(asked.Words != "", "and lower(o.excerpt) like lower(?) escape '!'", like(asked.Words)).
		when(!asked.From.IsZero(), "and o.due_at >= ?", asked.From).
		when(!asked.To.IsZero(), "and o.due_at < ?", asked.To)
	if asked.Channel != "" {
		q.add("and exists (select 1 from publication x where x.post_id = o.id and x.channel_id = ?)", asked.Channel)
	}
	seeable(&q, actor)
	if coming {
		q.when(given, "and (o.due_at, o.id) > (?, ?)", from.At, from.ID).add("order by o.due_at, o.id limit ?", limit+1)
	} else {
		q.when(given, "and (o.updated_at, o.id) < (?, ?)", from.At, from.ID).add("order by o.updated_at desc, o.id desc limit ?", limit+1)
	}
	rows, err := store.All[postRow](ctx, tx, q.text.String(), q.args...)
	if err != nil {
		return Page[Post]{}, err
	}
	page := cut(rows, limit, func(r postRow) cursor {
		if coming {
			return cursor{r.DueAt.UnixMicro(), r.ID}
		}
		return cursor{r.UpdatedAt.UnixMicro(), r.ID}
	})
	posts := make([]Post, len(page.Items))
	for i, r := range page.Items {
		posts[i] = r.post()
	}
	return Page[Post]{Items: posts, Next: page.Next}, publications(ctx, tx, actor, posts)
}

// seeable leaves out posts that go only to channels out of the actor's rights.
func seeable(q *query, actor access.Actor) {
	if actor.Channels == nil {
		return
	}
	q.add("and (not exists (select 1 from publication x where x.post_id = o.id) or exists (select 1 from publication x where x.post_id = o.id").
		in("x.channel_id", actor.Channels).add("))")
}

// OnePost gives a post that the actor may see.
func OnePost(ctx context.Context, tx *store.Tx, actor access.Actor, id string) (Post, error) {
	var q query
	q.add(postSelect).add("where o.workspace = ? and o.id = ?", actor.Workspace, id)
	seeable(&q, actor)
	r, err := store.One[postRow](ctx, tx, q.text.String(), q.args...)
	if fault.Is(err, fault.NotFound) {
		return Post{}, fault.New(fault.NotFound, "There is no such post.")
	}
	if err != nil {
		return Post{}, err
	}
	posts := []Post{r.post()}
	err = publications(ctx, tx, actor, posts)
	return posts[0], err
}

func publications(ctx context.Context, tx *store.Tx, actor access.Actor, posts []Post) error {
	if len(posts) == 0 {
		return nil
	}
	at := map[string]int{}
	ids := make([]string, len(posts))
	for i, p := range posts {
		at[p.ID], ids[i] = i, p.ID
	}
	var q query
	q.add(`select u.id, u.post_id, u.channel_id, u.network, u.own_parts, u.state, u.due_at, u.published_at, u.url, u.error_kind, u.error_text, u.error_hint, u.seen, u.kind, u.options, u.proof, u.pinned, u.closed, u.shared, u.hand, u.hand_since,
		case when exists (select 1 from part h where h.publication_id = u.id and h.remote_id like 'hand:%') then 1 else 0 end as said,
		coalesce((select a.step from part a where a.publication_id = u.id and a.state in ('claimed', 'due', 'unclear') and u.state in ('scheduled', 'publishing', 'unclear')
			order by a.position limit 1), '{}') as step,
		s.counts, s.taken_at, coalesce(s.source, ''), '[]' as subtitles, '[]' as covers from publication u
		left join snapshot s on s.id = (select id from snapshot where publication_id = u.id order by taken_at desc limit 1)
		where u.workspace = ?`, actor.Workspace).in("u.post_id", ids).within(actor, "u.channel_id").add("order by u.id")
	for u, err := range store.Each[Publication](ctx, tx, q.text.String(), q.args...) {
		if err != nil {
			return err
		}
		p := &posts[at[u.PostID]]
		p.Publications = append(p.Publications, u)
	}
	return subtitled(ctx, tx, actor, posts)
}

// subtitled says of publications what became of the subtitles of their videos.
func subtitled(ctx context.Context, tx *store.Tx, actor access.Actor, posts []Post) error {
	type row struct {
		PublicationID, MediaID, Lang, State, ErrorText, ErrorHint string
	}
	at := map[string]*Publication{}
	var ids []string
	for _, p := range posts {
		for i := range p.Publications {
			if u := &p.Publications[i]; slices.Contains([]string{"publishing", "published", "failed", "unclear"}, u.State) {
				at[u.ID] = u
				ids = append(ids, u.ID)
			}
		}
	}
	if len(ids) == 0 {
		return nil
	}
	var q query
	q.add("select publication_id, media_id, lang, state, error_text, error_hint from subtitled where workspace = ?", actor.Workspace).
		in("publication_id", ids).add("order by lang, part_id, media_id")
	for r, err := range store.Each[row](ctx, tx, q.text.String(), q.args...) {
		if err != nil {
			return err
		}
		at[r.PublicationID].Subtitles = append(at[r.PublicationID].Subtitles, Subtitled{r.MediaID, r.Lang, r.State, r.ErrorText, r.ErrorHint})
	}
	return covered(ctx, tx, actor, at, ids)
}

// covered says of publications what became of the covers of their videos.
func covered(ctx context.Context, tx *store.Tx, actor access.Actor, at map[string]*Publication, ids []string) error {
	type row struct {
		PublicationID, MediaID, State, ErrorText, ErrorHint string
	}
	var q query
	q.add("select publication_id, media_id, state, error_text, error_hint from covered where workspace = ?", actor.Workspace).
		in("publication_id", ids).add("order by part_id, media_id")
	for r, err := range store.Each[row](ctx, tx, q.text.String(), q.args...) {
		if err != nil {
			return err
		}
		at[r.PublicationID].Covers = append(at[r.PublicationID].Covers, Covered{r.MediaID, r.State, r.ErrorText, r.ErrorHint})
	}
	return nil
}
