package bluesky

import (
	"context"
	"encoding/json"
	"time"

	"github.com/kithhq/kith/internal/network"
)

// The acts by their names, as they are shown.
const (
	stepUpload   = "upload"
	stepProcess  = "process"
	stepSubtitle = "subtitles"
	stepPublish  = "publish"
)

// way is how far the files of a post have come.
type way struct {
	Files []handed `json:"f,omitempty"`
	// Quote is the post that is shared, in the version that was there.
	Quote *strong `json:"q,omitempty"`
	// Again is how often the files were gone when the post was to be made.
	Again int `json:"again,omitempty"`
}

// handed is one file at Bluesky.
type handed struct {
	Job   string          `json:"job,omitempty"`   // of the video service
	Asked int             `json:"asked,omitempty"` // how often we asked about it
	Blob  json.RawMessage `json:"blob,omitempty"`  // it is in the repository
	Plain bool            `json:"plain,omitempty"` // the video service cannot bring it there: we do
	Heard []heard         `json:"heard,omitempty"` // subtitles: each is there, or was refused
}

// Start says that a post without files begins with the act that makes it public; of one
// that shares another, Bluesky is asked before.
func (d *Driver) Start(conn network.Conn, part network.Part) (network.Step, bool) {
	if len(part.Media) > 0 || shares(part) != "" || d.refusal(conn, part) != nil {
		return network.Step{}, false
	}
	return way{}.next(part), true
}

// Step does one act of a post: its files first, the post itself last.
func (d *Driver) Step(ctx context.Context, conn network.Conn, part network.Part) (network.Stepped, error) {
	if part.Step.Name == network.Begun {
		if err := d.refusal(conn, part); err != nil {
			return network.Stepped{}, err
		}
	}
	w := reached(part)
	if shares(part) != "" && w.Quote == nil {
		var err error
		if w.Quote, err = d.original(ctx, conn, part); err != nil {
			return network.Stepped{}, err
		}
		return network.Stepped{Step: w.next(part)}, nil
	}
	if part.Step.Name == network.Begun || len(w.Files) != len(part.Media) {
		return network.Stepped{Step: way{Quote: w.Quote}.next(part)}, nil
	}
	if part.Step.Name == stepPublish {
		sent, err := d.put(ctx, conn, part, w)
		if refused(err) == "BlobNotFound" && len(w.Files) > 0 && w.Again < 5 {
			// What no record names is swept away. A video that the service has seen
			// is not brought once more by it.
			again := way{Quote: w.Quote, Again: w.Again + 1, Files: make([]handed, len(w.Files))}
			for i := range again.Files {
				again.Files[i].Plain = true
			}
			return network.Stepped{Step: again.next(part)}, nil
		}
		if err != nil {
			return network.Stepped{}, err
		}
		return network.Stepped{Sent: &sent}, nil
	}
	wait, err := d.hand(ctx, conn, part, &w)
	if err != nil {
		return network.Stepped{}, err
	}
	return network.Stepped{Step: w.next(part), Wait: wait}, nil
}

// reached is how far a part has come; nowhere where that cannot be read.
func reached(part network.Part) way {
	var w way
	if len(part.Step.State) > 0 && json.Unmarshal(part.Step.State, &w) != nil {
		return way{}
	}
	return w
}

// next is the step that comes after what is reached.
func (w way) next(part network.Part) network.Step {
	if len(w.Files) != len(part.Media) {
		w.Files = make([]handed, len(part.Media))
	}
	state, err := json.Marshal(w)
	if err != nil {
		panic(err) // strings, numbers and what was JSON before
	}
	s := network.Step{Name: stepPublish, State: state, Subtitled: w.subtitled(part)}
	for i, m := range part.Media {
		s.Total += m.Bytes
		if f := w.Files[i]; f.Job != "" || f.Blob != nil {
			s.Done += m.Bytes
		}
	}
	switch i := w.current(); {
	case i < 0:
		if _, m := w.silent(part); m != nil {
			s.Name = stepSubtitle
		} else {
			s.Public = true
		}
	case w.Files[i].Job == "":
		s.Name = stepUpload
	default:
		s.Name = stepProcess
	}
	return s
}

// current is the first file that is not in the repository; -1: all are.
func (w way) current() int {
	for i, f := range w.Files {
		if f.Blob == nil {
			return i
		}
	}
	return -1
}

// hand does one act for the first file that needs one.
func (d *Driver) hand(ctx context.Context, conn network.Conn, part network.Part, w *way) (time.Duration, error) {
	i := w.current()
	if i < 0 {
		return 0, d.subtitle(ctx, conn, part, w)
	}
	m, f := part.Media[i], w.Files[i]
	var wait time.Duration
	var err error
	switch {
	case !m.Video() || f.Plain:
		f.Blob, err = d.upload(ctx, conn, m)
	case f.Job == "":
		f, err = d.film(ctx, conn, part.Key, m, f)
	default:
		f, wait, err = d.worked(ctx, f)
	}
	if err == nil {
		w.Files[i] = f
	}
	return wait, part.Refused(i, err)
}
