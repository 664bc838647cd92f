package flow_test

import (
	"bytes"
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/flow"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/secret"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
	"github.com/kithhq/kith/internal/stream"
)

// spender is a network whose keys renew once: a key that was used renews nothing any
// more, and ends the session.
type spender struct {
	mu    sync.Mutex
	spent map[secret.Text]bool
	dead  bool
	n     atomic.Int64
	lost  bool // the answer never arrives: the process died, or the line
}

func (*spender) Name() network.Name       { return "spender" }
func (*spender) Profile() network.Profile { return network.Profile{Label: "Spender"} }

func (s *spender) renew(had secret.Text) (secret.Text, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dead = s.dead || s.spent[had]; s.dead {
		return "", fault.New(fault.Denied, "The key was used.").WithHint("Connect the account again.")
	}
	s.spent[had] = true
	fresh := had + "+"
	s.n.Add(1)
	if s.lost {
		return "", fault.New(fault.Unavailable, "No answer.")
	}
	return fresh, nil
}

func (s *spender) Check(ctx context.Context, conn network.Conn) (network.Health, secret.Text, error) {
	_, err := conn.Renew(ctx, conn.Keys, func(context.Context) (secret.Text, error) { return s.renew(conn.Keys) })
	if err != nil {
		return network.Health{}, "", err
	}
	return network.Health{State: "ok", Text: "Connected.", Followers: -1}, "", nil
}

// replicas are processes of one house on one database.
func replicas(t *testing.T, db *store.DB, n int, d network.Driver, as ...network.Account) (all []*flow.House, c channel.Channel) {
	t.Helper()
	account := network.Account{Base: "https://spender.test", ID: "1", Handle: "us", Keys: "k"}
	if len(as) > 0 {
		account = as[0]
	}
	facts, err := stream.Open(t.Context(), stream.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(facts.Close)
	for range n {
		keys, err := secret.Open(t.Context(), db, bytes.Repeat([]byte{7}, 32))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, &flow.House{DB: db, Networks: network.NewSet(d), Keys: keys, Facts: facts, News: facts.News(), Log: slog.New(slog.DiscardHandler)})
	}
	storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) (err error) {
		c, err = channel.Connect(ctx, tx, all[0].Keys, "w", d.Name(), account)
		return err
	})
	return all, c
}

func owner() access.Actor { return access.Actor{Workspace: "w", User: "ada", Role: access.Owner} }

func TestReplicasRenewAKeyThatIsGoodOnceOneAfterTheOther(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := &spender{spent: map[secret.Text]bool{}}
		houses, c := replicas(t, db, 3, d)
		var wg sync.WaitGroup
		for i := range 12 {
			wg.Go(func() {
				if _, err := houses[i%len(houses)].CheckNow(t.Context(), owner(), c.ID); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		// Those who came together share one renewal; who came later made the next one.
		if d.dead || d.n.Load() < 1 || d.n.Load() > 12 {
			t.Errorf("dead: %v after %d renewals", d.dead, d.n.Load())
		}
		storetest.View(t, db, func(ctx context.Context, tx *store.Tx) error {
			now, err := channel.Get(ctx, tx, "w", c.ID)
			if err == nil && now.Health != "ok" {
				t.Errorf("it is %s: %s", now.Health, now.HealthText)
			}
			return err
		})
	})
}

func TestAKeyThatWasLostOnTheWayEndsInConnectAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := &spender{spent: map[secret.Text]bool{}, lost: true}
		houses, c := replicas(t, db, 2, d)
		if _, err := houses[0].CheckNow(t.Context(), owner(), c.ID); !fault.Is(err, fault.Unavailable) {
			t.Errorf("a lost answer gives %v", err)
		}
		d.lost = false
		now, err := houses[1].CheckNow(t.Context(), owner(), c.ID)
		if err != nil || now.Health != "broken" || now.HealthFix != "Connect the account again." {
			t.Errorf("%v: it is %s, %s %s", err, now.Health, now.HealthText, now.HealthFix)
		}
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
			_, err := channel.Connect(ctx, tx, houses[0].Keys, "w", "spender", network.Account{Base: "https://spender.test", ID: "1", Handle: "us", Keys: "new"})
			return err
		})
		d.dead = false
		if now, err := houses[0].CheckNow(t.Context(), owner(), c.ID); err != nil || now.Health != "ok" || now.ID != c.ID {
			t.Errorf("connected again it is %s, %v", now.Health, err)
		}
	})
}

// A process that was given the right to renew and is gone: others wait, and say so
// rather than renew beside it.
func TestWhoRenewsIsWaitedFor(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := &spender{spent: map[secret.Text]bool{}}
		houses, c := replicas(t, db, 1, d)
		var mine string
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) (err error) {
			mine, err = channel.BeginRenewal(ctx, tx, c)
			return err
		})
		done := make(chan error, 1)
		go func() {
			_, err := houses[0].CheckNow(t.Context(), owner(), c.ID)
			done <- err
		}()
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
			_, err := channel.EndRenewal(ctx, tx, houses[0].Keys, c, mine, "by somebody else")
			return err
		})
		select {
		case err := <-done:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(time.Minute):
			t.Fatal("it waits for ever")
		}
	})
}
