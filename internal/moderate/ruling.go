package moderate

import (
	"context"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/id"
	"github.com/kithhq/kith/internal/store"
)

// under is one person under one version of a rule.
type under struct {
	Person
	rule    string
	version int
	state   string
}

// ruling is what of a ruling a batch may change. A flood has hundreds of messages
// and every batch adds to them, so their list is not taken apart.
type ruling struct {
	ID       string
	of       under
	kind     string // of its rule
	action   string
	messages list
	reason   Sentence
	at       time.Time
	known    bool
	changed  bool
}

// list is a list of identifiers as it is stored, in JSON.
type list string

func (l list) len() int {
	if l == "" || l == "[]" {
		return 0
	}
	return strings.Count(string(l), ",") + 1
}

func (l list) has(id string) bool { return strings.Contains(string(l), `"`+id+`"`) }

func (l list) with(id string) list {
	if l.len() == 0 {
		return list(`["` + id + `"]`)
	}
	return l[:len(l)-1] + list(`,"`+id+`"]`)
}

// reopen reads the rulings that may go on: of those who may be found guilty.
func (d *Docket) reopen(ctx context.Context, tx *store.Tx, times map[Person][]time.Time) error {
	var keys [][]any
	for p, at := range times {
		for _, r := range d.rules[p.Workspace] {
			if len(d.spoken[p])+len(at) > r.Count {
				keys = append(keys, []any{p.Workspace, p.ID, r.ID, r.Version, r.outcome(), at[0].Add(-r.window())})
			}
		}
	}
	found, err := store.Keyed[struct {
		ID, Workspace, Person, Rule string
		Version                     int
		State                       string
		Messages                    list
		Reason                      Sentence
		At                          time.Time
	}](ctx, tx, `select id, workspace, person_id, rule_id, rule_version, state, message_ids, reason, at from (keys) k cross join verdict
		where workspace = k.column1 and person_id = k.column2 and rule_id = k.column3 and rule_version = k.column4 and state = k.column5 and at > k.column6`, keys)
	for _, f := range found {
		d.add(&ruling{ID: f.ID, of: under{Person{f.Workspace, f.Person}, f.Rule, f.Version, f.State}, messages: f.Messages, reason: f.Reason, at: f.At, known: true})
	}
	return err
}

func (d *Docket) add(r *ruling) {
	d.rulings[r.of] = append(d.rulings[r.of], r)
	d.order = append(d.order, r)
}

// Pronounce keeps a verdict, and gives the ruling that it belongs to: messages
// of one episode (same rule and version, same person, the last within the
// window) share one. What was ruled of a message stays as it was when other words of
// it are judged: that is another ruling. hold: what is ruled shall be carried out.
func (d *Docket) Pronounce(r Rule, s Subject, v Verdict) (rulingID string, hold bool) {
	of := under{Person{r.Workspace, s.PersonID}, r.ID, r.Version, r.outcome()}
	var open *ruling
	for _, one := range d.rulings[of] {
		if one.reason.Key != v.Reason.Key && one.messages.has(s.MessageID) {
			continue // of its former words
		}
		if one.at.After(s.At.Add(-r.window())) && (open == nil || one.at.After(open.at)) {
			open = one
		}
	}
	if open == nil {
		open = &ruling{ID: id.New(), of: of, kind: r.Kind, action: r.action()}
		d.add(open)
	}
	if open.messages.len() < 500 && !(s.Changed && open.messages.has(s.MessageID)) {
		open.messages = open.messages.with(s.MessageID)
	}
	open.reason, open.at, open.changed = v.Reason, s.At, true
	return open.ID, r.action() == "hold"
}
