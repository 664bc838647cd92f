package graph

import (
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/outward"
)

// Refusal is how Graph says no. The status says little: the code decides.
type Refusal struct {
	Status    int    `json:"-"`
	Message   string `json:"message"`
	Code      int    `json:"code"`
	Subcode   int    `json:"error_subcode"`
	Transient bool   `json:"is_transient"`
	// Data is what goes with some codes, in their own form.
	Data json.RawMessage `json:"error_data"`
}

// Error tells the numbers alone: the message may quote what was sent.
func (r *Refusal) Error() string {
	return "status " + strconv.Itoa(r.Status) + " code " + strconv.Itoa(r.Code) + "/" + strconv.Itoa(r.Subcode)
}

// Refused finds the refusal behind an error; one without numbers when there is none.
func Refused(err error) *Refusal {
	if r, ok := errors.AsType[*Refusal](err); ok {
		return r
	}
	return &Refusal{}
}

// Voice is how a network's refusals are told to people.
type Voice struct {
	Network string   // as people write it: "Facebook"
	Renew   string   // what helps when a key is refused
	Wanted  []string // the permissions that everything together needs
	// Missing is what helps when permissions are missing, as a format of their
	// list; Allow, when it is not said which.
	Missing, Allow string
	// Sayings are this network's own words for a code or, before it, a subcode.
	Sayings map[int]Saying
}

// Saying is what a refusal means. What is empty stays as Graph's own grammar has it.
type Saying struct {
	Kind              fault.Kind // Internal, the zero kind: as the grammar has it
	Text, Hint, Field string
	Wait              time.Duration // before trying again, where Graph does not say
	// Trouble is the network's own: of a write it may have happened nevertheless.
	Trouble bool
}

// failed gives a refusal its kind and its words.
func (v Voice) failed(a Ask, response *outward.Response, r *Refusal) error {
	e := v.usual(a, response, r)
	own, said := v.Sayings[r.Subcode]
	if !said || r.Subcode == 0 {
		if own, said = v.Sayings[r.Code]; !said || r.Code == 0 {
			return e
		}
	}
	if own.Trouble {
		e.Kind = a.doubt()
	}
	if own.Kind != fault.Internal {
		e.Kind = own.Kind
	}
	if own.Text != "" {
		e.Text, e.Hint = own.Text, ""
	}
	if own.Hint != "" {
		e.Hint = own.Hint
	}
	if own.Field != "" {
		e.Field = own.Field
	}
	if e.After == 0 {
		e.After = own.Wait
	}
	return e
}

