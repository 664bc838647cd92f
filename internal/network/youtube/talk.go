package youtube

import (
	"context"
	"net/http"
	"net/url"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
)

// Reply answers a comment, or comments on a video of ours.
func (d *Driver) Reply(ctx context.Context, conn network.Conn, part network.Part) (network.Sent, error) {
	switch {
	case part.Private:
		return network.Sent{}, fault.New(fault.Invalid, "YouTube has no private messages.").WithHint("Answer in public.")
	case part.After == nil:
		return network.Sent{}, unknown()
	}
	if err := network.Refusal(d.limits(conn).Answering(false), part); err != nil {
		return network.Sent{}, err
	}
	switch id := part.After.ID; {
	case videoID.MatchString(id):
		return d.comment(ctx, conn, id, part.Text)
	case commentID.MatchString(id):
		return d.answer(ctx, conn, *part.After, part.Text)
	}
	return network.Sent{}, unknown()
}

type said struct {
	Text   string `json:"textOriginal"`
	Parent string `json:"parentId,omitempty"`
}

func (d *Driver) comment(ctx context.Context, conn network.Conn, video, text string) (network.Sent, error) {
	a := ask{method: http.MethodPost, path: "/youtube/v3/commentThreads", kind: "youtube#commentThread", query: url.Values{"part": {"snippet"}},
		body: map[string]any{"snippet": map[string]any{"channelId": conn.Account, "videoId": video, "topLevelComment": map[string]any{"snippet": said{Text: text}}}}}
	var made thread
	response, err := d.call(ctx, conn, a, &made)
	if err != nil {
		return network.Sent{}, err
	}
	id := made.Snippet.Top.ID
	if id == "" {
		id = made.ID
	}
	if !commentID.MatchString(id) {
		return network.Sent{}, a.misunderstood()
	}
	at := moment(made.Snippet.Top.Snippet.Published)
	if at.IsZero() {
		at = response.At.UTC()
	}
	return network.Sent{Ref: network.Ref{ID: id, URL: commentURL(video, id)}, At: at}, nil
}

// answer stands below the comment at the top of its thread: YouTube has one level
// of answers.
func (d *Driver) answer(ctx context.Context, conn network.Conn, to network.Ref, text string) (network.Sent, error) {
	a := ask{method: http.MethodPost, path: "/youtube/v3/comments", kind: "youtube#comment", query: url.Values{"part": {"snippet"}},
		body: map[string]any{"snippet": said{text, above(to.ID)}}}
	var made comment
	response, err := d.call(ctx, conn, a, &made)
	if err != nil {
		return network.Sent{}, err
	}
	if !commentID.MatchString(made.ID) {
		return network.Sent{}, a.misunderstood()
	}
	at := moment(made.Snippet.Published)
	if at.IsZero() {
		at = response.At.UTC()
	}
	return network.Sent{Ref: network.Ref{ID: made.ID, URL: commentURL(videoOf(to.URL), made.ID)}, At: at}, nil
}

// videoOf finds the video in the address of a comment, as we write it.
func videoOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || !videoID.MatchString(u.Query().Get("v")) {
		return ""
	}
	return u.Query().Get("v")
}

// Delete deletes a video or a comment of ours; what is not there is no error.
func (d *Driver) Delete(ctx context.Context, conn network.Conn, ref network.Ref) error {
	a := ask{method: http.MethodDelete, query: url.Values{"id": {ref.ID}}, harmless: true}
	switch {
	case videoID.MatchString(ref.ID):
		a.path = "/youtube/v3/videos"
	case commentID.MatchString(ref.ID):
		a.path = "/youtube/v3/comments"
	default:
		return unknown()
	}
	_, err := d.call(ctx, conn, a, nil)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}

