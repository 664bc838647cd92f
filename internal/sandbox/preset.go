package sandbox

import (
	"fmt"
	"slices"
)

// Preset is a known weather by its name.
type Preset struct {
	Name string   `json:"name"`
	FR   string   `json:"fr"`
	EN   string   `json:"en"`
	All  []Mishap `json:"items"`
}

// Presets are the weathers the control room offers.
func Presets() []Preset {
	sec := func(s float64) *float64 { return &s }
	retry := 20
	return []Preset{
		{"fine", "Beau temps", "Fine", nil},
		{"slow", "Lent", "Slow", []Mishap{{Kind: Latency, DelayMS: 800, JitterMS: 1200}}},
		{"throttled", "Limité", "Throttled", []Mishap{
			{Kind: Throttled, Action: AnyWrite, Probability: 0.5, RetryAfterS: &retry},
			{Kind: Throttled, Action: AnyRead, Probability: 0.2}}},
		{"stormy", "Tempête", "Stormy", []Mishap{
			{Kind: Latency, DelayMS: 200, JitterMS: 1500},
			{Kind: ServerError, Probability: 0.15},
			{Kind: LostAnswer, Action: AnyWrite, Probability: 0.15},
			{Kind: Cut, Action: AnyWrite, Probability: 0.1},
			{Kind: ListedLate, Action: Publish, Probability: 0.3, Seconds: sec(90)},
			{Kind: HookTwice, Probability: 0.2}, {Kind: HookReordered, Probability: 0.2},
			{Kind: HookDelayed, Probability: 0.1, Seconds: sec(30)}}},
		{"treacherous", "Trompeur", "Treacherous", []Mishap{
			{Kind: LostAnswer, Action: AnyWrite, Probability: 0.3},
			{Kind: ErrorAfter, Action: AnyWrite, Probability: 0.2},
			{Kind: ListedLate, Action: Publish, Seconds: sec(90)},
			{Kind: EarlierTwin, Action: Publish, Probability: 0.3},
			{Kind: UnknownFields}, {Kind: ClockSkew, Seconds: sec(-240)},
			{Kind: HookTwice}, {Kind: HookCrowded}}},
		{"signed_out", "Déconnecté", "Signed out", []Mishap{{Kind: TokenExpired}}},
		{"outage", "Panne", "Outage", []Mishap{{Kind: Maintenance}}},
	}
}

// Preset replaces the weather by a known one, for one network or, with "", for all.
func (w *Weather) Preset(name, network string) error {
	for _, p := range Presets() {
		if p.Name != name {
			continue
		}
		for i := range p.All {
			p.All[i].Network = network
		}
		// what a network does not play is no part of its weather
		p.All = slices.DeleteFunc(p.All, func(m Mishap) bool { return !w.stage.plays(network, m.Kind) })
		return w.Set(p.All)
	}
	return fmt.Errorf("no weather is called %q", name)
}
