package api

import (
	"context"
	"slices"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/flow"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
)

// ChannelHealth is everything that is known of how a connection is.
type ChannelHealth struct {
	Channel      Channel          `json:"channel"`
	Alerts       List[Alert]      `json:"alerts"`
	KeysExpireAt *time.Time       `json:"keys_expire_at" doc:"null: they last, or the network does not say."`
	Webhook      Webhook          `json:"webhook"`
	Quotas       List[QuotaUse]   `json:"quotas"`
	Version      string           `json:"version" doc:"Of the network's API; empty where it has none."`
	VersionEnds  string           `json:"version_ends" doc:"The day after which the network may refuse it."`
	Pages        int              `json:"pages" doc:"Read while catching up; 0: there is nothing to catch up."`
	ReachS       int              `json:"reach_s" doc:"How far back the network tells, in seconds; 0: as far as needed."`
	Gaps         List[Gap]        `json:"gaps"`
	Spent        List[Spent]      `json:"spent" doc:"What the network took money for in so many days, as far as Kith knows its prices."`
	SpentDays    int              `json:"spent_days"`
	Extension    Maybe[Extension] `json:"extension" doc:"A second consent that this network has; null: it has none."`
	Reading      Maybe[Reading]   `json:"reading" doc:"What reading costs; null: the network takes no money for it, as far as Kith knows."`
	Rights       List[Right]      `json:"rights" doc:"That people allow, or not, when they connect an account; none: the network does not tell which were given."`
}

// Extension is a second consent of a network, for another API of it: POST
// /channels/{id}/extend goes there.
type Extension struct {
	Label string `json:"label" say:"" doc:"Of the button that goes there."`
	Text  string `json:"text" say:"" doc:"What it is for."`
	State string `json:"state" enum:"none,well,broken" doc:"none: nobody gave it. broken: its keys or its rights are not what they should be."`
	Lacks string `json:"lacks" say:"" doc:"Why one cannot go there now; empty: one can."`
	Fix   string `json:"fix" say:"" doc:"What mends that."`
}

// Spent is what was paid for one sort of act.
type Spent struct {
	What     string `json:"what" doc:"As the network's prices name it: post, reply, read_post."`
	N        int64  `json:"n"`
	Price    string `json:"price" doc:"Of one, a decimal number."`
	Amount   string `json:"amount" doc:"Of all, a decimal number."`
	Currency string `json:"currency"`
}

// Right is a permission of a network.
type Right struct {
	Name    string `json:"name" doc:"As the network calls it."`
	Given   bool   `json:"given"`
	Without string `json:"without" say:"" doc:"What is missing without it."`
	Instead string `json:"instead" say:"" doc:"What to do to have it."`
}

// Alert is something that a person should know; its sentence is made from key and
// params.
type Alert struct {
	Key    string         `json:"key" enum:"channel_broken,channel_warn,keys_expire,version_expires,version_expired,not_read,gap,set_aside,calls_kept,no_address,not_told,telling_fails,not_signed,silent,channel_removed,reading_paused,account_warned,account_barred,template_warned,template_barred"`
	Bad    bool           `json:"bad" doc:"Something does not work now."`
	Params map[string]any `json:"params" say:"text,fix"`
	Mend   string         `json:"mend" enum:"reconnect,extend,update,look,wait,replay,app,budget"`
}

// Webhook is whether a network knocks.
type Webhook struct {
	Possible  bool       `json:"possible" doc:"The network knocks at all."`
	Only      bool       `json:"only" doc:"It tells what happens by knocking alone: nothing can be asked for."`
	At        *time.Time `json:"at" doc:"When it did the last time."`
	Address   string     `json:"address"`
	Since     *time.Time `json:"since" doc:"Since when it is registered there that it knocks; null: it is not, or nobody knows."`
	SeenAt    *time.Time `json:"seen_at" doc:"When the network said so the last time."`
	RefusedAt *time.Time `json:"refused_at" doc:"When a knock in its name was refused the last time, because it was not signed with the secret of our app."`
	Error     string     `json:"error" say:"" doc:"Why it cannot be registered; empty: it can."`
	Fix       string     `json:"fix" say:"" doc:"What mends that."`
	Lacks     string     `json:"lacks" say:"" doc:"What the network does not tell while it knocks."`
	Instead   string     `json:"instead" say:"" doc:"What Kith does about that."`
}

// QuotaUse is how much of a quota is used.
type QuotaUse struct {
	Name    string     `json:"name"`
	Used    int        `json:"used"`
	Max     int        `json:"max" doc:"0: not known."`
	WindowS int        `json:"window_s,omitempty" doc:"In any while of this many seconds."`
	Daily   string     `json:"daily,omitempty" doc:"In a calendar day of this time zone."`
	Per     string     `json:"per,omitempty" doc:"app: shared by all channels of this house; portfolio: by the accounts of one business."`
	Resets  *time.Time `json:"resets,omitempty"`
	Source  string     `json:"source" enum:"network,kith" doc:"Who counted."`
}

