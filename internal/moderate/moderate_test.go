package moderate_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/moderate"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
)

var began = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

func TestTheOneTooManyIsMeantAndWhatFollows(t *testing.T) {
	rule := moderate.Rule{Kind: "flooding", Mode: moderate.Live, Count: 3, Window: 60}
	at := func(seconds ...int) (all []time.Time) {
		for _, s := range seconds {
			all = append(all, began.Add(time.Duration(s)*time.Second))
		}
		return all
	}
	for _, c := range []struct {
		name   string
		rule   moderate.Rule
		now    int
		others []time.Time
		guilty bool
	}{
		{"as many as may be", rule, 20, at(0, 10), false},
		{"one more", rule, 30, at(0, 10, 20), true},
		{"the first has left the window", rule, 60, at(0, 10, 20), false},
		{"just inside of it", rule, 59, at(0, 10, 20), true},
		{"what came later is no matter", rule, 10, at(0, 20, 30, 40), false},
		{"all in the same second", rule, 0, at(0, 0, 0), true},
		{"off", moderate.Rule{Mode: moderate.Off, Count: 1, Window: 60}, 1, at(0, 0, 0), false},
		{"a rule without a number", moderate.Rule{Mode: moderate.Live, Window: 60}, 1, at(0, 0, 0), false},
	} {
		v := moderate.Judge(c.rule, moderate.Subject{At: began.Add(time.Duration(c.now) * time.Second), Others: c.others})
		if v.Guilty != c.guilty || v.Guilty != (v.Reason.Key == "flooding") {
			t.Errorf("%s: %+v", c.name, v)
		}
	}
}

// judged lets a person say something n times, a second apart, each in a batch of
// its own.
func judged(t *testing.T, db *store.DB, r moderate.Rule, person string, from, n int) (rulings []moderate.Ruling) {
	t.Helper()
	who := moderate.Person{Workspace: "w", ID: person}
	for i := from; i < from+n; i++ {
		at := began.Add(time.Duration(i) * time.Second)
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
			d, err := moderate.Open(ctx, tx, []moderate.Statement{{Person: who, At: at}})
			if err != nil {
				return err
			}
			s := d.Witness(who, fmt.Sprintf("%s%03d", person, i), at, r)
			v := moderate.Judge(r, s)
			if !v.Guilty {
				return d.Keep(ctx, tx)
			}
			id, hold := d.Pronounce(r, s, v)
			if err := d.Keep(ctx, tx); err != nil {
				return err
			}
			ruling, err := moderate.Get(ctx, tx, "w", id)
			if hold != (ruling.Action == "hold") {
				t.Errorf("it is to be held: %v, and the ruling is %+v", hold, ruling)
			}
			rulings = append(rulings, ruling)
			return err
		})
	}
	return rulings
}

func declared(t *testing.T, db *store.DB, mode string) (r moderate.Rule) {
	t.Helper()
	storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
		if err := moderate.Begin(ctx, tx, "w"); err != nil {
			return err
		}
		all, err := moderate.Rules(ctx, tx, "w")
		if err != nil {
			return err
		}
		if len(all) != 1 || all[0].Mode != moderate.Shadow && all[0].Version == 1 {
			t.Errorf("a new workspace has %+v", all)
		}
		r, err = moderate.Declare(ctx, tx, "w", all[0].ID, mode, 3, 60)
		return err
	})
	return r
}

func TestOneEpisodeIsOneRuling(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		rule := declared(t, db, moderate.Live)
		all := judged(t, db, rule, "a", 0, 6)
		if len(all) != 3 || all[2].ID != all[0].ID || len(all[2].MessageIDs) != 3 || all[0].MessageIDs[0] != "a003" || all[0].Action != "hold" || all[0].RuleVersion != rule.Version {
			t.Errorf("one flood gives %+v", all)
		}
		if others := judged(t, db, rule, "b", 0, 3); len(others) != 0 {
			t.Errorf("who said three things is judged by what another said: %+v", others)
		}
		if later := judged(t, db, rule, "a", 600, 4); len(later) != 1 || later[0].ID == all[0].ID {
			t.Errorf("ten minutes later it is %+v", later)
		}
		newer := declared(t, db, moderate.Live)
		if again := judged(t, db, newer, "a", 604, 1); len(again) != 1 || again[0].RuleVersion != newer.Version || newer.Version == rule.Version {
			t.Errorf("under the changed rule it is %+v", again)
		}
	})
}

func TestInShadowNothingIsDone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		all := judged(t, db, declared(t, db, moderate.Shadow), "a", 0, 4)
		if len(all) != 1 || all[0].Action != "none" || all[0].State != moderate.Shadow {
			t.Fatalf("in shadow it is %+v", all)
		}
		err := store.Do(t.Context(), db, func(ctx context.Context, tx *store.Tx) error {
			return moderate.Close(ctx, tx, all[0], moderate.Undone, "Camille", "")
		})
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("what was never done was undone: %v", err)
		}
	})
}

func TestARulingIsClosedOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ruling := judged(t, db, declared(t, db, moderate.Live), "a", 0, 4)[0]
		closing := func(state string) error {
			return store.Do(t.Context(), db, func(ctx context.Context, tx *store.Tx) error {
				return moderate.Close(ctx, tx, ruling, state, "Camille", "a stutter")
			})
		}
		if err := closing(moderate.Undone); err != nil {
			t.Fatal(err)
		}
		if err := closing(moderate.Upheld); !fault.Is(err, fault.Conflict) {
			t.Errorf("upheld after it was undone: %v", err)
		}
		storetest.View(t, db, func(ctx context.Context, tx *store.Tx) error {
			now, err := moderate.Get(ctx, tx, "w", ruling.ID)
			if now.State != moderate.Undone || now.ClosedBy != "Camille" || now.ClosedWhy != "a stutter" {
				t.Errorf("it is %+v", now)
			}
			return err
		})
		if next := judged(t, db, declared(t, db, moderate.Live), "a", 10, 1); len(next) != 1 || next[0].ID == ruling.ID {
			t.Errorf("an undone ruling went on: %+v", next)
		}
	})
}
