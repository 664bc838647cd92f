package network

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/text"
)

// Mechanics are what whoever runs a house says of networks in place of our dated
// facts, by network: a limit that has changed since, a quota that was raised.
type Mechanics map[Name]json.RawMessage

// mechanics is what may be said: how much and how often. What a network can and
// cannot do at all is the driver's.
type mechanics struct {
	Limits  *Limits  `json:"limits"`
	DelayS  *int     `json:"delay_s"`
	ReachS  *int     `json:"reach_s"`
	Quotas  []Quota  `json:"quotas"`
	Prices  []Price  `json:"prices"`
	Windows []Window `json:"windows"`
	// Costs is how many calls something takes.
	Costs map[string]int `json:"call_costs"`
	// Assisted is how people are helped to publish by hand: an application moves its doors
	// more often than Kith is brought up to date.
	Assisted *Assisted `json:"assisted"`
	Version  *string   `json:"version"`
	Expires  *string   `json:"expires"`
}

// ReadMechanics reads and checks a file of mechanics; known are the networks there
// are.
func ReadMechanics(data []byte, known []Name) (Mechanics, error) {
	var m Mechanics
	if err := strictly(data, &m); err != nil {
		return nil, wrongMechanics("", err).WithHint(`It is one JSON object: {"x": {"delay_s": 90, "limits": {…}, "quotas": […]}}.`)
	}
	for _, name := range slices.Sorted(maps.Keys(m)) {
		if !slices.Contains(known, name) {
			all := make([]string, len(known))
			for i, k := range known {
				all[i] = string(k)
			}
			return nil, fault.New(fault.Invalid, "The mechanics name a network “%s” that Kith does not know.", name).
				WithHint("Known are: %s.", strings.Join(all, ", "))
		}
		var one mechanics
		if err := strictly(m[name], &one); err != nil {
			return nil, wrongMechanics(name, err).WithHint("Possible are: limits, delay_s, reach_s, quotas, call_costs, prices, windows, assisted, version, expires, with the names of docs/networks.md.")
		}
		if err := one.check(); err != nil {
			return nil, wrongMechanics(name, err).WithHint("Mend the number in the file of --mechanics, or take it out.")
		}
	}
	return m, nil
}

func wrongMechanics(name Name, err error) *fault.Error {
	if name == "" {
		return fault.Wrap(fault.Invalid, err, "The file of --mechanics cannot be read: %s.", err)
	}
	return fault.Wrap(fault.Invalid, err, "The mechanics of “%s” are not right: %s.", name, err)
}

func strictly(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return errors.New(strings.TrimPrefix(err.Error(), "json: "))
	}
	if d.More() {
		return errors.New("something follows after its end")
	}
	return nil
}

func (m mechanics) check() error {
	for what, n := range map[string]*int{"delay_s": m.DelayS, "reach_s": m.ReachS} {
		if n != nil && *n < 0 {
			return errors.New(what + " is below 0")
		}
	}
	for name, n := range m.Costs {
		if n < 0 {
			return fmt.Errorf("the cost of %q is below 0", name)
		}
	}
	for _, q := range m.Quotas {
		if err := q.check(); err != nil {
			return err
		}
	}
	for _, p := range m.Prices {
		if amount, err := strconv.ParseFloat(p.Amount, 64); err != nil || amount < 0 || p.What == "" || len(p.Currency) != 3 {
			return fmt.Errorf("a price needs what, amount (a decimal number in quotes) and currency (three letters): %q", p.What)
		}
	}
	for _, w := range m.Windows {
		if w.Hours <= 0 || w.Name == "" {
			return fmt.Errorf("a window needs name and hours above 0: %q", w.Name)
		}
	}
	if m.Expires != nil && *m.Expires != "" {
		if _, err := time.Parse(time.DateOnly, *m.Expires); err != nil {
			return errors.New("expires is a day: 2027-01-31")
		}
	}
	if m.Assisted != nil {
		if err := m.Assisted.sane(); err != nil {
			return err
		}
	}
	if m.Limits != nil {
		return m.Limits.sane()
	}
	return nil
}

func (q Quota) check() error {
	_, err := time.LoadLocation(q.Daily)
	switch {
	case q.Name == "" || q.Max < 0:
		return fmt.Errorf("a quota needs a name and max from 0 on: %q", q.Name)
	case err != nil:
		return fmt.Errorf("daily is a time zone, as America/Los_Angeles: %q", q.Daily)
	case q.Daily == "" && q.WindowS <= 0:
		return fmt.Errorf("the quota %q needs window_s (seconds) or daily (a time zone)", q.Name)
	case q.Per != "account" && q.Per != "app" && q.Per != Portfolio:
		return fmt.Errorf("per is account, app or portfolio: %q", q.Per)
	}
	return nil
}

// sane says what no limit may be.
func (l Limits) sane() error {
	units := []text.Unit{"", text.Graphemes, text.CodePoints, text.Mastodon, text.UTF16, text.Weighted, text.Bytes}
	texts := []TextLimit{l.Text}
	media := []MediaLimit{l.Media}
	for _, t := range []*TextLimit{l.Title, l.Reply, l.Message} {
		if t != nil {
			texts = append(texts, *t)
		}
	}
	for _, k := range l.Kinds {
		texts, media = append(texts, k.Text), append(media, k.Media)
	}
	for _, m := range media {
		if m.Image.Text != nil {
			texts = append(texts, *m.Image.Text)
		}
	}
	for _, t := range texts {
		if !slices.Contains(units, t.Unit) {
			return fmt.Errorf("there is no unit of text %q", t.Unit)
		}
		if min(t.Max, t.MaxBytes, t.URLLength, t.Hashtags, t.Mentions, t.Links) < 0 {
			return errors.New("a limit of a text is below 0")
		}
	}
	for _, m := range media {
		if min(m.MinItems, m.MaxItems, m.AltMax, m.Several) < 0 || min(m.Image.MaxBytes, m.Video.MaxBytes) < 0 || m.MinItems > m.MaxItems && m.MaxItems > 0 {
			return errors.New("a limit of files is below 0, or the least is above the most")
		}
	}
	return nil
}

// over puts what was said over our facts: objects are merged name by name, all
// else takes the place of what was there.
func over(facts, said []byte) []byte {
	var base, more map[string]json.RawMessage
	if json.Unmarshal(facts, &base) != nil || json.Unmarshal(said, &more) != nil || base == nil || more == nil {
		return said
	}
	for name, value := range more {
		if old, ok := base[name]; ok {
			value = over(old, value)
		}
		base[name] = value
	}
	merged, err := json.Marshal(base)
	if err != nil {
		panic("mechanics: " + err.Error()) // both were JSON
	}
	return merged
}
