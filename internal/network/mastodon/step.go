package mastodon

import (
	"context"
	"encoding/json"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
)

// The acts by their names, as they are shown.
const (
	stepUpload  = "upload"
	stepProcess = "process"
	stepPublish = "publish"
)

// kept is how long a server keeps a file that no status has: a day, and we do not
// wait for its end.
const kept = 20 * time.Hour

// soonest is how long the server has before it is asked whether a file is ready.
const soonest = time.Second

// way is how far the files of a post have come.
type way struct {
	Files []handed `json:"f,omitempty"`
	// Quote is the id that the server knows the post by that is shared.
	Quote string `json:"q,omitempty"`
}

// handed is one file at the server.
type handed struct {
	ID    string `json:"id,omitempty"`
	At    int64  `json:"at,omitempty"`    // when it was handed over
	Ready bool   `json:"ready,omitempty"` // the server has worked on it
	Asked int    `json:"asked,omitempty"` // how often it was asked for
	// Bare: it goes out without its cover.
	Bare *network.Uncovered `json:"bare,omitempty"`
}

// Start says that a post without files begins with the act that makes it public. To
// answer, the server may have to be asked whom, and which post is shared.
func (d *Driver) Start(conn network.Conn, part network.Part) (network.Step, bool) {
	if len(part.Media) > 0 || part.After != nil || shares(part) != "" || d.sound(conn, part, composed(part)) != nil {
		return network.Step{}, false
	}
	return way{}.next(part), true
}

// sound is what can be said of a post, as it is composed, before the server is asked.
func (d *Driver) sound(conn network.Conn, part network.Part, asked draft) error {
	part.Text = asked.Status
	return network.Refusal(d.limits(conn), part)
}

// Step does one act of a post: its files first, the post itself last.
func (d *Driver) Step(ctx context.Context, conn network.Conn, part network.Part) (network.Stepped, error) {
	if part.Step.Name == network.Begun {
		asked, err := d.compose(ctx, conn, part)
		if err != nil {
			return network.Stepped{}, err
		}
		if err := d.sound(conn, part, asked); err != nil {
			return network.Stepped{}, err
		}
	}
	w := reached(part)
	if shares(part) != "" && w.Quote == "" {
		var err error
		if w.Quote, err = d.resolve(ctx, conn, part); err != nil {
			return network.Stepped{}, err
		}
		return network.Stepped{Step: w.next(part)}, nil
	}
	if part.Step.Name == network.Begun {
		return network.Stepped{Step: way{}.next(part)}, nil
	}
	if len(w.Files) != len(part.Media) || w.over(d.now()) {
		return network.Stepped{Step: way{}.next(part)}, nil
	}
	if part.Step.Name == stepPublish {
		sent, err := d.make(ctx, conn, part, w.ids())
		if is(err, unready) {
			// The server was ready, and is not: ask for each file again.
			for i := range w.Files {
				w.Files[i].Ready = false
			}
			return network.Stepped{Step: w.next(part), Wait: soonest}, nil
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

func reached(part network.Part) way {
	var w way
	if len(part.Step.State) > 0 && json.Unmarshal(part.Step.State, &w) != nil {
		w = way{}
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
		panic(err) // strings and numbers alone
	}
	s := network.Step{Name: stepPublish, State: state}
	for i, m := range part.Media {
		s.Total += m.Bytes
		if w.Files[i].ID != "" {
			s.Done += m.Bytes
		}
		if b := w.Files[i].Bare; b != nil {
			s.Uncovered = b
		}
	}
	switch i := w.current(); {
	case i < 0:
		s.Public = true
	case w.Files[i].ID == "":
		s.Name = stepUpload
	default:
		s.Name = stepProcess
	}
	return s
}

// current is the first file that is not ready for a post; -1: all are.
func (w way) current() int {
	for i, f := range w.Files {
		if !f.Ready {
			return i
		}
	}
	return -1
}

// over says that the server may forget a file before the post is made.
func (w way) over(now time.Time) bool {
	for _, f := range w.Files {
		if f.ID != "" && now.Sub(time.Unix(f.At, 0)) > kept {
			return true
		}
	}
	return false
}

func (w way) ids() []string {
	var all []string
	for _, f := range w.Files {
		all = append(all, f.ID)
	}
	return all
}

// hand does one act for the first file that needs one: it is given to the server,
// or asked for until the server has worked on it.
func (d *Driver) hand(ctx context.Context, conn network.Conn, part network.Part, w *way) (time.Duration, error) {
	i := w.current()
	if i < 0 {
		return 0, nil
	}
	f := &w.Files[i]
	if f.ID == "" {
		m := part.Media[i]
		if f.Bare != nil || d.limits(conn).Media.Video.Covers(m, len(part.Media)) != nil {
			m.Cover = nil
		}
		id, ready, err := d.upload(ctx, conn, m)
		if m.Cover != nil && fault.Is(err, fault.Invalid) { // it may be the picture: nothing is there yet
			f.Bare = network.Bare(network.Part{Media: part.Media[i : i+1]}, err)
			return 0, nil
		}
		if err != nil {
			return 0, part.Refused(i, err)
		}
		*f = handed{ID: id, At: d.now().Unix(), Ready: ready, Bare: f.Bare}
	} else {
		ready, err := d.ready(ctx, conn, f.ID)
		switch {
		case fault.Is(err, fault.NotFound):
			*f = handed{Bare: f.Bare} // it was swept away
			return 0, nil
		case err != nil:
			return 0, part.Refused(i, err)
		}
		f.Ready = ready
		f.Asked++
	}
	if f.Ready {
		return 0, nil
	}
	// What takes long is asked for less and less often.
	const most = time.Minute
	return min(soonest*time.Duration(1+f.Asked), most), nil
}
