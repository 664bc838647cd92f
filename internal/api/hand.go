package api

import (
	"context"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/flow"
	"github.com/kithhq/kith/internal/media"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/view"
)

// Hand is what was decided about publishing by hand.
type Hand struct {
	Chosen bool            `json:"chosen,omitempty" doc:"A person publishes it, also where a program could."`
	More   List[string]    `json:"more,omitempty" maxItems:"20" doc:"What they add there that no program can, by the names of the network."`
	Note   string          `json:"note,omitempty" maxLength:"2000" doc:"For whoever publishes it."`
	Crops  map[string]Crop `json:"crops,omitempty" maxProperties:"50" nullable:"false" doc:"By file of the parts; none: its middle is kept."`
}

// Crop is which piece of a file is kept where not all of it fits.
type Crop struct {
	X     float64 `json:"x" minimum:"0" maximum:"1" doc:"0 is the left of it, 1 the right."`
	Y     float64 `json:"y" minimum:"0" maximum:"1" doc:"0 is the top of it, 1 the bottom."`
	Whole bool    `json:"whole,omitempty" doc:"All of it, with bars beside it."`
}

// Assisted says how a person publishes by hand.
type Assisted struct {
	Only   bool            `json:"only" doc:"No program can publish there."`
	Links  List[Opening]   `json:"links" doc:"What opens the place to publish; the first that fits is meant."`
	Steps  List[string]    `json:"steps" say:""`
	Kinds  List[KindSteps] `json:"kinds" doc:"The steps of kinds of posts where they differ."`
	Limits Limits          `json:"limits" doc:"What a person can publish there: kinds, files and polls; files are made to fit."`
	More   List[Addition]  `json:"more" doc:"What a person can add and no program can."`
}

// KindSteps is how a person publishes one kind of post.
type KindSteps struct {
	Kind  string       `json:"kind"`
	Steps List[string] `json:"steps" say:""`
}

// Opening is an address that opens the place to publish.
type Opening struct {
	On        string       `json:"on" enum:"phone,computer"`
	URL       string       `json:"url" doc:"{text}, {link}, {title}, {handle} and {server} stand for what is published and where."`
	Kinds     List[string] `json:"kinds" doc:"Only for these kinds of posts; none: for all."`
	Uncertain bool         `json:"uncertain" doc:"The network documents it nowhere."`
}

// Addition is something that a person can add and no program can.
type Addition struct {
	Name  string       `json:"name"`
	Label string       `json:"label" say:""`
	Why   string       `json:"why" say:"" doc:"Why no program can."`
	Step  string       `json:"step" say:""`
	Kinds List[string] `json:"kinds" doc:"Only for these kinds of posts; none: for all."`
}

// Handed is a file that a person publishes.
type Handed struct {
	Part    int          `json:"part"`
	MediaID string       `json:"media_id"`
	Alt     string       `json:"alt"`
	State   string       `json:"state" enum:"as_is,ready,working,failed,impossible" doc:"impossible: nothing that is done to it would help."`
	Because List[string] `json:"because" doc:"What is wrong with it as it is: type, bytes, pixels, width, shape, seconds; of an impossible one: none (the network takes no such file), short."`
	Type    string       `json:"type"`
	Width   int          `json:"width" doc:"Of what it becomes."`
	Height  int          `json:"height"`
	Bytes   int64        `json:"bytes" doc:"Of what it became; 0: not made yet."`
	Seconds float64      `json:"seconds" doc:"To which it is cut; 0: it is not."`
	Crop    Box          `json:"crop" doc:"The piece that is kept."`
	Of      Box          `json:"of" doc:"All of it."`
	Whole   bool         `json:"whole" doc:"All of it is kept, with bars beside it."`
	Why     string       `json:"why,omitempty" say:""`
	Hint    string       `json:"hint,omitempty" say:""`
}

// Box is a piece of a picture, in its pixels.
type Box struct {
	X      int `json:"x"`
	Y      int `json:"y"`
	Width  int `json:"width"`
	Height int `json:"height"`
}

// Done is a person's word that they published something.
type Done struct {
	URL   string `json:"url,omitempty" maxLength:"2000" doc:"Of the post on the network."`
	Proof string `json:"proof,omitempty" maxLength:"64" doc:"An uploaded picture: a screenshot."`
	None  bool   `json:"none,omitempty" doc:"There is neither, and that is kept."`
	Twice bool   `json:"twice,omitempty" doc:"Another publication has this address, and it is right."`
}

// Later puts something off.
type Later struct {
	Until  time.Time `json:"until"`
	Reason string    `json:"reason,omitempty" maxLength:"500"`
}

