package whatsapp_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	pretended "github.com/kithhq/kith/internal/sandbox/whatsapp"
)

func (o *house) people() []network.QuotaUse {
	o.t.Helper()
	health, _, err := o.driver.Check(o.t.Context(), o.Conn)
	if err != nil || health.State != "ok" {
		o.t.Fatalf("%+v: %v", health, err)
	}
	return health.Quotas
}

// The limit of people to whom one may write first is asked with the connection, with
// whom it is shared.
func TestTheLimitOfPeopleIsAsked(t *testing.T) {
	o := open(t, harness(), pretended.Options{})
	var pool string
	for most, want := range map[int]int{250: 250, 2000: 2000, 10_000: 10_000, 100_000: 100_000, -1: -1} {
		o.net.Tier(o.number.ID, most)
		got := o.people()
		if len(got) == 1 {
			pool, got[0].Pool = got[0].Pool, ""
		}
		if !reflect.DeepEqual(got, []network.QuotaUse{{Name: network.People, Used: -1, Max: want}}) || pool == "" {
			t.Errorf("%d: %+v of %q", most, got, pool)
		}
	}
	other := o.net.AddNumber("Atelier/2", "Atelier du Port", "+33 1 99 00 12 35")
	stranger := o.net.AddNumber("Moulin", "Moulin", "+33 1 99 00 12 36")
	for id, shared := range map[pretended.Number]bool{other: true, stranger: false} {
		account, err := o.driver.Connect(t.Context(), form(id))
		if err != nil {
			t.Fatal(err)
		}
		o.Conn.Account, o.Conn.Keys = account.ID, account.Keys
		if got := o.people(); len(got) != 1 || (got[0].Pool == pool) != shared {
			t.Errorf("%s: %+v, and the other is of %q", id.Name, got, pool)
		}
	}
}

// Each of the tiers in Meta's published list of values is understood.
func TestEveryPublishedTierIsUnderstood(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(specs(), "meta-graph", "api_specs", "specs", "enum_types.json"))
	if err != nil {
		t.Skip("no published lists of Meta's (set KITH_SPECS)")
	}
	var all []struct {
		Name   string
		Values []string
	}
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(all, func(one struct {
		Name   string
		Values []string
	}) bool {
		return one.Name == "WhatsAppBusinessAccount_whatsapp_business_manager_messaging_limit"
	})
	if i < 0 {
		t.Fatal("the list is not there")
	}
	told := map[string]bool{}
	o := open(t, harness(), pretended.Options{})
	for _, most := range []int{250, 2000, 10_000, 100_000, -1} {
		told[o.net.Tier(o.number.ID, most)] = true
		if len(o.people()) != 1 {
			t.Errorf("%d is not understood", most)
		}
	}
	for _, value := range all[i].Values {
		if !told[value] && value != "UNTIERED" {
			t.Errorf("%s is published, and was not tried", value)
		}
		delete(told, value)
	}
	if len(told) > 0 {
		t.Errorf("the double says what is not published: %v", told)
	}
}

// One person too many is held back for a while and not for good; somebody who was
// written to is no other, and whoever has written is not counted.
func TestTooManyPeopleAreWaitedFor(t *testing.T) {
	o := open(t, harness(), pretended.Options{People: 1})
	var heard []network.Event
	for _, who := range []string{"p001", "p002", "p003"} {
		heard = append(heard, o.hears(who, "hello "+who))
	}
	send := func(e network.Event) error {
		part := o.answer(e, "")
		part.Template = &network.Filled{ID: "reprise_contact/fr", Values: map[string]string{"1": "Ada", "2": "la commande"}}
		_, err := o.reply(part)
		return err
	}
	for i := range heard {
		if err := send(heard[i]); err != nil {
			t.Fatalf("within their time, %d: %v", i, err)
		}
	}
	o.Stage.Clock.Advance(25 * time.Hour)
	for range 2 {
		if err := send(heard[0]); err != nil {
			t.Fatal(err)
		}
	}
	err := send(heard[1])
	if o.kind(err, fault.Throttled); fault.After(err) < time.Hour/2 {
		t.Errorf("%v: %v", err, fault.After(err))
	}
	o.Stage.Clock.Advance(25 * time.Hour)
	if err := send(heard[1]); err != nil {
		t.Error(err)
	}
}
