package api

import (
	"context"
	"slices"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/flow"
	"github.com/kithhq/kith/internal/inbox"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/team"
	"github.com/kithhq/kith/internal/view"
)

// Bulk is one act on several things. Every act asks for a state, so that asking twice
// comes to the same.
type Bulk struct {
	Act           string   `json:"act" enum:"read,done,reopen,hide,unhide,hold,release,delete,ban,unban,mute,unmute" doc:"read, done and reopen are about conversations; ban and mute about whoever wrote; the others about messages."`
	Conversations []string `json:"conversations,omitempty" maxItems:"50" nullable:"false" doc:"An act on messages concerns what the person of the conversation wrote there, the newest hundred."`
	Messages      []string `json:"messages,omitempty" maxItems:"50" nullable:"false"`
}

// BulkDone is what became of each.
type BulkDone struct {
	Outcomes List[Outcome] `json:"outcomes"`
}

// Outcome is what became of one thing.
type Outcome struct {
	ConversationID string `json:"conversation_id"`
	MessageID      string `json:"message_id" doc:"Empty: it is about the conversation, or there was nothing to do in it."`
	PersonID       string `json:"person_id" doc:"Of ban and mute."`
	Result         string `json:"result" enum:"done,unchanged,refused"`
	Kind           string `json:"kind,omitempty" doc:"Of a refusal, as of a problem."`
	Detail         string `json:"detail,omitempty" say:"" doc:"Why it was refused."`
	Hint           string `json:"hint,omitempty" say:""`
}

// act is what a bulk does to one thing.
type act struct {
	of    string // conversation, message, person
	audit string
	// moves says whether there is anything to do; nil: always.
	moves func(at at) bool
	do    func(ctx context.Context, d *Door, by access.Actor, id string) error
}

// at is how a thing stands before the act.
type at struct {
	conversation view.Conversation
	message      view.Message
	person       view.Person
}

func (d *Door) bulk() {
	acts := acts()
	way(d, route{id: "POST /bulk", name: "actOnSeveral", verb: access.Read, summary: "One act on several conversations, messages or their authors",
		notes: "Each is done for itself, as by its own operation, and recorded for itself: what cannot be done says why and keeps nothing else back. What is not there refuses the whole before anything is done. A long list is best asked in several, so that one sees how far it is and can stop."},
		func(ctx context.Context, by access.Actor, in *struct{ Body Bulk }) (said BulkDone, err error) {
			act := acts[in.Body.Act]
			var all []at
			if err := store.View(ctx, d.House.DB, func(ctx context.Context, tx *store.Tx) (err error) {
				all, err = concerned(ctx, tx, by, in.Body, act)
				return err
			}); err != nil {
				return said, err
			}
			for _, it := range all {
				said.Outcomes = append(said.Outcomes, d.one(ctx, by, act, it))
			}
			return said, nil
		})
}

// one does the act on one thing and says what became of it. Like a way, it is recorded
// in the transaction in which it takes effect.
func (d *Door) one(ctx context.Context, by access.Actor, act act, it at) Outcome {
	o := Outcome{ConversationID: it.conversation.ID, MessageID: it.message.ID, PersonID: it.person.ID, Result: "unchanged"}
	id := map[string]string{"conversation": it.conversation.ID, "message": it.message.ID, "person": it.person.ID}[act.of]
	if id == "" || act.moves != nil && !act.moves(it) {
		return o
	}
	record := func(ctx context.Context, tx *store.Tx) error {
		if act.audit == "" {
			return nil
		}
		return team.Record(ctx, tx, by, act.audit, act.of+":"+id, "")
	}
	written := false
	err := act.do(flow.Beside(ctx, func(ctx context.Context, tx *store.Tx) error {
		tx.AfterCommit(func() { written = true })
		return record(ctx, tx)
	}), d, by, id)
	if err == nil && !written {
		if lost := store.Do(context.WithoutCancel(ctx), d.House.DB, record); lost != nil {
			d.log.WarnContext(ctx, "what was done could not be recorded", "request", callOf(ctx).id, "audit", act.audit, "error", lost)
		}
	}
	if err != nil {
		p := problemOf(err)
		if p.Status >= 500 && ctx.Err() == nil {
			d.log.ErrorContext(ctx, "refused", "request", callOf(ctx).id, "kind", p.Kind, "error", err.Error())
		}
		o.Result, o.Kind, o.Detail, o.Hint = "refused", p.Kind, p.Detail, p.Hint
		return o
	}
	o.Result = "done"
	return o
}

