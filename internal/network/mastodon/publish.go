package mastodon

import (
	"bytes"
	"context"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
)

// draft is a new status as we ask for it.
type draft struct {
	Status     string   `json:"status"`
	Files      []string `json:"media_ids,omitempty"`
	Parent     string   `json:"in_reply_to_id,omitempty"`
	Visibility string   `json:"visibility,omitempty"`
	Language   string   `json:"language,omitempty"`
}

// Publish writes a status.
func (d *Driver) Publish(ctx context.Context, conn network.Conn, part network.Part) (network.Sent, error) {
	asked, err := d.compose(ctx, conn, part)
	if err != nil {
		return network.Sent{}, err
	}
	whole := part
	whole.Text = asked.Status
	if err := network.Refusal(d.limits(conn), whole); err != nil {
		return network.Sent{}, err
	}
	for _, m := range part.Media {
		id, err := d.upload(ctx, conn, m)
		if err != nil {
			return network.Sent{}, err
		}
		asked.Files = append(asked.Files, id)
	}
	var made status
	post := ask{method: http.MethodPost, path: "/api/v1/statuses", body: asked, key: part.Key}
	got, err := d.call(ctx, conn, post, &made)
	switch {
	case fault.Is(err, fault.NotFound) && part.After != nil:
		return network.Sent{}, fault.Wrap(fault.Invalid, err, "What this answers does not exist any more.").WithHint("Write it as a post of its own.")
	case err != nil:
		return network.Sent{}, err
	case !idSign.MatchString(made.ID):
		return network.Sent{}, post.unclear()
	}
	made = made.lean()
	when := moment(made.Created)
	if when.IsZero() {
		when = got.at
	}
	return network.Sent{Ref: made.ref(), At: when}, nil
}

// Reply answers a status, addressed to who wrote it; private is for them alone.
func (d *Driver) Reply(ctx context.Context, conn network.Conn, part network.Part) (network.Sent, error) {
	if part.After == nil {
		return network.Sent{}, fault.New(fault.Internal, "an answer to nothing")
	}
	return d.Publish(ctx, conn, part)
}

// compose says what is sent for a part; it is the same at every try.
func (d *Driver) compose(ctx context.Context, conn network.Conn, part network.Part) (draft, error) {
	asked := draft{Status: part.Text}
	if part.Link != "" && !strings.Contains(part.Text, part.Link) {
		asked.Status = strings.TrimSpace(part.Text + "\n\n" + part.Link) // the server makes a card of it
	}
	if len(part.Langs) > 0 {
		asked.Language, _, _ = strings.Cut(part.Langs[0], "-")
	}
	if part.After == nil {
		return asked, nil
	}
	to := readExtra(part.After)
	if to.Author == "" || to.Visibility == "" {
		above, err := d.status(ctx, conn, part.After.ID)
		if fault.Is(err, fault.NotFound) {
			return asked, fault.Wrap(fault.Invalid, err, "What this answers does not exist any more.").WithHint("Write it as a post of its own.")
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
	if _, err = d.call(ctx, conn, ask{path: path}, &s); err == nil && s.ID != id {
		err = ask{}.unclear()
	}
	return s.lean(), err
}

// upload gives one file to the server and waits until it is ready. Without a
// status it is swept away there, so doing it twice is harmless.
func (d *Driver) upload(ctx context.Context, conn network.Conn, m network.Media) (string, error) {
	body, mime, err := form(m, d.limits(conn).Media.Image.MaxBytes)
	if err != nil {
		return "", err
	}
	var made struct {
		ID string `json:"id"`
	}
	got, err := d.call(ctx, conn, ask{method: http.MethodPost, path: "/api/v2/media", data: body, mime: mime, harmless: true}, &made)
	if err != nil {
		return "", err
	}
	path, err := at("media", made.ID, "")
	if err != nil {
		return "", ask{}.unclear()
	}
	for tries := 0; got.status == http.StatusAccepted || got.status == http.StatusPartialContent; tries++ {
		if tries == 60 {
			return "", fault.New(fault.Unavailable, "The server is still working on the file.").In(time.Minute)
		}
		if err := pass(ctx, d.options.Poll); err != nil {
			return "", err
		}
		if got, err = d.call(ctx, conn, ask{path: path}, nil); err != nil {
			return "", err
		}
	}
	return made.ID, nil
}

// pass lets time pass.
func pass(ctx context.Context, wait time.Duration) error {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return fault.Wrap(fault.Unavailable, ctx.Err(), "Waiting for the server was given up.")
	}
}

func form(m network.Media, most int64) ([]byte, string, error) {
	file, err := m.Open()
	if err != nil {
		return nil, "", fault.Wrap(fault.Internal, err, "opening a file of ours")
	}
	defer file.Close() //nolint:errcheck // it was only read
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	header := textproto.MIMEHeader{"Content-Disposition": {`form-data; name="file"; filename="file"`}, "Content-Type": {m.Type}}
	part, err := w.CreatePart(header)
	if err != nil {
		return nil, "", fault.Wrap(fault.Internal, err, "writing a form")
	}
	n, err := io.Copy(part, io.LimitReader(file, most+1))
	if err != nil {
		return nil, "", fault.Wrap(fault.Internal, err, "reading a file of ours")
	}
	if n > most || n == 0 {
		return nil, "", fault.New(fault.Invalid, "The image has not the size it should have.").WithHint("Upload it again.").On("media")
	}
	if m.Alt != "" {
		err = w.WriteField("description", m.Alt)
	}
	if closed := w.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return nil, "", fault.Wrap(fault.Internal, err, "writing a form")
	}
	return body.Bytes(), w.FormDataContentType(), nil
}

