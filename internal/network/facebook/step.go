package facebook

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/graph"
)

// phase is what comes next on the way of a post.
type phase string

const (
	photos phase = ""        // the next photo is handed over
	start  phase = "start"   // the upload of a video begins
	upload phase = "upload"  // its bytes
	public phase = "publish" // the post is made
	await  phase = "await"   // the video is worked on, and comes out by itself: public too
)

// state is how far a post has come.
type state struct {
	Phase   phase    `json:"phase,omitempty"`
	Photos  []string `json:"photos,omitempty"`  // nobody sees them yet
	Video   string   `json:"video,omitempty"`   // its number
	Session string   `json:"session,omitempty"` // of an upload in pieces
	From    int64    `json:"from,omitempty"`    // the piece that Facebook wants next
	To      int64    `json:"to,omitempty"`
	Story   string   `json:"story,omitempty"` // the number of the story it becomes
	Looks   int      `json:"looks,omitempty"` // how often it was looked whether it is out
	Lost    int      `json:"lost,omitempty"`  // how often all of it began anew
}

func stateOf(part network.Part) state {
	var s state
	if json.Unmarshal(part.Step.State, &s) != nil {
		return state{}
	}
	return s
}

func (s state) raw() json.RawMessage {
	data, err := json.Marshal(s)
	if err != nil {
		panic(err) // texts and numbers
	}
	return data
}

// step names what comes next as people read it.
func (s state) step(done, total int64) network.Step {
	name := map[phase]string{photos: "upload", start: "upload", upload: "upload", public: "publish", await: "process"}[s.Phase]
	return network.Step{Name: name, State: s.raw(), Done: done, Total: total, Public: s.Phase == public || s.Phase == await}
}

// lostMost is how often a post begins anew because Facebook forgot its files.
const lostMost = 3

// anew begins again when what was reached is not known any more; err is what is said
// when that has happened too often.
func (s state) anew(err error) (network.Stepped, error) {
	if s.Lost >= lostMost {
		return network.Stepped{}, fault.Wrap(fault.Invalid, err, "Facebook forgets the files of this post again and again.").WithHint("Try again later.").On("media")
	}
	return network.Stepped{Step: network.Step{Name: network.Begun, State: state{Lost: s.Lost + 1}.raw()}}, nil
}

// Step does one act of a post. What a repetition leaves behind is seen by nobody.
func (d *Driver) Step(ctx context.Context, conn network.Conn, part network.Part) (network.Stepped, error) {
	at := stateOf(part)
	if part.Step.Name == network.Begun {
		if err := d.sound(conn, part); err != nil {
			return network.Stepped{}, err
		}
		if err := d.graph.Placed(ctx, conn.App, part); err != nil {
			return network.Stepped{}, err
		}
		at = state{Lost: at.Lost}
		switch {
		case len(part.Media) == 0:
			at.Phase = public
			return network.Stepped{Step: at.step(0, 0)}, nil
		case part.Media[0].Video():
			at.Phase = start
		}
	}
	for _, id := range append(slices.Clone(at.Photos), at.Video, at.Session, at.Story) {
		if id != "" && !graph.Object.MatchString(id) {
			return network.Stepped{}, fault.New(fault.Internal, "a step that was not kept as it was")
		}
	}
	if at.Phase != public && len(part.Media) == 0 {
		return network.Stepped{}, fault.New(fault.Internal, "a step of a file that is not there")
	}
	switch at.Phase {
	case start:
		return d.starts(ctx, conn, part, at)
	case upload:
		return d.uploads(ctx, conn, part, at)
	case public:
		return d.publishes(ctx, conn, part, at)
	case await:
		return d.awaits(ctx, conn, part, at)
	}
	return d.photographs(ctx, conn, part, at)
}

// Start says that a post without files begins with the act that makes it public; a
// place is looked at before that.
func (d *Driver) Start(conn network.Conn, part network.Part) (network.Step, bool) {
	if place, err := graph.Place(part); len(part.Media) > 0 || place != "" || err != nil || d.sound(conn, part) != nil {
		return network.Step{}, false
	}
	return state{Phase: public}.step(0, 0), true
}

