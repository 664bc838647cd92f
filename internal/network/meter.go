package network

import (
	"encoding/json"
	"slices"
)

// Calls names quotas that count calls, or the units that calls cost: reading takes of
// them, too.
const Calls = "calls"

// Meter is told what was taken of a quota that counts more than posts. nil: nobody
// counts.
type Meter func(what string, n int)

// Take tells a meter.
func (m Meter) Take(what string, n int) {
	if m != nil && n > 0 {
		m(what, n)
	}
}

// Costs is how many calls something takes: the first of its names that is known, else
// one.
func (p Profile) Costs(names ...string) int {
	for _, name := range names {
		if n, ok := p.CallCosts[name]; ok {
			return n
		}
	}
	return 1
}

// Elsewhere is the profile of a network where another address stands in its place, as in
// a rehearsal: the network's calls are not used there, unless somebody says how many
// there are.
func (p Profile) Elsewhere(said json.RawMessage) Profile {
	var own struct {
		Quotas json.RawMessage `json:"quotas"`
	}
	if json.Unmarshal(said, &own) == nil && own.Quotas != nil {
		return p
	}
	p.Quotas = slices.DeleteFunc(slices.Clone(p.Quotas), func(q Quota) bool { return q.Name == Calls })
	return p
}
