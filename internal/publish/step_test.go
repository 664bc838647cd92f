package publish_test

import (
	"context"
	"testing"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
)

// byActs: the first part takes several acts, a comment below it one.
func byActs(next publish.Claimed) network.Step {
	if next.After == nil {
		return network.Step{Name: network.Begun}
	}
	return network.Step{}
}

func claimByActs(t *testing.T, db *store.DB, publication string, token int64) (c publish.Claimed) {
	t.Helper()
	storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) (err error) {
		c, err = publish.Claim(ctx, tx, "w", publication, token, byActs)
		return err
	})
	return c
}

func reach(db *store.DB, p publish.Part, s network.Step) (now publish.Part, err error) {
	err = try(db, func(ctx context.Context, tx *store.Tx) error {
		now, err = publish.Reached(ctx, tx, p, s)
		return err
	})
	return now, err
}

func TestWhatNobodyCanSeeIsGoneOnWith(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		_, all := thread(t, db, []string{"film", "comment"}, "c")
		first := claimByActs(t, db, all[0].ID, 1)
		if first.Part.Step.Name != network.Begun || first.Part.Step.Since.IsZero() {
			t.Fatalf("it begins at %+v", first.Part.Step)
		}
		uploaded := network.Step{Name: "upload", State: []byte(`{"at":7}`), Done: 7, Total: 9}
		if _, err := reach(db, first.Part, uploaded); err != nil {
			t.Fatal(err)
		}
		// The holder dies. The next one goes on where it was, and the old one may not.
		again := claimByActs(t, db, all[0].ID, 2)
		if again.Former || again.Part.Step.Name != "upload" || string(again.Part.Step.State) != `{"at":7}` || !again.Part.Step.Since.Equal(first.Part.Step.Since) {
			t.Fatalf("gone on with as %+v", again)
		}
		if _, err := reach(db, first.Part, network.Step{Name: "publish", Public: true}); !fault.Is(err, fault.Conflict) {
			t.Errorf("who is gone goes on: %v", err)
		}
		now, err := reach(db, again.Part, network.Step{Name: "publish", Public: true})
		if err != nil {
			t.Fatal(err)
		}
		// From here on somebody may see it: it is looked for.
		if c := claimByActs(t, db, all[0].ID, 3); !c.Former {
			t.Fatalf("what may be public is %+v", c)
		}
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
			c, err := publish.Doubtful(ctx, tx, "w", all[0].ID)
			if err != nil {
				return err
			}
			if c.Part.Step.Name != now.Step.Name {
				t.Errorf("whoever looks does not know how far it came: %+v", c.Part.Step)
			}
			return publish.DueAgain(ctx, tx, c.Part)
		})
		last := claimByActs(t, db, all[0].ID, 4)
		if last.Former || last.Part.Step.Name != "publish" {
			t.Fatalf("absent, it is gone on with as %+v", last)
		}
		if err := settle(db, last.Part, "r1"); err != nil {
			t.Fatal(err)
		}
		if c := claimByActs(t, db, all[0].ID, 5); c.Part.Step.Name != "" || c.Last != true {
			t.Errorf("the comment is %+v", c)
		}
	})
}

func TestAPauseLetsGoAndKeepsThePlace(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		post, all := thread(t, db, []string{"film"}, "c")
		c := claimByActs(t, db, all[0].ID, 1)
		if err := try(db, func(ctx context.Context, tx *store.Tx) error {
			return publish.Pause(ctx, tx, c.Part, network.Step{Name: "process"})
		}); err != nil {
			t.Fatal(err)
		}
		if again := claimByActs(t, db, all[0].ID, 2); again.Former || again.Part.Step.Name != "process" {
			t.Errorf("after the pause: %+v", again)
		}
		if s := state(t, db, post.ID); s != publish.Publishing {
			t.Errorf("the post is %s", s)
		}
	})
}

func TestWhatIsBeingHandedOverCanBeStopped(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		for _, c := range []struct {
			step network.Step
			can  bool
		}{{network.Step{Name: "upload"}, true}, {network.Step{Name: "publish", Public: true}, false}} {
			post, all := thread(t, db, []string{"film"}, "c")
			held := claimByActs(t, db, all[0].ID, 1)
			held.Part, _ = reach(db, held.Part, c.step)
			err := try(db, func(ctx context.Context, tx *store.Tx) error {
				_, err := publish.Unschedule(ctx, tx, "w", post.ID, publish.Cancelled)
				return err
			})
			if (err == nil) != c.can {
				t.Errorf("at %s: %v", c.step.Name, err)
			}
			if !c.can {
				continue
			}
			if s := state(t, db, post.ID); s != publish.Cancelled {
				t.Errorf("stopped, the post is %s", s)
			}
			if err := settle(db, held.Part, "r"); !fault.Is(err, fault.Conflict) {
				t.Errorf("whoever was at it goes on: %v", err)
			}
		}
	})
}

func TestAFailureWhileHandingOverIsNoDoubt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		post, all := thread(t, db, []string{"film"}, "c")
		c := claimByActs(t, db, all[0].ID, 1)
		if _, err := reach(db, c.Part, network.Step{Name: "upload"}); err != nil {
			t.Fatal(err)
		}
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
			doubtful, err := publish.Stranded(ctx, tx, "w", all[0].ID, fault.New(fault.Unavailable, "Nobody there."))
			if doubtful {
				t.Error("it is doubtful, and nobody can have seen it")
			}
			return err
		})
		if s := state(t, db, post.ID); s != publish.Failed {
			t.Errorf("the post is %s", s)
		}
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error { return publish.Retry(ctx, tx, "w", all[0].ID) })
		if c := claimByActs(t, db, all[0].ID, 2); c.Part.Step.Name != network.Begun {
			t.Errorf("tried again, it begins at %+v", c.Part.Step)
		}
	})
}
