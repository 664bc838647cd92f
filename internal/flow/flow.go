// Package flow holds the ways through the house: each file is one way, read
// from top to bottom, and the only place that knows the order of a change.
package flow

import (
	"context"
	"log/slog"
	"time"

	"github.com/kithhq/kith/internal/blob"
	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/jobs"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/secret"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/stream"
)

// House is what the ways walk through.
type House struct {
	DB       *store.DB
	Networks *network.Set
	Keys     *secret.Keyring
	Blobs    blob.Store
	Facts    *stream.Stream
	News     *stream.News
	Faces    *Faces
	Log      *slog.Logger
	// Every is how often a channel without webhooks is read.
	Every time.Duration
	// Speed is how fast the house's time passes; nil where it is the machine's.
	Speed func() float64
	// Address signs a public, expiring web address of a file; nil where this house
	// has no public address.
	Address func(workspace, mediaID string) (string, error)
	// PublicURL is where people reach this house, without a slash at the end; Public
	// says that networks reach it there, too. Mail says whether letters can be sent.
	PublicURL string
	Public    bool
	Mail      bool
	// Apps are the registrations at networks that were configured; those that were
	// entered in the settings come before them.
	Apps   map[network.Name]network.App
	checks turns
}

// The lanes of a channel: work in one waits for each other, lanes do not.
const (
	lanePosts    = "posts"
	laneReplies  = "replies"
	laneModerate = "moderation"
)

func lane(channelID, which string) string { return channelID + "/" + which }

// Work makes a runner carry out the intentions that the ways insert.
func (h *House) Work(r *jobs.Runner) error {
	jobs.Handle(r, sendKind(), h.send, h.stranded)
	jobs.Handle(r, confirmKind(), h.confirm, h.unconfirmed)
	jobs.Handle(r, remindKind(), h.remind, nil) // it stays on the page of today
	jobs.Handle(r, answerKind(), h.sendAnswer, h.strandedAnswer)
	jobs.Handle(r, confirmAnswerKind(), h.confirmAnswer, nil) // it stays unclear, for a person
	jobs.Handle(r, editKind(), h.edit, h.strandedEdit)
	jobs.Handle(r, confirmEditKind(), h.confirmEdit, h.strandedEdit)
	jobs.Handle(r, hideKind(), h.hide, nil) // it stays held, and the page says so
	jobs.Handle(r, readKind(), h.read, nil) // upkeep begins what ended
	jobs.Handle(r, measureKind(), h.measure, nil)
	jobs.Handle(r, insightsKind(), h.insights, nil)
	jobs.Handle(r, checkKind(), h.check, nil)
	jobs.Handle(r, subscribeKind(), h.subscribe, nil) // reading goes on without
	jobs.Handle(r, sweepFaces(), h.sweepFaces, nil)
	if err := r.Every("faces", "41 3 * * *", h.sweepDaily); err != nil {
		return err
	}
	return r.Every("upkeep", "* * * * *", h.upkeep)
}

// upkeep makes sure that every channel is read, checked and counted: the jobs
// continue themselves, this begins them where they are missing.
func (h *House) upkeep(ctx context.Context, tx *store.Tx, _ time.Time) error {
	all, err := channel.Everywhere(ctx, tx)
	if err != nil {
		return err
	}
	for _, c := range all {
		if err := h.tend(ctx, tx, c.Workspace, c.ID); err != nil {
			return err
		}
	}
	if err := channel.Sweep(ctx, tx); err != nil {
		return err
	}
	if err := stream.ForgetAsides(ctx, tx); err != nil { // first: it goes by the keys
		return err
	}
	_, err = stream.ForgetSeen(ctx, tx, tx.Now.AddDate(0, 0, -45))
	return err
}

// tend begins the recurring work of one channel; what exists is left alone.
func (h *House) tend(ctx context.Context, tx *store.Tx, workspace, channelID string) error {
	of := channelArgs{Workspace: workspace, Channel: channelID}
	for _, k := range []jobs.Kind[channelArgs]{readKind(), measureKind(), insightsKind(), checkKind()} {
		if err := h.recur(ctx, tx, k, of, tx.Now); err != nil {
			return err
		}
	}
	return nil
}

