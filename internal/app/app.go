// Package app wires the house: New opens and connects everything, Start lets it
// work, Stop ends it. The program and the whole-house tests use the same three.
package app

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/kithhq/kith/internal/blob"
	"github.com/kithhq/kith/internal/config"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/film"
	"github.com/kithhq/kith/internal/flow"
	"github.com/kithhq/kith/internal/jobs"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/all"
	"github.com/kithhq/kith/internal/outward"
	"github.com/kithhq/kith/internal/secret"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/stream"
	"github.com/kithhq/kith/internal/team"
)

// App is one running house.
type App struct {
	Config   config.Config
	Log      *slog.Logger
	DB       *store.DB
	Keys     *secret.Keyring
	Blobs    blob.Store
	Facts    *stream.Stream
	Outside  *outward.Client
	Devices  *outward.Client // the servers of browsers that are reminded, also in a rehearsal
	Networks *network.Set
	House    *flow.House
	Runner   *jobs.Runner
	Handler  http.Handler

	meters    *meters
	instance  []byte      // proves to kith doctor that it has reached this house
	setup     secret.Text // opens the house while nobody owns it
	listener  net.Listener
	server    *http.Server
	reading   chan struct{} // closed when no fact is being applied any more
	endRead   context.CancelFunc
	closeDoor func() // ends long answers
	closers   []closer
}

// closer is a named clean-up; the last one made runs first.
type closer struct {
	name string
	do   func(context.Context) error
}

// Option changes how a house is wired.
type Option func(*wiring)

type wiring struct {
	rehearsal http.Handler // the control door of the stage
	now       func() time.Time
	clock     Clock
	log       *slog.Logger
	setup     secret.Text
}

// WithRehearsal gives the house the control door of a stage. Nobody sets such a
// house up: it comes with its people.
func WithRehearsal(control http.Handler) Option {
	return func(w *wiring) { w.rehearsal, w.setup = control, "" }
}

// WithSetup replaces the code that opens a house which nobody owns yet.
func WithSetup(code secret.Text) Option { return func(w *wiring) { w.setup = code } }

// WithNow gives transactions another clock.
func WithNow(now func() time.Time) Option { return func(w *wiring) { w.now = now } }

// Clock is a time that the whole house lives in instead of the machine's: what is
// due, how old something is, until when a key opens. What measures this machine
// stays with its own clock: timeouts, files, the connection to a browser.
type Clock interface {
	jobs.Clock
	Now() time.Time
	Speed() float64 // how many of its seconds pass in one of the machine's
}

// WithClock gives the house another time: that of a rehearsal.
func WithClock(c Clock) Option { return func(w *wiring) { w.clock, w.now = c, c.Now } }

// WithLog replaces the log that the configuration asks for.
func WithLog(log *slog.Logger) Option { return func(w *wiring) { w.log = log } }

// New opens everything and connects it; nothing works before Start. What was
// opened is closed again when it fails.
func New(ctx context.Context, c config.Config, options ...Option) (*App, error) {
	w := wiring{log: Logger(c), setup: team.SetupCode()}
	for _, o := range options {
		o(&w)
	}
	a := &App{Config: c, Log: w.log, setup: w.setup, reading: make(chan struct{}), meters: newMeters()}
	if err := a.open(ctx, w); err != nil {
		a.close(ctx)
		return nil, err
	}
	return a, nil
}

