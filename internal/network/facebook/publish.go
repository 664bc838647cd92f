package facebook

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/graph"
)

// extra is what we remember to act on something again.
type extra struct {
	To    string `json:"to,omitempty"`    // a message: the person it is exchanged with
	Post  string `json:"post,omitempty"`  // a comment: the post it stands below
	Above string `json:"above,omitempty"` // and the comment, if it answers one
	From  string `json:"from,omitempty"`  // and who wrote it
	Story bool   `json:"story,omitempty"` // it is a story
	Video string `json:"video,omitempty"` // a post: the video that it shows
}

func readExtra(ref *network.Ref) extra {
	var e extra
	if ref != nil && json.Unmarshal(ref.Extra, &e) != nil {
		return extra{}
	}
	return e
}

func (e extra) raw() json.RawMessage {
	if e == (extra{}) {
		return nil
	}
	data, err := json.Marshal(e)
	if err != nil {
		panic(err) // strings alone
	}
	return data
}

func postURL(id string) string { return "https://www.facebook.com/" + id }

func describe(form url.Values, m network.Media) {
	if m.Alt != "" {
		form.Set("alt_text_custom", m.Alt)
	}
}

func (d *Driver) open(conn network.Conn, m network.Media) (*graph.File, error) {
	most := d.limits(conn).Media.Image.MaxBytes
	r, err := m.Open()
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "opening a file of ours")
	}
	data, err := io.ReadAll(io.LimitReader(r, most+1))
	if closed := r.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "reading a file of ours")
	}
	if int64(len(data)) > most || len(data) == 0 {
		return nil, fault.New(fault.Invalid, "The image has not the size it should have.").WithHint("Upload it again.").On("media")
	}
	return &graph.File{Type: m.Type, Data: data}, nil
}

// photo gives a photo to Facebook that nobody sees yet. Without a post it is
// forgotten there, so doing it twice is harmless.
func (d *Driver) photo(ctx context.Context, conn network.Conn, m network.Media) (string, error) {
	f, err := d.open(conn, m)
	if err != nil {
		return "", err
	}
	form := url.Values{"published": {"false"}}
	describe(form, m)
	a := graph.Ask{Method: http.MethodPost, Path: conn.Account + "/photos", Form: form, File: f, Harmless: true}
	var made struct {
		ID string `json:"id"`
	}
	if _, err := d.call(ctx, conn, a, &made); err != nil {
		return "", err
	}
	if !graph.Object.MatchString(made.ID) {
		return "", d.graph.Misunderstood(a)
	}
	return made.ID, nil
}

// Delete deletes a post or comment of ours; what is not there is no error.
func (d *Driver) Delete(ctx context.Context, conn network.Conn, ref network.Ref) error {
	if readExtra(&ref).Story {
		return fault.New(fault.Invalid, "Facebook lets no program delete a story.").WithHint("It is gone after a day; sooner, delete it on Facebook.")
	}
	if !graph.Object.MatchString(ref.ID) || readExtra(&ref).To != "" {
		return fault.New(fault.Invalid, "This cannot be deleted on Facebook from here.").WithHint("Messages can only be deleted in the Page's own inbox.")
	}
	_, err := d.call(ctx, conn, graph.Ask{Method: http.MethodDelete, Path: ref.ID, Harmless: true}, nil)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}

// Remove deletes somebody's comment below our post.
func (d *Driver) Remove(ctx context.Context, conn network.Conn, ref network.Ref) error {
	return d.Delete(ctx, conn, ref)
}

// older says that something is from before a look.
func older(at, since time.Time) bool { return !at.IsZero() && at.Before(since) }
