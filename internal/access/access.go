// Package access says who acts and what they may do. Pure values: the doors
// build an Actor, everyone else only asks it.
package access

import (
	"slices"

	"github.com/kithhq/kith/internal/fault"
)

// Role is what a member is in a workspace.
type Role string

// The roles, from the widest to the narrowest.
const (
	Owner       Role = "owner"
	Manager     Role = "manager"
	Contributor Role = "contributor"
	Moderator   Role = "moderator"
	Analyst     Role = "analyst"
)

// Verb is something one may do; the scopes of API tokens are verbs.
type Verb string

// The verbs.
const (
	Read     Verb = "read"     // see channels, posts, conversations, people
	Compose  Verb = "compose"  // write and change drafts
	Schedule Verb = "schedule" // let a post leave the house
	Reply    Verb = "reply"    // answer people
	Moderate Verb = "moderate" // hide, undo, ban, rules
	Measure  Verb = "measure"  // see counts and rates
	Connect  Verb = "connect"  // connect and remove channels
	Team     Verb = "team"     // invite, change roles
	Settings Verb = "settings" // workspace, tokens, audit
)

// Verbs lists all verbs in the order of this file.
func Verbs() []Verb {
	return []Verb{Read, Compose, Schedule, Reply, Moderate, Measure, Connect, Team, Settings}
}

// Grants gives the verbs of a role; nil for an unknown role.
func Grants(role Role) []Verb {
	switch role {
	case Owner:
		return Verbs()
	case Manager:
		return []Verb{Read, Compose, Schedule, Reply, Moderate, Measure, Connect}
	case Contributor:
		return []Verb{Read, Compose}
	case Moderator:
		return []Verb{Read, Reply, Moderate}
	case Analyst:
		return []Verb{Read, Measure}
	}
	return nil
}

// Valid says whether the role exists.
func (r Role) Valid() bool { return Grants(r) != nil }

// Actor is who acts: a member in person, an API token of a member, or Kith itself.
type Actor struct {
	User      string   // user id; "" when Kith itself acts
	Name      string   // for the audit
	Workspace string   // every query is bound to it
	Role      Role     // in this workspace
	Token     string   // API token id, "" for a person in the browser
	Scopes    []Verb   // of the token; a person in the browser has none and needs none
	Channels  []string // ids this actor is limited to; nil = all channels
}

// System is Kith itself acting in a workspace: jobs and facts.
func System(workspace string) Actor {
	return Actor{Name: "Kith", Workspace: workspace, Role: Owner}
}

// Can says whether the actor may do the verb at all.
func (a Actor) Can(verb Verb) bool {
	if !slices.Contains(Grants(a.Role), verb) {
		return false
	}
	return a.Token == "" || slices.Contains(a.Scopes, verb)
}

// Sees says whether a channel is within the actor's rights.
func (a Actor) Sees(channel string) bool {
	return a.Channels == nil || slices.Contains(a.Channels, channel)
}

// May gives nil, or a Denied error that says what is missing. Channels out of
// the actor's rights are NotFound: their existence is not told.
func (a Actor) May(verb Verb, channels ...string) error {
	if !a.Can(verb) {
		return fault.New(fault.Denied, "Your role (%s) may not do this.", a.Role).
			WithHint("Ask an owner of the workspace for the right “%s”.", verb)
	}
	for _, c := range channels {
		if !a.Sees(c) {
			return fault.New(fault.NotFound, "There is no such channel.")
		}
	}
	return nil
}