func (a *App) open(ctx context.Context, w wiring) error {
	c := a.Config
	if err := c.Check(); err != nil {
		return err
	}
	lives := forReal
	if w.rehearsal != nil {
		lives = forStage
	}
	if err := lives(c.Data); err != nil {
		return err
	}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return fault.Wrap(fault.Unavailable, err, "The data folder cannot be made.").WithHint("Give --data a folder that this user may write to.")
	}
	// The stream's folder holds the lock of the data folder, so it comes first.
	var err error
	facts := stream.Options{Dir: filepath.Join(c.Data, "facts"), MaxBytes: c.FactsMB << 20, Log: a.Log}
	if c.DB == "" {
		facts.Partitions = 2 // SQLite has one writer: one reader decodes while the other's facts are written
	}
	if a.Facts, err = stream.Open(ctx, facts); err != nil {
		return err
	}
	a.closing("facts", func(context.Context) error { a.Facts.Close(); return nil })
	if a.instance, err = newInstance(c.Data); err != nil {
		return err
	}
	storeOptions := []store.Option{store.WithCommits(a.meters.committed())}
	if w.now != nil {
		storeOptions = append(storeOptions, store.WithNow(w.now))
	}
	if a.DB, err = store.Open(ctx, c.Database(), storeOptions...); err != nil {
		return err
	}
	a.closing("database", func(context.Context) error { a.DB.Close(); return nil })
	master, err := secret.MasterKey(c.Data, c.Key)
	if err != nil {
		return err
	}
	if a.Keys, err = secret.Open(ctx, a.DB, master); err != nil {
		return err
	}
	if a.Blobs, err = blob.NewFiles(filepath.Join(c.Data, "files")); err != nil {
		return err
	}
	outside := outward.Options{Allow: c.Allow, UserAgent: "Kith/" + Version(), Now: w.now, Heard: a.meters.heard()}
	if a.Devices, err = outward.New(outside); err != nil {
		return err
	}
	outside.Within = w.rehearsal != nil // what is rehearsed says a name of the world now and then
	if a.Outside, err = outward.New(outside); err != nil {
		return err
	}
	a.closing("connections", func(context.Context) error { a.Outside.Close(); a.Devices.Close(); return nil })
	if a.Networks, err = all.Set(a.Outside, c, w.now); err != nil {
		return err
	}
	faces := flow.NewFaces(a.Outside, a.Blobs, a.Log)
	a.closing("pictures", func(context.Context) error { faces.Close(); return nil })
	a.House = &flow.House{Faces: faces, DB: a.DB, Networks: a.Networks, Keys: a.Keys, Blobs: a.Blobs, Facts: a.Facts, News: a.Facts.News(), Log: a.Log, Every: c.Read}
	a.House.Film = film.Find()
	if w.rehearsal == nil {
		a.House.Room = (&space{folder: c.Data}).room
	}
	a.House.PublicURL, a.House.Public, a.House.Mail = c.Address(), c.PublicURL != "" || w.rehearsal != nil, c.SMTP.Host != ""
	if a.House.Apps, err = apps(c); err != nil {
		return err
	}
	a.House.Outcome, a.House.Came = a.meters.became, a.meters.came
	a.House.KeepUnused, a.House.Swept = c.Unused, a.meters.swept
	working := jobs.Options{Log: a.Log, Ended: a.meters.ended}
	if w.clock != nil {
		a.House.Speed, working.Clock = w.clock.Speed, w.clock
	}
	a.Runner = jobs.NewRunner(a.DB, working)
	if err := a.House.Work(a.Runner); err != nil {
		return err
	}
	if err := a.chores(); err != nil {
		return err
	}
	a.Handler, err = a.doors(w)
	return err
}

// apps are the registrations at networks that were configured.
func apps(c config.Config) (map[network.Name]network.App, error) {
	given, err := c.AppOf()
	all := map[network.Name]network.App{}
	for name, a := range given {
		all[network.Name(name)] = network.App{ID: a.ID, Secret: a.Secret, Verify: a.Verify}
	}
	return all, err
}

func (a *App) closing(name string, do func(context.Context) error) {
	a.closers = append(a.closers, closer{name, do})
}

func (a *App) close(ctx context.Context) {
	for i := len(a.closers) - 1; i >= 0; i-- {
		if err := a.closers[i].do(ctx); err != nil {
			a.Log.WarnContext(ctx, "not closed cleanly", "part", a.closers[i].name, "error", err)
		}
	}
	a.closers = nil
}

