package instagram

import (
	"net/url"
	"strings"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/graph"
)

// onTrial is how a trial reel comes to those who follow; "": it is no trial.
func onTrial(part network.Part) string {
	if part.Kind != network.Reel {
		return ""
	}
	return part.Options[network.OptionTrial]
}

// try makes a reel a trial. Whether it is in the feed of the profile is not a choice then.
func try(form url.Values, part network.Part) {
	if how := onTrial(part); how != "" {
		form.Set("trial_params", `{"graduation_strategy":"`+how+`"}`)
		form.Del("share_to_feed")
	}
}

// untried says in plain words that Instagram took no trial; nil where that was not it. Who
// may have them is written nowhere for programs, and no number of the refusal is: its
// sentence names them, or says no more than that something of the post was wrong.
func untried(err error, part network.Part) error {
	said := graph.Refused(err)
	named := strings.Contains(strings.ToLower(said.Message), "trial")
	blank := fault.Is(err, fault.Invalid) && said.Code == 100 && said.Subcode == 0
	if onTrial(part) == "" || !named && !blank {
		return nil
	}
	return fault.Wrap(fault.Invalid, err, "Instagram did not take this reel as a trial.").
		WithHint("It gives trials to some accounts alone, and not with co-authors. Publish it as an ordinary reel, or look in Instagram’s application whether this account may.").On("options")
}
