package flow

import (
	"context"
	"slices"

	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/inbox"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
)

// notified takes what a network tells of an account itself. What it says counts at once;
// then the network is asked how the account is, so that what came late, in another order
// or not at all ends as it is there.
func (h *taking) notified(ctx context.Context, tx *store.Tx, a inbox.Arrival) error {
	if a.Event.Notice == nil {
		return nil
	}
	c, err := channel.Get(ctx, tx, a.Workspace, a.ChannelID)
	if fault.Is(err, fault.NotFound) {
		return nil // removed meanwhile
	}
	if err != nil {
		return err
	}
	news, err := channel.Notify(ctx, tx, c, *a.Event.Notice, a.Event.At)
	if err != nil {
		return err
	}
	if news {
		h.tell(a.Workspace, "channels", a.ChannelID)
	}
	return h.soon(ctx, tx, checkKind(), c)
}

// warned are the alerts that notices make, of one channel.
func warned(notices []channel.Notice, c channel.Channel) (all []Alert) {
	for _, n := range notices {
		if n.Channel != c.ID {
			continue
		}
		key := "account_" + n.Level
		params := map[string]any{"text": n.Text, "fix": n.Fix, "ends": moment(n.Ends)}
		if n.Template != "" {
			key, params["template"] = "template_"+n.Level, n.Template
		}
		all = append(all, Alert{Key: key, Bad: n.Level == network.Barred, Channel: c, At: n.At, Mend: mendLook, Params: params})
	}
	return all
}

// notices gives what is told of a channel now.
func (h *House) notices(ctx context.Context, c channel.Channel) (all []channel.Notice, err error) {
	err = store.View(ctx, h.DB, func(ctx context.Context, tx *store.Tx) error {
		told, err := channel.Notices(ctx, tx, c.Workspace)
		for _, n := range told {
			if n.Channel == c.ID {
				all = append(all, n)
			}
		}
		return err
	})
	return all, err
}

// agree ends what was told of templates, before the network was asked, that it lists as
// ready to be sent: that they are so again need not have reached us.
func (h *House) agree(ctx context.Context, c channel.Channel, told []channel.Notice, all []network.Template) error {
	ready := map[string]bool{}
	for _, t := range all {
		ready[t.ID] = t.Why == ""
	}
	told = slices.DeleteFunc(told, func(n channel.Notice) bool { return n.Level != network.Barred || !ready[n.TemplateID] })
	if len(told) == 0 {
		return nil
	}
	return store.Do(ctx, h.DB, func(ctx context.Context, tx *store.Tx) error {
		h.tell(tx, c.Workspace, "channels", c.ID)
		for _, n := range told {
			if err := channel.Over(ctx, tx, n); err != nil {
				return err
			}
		}
		return nil
	})
}
