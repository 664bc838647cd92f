package sandbox

import "time"

// hours is when people write on a day, by UTC: little at night, more at noon and in the evening.
func (c *Scene) hours() time.Duration {
	hour := []int{6, 7, 7, 8, 9, 10, 11, 11, 11, 12, 12, 13, 14, 15, 16, 17, 17, 18, 18, 18, 19, 19, 20, 21}[c.pick(24)]
	return time.Duration(hour)*time.Hour + c.within(time.Hour)
}

// calmWeek is ordinary days, each with its noon and its evening.
func calmWeek(c *Scene) {
	midnight := c.StartedAt.UTC().Truncate(24 * time.Hour).Sub(c.StartedAt)
	for day := time.Duration(0); day < c.length()+24*time.Hour; day += 24 * time.Hour {
		for _, on := range c.stages() {
			when := func() time.Duration { return midnight + day + c.hours() }
			for range c.some(1, 3) {
				c.during(when(), on, c.ordinary())
			}
			for range c.some(1, 4) {
				if at := when(); at > 0 && at < c.length() {
					a := on
					a.Kind = "react"
					c.in(at, a)
				}
			}
			if c.luck(0.3) {
				c.during(when(), on, "message")
			}
			if at := when(); c.luck(0.3) && at > 0 && at < c.length() {
				c.in(at, Act{Network: on.Network, Account: on.Account, Kind: "follow"})
			}
		}
	}
}

// during lets somebody tell a story when its moment lies within the scene.
func (c *Scene) during(at time.Duration, on Act, kind string) {
	if at > 0 && at < c.length() {
		c.tell(at, on, kind)
	}
}

// between is a moment between two parts of the scene.
func (c *Scene) between(from, to float64) time.Duration {
	return c.part(from) + c.within(c.part(to-from))
}

// launchDay is waiting, the rush, the trouble at noon, the evening.
func launchDay(c *Scene) {
	for _, on := range c.stages() {
		for range c.some(1, 3) {
			c.tell(c.between(0, .15), on, "question")
		}
		for range c.some(5, 8) {
			c.tell(c.part(.15)+c.soon(c.part(.3)), on, "launch")
		}
		for range c.some(10, 20) {
			a := on
			a.Kind = "react"
			c.in(c.part(.15)+c.soon(c.part(.4)), a)
		}
		for range c.some(2, 4) {
			c.tell(c.between(.4, .7), on, "complaint")
		}
		for range c.some(1, 2) {
			c.tell(c.between(.3, .8), on, "message")
		}
		for range c.some(2, 4) {
			c.tell(c.between(.7, .98), on, "praise")
			c.in(c.between(.2, .98), Act{Network: on.Network, Account: on.Account, Kind: "follow"})
		}
		if c.luck(0.5) {
			c.harm(c.between(.2, .5), on, string(Spammer), "")
		}
		for range c.some(1, 3) { // word gets round
			c.names(c.between(.2, .9), on, "launch")
		}
	}
}

// complaints rise, stand and fall, about one thing that went wrong; a rumour joins them, and defenders at the end.
func complaints(c *Scene) {
	for _, on := range c.stages() {
		n := c.some(10, 14)
		for i := range n {
			x := float64(i) / float64(max(n-1, 1)) * 2 // 0…2, denser around 1
			at := 0.45 * (1 - (1-x)*(1-x))
			if x >= 1 {
				at = 0.45 + 0.45*(x-1)*(x-1)
			}
			c.tell(c.part(at)+c.soon(2*time.Minute), on, "wave")
			if i%3 == 2 {
				a := on
				a.Kind, a.Reaction = "react", ""
				if on.Network == "facebook" {
					a.Reaction = "ANGRY"
				}
				c.in(c.part(at)+c.soon(5*time.Minute), a)
			}
		}
		for range c.some(1, 2) {
			c.tell(c.between(.1, .6), on, "message")
		}
		if c.luck(0.5) {
			c.harm(c.between(.55, .8), on, string(Troll), "")
		}
		for range c.some(1, 3) {
			c.tell(c.between(.6, .95), on, "defend")
		}
		for range c.some(2, 3) { // some complain to their own people
			c.names(c.between(.15, .8), on, "wave")
		}
	}
}
