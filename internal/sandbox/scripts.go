package sandbox

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// Scripts lets people act by themselves: scenes that were started go on by the stage's clock until they are stopped.
type Scripts struct {
	stage  *Stage
	talk   talk
	mu     sync.Mutex
	random *rand.Rand
	n      int
	scenes []*Scene
	said   map[string]Person // network + comment → who said it, so that an answer of ours can be answered
}

func newScripts(s *Stage) *Scripts {
	return &Scripts{stage: s, talk: readTalk(), random: s.Random("scripts"), said: map[string]Person{}}
}

// Scene is a scenario that is being played.
type Scene struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	Network   string    `json:"network"` // "" is every network
	Account   string    `json:"account"` // "" is every account
	Target    string    `json:"target,omitempty"`
	Intensity float64   `json:"intensity"` // 1 is as written
	ForS      float64   `json:"for_s"`
	StartedAt time.Time `json:"started_at"`
	Acts      int       `json:"acts"`
	Failed    int       `json:"failed"`
	LastError string    `json:"last_error,omitempty"`

	scripts *Scripts
	random  *rand.Rand
	ended   bool
	pending map[int]func() // cancels what is still to come
	next    int
}

// Start plays a scenario by its name.
func (s *Scripts) Start(want Scene) (Scene, error) {
	play, ok := plays(want.Name)
	if !ok {
		return Scene{}, fmt.Errorf("no scenario is called %q", want.Name)
	}
	s.mu.Lock()
	s.n++
	scene := &Scene{ID: fmt.Sprintf("s%d", s.n), Name: want.Name, Network: want.Network, Account: want.Account, Target: want.Target,
		Intensity: want.Intensity, ForS: want.ForS, StartedAt: s.stage.Clock.Now(), scripts: s, pending: map[int]func(){},
		random: s.stage.Random(fmt.Sprintf("%s %d", want.Name, s.n))}
	if scene.Intensity <= 0 {
		scene.Intensity = 1
	}
	if scene.ForS <= 0 {
		scene.ForS = play.usual.Seconds()
	}
	s.scenes = append(s.scenes, scene)
	s.mu.Unlock()
	if play.begin != nil {
		play.begin(scene)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return *scene, nil
}

// Stop ends a scene; what it still meant to do does not happen.
func (s *Scripts) Stop(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, scene := range s.scenes {
		if scene.ID == id {
			scene.end()
			s.scenes = slices.Delete(s.scenes, i, i+1)
			return true
		}
	}
	return false
}

// StopAll ends all scenes.
func (s *Scripts) StopAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, scene := range s.scenes {
		scene.end()
	}
	s.scenes = nil
}

// Scenes answers what is being played.
func (s *Scripts) Scenes() []Scene {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := []Scene{}
	for _, scene := range s.scenes {
		all = append(all, *scene)
	}
	return all
}

// heard tells the scenes of a write of ours.
func (s *Scripts) heard(e Entry) {
	s.mu.Lock()
	scenes := slices.Clone(s.scenes)
	who, answers := s.said[e.Network+" "+e.Parent]
	s.mu.Unlock()
	for _, scene := range scenes {
		if !scene.meets(e.Network, e.Account) {
			continue
		}
		play, _ := plays(scene.Name)
		if e.Action == Publish && play.post != nil {
			play.post(scene, e)
		}
		if (e.Action == Reply || e.Action == Message) && answers && play.answer != nil {
			play.answer(scene, e, who)
		}
	}
}

func (s *Scripts) remember(network, id string, p Person) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.said) > 20000 { // a long rehearsal forgets the oldest talk rather than growing for ever
		clear(s.said)
	}
	s.said[network+" "+id] = p
}

func (c *Scene) meets(network, account string) bool {
	return (c.Network == "" || c.Network == network) && (c.Account == "" || c.Account == account)
}

// end forgets what is still to come; the scripts' mutex is held.
func (c *Scene) end() {
	c.ended = true
	for _, cancel := range c.pending {
		cancel()
	}
	c.pending = nil
}

// in lets somebody act after d, unless the scene is over by then.
func (c *Scene) in(d time.Duration, a Act) {
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
		if over {
			return
		}
		_, err := s.Do(a)
		s.mu.Lock()
		defer s.mu.Unlock()
		if err != nil {
			c.Failed++
			c.LastError = err.Error()
			return
		}
		c.Acts++
	})
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
				all = append(all, Act{Network: n.Name, Account: a.ID})
			}
		}
	}
	return all
}