// Why says why something is not done.
type Why struct {
	Reason string `json:"reason" maxLength:"500"`
}

// HandStep is one thing that happened to a publication by hand.
type HandStep struct {
	ID    string     `json:"id"`
	At    time.Time  `json:"at"`
	What  string     `json:"what" enum:"handed,reminded,escalated,snoozed,skipped,missed,confirmed,counted"`
	By    string     `json:"by" doc:"Empty where Kith did it."`
	Note  string     `json:"note"`
	URL   string     `json:"url"`
	Proof string     `json:"proof" enum:",link,picture,none" doc:"How it was confirmed."`
	Until *time.Time `json:"until"`
}

// HandCounts are numbers as a person read them off.
type HandCounts struct {
	Counts map[string]int64 `json:"counts" maxProperties:"20" nullable:"false"`
}

func handCounts() []string {
	return []string{network.Likes, network.Replies, network.Reposts, network.Views, network.Reach, network.Saves, network.Shares, network.Followers}
}

type framed struct {
	ID   string `path:"id" maxLength:"64"`
	N    int    `path:"n" minimum:"0" maximum:"1000" doc:"Which of its files, from 0."`
	Body Crop
}

func (f framed) about() string { return f.ID }

func (d *Door) hands() {
	way(d, route{id: "POST /publications/{id}/by-hand", name: "publishByHand", verb: access.Schedule, audit: "publication.by_hand", summary: "Publish by hand what failed, what nobody confirmed, or what is to be published by hand later",
		notes: "Everything is prepared for a person, who is reminded until they confirm."},
		func(ctx context.Context, by access.Actor, in *byID) (Post, error) {
			return d.thenPostOf(ctx, by, in.ID, d.House.ByHand(ctx, by, in.ID))
		})
	way(d, route{id: "POST /publications/{id}/done", name: "publishedByHand", verb: access.Schedule, audit: "publication.done_by_hand", summary: "Confirm that it was published by hand",
		notes: "With its address, a picture of it, or the word that there is neither."},
		func(ctx context.Context, by access.Actor, in *with[Done]) (Post, error) {
			if proof := in.Body.Proof; proof != "" {
				if err := store.View(ctx, d.House.DB, func(ctx context.Context, tx *store.Tx) error { return view.SeesFile(ctx, tx, by, proof) }); err != nil {
					return Post{}, err
				}
			}
			return d.thenPostOf(ctx, by, in.ID, d.House.DoneByHand(ctx, by, in.ID, flow.Word(in.Body)))
		})
	way(d, route{id: "POST /publications/{id}/snooze", name: "snoozeByHand", verb: access.Schedule, audit: "publication.snooze", summary: "Put off what waits to be published by hand",
		notes: "Nobody is reminded before that moment."},
		func(ctx context.Context, by access.Actor, in *with[Later]) (Post, error) {
			return d.thenPostOf(ctx, by, in.ID, d.House.Snooze(ctx, by, in.ID, in.Body.Until, in.Body.Reason))
		})
	way(d, route{id: "POST /publications/{id}/skip", name: "skipByHand", verb: access.Schedule, audit: "publication.skip", summary: "Say that nobody will publish it by hand, and why",
		notes: "It is unconfirmed then, and never counted as published. It can be taken up again."},
		func(ctx context.Context, by access.Actor, in *with[Why]) (Post, error) {
			return d.thenPostOf(ctx, by, in.ID, d.House.Skip(ctx, by, in.ID, in.Body.Reason))
		})
	read(d, route{id: "GET /publications/{id}/history", name: "listHandSteps", verb: access.Read, summary: "What happened to a publication by hand, the oldest first"},
		func(ctx context.Context, tx *store.Tx, by access.Actor, in *byID) (said Page[HandStep], err error) {
			if err := mine(ctx, tx, by, access.Read, in.ID); err != nil {
				return said, err
			}
			all, err := publish.HandSteps(ctx, tx, by.Workspace, in.ID)
			said.Items = each(all, func(s publish.HandStep) HandStep {
				one := HandStep{s.ID, s.At.UTC(), s.What, s.ByName, s.Note, s.URL, s.Proof, when(s.Until)}
				if s.ByID == "" {
					one.By = ""
				}
				return one
			})
			return said, err
		})
	on(d, route{id: "GET /publications/{id}/files", name: "listHandFiles", verb: access.Read, summary: "The files of a publication, as they fit its network",
		notes: "Where a person publishes. What must be cropped, made smaller or written anew is made in the background."},
		func(ctx context.Context, by access.Actor, in *byID) (Page[Handed], error) {
			all, err := d.House.Files(ctx, by, in.ID)
			return Page[Handed]{Items: each(all, handedOf)}, err
		})
	raw(d, route{id: "GET /publications/{id}/files/{n}", name: "getHandFile", verb: access.Read, summary: "A file as it fits, to be saved"}, func(op *huma.Operation) {
		gives(op, http.StatusOK, "image/jpeg", &huma.Schema{Type: huma.TypeString, Format: "binary"})
		for _, t := range slices.Concat(media.Types(), media.Videos()) {
			op.Responses["200"].Content[t] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
		}
	}, d.handFile)
	way(d, route{id: "PUT /publications/{id}/files/{n}", name: "frameHandFile", verb: access.Schedule, summary: "Choose which piece of a file is kept"},
		func(ctx context.Context, by access.Actor, in *framed) (Page[Handed], error) {
			if err := d.House.Frame(ctx, by, in.ID, in.N, publish.Crop(in.Body)); err != nil {
				return Page[Handed]{}, err
			}
			all, err := d.House.Files(ctx, by, in.ID)
			return Page[Handed]{Items: each(all, handedOf)}, err
		})
	way(d, route{id: "POST /publications/{id}/counts", name: "countByHand", verb: access.Measure, audit: "publication.count_by_hand", summary: "Enter numbers that were read off the network",
		notes: "Only where the network gives none to programs, or where a person published. They are kept as entered by hand."}, d.countByHand)
}

