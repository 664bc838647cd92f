package api

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/measure"
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
	Rate          Maybe[Rate]      `json:"rate"`
	AsOf          *time.Time       `json:"as_of"`
}

type measureQuery struct {
	Paging
	Channel string `query:"channel" maxLength:"64"`
}

func (d *Door) measures() {
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
					said.Items = append(said.Items, PostMeasure{u.ID, p.ID, u.ChannelID, p.Excerpt, u.URL, it.PublishedAt, it.Counts, it.Rate, when(u.CountedAt)})
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
