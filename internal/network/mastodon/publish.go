package mastodon

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/rest"
)

// draft is a new status as we ask for it.
type draft struct {
	Status     string   `json:"status"`
	Files      []string `json:"media_ids,omitempty"`
	Poll       *ballot  `json:"poll,omitempty"`
	Parent     string   `json:"in_reply_to_id,omitempty"`
	Visibility string   `json:"visibility,omitempty"`
	Language   string   `json:"language,omitempty"`
	Quoted     string   `json:"quoted_status_id,omitempty"`
}

// ballot is a poll as we ask for it.
type ballot struct {
	Options  []string `json:"options"`
	Seconds  int      `json:"expires_in"`
	Multiple bool     `json:"multiple"`
}

// make makes the status, of files that the server has.
func (d *Driver) make(ctx context.Context, conn network.Conn, part network.Part, files []string) (network.Sent, error) {
	asked, err := d.compose(ctx, conn, part)
	if err != nil {
		return network.Sent{}, err
	}
	whole := part
	whole.Text = asked.Status
	if err := network.Refusal(d.limits(conn), whole); err != nil {
		return network.Sent{}, err
	}
	asked.Files = files
	var made status
	post := rest.Ask{Method: http.MethodPost, Path: "/api/v1/statuses", Body: asked, Header: map[string]string{"Idempotency-Key": part.Key}}
	got, err := d.call(ctx, conn, post, &made)
	switch {
	case fault.Is(err, fault.NotFound) && asked.Quoted != "":
		return network.Sent{}, unshareable(err)
	case fault.Is(err, fault.NotFound) && part.After != nil:
		return network.Sent{}, vanished(err)
	case err != nil:
		return network.Sent{}, err
	case !idSign.MatchString(made.ID):
		return network.Sent{}, unclear(post)
	}
	made = made.lean()
	when := moment(made.Created)
	if when.IsZero() {
		when = got.At
	}
	return network.Sent{Ref: made.ref(), At: when}, nil
}

func vanished(cause error) error {
	return fault.Wrap(fault.Invalid, cause, "What this answers does not exist any more.").WithHint("Write it as a post of its own.")
}

// Reply answers a status, addressed to who wrote it; private is for them alone.
func (d *Driver) Reply(ctx context.Context, conn network.Conn, part network.Part) (network.Sent, error) {
	if part.After == nil {
		return network.Sent{}, fault.New(fault.Internal, "an answer to nothing")
	}
	if len(part.Media) > 0 {
		return network.Sent{}, fault.New(fault.Internal, "an answer with files takes several acts")
	}
	return d.make(ctx, conn, part, nil)
}

// StepReply does one act of an answer with files, which is a status like any other.
func (d *Driver) StepReply(ctx context.Context, conn network.Conn, part network.Part) (network.Stepped, error) {
	if part.After == nil {
		return network.Stepped{}, fault.New(fault.Internal, "an answer to nothing")
	}
	return d.Step(ctx, conn, part)
}

// composed is what a part says to everybody.
func composed(part network.Part) draft {
	asked := draft{Status: part.Text, Quoted: reached(part).Quote}
	if part.Link != "" && !strings.Contains(part.Text, part.Link) {
		asked.Status = strings.TrimSpace(part.Text + "\n\n" + part.Link) // the server makes a card of it
	}
	if len(part.Langs) > 0 {
		asked.Language, _, _ = strings.Cut(part.Langs[0], "-")
	}
	if p := part.Poll; p != nil {
		asked.Poll = &ballot{Options: p.Options, Seconds: int((time.Duration(p.Minutes) * time.Minute).Seconds()), Multiple: p.Multiple}
	}
	return asked
}

// compose says what is sent for a part; it is the same at every try.
func (d *Driver) compose(ctx context.Context, conn network.Conn, part network.Part) (draft, error) {
	asked := composed(part)
	if part.After == nil {
		return asked, nil
	}
	to := readExtra(part.After)
	if to.Author == "" || to.Visibility == "" {
		above, err := d.status(ctx, conn, part.After.ID)
		if fault.Is(err, fault.NotFound) {
			return asked, vanished(err)
		}
		if err != nil {
			return asked, err
		}
		to = readExtra(new(above.ref()))
	}
	asked.Parent, asked.Visibility = part.After.ID, to.Visibility
	if part.Private {
		asked.Visibility = "direct"
	}
	if name := "@" + to.Acct; to.Acct != "" && to.Author != conn.Account && !strings.HasPrefix(strings.ToLower(asked.Status)+" ", strings.ToLower(name)+" ") {
		asked.Status = name + " " + asked.Status
	}
	return asked, nil
}

func (d *Driver) status(ctx context.Context, conn network.Conn, id string) (status, error) {
	var s status
	path, err := at("statuses", id, "")
	if err != nil {
		return s, err
	}
	if _, err = d.call(ctx, conn, rest.Ask{Path: path}, &s); err == nil && s.ID != id {
		err = unclear(rest.Ask{})
	}
	return s.lean(), err
}
