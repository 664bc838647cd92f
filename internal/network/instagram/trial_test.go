package instagram_test

import (
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/sandbox"
	pretended "github.com/kithhq/kith/internal/sandbox/instagram"
)

func trying(o *house, text, how string) network.Part {
	part := o.Part(text)
	part.Kind, part.Media = network.Reel, []network.Media{networktest.Clip(4<<10, 10, 720, 1280, "")}
	part.Options = map[string]string{"trial": how}
	return part
}

// A reel is a trial where that was chosen, and says nothing then about the feed of the
// profile; what is no reel is none, whatever was chosen before.
func TestAReelIsATrial(t *testing.T) {
	for _, login := range []string{facebook, own} {
		for _, how := range []string{"MANUAL", "SS_PERFORMANCE", ""} {
			o := open(t, login)
			part := trying(o, "is this funny?", how)
			part.Options["reel_only"] = "true"
			for _, problem := range o.driver.Profile().CheckOptions(part) {
				t.Errorf("before it is sent, %+v", problem)
			}
			if _, err := o.Send(part); err != nil {
				t.Fatalf("%s, %q: %v", login, how, err)
			}
			form := asked(o, "media")[0]
			if all := o.Ledger(sandbox.Publish); len(all) != 1 || all[0].Trial != how || form.Has("share_to_feed") == (how != "") {
				t.Errorf("%s, %q: %+v, asked with %v", login, how, all, form)
			}
		}
	}
	o := open(t, facebook)
	part := trying(o, "a plain video", "MANUAL")
	part.Kind = network.PlainPost
	if _, err := o.Send(part); err != nil || o.Ledger(sandbox.Publish)[0].Trial != "" {
		t.Errorf("%v", err)
	}
	wrong := trying(o, "a third way", "LATER")
	if said := o.driver.Profile().CheckOptions(wrong); len(said) != 1 || said[0].Field != "options" || !strings.Contains(said[0].Text, "cannot be") {
		t.Errorf("%+v", said)
	}
}

// Who may have trials, Instagram alone knows: its refusal is said plainly, whenever it
// comes, and the account stays connected. With a cover, that is not to blame.
func TestARefusedTrialIsSaid(t *testing.T) {
	still := networktest.Picture("image/jpeg", 800, 800, "a tree")
	for name, c := range map[string]struct {
		where  string
		change func(*network.Part)
	}{
		"at the container": {where: "create"},
		"with a cover":     {where: "create", change: func(p *network.Part) { p.Media[0].Cover = &still }},
		"when published":   {where: "publish"},
		"with co-authors":  {change: func(p *network.Part) { p.Options["collaborators"] = "ada" }},
		"with both":        {change: func(p *network.Part) { p.Options["collaborators"], p.Media[0].Cover = "ada", &still }},
	} {
		o := openWith(t, facebook, pretended.Options{NoTrials: c.where})
		part := trying(o, "is this funny?", "MANUAL")
		if c.change != nil {
			c.change(&part)
		}
		_, err := o.Send(part)
		if text, hint := fault.Shown(err); !fault.Is(err, fault.Invalid) || !strings.Contains(text, "as a trial") || !strings.Contains(hint, "co-authors") {
			t.Errorf("%s: %q, %q", name, text, hint)
		}
		if all := o.Ledger(sandbox.Publish); len(all) != 0 {
			t.Errorf("%s: %+v", name, all)
		}
	}
	o := openWith(t, facebook, pretended.Options{NoTrials: "create"})
	part := trying(o, strings.Repeat("#a ", 40), "MANUAL")
	if _, err := o.Send(part); err == nil || strings.Contains(err.Error(), "trial") {
		t.Errorf("what is wrong besides is taken for that: %v", err)
	}
	if _, err := o.Send(trying(o, "no trial", "")); err != nil {
		t.Errorf("no trial: %v", err)
	}
}

// The answer is lost after Instagram accepted a trial: it is found where it is listed; a
// list without it proves nothing.
func TestALostTrialIsFound(t *testing.T) {
	for _, unlisted := range []bool{false, true} {
		o := openWith(t, facebook, pretended.Options{Unlisted: unlisted})
		part := trying(o, "is this funny?", "SS_PERFORMANCE")
		o.Weather(sandbox.Mishap{Kind: sandbox.LostAnswer, Action: sandbox.Publish, Times: 1})
		var step network.Step
		for i := 0; i < 20; i++ {
			part.Step = step
			got, err := o.driver.Step(t.Context(), o.Conn, part)
			if fault.Is(err, fault.Uncertain) {
				break
			}
			if err != nil || got.Sent != nil {
				t.Fatalf("%+v, %v", got, err)
			}
			step = got.Step
			o.Stage.Clock.Advance(got.Wait)
		}
		look, err := o.driver.Find(t.Context(), o.Conn, part, part.At.Add(-time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		if unlisted == (look.Exact != nil) || look.Complete || look.Keyed {
			t.Errorf("unlisted %v: %+v", unlisted, look)
		}
	}
}