// Gap is a time of which we may have missed something.
type Gap struct {
	ID        string       `json:"id"`
	ChannelID string       `json:"channel_id"`
	Network   network.Name `json:"network"`
	Handle    string       `json:"handle"`
	URL       string       `json:"url"`
	From      time.Time    `json:"from"`
	To        *time.Time   `json:"to" doc:"null: it goes on."`
	Reason    string       `json:"reason" enum:"lost,silent,untold,paused" doc:"lost: the network tells no more of it. silent: it does not answer. untold: it was not asked to tell us, and tells it no more. paused: what may be spent on reading was used up."`
}

func (d *Door) health() {
	read(d, route{id: "GET /channels/{id}/health", name: "getChannelHealth", verb: access.Read, summary: "Everything that is known of how a connection is"},
		func(ctx context.Context, tx *store.Tx, by access.Actor, in *byID) (ChannelHealth, error) {
			k, err := d.House.Condition(ctx, tx, by, in.ID)
			if err != nil {
				return ChannelHealth{}, err
			}
			return d.healthOf(k), nil
		})
	read(d, route{id: "GET /gaps", name: "listGaps", verb: access.Read, summary: "Times of which we may have missed something"},
		func(ctx context.Context, tx *store.Tx, by access.Actor, _ *none) (said Page[Gap], err error) {
			gaps, err := channel.OpenGaps(ctx, tx, by.Workspace)
			if err != nil || len(gaps) == 0 {
				return said, err
			}
			channels, err := channel.List(ctx, tx, by.Workspace)
			for _, g := range gaps {
				for _, c := range channels {
					if c.ID == g.Channel && by.Sees(c.ID) {
						said.Items = append(said.Items, gapOf(g, c))
					}
				}
			}
			return said, err
		})
	way(d, route{id: "POST /gaps/{id}/dismiss", name: "dismissGap", verb: access.Reply, audit: "gap.dismiss", summary: "Somebody has looked on the network: nothing is missing any more"},
		func(ctx context.Context, by access.Actor, in *byID) (nothing, error) {
			return nothing{}, d.House.Dismiss(ctx, by, in.ID)
		})
}

func (d *Door) healthOf(k flow.Condition) ChannelHealth {
	c := k.Channel
	said := ChannelHealth{Channel: d.channelOf(c), KeysExpireAt: when(c.KeysExpireAt), Webhook: webhookOf(k),
		Version: k.Profile.Version, VersionEnds: k.Profile.Expires, Pages: c.Pages, ReachS: int(k.Profile.Reach.Seconds()),
		Alerts: each(k.Alerts, func(a flow.Alert) Alert { return Alert{a.Key, a.Bad, a.Params, a.Mend} }),
		Gaps:   each(k.Gaps, func(g channel.Gap) Gap { return gapOf(g, c) }),
	}
	for _, u := range slices.Concat(c.Quotas, c.Told) {
		if u.Used < 0 {
			continue // the network tells the limit alone, and Kith counts
		}
		said.Quotas = append(said.Quotas, QuotaUse{Name: u.Name, Used: u.Used, Max: u.Max, Resets: when(u.Resets), Source: "network"})
	}
	said.SpentDays = flow.SpentDays
	said.Spent = each(k.Spent, func(s channel.Spending) Spent {
		return Spent{s.What, s.N, s.Price, network.Price{Amount: s.Price}.Times(s.N), s.Currency}
	})
	if k.Reading != nil {
		said.Reading = some(readingOf(*k.Reading))
	}
	if k.Knocks {
		said.Webhook.Address = d.House.Hook(c.Network)
	}
	for _, r := range k.Profile.Held(c.Granted) {
		said.Rights = append(said.Rights, Right{r.Name, r.Given, r.Without, r.Do()})
	}
	if e := k.Extension; e != nil {
		more := Extension{Label: e.Again, Text: e.Text, State: string(e.State), Lacks: e.Lacks, Fix: e.Remedy}
		if e.State == "" {
			more.Label, more.State = e.Label, "none"
		}
		said.Extension = some(more)
	}
	for _, r := range k.Counted {
		said.Quotas = append(said.Quotas, quotaOf(r))
	}
	return said
}

func webhookOf(k flow.Condition) Webhook {
	n := k.Channel.Knocks
	return Webhook{Possible: k.Knocks, Only: k.Only, At: when(k.Channel.WebhookAt), Since: when(n.Since), SeenAt: when(n.Seen), RefusedAt: when(k.Refused),
		Error: n.Error, Fix: n.Fix, Lacks: n.Lacks, Instead: n.Instead}
}

func quotaOf(r publish.Room) QuotaUse {
	q := r.Quota
	return QuotaUse{Name: q.Name, Used: r.Used, Max: q.Max, WindowS: q.WindowS, Daily: q.Daily, Per: q.Per, Source: "kith"}
}

func gapOf(g channel.Gap, c channel.Channel) Gap {
	return Gap{g.ID, g.Channel, c.Network, c.Handle, c.URL, g.From.UTC(), when(g.To), g.Reason}
}

// knocks says when each network knocked the last time.
func (d *Door) knocks(ctx context.Context, tx *store.Tx, by access.Actor) (map[network.Name]time.Time, error) {
	all, err := channel.List(ctx, tx, by.Workspace)
	last := map[network.Name]time.Time{}
	for _, c := range all {
		if by.Sees(c.ID) && c.WebhookAt.After(last[c.Network]) {
			last[c.Network] = c.WebhookAt
		}
	}
	return last, err
}
