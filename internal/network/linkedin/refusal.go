package linkedin

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/outward"
)

// refusal is how LinkedIn says no: by its API, or by its page for tokens.
type refusal struct {
	status      int
	Message     string `json:"message"`
	Code        string `json:"code"`
	OAuth       string `json:"error"`
	Description string `json:"error_description"`
}

// Error tells the numbers alone: the message may quote what was sent.
func (r *refusal) Error() string {
	return "status " + strconv.Itoa(r.status) + " code " + strings.Map(func(c rune) rune {
		if c >= 'A' && c <= 'Z' || c == '_' {
			return c
		}
		return -1
	}, r.Code)
}

func refused(err error) *refusal {
	if r, ok := errors.AsType[*refusal](err); ok {
		return r
	}
	return &refusal{}
}

// failed gives a refusal its kind.
func (d *Driver) failed(a ask, response *outward.Response) error {
	r := &refusal{}
	_ = json.Unmarshal(response.Body, r) // what is of another type stays empty
	r.status = response.Status
	switch {
	case r.status == http.StatusUpgradeRequired:
		return fault.Wrap(fault.Denied, r, "LinkedIn has ended the version of its API that this Kith speaks (%s).", d.profile.Version).
			WithHint("Update Kith; nothing goes to LinkedIn until then.")
	case r.status == http.StatusTooManyRequests:
		return fault.Wrap(fault.Throttled, r, "LinkedIn asks us to slow down.").In(d.pause(r, response))
	case r.status == http.StatusUnauthorized:
		return r.denied()
	case r.status == http.StatusForbidden:
		return fault.Wrap(fault.Denied, r, "LinkedIn does not let us do this: a permission is missing, or a role on the Page.").
			WithHint("Look whether you still administer the Page on LinkedIn, then connect it again.")
	case r.status == http.StatusNotFound:
		return fault.Wrap(fault.NotFound, r, "LinkedIn does not have it any more, or does not let us see it.")
	case r.status == http.StatusConflict:
		return fault.Wrap(fault.Unavailable, r, "LinkedIn was changing the same thing.").In(2 * time.Second)
	case r.status == http.StatusUnprocessableEntity && strings.Contains(strings.ToLower(r.Message), "duplicate"):
		// The same was posted a moment ago: perhaps by our own try whose answer was
		// lost. Whoever asked looks, and does not post it again.
		return fault.Wrap(fault.Uncertain, r, "LinkedIn says that this was posted already.").
			WithHint("If you want it twice, change a word, or wait ten minutes.")
	case r.status >= 500:
		e := fault.Wrap(a.doubt(), r, "LinkedIn is out of order.")
		if e.Kind == fault.Unavailable {
			e = e.In(response.RetryAfter())
		}
		return e
	case r.status/100 != 4:
		return a.misunderstood()
	}
	text, hint, field := r.explain()
	return fault.Wrap(fault.Invalid, r, "%s", text).WithHint("%s", hint).On(field)
}

// pause is how long to wait. LinkedIn documents no header that tells; its limits
// begin anew at midnight of UTC, some end sooner.
func (d *Driver) pause(r *refusal, response *outward.Response) time.Duration {
	if wait := response.RetryAfter(); wait > 0 {
		return wait
	}
	if strings.Contains(r.Message, "Comment create throttled") {
		return time.Minute
	}
	now := d.now()
	midnight := now.Truncate(24*time.Hour).AddDate(0, 0, 1).Sub(now)
	return min(midnight+time.Minute, 15*time.Minute)
}

// denied says what is the matter with a token.
func (r *refusal) denied() error {
	e := fault.Wrap(fault.Denied, r, "LinkedIn does not accept our key any more.").WithHint("Connect LinkedIn again.")
	switch said := strings.ToLower(r.Code + " " + r.Message); {
	case strings.Contains(said, "revoked"):
		e.Text = "The person behind the key has taken it back on LinkedIn."
	case strings.Contains(said, "expired"):
		e.Text = "The key of this account has expired."
	}
	return e
}

// explain says in our words what LinkedIn found wrong with what we sent.
func (r *refusal) explain() (text, hint, field string) {
	switch r.Code {
	case "FIELD_LENGTH_TOO_LONG":
		return "LinkedIn finds the text too long.", "Shorten it.", "text"
	case "INVALID_VALUE_BLANK_FIELD":
		return "LinkedIn wants a text here.", "Write something.", "text"
	case "MEDIA_ASSET_PROCESSING_FAILED":
		return "LinkedIn could not read this file.", "Save images as JPEG or PNG, videos as MP4 and documents as PDF, and try again.", "media"
	case "INVALID_IMAGE_ID", "MEDIA_ASSET_WAITING_UPLOAD":
		return "LinkedIn does not have the file yet.", "Try again.", "media"
	case "DUPLICATE_POST":
		return "LinkedIn says that this was posted already.", "Change a word, or wait ten minutes.", "text"
	}
	switch r.status {
	case http.StatusRequestEntityTooLarge:
		return "LinkedIn finds the file too large.", "Make it smaller.", "media"
	case http.StatusUnsupportedMediaType:
		return "LinkedIn does not take this kind of file.", "Save images as JPEG or PNG, videos as MP4 and documents as PDF.", "media"
	}
	return "LinkedIn refuses this (status " + strconv.Itoa(r.status) + ").", "Change it, or try on LinkedIn itself.", ""
}
