package publish_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
)

func prepare(t *testing.T, db *store.DB, publication string, token int64) (c publish.Claimed, ready bool) {
	t.Helper()
	storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) (err error) {
		c, ready, err = publish.Prepare(ctx, tx, "w", publication, token, byActs)
		return err
	})
	return c, ready
}

// later gives a post another moment, as it stands, and what it had come to before.
func later(t *testing.T, db *store.DB, post string, at time.Time) (before []publish.Stopped, now publish.Publication) {
	t.Helper()
	storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) (err error) {
		if before, err = publish.Unschedule(ctx, tx, "w", post, publish.Draft); err != nil {
			return err
		}
		all, err := publish.Schedule(ctx, tx, "w", post, at)
		if err == nil {
			now = all[0]
		}
		return err
	})
	return before, now
}

func TestWhatIsHandedOverAheadStaysScheduled(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		post, all := thread(t, db, []string{"film", "comment"}, "c")
		due := time.Now().Add(time.Hour)
		later(t, db, post.ID, due)
		c, ready := prepare(t, db, all[0].ID, 1)
		if ready || c.Part.Step.Name != network.Begun || state(t, db, post.ID) != publish.Scheduled {
			t.Fatalf("%+v, %t, %s", c, ready, state(t, db, post.ID))
		}
		if err := try(db, func(ctx context.Context, tx *store.Tx) error {
			return publish.Release(ctx, tx, c.Part, "Nobody there.")
		}); err != nil {
			t.Fatal(err)
		}
		if s := state(t, db, post.ID); s != publish.Scheduled {
			t.Errorf("given back before its time it is %s", s)
		}
		c, _ = prepare(t, db, all[0].ID, 2)
		c, _ = prepare(t, db, all[0].ID, 3) // the holder died: nobody saw anything
		if c.Part.Token != 3 {
			t.Errorf("held by %d", c.Part.Token)
		}
		p, err := reach(db, c.Part, network.Step{Name: "publish", Public: true})
		if err != nil {
			t.Fatal(err)
		}
		if err := try(db, func(ctx context.Context, tx *store.Tx) error { return publish.Pause(ctx, tx, p, p.Step) }); err != nil {
			t.Fatal(err)
		}
		if _, ready := prepare(t, db, all[0].ID, 4); !ready || state(t, db, post.ID) != publish.Scheduled {
			t.Errorf("ready: %t, and the post is %s", ready, state(t, db, post.ID))
		}
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
			now, err := publish.GetPublication(ctx, tx, "w", all[0].ID)
			if err == nil && now.ErrorText != "" {
				t.Errorf("what has passed is still said: %s", now.ErrorText)
			}
			return err
		})
		last := claimByActs(t, db, all[0].ID, 5)
		if last.Former || last.Part.Step.Name != "publish" || state(t, db, post.ID) != publish.Publishing {
			t.Errorf("at its time it is gone on with as %+v", last)
		}
		if _, ready := prepare(t, db, all[0].ID, 6); !ready {
			t.Error("what can be seen is done ahead")
		}
	})
}

func TestWhatIsLateIsOnItsWay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		post, all := thread(t, db, []string{"film"}, "c")
		if _, ready := prepare(t, db, all[0].ID, 1); ready || state(t, db, post.ID) != publish.Publishing {
			t.Errorf("ready: %t, and the post is %s", ready, state(t, db, post.ID))
		}
	})
}

func TestAMovedPostKeepsWhatStillHolds(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		post, all := thread(t, db, []string{"film"}, "c")
		due := time.Now().Add(time.Hour)
		later(t, db, post.ID, due)
		c, _ := prepare(t, db, all[0].ID, 1)
		if _, err := reach(db, c.Part, network.Step{Name: "upload", State: []byte(`{"at":7}`)}); err != nil {
			t.Fatal(err)
		}
		carry := func(want bool, what string, before publish.Part, to publish.Publication, until time.Time) {
			t.Helper()
			storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
				kept, err := publish.Carry(ctx, tx, to, before, until)
				if err == nil && kept != want {
					t.Errorf("%s: kept %t", what, kept)
				}
				return err
			})
		}
		before, now := later(t, db, post.ID, due.Add(time.Minute))
		was := before[0].Parts[0]
		if !was.Begun() || was.State == "sent" {
			t.Fatalf("it was %+v", was)
		}
		carry(false, "its life is over", was, now, now.DueAt)
		other := was
		other.Content.Title = "Other"
		carry(false, "it says something else", other, now, now.DueAt.Add(time.Hour))
		carry(true, "as it was", was, now, now.DueAt.Add(time.Second))
		// Whoever was at it goes on no more; the next one goes on where it was.
		if _, err := reach(db, c.Part, network.Step{Name: "process"}); !fault.Is(err, fault.Conflict) {
			t.Errorf("who is gone goes on: %v", err)
		}
		next, _ := prepare(t, db, all[0].ID, 1)
		if next.Part.Step.Name != "upload" || string(next.Part.Step.State) != `{"at":7}` || !next.Part.Step.Since.Equal(was.Step.Since) {
			t.Errorf("gone on with as %+v", next.Part.Step)
		}
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
			all, err := publish.Steps(ctx, tx, "w", "c", tx.Now)
			if err == nil && (len(all) != 1 || !json.Valid(all[0].State)) {
				t.Errorf("the channel has come to %+v", all)
			}
			return err
		})
	})
}

func TestWhatWasRefusedIsTakenBackToBeMended(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		post, all := thread(t, db, []string{"film", "comment"}, "c")
		c := claimByActs(t, db, all[0].ID, 1)
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
			return publish.Fail(ctx, tx, c.Part, fault.New(fault.Invalid, "No film."))
		})
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
			back, err := publish.Unschedule(ctx, tx, "w", post.ID, publish.Draft)
			if err == nil && (len(back) != 1 || len(back[0].Parts) != 2) {
				t.Errorf("taken back: %+v", back)
			}
			return err
		})
		if s := state(t, db, post.ID); s != publish.Draft {
			t.Errorf("the post is %s", s)
		}
		// Once something of it is out, it stays as it is.
		post, all = thread(t, db, []string{"film", "comment"}, "c")
		if err := settle(db, claimByActs(t, db, all[0].ID, 1).Part, "r1"); err != nil {
			t.Fatal(err)
		}
		c = claimByActs(t, db, all[0].ID, 1)
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
			return publish.Fail(ctx, tx, c.Part, fault.New(fault.Invalid, "No comment."))
		})
		if err := try(db, func(ctx context.Context, tx *store.Tx) error {
			_, err := publish.Unschedule(ctx, tx, "w", post.ID, publish.Draft)
			return err
		}); !fault.Is(err, fault.Conflict) {
			t.Errorf("half of it is out: %v", err)
		}
	})
}
