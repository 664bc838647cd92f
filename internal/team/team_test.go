package team_test

import (
	"context"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
	"github.com/kithhq/kith/internal/team"
)

const cheap = "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA" // fits nothing

// house makes a workspace with its owner.
func house(t *testing.T, db *store.DB, email string) (team.Workspace, access.Actor) {
	t.Helper()
	var w team.Workspace
	var by access.Actor
	storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
		var err error
		if w, err = team.Begin(ctx, tx, "Radio", "Europe/Paris", "fr"); err != nil {
			return err
		}
		a, err := team.Own(ctx, tx, w.ID, email, "Ada", cheap)
		by = access.Actor{User: a.ID, Name: a.Name, Workspace: w.ID, Role: access.Owner}
		return err
	})
	return w, by
}

// joins lets somebody accept an invitation.
func joins(t *testing.T, db *store.DB, by access.Actor, email string, role access.Role, channels []string) (cookie string, c team.Caller) {
	t.Helper()
	storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
		_, token, err := team.Invite(ctx, tx, by, email, role, channels)
		if err != nil {
			return err
		}
		cookie, c, err = team.Accept(ctx, tx, token, "Ben", cheap, false)
		return err
	})
	return cookie, c
}

func refuses(t *testing.T, db *store.DB, kind fault.Kind, write func(ctx context.Context, tx *store.Tx) error) {
	t.Helper()
	if err := store.Do(context.Background(), db, write); !fault.Is(err, kind) {
		t.Helper()
		t.Fatalf("want %v, got %v", kind, err)
	}
}

func TestARightHoldsAtOnceAndEndsAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		_, owner := house(t, db, "ada@example.org")
		cookie, ben := joins(t, db, owner, "Ben@Example.org", access.Moderator, []string{"c1"})
		if ben.Actor.Role != access.Moderator || !ben.Actor.Sees("c1") || ben.Actor.Sees("c2") {
			t.Fatalf("%+v", ben.Actor)
		}
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
			_, err := team.ChangeMember(ctx, tx, owner, ben.Actor.User, access.Analyst, nil)
			return err
		})
		storetest.View(t, db, func(ctx context.Context, tx *store.Tx) error {
			c, err := team.BySession(ctx, tx, cookie)
			if c.Actor.Role != access.Analyst || c.Actor.Channels != nil {
				t.Errorf("%+v", c.Actor)
			}
			return err
		})
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
			return team.RemoveMember(ctx, tx, owner, ben.Actor.User)
		})
		refuses(t, db, fault.Denied, func(ctx context.Context, tx *store.Tx) error {
			_, err := team.BySession(ctx, tx, cookie)
			return err
		})
		refuses(t, db, fault.NotFound, func(ctx context.Context, tx *store.Tx) error {
			_, err := team.GetAccount(ctx, tx, ben.Actor.User)
			return err
		})
	})
}

func TestAWorkspaceAlwaysHasAnOwner(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		_, owner := house(t, db, "ada@example.org")
		demote := func(ctx context.Context, tx *store.Tx) error {
			_, err := team.ChangeMember(ctx, tx, owner, owner.User, access.Manager, nil)
			return err
		}
		refuses(t, db, fault.Conflict, demote)
		refuses(t, db, fault.Conflict, func(ctx context.Context, tx *store.Tx) error {
			return team.RemoveMember(ctx, tx, owner, owner.User)
		})
		refuses(t, db, fault.Invalid, func(ctx context.Context, tx *store.Tx) error {
			_, _, err := team.Invite(ctx, tx, owner, "x@example.org", access.Owner, []string{"c1"})
			return err
		})
		joins(t, db, owner, "ben@example.org", access.Owner, nil)
		storetest.Do(t, db, demote)
	})
}

func TestTwoOwnersCannotBothLeaveAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		_, ada := house(t, db, "ada@example.org")
		_, ben := joins(t, db, ada, "ben@example.org", access.Owner, nil)
		leave := make(chan error, 2)
		for _, a := range []access.Actor{ada, ben.Actor} {
			go func() {
				leave <- store.Do(context.Background(), db, func(ctx context.Context, tx *store.Tx) error {
					return team.RemoveMember(ctx, tx, a, a.User)
				})
			}()
		}
		one, two := <-leave, <-leave
		if (one == nil) == (two == nil) {
			t.Fatalf("%v / %v: one stays, one goes", one, two)
		}
	})
}

