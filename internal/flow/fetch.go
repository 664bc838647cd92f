package flow

import (
	"context"

	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/inbox"
	"github.com/kithhq/kith/internal/jobs"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/stream"
)

// fetchArgs say where something was said of which a webhook told no more than that.
type fetchArgs struct {
	Workspace string      `json:"workspace"`
	Channel   string      `json:"channel"`
	Place     network.Ref `json:"place"`
}

func fetchKind() jobs.Kind[fetchArgs] { return jobs.Kind[fetchArgs]{Name: "fetch", Attempts: 5} }

// named takes out of what a fact came to what the network only named, and sees to it that
// it is asked for. A crowd below one post is one question: while one waits, there is no
// need of another; while one runs, one more is, for it may have been asked too early.
func (h *House) named(ctx context.Context, tx *store.Tx, c channel.Channel, all []inbox.Arrival) (left []inbox.Arrival, err error) {
	for _, a := range all {
		if a.Event.Kind != network.Named {
			left = append(left, a)
			continue
		}
		args := fetchArgs{Workspace: c.Workspace, Channel: c.ID, Place: a.Event.Ref}
		n := jobs.New{Workspace: c.Workspace, Lane: lane(c.ID, fetchKind().Name), Key: c.ID + " " + a.Event.Thread}
		job, fresh, err := jobs.Insert(ctx, tx, fetchKind(), n, args)
		if err != nil {
			return nil, err
		}
		if fresh {
			continue
		}
		if err := jobs.Move(ctx, tx, c.Workspace, job, tx.Now); fault.Is(err, fault.Conflict) {
			n.Key += " again"
			_, _, err = jobs.Insert(ctx, tx, fetchKind(), n, args)
			if err != nil {
				return nil, err
			}
		} else if err != nil {
			return nil, err
		}
	}
	return left, nil
}

// fetch asks a network for what it named. What it does not tell is found by reading.
func (h *House) fetch(ctx context.Context, _ *jobs.Job, args fetchArgs) error {
	c, conn, err := h.conn(ctx, args.Workspace, args.Channel)
	if fault.Is(err, fault.NotFound) {
		return nil // removed
	}
	if err != nil {
		return err
	}
	fetcher, err := network.As[network.Fetcher](h.Networks, c.Network, network.ActWebhook)
	if err != nil {
		return err
	}
	raws, err := fetcher.Fetch(ctx, conn, args.Place)
	if err != nil {
		h.ailing(ctx, c, err)
		return err
	}
	facts := make([]stream.Fact, len(raws))
	for i, r := range raws {
		facts[i] = stream.Fact{Workspace: c.Workspace, Channel: c.ID, Person: r.Person, Kind: string(c.Network), Key: c.ID + " " + r.Key, At: r.At, Body: r.Body}
	}
	if len(facts) == 0 {
		return nil
	}
	return h.Facts.Append(ctx, facts)
}
