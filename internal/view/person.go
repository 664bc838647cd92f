package view

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
)

// Person is a person as a list and a card show them.
type Person struct {
	ID              string
	Name            string
	Note            string
	Blocked         bool
	Muted           bool
	MessagesBlocked bool
	Messages        int
	FirstSeen       time.Time
	LastSeen        time.Time
	Identities      []Identity
	Verdicts        []Verdict
	Recent          []Message
}

// Identity is an account of a person.
type Identity struct {
	ID        string
	PersonID  string
	Network   network.Name
	Handle    string
	Name      string
	AvatarURL string
	URL       string
	FirstSeen time.Time
	LastSeen  time.Time
}

// Verdict is a ruling with whom it is about.
type Verdict struct {
	ID          string
	RuleID      string
	RuleKind    string
	RuleVersion int
	PersonID    string
	PersonName  string
	MessageIDs  []string
	Reason      struct {
		Key    string         `json:"key"`
		Params map[string]any `json:"params"`
	}
	Action    string
	State     string
	At        time.Time
	ClosedBy  string
	ClosedAt  time.Time
	ClosedWhy string
}

const (
	personSelect  = "select p.id, p.name, p.note, p.blocked, p.muted, p.messages_blocked, p.messages, p.first_seen, p.last_seen from person p"
	verdictSelect = `select v.id, v.rule_id, v.rule_kind, v.rule_version, v.person_id, coalesce(p.name, ''), v.message_ids, v.reason, v.action, v.state, v.at,
		v.closed_by, v.closed_at, v.closed_reason from verdict v left join person p on p.id = v.person_id`
)

type personRow struct {
	ID              string
	Name            string
	Note            string
	Blocked         bool
	Muted           bool
	MessagesBlocked bool
	Messages        int
	FirstSeen       time.Time
	LastSeen        time.Time
}

// People gives persons, those heard of last first; words are looked for in
// names and handles.
func People(ctx context.Context, tx *store.Tx, actor access.Actor, words, at string, limit int) (Page[Person], error) {
	from, given, err := parseCursor(at)
	if err != nil {
		return Page[Person]{}, err
	}
	limit = limited(limit)
	var q query
	q.add(personSelect).add("where p.workspace = ?", actor.Workspace)
	known(&q, actor)
	if words != "" {
		q.add("and (lower(p.name) like lower(?) escape '!' or exists (select 1 from identity i where i.person_id = p.id and lower(i.handle) like lower(?) escape '!'))", like(words), like(words))
	}
	q.when(given, "and (p.last_seen, p.id) < (?, ?)", from.At, from.ID).add("order by p.last_seen desc, p.id desc limit ?", limit+1)
	rows, err := store.All[personRow](ctx, tx, q.text.String(), q.args...)
	if err != nil {
		return Page[Person]{}, err
	}
	page := cut(rows, limit, func(r personRow) cursor { return cursor{r.LastSeen.UnixMicro(), r.ID} })
	all := make([]Person, len(page.Items))
	ids := make([]string, len(page.Items))
	where := map[string]int{}
	for i, r := range page.Items {
		all[i] = r.person()
		ids[i], where[r.ID] = r.ID, i
	}
	if len(ids) > 0 {
		var q query
		q.add("select id, person_id, network, handle, name, avatar_url, url, first_seen, last_seen from identity where workspace = ?", actor.Workspace).in("person_id", ids).add("order by last_seen desc, id")
		for i, err := range store.Each[Identity](ctx, tx, q.text.String(), q.args...) {
			if err != nil {
				return Page[Person]{}, err
			}
			p := &all[where[i.PersonID]]
			p.Identities = append(p.Identities, i)
		}
	}
	return Page[Person]{Items: all, Next: page.Next}, nil
}

func (r personRow) person() Person {
	return Person{ID: r.ID, Name: r.Name, Note: r.Note, Blocked: r.Blocked, Muted: r.Muted, MessagesBlocked: r.MessagesBlocked, Messages: r.Messages, FirstSeen: r.FirstSeen, LastSeen: r.LastSeen}
}

// known leaves out persons who spoke only on channels out of the actor's rights.
func known(q *query, actor access.Actor) {
	if actor.Channels != nil {
		q.add("and exists (select 1 from message m where m.workspace = p.workspace and m.person_id = p.id").in("m.channel_id", actor.Channels).add(")")
	}
}

