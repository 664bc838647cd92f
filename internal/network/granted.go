package network

import "slices"

// Granted is what an account lets us do: what sort of account it is, and the rights
// that were given with it. It is kept with the channel, and told anew by each check.
type Granted struct {
	Sort   string   `json:"sort,omitempty"`   // one of Profile.Sorts; "": all are alike, or nobody knows
	Rights []string `json:"rights,omitempty"` // by the network's own names; none: the network does not tell
	// Extended is whether a second consent was given (Extender), and holds.
	Extended Extended `json:"extended,omitempty"`
	// Alias is a second id by which the network tells of the account: that of another API,
	// or of something it is a part of and shares with other accounts; "": it has none.
	Alias string `json:"alias,omitempty"`
}

// Extended is how it stands with a second consent.
type Extended string

// How it may stand with one; "": nobody gave it.
const (
	ExtendedWell   Extended = "well"
	ExtendedBroken Extended = "broken" // its keys or its rights are not what they should be: it is to be given anew
)

// Known says whether anything was told.
func (g Granted) Known() bool { return g.Sort != "" || len(g.Rights) > 0 }

// Sort is a sort of account, and what it cannot do though the network can.
type Sort struct {
	Name   string            `json:"name"`
	Label  string            `json:"label"` // “With Instagram’s login”
	Cannot map[Action]Cannot `json:"cannot,omitempty"`
}

// Right is a permission that people give, or not, when they connect an account.
type Right struct {
	Name    string   `json:"name"`              // as the network calls it
	Or      []string `json:"or,omitempty"`      // others that open the same
	Sorts   []string `json:"sorts,omitempty"`   // of these sorts of account alone; none: of all
	For     []Action `json:"for,omitempty"`     // what cannot be done without it
	Without string   `json:"without"`           // what is missing then, a sentence
	Instead string   `json:"instead,omitempty"` // what to do; "": connect again, and allow it
}

// Held is a right, and whether an account gave it.
type Held struct {
	Right
	Given bool
}

// SortOf gives the sort of an account.
func (p Profile) SortOf(g Granted) (Sort, bool) {
	i := slices.IndexFunc(p.Sorts, func(s Sort) bool { return s.Name == g.Sort })
	if i < 0 {
		return Sort{}, false
	}
	return p.Sorts[i], true
}

// Held lists the rights of an account in the order of the facts; none where the
// network does not tell which were given.
func (p Profile) Held(g Granted) []Held {
	var all []Held
	for _, r := range p.Rights {
		if len(g.Rights) == 0 || len(r.Sorts) > 0 && !slices.Contains(r.Sorts, g.Sort) {
			continue
		}
		all = append(all, Held{r, slices.ContainsFunc(append([]string{r.Name}, r.Or...), func(s string) bool { return slices.Contains(g.Rights, s) })})
	}
	return all
}

// Denies says what an account cannot do though its network can: why, and what to do.
// What nobody knows of is not denied: the network itself says so when it is tried.
func (p Profile) Denies(g Granted) map[Action]Cannot {
	all := map[Action]Cannot{}
	if sort, ok := p.SortOf(g); ok {
		for a, why := range sort.Cannot {
			all[a] = why
		}
	}
	for _, r := range p.Held(g) {
		for _, a := range r.For {
			if _, said := all[a]; r.Given || said {
				continue
			}
			all[a] = Cannot{Why: r.Without, Instead: r.Do()}
		}
	}
	return all
}

// Do says what to do to have a right.
func (r Right) Do() string {
	if r.Instead != "" {
		return r.Instead
	}
	return "Connect the channel again, and allow " + r.Name + "."
}

// AbilitiesOf gives what one account can do, in the order of Actions.
func AbilitiesOf(d Driver, g Granted) []Ability {
	denied := d.Profile().Denies(g)
	all := Abilities(d)
	for i, a := range all {
		if why, no := denied[a.Action]; no && a.State == Offered {
			all[i].State, all[i].Why, all[i].Instead = Impossible, why.Why, why.Instead
		}
	}
	return all
}

// CanAs says whether one account can do something.
func CanAs(d Driver, g Granted, action Action) bool {
	_, denied := d.Profile().Denies(g)[action]
	return !denied && Can(d, action)
}

// Replying is what somebody does who answers: where a network knows private answers,
// writing in a conversation that is private already is that, too.
func Replying(d Driver, direct, private bool) Action {
	if private && !direct || direct && Can(d, ActPrivateReply) {
		return ActPrivateReply
	}
	return ActReply
}

// Allowed says which of the things that a post wants an account cannot do.
func (p Profile) Allowed(g Granted, l Limits, parts []Part) []Problem {
	denied := p.Denies(g)
	var all []Problem
	said := map[Action]bool{}
	say := func(i int, field string, a Action, wants bool) {
		if why, no := denied[a]; no && wants && !said[a] {
			said[a] = true
			all = append(all, Problem{Level: "error", Part: i, Field: field, Key: "not_allowed", Params: params{"why": why.Why, "instead": why.Instead}, Text: why.Why, Hint: why.Instead})
		}
	}
	say(0, "kind", ActPublish, true)
	for i, part := range parts {
		say(i, "kind", ActStory, part.Kind == Story)
		say(i, "kind", ActReel, part.Kind == Reel)
		say(i, "text", ActThread, i > 0 && l.Thread)
		say(i, "text", ActFirstComment, i > 0 && !l.Thread)
		say(i, "media", ActImage, slices.ContainsFunc(part.Media, Media.Image))
		say(i, "media", ActVideo, slices.ContainsFunc(part.Media, Media.Video))
		say(i, "media", ActDocument, slices.ContainsFunc(part.Media, Media.Document))
		say(i, "media", ActCarousel, len(part.Media) > 1)
		say(i, "poll", ActQuestion, part.Poll != nil)
	}
	return all
}