// Find lists what the account wrote since. What reads as the part would, gets
// the part's own text: a server shows it with other spaces and names.
func (d *Driver) Find(ctx context.Context, conn network.Conn, part network.Part, since time.Time) (network.Look, error) {
	asked, err := d.compose(ctx, conn, part)
	if err != nil && !fault.Is(err, fault.Invalid) {
		return network.Look{}, err
	}
	sought := alike(asked.Status)
	var look network.Look
	see := func(s status) {
		s = s.lean()
		said, _ := s.text(conn.Account)
		if raw, _ := plain(s.Content); alike(raw) == sought {
			said = part.Text
		}
		look.Near = append(look.Near, network.Seen{Ref: s.ref(), Text: said, At: moment(s.Created), After: s.Parent, Media: len(s.Files)})
	}
	if asked.Visibility == "direct" && part.After != nil {
		below, err := d.below(ctx, conn, part.After.ID)
		if err != nil {
			return network.Look{}, err
		}
		for i := len(below) - 1; i >= 0; i-- {
			if below[i].Account.ID == conn.Account && !moment(below[i].Created).Before(since) {
				see(below[i])
			}
		}
		look.Complete = true
		return look, nil
	}
	path, err := at("accounts", conn.Account, "statuses")
	if err != nil {
		return network.Look{}, err
	}
	last := ""
	for range 12 {
		query := url.Values{"limit": {"40"}, "exclude_reblogs": {"true"}}
		if last != "" {
			query.Set("max_id", last)
		}
		page, err := d.statuses(ctx, conn, path, query)
		if err != nil {
			return network.Look{}, err
		}
		for _, s := range page {
			if moment(s.Created).Before(since) {
				look.Complete = true
				return look, nil
			}
			see(s)
		}
		if len(page) == 0 || page[len(page)-1].ID == last {
			look.Complete = true
			return look, nil
		}
		last = page[len(page)-1].ID
	}
	return look, nil
}

// statuses asks for a list, every line of which we must understand: what is
// overlooked would be taken for absent.
func (d *Driver) statuses(ctx context.Context, conn network.Conn, path string, query url.Values) ([]status, error) {
	var page []status
	if _, err := d.call(ctx, conn, ask{path: path, query: query}, &page); err != nil {
		return nil, err
	}
	if !known(page) {
		return nil, ask{}.unclear()
	}
	return page, nil
}

func known(page []status) bool {
	for _, s := range page {
		if !idSign.MatchString(s.ID) || moment(s.Created).IsZero() || s.Account.ID == "" {
			return false
		}
	}
	return page != nil
}

// below asks for everything that answers a status.
func (d *Driver) below(ctx context.Context, conn network.Conn, id string) ([]status, error) {
	path, err := at("statuses", id, "context")
	if err != nil {
		return nil, err
	}
	var thread struct {
		Below []status `json:"descendants"`
	}
	if _, err := d.call(ctx, conn, ask{path: path}, &thread); err != nil {
		return nil, err
	}
	if !known(thread.Below) {
		return nil, ask{}.unclear()
	}
	return thread.Below, nil
}
