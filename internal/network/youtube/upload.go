package youtube

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/outward"
)

// ours says whether an address is one that our key may be sent to: YouTube's own,
// or that of whoever stands in for it.
func (d *Driver) ours(address string) bool {
	u, err := url.Parse(address)
	if err != nil || len(address) > 8192 || u.User != nil || u.Fragment != "" {
		return false
	}
	if d.base != "" {
		base, err := url.Parse(d.base)
		return err == nil && u.Scheme == base.Scheme && u.Host == base.Host
	}
	return u.Scheme == "https" && (u.Port() == "" || u.Port() == "443") && strings.HasSuffix(u.Hostname(), ".googleapis.com")
}

// heard is what an upload session says.
type heard struct {
	video string // it is complete, and this came of it
	got   int64  // so many bytes are there
	lost  bool   // there is no such session (any more)
}

// upload brings the next piece of the file. The session is asked first how far it
// is: an answer may have been lost, and a piece that breaks half-way may have
// arrived in part.
func (d *Driver) upload(ctx context.Context, conn network.Conn, part network.Part, s state) (network.Stepped, error) {
	if len(part.Media) != 1 || !d.ours(s.Session) {
		return network.Stepped{Step: network.Step{Name: network.Begun}}, nil
	}
	m := part.Media[0]
	at, err := d.put(ctx, conn, s.Session, m, -1, 0)
	if err != nil {
		return network.Stepped{}, err
	}
	if at.video == "" && !at.lost && at.got == part.Step.Done && at.got < m.Bytes {
		// Only from where we know to be, so that what is remembered always says
		// whether the last piece can have been on its way.
		if at, err = d.put(ctx, conn, s.Session, m, at.got, min(d.chunk, m.Bytes-at.got)); err != nil {
			return network.Stepped{}, err
		}
	}
	switch {
	case at.lost:
		return d.lost(ctx, conn, part)
	case at.video != "":
		return state{Video: at.video, Made: d.now().Unix()}.step(processing), nil
	case at.got > m.Bytes:
		return network.Stepped{Step: network.Step{Name: network.Begun}}, nil
	}
	did := s.step(uploading)
	did.Step.Done, did.Step.Total = at.got, m.Bytes
	did.Loose = at.got+d.chunk < m.Bytes // the last piece is not the next one
	return did, nil
}

// lost deals with a session that is no more. Unless the last piece can have been
// on its way, nothing came of it.
func (d *Driver) lost(ctx context.Context, conn network.Conn, part network.Part) (network.Stepped, error) {
	anew := network.Stepped{Step: network.Step{Name: network.Begun}}
	if part.Step.Done+d.chunk < part.Media[0].Bytes {
		return anew, nil
	}
	id, err := d.hidden(ctx, conn, part, "")
	if err != nil || id == "" {
		return anew, err
	}
	return state{Video: id, Made: d.now().Unix(), Found: true}.step(processing), nil
}

// hidden looks among the channel's newest uploads for a private one that is what a
// part would be, and no other than that.
func (d *Driver) hidden(ctx context.Context, conn network.Conn, part network.Part, but string) (string, error) {
	k, err := readKeys(conn.Keys)
	if err != nil {
		return "", err
	}
	found := ""
	_, err = walk(ctx, d, conn, uploads(k, conn), 2, func(some []upload) bool {
		for _, u := range some {
			if id := u.id(); id != "" && id != but && u.Status.Privacy == private && same(u.Snippet.Title, part.Title) && same(u.Snippet.Description, part.Text) {
				found = id
				return true
			}
		}
		return false
	})
	return found, err
}

func same(a, b string) bool {
	return strings.Join(strings.Fields(a), " ") == strings.Join(strings.Fields(b), " ")
}

// received is how a session says which bytes it has.
var received = regexp.MustCompile(`^bytes=0-(\d{1,15})$`) //nolint:gochecknoglobals // compiled once

// put brings n bytes of a file from an offset on, or asks how far the upload is
// when from is negative. Both may happen twice without harm.
func (d *Driver) put(ctx context.Context, conn network.Conn, session string, m network.Media, from, n int64) (heard, error) {
	k, err := d.current(ctx, conn, "")
	if err != nil {
		return heard{}, err
	}
	at, refused, err := d.piece(ctx, k.Access, session, m, from, n)
	if !refused || k.Refresh == "" {
		return at, err
	}
	if k, err = d.current(ctx, conn, k.Access); err != nil {
		return heard{}, err
	}
	at, _, err = d.piece(ctx, k.Access, session, m, from, n)
	return at, err
}

// answerMost is how many bytes of an answer to an upload are read.
const answerMost = 1 << 20

func (d *Driver) piece(ctx context.Context, access, session string, m network.Media, from, n int64) (at heard, refused bool, err error) {
	body, content := io.ReadCloser(nil), fmt.Sprintf("bytes */%d", m.Bytes)
	if from >= 0 {
		r, err := m.OpenAt(from)
		if err != nil {
			return heard{}, false, fault.Wrap(fault.Internal, err, "opening a file of ours")
		}
		body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(r, n), r}
		content = fmt.Sprintf("bytes %d-%d/%d", from, from+n-1, m.Bytes)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPut, session, nil)
	if err != nil {
		if body != nil {
			_ = body.Close() // the first error counts
		}
		return heard{}, false, fault.Wrap(fault.Internal, errors.New("no valid address"), "writing a call to YouTube")
	}
	if body != nil {
		request.Body, request.ContentLength = body, n
		request.Header.Set("Content-Type", m.Type)
	}
	request.Header.Set("Content-Range", content)
	request.Header.Set("Authorization", "Bearer "+access)
	answer, err := d.out.Open(outward.Repeatable(ctx), request)
	if err != nil {
		return heard{}, false, err
	}
	defer answer.Body.Close() //nolint:errcheck // read or given up; nothing is left to learn
	data, err := io.ReadAll(io.LimitReader(answer.Body, answerMost))
	if err != nil {
		return heard{}, false, again(err)
	}
	response := &outward.Response{Status: answer.Status, Header: answer.Header, Body: data, At: answer.At}
	at, err = d.hear(response)
	return at, answer.Status == http.StatusUnauthorized, err
}

// again is an error of something that may be done again.
func again(err error) error {
	if fault.Is(err, fault.Uncertain) {
		text, hint := fault.Shown(err)
		return fault.Wrap(fault.Unavailable, err, "%s", text).WithHint("%s", hint)
	}
	return err
}

// hear understands what a session says.
func (d *Driver) hear(response *outward.Response) (heard, error) {
	a := ask{method: http.MethodPut, harmless: true}
	switch response.Status {
	case http.StatusPermanentRedirect: // 308, which here means: go on
		text := response.Header.Get("Range")
		if text == "" {
			return heard{}, nil
		}
		m := received.FindStringSubmatch(text)
		if m == nil {
			return heard{}, a.misunderstood()
		}
		last, err := strconv.ParseInt(m[1], 10, 64)
		if err != nil {
			return heard{}, a.misunderstood()
		}
		return heard{got: last + 1}, nil
	case http.StatusOK, http.StatusCreated:
		var v video
		if json.Unmarshal(response.Body, &v) != nil || v.Kind != "youtube#video" || !videoID.MatchString(v.ID) {
			return heard{}, a.misunderstood()
		}
		return heard{video: v.ID}, nil
	case http.StatusNotFound, http.StatusGone:
		return heard{lost: true}, nil
	}
	return heard{}, d.failed(a, response)
}
