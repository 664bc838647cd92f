package api

import (
	"cmp"
	"context"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/measure"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/view"
)

// Rate is a named, versioned definition applied to counts.
type Rate struct {
	Definition  string       `json:"definition"`
	Version     int          `json:"version"`
	Value       *float64     `json:"value" doc:"Per cent; null when it cannot be made: missing is not zero."`
	Numerator   *int64       `json:"numerator"`
	Denominator *int64       `json:"denominator"`
	Formula     string       `json:"formula"`
	Coverage    string       `json:"coverage" enum:"full,partial,none" doc:"Whether the network gave all counts of the formula."`
	Given       List[string] `json:"given"`
	Missing     List[string] `json:"missing"`
	AsOf        *time.Time   `json:"as_of"`
}

// Definition is what a rate means.
type Definition struct {
	Name        string       `json:"name"`
	Version     int          `json:"version"`
	Numerator   List[string] `json:"numerator" doc:"Counts that are added."`
	Denominator string       `json:"denominator"`
	Formula     string       `json:"formula"`
	ValidFrom   string       `json:"valid_from"`
}

// PostMeasure is a publication with its counts.
type PostMeasure struct {
	PublicationID string           `json:"publication_id"`
	PostID        string           `json:"post_id"`
	ChannelID     string           `json:"channel_id"`
	Text          string           `json:"text"`
	URL           string           `json:"url"`
	PublishedAt   *time.Time       `json:"published_at"`
	Counts        map[string]int64 `json:"counts" nullable:"true" doc:"null: nothing yet."`
	CountedBy     string           `json:"counted_by" enum:",network,by_hand" doc:"Whose counts these are."`
	Rate          Maybe[Rate]      `json:"rate"`
	AsOf          *time.Time       `json:"as_of"`
}

type measureQuery struct {
	Paging
	Channel string `query:"channel" maxLength:"64"`
}

// AccountFigures is what a network tells of an account, day by day.
type AccountFigures struct {
	ChannelID string             `json:"channel_id"`
	Network   network.Name       `json:"network"`
	Zone      string             `json:"zone" doc:"Whose days these are."`
	Late      int                `json:"late" doc:"For how many days the figures of a day may still change."`
	Told      bool               `json:"told" doc:"The network tells the figures of an account; else only its followers are known."`
	Means     List[CountMeaning] `json:"means" doc:"What counts mean that this network alone has."`
	Days      List[AccountDay]   `json:"days" doc:"The oldest first. A day or a count that was not told is absent, never 0."`
	Audience  Audience           `json:"audience"`
}

// CountMeaning is what a count of a network's own is called and means.
type CountMeaning struct {
	Count string `json:"count"`
	Label string `json:"label" say:""`
	Text  string `json:"text" say:""`
	Level bool   `json:"level" doc:"How much there is at the end of a day: days are not added."`
}

// AccountDay is one day of the network's.
type AccountDay struct {
	Day    string           `json:"day"`
	Counts map[string]int64 `json:"counts" nullable:"false"`
	AsOf   time.Time        `json:"as_of"`
}

// Audience is how followers came and went, as far as it was told.
type Audience struct {
	Followers *int64 `json:"followers" doc:"On the last day that tells."`
	Day       string `json:"day"`
	Before    *int64 `json:"before" doc:"On the first day that tells; null: there is one day only."`
	BeforeDay string `json:"before_day"`
	Gained    *int64 `json:"gained" doc:"The network's own sum of those who came, of the days that tell; null: it does not say."`
	Lost      *int64 `json:"lost"`
	ToldDays  int    `json:"told_days" doc:"How many days tell of coming or going."`
}

type figuresQuery struct {
	Channel string `query:"channel" maxLength:"64"`
	Days    int    `query:"days" minimum:"1" maximum:"400" default:"28"`
}

func (d *Door) measures() {
	read(d, route{id: "GET /measures/accounts", name: "listAccountFigures", verb: access.Measure, summary: "The figures of the accounts, day by day"},
		func(ctx context.Context, tx *store.Tx, by access.Actor, in *figuresQuery) (said Page[AccountFigures], err error) {
			all, err := channel.List(ctx, tx, by.Workspace)
			for _, c := range all {
				if !by.Sees(c.ID) || in.Channel != "" && in.Channel != c.ID {
					continue
				}
				on, err := d.House.Networks.Get(c.Network)
				if err != nil {
					return said, err
				}
				days, err := measure.Days(ctx, tx, by.Workspace, c.ID, tx.Now.UTC().AddDate(0, 0, -in.Days).Format(time.DateOnly))
				if err != nil {
					return said, err
				}
				how, a := on.Profile().Insights, measure.AudienceOf(days)
				said.Items = append(said.Items, AccountFigures{ChannelID: c.ID, Network: c.Network, Zone: cmp.Or(how.Zone, "UTC"), Late: how.Late, Told: network.Can(on, network.ActInsights),
					Means:    each(how.Means, func(m network.Meaning) CountMeaning { return CountMeaning(m) }),
					Days:     each(days, func(d measure.Day) AccountDay { return AccountDay{d.Day, d.Counts, d.TakenAt.UTC()} }),
					Audience: Audience{a.Now, a.NowDay, a.Then, a.ThenDay, a.Gained, a.Lost, a.Told}})
			}
			return said, err
		})
	read(d, route{id: "GET /measures/posts", name: "listMeasures", verb: access.Measure, summary: "What was published, with its counts, latest change first"},
		func(ctx context.Context, tx *store.Tx, by access.Actor, in *measureQuery) (Page[PostMeasure], error) {
			found, err := view.Posts(ctx, tx, by, view.PostsAsked{Channel: in.Channel, Cursor: in.Cursor, Limit: in.Limit})
			said := Page[PostMeasure]{Next: found.Next}
			for _, p := range found.Items {
				for _, u := range p.Publications {
					if u.State != "published" || in.Channel != "" && u.ChannelID != in.Channel {
						continue
					}
					it := publicationOf(u, nil)
					said.Items = append(said.Items, PostMeasure{u.ID, p.ID, u.ChannelID, p.Excerpt, u.URL, it.PublishedAt, it.Counts, it.CountedBy, it.Rate, when(u.CountedAt)})
				}
			}
			return said, err
		})
	on(d, route{id: "GET /measures/definitions", name: "listDefinitions", verb: access.Measure, summary: "What each rate means"},
		func(context.Context, access.Actor, *none) (Page[Definition], error) {
			def := measure.ByFollowers()
			return Page[Definition]{Items: List[Definition]{{def.Name, def.Version, def.Numerator, def.Denominator, def.Formula, def.ValidFrom}}}, nil
		})
}

func rateOf(r measure.Rate) Rate {
	said := Rate{Definition: r.Definition, Version: r.Version, Value: r.Value, Formula: r.Formula, Given: r.Given, Missing: r.Missing, AsOf: when(r.AsOf), Coverage: "full"}
	switch {
	case r.Value == nil:
		said.Coverage = "none"
	case len(r.Missing) > 0:
		said.Coverage = "partial"
	}
	if len(r.Given) > 0 {
		said.Numerator = &r.Numerator
	}
	if r.Value != nil {
		said.Denominator = &r.Denominator
	}
	return said
}
