package lemmy

import (
	"context"
	"net/http"
	"strings"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
)

// Edit changes the words of a post or comment of ours. What stands below the text
// as an image stays.
func (d *Driver) Edit(ctx context.Context, conn network.Conn, r network.Ref, part network.Part) (network.Ref, error) {
	kind, id, err := split(r.ID)
	if err != nil {
		return r, err
	}
	l := d.limits(conn)
	switch kind {
	case kindComment:
		if err := network.Refusal(l.Answering(false), network.Part{Text: part.Text}); err != nil {
			return r, err
		}
		v, err := d.comment(ctx, conn, id)
		if err == nil && v.Comment.Deleted {
			err = deleted()
		}
		if err != nil {
			return r, err
		}
		body := map[string]any{"comment_id": id, "content": pictured(conn.Base, v.Comment.Content, part.Text)}
		return r, d.call(ctx, conn, ask{method: http.MethodPut, path: "/comment", body: body, harmless: true}, nil)
	case kindMessage:
		return r, fault.New(fault.Invalid, "Messages are not changed from here.").WithHint("Write another one.")
	}
	v, err := d.post(ctx, conn, id)
	if err == nil && v.Post.Deleted {
		err = deleted()
	}
	if err != nil {
		return r, err
	}
	body := map[string]any{"post_id": id, "body": pictured(conn.Base, v.Post.Body, part.Text)}
	if title := strings.TrimSpace(part.Title); title != "" {
		body["name"] = title
	}
	if part.Link != "" {
		body["url"] = part.Link
	}
	l.Media, l.Title = network.MediaLimit{}, nil
	if err := network.Refusal(l, network.Part{Text: part.Text}); err != nil && part.Text != "" {
		return r, err
	}
	return r, d.call(ctx, conn, ask{method: http.MethodPut, path: "/post", body: body, harmless: true}, nil)
}

// deleted is what Lemmy would change all the same, for nobody to see.
func deleted() error { return fault.New(fault.NotFound, "The server does not have it any more.") }

// pictured is a new text with the images of our server that stood in the old one.
func pictured(base, old, text string) string {
	said := text
	for _, m := range picture.FindAllStringSubmatch(old, -1) {
		if strings.HasPrefix(m[1], base+"/pictrs/image/") && !strings.Contains(text, m[1]) {
			said = strings.TrimSpace(said + "\n\n" + strings.TrimSpace(m[0]))
		}
	}
	return said
}

// Delete deletes what is ours; what is gone already is no error.
func (d *Driver) Delete(ctx context.Context, conn network.Conn, r network.Ref) error {
	kind, id, err := split(r.ID)
	if err != nil {
		return err
	}
	err = d.call(ctx, conn, ask{method: http.MethodPost, path: "/" + kind + "/delete", body: map[string]any{kind + "_id": id, "deleted": true}, harmless: true}, nil)
	switch {
	case err == nil, fault.Is(err, fault.NotFound):
		return nil
	case fault.Is(err, fault.Throttled), fault.Is(err, fault.Denied):
		return err
	}
	// A server says of what is deleted already that it could not be changed.
	gone := false
	switch kind {
	case kindPost:
		v, look := d.post(ctx, conn, id)
		gone = fault.Is(look, fault.NotFound) || look == nil && v.Post.Deleted
	case kindComment:
		v, look := d.comment(ctx, conn, id)
		gone = fault.Is(look, fault.NotFound) || look == nil && v.Comment.Deleted
	}
	if gone {
		return nil
	}
	return err
}

// Like votes for a post or comment, or takes the vote back.
func (d *Driver) Like(ctx context.Context, conn network.Conn, r network.Ref, on bool) error {
	kind, id, err := split(r.ID)
	if err != nil {
		return err
	}
	if kind == kindMessage {
		return fault.New(fault.Invalid, "Private messages cannot be liked on Lemmy.").WithHint("Answer it instead.")
	}
	score := 0
	if on {
		score = 1
	}
	return d.call(ctx, conn, ask{method: http.MethodPost, path: "/" + kind + "/like", body: map[string]any{kind + "_id": id, "score": score}, harmless: true}, nil)
}

// Hide takes a comment away as a moderator of its community does, or gives it back.
func (d *Driver) Hide(ctx context.Context, conn network.Conn, r network.Ref, on bool) error {
	kind, id, err := split(r.ID)
	if err != nil {
		return err
	}
	if kind == kindMessage {
		return fault.New(fault.Invalid, "A private message cannot be hidden.").WithHint("Mute the person instead.")
	}
	return d.call(ctx, conn, ask{method: http.MethodPost, path: "/" + kind + "/remove", body: map[string]any{kind + "_id": id, "removed": on}, harmless: true}, nil)
}

// Pin keeps a post at the top of its community.
func (d *Driver) Pin(ctx context.Context, conn network.Conn, r network.Ref, on bool) error {
	kind, id, err := split(r.ID)
	if err != nil {
		return err
	}
	if kind != kindPost {
		return fault.New(fault.Invalid, "Only posts can be kept at the top on Lemmy.")
	}
	return d.call(ctx, conn, ask{method: http.MethodPost, path: "/post/feature", body: map[string]any{"post_id": id, "featured": on, "feature_type": "Community"}, harmless: true}, nil)
}

// Close locks a post, as a moderator of its community does, or unlocks it. Lemmy locks
// what is deleted, too, so it is looked at first.
func (d *Driver) Close(ctx context.Context, conn network.Conn, r network.Ref, on bool) error {
	kind, id, err := split(r.ID)
	if err != nil {
		return err
	}
	if kind != kindPost {
		return fault.New(fault.Invalid, "Only posts can be closed on Lemmy.")
	}
	v, err := d.post(ctx, conn, id)
	if err == nil && v.Post.Deleted {
		err = deleted()
	}
	if err != nil {
		return err
	}
	return d.call(ctx, conn, ask{method: http.MethodPost, path: "/post/lock", body: map[string]any{"post_id": id, "locked": on}, harmless: true}, nil)
}

// Ban keeps a person from every community that the account moderates, or lets
// them back: Lemmy has no other way to keep somebody from our posts.
func (d *Driver) Ban(ctx context.Context, conn network.Conn, author network.Author, on bool) error {
	_, who, err := split("post/" + author.ID) // a number, as all of Lemmy's
	if err != nil {
		return err
	}
	if author.ID == conn.Account {
		return fault.New(fault.Invalid, "One cannot block oneself.")
	}
	s, err := d.me(ctx, conn)
	if err != nil {
		return err
	}
	if len(s.Me.Moderates) == 0 {
		return fault.New(fault.Invalid, "This account moderates no community, so it can ban nobody.").WithHint("Mute the person, or ask a moderator.")
	}
	for _, p := range s.Me.Moderates {
		err := d.call(ctx, conn, ask{method: http.MethodPost, path: "/community/ban_user", body: map[string]any{"community_id": p.Community.ID, "person_id": who, "ban": on}, harmless: true}, nil)
		if err != nil && (on || !fault.Is(err, fault.NotFound)) {
			return err
		}
	}
	return nil
}

// Mute keeps what a person writes from us, or hears them again.
func (d *Driver) Mute(ctx context.Context, conn network.Conn, author network.Author, on bool) error {
	_, who, err := split("post/" + author.ID)
	if err != nil {
		return err
	}
	err = d.call(ctx, conn, ask{method: http.MethodPost, path: "/user/block", body: map[string]any{"person_id": who, "block": on}, harmless: true}, nil)
	if !on && fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}
