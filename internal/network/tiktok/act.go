package tiktok

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/rest"
)

// do is a call that does something with a comment.
func (d *Driver) do(ctx context.Context, b business, a ask, body map[string]any, out any) (time.Time, error) {
	body["business_id"] = b.ID
	a.body = body
	return d.sendBusiness(ctx, b.Access, a, out)
}

// Reply writes below a comment, or below a post of ours.
func (d *Driver) Reply(ctx context.Context, conn network.Conn, part network.Part) (network.Sent, error) {
	if part.Private {
		return network.Sent{}, fault.New(fault.Invalid, "TikTok lets programs write no private messages here.").WithHint("Answer in public, or in TikTok's own application.")
	}
	if part.After == nil {
		return network.Sent{}, fault.New(fault.Invalid, "This answers nothing.")
	}
	if readExtra(*part.After).Names == inCaption {
		return network.Sent{}, fault.New(fault.Invalid, "TikTok lets programs write nothing below videos of others, but answers to comments that name the account.").
			WithHint("Open the video and answer there.")
	}
	part.Kind, part.Poll = network.PlainPost, nil
	if err := network.Refusal(d.limits(conn).Answering(false), part); err != nil {
		return network.Sent{}, err
	}
	b, err := bare(conn)
	if err != nil {
		return network.Sent{}, err
	}
	w, err := d.place(ctx, conn, *part.After)
	if err != nil {
		return network.Sent{}, err
	}
	a := ask{path: "/business/comment/create/"}
	body := map[string]any{"video_id": w.post}
	if len(part.Media) == 0 {
		body["text"] = part.Text
	} else if err := d.illustrate(ctx, b, part.Media[0], body); err != nil {
		return network.Sent{}, err
	}
	if w.comment != "" {
		a.path, body["comment_id"] = "/business/comment/reply/create/", w.comment
	}
	var made remark
	at, err := d.do(ctx, b, a, body, &made)
	if err != nil {
		return network.Sent{}, err
	}
	if !number.MatchString(string(made.ID)) {
		return network.Sent{}, a.misunderstood()
	}
	if said := made.at(); !said.IsZero() {
		at = said
	}
	ref := network.Ref{ID: string(made.ID), URL: postURL(conn.Handle, w.post), Extra: extra{Post: w.post, Top: w.comment}.raw()}
	if names := readExtra(*part.After).Names; names != "" {
		ref.URL, ref.Extra = part.After.URL, extra{Post: w.post, Top: w.comment, Names: names}.raw()
	}
	return network.Sent{Ref: ref, At: at}, nil
}

// illustrate hands a picture over and says of a comment that it is that one: a comment is
// words or a picture. What was handed over and is not named is seen by nobody.
func (d *Driver) illustrate(ctx context.Context, b business, m network.Media, body map[string]any) error {
	file, err := m.Open()
	if err != nil {
		return fault.Wrap(fault.Internal, err, "opening a file of ours")
	}
	defer file.Close() //nolint:errcheck // it was only read
	form, err := rest.Form(rest.File{Field: "image_file", Type: m.Type, Body: file, Bytes: m.Bytes}, [2]string{"business_id", b.ID})
	if err != nil {
		return err
	}
	a := ask{path: "/business/comment/image/upload/", body: form, harmless: true}
	var got struct {
		URI    string `json:"image_uri"`
		Width  int64  `json:"width"`
		Height int64  `json:"height"`
	}
	if _, err := d.sendBusiness(ctx, b.Access, a, &got); err != nil {
		return err
	}
	if got.URI == "" || len(got.URI) > 2048 || got.Width <= 0 || got.Height <= 0 {
		return a.misunderstood()
	}
	body["image_uri"], body["image_width"], body["image_height"] = got.URI, got.Width, got.Height
	return nil
}

// place finds where to write. A post that was settled before TikTok told its id is
// asked for again.
func (d *Driver) place(ctx context.Context, conn network.Conn, ref network.Ref) (spot, error) {
	if w := where(ref); w.post != "" {
		return w, nil
	}
	e := readExtra(ref)
	if e.Unseen {
		return spot{}, fault.New(fault.Invalid, "TikTok lets programs write nothing below posts that not everybody can see.").WithHint("Write it in TikTok's own application.")
	}
	if e.Publish == "" {
		return spot{}, fault.New(fault.Invalid, "This is no comment and no post of TikTok.")
	}
	s, err := d.status(ctx, conn, e.Publish)
	if err != nil {
		return spot{}, err
	}
	if s.post() == "" {
		return spot{}, fault.New(fault.Unavailable, "TikTok has not told the id of the post yet: until then nothing can be written below it.")
	}
	return spot{post: s.post()}, nil
}

