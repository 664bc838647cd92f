package publish_test

import (
	"context"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
)

var (
	actor = access.Actor{User: "u", Name: "Camille", Workspace: "w", Role: access.Owner}
	due   = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
)

// thread schedules a post of some parts on some channels.
func thread(t *testing.T, db *store.DB, texts []string, channels ...string) (post publish.Post, all []publish.Publication) {
	t.Helper()
	parts := make([]publish.Content, len(texts))
	for i, text := range texts {
		parts[i] = publish.Content{Text: text}
	}
	var targets []publish.Target
	for _, c := range channels {
		targets = append(targets, publish.Target{ChannelID: c, Network: "mastodon"})
	}
	storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) (err error) {
		if post, err = publish.Save(ctx, tx, actor, "", 0, parts, targets); err != nil {
			return err
		}
		all, err = publish.Schedule(ctx, tx, "w", post.ID, due)
		return err
	})
	return post, all
}

func claim(t *testing.T, db *store.DB, publication string, token int64) (c publish.Claimed) {
	t.Helper()
	storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) (err error) {
		c, err = publish.Claim(ctx, tx, "w", publication, token, inOne)
		return err
	})
	return c
}

// inOne: one act publishes a part.
func inOne(publish.Claimed) network.Step { return network.Step{} }

func try(db *store.DB, do func(ctx context.Context, tx *store.Tx) error) error {
	return store.Do(context.Background(), db, do)
}

func settle(db *store.DB, p publish.Part, remote string) error {
	return try(db, func(ctx context.Context, tx *store.Tx) error {
		return publish.Settle(ctx, tx, p, network.Sent{Ref: network.Ref{ID: remote, URL: "https://x.test/" + remote}, At: due})
	})
}

func state(t *testing.T, db *store.DB, post string) (s string) {
	t.Helper()
	storetest.View(t, db, func(ctx context.Context, tx *store.Tx) error {
		p, err := publish.Get(ctx, tx, "w", post)
		s = p.State
		return err
	})
	return s
}

func TestAThreadIsClaimedPartByPart(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		post, all := thread(t, db, []string{"one", "two", "three"}, "c")
		for i, remote := range []string{"r1", "r2", "r3"} {
			c := claim(t, db, all[0].ID, 5)
			if c.Former || c.Part.Position != i || c.Last != (i == 2) {
				t.Fatalf("claim %d gives %+v", i, c)
			}
			if i > 0 && (c.Root == nil || c.Root.ID != "r1" || c.After == nil || c.After.ID != []string{"r1", "r2"}[i-1]) {
				t.Errorf("part %d hangs below %+v, root %+v", i, c.After, c.Root)
			}
			if s := state(t, db, post.ID); s != publish.Publishing {
				t.Errorf("before part %d is out the post is %s", i, s)
			}
			if err := settle(db, c.Part, remote); err != nil {
				t.Fatal(err)
			}
		}
		if c := claim(t, db, all[0].ID, 5); !c.Done() || state(t, db, post.ID) != publish.Published {
			t.Errorf("after its last part the post is %s, and a claim gives %+v", state(t, db, post.ID), c)
		}
	})
}

func TestWhatWasClaimedBeforeIsLookedForFirst(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		post, all := thread(t, db, []string{"one", "two"}, "c")
		sleeper := claim(t, db, all[0].ID, 1)
		if c := claim(t, db, all[0].ID, 2); !c.Former || c.Part.ID != sleeper.Part.ID {
			t.Fatalf("a claimed part was handed out: %+v", c)
		}
		if s := state(t, db, post.ID); s != publish.Unclear {
			t.Errorf("the post is %s", s)
		}
		if c := claim(t, db, all[0].ID, 3); !c.Done() {
			t.Errorf("while one part is unclear, a claim gives %+v", c)
		}
		if err := settle(db, sleeper.Part, "r1"); !fault.Is(err, fault.Conflict) {
			t.Errorf("who was only asleep settled: %v", err)
		}
		var doubtful publish.Claimed
		storetest.View(t, db, func(ctx context.Context, tx *store.Tx) (err error) {
			doubtful, err = publish.Doubtful(ctx, tx, "w", all[0].ID)
			return err
		})
		if doubtful.Part.ID != sleeper.Part.ID || doubtful.Last || doubtful.Part.Key != sleeper.Part.Key {
			t.Errorf("in doubt is %+v", doubtful)
		}
		if err := settle(db, doubtful.Part, "r1"); err != nil {
			t.Fatal(err)
		}
		if c := claim(t, db, all[0].ID, 4); c.Former || c.Part.Position != 1 || c.After.ID != "r1" {
			t.Errorf("then the next part is %+v", c)
		}
	})
}

func TestOneLookThatMissedProvesNothing(t *testing.T) {
	now := due
	for name, open := range map[string]func(testing.TB, ...store.Option) *store.DB{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			db := open(t, store.WithNow(func() time.Time { return now }))
			_, all := thread(t, db, []string{"one"}, "c")
			key := claim(t, db, all[0].ID, 1).Part.Key
			claim(t, db, all[0].ID, 2)
			for i, step := range []struct {
				after time.Duration
				again bool
			}{{0, false}, {5 * time.Second, false}, {6 * time.Second, true}} {
				now = now.Add(step.after)
				var again bool
				storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
					c, err := publish.Doubtful(ctx, tx, "w", all[0].ID)
					if err == nil {
						again, err = publish.Missed(ctx, tx, c.Part, 10*time.Second)
					}
					return err
				})
				if again != step.again {
					t.Errorf("look %d: due again is %v", i, again)
				}
			}
			if c := claim(t, db, all[0].ID, 3); c.Former || c.Part.Key != key {
				t.Errorf("what is due again is %+v, its key was %s", c, key)
			}
		})
	}
}

