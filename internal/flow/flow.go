// Package flow holds the ways through the house: each file is one way, read
// from top to bottom, and the only place that knows the order of a change.
package flow

import (
	"log/slog"
	"time"

	"github.com/kithhq/kith/internal/blob"
	"github.com/kithhq/kith/internal/film"
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
	// Film makes videos fit where people publish them by hand.
	Film film.Maker
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
	// Room is how much room there is for what this house keeps; nil where that concerns
	// nobody.
	Room func() Room
	// Apps are the registrations at networks that were configured; those that were
	// entered in the settings come before them.
	Apps map[network.Name]network.App
	// Outcome and Came hear what became of parts of posts and what came in, for whoever
	// counts; nil: nobody.
	Outcome func(channelID, result string)
	Came    func(name network.Name, facts int)
	// KeepUnused is how long a file is kept that nothing names; 0: for good. Swept hears
	// of the bytes of each one that is removed; nil: nobody.
	KeepUnused time.Duration
	Swept      func(bytes int64)
	checks     turns
	till       till
}

// Room is how much room the disk has on which a house lives.
type Room struct {
	Free      uint64 // bytes
	Low, Full bool
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
	jobs.Handle(r, dropKind(), h.drop, nil) // what stays there is seen by nobody
	jobs.Handle(r, confirmKind(), h.confirm, h.unconfirmed)
	jobs.Handle(r, fitKind(), h.fit, nil)       // the page says that it is not ready, and lets one try again
	jobs.Handle(r, remindKind(), h.remind, nil) // it stays on the page of today
	jobs.Handle(r, answerKind(), h.sendAnswer, h.strandedAnswer)
	jobs.Handle(r, confirmAnswerKind(), h.confirmAnswer, nil) // it stays unclear, for a person
	jobs.Handle(r, editKind(), h.edit, h.strandedEdit)
	jobs.Handle(r, confirmEditKind(), h.confirmEdit, h.strandedEdit)
	jobs.Handle(r, subtitleKind(), h.bringSubtitles, h.strandedSubtitles)
	jobs.Handle(r, coverKind(), h.bringCovers, h.strandedCovers)
	jobs.Handle(r, hideKind(), h.hide, nil)   // it stays held, and the page says so
	jobs.Handle(r, readKind(), h.read, nil)   // upkeep begins what ended
	jobs.Handle(r, fetchKind(), h.fetch, nil) // reading finds it
	jobs.Handle(r, measureKind(), h.measure, nil)
	jobs.Handle(r, insightsKind(), h.insights, nil)
	jobs.Handle(r, checkKind(), h.check, nil)
	jobs.Handle(r, subscribeKind(), h.subscribe, nil)
	jobs.Handle(r, sweepFaces(), h.sweepFaces, nil)
	jobs.Handle(r, sweepUploads(), h.sweepUploads, nil)
	jobs.Handle(r, sweepFiles(), h.sweepFiles, nil) // the next one goes on
	if err := r.Every("faces", "41 3 * * *", h.sweepDaily); err != nil {
		return err
	}
	return r.Every("upkeep", "* * * * *", h.upkeep)
}

// became tells whoever counts what became of a part of a post.
func (h *House) became(tx *store.Tx, channelID, result string) {
	if h.Outcome != nil {
		tx.AfterCommit(func() { h.Outcome(channelID, result) })
	}
}

// tell sends news to open screens once the change is durable.
func (h *House) tell(tx *store.Tx, workspace, topic, id string) {
	tx.AfterCommit(func() { h.News.Tell(workspace, stream.Item{Topic: topic, ID: id, At: tx.Now}) })
}
