package network

import (
	"testing"
	"time"
)

func TestAWindowIsOpenUntilItsLastMoment(t *testing.T) {
	heard := time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC)
	p := Profile{Windows: []Window{
		{Name: "human_agent", Hours: 168, Kind: InDirect}, {Name: "standard", Hours: 24, Kind: InDirect}, {Name: "private_reply", Hours: 48, Kind: InPrivateReply, Once: true},
	}}
	for _, c := range []struct {
		kind  string
		after time.Duration
		name  string
		open  bool
	}{
		{InDirect, 0, "standard", true},
		{InDirect, 24*time.Hour - 1, "standard", true},
		{InDirect, 24 * time.Hour, "human_agent", true},
		{InDirect, 168*time.Hour - 1, "human_agent", true},
		{InDirect, 168 * time.Hour, "human_agent", false},
		{InPrivateReply, 47 * time.Hour, "private_reply", true},
		{InPrivateReply, 48 * time.Hour, "private_reply", false},
	} {
		w, limited := p.Writing(c.kind, heard, heard.Add(c.after))
		if !limited || w.Window.Name != c.name || w.Open != c.open || w.Until != heard.Add(time.Duration(w.Window.Hours)*time.Hour) {
			t.Errorf("%s after %v: %+v", c.kind, c.after, w)
		}
	}
	if w, limited := (Profile{}).Writing(InDirect, heard, heard.AddDate(1, 0, 0)); limited {
		t.Errorf("a network without windows limits: %+v", w)
	}
}