func TestAnInvitationIsGoodOnceAndEnds(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		_, owner := house(t, db, "ada@example.org")
		var first, second, third string
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) (err error) {
			_, first, err = team.Invite(ctx, tx, owner, "ben@example.org", access.Analyst, nil)
			return err
		})
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) (err error) {
			_, second, err = team.Invite(ctx, tx, owner, "ben@example.org", access.Manager, nil)
			return err
		})
		var i team.Invitation
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) (err error) {
			i, third, err = team.Invite(ctx, tx, owner, "cleo@example.org", access.Manager, nil)
			if err == nil {
				err = team.Withdraw(ctx, tx, owner, i.ID)
			}
			return err
		})
		accept := func(token string) func(ctx context.Context, tx *store.Tx) error {
			return func(ctx context.Context, tx *store.Tx) error {
				_, _, err := team.Accept(ctx, tx, token, "Ben", cheap, false)
				return err
			}
		}
		refuses(t, db, fault.NotFound, accept(first)) // replaced
		refuses(t, db, fault.NotFound, accept(third)) // withdrawn
		storetest.Do(t, db, accept(second))
		refuses(t, db, fault.NotFound, accept(second)) // used
		refuses(t, db, fault.Conflict, func(ctx context.Context, tx *store.Tx) error {
			_, _, err := team.Invite(ctx, tx, owner, "BEN@example.org", access.Manager, nil)
			return err
		})
	})
}

func TestAnAccountThatExistsIsNotTakenOverByAnInvitation(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		house(t, db, "ada@example.org")
		_, other := house(t, db, "eve@example.org")
		var token string
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) (err error) {
			_, token, err = team.Invite(ctx, tx, other, "ada@example.org", access.Analyst, nil)
			return err
		})
		refuses(t, db, fault.Conflict, func(ctx context.Context, tx *store.Tx) error {
			_, _, err := team.Accept(ctx, tx, token, "Eve", cheap, false)
			return err
		})
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
			_, c, err := team.Accept(ctx, tx, token, "", "", true)
			if c.Actor.Name != "Ada" || c.Actor.Workspace != other.Workspace {
				t.Errorf("%+v", c.Actor)
			}
			return err
		})
	})
}

func TestTriesAreCountedForKnownAndUnknownAlike(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		house(t, db, "ada@example.org")
		knock := func(email, from string) error {
			return store.Do(context.Background(), db, func(ctx context.Context, tx *store.Tx) error {
				_, err := team.Knock(ctx, tx, email, from)
				return err
			})
		}
		for _, email := range []string{"ada@example.org", "nobody@example.org"} {
			for i := range 10 {
				if err := knock(email, "2001:db8::1"); err != nil {
					t.Fatalf("try %d: %v", i, err)
				}
			}
			err := knock(email, "2001:db8::2") // the same network
			if !fault.Is(err, fault.Throttled) || fault.After(err) <= 0 || fault.After(err) > 15*time.Minute {
				t.Fatalf("%s: %v after %v", email, err, fault.After(err))
			}
			if err := knock(email, "192.0.2.7"); err != nil {
				t.Fatalf("a stranger locked %s out: %v", email, err)
			}
		}
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
			return team.Welcome(ctx, tx, "ada@example.org", "2001:db8::1")
		})
		if err := knock("ada@example.org", "2001:db8::1"); err != nil {
			t.Fatal(err)
		}
	})
}

func TestASessionSlidesAndEnds(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	db := storetest.SQLite(t, store.WithNow(func() time.Time { return now }))
	_, owner := house(t, db, "ada@example.org")
	cookie, _ := joins(t, db, owner, "ben@example.org", access.Manager, nil)
	look := func() (c team.Caller, err error) {
		err = store.Do(context.Background(), db, func(ctx context.Context, tx *store.Tx) error {
			if c, err = team.BySession(ctx, tx, cookie); err == nil && c.Stale {
				err = team.Seen(ctx, tx, c)
			}
			return err
		})
		return c, err
	}
	for day := range 25 { // used every week: lives
		now = now.Add(7 * 24 * time.Hour)
		if c, err := look(); err != nil || !c.Stale {
			t.Fatalf("week %d: %v, stale %v", day, err, c.Stale)
		}
	}
	now = now.Add(7 * 24 * time.Hour) // but not for ever
	if _, err := look(); !fault.Is(err, fault.Denied) {
		t.Fatalf("after half a year: %v", err)
	}
}

func TestAResetLinkIsGoodOnceForAnHourAndEndsSessions(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	db := storetest.SQLite(t, store.WithNow(func() time.Time { return now }))
	_, owner := house(t, db, "ada@example.org")
	cookie, ben := joins(t, db, owner, "ben@example.org", access.Manager, nil)
	forgot := func(email string) (token string) {
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) (err error) {
			token, _, _, err = team.Forgot(ctx, tx, email, "192.0.2.1")
			return err
		})
		return token
	}
	reset := func(token string) func(ctx context.Context, tx *store.Tx) error {
		return func(ctx context.Context, tx *store.Tx) error { return team.Reset(ctx, tx, token, "new") }
	}
	if forgot("nobody@example.org") != "" {
		t.Fatal("a link for nobody")
	}
	late := forgot("ben@example.org")
	now = now.Add(61 * time.Minute)
	refuses(t, db, fault.NotFound, reset(late))
	one, two := forgot("ben@example.org"), forgot("ben@example.org")
	storetest.Do(t, db, reset(one))
	refuses(t, db, fault.NotFound, reset(one))
	refuses(t, db, fault.NotFound, reset(two)) // a changed password ends other links too
	storetest.View(t, db, func(ctx context.Context, tx *store.Tx) error {
		if _, err := team.BySession(ctx, tx, cookie); !fault.Is(err, fault.Denied) {
			t.Errorf("the session lives on: %v", err)
		}
		a, err := team.GetAccount(ctx, tx, ben.Actor.User)
		if a.Hash != "new" {
			t.Error("the password is the old one")
		}
		return err
	})
	for range 3 {
		forgot("ben@example.org")
	}
	if forgot("ben@example.org") != "" {
		t.Error("a sixth mail within the hour")
	}
}