// OnePerson gives the card of a person.
func OnePerson(ctx context.Context, tx *store.Tx, actor access.Actor, id string) (Person, error) {
	var q query
	q.add(personSelect).add("where p.workspace = ? and p.id = ?", actor.Workspace, id)
	known(&q, actor)
	r, err := store.One[personRow](ctx, tx, q.text.String(), q.args...)
	if fault.Is(err, fault.NotFound) {
		return Person{}, fault.New(fault.NotFound, "There is no such person.")
	}
	if err != nil {
		return Person{}, err
	}
	p := r.person()
	if p.Identities, err = store.All[Identity](ctx, tx, "select id, person_id, network, handle, name, avatar_url, url, first_seen, last_seen from identity where workspace = $1 and person_id = $2 order by last_seen desc, id", actor.Workspace, id); err != nil {
		return p, err
	}
	var v query
	v.add(verdictSelect).add("where v.workspace = ? and v.person_id = ?", actor.Workspace, id)
	concerned(&v, actor)
	v.add("order by v.at desc, v.id desc limit 50")
	if p.Verdicts, err = store.All[Verdict](ctx, tx, v.text.String(), v.args...); err != nil {
		return p, err
	}
	if err := conceal(ctx, tx, actor, p.Verdicts); err != nil {
		return p, err
	}
	var m query
	m.add(messageSelect).add("where m.workspace = ? and m.person_id = ? and m.state <> 'missing'", actor.Workspace, id).within(actor, "m.channel_id").add("order by m.at desc, m.id desc limit 20")
	p.Recent, err = store.All[Message](ctx, tx, m.text.String(), m.args...)
	return p, err
}

// Verdicts gives rulings, the latest first; state "" = all.
func Verdicts(ctx context.Context, tx *store.Tx, actor access.Actor, state, at string, limit int) (Page[Verdict], error) {
	from, given, err := parseCursor(at)
	if err != nil {
		return Page[Verdict]{}, err
	}
	limit = limited(limit)
	var q query
	q.add(verdictSelect).add("where v.workspace = ?", actor.Workspace).when(state != "", "and v.state = ?", state)
	concerned(&q, actor)
	q.when(given, "and (v.at, v.id) < (?, ?)", from.At, from.ID).add("order by v.at desc, v.id desc limit ?", limit+1)
	rows, err := store.All[Verdict](ctx, tx, q.text.String(), q.args...)
	if err != nil {
		return Page[Verdict]{}, err
	}
	if err := conceal(ctx, tx, actor, rows); err != nil {
		return Page[Verdict]{}, err
	}
	return cut(rows, limit, func(v Verdict) cursor { return cursor{v.At.UnixMicro(), v.ID} }), nil
}

// concerned leaves out rulings of which no message is on a channel of the actor's.
func concerned(q *query, actor access.Actor) {
	if actor.Channels != nil {
		q.add(`and exists (select 1 from message m where m.workspace = v.workspace and m.person_id = v.person_id and v.message_ids like '%"' || m.id || '"%'`).
			in("m.channel_id", actor.Channels).add(")")
	}
}

// SeesRuling says whether a ruling is there for an actor; what is no ruling is a rule, and
// rules are everybody's.
func SeesRuling(ctx context.Context, tx *store.Tx, actor access.Actor, id string) error {
	ruling, err := store.One[int](ctx, tx, "select count(*) from verdict where workspace = $1 and id = $2", actor.Workspace, id)
	if err != nil || ruling == 0 {
		return err
	}
	var q query
	q.add("select count(*) from verdict v where v.workspace = ? and v.id = ?", actor.Workspace, id)
	concerned(&q, actor)
	seen, err := store.One[int](ctx, tx, q.text.String(), q.args...)
	if err == nil && seen == 0 {
		err = fault.New(fault.NotFound, "There is no such verdict.")
	}
	return err
}

// conceal takes the messages out of rulings that are on other channels than the actor's.
func conceal(ctx context.Context, tx *store.Tx, actor access.Actor, all []Verdict) error {
	var ids []string
	for _, v := range all {
		ids = append(ids, v.MessageIDs...)
	}
	if actor.Channels == nil {
		return nil
	}
	seen := map[string]bool{}
	for some := range slices.Chunk(ids, 1000) {
		var q query
		q.add("select m.id from message m where m.workspace = ?", actor.Workspace).in("m.id", some).within(actor, "m.channel_id")
		found, err := store.All[string](ctx, tx, q.text.String(), q.args...)
		if err != nil {
			return err
		}
		for _, id := range found {
			seen[id] = true
		}
	}
	for i := range all {
		all[i].MessageIDs = slices.DeleteFunc(all[i].MessageIDs, func(id string) bool { return !seen[id] })
	}
	return nil
}

// like makes words a pattern that finds them anywhere, taken literally.
func like(words string) string {
	return "%" + strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(words) + "%"
}
