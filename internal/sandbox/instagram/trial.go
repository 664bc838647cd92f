package instagram

import (
	"encoding/json"
	"net/http"

	"github.com/kithhq/kith/internal/sandbox/graph"
)

// Trial reels, as the parameter list of IG User Media has them: trial_params, a map with graduation_strategy MANUAL or SS_PERFORMANCE, of
// reels alone. Who may have them, which refusal others meet and when, what may stand beside them and whether lists have them is published
// nowhere: here nothing may stand beside them that says who sees a reel, and refusals have the words that other programs have met
// (subzeroid/instagrapi issue 2474, 2026-05-11), without a number of their own.

// tries reads what makes a container a trial.
func (a *ask) tries(c *container) *graph.Fault {
	given := a.p.Get("trial_params")
	if given == "" {
		return nil
	}
	var all map[string]string
	how := ""
	if json.Unmarshal([]byte(given), &all) == nil && len(all) == 1 {
		how = all["graduation_strategy"]
	}
	switch {
	case c.kind != "REELS" || c.child:
		return graph.Invalid("The parameter trial_params is only supported on reels")
	case how != "MANUAL" && how != "SS_PERFORMANCE":
		return graph.Invalid("Param trial_params[graduation_strategy] must be one of {MANUAL, SS_PERFORMANCE}")
	case a.p.Get("share_to_feed") != "" || len(c.collab) > 0:
		return graph.Invalid("Trial reels cannot be combined with share_to_feed or collaborators")
	case a.n.options.NoTrials == "create":
		return ineligible()
	}
	c.trial = how
	return nil
}

func ineligible() *graph.Fault {
	return graph.No(http.StatusForbidden, 10, 0, "User is not eligible for trial Clips")
}
