package sandbox

import "time"

// some is a number between lo and hi, scaled by the scene's intensity.
func (c *Scene) some(lo, hi int) int {
	return int(float64(lo+c.pick(hi-lo+1))*c.Intensity + 0.5)
}

// pick is a number below n.
func (c *Scene) pick(n int) int {
	c.scripts.mu.Lock()
	defer c.scripts.mu.Unlock()
	return c.random.IntN(n)
}

// soon is a moment within d; most of them come early, as reactions do.
func (c *Scene) soon(d time.Duration) time.Duration {
	f := c.chance()
	return time.Duration(f * f * float64(d))
}

// within is any moment within d.
func (c *Scene) within(d time.Duration) time.Duration { return time.Duration(c.chance() * float64(d)) }

func (c *Scene) luck(p float64) bool { return c.chance() < p }

func (c *Scene) chance() float64 {
	c.scripts.mu.Lock()
	defer c.scripts.mu.Unlock()
	return c.random.Float64()
}

// anybody is somebody of a mood, in either language; nobody twice before all have been.
func (c *Scene) anybody(m Mood, lang string) (Person, bool) {
	some := c.scripts.stage.Cast.Some(m, lang)
	if len(some) == 0 {
		return Person{}, false
	}
	c.scripts.mu.Lock()
	defer c.scripts.mu.Unlock()
	return some[c.bag("who "+string(m)+lang).draw(c.random, len(some))], true
}

// bag finds a bag by its name; the scripts' mutex is held.
func (c *Scene) bag(name string) *bag {
	if c.bags[name] == nil {
		c.bags[name] = &bag{}
	}
	return c.bags[name]
}

// line makes a sentence of a section in a person's language, none twice before all were said.
func (c *Scene) line(p Person, section, brand string) string {
	s := c.scripts
	s.mu.Lock()
	defer s.mu.Unlock()
	of := s.talk[p.Lang][section]
	return s.talk.fill(c.random, p.Lang, of[c.bag(section+p.Lang).draw(c.random, len(of))], brand)
}

// impatience is after how long somebody asks again when nobody has answered.
const impatience = 2 * time.Hour

// tell lets somebody begin a story of a kind after d, and go on with it as we answer or do not.
func (c *Scene) tell(d time.Duration, on Act, kind string) {
	lang := []string{"fr", "en"}[c.pick(2)]
	who, ok := c.anybody(moodOf(kind), lang)
	if !ok {
		return
	}
	s := c.scripts
	n, _ := s.stage.Network(on.Network)
	s.mu.Lock()
	all := s.stories[lang][kind]
	of := &all[c.bag("story "+kind+lang).draw(c.random, len(all))]
	opening := s.talk.fill(c.random, lang, of.open[c.random.IntN(len(of.open))], n.brand(on.Account))
	s.mu.Unlock()
	a := on
	a.Person, a.Kind, a.Text = who.ID, "comment", opening
	if kind == "message" {
		a.Kind, a.Target = "message", ""
	}
	u := &utterance{scene: c, who: who, network: on.Network, account: on.Account, kind: kind, story: of, text: opening}
	c.at(d, func() { c.act(a, func(done Acted, private bool) { c.said(u, n, a, done, private) }) })
}

// names lets somebody speak of us elsewhere than below our posts, after d, where people do such things: they say what
// a story of this kind begins with, and expect no conversation.
func (c *Scene) names(d time.Duration, on Act, kind string) {
	lang := []string{"fr", "en"}[c.pick(2)]
	who, ok := c.anybody(moodOf(kind), lang)
	n, _ := c.scripts.stage.Network(on.Network)
	if _, can := n.Actor.(Mentioner); !ok || !can {
		return
	}
	s := c.scripts
	s.mu.Lock()
	all := s.stories[lang][kind]
	of := all[c.bag("story "+kind+lang).draw(c.random, len(all))]
	text := s.talk.fill(c.random, lang, of.open[c.random.IntN(len(of.open))], n.brand(on.Account))
	s.mu.Unlock()
	a := Act{Network: on.Network, Account: on.Account, Person: who.ID, Kind: "mention", Text: text}
	u := &utterance{scene: c, who: who, network: on.Network, account: on.Account, kind: kind, text: text}
	c.at(d, func() { c.act(a, func(done Acted, private bool) { c.said(u, n, a, done, private) }) })
}

// said keeps what somebody has just said, and plans that they ask again.
func (c *Scene) said(u *utterance, n Network, a Act, done Acted, private bool) {
	s := c.scripts
	s.mu.Lock()
	u.id, u.at, u.private = done.ID, s.stage.Clock.Now(), private
	c.told = append(c.told, u)
	s.mu.Unlock()
	s.remember(u.network, done.ID, u)
	if talks, ok := n.Actor.(Correspondent); ok && u.private {
		if thread := talks.Thread(u.who, u.account); thread != "" {
			s.remember(u.network, thread, u)
		}
	}
	if u.story == nil || len(u.story.nudge) == 0 {
		return
	}
	c.at(impatience/2+c.within(impatience), func() {
		s.mu.Lock()
		silent := u.answered.IsZero() && u.gone.IsZero()
		text := u.story.nudge[c.random.IntN(len(u.story.nudge))]
		text = s.talk.fill(c.random, u.who.Lang, text, n.brand(u.account))
		s.mu.Unlock()
		if !silent {
			return
		}
		again := a
		if again.Text = text; private {
			again.Kind, again.Target = "message", ""
		}
		c.act(again, func(done Acted, _ bool) { s.remember(u.network, done.ID, u) })
	})
}

// answerBack is what the person we answered does: they go on with their story, or are simply pleased.
func answerBack(c *Scene, e Entry, u *utterance) {
	s := c.scripts
	on := Act{Network: e.Network, Account: e.Account, Target: e.Object, Person: u.who.ID, Kind: "comment"}
	if u.private {
		on.Kind, on.Target = "message", ""
	}
	lines := []string(nil)
	if u.story != nil {
		s.mu.Lock()
		if lines = u.story.back; u.rounds > 1 {
			lines = u.story.more
		}
		s.mu.Unlock()
	}
	switch {
	case len(lines) > 0:
		on.Text = lines[c.pick(len(lines))]
	case u.story == nil && u.kind == "" && c.luck(0.4):
		on.Text = c.line(u.who, "answer", "")
	case !u.private && c.luck(0.6):
		on.Kind = "react"
		c.in(10*time.Second+c.soon(10*time.Minute), on)
		return
	default:
		return
	}
	c.at(90*time.Second+c.soon(20*time.Minute), func() {
		c.act(on, func(done Acted, _ bool) { s.remember(e.Network, done.ID, u) })
	})
}
