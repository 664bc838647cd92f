package graph

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/outward"
)

// Hand sends the rest of a file from an offset on in one stream, to an address of
// Meta's host for uploads. How far it came is asked before the next try, so that
// nothing is sent twice.
func (c *Client) Hand(ctx context.Context, token, address string, m network.Media, offset int64) error {
	body, err := m.OpenAt(offset)
	if err != nil {
		return fault.Wrap(fault.Internal, err, "opening a file of ours")
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, body)
	if err != nil {
		_ = body.Close() // nothing was sent
		return fault.Wrap(fault.Internal, err, "writing an upload")
	}
	request.ContentLength = m.Bytes - offset
	request.Header.Set("Content-Type", "application/octet-stream")
	request.Header.Set("Authorization", "OAuth "+token)
	request.Header["offset"] = []string{strconv.FormatInt(offset, 10)} // as documented, in small letters
	request.Header["file_size"] = []string{strconv.FormatInt(m.Bytes, 10)}
	answer, err := c.Out.Open(outward.Repeatable(ctx), request)
	if err != nil {
		return err
	}
	defer answer.Body.Close() //nolint:errcheck // read or given up
	return c.Voice.received(answer)
}

// received reads what became of an upload.
func (v Voice) received(answer *outward.Stream) error {
	data, err := io.ReadAll(io.LimitReader(answer.Body, 64<<10))
	if err != nil {
		return fault.Wrap(fault.Unavailable, err, "%s did not say whether the video arrived.", v.Network)
	}
	var got struct {
		Success bool `json:"success"`
		Debug   struct {
			Retriable bool   `json:"retriable"`
			Type      string `json:"type"`
		} `json:"debug_info"`
	}
	readable := json.Unmarshal(data, &got) == nil
	cause := errors.New("status " + http.StatusText(answer.Status))
	switch {
	case readable && got.Success && answer.Status == http.StatusOK:
		return nil
	case answer.Status == http.StatusTooManyRequests:
		return fault.Wrap(fault.Throttled, cause, "%s asks us to slow down.", v.Network).In(outward.RetryAfter(answer.Header, answer.At))
	case got.Debug.Type == "NotAuthorizedError" || answer.Status == http.StatusUnauthorized || answer.Status == http.StatusForbidden:
		return fault.Wrap(fault.Denied, cause, "%s does not accept our key any more.", v.Network).WithHint("%s", v.Allow)
	case !readable || got.Debug.Retriable || answer.Status >= 500 || got.Debug.Type == "" || got.Debug.Type == "OffsetInvalidError":
		return fault.Wrap(fault.Unavailable, cause, "%s did not take all of the video.", v.Network).In(10 * time.Second)
	}
	return fault.Wrap(fault.Invalid, cause, "%s does not take this video.", v.Network).WithHint("Save it as MP4 with H.264 and AAC, and try again.").On("media")
}
