package instagram

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/graph"
)

// container is a container as Instagram shows it.
type container struct {
	ID     graph.Ident `json:"id"`
	Code   string      `json:"status_code"`
	Status string      `json:"status"`
	Video  struct {
		Upload struct {
			Status string `json:"status"`
			Bytes  int64  `json:"bytes_transferred"`
		} `json:"uploading_phase"`
	} `json:"video_status"`
}

// What a container may be.
const (
	atWork    = "IN_PROGRESS"
	finished  = "FINISHED"
	published = "PUBLISHED"
	failed    = "ERROR"
	expired   = "EXPIRED"
)

func (s *session) container(ctx context.Context, id, fields string) (container, error) {
	a := graph.Ask{Path: id, Query: url.Values{"fields": {fields}}}
	var c container
	err := s.call(ctx, a, &c)
	if err == nil && (string(c.ID) != id || c.Code == "") {
		err = s.misunderstood(a)
	}
	return c, err
}

// processed asks whether a container is ready.
func (s *session) processed(ctx context.Context, part network.Part, at state) (network.Stepped, error) {
	c, err := s.container(ctx, at.Container, "id,status_code,status")
	if gone(err) {
		return anew(at), nil
	}
	if err != nil {
		return network.Stepped{}, err
	}
	switch c.Code {
	case finished, published:
		at.Phase, at.There = public, c.Code == published
		return network.Stepped{Step: at.step(0, 0)}, nil
	case expired:
		return anew(at), nil
	case failed:
		return at.verdict(c.Status)
	}
	at.Looks++
	return network.Stepped{Step: at.step(0, 0), Wait: patience(at.Looks, len(part.Media) > 0 && part.Media[0].Video())}, nil
}

// awaits asks whether all files of a carousel are ready.
func (s *session) awaits(ctx context.Context, part network.Part, at state) (network.Stepped, error) {
	a := graph.Ask{Query: url.Values{"ids": {strings.Join(at.Children, ",")}, "fields": {"id,status_code,status"}}}
	var all map[string]container
	err := s.call(ctx, a, &all)
	if gone(err) {
		return anew(at), nil
	}
	if err != nil {
		return network.Stepped{}, err
	}
	ready := int64(0)
	for i, id := range at.Children {
		switch c := all[id]; c.Code {
		case finished:
			ready++
		case expired, published:
			return anew(at), nil
		case failed:
			did, err := at.verdict(c.Status)
			return did, part.Refused(i, err)
		case atWork:
		default:
			return network.Stepped{}, s.misunderstood(a)
		}
	}
	if ready == int64(len(at.Children)) {
		at.Phase = gather
		return network.Stepped{Step: at.step(ready, ready)}, nil
	}
	at.Looks++
	return network.Stepped{Step: at.step(ready, int64(len(at.Children))), Wait: patience(at.Looks, part.Media[0].Video())}, nil
}

var errorCode = regexp.MustCompile(`\b(22\d{5})\b`) //nolint:gochecknoglobals // compiled once

// verdict is what Instagram found wrong with a file after working on it. One that
// it could not fetch is offered again.
func (s state) verdict(status string) (network.Stepped, error) {
	said := graph.Saying{Text: "Instagram cannot use this file.", Hint: "Save it again, as JPEG or as MP4 with H.264 and AAC.", Field: "media"}
	if m := errorCode.FindStringSubmatch(status); m != nil {
		if n, err := strconv.Atoi(m[1]); err == nil {
			if n == unfetched && s.Fetches < fetchesMost {
				again := state{Fetches: s.Fetches + 1}.step(0, 0)
				again.Name = network.Begun
				return network.Stepped{Step: again, Wait: offered(s.Fetches + 1)}, nil
			}
			if own, ok := voice().Sayings[n]; ok && own.Text != "" && !own.Trouble {
				said = own
			}
		}
	}
	return network.Stepped{}, fault.New(fault.Invalid, "%s", said.Text).WithHint("%s", said.Hint).On(said.Field)
}