func TestATokenIsNarrowAndGoesWithItsMember(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		_, owner := house(t, db, "ada@example.org")
		_, ben := joins(t, db, owner, "ben@example.org", access.Manager, nil)
		refuses(t, db, fault.Denied, func(ctx context.Context, tx *store.Tx) error {
			_, _, err := team.MakeToken(ctx, tx, ben.Actor, "wide", []access.Verb{access.Team}, 0)
			return err
		})
		var key string
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) (err error) {
			_, key, err = team.MakeToken(ctx, tx, ben.Actor, "news", []access.Verb{access.Read, access.Read}, 1)
			return err
		})
		storetest.View(t, db, func(ctx context.Context, tx *store.Tx) error {
			c, err := team.ByToken(ctx, tx, key)
			if !c.Actor.Can(access.Read) || c.Actor.Can(access.Compose) || len(c.Actor.Scopes) != 1 || !c.Stale {
				t.Errorf("%+v", c)
			}
			return err
		})
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
			return team.RemoveMember(ctx, tx, owner, ben.Actor.User)
		})
		refuses(t, db, fault.Denied, func(ctx context.Context, tx *store.Tx) error {
			_, err := team.ByToken(ctx, tx, key)
			return err
		})
	})
}

func TestARepeatedWriteIsRecognised(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		_, owner := house(t, db, "ada@example.org")
		r := team.Request{Key: "k", Digest: "d"}
		ask := func(r team.Request, by access.Actor) (answer string, err error) {
			err = store.Do(context.Background(), db, func(ctx context.Context, tx *store.Tx) error {
				var status int
				if answer, status, err = team.Answered(ctx, tx, by, r); err != nil || status > 0 {
					return err
				}
				return team.Answer(ctx, tx, by, r, "first", 200)
			})
			return answer, err
		}
		if a, err := ask(r, owner); a != "" || err != nil {
			t.Fatal(a, err)
		}
		if a, err := ask(r, owner); a != "first" || err != nil {
			t.Fatal(a, err)
		}
		if _, err := ask(team.Request{Key: "k", Digest: "other"}, owner); !fault.Is(err, fault.Conflict) {
			t.Fatal(err)
		}
		program := owner
		program.Token = "t"
		if a, err := ask(r, program); a != "" || err != nil {
			t.Fatal("a program's key is a person's key", a, err)
		}
	})
}

func TestWhatMattersIsInTheAudit(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		_, owner := house(t, db, "ada@example.org")
		_, stranger := house(t, db, "eve@example.org")
		joins(t, db, owner, "ben@example.org", access.Manager, nil)
		storetest.View(t, db, func(ctx context.Context, tx *store.Tx) error {
			var verbs []string
			var at time.Time
			id := ""
			for {
				page, err := team.Audit(ctx, tx, owner.Workspace, "", at, id, 2)
				if err != nil || len(page) == 0 {
					if got := len(verbs); got != 4 { // owner.create, member.invite, session.open, member.join
						t.Errorf("%v", verbs)
					}
					return err
				}
				for _, e := range page {
					verbs, at, id = append(verbs, e.Verb), e.At, e.ID
				}
			}
		})
		storetest.View(t, db, func(ctx context.Context, tx *store.Tx) error {
			page, err := team.Audit(ctx, tx, stranger.Workspace, "member.join", time.Time{}, "", 10)
			if len(page) != 0 {
				t.Error("a stranger's audit shows ours")
			}
			return err
		})
		storetest.Do(t, db, team.Sweep)
	})
}

func TestAPasswordIsWorthHaving(t *testing.T) {
	for _, bad := range []string{"", "short", "aaaaaaaaaaaaaa", "ada@example.org"} {
		if _, err := team.Hash(t.Context(), team.Password(bad), "ada@example.org"); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	hash, err := team.Hash(t.Context(), "correct horse battery", "ada@example.org")
	if err != nil {
		t.Fatal(err)
	}
	if ok, err := team.Fits(t.Context(), team.Account{Hash: hash}, "correct horse battery"); !ok || err != nil {
		t.Error(ok, err)
	}
	if ok, err := team.Fits(t.Context(), team.Account{}, "correct horse battery"); ok || err != nil {
		t.Error("nobody has a password", ok, err)
	}
}
