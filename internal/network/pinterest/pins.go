package pinterest

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
)

// pagesMost bounds a look and a counting.
const pagesMost = 8

// pinned is a pin as Pinterest shows it.
type pinned struct {
	ID          string  `json:"id"`
	Created     string  `json:"created_at"`
	Description *string `json:"description"`
	Board       string  `json:"board_id"`
	Section     string  `json:"board_section_id"`
	Parent      string  `json:"parent_pin_id"` // the pin it was saved from; "": it is none of others
	Media       struct {
		Kind  string            `json:"media_type"`
		Items []json.RawMessage `json:"items"`
	} `json:"media"`
	Metrics struct {
		Lifetime metrics `json:"lifetime_metrics"`
	} `json:"pin_metrics"`
}

// files counts what a pin shows.
func (p pinned) files() int {
	switch {
	case len(p.Media.Items) > 0:
		return len(p.Media.Items)
	case p.Media.Kind != "":
		return 1
	}
	return 0
}

// walk goes through our pins, newest first, until the visitor has enough. whole:
// the end was reached, and everything was understood.
func (d *Driver) walk(ctx context.Context, conn network.Conn, metrics bool, visit func(pinned) (enough bool)) (whole bool, err error) {
	query := url.Values{"page_size": {"100"}, "include_protected_pins": {"true"}} // a board may be protected
	if metrics {
		query.Set("pin_metrics", "true")
	}
	for range pagesMost {
		a := ask{path: "/pins", query: query}
		var got struct {
			Items    *[]json.RawMessage `json:"items"`
			Bookmark string             `json:"bookmark"`
		}
		if _, err := d.call(ctx, conn, a, &got); err != nil {
			return false, err
		}
		if got.Items == nil {
			return false, a.misunderstood()
		}
		for _, item := range *got.Items {
			var p pinned
			if json.Unmarshal(item, &p) != nil || !number.MatchString(p.ID) || moment(p.Created).IsZero() {
				return false, nil //nolint:nilerr // it may be the one: the look is not whole, and that is its answer
			}
			if visit(p) {
				return true, nil
			}
		}
		if got.Bookmark == "" {
			return true, nil
		}
		query.Set("bookmark", got.Bookmark)
	}
	return false, nil
}

// Find lists what we pinned since. What a saved pin says is theirs, so one that may be
// what a part saves is given the part's own words.
func (d *Driver) Find(ctx context.Context, conn network.Conn, part network.Part, since time.Time) (network.Look, error) {
	theirs, err := passes(part)
	if err != nil {
		return network.Look{}, err
	}
	var look network.Look
	whole, err := d.walk(ctx, conn, false, func(p pinned) bool {
		at := moment(p.Created)
		if at.Before(since) {
			return true
		}
		if theirs != "" && p.Parent == "" {
			return false // a pin of our own
		}
		seen := network.Seen{Ref: network.Ref{ID: p.ID, URL: address(p.ID)}, At: at, Media: p.files(), Doubtful: !p.ours(part, theirs)}
		if p.Description != nil {
			seen.Text = clip(*p.Description, 8192)
		}
		if theirs != "" {
			seen.Text, seen.Media = part.Text, len(part.Media)
		}
		look.Near = append(look.Near, seen)
		return false
	})
	if err != nil {
		return network.Look{}, err
	}
	look.Complete = whole
	return look, nil
}

// Delete deletes a pin of ours; what is not there is no error.
func (d *Driver) Delete(ctx context.Context, conn network.Conn, ref network.Ref) error {
	if !number.MatchString(ref.ID) {
		return fault.New(fault.Invalid, "This is no pin.")
	}
	_, err := d.call(ctx, conn, ask{method: http.MethodDelete, path: "/pins/" + ref.ID, harmless: true}, nil)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}

