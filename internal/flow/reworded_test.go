package flow_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/inbox"
	"github.com/kithhq/kith/internal/moderate"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
)

// below is what a person does to comments below our post, each a while after the former.
func (h *house) below(t *testing.T, who, verb string, from, between time.Duration, ids ...string) {
	t.Helper()
	for i, id := range ids {
		h.apply(t, h.facts(t, [][]byte{told(from+time.Duration(i)*between, who, verb, id, "71_1", fmt.Sprintf("%s after %v", verb, from+time.Duration(i)*between))}))
	}
}

// ruled gives the rulings about a person, the first first, with the network's ids of what
// they name; and where the comments of an id stand.
func (h *house) ruled(t *testing.T, who string) (all []moderate.Ruling, named [][]string) {
	t.Helper()
	storetest.View(t, h.DB, func(ctx context.Context, tx *store.Tx) error {
		ids, err := store.All[string](ctx, tx, "select v.id from verdict v join identity i on i.person_id = v.person_id where i.remote_id = $1 order by v.id", who)
		for _, id := range ids {
			r, err := moderate.Get(ctx, tx, "w", id)
			if err != nil {
				return err
			}
			var remote []string
			for _, m := range r.MessageIDs {
				one, err := inbox.Get(ctx, tx, "w", m)
				if err != nil {
					return err
				}
				remote = append(remote, one.RemoteID)
			}
			all, named = append(all, r), append(named, remote)
		}
		return err
	})
	return all, named
}

func (h *house) state(t *testing.T, id string) (state string) {
	t.Helper()
	storetest.View(t, h.DB, func(ctx context.Context, tx *store.Tx) error {
		m, err := inbox.Known(ctx, tx, "w", h.channels["71"][1], id)
		state = m.State
		return err
	})
	return state
}

// Whoever was heard with harmless words and puts others in their place is judged by the
// others, as if they were said then.
func TestAChangedCommentIsJudgedAgain(t *testing.T) {
	each(t, func(t *testing.T, open func() *house) {
		h := open()
		four := []string{"1_1", "1_2", "1_3", "1_4"}
		h.below(t, "501", "add", 0, 10*time.Minute, four...)
		if all, _ := h.ruled(t, "501"); len(all) != 0 {
			t.Fatalf("four comments in half an hour: %+v", all)
		}
		h.below(t, "501", "edited", time.Hour, 5*time.Second, four...)
		all, named := h.ruled(t, "501")
		if len(all) != 1 || !slices.Equal(named[0], []string{"1_4"}) || all[0].Reason.Key != "flooding_changed" || h.state(t, "1_4") != inbox.Held || h.state(t, "1_3") != inbox.Visible {
			t.Errorf("four changes in a minute: %+v of %v; the last is %s, the one before %s", all, named, h.state(t, "1_4"), h.state(t, "1_3"))
		}

		h.below(t, "502", "add", 2*time.Hour, time.Second, "2_1", "2_2")
		h.below(t, "502", "edited", 2*time.Hour+5*time.Second, 5*time.Second, "2_1", "2_1", "2_2", "2_1", "2_2")
		if all, _ := h.ruled(t, "502"); len(all) != 0 {
			t.Errorf("who mends two comments again and again floods nothing: %+v", all)
		}
	})
}

func TestAFormerVerdictStaysWhenACommentIsChanged(t *testing.T) {
	each(t, func(t *testing.T, open func() *house) {
		h := open()
		h.below(t, "501", "add", 0, 5*time.Second, "1_1", "1_2", "1_3", "1_4")
		before, _ := h.ruled(t, "501")
		h.below(t, "501", "edited", 20*time.Second, time.Second, "1_4", "1_4")
		all, named := h.ruled(t, "501")
		if len(before) != 1 || len(all) != 2 || fmt.Sprint(all[0]) != fmt.Sprint(before[0]) {
			t.Fatalf("before it was changed: %+v; after it: %+v", before, all)
		}
		if !slices.Equal(named[0], []string{"1_4"}) || !slices.Equal(named[1], []string{"1_4"}) || all[1].Reason.Key != "flooding_changed" {
			t.Errorf("they name %v, and the second says %+v", named, all[1].Reason)
		}
		camille := access.Actor{User: "u", Workspace: "w", Name: "Camille", Role: access.Owner}
		for i, want := range []string{inbox.Held, inbox.Visible} {
			if err := h.Undo(t.Context(), camille, all[i].ID, "a stutter"); err != nil {
				t.Fatal(err)
			}
			if state := h.state(t, "1_4"); state != want {
				t.Errorf("after %d of two verdicts was undone it is %s", i+1, state)
			}
		}
		h.below(t, "501", "edited", 30*time.Second, time.Second, "1_4")
		if all, _ := h.ruled(t, "501"); len(all) != 3 || all[1].State != moderate.Undone || all[2].State != moderate.InForce || h.state(t, "1_4") != inbox.Held {
			t.Errorf("changed once more after that: %+v, and it is %s", all, h.state(t, "1_4"))
		}
	})
}

// What is deleted on the network is read nowhere here: not in the list, nor by search.
func TestWordsThatAreGoneAreNotInTheList(t *testing.T) {
	each(t, func(t *testing.T, open func() *house) {
		h := open()
		last := func() (all []string) {
			storetest.View(t, h.DB, func(ctx context.Context, tx *store.Tx) (err error) {
				all, err = store.All[string](ctx, tx, "select last_text from conversation order by thread")
				return err
			})
			return all
		}
		h.below(t, "501", "add", 0, time.Second, "1_1", "1_2")
		h.below(t, "501", "edited", 2*time.Second, time.Second, "1_1")
		h.below(t, "501", "remove", 5*time.Second, time.Second, "1_1")
		if got := last(); len(got) != 2 || got[0] != "" || got[1] != "add after 1s" {
			t.Errorf("the list says %q", got)
		}
	})
}
