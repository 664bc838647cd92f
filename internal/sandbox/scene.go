package sandbox

import (
	"errors"
	"math/rand/v2"
	"time"
)

// Scene is a scenario that is being played, or was.
type Scene struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	Network    string     `json:"network"` // "" is every network
	Account    string     `json:"account"` // "" is every account
	Target     string     `json:"target,omitempty"`
	Intensity  float64    `json:"intensity"` // 1 is as written
	ForS       float64    `json:"for_s"`     // 0 has no end
	StartedAt  time.Time  `json:"started_at"`
	EndsAt     *time.Time `json:"ends_at,omitempty"`
	EndedAt    *time.Time `json:"ended_at,omitempty"`
	Cancelled  bool       `json:"cancelled,omitempty"`
	Progress   float64    `json:"progress"` // 0 to 1, by the stage's clock
	Phase      int        `json:"phase"`    // which of the play's phases it is in
	Struck     string     `json:"struck,omitempty"`
	Acts       int        `json:"acts"`
	TurnedAway int        `json:"turned_away"` // what a block of ours prevented
	Failed     int        `json:"failed"`
	LastError  string     `json:"last_error,omitempty"`
	Debrief    *Debrief   `json:"debrief,omitempty"` // so far, or at the end

	scripts *Scripts
	play    play
	random  *rand.Rand
	bags    map[string]*bag
	ended   bool
	pending map[int]func() // cancels what is still to come
	next    int
	weather []string // mishaps that end with the scene
	told    []*utterance
}

func (c *Scene) meets(network, account string) bool {
	return (c.Network == "" || c.Network == network) && (c.Account == "" || c.Account == account)
}

func (c *Scene) length() time.Duration { return time.Duration(c.ForS * float64(time.Second)) }

// part is a moment of the scene: 0 its beginning, 1 its end.
func (c *Scene) part(f float64) time.Duration { return time.Duration(f * float64(c.length())) }

// end forgets what is still to come and takes its weather away; the scripts' mutex is held.
func (c *Scene) end(cancelled bool) {
	if c.ended {
		return
	}
	c.ended, c.Cancelled = true, cancelled
	for _, cancel := range c.pending {
		cancel()
	}
	c.pending = nil
	for _, id := range c.weather {
		c.scripts.stage.Weather.Remove(id)
	}
	now := c.scripts.stage.Clock.Now()
	c.EndedAt = &now
}

// shown is a copy with how far it is; the scripts' mutex is held.
func (c *Scene) shown() Scene {
	now := c.scripts.stage.Clock.Now()
	if c.EndedAt != nil {
		now = *c.EndedAt
	}
	s := *c
	if c.ForS > 0 {
		s.Progress = min(now.Sub(c.StartedAt).Seconds()/c.ForS, 1)
	}
	for i, p := range c.play.Phases {
		if s.Progress >= p.At {
			s.Phase = i
		}
	}
	d := c.debrief()
	s.Debrief = &d
	return s
}

// at does something by itself after d, unless the scene is over by then.
func (c *Scene) at(d time.Duration, do func()) {
	s := c.scripts
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.ended {
		return
	}
	c.next++
	n := c.next
	c.pending[n] = s.stage.Clock.After(d, func() {
		s.mu.Lock()
		over := c.ended
		delete(c.pending, n)
		s.mu.Unlock()
		if !over {
			do()
		}
	})
}

// in lets somebody act after d.
func (c *Scene) in(d time.Duration, a Act) { c.at(d, func() { c.act(a, nil) }) }

// act lets somebody act now. Where people cannot comment they react, and where nothing of ours stands some of them write; what is
// meant for us alone is never said in public.
func (c *Scene) act(a Act, then func(done Acted, private bool)) {
	if n, _ := c.scripts.stage.Network(a.Network); n.Private && a.Kind == "comment" {
		a.Kind, a.Target = "message", ""
	}
	done, err := c.scripts.Do(a)
	if errors.Is(err, ErrNoPost) && a.Kind == "comment" && c.luck(0.35) { // as on a network that has messages alone
		a.Kind, a.Target = "message", ""
		done, err = c.scripts.Do(a)
	}
	if errors.Is(err, ErrCannot) && a.Kind == "comment" {
		a.Kind = "react"
		done, err = c.scripts.Do(a)
	}
	c.scripts.mu.Lock()
	switch {
	case err == nil:
		c.Acts++
	case errors.Is(err, ErrBlocked):
		c.TurnedAway++
	case errors.Is(err, ErrCannot), errors.Is(err, ErrNoPost): // there is nothing to do here
	default:
		c.Failed++
		c.LastError = err.Error()
	}
	c.scripts.mu.Unlock()
	if err == nil && then != nil && a.Kind != "react" {
		then(done, a.Kind == "message")
	}
	if errors.Is(err, ErrBlocked) && c.play.barred != nil {
		c.play.barred(c, a)
	}
}

// strike brings weather that goes with the scene.
func (c *Scene) strike(all ...Mishap) {
	c.scripts.mu.Lock()
	defer c.scripts.mu.Unlock()
	if c.ended {
		return
	}
	for _, m := range all {
		if c.scripts.stage.plays(m.Network, m.Kind) { // a network without webhooks loses none
			c.weather = append(c.weather, c.scripts.stage.Weather.Must(m).ID)
		}
	}
}

// calm takes the scene's weather away again.
func (c *Scene) calm() {
	c.scripts.mu.Lock()
	defer c.scripts.mu.Unlock()
	for _, id := range c.weather {
		c.scripts.stage.Weather.Remove(id)
	}
	c.weather = nil
}

// stages answers the accounts a scene plays on.
func (c *Scene) stages() []Act {
	var all []Act
	for _, n := range c.scripts.stage.Networks() {
		if n.Actor == nil {
			continue
		}
		for _, a := range n.Accounts() {
			if c.meets(n.Name, a.ID) {
				all = append(all, Act{Network: n.Name, Account: a.ID, Target: c.Target})
			}
		}
	}
	return all
}