// publishes makes the post public: the one act that can be seen.
func (s *session) publishes(ctx context.Context, part network.Part, at state) (network.Stepped, error) {
	if at.There { // by a try that Instagram refused and carried out nevertheless
		look, err := s.findPost(ctx, part, part.At.Add(-network.Skew))
		if err == nil && look.Exact == nil {
			err = fault.New(fault.Uncertain, "Instagram says that this is published, and does not show it.")
		}
		if err != nil {
			return network.Stepped{}, err
		}
		return network.Stepped{Sent: &network.Sent{Ref: look.Exact.Ref, At: look.Exact.At}}, nil
	}
	a := graph.Ask{Method: http.MethodPost, Path: s.conn.Account + "/media_publish", Form: url.Values{"creation_id": {at.Container}}}
	var got made
	when, err := s.send(ctx, a, &got)
	switch graph.Refused(err).Subcode {
	case 2207027, 2207008: // not ready after all, or not known yet: its status says which
		at.Phase = process
		at.Looks++
		return network.Stepped{Step: at.step(0, 0), Wait: patience(at.Looks, false)}, nil
	case 2207020, 2207006:
		return anew(at), nil
	}
	if refused := untried(err, part); refused != nil {
		return network.Stepped{}, refused
	}
	if err != nil {
		return network.Stepped{}, err
	}
	at.Media = string(got.ID)
	if !graph.Object.MatchString(at.Media) {
		return network.Stepped{}, s.misunderstood(a)
	}
	if part.Options["comments_off"] == "true" && part.Kind != network.Story {
		at.Phase, at.At = closing, when.Unix()
		return network.Stepped{Step: at.step(0, 0)}, nil
	}
	return network.Stepped{Sent: s.sent(ctx, at.Media, when, part)}, nil
}

// sent says that a post exists. Where it is to be seen is asked for by the way:
// without, it exists nevertheless.
func (s *session) sent(ctx context.Context, id string, at time.Time, part network.Part) *network.Sent {
	out := &network.Sent{Ref: network.Ref{ID: id}, At: at}
	var m post
	if s.call(ctx, graph.Ask{Path: id, Query: url.Values{"fields": {"id,permalink,timestamp"}}}, &m) == nil && string(m.ID) == id {
		out.URL = address(m.URL)
		if made := graph.Moment(m.Time); !made.IsZero() && part.Kind != network.Story {
			out.At = made
		}
	}
	return out
}

// address gives a web address of Instagram, or nothing.
func address(given string) string {
	if u, err := url.Parse(given); err == nil && u.Scheme == "https" && (u.Host == "instagram.com" || strings.HasSuffix(u.Host, ".instagram.com")) {
		return graph.Clip(given, 2048)
	}
	return ""
}

// uploads hands the bytes of a video over, from where Instagram has them on.
func (s *session) uploads(ctx context.Context, part network.Part, at state) (network.Stepped, error) {
	id, i := at.Container, 0
	if id == "" {
		i = len(at.Children) - 1
		if i < 0 || i >= len(part.Media) {
			return network.Stepped{}, fault.New(fault.Internal, "an upload of no file")
		}
		id = at.Children[i]
	}
	m := part.Media[i]
	c, err := s.container(ctx, id, "id,status_code,video_status")
	if gone(err) || err == nil && (c.Code == expired || c.Code == published) {
		return anew(at), nil
	}
	if err != nil {
		return network.Stepped{}, err
	}
	has := c.Video.Upload.Bytes
	if c.Code == atWork && c.Video.Upload.Status != "complete" && has < m.Bytes {
		to := s.hosts.upload + "/ig-api-upload/" + s.facebook.Version + "/" + id
		if err := s.facebook.Hand(ctx, s.keys.Token, to, m, max(has, 0)); err != nil {
			return network.Stepped{}, part.Refused(i, err)
		}
	}
	if at.Container != "" {
		at.Phase = process
		return network.Stepped{Step: at.step(m.Bytes, m.Bytes), Wait: patience(0, true)}, nil
	}
	return s.nextFile(part, at, process, m), nil
}
