package lemmy

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
)

// Reply answers below a post or comment, or in private: a message of its own to
// whoever wrote what is answered.
func (d *Driver) Reply(ctx context.Context, conn network.Conn, part network.Part) (network.Sent, error) {
	if part.After == nil {
		return network.Sent{}, fault.New(fault.Internal, "an answer to nothing")
	}
	kind, id, err := split(part.After.ID)
	if err != nil {
		return network.Sent{}, err
	}
	private := part.Private || kind == kindMessage
	if err := network.Refusal(d.limits(conn).Answering(private), part); err != nil {
		return network.Sent{}, err
	}
	to, err := d.about(ctx, conn, *part.After)
	if fault.Is(err, fault.NotFound) {
		return network.Sent{}, vanished(err)
	}
	if err != nil {
		return network.Sent{}, err
	}
	if private && number(to.By) == conn.Account {
		return network.Sent{}, fault.New(fault.Invalid, "One cannot write to oneself.")
	}
	if !private {
		if err := d.standing(ctx, conn, kind, id); err != nil {
			return network.Sent{}, err
		}
	}
	content, err := d.illustrated(ctx, conn, part, private)
	if err != nil {
		return network.Sent{}, err
	}
	if private {
		return d.whisper(ctx, conn, to.By, content)
	}
	body := map[string]any{"content": content, "post_id": to.Post}
	if kind == kindComment {
		body["parent_id"] = id
	}
	var made struct {
		View commentView `json:"comment_view"`
	}
	write := ask{method: http.MethodPost, path: "/comment", body: body}
	if err := d.call(ctx, conn, write, &made); err != nil {
		if fault.Is(err, fault.NotFound) {
			return network.Sent{}, vanished(err)
		}
		return network.Sent{}, err
	}
	if made.View.Comment.ID <= 0 {
		return network.Sent{}, write.unclear()
	}
	return network.Sent{Ref: made.View.ref(conn.Base), At: d.since(made.View.Comment.Published)}, nil
}

func vanished(err error) error {
	return fault.Wrap(fault.Invalid, err, "What this answers does not exist any more.").WithHint("Write it as a post of its own.")
}

// standing looks whether a post or comment can still be read: Lemmy takes an answer to
// a comment that was taken back, and everybody sees it below nothing.
func (d *Driver) standing(ctx context.Context, conn network.Conn, kind string, id int64) error {
	var gone bool
	var err error
	if kind == kindComment {
		var v commentView
		v, err = d.comment(ctx, conn, id)
		gone = v.Comment.Deleted || v.Comment.Removed
	} else {
		var v postView
		v, err = d.post(ctx, conn, id)
		gone = v.Post.Deleted || v.Post.Removed
	}
	if gone || fault.Is(err, fault.NotFound) {
		return vanished(err)
	}
	return err
}

// illustrated is the text of an answer with its images, handed over, below it: they
// count as what is written.
func (d *Driver) illustrated(ctx context.Context, conn network.Conn, part network.Part, private bool) (string, error) {
	said := part.Text
	for i, m := range part.Media {
		address, err := d.upload(ctx, conn, m)
		if err != nil {
			return "", part.Refused(i, err)
		}
		said = captioned(said, m.Alt, address)
	}
	l := d.limits(conn).Answering(private).Text
	if over := l.Count(said).Used - l.Max; over > 0 && len(part.Media) > 0 {
		return "", fault.New(fault.Invalid, "With its images the text is %d too long.", over).WithHint("Shorten it, or the descriptions.").On("text")
	}
	return said, nil
}

func (d *Driver) whisper(ctx context.Context, conn network.Conn, to int64, text string) (network.Sent, error) {
	var made struct {
		View messageView `json:"private_message_view"`
	}
	write := ask{method: http.MethodPost, path: "/private_message", body: map[string]any{"content": text, "recipient_id": to}}
	if err := d.call(ctx, conn, write, &made); err != nil {
		return network.Sent{}, err
	}
	if made.View.Message.ID <= 0 {
		return network.Sent{}, write.unclear()
	}
	return network.Sent{Ref: ref(conn.Base, kindMessage, made.View.Message.ID, extra{By: to}), At: d.since(made.View.Message.Published)}, nil
}

// about is what must be known of a thing to answer it; what was not remembered is
// asked for.
func (d *Driver) about(ctx context.Context, conn network.Conn, r network.Ref) (extra, error) {
	e := readExtra(r)
	kind, id, err := split(r.ID)
	switch {
	case err != nil:
		return e, err
	case kind == kindPost:
		if e.Post = id; e.By == 0 || e.Community == 0 {
			v, err := d.post(ctx, conn, id)
			return extra{Post: id, Community: v.Post.Community, By: v.Post.Creator}, err
		}
		return e, nil
	case kind == kindMessage && e.By == 0:
		return e, fault.New(fault.NotFound, "The server does not have it.") // no call gives one message
	case kind == kindComment && (e.Post == 0 || e.By == 0 || e.Community == 0):
		v, err := d.comment(ctx, conn, id)
		return extra{Post: v.Comment.Post, Community: v.Post.Community, By: v.Comment.Creator}, err
	}
	return e, nil
}

func (d *Driver) post(ctx context.Context, conn network.Conn, id int64) (postView, error) {
	var got struct {
		View postView `json:"post_view"`
	}
	err := d.call(ctx, conn, ask{path: "/post", query: url.Values{"id": {number(id)}}}, &got)
	if err == nil && (got.View.Post.ID != id || moment(got.View.Post.Published).Equal(time.Time{})) {
		err = ask{}.unclear()
	}
	return got.View, err
}

func (d *Driver) comment(ctx context.Context, conn network.Conn, id int64) (commentView, error) {
	var got struct {
		View commentView `json:"comment_view"`
	}
	err := d.call(ctx, conn, ask{path: "/comment", query: url.Values{"id": {number(id)}}}, &got)
	if err == nil && (got.View.Comment.ID != id || got.View.Comment.Post <= 0) {
		err = ask{}.unclear()
	}
	return got.View, err
}
