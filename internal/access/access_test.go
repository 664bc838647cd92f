package access_test

import (
	"strings"
	"testing"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/fault"
)

func TestARoleOpensOnlyItsVerbs(t *testing.T) {
	moderator := access.Actor{Role: access.Moderator}
	if err := moderator.May(access.Reply); err != nil {
		t.Error(err)
	}
	if err := moderator.May(access.Schedule); !fault.Is(err, fault.Denied) {
		t.Errorf("a moderator scheduled: %v", err)
	}
	if err := (access.Actor{Role: "king"}).May(access.Read); !fault.Is(err, fault.Denied) {
		t.Errorf("an unknown role read: %v", err)
	}
}

func TestATokenIsNarrowerThanItsMember(t *testing.T) {
	token := access.Actor{Role: access.Owner, Token: "t", Scopes: []access.Verb{access.Read}}
	if !token.Can(access.Read) || token.Can(access.Team) {
		t.Error("scopes do not bind")
	}
	weak := access.Actor{Role: access.Analyst, Token: "t", Scopes: access.Verbs()}
	if weak.Can(access.Reply) {
		t.Error("a scope widened a role")
	}
}

func TestAForeignChannelDoesNotExist(t *testing.T) {
	a := access.Actor{Role: access.Manager, Channels: []string{"a"}}
	if err := a.May(access.Compose, "a", "b"); !fault.Is(err, fault.NotFound) {
		t.Errorf("got %v", err)
	}
	none := access.Actor{Role: access.Manager, Channels: []string{}}
	if none.Sees("a") {
		t.Error("an empty list means none, not all")
	}
}

// What each role may do, said once more and in another form than the code says it.
func TestRolesMayWhatTheTableSays(t *testing.T) {
	table := map[access.Role]string{
		//                    read compose schedule reply moderate measure connect team settings
		access.Owner:       "x x x x x x x x x",
		access.Manager:     "x x x x x x x - -",
		access.Contributor: "x x - - - - - - -",
		access.Moderator:   "x - - x x - - - -",
		access.Analyst:     "x - - - - x - - -",
		"":                 "- - - - - - - - -",
		"Owner":            "- - - - - - - - -",
	}
	for role, row := range table {
		may := strings.Fields(row)
		if role.Valid() != strings.Contains(row, "x") {
			t.Errorf("role %q: valid is %v", role, role.Valid())
		}
		for i, verb := range access.Verbs() {
			want := may[i] == "x"
			person := access.Actor{User: "u", Role: role}
			if person.Can(verb) != want || (person.May(verb) == nil) != want {
				t.Errorf("%q may %s: want %v", role, verb, want)
			}
			// A token may what both the role and its scopes say.
			for _, scope := range access.Verbs() {
				token := access.Actor{User: "u", Role: role, Token: "t", Scopes: []access.Verb{scope}}
				if token.Can(verb) != (want && scope == verb) {
					t.Errorf("a token for %s of %q may %s: %v", scope, role, verb, token.Can(verb))
				}
			}
			if (access.Actor{Role: role, Token: "t"}).Can(verb) {
				t.Errorf("a token without scopes of %q may %s", role, verb)
			}
		}
	}
	if len(table[access.Owner]) != 2*len(access.Verbs())-1 {
		t.Errorf("there are %d verbs", len(access.Verbs()))
	}
}

func TestKithItselfMayAll(t *testing.T) {
	for _, verb := range access.Verbs() {
		if err := access.System("w").May(verb, "any"); err != nil {
			t.Error(err)
		}
	}
	if access.System("w").Workspace != "w" {
		t.Error("it acts in no workspace")
	}
}

// What one hands out cannot be used to widen a role for everyone.
func TestGrantsAreACopy(t *testing.T) {
	access.Grants(access.Analyst)[0] = access.Settings
	access.Verbs()[0] = access.Settings
	if (access.Actor{Role: access.Analyst}).Can(access.Settings) || access.Verbs()[0] != access.Read {
		t.Error("a caller changed what a role may")
	}
}

// A right that is missing is said before a channel that is not there: so nobody
// learns of channels by asking.
func TestARightIsAskedBeforeAChannel(t *testing.T) {
	analyst := access.Actor{Role: access.Analyst, Channels: []string{"a"}}
	for _, channel := range []string{"a", "b", ""} {
		if err := analyst.May(access.Schedule, channel); !fault.Is(err, fault.Denied) {
			t.Errorf("%q: %v", channel, err)
		}
	}
	if text, hint := fault.Shown(analyst.May(access.Schedule)); !strings.Contains(text, "analyst") || !strings.Contains(hint, "schedule") {
		t.Errorf("%q %q", text, hint)
	}
	if err := analyst.May(access.Read, "a"); err != nil {
		t.Error(err)
	}
}
