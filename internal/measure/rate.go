package measure

import (
	"slices"
	"time"

	"github.com/kithhq/kith/internal/network"
)

// Definition names a rate and says how it is made. A changed formula is a new
// version, so that two numbers with one name were made in one way.
type Definition struct {
	Name        string   `json:"name"`
	Version     int      `json:"version"`
	Numerator   []string `json:"numerator"`   // counts that are added
	Denominator string   `json:"denominator"` // the count it is divided by
	Formula     string   `json:"formula"`
	ValidFrom   string   `json:"valid_from"`
}

// Rate is one number with everything needed to make it again.
type Rate struct {
	Definition  string    `json:"definition"`
	Version     int       `json:"version"`
	Value       *float64  `json:"value"` // per cent; null when it cannot be made
	Numerator   int64     `json:"numerator"`
	Denominator int64     `json:"denominator"`
	Formula     string    `json:"formula"`
	Given       []string  `json:"given"`   // counts of the numerator that the network gave
	Missing     []string  `json:"missing"` // counts it did not give: they are not taken for 0
	AsOf        time.Time `json:"as_of"`
}

// ByFollowers is the rate that every network of today can feed, so that
// channels can stand side by side: interactions with the post for each hundred
// followers at the moment of counting.
func ByFollowers() Definition {
	return Definition{
		Name:        "engagement_by_followers",
		Version:     1,
		Numerator:   []string{network.Likes, network.Replies, network.Reposts, network.Quotes},
		Denominator: network.Followers,
		Formula:     "(likes + replies + reposts + quotes) / followers × 100",
		ValidFrom:   "2026-11-22",
	}
}

// Of makes the rate from a snapshot. It needs the denominator and at least one
// count of the numerator; what is missing is said, not invented.
func (d Definition) Of(s Snapshot) Rate {
	r := Rate{Definition: d.Name, Version: d.Version, Formula: d.Formula, Given: []string{}, Missing: []string{}, AsOf: s.TakenAt}
	for _, name := range d.Numerator {
		if n, ok := s.Counts[name]; ok {
			r.Numerator += n
			r.Given = append(r.Given, name)
		} else {
			r.Missing = append(r.Missing, name)
		}
	}
	base, ok := s.Counts[d.Denominator]
	if !ok {
		r.Missing = append(r.Missing, d.Denominator)
	}
	r.Denominator = base
	if ok && base > 0 && len(r.Given) > 0 {
		value := float64(r.Numerator) / float64(base) * 100
		r.Value = &value
	}
	slices.Sort(r.Missing)
	return r
}
