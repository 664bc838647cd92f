package api_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/kithhq/kith/internal/api"
	"github.com/kithhq/kith/internal/moderate"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
	"github.com/kithhq/kith/internal/team"
)

const setupCode = "ABCD-EFGH-JKLM-NPQR"

func withSetup(c *api.Config) { c.Setup = setupCode }

func newHouse(code string) map[string]string {
	return map[string]string{"code": code, "workspace": "Radio Mistral", "name": "Ada", "email": "ada@example.org", "password": password, "locale": "fr", "zone": "Europe/Paris"}
}

func (p *place) needed() bool {
	p.t.Helper()
	return ok[api.Setup](p.t, p.ask("GET", "/api/v1/setup", nil)).Needed
}

func TestAnEmptyHouseIsSetUpOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		p := open(t, db, withSetup)
		if !p.needed() {
			t.Fatal("an empty house waits for nobody")
		}
		for _, code := range []string{"ABCD-EFGH-JKLM-NPQS", "-", "ABCD", setupCode + "A"} {
			if told := refused(t, p.ask("POST", "/api/v1/setup", newHouse(code)), 403, "denied"); told.Field != "code" {
				t.Errorf("%+v", told)
			}
		}
		for field, bad := range map[string]string{"workspace": " ", "name": " ", "email": "ada", "password": "short", "zone": "Europe/Nowhere"} {
			in := newHouse(setupCode)
			in[field] = bad
			if told := refused(t, p.ask("POST", "/api/v1/setup", in, "Accept-Language", "fr"), 422, "invalid"); told.Field != field || told.Title != "Requête à corriger" {
				t.Errorf("%s: %+v", field, told)
			}
			if !p.needed() {
				t.Fatalf("a bad %s made a house", field)
			}
		}
	})
}

func TestWhoHasTheCodeOwnsTheHouse(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		p := open(t, db, withSetup)
		s := p.ask("POST", "/api/v1/setup", newHouse(" abcd efgh jklm npqr "))
		me := ok[api.Me](t, s)
		if me.Role != "owner" || me.User.Locale != "fr" || me.User.Name != "Ada" || me.Workspace.Name != "Radio Mistral" || me.Workspace.Zone != "Europe/Paris" {
			t.Errorf("%+v", me)
		}
		cookie := cookieOf(t, s)
		ok[api.Me](t, p.ask("GET", "/api/v1/me", nil, "Cookie", cookie))
		if p.needed() {
			t.Error("the house is still open")
		}
		refused(t, p.ask("POST", "/api/v1/setup", newHouse(setupCode)), 409, "conflict")
		storetest.View(t, db, func(ctx context.Context, tx *store.Tx) error {
			if rules, err := moderate.Rules(ctx, tx, me.Workspace.ID); err != nil || len(rules) == 0 {
				t.Errorf("a workspace without its rules: %v", err)
			}
			return nil
		})
	})
}

// Two who know the code at the same moment do not both own the house.
func TestAHouseHasOneFirstOwner(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		p := open(t, db, withSetup)
		var both sync.WaitGroup
		status := make([]int, 4)
		for i := range status {
			both.Go(func() {
				in := newHouse(setupCode)
				in["email"] = string(rune('a'+i)) + "@example.org"
				status[i] = p.ask("POST", "/api/v1/setup", in).StatusCode
			})
		}
		both.Wait()
		owners := 0
		for _, s := range status {
			switch s {
			case 200:
				owners++
			case 409:
			default:
				t.Errorf("answered %d", s)
			}
		}
		if owners != 1 {
			t.Errorf("%d own the house: %v", owners, status)
		}
	})
}

func TestASetupCodeCannotBeGuessed(t *testing.T) {
	p := open(t, storetest.SQLite(t), withSetup)
	for range 10 {
		refused(t, p.ask("POST", "/api/v1/setup", newHouse("wrong")), 403, "denied")
	}
	refused(t, p.ask("POST", "/api/v1/setup", newHouse(setupCode)), 429, "throttled")
	if strings.Contains(p.log.String(), setupCode) {
		t.Error("the code stands in the log")
	}
	seen := map[string]bool{}
	for range 100 {
		code := team.SetupCode().Reveal()
		if len(code) != 19 || strings.Count(code, "-") != 3 || seen[code] {
			t.Errorf("a careless code: %s", code)
		}
		seen[code] = true
	}
}

// A house that was given no code, as one that rehearses, is opened by none.
func TestAHouseWithoutACodeIsNotSetUp(t *testing.T) {
	p := open(t, storetest.SQLite(t))
	if p.needed() {
		t.Error("it can be set up")
	}
	refused(t, p.ask("POST", "/api/v1/setup", newHouse("-")), 403, "denied")
}
