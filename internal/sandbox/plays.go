package sandbox

import "time"

// play is how a scenario goes: what happens at its beginning, after a post of ours, after an answer of ours.
type play struct {
	Name   string `json:"name"`
	FR     string `json:"fr"`
	EN     string `json:"en"`
	usual  time.Duration
	begin  func(*Scene)
	post   func(*Scene, Entry)
	answer func(*Scene, Entry, Person)
}

// allPlays are the scenarios the control room offers.
func allPlays() []play {
	return []play{
		{"calm", "Journée calme", "Calm day", 0, nil, calmPost, answerBack},
		{"lively", "Journée animée", "Lively day", 0, livelyBegin, livelyPost, answerBack},
		{"complaints", "Vague de plaintes", "Complaint wave", 30 * time.Minute, complaints, nil, answerBack},
		{"raid", "Raid", "Raid", 10 * time.Minute, raid, nil, nil},
		{"flood", "Une personne inonde", "One person floods", time.Minute, flood, nil, nil},
	}
}

func plays(name string) (play, bool) {
	for _, p := range allPlays() {
		if p.Name == name {
			return p, true
		}
	}
	return play{}, false
}

// some is a number between lo and hi, scaled by the scene's intensity.
func (c *Scene) some(lo, hi int) int {
	c.scripts.mu.Lock()
	defer c.scripts.mu.Unlock()
	return int(float64(lo+c.random.IntN(hi-lo+1))*c.Intensity + 0.5)
}

// soon is a moment within d; most of them come early, as reactions do.
func (c *Scene) soon(d time.Duration) time.Duration {
	c.scripts.mu.Lock()
	defer c.scripts.mu.Unlock()
	f := c.random.Float64()
	return time.Duration(f * f * float64(d))
}

func (c *Scene) luck(p float64) bool {
	c.scripts.mu.Lock()
	defer c.scripts.mu.Unlock()
	return c.random.Float64() < p
}

func (c *Scene) length() time.Duration { return time.Duration(c.ForS * float64(time.Second)) }

func calmPost(c *Scene, e Entry)   { c.echo(e, 3, 8, 1, 3, 2*time.Hour) }
func livelyPost(c *Scene, e Entry) { c.echo(e, 10, 40, 5, 15, 40*time.Minute) }

// echo is what follows a post: reactions, comments, sometimes a follower and a private message.
func (c *Scene) echo(e Entry, fewReacts, manyReacts, fewComments, manyComments int, over time.Duration) {
	on := Act{Network: e.Network, Account: e.Account, Target: e.Object}
	for range c.some(fewReacts, manyReacts) {
		a := on
		a.Kind = "react"
		c.in(5*time.Second+c.soon(over), a)
	}
	for range c.some(fewComments, manyComments) {
		a := on
		a.Kind = "comment"
		a.Mood = c.mood()
		c.in(15*time.Second+c.soon(over), a)
	}
	if c.luck(0.5) {
		c.in(c.soon(over), Act{Network: e.Network, Account: e.Account, Kind: "follow"})
	}
	if c.luck(0.4) {
		c.in(c.soon(over), Act{Network: e.Network, Account: e.Account, Kind: "message", Mood: Curious})
	}
}

// mood draws as on an ordinary day: mostly kind, some questions, few who are not.
func (c *Scene) mood() Mood {
	c.scripts.mu.Lock()
	defer c.scripts.mu.Unlock()
	switch n := c.random.IntN(20); {
	case n < 8:
		return Fan
	case n < 15:
		return Curious
	case n < 18:
		return Complaining
	case n < 19:
		return Troll
	}
	return Spammer
}

// livelyBegin lets people talk about what is already there.
func livelyBegin(c *Scene) {
	for _, on := range c.stages() {
		n, _ := c.scripts.stage.Network(on.Network)
		for range c.some(4, 9) * private(n) {
			a := on
			a.Kind, a.Mood = "message", c.mood()
			c.in(5*time.Second+c.soon(40*time.Minute), a)
		}
		for i, p := range n.Actor.Posts(on.Account) {
			if i == 3 {
				break
			}
			c.echo(Entry{Network: on.Network, Account: on.Account, Object: p.ID}, 2, 8, 1, 4, 20*time.Minute)
		}
	}
}

// private is 1 where people write in private alone.
func private(n Network) int {
	if n.Private {
		return 1
	}
	return 0
}

// answerBack is what the person we answered does: four in ten say something more, some are simply pleased.
func answerBack(c *Scene, e Entry, who Person) {
	on := Act{Network: e.Network, Account: e.Account, Target: e.Object, Person: who.ID}
	if c.luck(0.4) {
		a := on
		a.Kind = "comment"
		if e.Action == Message {
			a.Kind, a.Target = "message", ""
		}
		a.Text = c.scripts.line(who.Lang, "answer", "")
		c.in(30*time.Second+c.soon(20*time.Minute), a)
	} else if c.luck(0.5) && e.Action == Reply {
		a := on
		a.Kind = "react"
		c.in(10*time.Second+c.soon(10*time.Minute), a)
	}
}

// complaints rises, stands and falls: most unhappy people come in the middle third.
func complaints(c *Scene) {
	for _, on := range c.stages() {
		on.Target = c.Target
		n := c.some(25, 35)
		for i := range n {
			x := float64(i) / float64(max(n-1, 1)) * 2 // 0…2, denser around 1
			at := c.length() / 2
			if x < 1 {
				at = time.Duration(float64(c.length()) / 2 * (1 - (1-x)*(1-x)))
			} else {
				at += time.Duration(float64(c.length()) / 2 * (x - 1) * (x - 1))
			}
			a := on
			a.Mood, a.Kind = Complaining, "comment"
			if i%6 == 5 {
				a.Kind = "message"
			}
			if i%4 == 3 {
				a.Kind, a.Reaction = "react", "ANGRY"
			}
			c.in(at+c.soon(20*time.Second), a)
		}
	}
}

// raid is a crowd that comes together: the same words pasted by many, insults, links, and angry reactions.
func raid(c *Scene) {
	for _, on := range c.stages() {
		on.Target = c.Target
		slogan := c.scripts.line("fr", string(Troll), "")
		for i := range c.some(40, 60) {
			a := on
			a.Kind, a.Mood = "comment", Troll
			switch i % 5 {
			case 0, 1:
				a.Text = slogan
			case 2:
				a.Mood = Spammer
			case 3:
				a.Kind, a.Reaction = "react", "ANGRY"
			}
			c.in(c.soon(c.length()), a)
		}
	}
}

// flood is one person who does not stop.
func flood(c *Scene) {
	for _, on := range c.stages() {
		on.Target = c.Target
		who, err := c.scripts.choose(Act{Mood: Troll})
		if err != nil {
			return
		}
		n := c.some(12, 16)
		for i := range n {
			a := on
			a.Kind, a.Person = "comment", who.ID
			c.in(c.length()*time.Duration(i)/time.Duration(n), a)
		}
	}
}
