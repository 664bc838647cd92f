package flow

import (
	"context"
	"slices"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/jobs"
	"github.com/kithhq/kith/internal/media"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
)

type subtitleArgs struct {
	Workspace   string `json:"workspace"`
	Channel     string `json:"channel"`
	Publication string `json:"publication"`
}

func subtitleKind() jobs.Kind[subtitleArgs] { return jobs.Kind[subtitleArgs]{Name: "subtitle"} }

// bringSubtitles is the way subtitles follow a video that is out: look what is there,
// bring what is not, one language after the other. What was tried is looked for, not before
// the network would show it, and only then tried again.
func (h *House) bringSubtitles(ctx context.Context, job *jobs.Job, args subtitleArgs) error {
	for {
		var due *publish.Subtitled
		var part publish.Part
		err := store.Do(ctx, h.DB, func(ctx context.Context, tx *store.Tx) (err error) {
			if err := jobs.Hold(ctx, tx, job); err != nil {
				return err
			}
			if due, part, err = waiting(ctx, tx, args); err != nil || due != nil {
				return err
			}
			return jobs.Settle(ctx, tx, job)
		})
		if err != nil || due == nil {
			return err
		}
		cause := h.bringSubtitle(ctx, job, args, *due, part)
		if k := fault.KindOf(cause); cause != nil && (k == fault.Throttled || k == fault.Unavailable) {
			return cause // the runner tries again, and looks first
		}
		err = store.Do(context.WithoutCancel(ctx), h.DB, func(ctx context.Context, tx *store.Tx) error {
			if err := jobs.Hold(ctx, tx, job); err != nil {
				return err
			}
			h.tell(tx, args.Workspace, "posts", args.Publication)
			return due.Close(ctx, tx, cause)
		})
		if err != nil {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// waiting are the next subtitles to be brought, and the part whose video they are for.
func waiting(ctx context.Context, tx *store.Tx, args subtitleArgs) (*publish.Subtitled, publish.Part, error) {
	p, err := publish.GetPublication(ctx, tx, args.Workspace, args.Publication)
	if err != nil || p.State == publish.Deleted {
		return nil, publish.Part{}, err
	}
	all, err := publish.Subtitles(ctx, tx, args.Workspace, args.Publication)
	if err != nil {
		return nil, publish.Part{}, err
	}
	i := slices.IndexFunc(all, publish.Subtitled.Due)
	if i < 0 {
		return nil, publish.Part{}, nil
	}
	part, err := publish.GetPart(ctx, tx, args.Workspace, all[i].PartID)
	return &all[i], part, err
}

// bringSubtitle brings those of one language, if they are not there.
func (h *House) bringSubtitle(ctx context.Context, job *jobs.Job, args subtitleArgs, due publish.Subtitled, part publish.Part) error {
	c, conn, err := h.conn(ctx, args.Workspace, args.Channel)
	if err != nil {
		return err
	}
	subtitler, err := network.As[network.Subtitler](h.Networks, c.Network, network.ActSubtitles)
	if err != nil {
		return err
	}
	var kept media.Subtitle
	if err := store.View(ctx, h.DB, func(ctx context.Context, tx *store.Tx) (err error) {
		kept, err = media.GetSubtitle(ctx, tx, args.Workspace, due.MediaID, due.Lang)
		return err
	}); err != nil {
		return err
	}
	driver, err := h.Networks.Get(c.Network)
	if err != nil {
		return err
	}
	if left := due.TriedAt.Add(driver.Profile().Delay).Sub(h.DB.Now()); !due.TriedAt.IsZero() && left > 0 {
		return fault.New(fault.Unavailable, "A look would prove nothing yet.").In(left)
	}
	there, err := subtitler.Subtitled(ctx, conn, part.Remote, []string{due.Lang})
	h.ailing(ctx, c, err)
	if err != nil || slices.Contains(there, due.Lang) {
		return err
	}
	if err := store.Do(ctx, h.DB, func(ctx context.Context, tx *store.Tx) error {
		if err := jobs.Hold(ctx, tx, job); err != nil {
			return err
		}
		return due.Try(ctx, tx)
	}); err != nil {
		return err
	}
	err = subtitler.Subtitle(ctx, conn, part.Remote, network.Subtitle{Lang: kept.Lang, VTT: kept.Body})
	h.ailing(ctx, c, err)
	if fault.Is(err, fault.Uncertain) {
		return fault.Wrap(fault.Unavailable, err, "The network did not answer.").In(driver.Profile().Delay)
	}
	return err
}

// strandedSubtitles records that the job gave up.
func (h *House) strandedSubtitles(ctx context.Context, tx *store.Tx, _ *jobs.Job, args subtitleArgs, cause error) error {
	all, err := publish.Subtitles(ctx, tx, args.Workspace, args.Publication)
	if err != nil {
		return err
	}
	h.tell(tx, args.Workspace, "posts", args.Publication)
	for _, s := range all {
		if err := s.Close(ctx, tx, cause); err != nil {
			return err
		}
	}
	return nil
}
