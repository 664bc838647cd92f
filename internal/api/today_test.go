package api_test

import (
	"testing"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/api"
	"github.com/kithhq/kith/internal/flow"
	"github.com/kithhq/kith/internal/store/storetest"
)

func TestAFullDiskIsSaidToWhoeverCanMakeRoom(t *testing.T) {
	p := open(t, storetest.SQLite(t))
	ada := p.team("ada@example.org")
	manager := p.as(ada, access.Manager, nil)
	var room flow.Room
	p.house.Room = func() flow.Room { return room }
	said := func(by house) (key string) {
		t.Helper()
		for _, i := range ok[api.Today](t, p.with(by, "GET", "/today", nil)).Urgent {
			if key += i.TextKey; i.Params["free"] != float64(room.Free) || i.Href == "" {
				t.Errorf("%+v", i)
			}
		}
		return key
	}
	for want, r := range map[string]flow.Room{"": {Free: 1 << 40}, "disk_low": {Free: 1 << 30, Low: true}, "disk_full": {Low: true, Full: true}} {
		room = r
		if got := said(ada); got != want {
			t.Errorf("%+v: an owner reads %q", r, got)
		}
		if got := said(manager); got != "" {
			t.Errorf("%+v: a manager reads %q", r, got)
		}
	}
}
