package linkedin

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
)

// extra is what we remember of a comment, to act on it again.
type extra struct {
	Post  string `json:"post,omitempty"`  // URN of the post that it stands below
	Above string `json:"above,omitempty"` // and of the comment, if it answers one
}

func readExtra(ref *network.Ref) extra {
	var e extra
	if ref == nil || json.Unmarshal(ref.Extra, &e) != nil {
		return extra{}
	}
	if !postURN.MatchString(e.Post) {
		e.Post = ""
	}
	if _, _, ok := comment(e.Above); !ok {
		e.Above = ""
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

// thread is what a comment's calls go to: its post, else the activity in its URN.
func (d *Driver) thread(ref network.Ref, activity string) string {
	if e := readExtra(&ref); e.Post != "" {
		return e.Post
	}
	return activity
}

// settling is how long a new post may not be open for comments yet.
const settling = 10 * time.Minute

// place is where an answer goes.
type place struct {
	target string // what is called: a post, or the first comment
	object string // the post, or its activity
	parent string // the first comment, where it answers one
}

// placed finds where an answer to something goes. LinkedIn has answers one level
// deep, so that what answers an answer stands below the same first comment.
func placed(after *network.Ref) (place, bool) {
	if after == nil {
		return place{}, false
	}
	if postURN.MatchString(after.ID) {
		return place{target: after.ID, object: after.ID}, true
	}
	thread, number, ok := comment(after.ID)
	if !ok {
		return place{}, false
	}
	p := place{target: whole(thread, number), object: thread, parent: whole(thread, number)}
	if e := readExtra(after); e.Above != "" {
		thread, number, _ = comment(e.Above)
		p = place{target: whole(thread, number), object: thread, parent: whole(thread, number)}
	}
	return p, true
}

// Reply answers a post or a comment with a comment.
func (d *Driver) Reply(ctx context.Context, conn network.Conn, part network.Part) (network.Sent, error) {
	if len(part.Media) > 0 {
		return network.Sent{}, fault.New(fault.Internal, "an answer with files takes several acts")
	}
	return d.say(ctx, conn, part, "")
}

// StepReply does one act of a comment with an image, which is handed over as that of a
// post is.
func (d *Driver) StepReply(ctx context.Context, conn network.Conn, part network.Part) (network.Stepped, error) {
	return d.act(ctx, conn, part, func() error {
		_, err := d.sayable(conn, part)
		return err
	}, func(ctx context.Context, conn network.Conn, part network.Part, h handed) (network.Stepped, error) {
		image := ""
		for _, f := range h.Files {
			image = f.URN // LinkedIn takes one
		}
		sent, err := d.say(ctx, conn, part, image)
		if err != nil {
			return d.unmade(part, h, err)
		}
		return network.Stepped{Sent: &sent}, nil
	})
}

// sayable finds where a comment goes, or says what LinkedIn will not take.
func (d *Driver) sayable(conn network.Conn, part network.Part) (place, error) {
	to, ok := placed(part.After)
	switch {
	case !ok:
		return to, strange()
	case part.Private:
		return to, fault.New(fault.Invalid, "LinkedIn lets programs send no private messages.").WithHint("Answer in public, or write on LinkedIn itself.")
	}
	for _, m := range part.Media {
		if m.Bytes <= 0 {
			return to, fault.New(fault.Invalid, "The file is empty.").WithHint("Upload it again.").On("media")
		}
	}
	return to, network.Refusal(d.limits(conn).Answering(false), part)
}

// say makes the comment.
func (d *Driver) say(ctx context.Context, conn network.Conn, part network.Part, image string) (network.Sent, error) {
	to, err := d.sayable(conn, part)
	if err != nil {
		return network.Sent{}, err
	}
	body := map[string]any{"actor": conn.Account, "object": to.object, "message": map[string]any{"text": part.Text}}
	if to.parent != "" {
		body["parentComment"] = to.parent
	}
	if image != "" {
		body["content"] = []map[string]any{{"entity": map[string]any{"image": image}}}
	}
	a := ask{method: http.MethodPost, path: "rest/socialActions/" + code(to.target) + "/comments", body: body}
	var made said
	response, err := d.call(ctx, conn, a, &made)
	if err != nil {
		if young := born(part.After.ID); fault.Is(err, fault.NotFound) && to.parent == "" && d.now().Sub(young) < settling {
			return network.Sent{}, fault.Wrap(fault.Unavailable, err, "LinkedIn does not take comments on this post yet.").In(15 * time.Second)
		}
		return network.Sent{}, err
	}
	thread, number, ok := comment(made.URN)
	if !ok {
		if thread, number, ok = comment(whole(to.object, response.Header.Get("X-Restli-Id"))); !ok {
			return network.Sent{}, a.misunderstood()
		}
	}
	e := extra{Above: to.parent, Post: readExtra(part.After).Post}
	if to.parent == "" {
		e.Post = to.object
	}
	id := whole(thread, number)
	return network.Sent{Ref: network.Ref{ID: id, URL: commentAddress(thread, id), Extra: e.raw()}, At: response.At}, nil
}

// Like gives a like to a post or a comment, or takes it back.
func (d *Driver) Like(ctx context.Context, conn network.Conn, ref network.Ref, on bool) error {
	id := ref.ID
	if thread, number, ok := comment(id); ok {
		id = whole(thread, number)
	} else if !postURN.MatchString(id) {
		return strange()
	}
	if on {
		_, err := d.call(ctx, conn, ask{method: http.MethodPost, path: "rest/reactions", query: "actor=" + code(conn.Account), harmless: true,
			body: map[string]any{"root": id, "reactionType": "LIKE"}}, nil)
		if refused(err).status == http.StatusConflict {
			return nil // it is there
		}
		return err
	}
	_, err := d.call(ctx, conn, ask{method: http.MethodDelete, path: "rest/reactions/(actor:" + code(conn.Account) + ",entity:" + code(id) + ")", harmless: true}, nil)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}

// said is a comment as LinkedIn lists it.
type said struct {
	URN     string `json:"commentUrn"`
	Actor   string `json:"actor"`
	Message struct {
		Text string `json:"text"`
	} `json:"message"`
	Created struct {
		Time int64 `json:"time"`
	} `json:"created"`
	Content []struct {
		URL    string `json:"url"`
		Entity struct {
			Image string `json:"image"`
		} `json:"entity"`
	} `json:"content"`
}

// isVideoURN says whether a file is a video.
func isVideoURN(urn string) bool { return strings.HasPrefix(urn, "urn:li:video:") }
