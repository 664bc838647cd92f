package youtube

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/outward"
)

// refusal is how Google says no. The status says little: the reason decides.
type refusal struct {
	status  int
	reason  string
	further []string // reasons in the details
}

// Error tells numbers and reasons alone: the message may quote what was sent.
func (r *refusal) Error() string { return "status " + strconv.Itoa(r.status) + " reason " + r.reason }

// readRefusal reads an error body; what is none has no reason.
func readRefusal(status int, body []byte) *refusal {
	r := &refusal{status: status}
	var said struct {
		Error struct {
			Errors []struct {
				Reason string `json:"reason"`
			} `json:"errors"`
			Details []struct {
				Reason string `json:"reason"`
			} `json:"details"`
		} `json:"error"`
	}
	if json.Unmarshal(body, &said) != nil {
		return r
	}
	for _, e := range said.Error.Errors[:min(len(said.Error.Errors), 8)] {
		if r.reason == "" {
			r.reason = word(e.Reason)
		}
	}
	for _, e := range said.Error.Details[:min(len(said.Error.Details), 8)] {
		r.further = append(r.further, word(e.Reason))
	}
	return r
}

// word keeps of a reason what is one: their other words are shown to nobody.
func word(s string) string {
	if len(s) > 64 || strings.ContainsFunc(s, func(c rune) bool {
		return c != '_' && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z')
	}) {
		return ""
	}
	return s
}

func (r *refusal) is(reasons ...string) bool {
	for _, want := range reasons {
		if r.reason == want {
			return true
		}
		for _, f := range r.further {
			if f == want {
				return true
			}
		}
	}
	return false
}

// failed gives a refusal its kind.
func (d *Driver) failed(a ask, response *outward.Response) error {
	r := readRefusal(response.Status, response.Body)
	switch {
	case r.is("quotaExceeded", "dailyLimitExceeded", "dailyLimitExceededUnreg"):
		wait := midnight(d.now()).Sub(d.now())
		return fault.Wrap(fault.Throttled, r, "The day's quota of our Google project is used up.").
			WithHint("It begins anew at midnight in California. More has to be asked of Google.").In(max(wait, pause(response)))
	case r.is("uploadLimitExceeded"):
		return fault.Wrap(fault.Throttled, r, "YouTube takes no more videos of this channel today.").In(max(6*time.Hour, pause(response)))
	case r.is("rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED", "uploadRateLimitExceeded"), r.status == http.StatusTooManyRequests:
		return fault.Wrap(fault.Throttled, r, "YouTube asks us to slow down.").In(pause(response))
	case r.status == http.StatusUnauthorized:
		return fault.Wrap(fault.Denied, r, "Google does not accept our key any more.").WithHint("Connect the channel again.")
	case r.is("insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"):
		return fault.Wrap(fault.Denied, r, "Our key may not do this on YouTube.").WithHint("Connect the channel again, and leave every box on Google's page ticked.")
	case r.is("accessNotConfigured", "SERVICE_DISABLED"):
		return fault.Wrap(fault.Denied, r, "The YouTube APIs are not switched on in our Google project.").
			WithHint("Switch on “YouTube Data API v3” and “YouTube Analytics API” in the Google Cloud console.")
	case r.is("youtubeSignupRequired", "channelNotFound", "authenticatedUserNotChannel"):
		return fault.Wrap(fault.Denied, r, "There is no YouTube channel on this Google account.").WithHint("Make one on youtube.com, then connect again.")
	case r.is("authenticatedUserAccountClosed", "authenticatedUserAccountSuspended", "channelClosed", "channelSuspended", "accountClosed", "accountSuspended"):
		return fault.Wrap(fault.Denied, r, "YouTube has closed or suspended this account.").WithHint("Look into YouTube Studio.")
	case r.status >= 500, r.is("backendError", "internalError"):
		e := fault.Wrap(a.doubt(), r, "YouTube is out of order.")
		if e.Kind == fault.Unavailable {
			e = e.In(pause(response))
		}
		return e
	case r.status == http.StatusNotFound, strings.HasSuffix(r.reason, "NotFound"):
		return fault.Wrap(fault.NotFound, r, "YouTube does not have it any more.")
	case r.status/100 != 4:
		return a.misunderstood()
	}
	return r.explain()
}

// explain says in our words what YouTube found wrong with what we sent.
func (r *refusal) explain() error {
	for _, k := range []struct{ reason, text, hint, field string }{
		{"invalidTitle", "YouTube does not take this title.", "It has 1 to 100 characters, and neither < nor >.", "title"},
		{"invalidDescription", "YouTube does not take this description.", "It has 5,000 bytes at most, and neither < nor >.", "text"},
		{"invalidTags", "YouTube does not take these tags.", "All together they have 500 characters at most.", "options"},
		{"invalidCategoryId", "YouTube does not have this category.", "Choose another one.", "options"},
		{"invalidVideoMetadata", "YouTube does not take what is said about the video.", "Look at title, description and choices.", ""},
		{"invalidVideoGameRating", "YouTube does not take what is said about the video.", "Look at title, description and choices.", ""},
		{"forbiddenPrivacySetting", "YouTube does not let this video be seen by others.", "Look into YouTube Studio: the project at Google may have to be audited first.", "options"},
		{"forbiddenLicenseSetting", "YouTube does not let this channel use this licence.", "Choose the standard licence.", "options"},
		{"badContent", "YouTube does not take this file.", "Save it as MP4.", "media"},
		{"mediaBodyRequired", "YouTube says that the file is empty.", "Upload it again.", "media"},
		{"invalidImage", "YouTube does not take this picture as a thumbnail.", "Save it as JPEG or PNG of at most 2 MB, 16:9.", "media"},
		{"uploadTooLarge", "YouTube finds the file too big.", "Make it smaller.", "media"},
		{"captionExists", "YouTube has subtitles of this language already.", "Change them in YouTube Studio.", ""},
		{"contentRequired", "YouTube says that the file is empty.", "Upload it again.", "file"},
		{"invalidMetadata", "YouTube does not take these subtitles.", "Look at the language, and at the file.", "file"},
		{"commentsDisabled", "Comments are off below this video.", "Videos made for kids and private videos have none; else look into YouTube Studio.", ""},
		{"commentTextRequired", "YouTube finds the comment empty.", "Write something.", "text"},
		{"commentTextTooLong", "YouTube finds the comment too long.", "Shorten it.", "text"},
		{"parentCommentIsPrivate", "The comment that is answered cannot be seen by everybody.", "Show it first, then answer.", ""},
		{"operationNotSupported", "This comment cannot be answered.", "Answer the comment above it.", ""},
		{"ineligibleAccount", "This account may not comment on YouTube.", "Look into YouTube Studio.", ""},
		{"playlistContainsMaximumNumberOfVideos", "This playlist is full.", "Choose another one.", "options"},
	} {
		if r.is(k.reason) {
			return fault.Wrap(fault.Invalid, r, "%s", k.text).WithHint("%s", k.hint).On(k.field)
		}
	}
	if r.status == http.StatusForbidden {
		return fault.Wrap(fault.Denied, r, "YouTube does not allow this.").WithHint("Look into YouTube Studio: the channel may be restricted, or the thing is not ours.")
	}
	if r.reason == "" {
		return fault.Wrap(fault.Invalid, r, "YouTube refuses this.").WithHint("Change it, or try in YouTube Studio.")
	}
	return fault.Wrap(fault.Invalid, r, "YouTube refuses this (%s).", r.reason).WithHint("Change it, or try in YouTube Studio.")
}