func TestTwoPartsNeverStandForOneRemotePost(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		_, first := thread(t, db, []string{"same"}, "c")
		_, second := thread(t, db, []string{"same"}, "c")
		a, b := claim(t, db, first[0].ID, 1), claim(t, db, second[0].ID, 2)
		if a.Part.Fingerprint != b.Part.Fingerprint || a.Part.Key == b.Part.Key {
			t.Errorf("fingerprints %s %s, keys %s %s", a.Part.Fingerprint, b.Part.Fingerprint, a.Part.Key, b.Part.Key)
		}
		if err := settle(db, a.Part, "r"); err != nil {
			t.Fatal(err)
		}
		if err := settle(db, b.Part, "r"); err == nil {
			t.Error("two parts stand for one remote post")
		}
	})
}

func TestAPostIsAsFarAsItsPublicationThatNeedsMost(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		post, all := thread(t, db, []string{"one"}, "a", "b", "c")
		parts := make([]publish.Part, 3)
		for i, p := range all {
			parts[i] = claim(t, db, p.ID, int64(i+1)).Part
		}
		for i, step := range []struct {
			want string
			do   func(ctx context.Context, tx *store.Tx) error
		}{
			{publish.Publishing, func(ctx context.Context, tx *store.Tx) error {
				return publish.Settle(ctx, tx, parts[0], network.Sent{Ref: network.Ref{ID: "r"}})
			}},
			{publish.Failed, func(ctx context.Context, tx *store.Tx) error {
				return publish.Fail(ctx, tx, parts[1], fault.New(fault.Invalid, "Too long."))
			}},
			{publish.Unclear, func(ctx context.Context, tx *store.Tx) error { return publish.Doubt(ctx, tx, parts[2], "No answer.") }},
			{publish.Failed, func(ctx context.Context, tx *store.Tx) error {
				c, err := publish.Doubtful(ctx, tx, "w", all[2].ID)
				if err != nil {
					return err
				}
				return publish.Settle(ctx, tx, c.Part, network.Sent{Ref: network.Ref{ID: "r"}})
			}},
			{publish.Scheduled, func(ctx context.Context, tx *store.Tx) error { return publish.Retry(ctx, tx, "w", all[1].ID) }},
		} {
			if err := try(db, step.do); err != nil {
				t.Fatalf("step %d: %v", i, err)
			}
			if s := state(t, db, post.ID); s != step.want {
				t.Errorf("step %d: the post is %s, not %s", i, s, step.want)
			}
		}
	})
}

func TestWhatBeganToLeaveCannotBeTakenBackOrChanged(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		post, all := thread(t, db, []string{"one"}, "a", "b")
		claim(t, db, all[0].ID, 1)
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
			waiting, err := publish.Unschedule(ctx, tx, "w", post.ID, publish.Cancelled)
			if len(waiting) != 1 {
				t.Errorf("%d were taken back, one had not begun", len(waiting))
			}
			return err
		})
		if c := claim(t, db, all[1].ID, 2); !c.Done() {
			t.Errorf("what was taken back was claimed: %+v", c)
		}
		for what, do := range map[string]func(ctx context.Context, tx *store.Tx) error{
			"change": func(ctx context.Context, tx *store.Tx) error {
				now, err := publish.Get(ctx, tx, "w", post.ID)
				if err == nil {
					_, err = publish.Save(ctx, tx, actor, post.ID, now.Revision, []publish.Content{{Text: "other"}}, nil)
				}
				return err
			},
			"schedule": func(ctx context.Context, tx *store.Tx) error {
				_, err := publish.Schedule(ctx, tx, "w", post.ID, due)
				return err
			},
			"delete": func(ctx context.Context, tx *store.Tx) error { return publish.Delete(ctx, tx, "w", post.ID) },
			"take back": func(ctx context.Context, tx *store.Tx) error {
				_, err := publish.Unschedule(ctx, tx, "w", post.ID, publish.Draft)
				return err
			},
		} {
			if err := try(db, do); !fault.Is(err, fault.Conflict) {
				t.Errorf("%s: %v", what, err)
			}
		}
	})
}

func TestAChangeBeginsFromTheNewest(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		var post publish.Post
		save := func(revision int64, text string) error {
			return try(db, func(ctx context.Context, tx *store.Tx) (err error) {
				post, err = publish.Save(ctx, tx, actor, post.ID, revision, []publish.Content{{Text: text}}, nil)
				return err
			})
		}
		if err := save(0, "first"); err != nil {
			t.Fatal(err)
		}
		id, begun := post.ID, post.Revision
		if err := save(begun, "second"); err != nil {
			t.Fatal(err)
		}
		post.ID = id
		if err := save(begun, "lost update"); !fault.Is(err, fault.Conflict) {
			t.Errorf("a change over somebody else's: %v", err)
		}
	})
}

func TestAFingerprintForgivesSpacesAndForms(t *testing.T) {
	of := func(s string) string { return publish.Fingerprint(s, 0) }
	if of("caf\u00e9  noir\n") != of("cafe\u0301 noir") || of("a") == of("b") || of("a") == publish.Fingerprint("a", 1) {
		t.Error("a fingerprint tells apart what is the same, or the other way round")
	}
}
