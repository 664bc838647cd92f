package x

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/rest"
)

// draft is a new post as we ask for it.
type draft struct {
	Text  string `json:"text,omitempty"`
	Reply *struct {
		To string `json:"in_reply_to_tweet_id"`
	} `json:"reply,omitempty"`
	Media *attachedFiles `json:"media,omitempty"`
	Poll  *struct {
		Options []string `json:"options"`
		Minutes int      `json:"duration_minutes"`
	} `json:"poll,omitempty"`
	Edit *struct {
		Previous string `json:"previous_post_id"`
	} `json:"edit_options,omitempty"`
	Quote     string `json:"quote_tweet_id,omitempty"`
	Community string `json:"community_id,omitempty"`
	Followers bool   `json:"share_with_followers,omitempty"`
	Settings  string `json:"reply_settings,omitempty"`
	AI        bool   `json:"made_with_ai,omitempty"`
	Paid      bool   `json:"paid_partnership,omitempty"`
}

// attachedFiles are the files of a post, and who is tagged in them: X has tags of a post.
type attachedFiles struct {
	IDs    []string `json:"media_ids"`
	Tagged []string `json:"tagged_user_ids,omitempty"`
}

const optionReplies = "reply_settings"

// compose says what is sent for a part, but for its files; it is the same at
// every try.
func compose(part network.Part) (draft, error) {
	a := draft{Text: part.Text, AI: part.Disclosure.AI, Paid: part.Disclosure.Paid}
	if part.Link != "" && !strings.Contains(part.Text, part.Link) {
		a.Text = strings.TrimSpace(part.Text + "\n\n" + part.Link) // X makes a card of it
	}
	if part.After != nil {
		to := latest(*part.After)
		if !number.MatchString(to) {
			return a, gone()
		}
		a.Reply = &struct {
			To string `json:"in_reply_to_tweet_id"`
		}{to}
	} else {
		a.Settings = part.Options[optionReplies]
		id, err := community(part)
		if err != nil {
			return a, err
		}
		a.Community, a.Followers = id, id != "" && part.Options[optionFollowers] == "true"
	}
	var err error
	if a.Quote, err = quoted(part); err != nil {
		return a, err
	}
	if part.Poll != nil {
		a.Poll = &struct {
			Options []string `json:"options"`
			Minutes int      `json:"duration_minutes"`
		}{part.Poll.Options, part.Poll.Minutes}
	}
	return a, nil
}

func gone() error {
	return fault.New(fault.Invalid, "What this answers does not exist any more.").WithHint("Write it as a post of its own.")
}

func (a *draft) files(ids, tagged []string) {
	if len(ids) > 0 {
		a.Media = &attachedFiles{ids, tagged}
	}
}

// check refuses before X is asked what it will never take.
func (d *Driver) check(conn network.Conn, part network.Part) error {
	if part.Private {
		return network.Refusal(d.limits(conn).Answering(true), part)
	}
	asked, err := compose(part)
	if err != nil {
		return err
	}
	whole := part
	whole.Text = asked.Text
	return network.Refusal(d.limits(conn), whole)
}

// Start says that a post without files begins with the act that makes it public.
func (d *Driver) Start(conn network.Conn, part network.Part) (network.Step, bool) {
	if len(part.Media) > 0 || d.check(conn, part) != nil {
		return network.Step{}, false
	}
	return way{}.next(part), true
}

