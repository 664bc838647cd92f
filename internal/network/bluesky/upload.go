package bluesky

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/rest"
	"github.com/kithhq/kith/internal/text"
)

// upload gives one file to the server, as it is read. Without a post it is swept
// away there, so doing it twice is harmless.
func (d *Driver) upload(ctx context.Context, conn network.Conn, m network.Media) (json.RawMessage, error) {
	var made struct {
		Blob json.RawMessage `json:"blob"`
	}
	var kept struct {
		Type string `json:"mimeType"`
	}
	err := streamed(m, func(body *rest.Stream) error {
		_, err := d.call(ctx, conn, ask{method: "com.atproto.repo.uploadBlob", stream: body, harmless: true}, &made)
		return err
	})
	if err != nil {
		return nil, err
	}
	blob, err := plainBlob(made.Blob)
	if err != nil {
		return nil, err
	}
	// The server takes any bytes, and says what it thinks they are: a post that shows
	// something else as a picture is refused.
	wanted, _, _ := strings.Cut(m.Type, "/")
	if err := json.Unmarshal(blob, &kept); err == nil && !strings.HasPrefix(kept.Type, wanted+"/") {
		return nil, fault.New(fault.Invalid, "Bluesky does not take this file for what it is called.").
			WithHint("Save images as JPEG or PNG, videos as MP4, and try again.").On("media")
	}
	return blob, nil
}

// streamed opens a file for one call.
func streamed(m network.Media, call func(*rest.Stream) error) error {
	file, err := m.OpenAt(0)
	if err != nil {
		return fault.Wrap(fault.Internal, err, "opening a file of ours")
	}
	defer file.Close() //nolint:errcheck // it was only read
	return call(&rest.Stream{Body: file, Bytes: m.Bytes, Type: m.Type})
}

var jobSign = text.OnlyOf("A-Za-z0-9._:-", 1, 256) //nolint:gochecknoglobals // a table

// job is the work of the video service on one file.
type job struct {
	ID      string          `json:"jobId"`
	State   string          `json:"state"`
	Blob    json.RawMessage `json:"blob"`
	Failure string          `json:"failureCode"`
}

// film hands a video to the video service, which works on it and brings it into
// the repository. It knows a video that it has seen by its bytes, and gives the
// same work again, so doing it twice is harmless.
func (d *Driver) film(ctx context.Context, conn network.Conn, key string, m network.Media, f handed) (handed, error) {
	if err := d.mayFilm(ctx, conn, m); err != nil {
		return f, err
	}
	var server struct {
		DID string `json:"did"`
	}
	if _, err := d.send(ctx, conn.Base, "", ask{method: "com.atproto.server.describeServer"}, &server); err != nil {
		return f, err
	}
	token, err := d.serviceToken(ctx, conn, server.DID, "com.atproto.repo.uploadBlob")
	if err != nil {
		return f, err
	}
	var made struct {
		job
		Nested *job `json:"jobStatus"` // as its lexicon says; the service itself answers without
	}
	a := ask{method: "app.bsky.video.uploadVideo", query: url.Values{"did": {conn.Account}, "name": {keyTID(key) + ".mp4"}}, harmless: true}
	err = streamed(m, func(body *rest.Stream) error {
		a.stream = body
		_, err := d.send(ctx, d.options.Video, token, a, &made)
		return err
	})
	if there := known(err); there != "" {
		made.job, err = job{ID: there}, nil
	}
	if err != nil {
		return f, unwelcome(err)
	}
	if made.Nested != nil {
		made.job = *made.Nested
	}
	if !jobSign.MatchString(made.ID) {
		return f, strange(a.rest())
	}
	f.Job = made.ID
	return f, nil
}

// mayFilm asks whether the account may publish a video of this size now: what is
// refused later is refused after the whole upload.
func (d *Driver) mayFilm(ctx context.Context, conn network.Conn, m network.Media) error {
	token, err := d.serviceToken(ctx, conn, d.videoService(), "app.bsky.video.getUploadLimits")
	if err != nil {
		return err
	}
	var got struct {
		Can    bool   `json:"canUpload"`
		Videos *int64 `json:"remainingDailyVideos"`
		Bytes  *int64 `json:"remainingDailyBytes"`
	}
	if _, err := d.send(ctx, d.options.Video, token, ask{method: "app.bsky.video.getUploadLimits"}, &got); err != nil {
		return unwelcome(err)
	}
	switch {
	case got.Videos != nil && *got.Videos <= 0, got.Bytes != nil && *got.Bytes < m.Bytes:
		return fault.New(fault.Throttled, "Bluesky takes no more videos from this account today.").In(time.Hour)
	case !got.Can:
		return noVideos(nil)
	}
	return nil
}

// unwelcome reads a refusal of the video service: it is about the account's
// videos and not about our key, which our own server has just accepted.
func unwelcome(err error) error {
	if fault.Is(err, fault.Denied) {
		return noVideos(err)
	}
	return err
}

func noVideos(cause error) error {
	return fault.Wrap(fault.Invalid, cause, "Bluesky takes no videos from this account.").WithHint("Confirm the account’s e-mail address on Bluesky, or publish without the video.").On("media")
}

// videoService is who the video service is.
func (d *Driver) videoService() string {
	_, host, _ := strings.Cut(d.options.Video, "://")
	return "did:web:" + strings.ReplaceAll(host, ":", "%3A")
}

// serviceLife is how long a token for another service lasts: for a slow line and a
// large video, and where the server's clock is minutes off. An hour is the most.
const serviceLife = 30 * time.Minute

// serviceToken is a token with which another service acts for the account.
func (d *Driver) serviceToken(ctx context.Context, conn network.Conn, audience, method string) (string, error) {
	var got struct {
		Token string `json:"token"`
	}
	query := url.Values{"aud": {audience}, "lxm": {method}, "exp": {fmt.Sprint(d.now().Add(serviceLife).Unix())}}
	a := ask{method: "com.atproto.server.getServiceAuth", query: query}
	if _, err := d.call(ctx, conn, a, &got); err != nil {
		return "", err
	}
	if got.Token == "" || len(got.Token) > 8<<10 {
		return "", strange(a.rest())
	}
	return got.Token, nil
}

// worked asks how far the video service is.
func (d *Driver) worked(ctx context.Context, f handed) (handed, time.Duration, error) {
	var got struct {
		Job job `json:"jobStatus"`
	}
	a := ask{method: "app.bsky.video.getJobStatus", query: url.Values{"jobId": {f.Job}}}
	_, err := d.send(ctx, d.options.Video, "", a, &got)
	switch {
	case fault.Is(err, fault.NotFound), fault.Is(err, fault.Invalid):
		return handed{}, time.Minute, nil // it has forgotten the work
	case err != nil:
		return f, 0, err
	case got.Job.ID == "" || got.Job.State == "":
		return f, 0, strange(a.rest())
	}
	f.Asked++
	switch got.Job.State {
	case "JOB_STATE_COMPLETED":
		if f.Blob, err = plainBlob(got.Job.Blob); err != nil {
			return f, 0, err
		}
		return f, 0, nil
	case "JOB_STATE_FAILED":
		if got.Job.Failure == "pds_upload_failure" {
			return handed{Plain: true}, 0, nil
		}
		return f, 0, fault.New(fault.Invalid, "Bluesky cannot read the video.").WithHint("Save it as MP4 with H.264 and AAC, or make it shorter.").On("media")
	}
	// What takes long is asked for less and less often.
	const most = time.Minute
	return f, min(time.Second*time.Duration(f.Asked), most), nil
}