// sound is what can be said of a part before Facebook is asked.
func (d *Driver) sound(conn network.Conn, part network.Part) error {
	if err := network.Refusal(d.limits(conn), part); err != nil {
		return err
	}
	if part.Link != "" {
		u, err := url.Parse(part.Link)
		if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
			return fault.New(fault.Invalid, "The link is not a web address.").WithHint("It starts with https://.").On("link")
		}
	}
	partner := partnerOf(part)
	place, err := graph.Place(part)
	switch {
	case err != nil:
		return err
	case place != "" && part.Kind == network.PlainPost && len(part.Media) > 0 && part.Media[0].Video():
		return fault.New(fault.Invalid, "Facebook takes no place for a video.").WithHint("Publish it as a reel, or say in the text where it is.").On("options")
	case part.Disclosure.Paid && part.Kind != network.PlainPost:
		return fault.New(fault.Invalid, "Facebook takes the partner of a post, not of a reel or a story.").WithHint("Publish it as a post, or add the label on Facebook.").On("options")
	case partner == "" && part.Disclosure.Paid:
		return fault.New(fault.Invalid, "Facebook shows a paid partnership with the name of the partner's Page.").
			WithHint("Enter the number of the partner's Page under “Partner's Page”.").On("options")
	case partner != "" && (!graph.Object.MatchString(partner) || partner == conn.Account):
		return fault.New(fault.Invalid, "This is not the number of a partner's Page.").WithHint("It stands on the partner's Page under About → Page transparency.").On("options")
	}
	return nil
}

// partnerOf is who paid for a post; what was chosen for another kind says nothing.
func partnerOf(part network.Part) string {
	if part.Kind != network.PlainPost {
		return ""
	}
	return strings.TrimSpace(part.Options["partner"])
}

// photographs hands the next photo over.
func (d *Driver) photographs(ctx context.Context, conn network.Conn, part network.Part, at state) (network.Stepped, error) {
	i, total := len(at.Photos), len(part.Media)
	if i >= total {
		return network.Stepped{}, fault.New(fault.Internal, "more photos than files")
	}
	id, err := d.photo(ctx, conn, part.Media[i])
	if err != nil {
		return network.Stepped{}, part.Refused(i, err)
	}
	if at.Photos = append(at.Photos, id); len(at.Photos) == total {
		at.Phase = public
	}
	return network.Stepped{Step: at.step(int64(len(at.Photos)), int64(total))}, nil
}

// publishes makes the post: the one act that can be seen.
func (d *Driver) publishes(ctx context.Context, conn network.Conn, part network.Part, at state) (network.Stepped, error) {
	if at.Video != "" {
		return d.finishes(ctx, conn, part, at)
	}
	a := graph.Ask{Method: http.MethodPost, Path: conn.Account + "/feed", Form: url.Values{}}
	if part.Kind == network.Story {
		if len(at.Photos) != 1 {
			return network.Stepped{}, fault.New(fault.Internal, "a story of no photo")
		}
		a.Path, a.Form = conn.Account+"/photo_stories", url.Values{"photo_id": at.Photos}
	} else if err := d.words(a.Form, part, at); err != nil {
		return network.Stepped{}, err
	}
	var made struct {
		ID   string      `json:"id"`
		Post graph.Ident `json:"post_id"`
	}
	when, err := d.call(ctx, conn, a, &made)
	if misplaced := d.graph.Voice.NotThere(err, a.Form); misplaced != nil {
		return network.Stepped{}, misplaced
	}
	if fault.Is(err, fault.NotFound) && len(at.Photos) > 0 {
		return at.anew(err) // a photo that waited for too long is forgotten
	}
	if err != nil {
		return network.Stepped{}, err
	}
	sent := network.Sent{Ref: network.Ref{ID: made.ID, URL: postURL(made.ID)}, At: when}
	if part.Kind == network.Story {
		sent.Ref = storyRef(string(made.Post), "")
	}
	if !graph.Object.MatchString(sent.ID) {
		return network.Stepped{}, d.graph.Misunderstood(a)
	}
	return network.Stepped{Sent: &sent}, nil
}

// words sets what a post of the feed says, shows and discloses.
func (d *Driver) words(form url.Values, part network.Part, at state) error {
	if part.Text != "" {
		form.Set("message", part.Text)
	}
	sponsor(form, part)
	if place, err := graph.Place(part); err == nil && place != "" { // what is wrong with it was said before
		form.Set("place", place)
	}
	if len(at.Photos) == 0 {
		if part.Link != "" {
			form.Set("link", part.Link)
		}
		return nil
	}
	all := make([]map[string]string, len(at.Photos))
	for i, id := range at.Photos {
		all[i] = map[string]string{"media_fbid": id}
	}
	list, err := json.Marshal(all)
	if err != nil {
		return fault.Wrap(fault.Internal, err, "writing a call to Facebook")
	}
	form.Set("attached_media", string(list))
	return nil
}

// sponsor names the partner who paid: Facebook makes the label of it.
func sponsor(form url.Values, part network.Part) {
	if partner := partnerOf(part); partner != "" {
		form.Set("sponsor_id", partner)
		form.Set("direct_share_status", map[bool]string{true: "1", false: "0"}[part.Options["partner_boost"] == "true"])
	}
}

func storyRef(id, address string) network.Ref {
	return network.Ref{ID: id, URL: address, Extra: extra{Story: true}.raw()}
}

// looksMost is how often it is looked for a video before somebody is told: for a day.
const looksMost = 1500

// patience is how long Facebook is left alone with a video.
func patience(looks int) time.Duration { return min(5*time.Second<<min(looks, 4), time.Minute) }
