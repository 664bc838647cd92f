package view

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
)

// Today is the day in order: what burns, whom to answer, what goes out, what
// waits for a decision, what to watch, and yesterday in numbers.
type Today struct {
	Urgent    []Item
	Answer    Answer
	Publish   []Due
	Watch     []Verdict
	Yesterday Yesterday
}

// Item is something that needs a person: the sentence is made in the reader's
// language from its key and params.
type Item struct {
	Key    string
	Params map[string]any
	Href   string
	At     time.Time
}

// Answer is who waits for us.
type Answer struct {
	Count  int
	Oldest time.Time
	First  []Conversation
}

// Due is a publication on today's time line.
type Due struct {
	PublicationID string
	PostID        string
	ChannelID     string
	Network       network.Name
	State         string
	DueAt         time.Time
	Excerpt       string
}

// Yesterday is what happened on the day before today.
type Yesterday struct {
	Published int
	Counts    map[string]int // comment, message, mention, reaction, follow
	Answered  int
}

// TodayFor gives the day of a workspace; zone is where its days begin.
func TodayFor(ctx context.Context, tx *store.Tx, actor access.Actor, zone *time.Location) (Today, error) {
	now := tx.Now.In(zone)
	start := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, zone)
	var t Today
	var err error
	if t.Urgent, err = urgent(ctx, tx, actor); err != nil {
		return t, err
	}
	if t.Answer.Count, t.Answer.Oldest, err = Waiting(ctx, tx, actor); err != nil {
		return t, err
	}
	var q query
	q.add(conversationSelect).add("where c.workspace = ? and c.waiting_since is not null and c.state = 'open'", actor.Workspace).within(actor, "c.channel_id").
		add("order by c.waiting_since limit 5")
	if t.Answer.First, err = store.All[Conversation](ctx, tx, q.text.String(), q.args...); err != nil {
		return t, err
	}
	var d query
	d.add(`select u.id, u.post_id, u.channel_id, u.network, u.state, u.due_at, o.excerpt from publication u join post o on o.id = u.post_id
		where u.workspace = ? and u.state <> 'draft' and u.state <> 'cancelled' and u.due_at >= ? and u.due_at < ?`, actor.Workspace, start, start.AddDate(0, 0, 1)).
		within(actor, "u.channel_id").add("order by u.due_at, u.id limit 100")
	if t.Publish, err = store.All[Due](ctx, tx, d.text.String(), d.args...); err != nil {
		return t, err
	}
	watch, err := Verdicts(ctx, tx, actor, "in_force", "", 10)
	if err != nil {
		return t, err
	}
	t.Watch = watch.Items
	t.Yesterday, err = yesterday(ctx, tx, actor, start.AddDate(0, 0, -1), start)
	return t, err
}

// urgent: what is unclear or failed. How the channels are, the corridor says.
func urgent(ctx context.Context, tx *store.Tx, actor access.Actor) ([]Item, error) {
	type pub struct {
		PostID, Network, State, Text, Excerpt string
		At                                    time.Time
	}
	items := []Item{}
	var q query
	q.add(`select u.post_id, u.network, u.state, u.error_text, o.excerpt, o.updated_at from publication u join post o on o.id = u.post_id
		where u.workspace = ? and u.state in ('unclear', 'failed', 'by_hand', 'unconfirmed') and o.updated_at > ?`, actor.Workspace, tx.Now.AddDate(0, 0, -14)).
		add("and (u.state <> 'by_hand' or u.hand_since is null or u.hand_since <= ?)", tx.Now).within(actor, "u.channel_id").add("order by o.updated_at desc limit 20")
	for p, err := range store.Each[pub](ctx, tx, q.text.String(), q.args...) {
		if err != nil {
			return nil, err
		}
		items = append(items, Item{Key: "post_" + p.State, At: p.At, Href: "/publish/" + p.PostID,
			Params: map[string]any{"network": p.Network, "text": p.Text, "excerpt": p.Excerpt}})
	}
	return items, nil
}

func yesterday(ctx context.Context, tx *store.Tx, actor access.Actor, from, to time.Time) (Yesterday, error) {
	y := Yesterday{Counts: map[string]int{}}
	type row struct {
		Kind string
		N    int
	}
	var q query
	q.add("select kind, sum(n) from tally where workspace = ? and day = ?", actor.Workspace, from.Format(time.DateOnly)).within(actor, "channel_id").add("group by kind")
	for r, err := range store.Each[row](ctx, tx, q.text.String(), q.args...) {
		if err != nil {
			return y, err
		}
		y.Counts[r.Kind] = r.N
	}
	var p query
	p.add("select count(*) from publication where workspace = ? and published_at >= ? and published_at < ?", actor.Workspace, from, to).within(actor, "channel_id")
	n, err := store.One[int](ctx, tx, p.text.String(), p.args...)
	if err != nil {
		return y, err
	}
	y.Published = n
	var a query
	a.add("select count(*) from message where workspace = ? and from_us = 1 and at >= ? and at < ? and seq > (select coalesce(max(seq), 0) - 200000 from message)", actor.Workspace, from, to).within(actor, "channel_id")
	y.Answered, err = store.One[int](ctx, tx, a.text.String(), a.args...)
	return y, err
}