// hurry does the recurring work of a channel now: what waits because the network
// refused a key need not wait any longer.
func (h *House) hurry(ctx context.Context, tx *store.Tx, workspace, channelID string) error {
	for _, k := range []jobs.Kind[channelArgs]{readKind(), measureKind(), insightsKind(), checkKind()} {
		of := channelArgs{Workspace: workspace, Channel: channelID}
		job, fresh, err := jobs.Insert(ctx, tx, k, jobs.New{Workspace: workspace, Lane: lane(channelID, k.Name), Key: channelID}, of)
		if err == nil && !fresh {
			err = jobs.Move(ctx, tx, workspace, job, tx.Now)
		}
		if err != nil && !fault.Is(err, fault.Conflict) { // it runs already
			return err
		}
	}
	return nil
}

// Hasten asks every network now: after time has passed fast, nobody waits for the
// next round in the slow time that follows.
func (h *House) Hasten(ctx context.Context) error {
	return store.Do(ctx, h.DB, func(ctx context.Context, tx *store.Tx) error {
		all, err := channel.Everywhere(ctx, tx)
		for _, c := range all {
			if err == nil {
				err = h.hurry(ctx, tx, c.Workspace, c.ID)
			}
		}
		return err
	})
}

// recur inserts recurring work of a channel; it has a lane of its own kind, so
// that reading never waits for counting.
func (h *House) recur(ctx context.Context, tx *store.Tx, k jobs.Kind[channelArgs], of channelArgs, at time.Time) error {
	_, _, err := jobs.Insert(ctx, tx, k, jobs.New{Workspace: of.Workspace, Lane: lane(of.Channel, k.Name), Key: of.Channel, At: at}, of)
	return err
}

// channelArgs name the channel that recurring work is about.
type channelArgs struct {
	Workspace string `json:"workspace"`
	Channel   string `json:"channel"`
}

// conn opens a channel for a call to its network.
func (h *House) conn(ctx context.Context, workspace, channelID string) (channel.Channel, network.Conn, error) {
	var c channel.Channel
	var beside []network.Name
	err := store.View(ctx, h.DB, func(ctx context.Context, tx *store.Tx) (err error) {
		if c, err = channel.Get(ctx, tx, workspace, channelID); err == nil {
			beside, err = h.beside(ctx, tx, c)
		}
		return err
	})
	if err != nil {
		return c, network.Conn{}, err
	}
	conn, err := c.Conn(h.Keys)
	h.ailing(ctx, c, err)
	conn.Beside, conn.Renew = beside, h.renewer(c)
	if err == nil && !conn.App.Known() {
		conn.App = h.Apps[h.Networks.Host(c.Network)]
		if h.Networks.Host(c.Network) != c.Network {
			conn.App, err = h.App(ctx, c.Network)
		}
	}
	return c, conn, err
}

// ailing marks a channel whose key the network refused, so that a person sees
// it and can mend it. c is the channel as the call began: if it was connected
// again meanwhile, the refusal is not about its key of now.
func (h *House) ailing(ctx context.Context, c channel.Channel, cause error) {
	if !fault.Is(cause, fault.Denied) {
		return
	}
	text, hint := fault.Shown(cause)
	if err := store.Do(context.WithoutCancel(ctx), h.DB, func(ctx context.Context, tx *store.Tx) error {
		h.tell(tx, c.Workspace, "channels", c.ID)
		return channel.Ailing(ctx, tx, c, text, hint)
	}); err != nil {
		h.Log.WarnContext(ctx, "a broken channel could not be marked", "channel", c.ID, "error", err)
	}
}

// tell sends news to open screens once the change is durable.
func (h *House) tell(tx *store.Tx, workspace, topic, id string) {
	tx.AfterCommit(func() { h.News.Tell(workspace, stream.Item{Topic: topic, ID: id, At: tx.Now}) })
}
