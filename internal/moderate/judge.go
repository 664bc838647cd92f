// Package moderate judges conduct by declared rules. Judging is a pure function
// of a rule and a subject, so a rule can be replayed over the past and gives the
// very same verdicts; flow carries them out.
package moderate

import "time"

// The modes of a rule.
const (
	Off    = "off"
	Shadow = "shadow" // judged and recorded, nothing done
	Live   = "live"
)

// Rule is one declared rule of a workspace.
type Rule struct {
	ID        string
	Workspace string
	Kind      string // flooding
	Mode      string
	Version   int
	Count     int // more than so many messages …
	Window    int // … within so many seconds
	UpdatedAt time.Time
}

func (r Rule) window() time.Duration { return time.Duration(r.Window) * time.Second }

// outcome is the state of a ruling under the rule, as it is now.
func (r Rule) outcome() string {
	if r.Mode == Shadow {
		return Shadow
	}
	return InForce
}

// action is what a ruling under the rule does.
func (r Rule) action() string {
	if r.Mode == Shadow {
		return "none"
	}
	return "hold"
}

// Subject is what is judged: a message of a person at a moment, and when their
// other messages were, by the time of the network.
type Subject struct {
	PersonID  string
	MessageID string
	At        time.Time
	Others    []time.Time
	Changed   bool // its author has just put other words in the place of what they said
}

// Sentence is a reason that is said in the reader's language.
type Sentence struct {
	Key    string         `json:"key"`
	Params map[string]any `json:"params"`
}

// The reasons there are.
const (
	flooding     = "flooding"
	floodingAnew = "flooding_changed" // with words that were changed
)

// Verdict is what a rule says of a subject.
type Verdict struct {
	Guilty bool
	Reason Sentence
}

// Judge says whether a message is one too many within the rule's window. The
// message that crosses the line and those after it are meant, not the ones
// before.
func Judge(r Rule, s Subject) Verdict {
	if r.Mode == Off || r.Count <= 0 || r.Window <= 0 {
		return Verdict{}
	}
	from := s.At.Add(-r.window())
	n := 1
	for _, at := range s.Others {
		if at.After(from) && !at.After(s.At) {
			n++
		}
	}
	if n <= r.Count {
		return Verdict{}
	}
	key := flooding
	if s.Changed {
		key = floodingAnew
	}
	return Verdict{Guilty: true, Reason: Sentence{Key: key,
		Params: map[string]any{"n": n, "window_s": r.Window, "count": r.Count}}}
}
