package flow

import (
	"context"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/jobs"
	"github.com/kithhq/kith/internal/media"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
)

type fitArgs struct {
	Workspace   string `json:"workspace"`
	Publication string `json:"publication"`
}

func fitKind() jobs.Kind[fitArgs] { return jobs.Kind[fitArgs]{Name: "fit", Attempts: 3} }

// Handed is a file that a person publishes: as it is, or made to fit.
type Handed struct {
	Part  int
	Media media.Media
	Alt   string
	Fit   media.Fitting
	State string // as_is, ready, working, failed, impossible
	Why   string // of failed
	Hint  string
	Bytes int64 // of ready
}

// The states of a file that a person publishes.
const (
	HandedAsIs       = "as_is"
	HandedReady      = "ready"
	HandedWorking    = "working"
	HandedFailed     = "failed"
	HandedImpossible = "impossible" // nothing that is done to it would help
)

// Plan says how files would be made to fit where a person publishes; nothing is made yet.
func (h *House) Plan(ctx context.Context, tx *store.Tx, c channel.Channel, contents []publish.Content, hand publish.Hand) ([]Handed, error) {
	limits := c.Limits
	if d, err := h.Networks.Get(c.Network); err == nil {
		limits = d.Profile().ByHand(limits)
	}
	var all []Handed
	for i, content := range contents {
		of, known := limits.Of(content.Kind)
		for _, a := range content.Media {
			m, err := media.Get(ctx, tx, c.Workspace, a.ID)
			if err != nil {
				return nil, err
			}
			one := Handed{Part: i, Media: m, Alt: a.Alt, State: HandedAsIs}
			if known {
				one.Fit = media.FitFor(m, of.Media, focusOf(hand, m.ID))
			}
			switch {
			case one.Fit.Never != "":
				one.State = HandedImpossible
			case !one.Fit.AsIs():
				one.State = HandedWorking
			}
			all = append(all, one)
		}
	}
	return all, nil
}

func focusOf(hand publish.Hand, file string) media.Focus {
	if c, ok := hand.Crops[file]; ok {
		return media.Focus(c)
	}
	return media.Middle()
}

// planOf is the plan of a publication that is on its way.
func (h *House) planOf(ctx context.Context, workspace, publicationID string) (p publish.Publication, all []Handed, err error) {
	err = store.View(ctx, h.DB, func(ctx context.Context, tx *store.Tx) error {
		if p, err = publish.GetPublication(ctx, tx, workspace, publicationID); err != nil {
			return err
		}
		c, err := channel.Get(ctx, tx, workspace, p.ChannelID)
		if err != nil {
			return err
		}
		post, err := publish.Get(ctx, tx, workspace, p.PostID)
		if err != nil {
			return err
		}
		all, err = h.Plan(ctx, tx, c, p.Parts(post), p.Hand)
		return err
	})
	return p, all, err
}

// Frame chooses which piece of a file is kept, and makes it anew.
func (h *House) Frame(ctx context.Context, actor access.Actor, publicationID string, n int, c publish.Crop) error {
	_, all, err := h.planOf(ctx, actor.Workspace, publicationID)
	if err != nil {
		return err
	}
	return h.handed(ctx, actor, publicationID, func(ctx context.Context, tx *store.Tx, p publish.Publication) error {
		if n < 0 || n >= len(all) {
			return fault.New(fault.NotFound, "This post has no such file.")
		}
		if p.State == publish.Published || p.State == publish.Deleted {
			return fault.New(fault.Conflict, "This is published already.").WithHint("Read it again.")
		}
		if err := publish.Frame(ctx, tx, p, all[n].Media.ID, c); err != nil {
			return err
		}
		return h.prepare(ctx, tx, p)
	})
}

// prepare makes the files of a publication fit, in the background.
func (h *House) prepare(ctx context.Context, tx *store.Tx, p publish.Publication) error {
	// One after the other: a picture takes much memory while it is made, a video the machine.
	_, _, err := jobs.Insert(ctx, tx, fitKind(), jobs.New{Workspace: p.Workspace, Lane: fitKind().Name}, fitArgs{p.Workspace, p.ID})
	return err
}
