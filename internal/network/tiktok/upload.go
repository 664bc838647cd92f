package tiktok

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/outward"
)

// upload hands over one piece of a video, streamed, its length said beforehand.
func (d *Driver) upload(ctx context.Context, part network.Part, p place) (network.Stepped, error) {
	m, from := part.Media[0], part.Step.Done
	if !d.trusted(p.URL) || p.Chunk <= 0 || from < 0 || from >= m.Bytes || part.Step.Total != m.Bytes {
		return p.anew(0), nil // the file is another one, or the state is not ours
	}
	if d.now().Unix() > p.Until {
		return p.doubted(part), nil
	}
	end := from + p.Chunk
	if end+p.Chunk > m.Bytes {
		end = m.Bytes
	}
	file, err := m.OpenAt(from)
	if err != nil {
		return network.Stepped{}, fault.Wrap(fault.Internal, err, "opening a file of ours")
	}
	defer file.Close() //nolint:errcheck // it was only read
	request, err := http.NewRequestWithContext(ctx, http.MethodPut, p.URL, struct{ io.Reader }{io.LimitReader(file, end-from)})
	if err != nil {
		return network.Stepped{}, fault.Wrap(fault.Internal, nil, "making an upload")
	}
	request.ContentLength = end - from
	request.Header.Set("Content-Type", m.Type)
	request.Header.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, end-1, m.Bytes))
	if !part.Step.Public {
		ctx = outward.Repeatable(ctx) // the same piece to the same place
	}
	answer, err := d.out.Open(ctx, request)
	if err != nil {
		return network.Stepped{}, err
	}
	defer answer.Body.Close() //nolint:errcheck // nothing is left to learn
	if _, err := io.Copy(io.Discard, io.LimitReader(answer.Body, 64<<10)); err != nil && part.Step.Public {
		return network.Stepped{}, err // what was said may have been cut
	}
	return p.taken(part, answer, end)
}

// taken says what a status means for a piece.
func (p place) taken(part network.Part, answer *outward.Stream, end int64) (network.Stepped, error) {
	last := end == part.Media[0].Bytes
	switch status := answer.Status; {
	case status == http.StatusCreated && last:
		return network.Stepped{Step: p.step(stepProcess, false), Wait: 5 * time.Second}, nil
	case status == http.StatusPartialContent && !last:
		p.Doubts = 0
		next := p.next(end, part.Media[0].Bytes) // forgotten, TikTok says how much has come
		return network.Stepped{Step: next, Loose: !next.Public}, nil
	case status == http.StatusTooManyRequests:
		return network.Stepped{}, fault.New(fault.Throttled, "TikTok asks us to slow down.").WithHint("Kith tries again by itself.").In(max(outward.RetryAfter(answer.Header, answer.At), time.Second))
	case status == http.StatusForbidden || status == http.StatusNotFound || status == http.StatusRequestedRangeNotSatisfiable || status < 300:
		// The address has ended, or more has come than we know of: TikTok says how much.
		return p.doubted(part), nil
	case status >= 500 || status == http.StatusRequestTimeout:
		kind := fault.Unavailable
		if part.Step.Public {
			kind = fault.Uncertain
		}
		return network.Stepped{}, fault.New(kind, "TikTok's store does not work at the moment.").In(outward.RetryAfter(answer.Header, answer.At))
	}
	return network.Stepped{}, fault.New(fault.Invalid, "TikTok's store does not take the video.").WithHint("Save it as MP4, at most 4 GB.").On("media")
}

// doubted asks how much has come before anything else is done. After the last piece
// it waits first: what TikTok says of it must have settled.
func (p place) doubted(part network.Part) network.Stepped {
	wait := 2 * time.Second
	if part.Step.Public {
		wait = time.Minute
	}
	p.Doubts++
	s := p.step(stepResume, false)
	s.Done, s.Total = part.Step.Done, part.Step.Total
	return network.Stepped{Step: s, Wait: wait}
}

// resume goes on where TikTok says that it is; where that cannot be, it begins anew.
func (d *Driver) resume(ctx context.Context, conn network.Conn, part network.Part, p place) (network.Stepped, error) {
	s, err := d.status(ctx, conn, p.Publish)
	if fault.Is(err, fault.NotFound) {
		return p.again(0)
	}
	if err != nil {
		return network.Stepped{}, err
	}
	size := part.Media[0].Bytes
	switch {
	case s.Status != processingUpload || s.Uploaded >= size:
		return network.Stepped{Step: p.step(stepProcess, false)}, nil
	case d.now().Unix() > p.Until || p.Doubts > doubtsMost:
		return p.again(0)
	case p.Chunk <= 0 || s.Uploaded < 0 || s.Uploaded%p.Chunk != 0 || s.Uploaded > 0 && size-s.Uploaded < p.Chunk:
		return p.again(0) // not between two pieces
	}
	return network.Stepped{Step: p.next(s.Uploaded, size)}, nil
}

// again begins anew, unless that has happened too often.
func (p place) again(wait time.Duration) (network.Stepped, error) {
	if p.Tries >= triesMost {
		return network.Stepped{}, fault.New(fault.Invalid, "TikTok did not take the video in several tries.").WithHint("Try again later, or save the video anew as MP4.").On("media")
	}
	return p.anew(max(wait, 10*time.Second)), nil
}

// The states of a publishing.
const (
	processingUpload = "PROCESSING_UPLOAD"
	inInbox          = "SEND_TO_USER_INBOX"
	complete         = "PUBLISH_COMPLETE"
	failed           = "FAILED"
)

