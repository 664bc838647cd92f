package network

// Sheet is all that is known of a network, for programs.
type Sheet struct {
	Network   Name              `json:"network"`
	Label     string            `json:"label"`
	Evidence  []Proof           `json:"evidence"`
	AsOf      string            `json:"as_of"`
	Version   string            `json:"version,omitempty"`
	Expires   string            `json:"expires,omitempty"`
	DelayS    int               `json:"delay_s"`
	ReachS    int               `json:"reach_s,omitempty"`
	Abilities []Ability         `json:"abilities"`
	Limits    Limits            `json:"limits"`
	Options   []Option          `json:"options,omitempty"`
	Quotas    []Quota           `json:"quotas,omitempty"`
	Prices    []Price           `json:"prices,omitempty"`
	Windows   []Window          `json:"windows,omitempty"`
	Guide     []string          `json:"guide,omitempty"`
	Sources   map[string]Source `json:"sources,omitempty"`
}

// SheetOf writes down what a driver says of its network.
func SheetOf(d Driver) Sheet {
	p := d.Profile()
	return Sheet{Network: d.Name(), Label: p.Label, Evidence: p.Evidence, AsOf: p.AsOf, Version: p.Version, Expires: p.Expires,
		DelayS: int(p.Delay.Seconds()), ReachS: int(p.Reach.Seconds()), Abilities: Abilities(d), Limits: p.Limits, Options: p.Options,
		Quotas: p.Quotas, Prices: p.Prices, Windows: p.Windows, Guide: p.Guide, Sources: p.Sources}
}