// Edit changes title and description of a video of ours, or the text of a comment.
// What else is said of the video stays as it is: an update takes away what it does
// not name, so it is read before.
func (d *Driver) Edit(ctx context.Context, conn network.Conn, ref network.Ref, part network.Part) (network.Ref, error) {
	if commentID.MatchString(ref.ID) && !videoID.MatchString(ref.ID) {
		if err := network.Refusal(d.limits(conn).Answering(false), network.Part{Text: part.Text}); err != nil {
			return ref, err
		}
		_, err := d.call(ctx, conn, ask{method: http.MethodPut, path: "/youtube/v3/comments", kind: "youtube#comment", query: url.Values{"part": {"snippet"}}, harmless: true,
			body: map[string]any{"id": ref.ID, "snippet": said{Text: part.Text}}}, nil)
		return ref, err
	}
	if !videoID.MatchString(ref.ID) {
		return ref, unknown()
	}
	v, err := d.video(ctx, conn, ref.ID, "snippet")
	if err == nil && v == nil {
		err = fault.New(fault.NotFound, "YouTube does not have it any more.")
	}
	if err != nil {
		return ref, err
	}
	now := v.Snippet.snippet
	now.Description = part.Text
	if part.Title != "" {
		now.Title = part.Title
	}
	if c := part.Options[optionCategory]; c != "" {
		now.Category = c
	}
	if t, given := part.Options[optionTags]; given {
		now.Tags = tags(t)
	}
	words := d.limits(conn)
	words.Media, words.Kinds = network.MediaLimit{}, nil
	if err := network.Refusal(words, network.Part{Title: now.Title, Text: now.Description + " "}); err != nil && now.Description != "" {
		return ref, err
	}
	_, err = d.call(ctx, conn, ask{method: http.MethodPut, path: "/youtube/v3/videos", kind: "youtube#video", query: url.Values{"part": {"snippet"}}, harmless: true,
		body: about{ID: ref.ID, Snippet: &now}}, nil)
	return ref, err
}

// Hide takes a comment away from everybody, or shows it again.
func (d *Driver) Hide(ctx context.Context, conn network.Conn, ref network.Ref, on bool) error {
	if on {
		return d.moderate(ctx, conn, ref.ID, "rejected", false)
	}
	return d.moderate(ctx, conn, ref.ID, "published", false)
}

// Hold keeps a comment for review, or lets it go.
func (d *Driver) Hold(ctx context.Context, conn network.Conn, ref network.Ref, on bool) error {
	if on {
		return d.moderate(ctx, conn, ref.ID, "heldForReview", false)
	}
	return d.moderate(ctx, conn, ref.ID, "published", false)
}

func (d *Driver) moderate(ctx context.Context, conn network.Conn, id, state string, ban bool) error {
	if !commentID.MatchString(id) || videoID.MatchString(id) {
		return fault.New(fault.Invalid, "This is no comment of YouTube.").WithHint("Do it in YouTube Studio.")
	}
	query := url.Values{"id": {id}, "moderationStatus": {state}}
	if ban {
		query.Set("banAuthor", "true")
	}
	_, err := d.call(ctx, conn, ask{method: http.MethodPost, path: "/youtube/v3/comments/setModerationStatus", query: query, harmless: true}, nil)
	return err
}

// Ban hides all that a person will say on the channel. YouTube bans the author of
// a comment, which is rejected with it: the one that is named, else the newest
// that can be found. It has no way back for a program.
func (d *Driver) Ban(ctx context.Context, conn network.Conn, author network.Author, on bool) error {
	if !on {
		return fault.New(fault.Invalid, "YouTube lets nobody take a person back by a program.").
			WithHint("Do it in YouTube Studio: Settings → Community → Hidden users.")
	}
	if commentID.MatchString(author.Said) {
		err := d.moderate(ctx, conn, author.Said, "rejected", true)
		if !fault.Is(err, fault.NotFound) { // they may have deleted it
			return err
		}
	}
	id, err := d.said(ctx, conn, author.ID)
	if err != nil {
		return err
	}
	if id == "" {
		return fault.New(fault.Invalid, "YouTube bans a person by a comment of theirs, and none can be found.").
			WithHint("Do it in YouTube Studio: Settings → Community → Hidden users.")
	}
	return d.moderate(ctx, conn, id, "rejected", true)
}

// said finds a recent comment of a person: published, held or taken for spam.
// Those that were rejected cannot be listed.
func (d *Driver) said(ctx context.Context, conn network.Conn, who string) (string, error) {
	if !channelID.MatchString(who) {
		return "", nil
	}
	for _, state := range []string{"published", "heldForReview", "likelySpam"} {
		found := ""
		_, err := walk(ctx, d, conn, threads(conn, state), 3, func(some []thread) bool {
			for _, t := range some {
				for _, c := range append([]comment{t.Snippet.Top}, t.Replies.Comments...) {
					if c.Snippet.Author.Value == who && commentID.MatchString(c.ID) {
						found = c.ID
						return true
					}
				}
			}
			return false
		})
		if err != nil || found != "" {
			return found, err
		}
	}
	return "", nil
}

func unknown() error {
	return fault.New(fault.Invalid, "This is neither a video nor a comment of YouTube.").WithHint("Do it in YouTube Studio.")
}
