package crash

import (
	"net/http"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/test/hand"
)

// promised is how soon Kith ends when it is asked to (docs/operate.md). It waits for 8 s
// at most; what is left is for putting things away.
const promised = 10 * time.Second

// Asked to stop in the middle of everything, by SIGTERM, Kith ends within 10 s
// and loses nothing: what was cut off is looked for at the next start.
//
// Measured is the time from the signal to the end of the process, less the time that
// this machine had no processor for whoever was ready: how long a machine starves it,
// Kith cannot promise.
func TestStopLosesNothing(t *testing.T) {
	t.Parallel()
	rounds := 2
	if soaking() {
		rounds = 20
	}
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, "stopped", engine)
			var all []string
			slowest := time.Duration(0)
			for round := range rounds {
				if r.child.cmd == nil {
					r.child.start(t)
				}
				b := r.write(t, round)
				// Networks answer in 2 s, some only long after Kith's patience has ended.
				r.Weather.Must(sandbox.Mishap{Kind: sandbox.Latency, Action: sandbox.AnyWrite, DelayMS: 15_000, Times: 2})
				r.Weather.Must(sandbox.Mishap{Kind: sandbox.Latency, Action: sandbox.AnyWrite, DelayMS: 1_500, JitterMS: 1_500})
				stopSending, senders := r.pour(t, round)
				due := r.leave(t, b, round)
				wait(t, time.Until(due)+300*time.Millisecond)
				hung := r.child.begin(t) // somebody who begins a request and says no more
				starved := starving()
				began := time.Now()
				if err := r.child.cmd.Process.Signal(syscall.SIGTERM); err != nil {
					t.Fatal(err)
				}
				select {
				case <-r.child.ended:
				case <-time.After(2 * time.Minute):
					t.Fatal("it does not stop")
				}
				took, idle := time.Since(began), starved()
				slowest = max(slowest, took)
				_ = hung.Close()
				if code := r.child.cmd.ProcessState.ExitCode(); code != 0 {
					r.child.tail(t)
					t.Errorf("it ended with %d", code)
				}
				if took-idle > promised {
					t.Errorf("it took %v to stop, and for %v of them the machine had no time for it: %v are promised", took, idle, promised)
				}
				r.child.kill() // it is gone; the next life begins
				stopSending()
				r.doubt(t, b)
				r.Weather.Clear()
				r.child.start(t)
				asked, late := r.settled(t, b, time.Minute)
				if asked > 0 || len(late) > 0 {
					t.Errorf("round %d: %d are left to a person, not settled: %v", round, asked, late)
				}
				r.sum.rounds++
				all = append(all, b.markers()...)
				r.heard(t, senders)
			}
			r.judge(t, all)
			r.child.integrity(t.Context(), t)
			t.Logf("stopped by SIGTERM, %s: %d rounds, %d posts, %d duplicates, %d lost, slowest stop %.1f s", engine, r.sum.rounds, len(all), r.sum.duplicates, r.sum.lost, slowest.Seconds())
		})
	}
}

// starving measures how long this machine has no time for a process that is ready to run, by
// how late the beats of a ticker come. It gives the function that ends it and tells.
func starving() (end func() time.Duration) {
	const beat = 20 * time.Millisecond
	over, late := make(chan struct{}), make(chan time.Duration)
	go func() {
		tick := time.NewTicker(beat)
		defer tick.Stop()
		total, last := time.Duration(0), time.Now()
		for {
			select {
			case <-over:
				late <- total
				return
			case <-tick.C:
				now := time.Now()
				total += max(0, now.Sub(last)-2*beat)
				last = now
			}
		}
	}()
	return func() time.Duration {
		close(over)
		return <-late
	}
}

// pour sends webhooks until it is told to stop.
func (r *rig) pour(t *testing.T, round int) (stop func(), senders []*sender) {
	t.Helper()
	var over atomic.Bool
	var count atomic.Int64
	var going sync.WaitGroup
	page := ""
	for _, c := range r.channels {
		if c.network == "facebook" {
			page = c.id
		}
	}
	for i := range 4 {
		one := &sender{url: r.child.hand.URL + "/hooks/facebook", page: page, people: []int{100*round + 2*i, 100*round + 2*i + 1}, count: &count,
			client: &http.Client{Timeout: time.Minute, Transport: &http.Transport{}}}
		senders = append(senders, one)
		going.Go(func() { one.send(&over) })
	}
	hand.Until(t, time.Minute, "webhooks are answered", func() (bool, any) { return count.Load() > 20, count.Load() })
	return func() {
		over.Store(true)
		going.Wait()
		for _, one := range senders {
			one.client.CloseIdleConnections()
		}
	}, senders
}

// heard waits until everything that was answered is in the inbox.
func (r *rig) heard(t *testing.T, senders []*sender) {
	t.Helper()
	db := r.child.open(t)
	defer db.Close()
	for _, s := range senders {
		for _, c := range s.acked {
			hand.Until(t, time.Minute, "what was answered is in the inbox", func() (bool, any) {
				var n int
				err := db.QueryRowContext(t.Context(), "select count(*) from message where state = 'visible' and remote_id = '"+c.id(s.page)+"'").Scan(&n)
				return err == nil && n == 1, err
			})
		}
	}
}
