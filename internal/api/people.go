package api

import (
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/network"
)

// Person is somebody who speaks to us, with their accounts.
type Person struct {
	ID         string         `json:"id"`
	Name       string         `json:"name"`
	Identities List[Identity] `json:"identities"`
	Messages   int            `json:"messages"`
	FirstSeen  time.Time      `json:"first_seen"`
	LastSeen   time.Time      `json:"last_seen"`
	Note       string         `json:"note"`
	Verdicts   List[Verdict]  `json:"verdicts" doc:"Newest first; only on the person's own page."`
	Recent     List[Message]  `json:"recent" doc:"Newest first; only on the person's own page."`
	Blocked    bool           `json:"blocked"`
}

// Identity is an account of a person.
type Identity struct {
	ID        string       `json:"id"`
	Network   network.Name `json:"network"`
	Handle    string       `json:"handle"`
	Name      string       `json:"name"`
	AvatarURL string       `json:"avatar_url"`
	URL       string       `json:"url"`
	FirstSeen time.Time    `json:"first_seen"`
	LastSeen  time.Time    `json:"last_seen"`
}

// Note is what the team remembers of a person.
type Note struct {
	Note string `json:"note" maxLength:"20000"`
}

// Ban keeps a person from our accounts where the network can, or lets them back.
type Ban struct {
	On bool `json:"on"`
}

// Rule is a behaviour that Kith watches for.
type Rule struct {
	ID      string `json:"id"`
	Kind    string `json:"kind" enum:"flooding"`
	Mode    string `json:"mode" enum:"off,shadow,live"`
	Count   int    `json:"count" doc:"So many messages …"`
	WindowS int    `json:"window_s" doc:"… within so many seconds."`
	Version int64  `json:"version"`
}

// RuleChange changes a rule; its version grows.
type RuleChange struct {
	Mode    *string `json:"mode,omitempty" enum:"off,shadow,live"`
	Count   *int    `json:"count,omitempty" minimum:"2" maximum:"1000"`
	WindowS *int    `json:"window_s,omitempty" minimum:"5" maximum:"604800"`
}

// Verdict is what a rule decided, with its reason; it can be undone.
type Verdict struct {
	ID          string            `json:"id"`
	Rule        string            `json:"rule"`
	RuleVersion int64             `json:"rule_version"`
	Person      Maybe[PersonName] `json:"person"`
	MessageIDs  List[string]      `json:"message_ids"`
	Reason      Reason            `json:"reason"`
	At          time.Time         `json:"at"`
	Action      string            `json:"action" enum:"hold,hide,none"`
	State       string            `json:"state" enum:"in_force,undone,upheld,shadow"`
	ClosedBy    string            `json:"closed_by"`
	ClosedAt    *time.Time        `json:"closed_at"`
	ClosedWhy   string            `json:"closed_why"`
}

// Undo takes a verdict back and says why.
type Undo struct {
	Reason string `json:"reason" maxLength:"2000"`
}

type peopleQuery struct {
	Paging
	Q string `query:"q" maxLength:"200"`
}

type verdictQuery struct {
	Paging
	State  string `query:"state" enum:"in_force,undone,upheld,shadow"`
	Person string `query:"person" maxLength:"64"`
}

func (d *Door) people() {
	on(d, route{id: "GET /people", name: "listPeople", verb: access.Read, summary: "People, last seen first"}, soon[peopleQuery, Page[Person]])
	on(d, route{id: "GET /people/{id}", name: "getPerson", verb: access.Read, summary: "One person"}, soon[byID, Person])
	on(d, route{id: "PATCH /people/{id}", name: "notePerson", verb: access.Reply, summary: "Remember something of a person"}, soon[with[Note], Person])
	on(d, route{id: "POST /people/{id}/ban", name: "banPerson", verb: access.Moderate, summary: "Keep a person from our accounts, or let them back"}, soon[with[Ban], Person])

	on(d, route{id: "GET /rules", name: "listRules", verb: access.Read, summary: "Behaviours that Kith watches for"}, soon[none, Page[Rule]])
	on(d, route{id: "PATCH /rules/{id}", name: "changeRule", verb: access.Moderate, summary: "Change a rule"}, soon[with[RuleChange], Rule])
	on(d, route{id: "GET /verdicts", name: "listVerdicts", verb: access.Read, summary: "What rules decided, newest first"}, soon[verdictQuery, Page[Verdict]])
	on(d, route{id: "POST /verdicts/{id}/undo", name: "undoVerdict", verb: access.Moderate, summary: "Take it back: its messages are shown again"}, soon[with[Undo], Verdict])
	on(d, route{id: "POST /verdicts/{id}/uphold", name: "upholdVerdict", verb: access.Moderate, summary: "It was right"}, soon[byID, Verdict])
}