// below is a comment that something can be done with.
func below(conn network.Conn, ref network.Ref) (business, map[string]any, error) {
	b, err := bare(conn)
	if err != nil {
		return b, nil, err
	}
	e := readExtra(ref)
	if e.Names != "" {
		return b, nil, fault.New(fault.Invalid, "It stands below a video of somebody else, where TikTok lets programs answer and nothing more.").WithHint("Open it in TikTok's own application.")
	}
	if !number.MatchString(ref.ID) || !number.MatchString(e.Post) {
		return b, nil, fault.New(fault.Invalid, "This is no comment of TikTok.")
	}
	return b, map[string]any{"comment_id": ref.ID, "video_id": e.Post}, nil
}

// turn does or undoes something with a comment; done twice it is as good as once.
func (d *Driver) turn(ctx context.Context, conn network.Conn, ref network.Ref, path, action string) error {
	b, body, err := below(conn, ref)
	if err != nil {
		return err
	}
	body["action"] = action
	_, err = d.do(ctx, b, ask{path: path, harmless: true}, body, nil)
	return err
}

// Like likes a comment as the owner of the post, or takes the like back.
func (d *Driver) Like(ctx context.Context, conn network.Conn, ref network.Ref, on bool) error {
	if on {
		return d.turn(ctx, conn, ref, "/business/comment/like/", "LIKE")
	}
	return d.turn(ctx, conn, ref, "/business/comment/like/", "UNLIKE")
}

// Hide hides a comment from everybody but its author, or shows it.
func (d *Driver) Hide(ctx context.Context, conn network.Conn, ref network.Ref, on bool) error {
	if on {
		return d.turn(ctx, conn, ref, "/business/comment/hide/", "HIDE")
	}
	return d.turn(ctx, conn, ref, "/business/comment/hide/", "UNHIDE")
}

// Pin keeps a comment at the top of those below a post. Posts cannot be pinned.
func (d *Driver) Pin(ctx context.Context, conn network.Conn, ref network.Ref, on bool) error {
	if readExtra(ref).Post == "" {
		return fault.New(fault.Invalid, "TikTok lets programs pin comments, not posts.").WithHint("Pin the post in TikTok's own application.")
	}
	if on {
		return d.turn(ctx, conn, ref, "/business/comment/pin/", "PIN")
	}
	return d.turn(ctx, conn, ref, "/business/comment/pin/", "UNPIN")
}

// Delete deletes a comment of ours. Posts cannot be deleted by programs.
func (d *Driver) Delete(ctx context.Context, conn network.Conn, ref network.Ref) error {
	e := readExtra(ref)
	if e.Post == "" {
		return fault.New(fault.Invalid, "TikTok gives programs no way to delete a post.").WithHint("Delete it in TikTok's own application.")
	}
	ours := e.Names != "" && e.Top != "" // our answer below a video of somebody else
	if ours {
		ref.Extra = extra{Post: e.Post, Top: e.Top}.raw()
	}
	b, body, err := below(conn, ref)
	if err != nil {
		return err
	}
	delete(body, "video_id")
	_, err = d.do(ctx, b, ask{path: "/business/comment/delete/", harmless: true}, body, nil)
	if ours || !fault.Is(err, fault.Invalid) {
		return err // what stands there is in no list
	}
	// What is gone is refused as a wrong id is: whether it is gone is looked at.
	there, lerr := d.stands(ctx, b, spot{e.Post, e.Top}, ref.ID)
	if lerr == nil && !there {
		return nil
	}
	return err
}

// stands says whether one comment is there.
func (d *Driver) stands(ctx context.Context, b business, w spot, id string) (bool, error) {
	cursor := int64(0)
	for range pagesMost {
		page, err := d.comments(ctx, b, w, cursor)
		if fault.Is(err, fault.Invalid) {
			return false, nil // what it was below is gone too
		}
		if err != nil {
			return true, err
		}
		for _, c := range page.Comments {
			if string(c.ID) == id {
				return true, nil
			}
		}
		if page.next == 0 {
			return false, nil
		}
		cursor = page.next
	}
	return true, nil
}
