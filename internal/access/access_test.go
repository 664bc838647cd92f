package access_test

import (
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
