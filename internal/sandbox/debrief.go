package sandbox

import (
	"slices"
	"time"
)

// Debrief is how a team did in a scene, measured by what the networks accepted: nobody's opinion, and not Kith's own count.
type Debrief struct {
	Asked     int        `json:"asked"` // wanted an answer
	Answered  int        `json:"answered"`
	MedianS   float64    `json:"median_s"` // until the answer, of those answered
	SlowestS  float64    `json:"slowest_s"`
	Harmful   int        `json:"harmful"`
	Hidden    int        `json:"hidden"` // of the harmful
	HiddenS   float64    `json:"hidden_median_s"`
	Wronged   int        `json:"wronged"` // hidden or deleted, and harmless
	Published int        `json:"published"`
	Twice     int        `json:"twice"` // texts that reached an account more than once
	Missed    []Missed   `json:"missed"`
	Networks  []Standing `json:"networks"`
}

// Missed is somebody who was not answered.
type Missed struct {
	Network string    `json:"network"`
	Person  string    `json:"person"`
	Text    string    `json:"text"`
	Private bool      `json:"private,omitempty"`
	At      time.Time `json:"at"`
}

// Standing is the same on one network.
type Standing struct {
	Network  string `json:"network"`
	Asked    int    `json:"asked"`
	Answered int    `json:"answered"`
	Harmful  int    `json:"harmful"`
	Hidden   int    `json:"hidden"`
}

// mostMissed is how many of the unanswered are named.
const mostMissed = 12

// debrief counts so far; the scripts' mutex is held.
func (c *Scene) debrief() Debrief {
	d := Debrief{Missed: []Missed{}, Networks: []Standing{}}
	of := map[string]*Standing{}
	var waits, reactions []float64
	for _, u := range c.told {
		n := of[u.network]
		if n == nil {
			n = &Standing{Network: u.network}
			of[u.network] = n
		}
		switch {
		case u.kind == "harm":
			d.Harmful++
			n.Harmful++
			if !u.gone.IsZero() {
				d.Hidden++
				n.Hidden++
				reactions = append(reactions, u.gone.Sub(u.at).Seconds())
			}
			continue
		case !u.gone.IsZero():
			d.Wronged++
		}
		if !asks(u.kind) {
			continue
		}
		d.Asked++
		n.Asked++
		if u.answered.IsZero() {
			d.Missed = append(d.Missed, Missed{u.network, u.who.Name, u.text, u.private, u.at})
			continue
		}
		d.Answered++
		n.Answered++
		waits = append(waits, u.answered.Sub(u.at).Seconds())
	}
	d.MedianS, d.SlowestS = median(waits), 0
	if len(waits) > 0 {
		d.SlowestS = slices.Max(waits)
	}
	d.HiddenS = median(reactions)
	if len(d.Missed) > mostMissed {
		d.Missed = d.Missed[:mostMissed]
	}
	for _, on := range c.scripts.stage.Networks() {
		if n := of[on.Name]; n != nil {
			d.Networks = append(d.Networks, *n)
		}
	}
	c.published(&d)
	return d
}

// published counts our posts of that time in the ledger, and those that are there twice.
func (c *Scene) published(d *Debrief) {
	until := c.scripts.stage.Clock.Now()
	if c.EndedAt != nil {
		until = *c.EndedAt
	}
	ours := func(e Entry) bool {
		return c.meets(e.Network, e.Account) && !e.At.Before(c.StartedAt) && !e.At.After(until)
	}
	for _, e := range c.scripts.stage.Ledger.Entries(Filter{Action: Publish}) {
		if ours(e) && !e.Repeat {
			d.Published++
		}
	}
	for _, twice := range c.scripts.stage.Ledger.Duplicates(nil) {
		if twice.Marker != "" && ours(twice.Entries[len(twice.Entries)-1]) {
			d.Twice++
		}
	}
}

func median(all []float64) float64 {
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return all[len(all)/2]
}