// Edit changes the words of a pin.
func (d *Driver) Edit(ctx context.Context, conn network.Conn, ref network.Ref, part network.Part) (network.Ref, error) {
	if !number.MatchString(ref.ID) {
		return ref, fault.New(fault.Invalid, "This is no pin.")
	}
	if part.Kind == network.PassedOn {
		return ref, fault.New(fault.Invalid, "What a saved Pin says is not ours to change.").WithHint("Delete it, and make a Pin of your own.")
	}
	body := map[string]any{"description": part.Text}
	if part.Title != "" {
		body["title"] = part.Title
	}
	if part.Link != "" {
		body["link"] = part.Link
	}
	_, err := d.call(ctx, conn, ask{method: http.MethodPatch, path: "/pins/" + ref.ID, body: body, harmless: true}, nil)
	return ref, err
}

// names are Pinterest's counts under our common names; all others keep theirs.
func name(metric string) string {
	switch metric {
	case "reaction":
		return network.Likes
	case "comment":
		return network.Replies
	case "save":
		return network.Saves
	case "impression":
		return network.Views
	case "clickthrough":
		return network.Clicks
	}
	return "pinterest:" + metric
}

// Measure reads the lifetime numbers of pins out of the list of ours.
func (d *Driver) Measure(ctx context.Context, conn network.Conn, posts []network.Ref) (map[string]network.Counts, error) {
	wanted := map[string]bool{}
	for _, p := range posts {
		wanted[p.ID] = true
	}
	all := map[string]network.Counts{}
	_, err := d.walk(ctx, conn, true, func(p pinned) bool {
		if wanted[p.ID] {
			delete(wanted, p.ID)
			all[p.ID] = counts(p.Metrics.Lifetime)
		}
		return len(wanted) == 0
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

// metrics are numbers by their names. What is no number, or null, was not given: one
// that is new does not hide the others.
type metrics map[string]float64

// UnmarshalJSON takes what it can.
func (m *metrics) UnmarshalJSON(data []byte) error {
	var given map[string]json.RawMessage
	if json.Unmarshal(data, &given) != nil {
		return nil //nolint:nilerr // no numbers at all
	}
	*m = metrics{}
	for name, value := range given {
		var n *float64
		if json.Unmarshal(value, &n) == nil && n != nil {
			(*m)[name] = *n
		}
	}
	return nil
}

// counts keeps what was given.
func counts(given metrics) network.Counts {
	c := network.Counts{}
	for metric, n := range given {
		if n >= 0 && n < 1<<53 && len(metric) <= 64 {
			c[name(clip(metric, 64))] = int64(n)
		}
	}
	return c
}

// Insights are the account's numbers of one day in UTC; they are ready after about
// two days, and absent before.
func (d *Driver) Insights(ctx context.Context, conn network.Conn, day time.Time) (network.Counts, error) {
	date := day.UTC().Format(time.DateOnly)
	var got struct {
		All struct {
			Daily []struct {
				Date    string  `json:"date"`
				Status  string  `json:"data_status"`
				Metrics metrics `json:"metrics"`
			} `json:"daily_metrics"`
		} `json:"all"`
	}
	if _, err := d.call(ctx, conn, ask{path: "/user_account/analytics", query: url.Values{"start_date": {date}, "end_date": {date}}}, &got); err != nil {
		return nil, err
	}
	c := network.Counts{}
	for _, one := range got.All.Daily {
		if one.Date != date || one.Status != "READY" {
			continue
		}
		for metric, n := range one.Metrics {
			if n < 0 || n >= 1<<53 || n != float64(int64(n)) {
				continue // rates are made, not kept
			}
			switch metric {
			case "IMPRESSION":
				c[network.Views] = int64(n)
			case "SAVE":
				c[network.Saves] = int64(n)
			case "OUTBOUND_CLICK":
				c[network.Clicks] = int64(n)
			default:
				c["pinterest:"+clip(metric, 64)] = int64(n)
			}
		}
	}
	return c, nil
}
