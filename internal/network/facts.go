package network

import (
	"encoding/json"
	"time"
)

// facts is the dated data of a network, as its facts.json holds them.
type facts struct {
	Label    string            `json:"label"`
	AsOf     string            `json:"as_of"`
	Evidence []Proof           `json:"evidence"`
	DelayS   int               `json:"delay_s"`
	ReachS   int               `json:"reach_s"`
	Limits   Limits            `json:"limits"`
	Cannot   map[Action]Cannot `json:"cannot"`
	Only     map[Action]string `json:"only"`
	Later    []Action          `json:"later"`
	Below    []Action          `json:"below_ours"`
	Sorts    []Sort            `json:"sorts"`
	Rights   []Right           `json:"rights"`
	Options  []Option          `json:"options"`
	Quotas   []Quota           `json:"quotas"`
	Prices   []Price           `json:"prices"`
	Costs    map[string]int    `json:"call_costs"`
	Reading  ReadingPlan       `json:"reading"`
	Headers  []LimitHeader     `json:"limit_headers"`
	Windows  []Window          `json:"windows"`
	Edits    Edits             `json:"edits"`
	Pins     map[string]int    `json:"pins"`
	Closing  Closing           `json:"closing"`
	Likes    Liking            `json:"likes"`
	Upload   Upload            `json:"upload"`
	Insights Insights          `json:"insights"`
	Waits    *Scheduling       `json:"scheduling"`
	Ahead    *Ahead            `json:"ahead"`
	Version  string            `json:"version"`
	Expires  string            `json:"expires"`
	Guide    []string          `json:"guide"`
	Assisted *Assisted         `json:"assisted"`
	Second   *Extension        `json:"extension"`
	Sources  map[string]Source `json:"sources"`
}

// Facts reads the embedded facts.json of a driver, with what whoever runs this
// house says in its place; a malformed one is a mistake of ours and panics.
func Facts(data []byte, said ...json.RawMessage) Profile {
	for _, s := range said {
		if len(s) > 0 {
			data = over(data, s)
		}
	}
	var f facts
	if err := json.Unmarshal(data, &f); err != nil {
		panic("facts of a network: " + err.Error())
	}
	return Profile{
		Label: f.Label, AsOf: f.AsOf, Evidence: f.Evidence, Limits: f.Limits, Cannot: f.Cannot, Only: f.Only, Later: f.Later, BelowOurs: f.Below, Sorts: f.Sorts, Rights: f.Rights,
		Delay: time.Duration(f.DelayS) * time.Second, Reach: time.Duration(f.ReachS) * time.Second, Options: f.Options, Quotas: f.Quotas, Prices: f.Prices, CallCosts: f.Costs, Reading: f.Reading, Headers: f.Headers,
		Windows: f.Windows, Edits: f.Edits, Pins: f.Pins, Closing: f.Closing, Likes: f.Likes, Upload: f.Upload, Insights: f.Insights, Scheduling: f.Waits, Ahead: f.Ahead, Version: f.Version, Expires: f.Expires, Guide: f.Guide, Assisted: f.Assisted, Extension: f.Second, Sources: f.Sources,
	}
}
