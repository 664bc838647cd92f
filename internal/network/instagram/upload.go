package instagram

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/outward"
)

// received is what rupload says about bytes.
type received struct {
	Success bool `json:"success"`
	Debug   struct {
		Retriable bool   `json:"retriable"`
		Type      string `json:"type"`
	} `json:"debug_info"`
}

// judged reads what became of an upload. How far it came is asked of the container
// before the next try, so that nothing is sent twice.
func judged(answer *outward.Stream) error {
	data, err := io.ReadAll(io.LimitReader(answer.Body, 64<<10))
	if err != nil {
		return fault.Wrap(fault.Unavailable, err, "Instagram did not say whether the video arrived.")
	}
	var got received
	readable := json.Unmarshal(data, &got) == nil
	cause := errors.New("status " + http.StatusText(answer.Status))
	switch {
	case readable && got.Success && answer.Status == http.StatusOK:
		return nil
	case answer.Status == http.StatusTooManyRequests:
		return fault.Wrap(fault.Throttled, cause, "Instagram asks us to slow down.").In(outward.RetryAfter(answer.Header, answer.At))
	case got.Debug.Type == "NotAuthorizedError" || answer.Status == http.StatusUnauthorized || answer.Status == http.StatusForbidden:
		return fault.Wrap(fault.Denied, cause, "Instagram does not accept our key any more.").WithHint("Connect the account again, and allow everything that is asked.")
	case !readable || got.Debug.Retriable || answer.Status >= 500 || got.Debug.Type == "" || got.Debug.Type == "OffsetInvalidError":
		return fault.Wrap(fault.Unavailable, cause, "Instagram did not take all of the video.").In(10 * time.Second)
	}
	return fault.Wrap(fault.Invalid, cause, "Instagram does not take this video.").WithHint("Save it as MP4 with H.264 and AAC, and try again.").On("media")
}