// Step does one act of a post: its files first, the post itself last.
func (d *Driver) Step(ctx context.Context, conn network.Conn, part network.Part) (network.Stepped, error) {
	var w way
	if len(part.Step.State) > 0 && json.Unmarshal(part.Step.State, &w) != nil {
		w = way{}
	}
	if part.Step.Name == network.Begun {
		if err := d.check(conn, part); err != nil {
			return network.Stepped{}, err
		}
		var err error
		if w.Tagged, err = d.people(ctx, conn, part); err != nil {
			return network.Stepped{}, err
		}
		return network.Stepped{Step: w.next(part)}, nil
	}
	again := way{Tagged: w.Tagged} // who is tagged was asked for once, and costs money
	if len(w.Files) != len(part.Media) || w.over(d.now()) {
		return network.Stepped{Step: again.next(part)}, nil // X has forgotten the files
	}
	if part.Step.Name == stepPublish {
		sent, err := d.make(ctx, conn, part, w)
		if is(err, expired) && len(part.Media) > 0 {
			return network.Stepped{Step: again.next(part)}, nil
		}
		if err != nil {
			return network.Stepped{}, err
		}
		return network.Stepped{Sent: &sent}, nil
	}
	wait, err := d.hand(ctx, conn, part, &w)
	if is(err, expired) {
		return network.Stepped{Step: again.next(part)}, nil
	}
	if err != nil {
		return network.Stepped{}, err
	}
	next := w.next(part)
	// A segment has a number: it may come again, as long as more of its file follows.
	i, f := w.current(part)
	return network.Stepped{Step: next, Wait: wait, Loose: i >= 0 && f.Segment > 0 && f.Sent < part.Media[i].Bytes}, nil
}

// make makes the post.
func (d *Driver) make(ctx context.Context, conn network.Conn, part network.Part, w way) (network.Sent, error) {
	if part.Private {
		return d.message(ctx, conn, part, w)
	}
	asked, err := compose(part)
	if err != nil {
		return network.Sent{}, err
	}
	asked.files(w.ids(), w.Tagged)
	sent, err := d.post(ctx, conn, asked)
	if is(err, said) {
		return network.Sent{}, d.twin(ctx, conn, part, asked.Text, err)
	}
	if (asked.Quote != "" || asked.Community != "") && unexplained(err) {
		return network.Sent{}, untaken(asked, err)
	}
	if err == nil {
		sent.Extra = extra{Author: conn.Account, Handle: conn.Handle, Files: w.ids(), Tagged: w.Tagged}.raw()
	}
	return sent, err
}

func (d *Driver) post(ctx context.Context, conn network.Conn, asked draft) (network.Sent, error) {
	a := rest.Ask{Method: http.MethodPost, Path: "/2/tweets", Body: asked}
	var made struct {
		Data struct {
			ID string `json:"id"`
		} `json:"data"`
	}
	got, err := d.call(ctx, conn, a, &made)
	if err != nil {
		return network.Sent{}, err
	}
	if !number.MatchString(made.Data.ID) {
		return network.Sent{}, unclear(a)
	}
	ref := network.Ref{ID: made.Data.ID, URL: address(conn.Handle, made.Data.ID), Extra: extra{Author: conn.Account, Handle: conn.Handle}.raw()}
	return network.Sent{Ref: ref, At: timeOf(made.Data.ID, got.At)}, nil
}

func timeOf(id string, told time.Time) time.Time {
	if at := made(id); !at.IsZero() {
		return at
	}
	return told
}

// twin is asked when X says that this was said already. A post from long before
// this try is another one, and X will go on refusing; else it may be ours, which
// a look finds out.
func (d *Driver) twin(ctx context.Context, conn network.Conn, part network.Part, sent string, cause error) error {
	const slack = 3 * time.Minute
	began := part.At
	if !part.Step.Since.IsZero() && part.Step.Since.Before(began) {
		began = part.Step.Since
	}
	recent, err := d.own(ctx, conn, time.Time{}, 1)
	if err != nil {
		return cause
	}
	for _, p := range recent.posts {
		if alike(p.said()) != alike(sent) || p.refers("replied_to") != after(part) {
			continue
		}
		if when := moment(p.Created); when.Before(began.Add(-slack)) {
			return fault.Wrap(fault.Invalid, cause, "This account has said exactly this on X already, and X takes it once.").WithHint("Change a word.").On("text")
		}
		return cause
	}
	if !part.Step.Since.IsZero() && d.now().Sub(part.Step.Since) > time.Hour {
		return fault.Wrap(fault.Invalid, cause, "X says that this account has said this already, and does not show where.").WithHint("Change a word.").On("text")
	}
	return cause
}