// concerned are the things that an act is about, each once, in the order asked.
func concerned(ctx context.Context, tx *store.Tx, by access.Actor, in Bulk, act act) (all []at, err error) {
	people := map[string]view.Person{}
	add := func(it at, personID string) error {
		if act.of == "person" && personID != "" {
			p, known := people[personID]
			if !known {
				if p, err = view.OnePerson(ctx, tx, by, personID); err != nil {
					return err
				}
				people[personID] = p
			}
			it.person = p
		}
		same := func(o at) bool {
			switch act.of {
			case "person":
				return o.person.ID == it.person.ID && o.person.ID != ""
			case "message":
				return o.message.ID == it.message.ID && o.message.ID != ""
			}
			return o.conversation.ID == it.conversation.ID
		}
		if !slices.ContainsFunc(all, same) {
			all = append(all, it)
		}
		return nil
	}
	for _, id := range in.Conversations {
		c, err := view.OneConversation(ctx, tx, by, id)
		if err != nil {
			return nil, err
		}
		if act.of != "message" {
			if err := add(at{conversation: c}, c.PersonID); err != nil {
				return nil, err
			}
			continue
		}
		page, err := view.Messages(ctx, tx, by, id, "", 100)
		if err != nil {
			return nil, err
		}
		any := false
		for _, m := range page.Items {
			it := at{conversation: c, message: m}
			if m.FromUs || c.PersonID != "" && m.PersonID != c.PersonID || m.State == inbox.Deleted || act.moves != nil && !act.moves(it) {
				continue
			}
			any = true
			if err := add(it, ""); err != nil {
				return nil, err
			}
		}
		if !any {
			all = append(all, at{conversation: c})
		}
	}
	for _, id := range in.Messages {
		m, err := view.OneMessage(ctx, tx, by, id)
		if err != nil {
			return nil, err
		}
		c, err := view.OneConversation(ctx, tx, by, m.ConversationID)
		if err != nil {
			return nil, err
		}
		if err := add(at{conversation: c, message: m}, m.PersonID); err != nil {
			return nil, err
		}
	}
	if len(all) == 0 {
		return nil, fault.New(fault.Invalid, "Nothing was chosen.").On("conversations").WithHint("Name the conversations or messages that it is about.")
	}
	return all, nil
}

// acts are the single acts that may be done to several things.
func acts() map[string]act {
	finish := func(done bool) func(context.Context, *Door, access.Actor, string) error {
		return func(ctx context.Context, d *Door, by access.Actor, id string) error {
			if err := by.May(access.Reply); err != nil {
				return err
			}
			return d.settled(ctx, by, id, func(ctx context.Context, tx *store.Tx) error {
				return inbox.Finish(ctx, tx, by.Workspace, id, done)
			})
		}
	}
	hide := func(on bool) func(context.Context, *Door, access.Actor, string) error {
		return func(ctx context.Context, d *Door, by access.Actor, id string) error {
			return d.House.Hide(ctx, by, id, on)
		}
	}
	hold := func(on bool) func(context.Context, *Door, access.Actor, string) error {
		return func(ctx context.Context, d *Door, by access.Actor, id string) error {
			return d.House.Hold(ctx, by, id, on)
		}
	}
	ban := func(on bool) func(context.Context, *Door, access.Actor, string) error {
		return func(ctx context.Context, d *Door, by access.Actor, id string) error {
			_, err := d.House.Ban(ctx, by, id, on)
			return err
		}
	}
	mute := func(on bool) func(context.Context, *Door, access.Actor, string) error {
		return func(ctx context.Context, d *Door, by access.Actor, id string) error {
			_, err := d.House.Mute(ctx, by, id, on)
			return err
		}
	}
	withheld := func(it at) bool { return it.message.State == inbox.Held || it.message.State == inbox.Hidden }
	return map[string]act{
		"read": {of: "conversation", moves: func(it at) bool { return it.conversation.Unread > 0 }, do: func(ctx context.Context, d *Door, by access.Actor, id string) error {
			return d.settled(ctx, by, id, func(ctx context.Context, tx *store.Tx) error { return inbox.Read(ctx, tx, by.Workspace, id) })
		}},
		"done":    {of: "conversation", moves: func(it at) bool { return it.conversation.State != "done" }, do: finish(true)},
		"reopen":  {of: "conversation", moves: func(it at) bool { return it.conversation.State != "open" }, do: finish(false)},
		"hide":    {of: "message", audit: "message.hide", moves: func(it at) bool { return it.message.State != inbox.Hidden }, do: hide(true)},
		"unhide":  {of: "message", audit: "message.unhide", moves: withheld, do: hide(false)},
		"hold":    {of: "message", audit: "message.hold", moves: func(it at) bool { return !withheld(it) }, do: hold(true)},
		"release": {of: "message", audit: "message.release", moves: func(it at) bool { return it.message.State == inbox.Held }, do: hold(false)},
		"delete": {of: "message", audit: "message.delete", moves: func(it at) bool { return it.message.State != inbox.Deleted }, do: func(ctx context.Context, d *Door, by access.Actor, id string) error {
			return d.House.Remove(ctx, by, id)
		}},
		"ban":    {of: "person", audit: "person.ban", moves: func(it at) bool { return !it.person.Blocked }, do: ban(true)},
		"unban":  {of: "person", audit: "person.ban", moves: func(it at) bool { return it.person.Blocked }, do: ban(false)},
		"mute":   {of: "person", audit: "person.mute", moves: func(it at) bool { return !it.person.Muted }, do: mute(true)},
		"unmute": {of: "person", audit: "person.mute", moves: func(it at) bool { return it.person.Muted }, do: mute(false)},
	}
}

// settled changes one conversation and tells the screens that show it.
func (d *Door) settled(ctx context.Context, by access.Actor, id string, change func(ctx context.Context, tx *store.Tx) error) error {
	return store.Do(ctx, d.House.DB, func(ctx context.Context, tx *store.Tx) error {
		if _, err := view.OneConversation(ctx, tx, by, id); err != nil {
			return err
		}
		if err := change(ctx, tx); err != nil {
			return err
		}
		d.House.Tell(tx, by.Workspace, "inbox", id)
		return nil
	})
}
