package moderate_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/moderate"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
)

func TestTheMessageThatCrossesTheLineIsMeant(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	before := func(seconds ...int) []time.Time {
		var all []time.Time
		for _, s := range seconds {
			all = append(all, at.Add(-time.Duration(s)*time.Second))
		}
		return all
	}
	r := moderate.Rule{Mode: moderate.Live, Count: 3, Window: 60}
	for name, c := range map[string]struct {
		others []time.Time
		want   bool
	}{
		"three in a minute":              {before(1, 2), false},
		"four in a minute":               {before(1, 2, 3), true},
		"the oldest has left the window": {before(1, 2, 60), false},
		"the oldest is just inside":      {before(1, 2, 59), true},
		"what came later does not count": {append(before(1, 2), at.Add(time.Second)), false},
		"the same moment counts":         {before(0, 0, 0), true},
	} {
		if v := moderate.Judge(r, moderate.Subject{At: at, Others: c.others}); v.Guilty != c.want {
			t.Errorf("%s: %v", name, v)
		}
	}
	r.Mode = moderate.Off
	if moderate.Judge(r, moderate.Subject{At: at, Others: before(0, 0, 0, 0)}).Guilty {
		t.Error("a rule that is off judged")
	}
}

// Judging the same history again gives the very same verdicts, in any order in
// which the messages came in.
func TestAReplayGivesTheSameVerdicts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		start := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
		seconds := rapid.SliceOfN(rapid.IntRange(0, 300), 1, 40).Draw(t, "seconds")
		r := moderate.Rule{Mode: moderate.Live, Count: rapid.IntRange(1, 6).Draw(t, "count"), Window: rapid.IntRange(1, 120).Draw(t, "window")}
		judge := func(of []int) map[int]int {
			guilty := map[int]int{}
			for i, s := range of {
				var others []time.Time
				for j, o := range of {
					if i != j {
						others = append(others, start.Add(time.Duration(o)*time.Second))
					}
				}
				if moderate.Judge(r, moderate.Subject{At: start.Add(time.Duration(s) * time.Second), Others: others}).Guilty {
					guilty[s]++
				}
			}
			return guilty
		}
		if a, b := judge(seconds), judge(rapid.Permutation(seconds).Draw(t, "other order")); fmt.Sprint(a) != fmt.Sprint(b) {
			t.Fatalf("%v and %v", a, b)
		}
	})
}

func TestAnEpisodeIsOneRulingAndIsClosedOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		var ruling moderate.Ruling
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
			if err := moderate.Begin(ctx, tx, "w"); err != nil {
				return err
			}
			rules, err := moderate.Rules(ctx, tx, "w")
			if err != nil {
				return err
			}
			if rules[0].Mode != moderate.Shadow {
				t.Errorf("a new rule is %s: nothing may be hidden before somebody looked", rules[0].Mode)
			}
			r, err := moderate.Declare(ctx, tx, "w", rules[0].ID, moderate.Live, 2, 60)
			if err != nil {
				return err
			}
			for i := range 5 {
				s, err := moderate.Witness(ctx, tx, "w", "p", fmt.Sprint("m", i), tx.Now.Add(time.Duration(i)*time.Second), r.Window)
				if err != nil {
					return err
				}
				v := moderate.Judge(r, s)
				if v.Guilty != (i >= 2) {
					t.Errorf("message %d: %v", i, v)
				}
				if v.Guilty {
					if ruling, err = moderate.Pronounce(ctx, tx, r, s, v); err != nil {
						return err
					}
				}
			}
			if len(ruling.MessageIDs) != 3 || ruling.Reason.Params["n"] != 5 {
				t.Errorf("%+v", ruling)
			}
			return nil
		})
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
			if _, err := moderate.Get(ctx, tx, "other", ruling.ID); !fault.Is(err, fault.NotFound) {
				t.Errorf("another workspace reads it: %v", err)
			}
			if err := moderate.Close(ctx, tx, ruling, moderate.Undone, "Ada", "a mistake"); err != nil {
				return err
			}
			if err := moderate.Close(ctx, tx, ruling, moderate.Upheld, "Bob", ""); !fault.Is(err, fault.Conflict) {
				t.Errorf("closed twice: %v", err)
			}
			return nil
		})
	})
}
