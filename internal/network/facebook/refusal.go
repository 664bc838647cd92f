package facebook

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

// refusal is how Graph says no. The status says little: the code decides.
type refusal struct {
	status    int
	Message   string `json:"message"`
	Code      int    `json:"code"`
	Subcode   int    `json:"error_subcode"`
	Transient bool   `json:"is_transient"`
}

// Error tells the numbers alone: the message may quote what was sent.
func (r *refusal) Error() string {
	return "status " + strconv.Itoa(r.status) + " code " + strconv.Itoa(r.Code) + "/" + strconv.Itoa(r.Subcode)
}

func refused(err error) *refusal {
	if r, ok := errors.AsType[*refusal](err); ok {
		return r
	}
	return &refusal{}
}

// failed gives a refusal its kind.
func (a ask) failed(response *outward.Response, r *refusal) error {
	switch code := r.Code; {
	case slices.Contains([]int{4, 17, 32, 341, 613}, code) || code >= 80000 && code <= 80014 || code == 368 && r.Subcode == 1390008,
		code == 0 && r.status == http.StatusTooManyRequests:
		wait := pause(response)
		if code == 368 && wait == 0 {
			wait = 15 * time.Minute // taken for a robot; asking soon again makes it worse
		}
		return fault.Wrap(fault.Throttled, r, "Facebook asks us to slow down.").In(wait)
	case code == 190 || code == 102 || code == 2500 && strings.Contains(r.Message, "access token"):
		return r.denied()
	case code == 10 && (r.Subcode == 2018278 || r.Subcode == 2534022):
		return fault.Wrap(fault.Invalid, r, "Facebook lets a Page write to somebody for 24 hours after their last message, and these are over.").
			WithHint("Answer in public, or wait until they write again.")
	case code == 10 || code >= 200 && code <= 299:
		return r.forbidden()
	case code == 368:
		return fault.Wrap(fault.Denied, r, "Facebook has blocked this for the moment.").WithHint("Look into the Page's support inbox on Facebook.")
	case code == 15 || code == 101 || code == 100 && strings.Contains(r.Message, "appsecret_proof"):
		return fault.Wrap(fault.Denied, r, "The Meta app and the key of this Page do not fit together.").
			WithHint("Look at the app's id and secret, and make the Page's token with this app.")
	case code == 506 || code == 1366051 || r.Subcode == 1366051:
		// The same was posted a moment ago: perhaps by our own try whose answer was
		// lost. Whoever asked looks, and does not post it again.
		return fault.Wrap(fault.Uncertain, r, "Facebook says that this was posted already.").
			WithHint("If you want it twice, change a word.")
	case code == 803 || code == 100 && (r.Subcode == 33 || strings.Contains(r.Message, "does not exist")):
		return fault.Wrap(fault.NotFound, r, "Facebook does not have it any more, or does not let us see it.")
	case code == 1 || code == 2 || r.Transient || r.status >= 500:
		e := fault.Wrap(a.doubt(), r, "Facebook is out of order.")
		if e.Kind == fault.Unavailable {
			e = e.In(response.RetryAfter())
		}
		return e
	case code == 0 && r.status == http.StatusUnauthorized:
		return r.denied()
	case code == 0 && r.status/100 != 4:
		return a.misunderstood()
	}
	text, hint, field := r.explain()
	return fault.Wrap(fault.Invalid, r, "%s", text).WithHint("%s", hint).On(field)
}

// denied says what is the matter with a token.
func (r *refusal) denied() error {
	e := fault.Wrap(fault.Denied, r, "Facebook does not accept our key any more.").
		WithHint("Make a new Page access token and connect the Page again.")
	switch r.Subcode {
	case 463:
		e.Text = "The key of this Page has expired."
	case 460:
		e.Text = "The key is not valid any more, because the password of the person behind it was changed."
	case 467:
		e.Text = "The key is not valid any more, because the person behind it signed out or took it back."
	case 458:
		e.Text, e.Hint = "The person behind the key has removed the app.", "Allow the app on Facebook again, and connect the Page again."
	case 459, 464:
		e.Text, e.Hint = "Facebook wants the person behind the key to sign in and confirm something.", "Sign in on facebook.com, then connect the Page again."
	case 492:
		e.Text, e.Hint = "The person behind the key has no role on this Page any more.", "Let somebody who has connect the Page again."
	}
	return e
}

// forbidden names the permission that is missing, if Graph does.
func (r *refusal) forbidden() error {
	var missing []string
	for _, scope := range wanted() {
		if strings.Contains(r.Message, scope) {
			missing = append(missing, scope)
		}
	}
	e := fault.Wrap(fault.Denied, r, "Our key may not do this on Facebook.").
		WithHint("Make a new Page access token with all permissions and connect the Page again.")
	if len(missing) > 0 {
		list := strings.Join(missing, ", ")
		e.Text = "Our key may not do this on Facebook: the permission " + list + " is missing."
		e.Hint = "Make a new Page access token with " + list + " and connect the Page again."
	}
	return e
}

// explain says in our words what Facebook found wrong with what we sent.
func (r *refusal) explain() (text, hint, field string) {
	for _, k := range []struct {
		code              int // or subcode
		text, hint, field string
	}{
		{1366046, "Facebook does not take this image.", "Save it as JPEG or PNG, smaller than 4 MB.", "media"},
		{324, "Facebook does not take this image.", "Save it as JPEG or PNG, smaller than 4 MB.", "media"},
		{1500, "Facebook does not take this link.", "Look whether it can be opened by everybody.", "link"},
		{1609008, "Facebook does not take links to itself here.", "Leave the link out, or share the post on Facebook.", "link"},
		{1404102, "Facebook says that this breaks its community standards.", "Change the text or the images.", "text"},
		{1349125, "Facebook does not take this content.", "Change the text or the images.", "text"},
		{1705, "Facebook does not take this.", "Change the text, or try on Facebook itself.", "text"},
		{10900, "This comment was answered in private already; Facebook allows it once.", "Answer in public, or in the conversation.", ""},
		{10903, "This comment cannot be answered in private any more.", "Facebook allows it for seven days. Answer in public instead.", ""},
		{551, "This person cannot be reached in private.", "Answer in public instead.", ""},
		{2018001, "This person cannot be reached in private.", "Answer in public instead.", ""},
	} {
		if k.code == r.Code || k.code == r.Subcode {
			return k.text, k.hint, k.field
		}
	}
	if strings.Contains(r.Message, "too long") || strings.Contains(r.Message, "less than or equal to") {
		return "Facebook finds the text too long.", "Shorten it.", "text"
	}
	return "Facebook refuses this (code " + strconv.Itoa(r.Code) + ").", "Change it, or try on Facebook itself.", ""
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