// progress is how far a publishing is. The misspelling is TikTok's.
type progress struct {
	Status   string  `json:"status"`
	Reason   string  `json:"fail_reason"`
	Posts    []ident `json:"publicaly_available_post_id"` //nolint:misspell // its own spelling
	Right    []ident `json:"publicly_available_post_id"`  // should they mend it
	Uploaded int64   `json:"uploaded_bytes"`
}

// post is the id of the post, where it is told.
func (s progress) post() string {
	for _, id := range append(s.Posts, s.Right...) {
		if number.MatchString(string(id)) {
			return string(id)
		}
	}
	return ""
}

// there says that it exists: as a post, or in the inbox where that was wanted.
func (s progress) there() bool { return s.Status == complete || s.Status == inInbox }

func (d *Driver) status(ctx context.Context, conn network.Conn, publish string) (progress, error) {
	a := ask{path: "/post/publish/status/fetch/", body: map[string]string{"publish_id": publish}, harmless: true}
	var s progress
	if !ticket.MatchString(publish) {
		return s, fault.New(fault.NotFound, "TikTok does not know this (any more).")
	}
	if _, err := d.call(ctx, conn, a, &s); err != nil {
		return s, err
	}
	if s.Status == "" {
		return s, a.misunderstood()
	}
	return s, nil
}

// idMost is how long the id of a public post is waited for: TikTok tells it when it
// has looked at the post, mostly within a minute.
const idMost = time.Hour

// processed asks how far TikTok is. What it finds to be there is said by the act
// after this one: this one may be repeated.
func (d *Driver) processed(ctx context.Context, conn network.Conn, part network.Part, p place) (network.Stepped, error) {
	s, err := d.status(ctx, conn, p.Publish)
	if err != nil {
		return network.Stepped{}, err
	}
	now := d.now()
	switch {
	case s.Status == failed:
		return p.verdict(part, s.Reason)
	case !s.there():
		wait := min(max(now.Sub(part.Step.Since)/8, 5*time.Second), time.Minute)
		return network.Stepped{Step: p.step(stepProcess, false), Wait: wait}, nil
	}
	if p.Posted == 0 {
		p.Posted = now.Unix()
	}
	p.Post = s.post()
	if since := now.Sub(time.Unix(p.Posted, 0)); p.Post == "" && part.Options[optPrivacy] == everyone && since < idMost {
		return network.Stepped{Step: p.step(stepProcess, false), Wait: min(max(since/2, 5*time.Second), time.Minute)}, nil
	}
	return network.Stepped{Step: p.step(stepShown, true)}, nil
}

// verdict says what it means that TikTok gave a post up: it does not exist.
func (p place) verdict(part network.Part, reason string) (network.Stepped, error) {
	no := func(text, hint, field string) (network.Stepped, error) {
		return network.Stepped{}, fault.New(fault.Invalid, "%s", text).WithHint("%s", hint).On(field)
	}
	photos := !part.Media[0].Video()
	switch reason {
	case "internal", "video_pull_failed":
		if p.Tries < triesMost {
			return p.anew(time.Minute), nil
		}
		return no("TikTok could not process it, in several tries.", "Try again later.", "media")
	case "photo_pull_failed":
		if p.Tries == 0 {
			return p.anew(10 * time.Second), nil // it may have come while we were being started anew
		}
		if p.Tries < triesMost {
			return p.anew(time.Minute), nil
		}
		return no("TikTok could not fetch the photos from us.", "This Kith must be reached from outside under https, without redirections, and that address be verified at developers.tiktok.com.", "media")
	case "spam_risk_too_many_posts":
		return p.anew(time.Hour), nil // there the limit of the day is said, and waited for
	case "file_format_check_failed":
		if photos {
			return no("TikTok could not read a photo.", "Save the photos as JPEG.", "media")
		}
		return no("TikTok could not read the video.", "Save it as MP4 with H.264 and AAC.", "media")
	case "duration_check_failed":
		return no("TikTok does not take a video of this length.", "Cut it for this network.", "media")
	case "frame_rate_check_failed":
		return no("TikTok takes 23 to 60 pictures a second.", "Save the video with 30 pictures a second.", "media")
	case "picture_size_check_failed":
		if photos {
			return no("TikTok does not take a photo of this size.", "Make it at most 1080 by 1920 pixels and 20 MB.", "media")
		}
		return no("TikTok does not take a video of this size.", "Both sides have 360 to 4096 pixels.", "media")
	case "publish_cancelled":
		return no("It was taken back on TikTok.", "Try again, if that was not meant.", "")
	case "spam_risk_text":
		return no("TikTok takes the text for spam.", "Write it in another way.", "text")
	case "spam_risk":
		return no("TikTok takes the post for spam.", "Change it, or publish it in TikTok's own application.", "")
	case "auth_removed":
		return network.Stepped{}, fault.New(fault.Denied, "The account took our rights away while TikTok was working.").WithHint("Connect the account again.")
	case "spam_risk_user_banned_from_posting":
		return network.Stepped{}, fault.New(fault.Denied, "TikTok does not let this account post at the moment.").WithHint("TikTok's own application says why.")
	}
	return network.Stepped{}, fault.New(fault.Invalid, "TikTok did not publish it: %s", clip(strings.ReplaceAll(reason, "_", " "), 80)).
		WithHint("Look in TikTok's own application, then try again.")
}