// Start listens and works; it returns when requests are answered.
func (a *App) Start(ctx context.Context) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", a.Config.Listen)
	if err != nil {
		return fault.Wrap(fault.Unavailable, err, "Kith cannot listen on %s.", a.Config.Listen).WithHint("Is something else there? Give another --listen.")
	}
	a.listener = listener
	if a.Config.PublicURL == "" {
		a.House.PublicURL = a.URL() // the port may have been chosen just now
	}
	reading, end := context.WithCancel(context.WithoutCancel(ctx))
	a.endRead = end
	go func() {
		defer close(a.reading)
		if err := a.Facts.Run(reading, a.DB, a.House.Receive); err != nil && reading.Err() == nil {
			a.Log.ErrorContext(reading, "facts are not read any more", "error", err)
		}
	}()
	if err := a.Runner.Start(ctx); err != nil {
		return errors.Join(err, a.Stop(ctx))
	}
	a.server = &http.Server{Handler: coming(a.Handler, bodyPause), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute,
		ErrorLog: slog.NewLogLogger(a.Log.Handler(), slog.LevelDebug)}
	a.server.RegisterOnShutdown(a.closeDoor)
	if a.Config.ACME != "" {
		certificates := a.certificates()
		a.server.TLSConfig = certificates.TLSConfig()
		listener = tls.NewListener(listener, a.server.TLSConfig)
		go a.certify(ctx, certificates)
	}
	go func() {
		if err := a.server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			a.Log.ErrorContext(ctx, "requests are not answered any more", "error", err)
		}
	}()
	a.Log.InfoContext(ctx, "ready", "address", a.URL(), "database", a.DB.Engine(), "version", Version())
	return nil
}

// URL is where this process answers.
func (a *App) URL() string {
	if a.listener == nil {
		return a.Config.Address()
	}
	at := a.listener.Addr().String()
	if addr, ok := a.listener.Addr().(*net.TCPAddr); ok && addr.IP.IsUnspecified() { // it listens everywhere, this machine included
		at = net.JoinHostPort("localhost", strconv.Itoa(addr.Port))
	}
	if a.Config.ACME != "" {
		return "https://" + at
	}
	return "http://" + at
}

// finishing is how long Stop waits for what is under way, and leaving how long for
// requests after that; what is cut off then is looked for on the network at the next
// start.
const (
	finishing = 5 * time.Second
	leaving   = 3 * time.Second
)

// Stop ends the house: no new jobs and what is under way, then requests, then the
// files. It loses nothing. Requests are answered meanwhile: a network may be
// fetching the files of the very post that goes out.
func (a *App) Stop(ctx context.Context) error {
	ctx = context.WithoutCancel(ctx)
	var problems []error
	if a.endRead != nil {
		soon, cancel := context.WithTimeout(ctx, finishing)
		problems = append(problems, a.cutOff(a.Runner.Stop(soon), "jobs were cut off"))
		cancel()
	}
	ctx, cancel := context.WithTimeout(ctx, leaving)
	defer cancel()
	if a.server != nil {
		problems = append(problems, a.cutOff(a.server.Shutdown(ctx), "requests were cut off"), a.server.Close())
	} else if a.listener != nil {
		problems = append(problems, a.listener.Close())
	}
	if a.endRead != nil {
		a.endRead()
		select {
		case <-a.reading:
		case <-ctx.Done(): // what was being read is read again at the next start
		}
	}
	a.close(ctx)
	return errors.Join(problems...)
}

// cutOff takes it for no fault that something took longer than a stop may: it is done
// again, or looked for, at the next start.
func (a *App) cutOff(err error, what string) error {
	if errors.Is(err, context.DeadlineExceeded) {
		a.Log.Warn(what)
		return nil
	}
	return err
}

// Run is a whole life: until the context ends.
func Run(ctx context.Context, c config.Config, options ...Option) error {
	a, err := New(ctx, c, options...)
	if err != nil {
		return err
	}
	if err := a.Start(ctx); err != nil {
		return errors.Join(err, a.Stop(ctx))
	}
	if err := a.welcome(ctx, os.Stderr); err != nil {
		return errors.Join(err, a.Stop(ctx))
	}
	go rest(ctx)
	<-ctx.Done()
	a.Log.InfoContext(ctx, "stopping")
	return a.Stop(ctx)
}