func after(part network.Part) string {
	if part.After == nil {
		return ""
	}
	return part.After.ID
}

// Reply answers a post in public, or its author in a private message.
func (d *Driver) Reply(ctx context.Context, conn network.Conn, part network.Part) (network.Sent, error) {
	if part.After == nil {
		return network.Sent{}, fault.New(fault.Internal, "an answer to nothing")
	}
	if len(part.Media) > 0 {
		return network.Sent{}, fault.New(fault.Internal, "an answer with files takes several acts")
	}
	if part.Private {
		return d.message(ctx, conn, part, way{})
	}
	l := d.limits(conn)
	l.Text = l.Answering(false).Text
	asked, err := compose(part)
	if err != nil {
		return network.Sent{}, err
	}
	if err := network.Refusal(l, part); err != nil {
		return network.Sent{}, err
	}
	sent, err := d.post(ctx, conn, asked)
	if is(err, said) {
		err = d.twin(ctx, conn, part, asked.Text, err)
	}
	return sent, err
}

// StepReply does one act of an answer with files: a post like any other, or a private
// message with one.
func (d *Driver) StepReply(ctx context.Context, conn network.Conn, part network.Part) (network.Stepped, error) {
	if part.After == nil {
		return network.Stepped{}, fault.New(fault.Internal, "an answer to nothing")
	}
	if part.Private && part.Step.Name == network.Begun {
		if err := d.check(conn, part); err != nil {
			return network.Stepped{}, err
		}
		if _, err := d.recipient(ctx, conn, part.After); err != nil {
			return network.Stepped{}, err
		}
	}
	if part.Private {
		part.Media = slices.Clone(part.Media)
		for i := range part.Media {
			part.Media[i].Alt = "" // what a message carries has no description
		}
	}
	return d.Step(ctx, conn, part)
}

// Edit makes a new version of a post of ours. It keeps its id for us; X gives the
// version another one.
func (d *Driver) Edit(ctx context.Context, conn network.Conn, ref network.Ref, part network.Part) (network.Ref, error) {
	previous := latest(ref)
	if !number.MatchString(previous) {
		return ref, fault.New(fault.NotFound, "X does not have it.")
	}
	// What is changed is not told again what it answers: X knows.
	part.After, part.Media = nil, nil
	e := readExtra(&ref)
	asked, err := compose(part)
	if err != nil {
		return ref, err
	}
	asked.Community, asked.Followers = "", false // it stays where it is
	whole := network.Part{Text: asked.Text}
	l := d.limits(conn)
	if len(e.Files) == 0 {
		if err := network.Refusal(l, whole); err != nil {
			return ref, err
		}
	} else if use := l.Text.Count(asked.Text); use.Used > l.Text.Max {
		return ref, fault.New(fault.Invalid, "The text is %d too long.", use.Used-l.Text.Max).WithHint("Shorten it.").On("text")
	}
	asked.files(e.Files, e.Tagged)
	asked.Edit = &struct {
		Previous string `json:"previous_post_id"`
	}{previous}
	sent, err := d.post(ctx, conn, asked)
	if err != nil {
		return ref, err
	}
	e.Versions = append(e.Versions, sent.ID)
	e.Author, e.Handle = conn.Account, conn.Handle
	return network.Ref{ID: ref.ID, URL: sent.URL, Extra: e.raw()}, nil
}

// Revised follows a post to its newest version.
func (d *Driver) Revised(ref network.Ref, seen network.Seen) network.Ref {
	e := readExtra(&ref)
	e.Versions = append(e.Versions, seen.ID)
	return network.Ref{ID: ref.ID, URL: seen.URL, Extra: e.raw()}
}
