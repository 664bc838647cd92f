package browser_test

import (
	"testing"
	"time"

	"github.com/kithhq/kith/internal/rehearse"
	"github.com/kithhq/kith/internal/sandbox"
)

// A trainer starts a wave of complaints, lets an hour go by in a second, and reads how the team did; everything on every page is
// told by the rehearsal's time.
func TestATrainerRunsAScenarioAgainstTheClock(t *testing.T) {
	t.Parallel()
	h := open(t, true)
	h.wrote(samples, sandbox.Filter{Action: sandbox.Publish})
	p := tab(t, browse(t), h)
	p.enter(rehearse.Keeper)
	p.open("/rehearsal")
	p.see("Complaint wave")
	p.see("Say early what you know")
	p.press("button", "Start: Complaint wave")
	p.see("0 of")
	before := h.stage.Clock.Now()
	p.press("button", "One hour on")
	await(t, "an hour goes by", func() bool { return h.stage.Clock.Now().Sub(before) >= time.Hour && h.stage.Clock.Until().IsZero() })
	if passed := h.stage.Clock.Now().Sub(before); passed > 2*time.Hour {
		t.Errorf("%s went by", passed)
	}
	p.until("the scenario is under way", "document.querySelector('progress')?.value > 0.2")
	p.until("a time of the rehearsal stands in the rail", `/^\d\d:\d\d$/.test(document.querySelector('li.rehearsal strong')?.textContent ?? '')`)
	heard := h.stage.Scripts.Scenes()[0].Debrief
	if heard.Asked < 5 {
		t.Errorf("only %d asked", heard.Asked)
	}
	// What somebody said an hour ago was said an hour ago, though it took a second.
	p.open("/inbox")
	p.until("waits are told by that time", `/waiting ([1-5]\d min|1 hr)/.test(document.querySelector('main').textContent)`)
	p.open("/rehearsal")
	p.press("button", "Stop: Complaint wave")
	p.see("How it went")
	p.see("people who wanted an answer got one")
	p.see("stopped early")
	if len(h.stage.Scripts.Scenes()) != 0 {
		t.Error("it goes on")
	}
	p.clean("favicon") // it is looked for where no page names one
}
