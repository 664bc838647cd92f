package flow

import (
	"testing"
	"time"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/publish"
)

func TestADecisionIsTakenOnlyOnWhatWasSeen(t *testing.T) {
	claimed := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	seen := func(id, text string, at time.Duration, after string) network.Seen {
		return network.Seen{Ref: network.Ref{ID: id}, Text: text, At: claimed.Add(at), After: after}
	}
	ours := seen("1", "Hello  world", 2*time.Second, "")
	apart := ours
	apart.ID, apart.Apart = "2", true
	doubtful := ours
	doubtful.ID, doubtful.Doubtful = "4", true
	e := expected{fingerprint: publish.Fingerprint("Hello world", 0), from: claimed}
	for name, c := range map[string]struct {
		e     expected
		look  network.Look
		known map[string]bool
		now   time.Duration
		want  finding
	}{
		"the key is known":               {e, network.Look{Exact: &ours, Complete: true}, nil, 0, found},
		"the key is known to be absent":  {e, network.Look{Keyed: true}, nil, 0, absent},
		"the same text, in time":         {e, network.Look{Near: []network.Seen{ours}, Complete: true}, nil, time.Second, found},
		"the same text, long before":     {e, network.Look{Near: []network.Seen{seen("0", "Hello world", -time.Hour, "")}, Complete: true}, nil, 10 * time.Minute, absent},
		"the same text, claimed already": {e, network.Look{Near: []network.Seen{ours}, Complete: true}, map[string]bool{"1": true}, 10 * time.Minute, absent},
		"the same text, as an answer":    {e, network.Look{Near: []network.Seen{seen("1", "Hello world", 0, "9")}, Complete: true}, nil, 10 * time.Minute, absent},
		"twice the same text":            {e, network.Look{Near: []network.Seen{ours, seen("2", "Hello world", 3*time.Second, "")}, Complete: true}, nil, 10 * time.Minute, cannotTell},
		"nothing, but too early to say":  {e, network.Look{Complete: true}, nil, 30 * time.Second, tooEarly},
		"nothing, after the delay":       {e, network.Look{Complete: true}, nil, 91 * time.Second, absent},
		"nothing, but the list is cut":   {e, network.Look{}, nil, 10 * time.Minute, cannotTell},
		"the same text, another quote":   {e, network.Look{Near: []network.Seen{apart}, Complete: true}, nil, 10 * time.Minute, absent},
		"another quote, and ours":        {e, network.Look{Near: []network.Seen{apart, ours}, Complete: true}, nil, 10 * time.Minute, found},
		"perhaps the same":               {e, network.Look{Near: []network.Seen{doubtful}, Complete: true}, nil, 10 * time.Minute, cannotTell},
		"perhaps the same, too early":    {e, network.Look{Near: []network.Seen{doubtful}, Complete: true}, nil, time.Second, tooEarly},
		"perhaps, and another of ours":   {e, network.Look{Near: []network.Seen{doubtful}, Complete: true}, map[string]bool{"4": true}, 10 * time.Minute, absent},
		"perhaps the same, and ours":     {e, network.Look{Near: []network.Seen{doubtful, ours}, Complete: true}, nil, 10 * time.Minute, found},
		"another text":                   {e, network.Look{Near: []network.Seen{seen("3", "Bye", 0, "")}, Complete: true}, nil, 10 * time.Minute, absent},
		"minutes off, ours or not":       {e, network.Look{Near: []network.Seen{seen("1", "Hello world", -7*time.Minute, "")}, Complete: true}, nil, 10 * time.Minute, cannotTell},
		"minutes off, and too early":     {e, network.Look{Near: []network.Seen{seen("1", "Hello world", -7*time.Minute, "")}, Complete: true}, nil, time.Minute, tooEarly},
		"an earlier one, and ours":       {e, network.Look{Near: []network.Seen{ours, seen("0", "Hello world", -7*time.Minute, "")}, Complete: true}, nil, 10 * time.Minute, found},
		"minutes ahead, still ours":      {e, network.Look{Near: []network.Seen{seen("1", "Hello world", 7*time.Minute, "")}, Complete: true}, nil, 10 * time.Minute, found},
		"skewed clocks, still ours":      {e, network.Look{Near: []network.Seen{seen("1", "Hello world", -90*time.Second, "")}, Complete: true}, nil, 10 * time.Minute, found},
	} {
		got, _ := decide(c.e, c.look, c.known, claimed.Add(c.now), 90*time.Second)
		if got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
