package jobs

import (
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/id"
	"github.com/kithhq/kith/internal/store"
)

// Options change how a runner works; the zero value is right for most.
type Options struct {
	Name    string        // for logs
	Workers int           // jobs at once; 0 = 256 (they mostly wait for networks)
	Lease   time.Duration // how long a silent runner keeps its lanes; 0 = 15 s
	Keep    time.Duration // how long finished jobs are kept; 0 = 30 days
	Log     *slog.Logger  // nil = silence
	Clock   Clock         // nil = the machine's; the database's Now must agree with it
	Ended   func(Ending)  // hears how each try ended, for whoever counts; nil = nobody
}

// Runner works on jobs. Several may share a database, on PostgreSQL also from
// several processes.
type Runner struct {
	db      *store.DB
	opt     Options
	id      string
	kinds   map[string]*handling
	crons   []*recurring
	started bool

	poked    chan struct{}   // something may be due, or has ended
	life     context.Context //nolint:containedctx // of the runner's own transactions
	end      context.CancelFunc
	handlers context.Context //nolint:containedctx // of every handler
	halt     context.CancelCauseFunc
	deaf     func()         // stops listening for words
	pumping  sync.WaitGroup // the pump
	pulsing  sync.WaitGroup // the pulse

	look     time.Duration // how often it looks by itself, for words that were lost
	patience time.Duration // how long handlers have to end after they were cancelled

	beaten atomic.Int64 // when the pump last came to the end of a beat, by the machine's clock
	pulsed atomic.Int64 // and the pulse

	mu       sync.Mutex
	running  map[string]*work
	ended    []*work // their outcomes wait to be written
	stopping bool
}

// Ending is how a try of a job ended.
type Ending struct {
	Kind  string
	State State  // Ready: it is tried again
	Fault string // the kind of the error; "" = none
}

// handling is what a runner does with one kind.
type handling struct {
	limits limits
	work   func(ctx context.Context, j *Job) error
	failed func(ctx context.Context, tx *store.Tx, j *Job, err error) error
}

// process tells the runners of this process from those of one that died.
var process = id.New()

// NewRunner makes a runner; it does nothing before Start.
func NewRunner(db *store.DB, opt Options) *Runner {
	if opt.Workers == 0 {
		opt.Workers = 256
	}
	if opt.Lease == 0 {
		opt.Lease = 15 * time.Second
	}
	if opt.Keep == 0 {
		opt.Keep = 30 * 24 * time.Hour
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	r := &Runner{db: db, opt: opt, id: process + "/" + id.New(), kinds: map[string]*handling{},
		poked: make(chan struct{}, 1), running: map[string]*work{}, look: look, patience: 5 * time.Second}
	if opt.Name != "" {
		r.id += "/" + opt.Name
	}
	r.life, r.end = context.WithCancel(context.Background())
	r.handlers, r.halt = context.WithCancelCause(r.life)
	return r
}

// Handle says who works on a kind; before Start, once for each kind. failed may
// be nil; it runs in the transaction that marks a job as finally failed, and is
// tried again until it succeeds.
func Handle[T any](r *Runner, kind Kind[T], do func(ctx context.Context, j *Job, args T) error,
	failed func(ctx context.Context, tx *store.Tx, j *Job, args T, err error) error,
) {
	if r.started || r.kinds[kind.Name] != nil {
		panic("jobs: " + kind.Name + " is handled too late or twice")
	}
	h := &handling{limits: limits{kind.Attempts, kind.GiveUp}}
	if h.limits.attempts == 0 {
		h.limits.attempts = defaultAttempts
	}
	if h.limits.giveUp == 0 {
		h.limits.giveUp = defaultGiveUp
	}
	h.work = func(ctx context.Context, j *Job) error {
		var args T
		if err := json.Unmarshal(j.Args, &args); err != nil {
			return fault.Wrap(fault.Invalid, err, "The job does not say what to do.")
		}
		return do(ctx, j, args)
	}
	if failed != nil {
		h.failed = func(ctx context.Context, tx *store.Tx, j *Job, err error) error {
			var args T
			_ = json.Unmarshal(j.Args, &args) // what can be read of them; err says the rest
			return failed(ctx, tx, j, args, err)
		}
	}
	r.kinds[kind.Name] = h
}

// Start begins to claim. It returns once what a former process left behind is
// rescued (SQLite) or the database answers (PostgreSQL: by their leases).
func (r *Runner) Start(ctx context.Context) error {
	if r.started {
		return fault.New(fault.Internal, "a runner is started twice")
	}
	r.started = true
	// The held lanes are locked before anything is decided by them.
	err := store.DoLocking(ctx, r.db, func(ctx context.Context, tx *store.Tx) error {
		n, err := rescue(ctx, tx, func(runner string, until time.Time) bool {
			// One process at a time has a SQLite database open: the others are dead.
			return !until.After(tx.Now) || !tx.Postgres() && !strings.HasPrefix(runner, process+"/")
		})
		if n > 0 {
			r.opt.Log.InfoContext(ctx, "rescued jobs of a runner that is gone", "jobs", n)
		}
		return err
	})
	if err != nil {
		return err
	}
	r.beaten.Store(time.Now().UnixNano())
	r.pulsed.Store(time.Now().UnixNano())
	r.deaf = r.db.Listen(topic, r.hear)
	r.pumping.Go(r.pump)
	r.pulsing.Go(r.pulse)
	return nil
}

// Stop claims nothing more and lets handlers end. When ctx is done it cancels
// them; what they leave is ready again at once. It returns when all have ended
// and everything is written, or Unavailable when a handler does not listen: its
// lease then frees the job.
func (r *Runner) Stop(ctx context.Context) error {
	if !r.started {
		r.end()
		return nil
	}
	r.mu.Lock()
	r.stopping = true
	r.mu.Unlock()
	r.poke()
	done := make(chan struct{})
	go func() { r.pumping.Wait(); close(done) }()
	var err error
	select {
	case <-done:
	case <-ctx.Done():
		r.halt(errStopping)
		select {
		case <-done:
		case <-time.After(r.patience):
			err = fault.New(fault.Unavailable, "Some jobs did not end in time.").WithHint("They are taken up again when their lease ends.")
		}
	}
	r.deaf()
	r.end()
	r.pulsing.Wait()
	<-done // the pump gives up when life has ended
	return err
}

// Silence is for how long this runner has not come to the end of a beat or of a pulse:
// both do each second, whether there is anything to do or not. Before Start it is
// without end.
func (r *Runner) Silence() time.Duration {
	return time.Since(time.Unix(0, min(r.beaten.Load(), r.pulsed.Load())))
}

func (r *Runner) poke() {
	select {
	case r.poked <- struct{}{}:
	default:
	}
}

func (r *Runner) hear(word string) {
	if job, found := strings.CutPrefix(word, cancel); found {
		r.ask(job)
		return
	}
	r.poke()
}

// ask cancels the handler of a job, if it runs here.
func (r *Runner) ask(job string) {
	r.mu.Lock()
	w := r.running[job]
	r.mu.Unlock()
	if w != nil {
		w.asked.Store(true)
		w.cancel(errAsked)
	}
}
