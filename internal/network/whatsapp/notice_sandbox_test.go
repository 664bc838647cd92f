package whatsapp_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	pretended "github.com/kithhq/kith/internal/sandbox/whatsapp"
)

// What Meta says of an account comes by webhook, signed as all are, in the words of people.
func TestAnAccountIsToldOf(t *testing.T) {
	o := open(t, harness(), pretended.Options{})
	account, now := o.number.Account, o.Stage.Clock.Now()
	for what, c := range map[string]struct {
		act            func()
		subject, level string
		says           string
	}{
		"refused":   {func() { o.net.Review(account, "rencontre", "REJECTED", "INVALID_FORMAT") }, "template rencontre/fr", network.Barred, "refused this template"},
		"paused":    {func() { o.net.Pause(account, "order_ready") }, "template order_ready/en", network.Barred, "paused"},
		"approved":  {func() { o.net.Review(account, "soldes", "APPROVED", "NONE") }, "template soldes/fr", network.AllWell, ""},
		"complaint": {func() { o.net.Score(account, "resume_contact", "RED") }, "quality resume_contact/en", network.Warned, "quality is low"},
		"no start":  {func() { o.net.Restrict(account, pretended.NoBeginning, now.Add(72*time.Hour)) }, "restriction " + pretended.NoBeginning, network.Barred, "begin no conversations"},
		"disabled":  {func() { o.net.Disable(account, true) }, "ban", network.Barred, "disabled"},
	} {
		before := len(o.of(network.Noticed))
		c.act()
		got := o.of(network.Noticed)[before:]
		if len(got) != 1 || got[0].Notice.Subject != c.subject || got[0].Notice.Level != c.level || !strings.Contains(got[0].Notice.Text, c.says) || got[0].At.IsZero() {
			t.Errorf("%s: %+v", what, got)
		}
	}
	before := len(o.of(network.Noticed))
	o.net.Decline(o.number.ID, "RED", 250)
	got := o.of(network.Noticed)[before:]
	if len(got) != 1 || got[0].Notice.Limit == nil || got[0].Notice.Limit.Max != 250 || got[0].Notice.Limit.Name != network.People {
		t.Errorf("the limit: %+v", got)
	}
}

// What an account may not do is refused, and its keys are not blamed for it.
func TestARestrictedAccountIsRefused(t *testing.T) {
	o := open(t, harness(), pretended.Options{})
	e := o.hears("p001", "hello")
	template := o.answer(e, "")
	template.Template = &network.Filled{ID: "rencontre/fr"}
	until := o.Stage.Clock.Now().Add(72 * time.Hour)
	o.net.Restrict(o.number.Account, pretended.NoBeginning, until)
	o.must(o.answer(e, "an answer"))
	o.Stage.Clock.Advance(25 * time.Hour)
	_, err := o.reply(template)
	o.kind(err, fault.Invalid)
	o.net.Restrict(o.number.Account, pretended.NoAnswering, until)
	e = o.hears("p001", "still there?")
	_, err = o.reply(o.answer(e, "yes"))
	o.kind(err, fault.Invalid)
	o.Stage.Clock.Advance(48 * time.Hour)
	o.must(template)
	o.net.Disable(o.number.Account, true)
	_, err = o.reply(template)
	o.kind(err, fault.Denied)
}

// A reaction opens no time to write freely, as far as the documentation says.
func TestAReactionOpensNoWindow(t *testing.T) {
	o := open(t, harness(), pretended.Options{})
	e := o.hears("p001", "hello")
	sent := o.must(o.answer(e, "hi"))
	o.Stage.Clock.Advance(25 * time.Hour)
	n, _ := o.Stage.Network("whatsapp")
	if err := n.Actor.React(o.person("p001"), o.number.ID, sent.ID, "👍"); err != nil {
		t.Fatal(err)
	}
	if got := o.of(network.Reaction); len(got) != 1 || got[0].Text != "👍" {
		t.Errorf("%+v", got)
	}
	_, err := o.reply(o.answer(e, "you there?"))
	o.kind(err, fault.Invalid)
	if w, limited := o.driver.Profile().Writing(network.InDirect, e.At, o.Stage.Clock.Now()); !limited || w.Open {
		t.Errorf("%+v", w)
	}
}

// An app that listens to people alone is asked to listen to accounts too, and nobody is
// told that people were not heard; where Meta takes no more, people are heard nevertheless.
func TestAnAppThatHearsLess(t *testing.T) {
	o := open(t, harness(), pretended.Options{})
	subscribed := func(want bool, partly bool) {
		t.Helper()
		if is, err := o.driver.Subscribed(t.Context(), o.Conn, o.door); is != want || errors.Is(err, network.ErrPartly) != partly || !partly && err != nil {
			t.Errorf("%v, %v", is, err)
		}
	}
	subscribed(true, false)
	if err := o.net.Subscribe(t.Context(), o.door, "typed", "messages", "smb_message_echoes"); err != nil {
		t.Fatal(err)
	}
	subscribed(true, true)
	o.net.Refuse("template_category_update")
	lacks, err := o.driver.Subscribe(t.Context(), o.Conn, o.door)
	if err != nil || lacks == nil {
		t.Fatal(lacks, err)
	}
	subscribed(true, true)
	o.net.Refuse()
	if lacks, err := o.driver.Subscribe(t.Context(), o.Conn, o.door); err != nil || lacks != nil {
		t.Fatal(lacks, err)
	}
	subscribed(true, false)
	if err := o.net.Subscribe(t.Context(), o.door, "typed", "messages", "account_update"); err != nil {
		t.Fatal(err)
	}
	subscribed(false, false) // what is written with the app on a phone is not heard
}

// The business account is found by its id: its numbers say which it is.
func TestANumberSaysWhichAccountItIsOf(t *testing.T) {
	o := open(t, harness(), pretended.Options{})
	a, err := o.driver.Connect(t.Context(), o.Fields())
	if err != nil || a.Granted.Alias != o.number.Account {
		t.Errorf("%+v, %v", a.Granted, err)
	}
	for _, app := range []network.App{app(), {}} {
		o.Conn.App = app
		h, _, err := o.driver.Check(t.Context(), o.Conn)
		if err != nil || h.Granted.Alias != o.number.Account || slices.Contains(h.Granted.Rights, "") {
			t.Errorf("%+v, %v", h.Granted, err)
		}
	}
}