func (d *Door) countByHand(ctx context.Context, by access.Actor, in *with[HandCounts]) (Post, error) {
	if err := store.View(ctx, d.House.DB, func(ctx context.Context, tx *store.Tx) error {
		return mine(ctx, tx, by, access.Measure, in.ID) // before its numbers are looked at
	}); err != nil {
		return Post{}, err
	}
	if len(in.Body.Counts) == 0 {
		return Post{}, fault.New(fault.Invalid, "There is no number.").On("counts").WithHint("Enter at least one; what you do not know stays unknown.")
	}
	counts := network.Counts{}
	for name, n := range in.Body.Counts {
		if !slices.Contains(handCounts(), name) || n < 0 {
			return Post{}, fault.New(fault.Invalid, "There is no count “%s”.", name).On("counts").WithHint("Likes, comments, views, reach, saves, shares and followers can be entered.")
		}
		counts[name] = n
	}
	return d.thenPostOf(ctx, by, in.ID, d.House.CountByHand(ctx, by, in.ID, counts))
}

// mine refuses a publication of somebody else.
func mine(ctx context.Context, tx *store.Tx, by access.Actor, verb access.Verb, publicationID string) error {
	p, err := publish.GetPublication(ctx, tx, by.Workspace, publicationID)
	if err != nil {
		return err
	}
	if !by.Sees(p.ChannelID) {
		return fault.New(fault.NotFound, "There is no such publication.")
	}
	return by.May(verb, p.ChannelID)
}

// handFile gives a file as it fits, for saving: to members of the workspace only.
func (d *Door) handFile(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	n, err := strconv.Atoi(r.PathValue("n"))
	if err != nil {
		return fault.New(fault.NotFound, "This post has no such file.")
	}
	one, f, err := d.House.OpenFile(r.Context(), by, r.PathValue("id"), n)
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // it was only read
	kind := one.Media.Type
	if one.State == flow.HandedReady {
		kind = one.Fit.Type
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": savedAs(one.Media.Name, kind)}))
	h.Set("Cache-Control", "private, no-cache")
	http.ServeContent(w, r, "", time.Time{}, f)
	return nil
}

// savedAs is the name of a file with the ending of what it is by now.
func savedAs(name, kind string) string {
	ending := map[string]string{"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "image/gif": ".gif", "video/mp4": ".mp4", "video/quicktime": ".mov"}[kind]
	if i := strings.LastIndex(name, "."); i > 0 {
		name = name[:i]
	}
	return name + ending
}

// handFrom reads what was decided, for parts that are published so. A crop of a file that
// is not among theirs means nothing, and is not kept.
func handFrom(h Hand, parts []publish.Content) publish.Hand {
	made := publish.Hand{Chosen: h.Chosen, More: h.More, Note: h.Note}
	for _, p := range parts {
		for _, m := range p.Media {
			c, there := h.Crops[m.ID]
			if !there {
				continue
			}
			if made.Crops == nil {
				made.Crops = map[string]publish.Crop{}
			}
			made.Crops[m.ID] = publish.Crop(c)
		}
	}
	return made
}
