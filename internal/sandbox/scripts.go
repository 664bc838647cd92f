package sandbox

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// Scripts lets people act by themselves: scenes that were started go on by the stage's clock until they end or are stopped.
type Scripts struct {
	stage   *Stage
	talk    talk
	stories stories
	mu      sync.Mutex
	random  *rand.Rand
	n       int
	scenes  []*Scene
	past    []*Scene              // the newest last; how they went can still be read
	said    map[string]*utterance // network + comment → who said it, so that an answer of ours can be answered
}

// remembered is how many scenes that are over can still be read about.
const remembered = 12

func newScripts(s *Stage) *Scripts {
	return &Scripts{stage: s, talk: readTalk(), stories: readStories(), random: s.Random("scripts"), said: map[string]*utterance{}}
}

// Start plays a scenario by its name.
func (s *Scripts) Start(want Scene) (Scene, error) {
	play, ok := plays(want.Name)
	if !ok {
		return Scene{}, fmt.Errorf("no scenario is called %q", want.Name)
	}
	if _, ok := s.stage.Network(want.Network); !ok && want.Network != "" {
		return Scene{}, fmt.Errorf("no network is called %q", want.Network)
	}
	s.mu.Lock()
	s.n++
	scene := &Scene{ID: fmt.Sprintf("s%d", s.n), Name: want.Name, Network: want.Network, Account: want.Account, Target: want.Target,
		Intensity: want.Intensity, ForS: want.ForS, StartedAt: s.stage.Clock.Now(), scripts: s, play: play, pending: map[int]func(){},
		bags: map[string]*bag{}, random: s.stage.Random(fmt.Sprintf("%s %d", want.Name, s.n))}
	if scene.Intensity <= 0 {
		scene.Intensity = 1
	}
	if scene.ForS <= 0 {
		scene.ForS = play.usual.Seconds()
	}
	s.scenes = append(s.scenes, scene)
	s.mu.Unlock()
	if scene.ForS > 0 {
		ends := scene.StartedAt.Add(scene.length())
		scene.EndsAt = &ends
	}
	if play.begin != nil {
		play.begin(scene)
	}
	if scene.ForS > 0 {
		scene.at(scene.length(), func() { s.finish(scene.ID, false) })
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return scene.shown(), nil
}

// Stop ends a scene; what it still meant to do does not happen.
func (s *Scripts) Stop(id string) bool { return s.finish(id, true) }

func (s *Scripts) finish(id string, cancelled bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, scene := range s.scenes {
		if scene.ID == id {
			scene.end(cancelled)
			s.scenes = slices.Delete(s.scenes, i, i+1)
			s.keep(scene)
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
		scene.end(true)
		s.keep(scene)
	}
	s.scenes = nil
}

func (s *Scripts) keep(over *Scene) {
	if s.past = append(s.past, over); len(s.past) > remembered {
		s.past = s.past[1:]
	}
}

// Scenes answers what is being played.
func (s *Scripts) Scenes() []Scene { return s.show(func() []*Scene { return s.scenes }) }

// Past answers what was played, the newest last.
func (s *Scripts) Past() []Scene { return s.show(func() []*Scene { return s.past }) }

func (s *Scripts) show(which func() []*Scene) []Scene {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := []Scene{}
	for _, scene := range which() {
		all = append(all, scene.shown())
	}
	return all
}

// heard tells the scenes of a write of ours.
func (s *Scripts) heard(e Entry) {
	s.mu.Lock()
	scenes := slices.Clone(s.scenes)
	for _, key := range []string{e.Parent, e.Object} {
		if u := s.said[e.Network+" "+key]; u != nil && key != "" {
			u.met(e, key == e.Parent)
		}
	}
	u := s.said[e.Network+" "+e.Parent]
	s.mu.Unlock()
	for _, scene := range scenes {
		if !scene.meets(e.Network, e.Account) {
			continue
		}
		if e.Action == Publish && scene.play.post != nil {
			scene.play.post(scene, e)
		}
		if (e.Action == Reply || e.Action == Message) && u != nil && (u.scene == nil || u.scene == scene) && scene.play.answer != nil {
			scene.play.answer(scene, e, u)
		}
	}
}

// renewed ends what waits for somebody to sign in anew on a network.
func (s *Scripts) renewed(network string) {
	s.mu.Lock()
	scenes := slices.Clone(s.scenes)
	s.mu.Unlock()
	for _, scene := range scenes {
		if scene.Name == "expiry" && scene.Struck == network {
			scene.calm()
		}
	}
}

func (s *Scripts) remember(network, id string, u *utterance) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.said) > 20000 { // a long rehearsal forgets the oldest talk rather than growing for ever
		clear(s.said)
	}
	s.said[network+" "+id] = u
}

// utterance is something that somebody said to us, and what became of it.
type utterance struct {
	scene              *Scene // nil when somebody in the control room let it happen
	who                Person
	network, account   string
	id, text, kind     string // kind: of story, or harm
	private            bool
	story              *story
	rounds             int // how often we answered
	at, answered, gone time.Time
}

// met notes an entry of the ledger that is about it; the scripts' mutex is held.
func (u *utterance) met(e Entry, below bool) {
	switch {
	case below && (e.Action == Reply || e.Action == Message):
		if u.rounds++; u.answered.IsZero() {
			u.answered = e.At
		}
	case !below && (e.Action == Hide || e.Action == Delete):
		switch e.Text {
		case "false", "shown", "UNHIDE", "unhidden", "published":
			u.gone = time.Time{}
		default:
			if u.gone.IsZero() {
				u.gone = e.At
			}
		}
	}
}
