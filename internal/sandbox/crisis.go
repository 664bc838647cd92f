package sandbox

import "time"

// harm lets somebody say what nobody should have to read, after d: a section of lines, or the given words.
func (c *Scene) harm(d time.Duration, on Act, section, text string) {
	mood := Troll
	if section == string(Spammer) {
		mood = Spammer
	}
	who, ok := c.anybody(mood, []string{"fr", "en"}[c.pick(2)])
	if !ok {
		return
	}
	n, _ := c.scripts.stage.Network(on.Network)
	a := on
	a.Kind, a.Person, a.Text = "comment", who.ID, text
	if text == "" {
		a.Text = c.line(who, section, n.brand(on.Account))
	}
	u := &utterance{scene: c, who: who, network: on.Network, account: on.Account, kind: "harm", text: a.Text}
	c.at(d, func() {
		c.act(a, func(done Acted, private bool) {
			c.said(u, n, a, done, private)
			if c.Name == "raid" && c.luck(0.12) {
				c.defend(3*time.Minute+c.soon(10*time.Minute), on, done.ID)
			}
		})
	})
}

// defend lets a regular stand up for us below what somebody said.
func (c *Scene) defend(d time.Duration, on Act, target string) {
	who, ok := c.anybody(Fan, []string{"fr", "en"}[c.pick(2)])
	if !ok {
		return
	}
	n, _ := c.scripts.stage.Network(on.Network)
	a := on
	a.Kind, a.Person, a.Target, a.Text = "comment", who.ID, target, c.line(who, "defence", n.brand(on.Account))
	u := &utterance{scene: c, who: who, network: on.Network, account: on.Account, kind: "defend", text: a.Text}
	c.at(d, func() { c.act(a, func(done Acted, private bool) { c.said(u, n, a, done, private) }) })
}

// raid is a crowd that comes together: scouts, the same words pasted by many, insults and links, a second wave with other words.
func raid(c *Scene) {
	for _, on := range c.stages() {
		n, _ := c.scripts.stage.Network(on.Network)
		slogan := func() string {
			return c.line(Person{Lang: []string{"fr", "en"}[c.pick(2)]}, "raid", n.brand(on.Account))
		}
		first, second := slogan(), slogan()
		paste := func(from, to float64, words string, many int) {
			for i := range many {
				at := c.part(from) + c.soon(c.part(to-from))
				switch i % 5 {
				case 0, 1, 2:
					c.scripts.mu.Lock()
					said := variant(c.random, words)
					c.scripts.mu.Unlock()
					c.harm(at, on, string(Troll), said)
				case 3:
					c.harm(at, on, "insult", "")
				default:
					c.harm(at, on, string(Spammer), "")
				}
			}
		}
		for range c.some(1, 2) {
			c.harm(c.between(0, .1), on, string(Troll), "")
		}
		paste(.1, .45, first, c.some(14, 20))
		paste(.65, .9, second, c.some(6, 10))
		for range c.some(2, 3) {
			c.defend(c.between(.2, .95), on, c.Target)
		}
		for range c.some(1, 2) { // life goes on meanwhile
			c.tell(c.between(.1, .9), on, "question")
		}
	}
}

// evade is what a blocked person does in a raid: they come back under another name, a little later, with the same words.
func evade(c *Scene, a Act) {
	if a.Kind == "comment" && c.luck(0.5) {
		c.harm(3*time.Minute+c.soon(8*time.Minute), Act{Network: a.Network, Account: a.Account, Target: c.Target}, string(Troll), a.Text)
	}
}

// victim is the network that a scene strikes: the named one, or one by chance of those that have posts of ours.
func (c *Scene) victim(prefer func(string) bool) string {
	if c.Network != "" {
		c.Network, c.Struck = "", c.Network // people on the others notice, too
		return c.Struck
	}
	var all []string
	for _, on := range c.stages() {
		n, _ := c.scripts.stage.Network(on.Network)
		if prefer(on.Network) && len(n.Actor.Posts(on.Account)) > 0 {
			all = append(all, on.Network)
		}
	}
	if len(all) > 0 {
		c.Struck = all[c.pick(len(all))]
	} else if on := c.stages(); len(on) > 0 {
		c.Struck = on[0].Network
	}
	return c.Struck
}

// outage is a network that slows down, is gone, and comes back in disorder, while people on the others ask what is going on.
func outage(c *Scene) {
	name := c.victim(func(string) bool { return true })
	c.strike(Mishap{Network: name, Kind: Latency, DelayMS: 600, JitterMS: 900}, Mishap{Network: name, Kind: ServerError, Probability: .2})
	c.at(c.part(.1), func() {
		c.calm()
		c.strike(Mishap{Network: name, Kind: Maintenance}, Mishap{Network: name, Kind: HookLost, Probability: .3}, Mishap{Network: name, Kind: HookDelayed})
	})
	c.at(c.part(.65), func() {
		c.calm()
		late := 240.
		c.strike(Mishap{Network: name, Kind: ListedLate, Action: Publish, Seconds: &late}, Mishap{Network: name, Kind: HookReordered, Probability: .5},
			Mishap{Network: name, Kind: HookTwice, Probability: .3}, Mishap{Network: name, Kind: ServerError, Probability: .05})
	})
	c.at(c.part(.85), c.calm)
	for _, on := range c.stages() {
		if on.Network == name {
			for range c.some(2, 3) { // they write where it still works for them
				c.tell(c.between(.02, .1), on, "question")
				c.tell(c.between(.7, .95), on, "question")
			}
			continue
		}
		for range c.some(1, 2) {
			c.tell(c.between(.12, .6), on, "shaken")
		}
	}
}

// expiry is a key that a network no longer knows, until somebody signs in anew or the scene ends. Signing in itself works.
func expiry(c *Scene) {
	// Where Kith signs in with a password it may do so by itself: that would teach nobody anything.
	name := c.victim(func(name string) bool { return name != "bluesky" })
	c.at(c.part(.1), func() {
		c.strike(Mishap{Network: name, Kind: TokenExpired, Action: AnyWrite}, Mishap{Network: name, Kind: TokenExpired, Action: AnyRead})
	})
	for _, on := range c.stages() {
		if on.Network == name {
			for range c.some(3, 4) {
				c.tell(c.between(.02, .9), on, "question")
			}
			c.tell(c.between(.2, .6), on, "message")
			continue
		}
		if c.luck(0.5) {
			c.tell(c.between(.2, .8), on, c.ordinary())
		}
	}
}
