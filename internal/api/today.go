package api

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/flow"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/team"
	"github.com/kithhq/kith/internal/view"
)

// Today is the day in order.
type Today struct {
	Urgent    List[Item]      `json:"urgent"`
	Answer    ToAnswer        `json:"answer"`
	Publish   List[ToPublish] `json:"publish" doc:"What leaves the house today, in order."`
	Waiting   List[Item]      `json:"waiting" doc:"What waits for a decision."`
	Watch     List[Item]      `json:"watch"`
	Yesterday Yesterday       `json:"yesterday"`
}

// Item is something to look at.
type Item struct {
	Kind    string         `json:"kind"`
	TextKey string         `json:"text_key"`
	Params  map[string]any `json:"params" say:"text,fix"`
	Href    string         `json:"href" doc:"The page in the browser application."`
	At      *time.Time     `json:"at"`
}

// ToAnswer is how many wait for an answer, and the first of them.
type ToAnswer struct {
	Count    int                `json:"count"`
	OldestAt *time.Time         `json:"oldest_at"`
	First    List[Conversation] `json:"first"`
}

// ToPublish is a publication on today's time line.
type ToPublish struct {
	PublicationID string       `json:"publication_id"`
	PostID        string       `json:"post_id"`
	ChannelID     string       `json:"channel_id"`
	Network       network.Name `json:"network"`
	State         string       `json:"state" enum:"scheduled,publishing,published,failed,unclear,deleted,by_hand,unconfirmed"`
	DueAt         time.Time    `json:"due_at"`
	Text          string       `json:"text"`
}

// Yesterday is one sentence, and its numbers.
type Yesterday struct {
	SentenceKey string           `json:"sentence_key"`
	Params      map[string]any   `json:"params"`
	Counts      map[string]int64 `json:"counts"`
}

func (d *Door) today() {
	read(d, route{id: "GET /today", name: "getToday", verb: access.Read, summary: "The day in order"}, d.oneDay)
	d.measures()
}

func (d *Door) oneDay(ctx context.Context, tx *store.Tx, by access.Actor, _ *none) (Today, error) {
	w, err := team.GetWorkspace(ctx, tx, by.Workspace)
	if err != nil {
		return Today{}, err
	}
	t, err := view.TodayFor(ctx, tx, by, w.Clock())
	if err != nil {
		return Today{}, err
	}
	first, err := d.conversationsOf(ctx, tx, by, t.Answer.First)
	if err != nil {
		return Today{}, err
	}
	urgent := each(t.Urgent, func(i view.Item) Item { return Item{"urgent", i.Key, i.Params, i.Href, when(i.At)} })
	alerts, err := d.House.Alerts(ctx, tx, by)
	if err != nil {
		return Today{}, err
	}
	return Today{
		Urgent: slices.Concat(d.roomItems(by), urgent, each(alerts, func(a flow.Alert) Item { return alertItem(by, a) })),
		Answer: ToAnswer{t.Answer.Count, when(t.Answer.Oldest), first},
		Publish: each(t.Publish, func(p view.Due) ToPublish {
			return ToPublish{p.PublicationID, p.PostID, p.ChannelID, p.Network, p.State, p.DueAt, p.Excerpt}
		}),
		Waiting: each(t.Watch, func(v view.Verdict) Item {
			return Item{"verdict", "verdict_" + v.Action, map[string]any{"verdict": v.ID, "person": v.PersonName, "messages": len(v.MessageIDs),
				"reason": v.Reason.Key, "reason_params": v.Reason.Params}, "/people/" + v.PersonID, when(v.At)}
		}),
		Yesterday: yesterdayOf(t.Yesterday),
	}, nil
}

// roomItems say that the disk is low or full, to whoever can do something about it.
func (d *Door) roomItems(by access.Actor) []Item {
	if d.House.Room == nil || !by.Can(access.Settings) {
		return nil
	}
	switch r := d.House.Room(); {
	case r.Full:
		return []Item{{Kind: "urgent", TextKey: "disk_full", Params: map[string]any{"free": r.Free}, Href: "/settings/workspace"}}
	case r.Low:
		return []Item{{Kind: "urgent", TextKey: "disk_low", Params: map[string]any{"free": r.Free}, Href: "/settings/workspace"}}
	}
	return nil
}

// alertItem is an alert of a channel as a line of the day.
func alertItem(by access.Actor, a flow.Alert) Item {
	params := map[string]any{"network": a.Channel.Network, "handle": a.Channel.Handle}
	for k, v := range a.Params {
		params[k] = v
	}
	href := "/settings/channels/" + a.Channel.ID
	switch {
	case a.Key == "set_aside":
		href = "/settings/set-aside"
	case a.Key == "channel_removed":
		href = "/publish"
	case a.Mend == flow.MendApp && by.Can(access.Connect):
		href = fmt.Sprintf("/settings/channels/app/%s", a.Params["app"])
	}
	return Item{"urgent", a.Key, params, href, when(a.At)}
}

func yesterdayOf(y view.Yesterday) Yesterday {
	said := Yesterday{SentenceKey: "yesterday", Params: map[string]any{"published": y.Published, "answered": y.Answered}, Counts: map[string]int64{}}
	quiet := y.Published == 0 && y.Answered == 0
	for kind, n := range y.Counts {
		said.Counts[kind] = int64(n)
		said.Params[kind] = n
		quiet = quiet && n == 0
	}
	if quiet {
		said.SentenceKey = "yesterday_quiet"
	}
	return said
}