// usual is what a refusal means everywhere on Graph.
func (v Voice) usual(a Ask, response *outward.Response, r *Refusal) *fault.Error {
	switch code := r.Code; {
	case slices.Contains([]int{4, 17, 32, 341, 613}, code) || code >= 80000 && code <= 80014 || code == 368 && r.Subcode == 1390008,
		code == 0 && r.Status == http.StatusTooManyRequests:
		wait := pause(response)
		if code == 368 && wait == 0 {
			wait = 15 * time.Minute // taken for a robot; asking soon again makes it worse
		}
		return fault.Wrap(fault.Throttled, r, "%s asks us to slow down.", v.Network).In(wait)
	case code == 190 || code == 102 || code == 2500 && strings.Contains(r.Message, "access token"):
		return v.denied(r)
	case code == 10 && (r.Subcode == 2018278 || r.Subcode == 2534022):
		return fault.Wrap(fault.Invalid, r, "%s lets one write to somebody for 24 hours after their last message, and these are over.", v.Network).
			WithHint("Answer in public, or wait until they write again.")
	case code == 10 || code >= 200 && code <= 299:
		return v.forbidden(r)
	case code == 368:
		return fault.Wrap(fault.Denied, r, "%s has blocked this for the moment.", v.Network).WithHint("Look at the notices for the account on %s.", v.Network)
	case code == 15 || code == 101 || code == 100 && strings.Contains(r.Message, "appsecret_proof"):
		return fault.Wrap(fault.Denied, r, "The Meta app and the key of this account do not fit together.").
			WithHint("Look at the app's id and secret, and connect the account again.")
	case code == 506 || code == 1366051 || r.Subcode == 1366051:
		// The same was posted a moment ago: perhaps by our own try whose answer was
		// lost. Whoever asked looks, and does not post it again.
		return fault.Wrap(fault.Uncertain, r, "%s says that this was posted already.", v.Network).
			WithHint("If you want it twice, change a word.")
	case code == 803 || code == 100 && (r.Subcode == 33 || strings.Contains(r.Message, "does not exist")):
		return fault.Wrap(fault.NotFound, r, "%s does not have it any more, or does not let us see it.", v.Network)
	case code == 1 || code == 2 || r.Transient || r.Status >= 500:
		e := fault.Wrap(a.doubt(), r, "%s is out of order.", v.Network)
		if e.Kind == fault.Unavailable {
			e = e.In(response.RetryAfter())
		}
		return e
	case code == 0 && r.Status == http.StatusUnauthorized:
		return v.denied(r)
	case code == 0 && r.Status/100 != 4:
		return fault.Wrap(a.doubt(), r, "%s answered something we do not understand.", v.Network)
	}
	if strings.Contains(r.Message, "too long") || strings.Contains(r.Message, "less than or equal to") {
		return fault.Wrap(fault.Invalid, r, "%s finds the text too long.", v.Network).WithHint("Shorten it.").On("text")
	}
	return fault.Wrap(fault.Invalid, r, "%s refuses this (code %d).", v.Network, r.Code).WithHint("Change it, or try on %s itself.", v.Network)
}

// denied says what is the matter with a token.
func (v Voice) denied(r *Refusal) *fault.Error {
	e := fault.Wrap(fault.Denied, r, "%s does not accept our key any more.", v.Network).WithHint("%s", v.Renew)
	switch r.Subcode {
	case 463:
		e.Text = "The key of this account has expired."
	case 460:
		e.Text = "The key is not valid any more, because the password of the person behind it was changed."
	case 467:
		e.Text = "The key is not valid any more, because the person behind it signed out or took it back."
	case 458:
		e.Text = "The person behind the key has removed the app."
	case 459, 464:
		e.Text = v.Network + " wants the person behind the key to sign in and confirm something."
	case 492:
		e.Text = "The person behind the key has no role on this account any more."
	}
	return e
}

// forbidden names the permission that is missing, if Graph does.
func (v Voice) forbidden(r *Refusal) *fault.Error {
	var missing []string
	for _, scope := range v.Wanted {
		if strings.Contains(r.Message, scope) {
			missing = append(missing, scope)
		}
	}
	e := fault.Wrap(fault.Denied, r, "Our key may not do this on %s.", v.Network).WithHint("%s", v.Allow)
	if len(missing) > 0 {
		list := strings.Join(missing, ", ")
		e.Text = "Our key may not do this on " + v.Network + ": the permission " + list + " is missing."
		if v.Missing != "" {
			e = e.WithHint(v.Missing, list)
		}
	}
	return e
}

// pause reads how long Graph wants us to wait: minutes, in a header about the
// use of the app's business.
func pause(response *outward.Response) time.Duration {
	wait := response.RetryAfter()
	var use map[string][]struct {
		Minutes float64 `json:"estimated_time_to_regain_access"`
	}
	if json.Unmarshal([]byte(response.Header.Get("X-Business-Use-Case-Usage")), &use) == nil {
		for _, all := range use {
			for _, one := range all {
				wait = max(wait, minutes(one.Minutes))
			}
		}
	}
	var app struct {
		Minutes float64 `json:"estimated_time_to_regain_access"`
	}
	if json.Unmarshal([]byte(response.Header.Get("X-App-Usage")), &app) == nil {
		wait = max(wait, minutes(app.Minutes))
	}
	return wait
}

func minutes(n float64) time.Duration {
	if math.IsNaN(n) || n <= 0 {
		return 0
	}
	return time.Duration(min(n, 24*60) * float64(time.Minute))
}
