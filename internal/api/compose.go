package api

import (
	"context"
	"slices"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/flow"
	"github.com/kithhq/kith/internal/measure"
	"github.com/kithhq/kith/internal/media"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/view"
)

func (d *Door) posts() {
	read(d, route{id: "GET /posts", name: "listPosts", verb: access.Read, summary: "Posts",
		notes: "Those to come in the order they go out (state scheduled, or from and to); all else with the latest change first."},
		func(ctx context.Context, tx *store.Tx, by access.Actor, in *postQuery) (Page[Post], error) {
			found, err := view.Posts(ctx, tx, by, view.PostsAsked{State: in.State, Channel: in.Channel, Words: in.Q, From: in.From, To: in.To, Cursor: in.Cursor, Limit: in.Limit})
			return Page[Post]{each(found.Items, postOf), found.Next}, err
		})
	write(d, route{id: "POST /posts", name: "createPost", verb: access.Compose, audit: "post.create", summary: "Write a post"},
		func(ctx context.Context, tx *store.Tx, by access.Actor, in *told[Draft]) (Post, error) {
			return d.save(ctx, tx, by, "", 0, in.Body)
		})
	on(d, route{id: "POST /posts/check", name: "checkPost", verb: access.Compose, summary: "What each channel would say, without asking it"}, d.checkPost)
	read(d, route{id: "GET /posts/{id}", name: "getPost", verb: access.Read, summary: "One post"},
		func(ctx context.Context, tx *store.Tx, by access.Actor, in *byID) (Post, error) {
			return onePost(ctx, tx, by, in.ID)
		})
	write(d, route{id: "PUT /posts/{id}", name: "changePost", verb: access.Compose, summary: "Change a post",
		notes: "revision is that of the post the change began from; when somebody else changed it meanwhile, the answer is a conflict."},
		func(ctx context.Context, tx *store.Tx, by access.Actor, in *with[Change]) (Post, error) {
			return d.save(ctx, tx, by, in.ID, in.Body.Revision, in.Body.Draft)
		})
	write(d, route{id: "DELETE /posts/{id}", name: "deletePost", verb: access.Compose, audit: "post.delete", summary: "Delete a post that has not left the house"},
		func(ctx context.Context, tx *store.Tx, by access.Actor, in *byID) (nothing, error) {
			if err := whole(ctx, tx, by, in.ID); err != nil {
				return nothing{}, err
			}
			d.House.Tell(tx, by.Workspace, "posts", in.ID)
			return nothing{}, publish.Delete(ctx, tx, by.Workspace, in.ID)
		})
	way(d, route{id: "POST /posts/{id}/schedule", name: "schedulePost", verb: access.Schedule, audit: "post.schedule", summary: "Let it leave the house, now or later"},
		func(ctx context.Context, by access.Actor, in *with[Due]) (Post, error) {
			var due time.Time
			if in.Body.DueAt != nil {
				due = in.Body.DueAt.UTC()
			}
			if due.Year() > 2200 {
				return Post{}, fault.New(fault.Invalid, "This is too far away.").On("due_at").WithHint("Choose a moment within this century.")
			}
			return d.thenPost(ctx, by, in.ID, d.House.Schedule(ctx, by, in.ID, due))
		})
	way(d, route{id: "POST /posts/{id}/unschedule", name: "unschedulePost", verb: access.Schedule, audit: "post.unschedule", summary: "Back to a draft"},
		func(ctx context.Context, by access.Actor, in *byID) (Post, error) {
			return d.thenPost(ctx, by, in.ID, d.House.Unschedule(ctx, by, in.ID, false))
		})
	way(d, route{id: "POST /posts/{id}/cancel", name: "cancelPost", verb: access.Schedule, audit: "post.cancel", summary: "Not to be published"},
		func(ctx context.Context, by access.Actor, in *byID) (Post, error) {
			return d.thenPost(ctx, by, in.ID, d.House.Unschedule(ctx, by, in.ID, true))
		})
	d.publications()
}

// save keeps a draft of who may write for all its channels.
func (d *Door) save(ctx context.Context, tx *store.Tx, by access.Actor, postID string, revision int64, draft Draft) (Post, error) {
	if postID != "" {
		if err := whole(ctx, tx, by, postID); err != nil {
			return Post{}, err
		}
	}
	parts, err := contents(ctx, tx, by, draft.Parts)
	if err != nil {
		return Post{}, err
	}
	targets := make([]publish.Target, len(draft.Publications))
	for i, t := range draft.Publications {
		if err := by.May(access.Compose, t.ChannelID); err != nil {
			return Post{}, err
		}
		c, err := channel.Get(ctx, tx, by.Workspace, t.ChannelID)
		if err != nil {
			return Post{}, err
		}
		own, err := contents(ctx, tx, by, t.Parts)
		if err != nil {
			return Post{}, err
		}
		meant := own
		if own == nil {
			meant = parts
		}
		targets[i] = publish.Target{ChannelID: c.ID, Network: c.Network, OwnParts: own, Kind: network.PostKind(t.Kind), Options: t.Options, Hand: handFrom(t.Hand, meant)}
	}
	p, err := publish.Save(ctx, tx, by, postID, revision, parts, targets)
	if err != nil {
		return Post{}, err
	}
	d.House.Tell(tx, by.Workspace, "posts", p.ID)
	return onePost(ctx, tx, by, p.ID)
}

// whole refuses to change a post that also goes to channels out of the actor's rights.
func whole(ctx context.Context, tx *store.Tx, by access.Actor, postID string) error {
	all, err := publish.Publications(ctx, tx, by.Workspace, postID)
	if err != nil {
		return err
	}
	for _, p := range all {
		if !by.Sees(p.ChannelID) {
			return fault.New(fault.NotFound, "There is no such post.")
		}
	}
	return nil
}

// contents reads parts; their files must be there for the actor. nil stays nil.
func contents(ctx context.Context, tx *store.Tx, by access.Actor, parts []Part) ([]publish.Content, error) {
	if parts == nil {
		return nil, nil
	}
	all := make([]publish.Content, len(parts))
	for i, p := range parts {
		all[i] = publish.Content{Text: p.Text, Link: p.Link, Title: p.Title, Disclosure: network.Disclosure{AI: p.AI, Paid: p.Paid}}
		if p.Poll != nil {
			all[i].Poll = &network.Poll{Options: p.Poll.Options, Minutes: p.Poll.Minutes, Multiple: p.Poll.Multiple}
		}
		for _, m := range p.Media {
			if _, err := seenFile(ctx, tx, by, m.ID); err != nil {
				return nil, err
			}
			if m.Cover != "" {
				cover, err := seenFile(ctx, tx, by, m.Cover)
				if err != nil {
					return nil, err
				}
				if !slices.Contains(media.Types(), cover.Type) {
					return nil, fault.New(fault.Invalid, "The cover of a video is a picture.").On("cover").WithHint("Choose another file.")
				}
			}
			all[i].Media = append(all[i].Media, m.attached())
		}
	}
	return all, nil
}

func (d *Door) checkPost(ctx context.Context, by access.Actor, in *told[Check]) (said Checked, err error) {
	err = store.View(ctx, d.House.DB, func(ctx context.Context, tx *store.Tx) error {
		base, err := contents(ctx, tx, by, in.Body.Parts)
		if err != nil {
			return err
		}
		for _, t := range in.Body.Channels {
			parts, err := contents(ctx, tx, by, t.Parts)
			if err != nil {
				return err
			}
			if parts == nil {
				parts = base
			}
			parts = publish.Meant(parts, network.PostKind(t.Kind), t.Options)
			hand := handFrom(t.Hand, parts)
			c, err := d.House.Check(ctx, tx, by, t.ChannelID, parts, hand)
			if err != nil {
				return err
			}
			one := checkOf(t.ChannelID, c)
			if one.Afford, err = d.afford(ctx, tx, by, t.ChannelID, parts, hand, in.Body.DueAt); err != nil {
				return err
			}
			said.Channels = append(said.Channels, one)
		}
		return nil
	})
	return said, err
}

func checkOf(channelID string, c flow.Checked) ChannelCheck {
	return ChannelCheck{ChannelID: channelID,
		Problems: each(c.Problems, func(p network.Problem) Wrong { return Wrong(p) }),
		Counts:   each(c.Counts, func(u network.Use) Use { return Use(u) }),
		Files:    each(c.Files, handedOf)}
}

// thenPost gives the post as it is after a way that went well.
func (d *Door) thenPost(ctx context.Context, by access.Actor, postID string, err error) (p Post, _ error) {
	if err != nil {
		return p, err
	}
	return p, store.View(ctx, d.House.DB, func(ctx context.Context, tx *store.Tx) error {
		p, err = onePost(ctx, tx, by, postID)
		return err
	})
}

func onePost(ctx context.Context, tx *store.Tx, by access.Actor, postID string) (Post, error) {
	p, err := view.OnePost(ctx, tx, by, postID)
	return postOf(p), err
}

func postOf(p view.Post) Post {
	said := Post{ID: p.ID, State: p.State, Text: p.Excerpt, Parts: each(p.Parts, partOf), DueAt: when(p.DueAt), CreatedAt: p.CreatedAt,
		UpdatedAt: p.UpdatedAt, Author: Author{p.AuthorID, p.AuthorName}, Revision: p.Revision}
	said.Publications = each(p.Publications, func(u view.Publication) Publication { return publicationOf(u, p.Parts) })
	return said
}

func publicationOf(u view.Publication, base []view.Part) Publication {
	said := Publication{ID: u.ID, ChannelID: u.ChannelID, Network: u.Network, State: u.State, Own: u.OwnParts != nil,
		DueAt: when(u.DueAt), URL: u.URL, PublishedAt: when(u.PublishedAt), Counts: u.Counts,
		Kind: string(u.Kind), Options: u.Options, Proof: u.Proof, Pinned: u.Pinned, Closed: u.Closed, Shared: u.Shared,
		Hand: handOf(u.Hand), WaitsSince: when(u.HandSince), Said: u.Said}
	if said.Options == nil {
		said.Options = map[string]string{}
	}
	if u.Step.Name != "" {
		said.Step = some(Step{u.Step.Name, u.Step.Done, u.Step.Total, u.Step.Public})
	}
	if said.Own {
		base = u.OwnParts
	}
	said.Parts = each(base, partOf)
	said.Subtitles = each(u.Subtitles, func(s view.Subtitled) Subtitled { return Subtitled(s) })
	said.Covers = each(u.Covers, func(c view.Covered) Covered { return Covered(c) })
	said.Seen = each(u.Seen, func(s network.Seen) Seen { return Seen{s.Text, s.URL, when(s.At)} })
	if u.ErrorKind != "" {
		said.Error = some(Trouble{u.ErrorKind, u.ErrorText, u.ErrorHint})
	}
	if u.Counts != nil {
		said.CountedBy = "network"
		if u.CountedBy == "by_hand" {
			said.CountedBy = u.CountedBy
		}
		said.Rate = some(rateOf(measure.ByFollowers().Of(measure.Snapshot{Counts: u.Counts, TakenAt: u.CountedAt})))
	}
	return said
}

func partOf(p view.Part) Part {
	said := Part{Text: p.Text, Link: p.Link, Title: p.Title, AI: p.Disclosure.AI, Paid: p.Disclosure.Paid,
		Media: each(p.Media, useOf)}
	if p.Poll != nil {
		said.Poll = &Poll{p.Poll.Options, p.Poll.Minutes, p.Poll.Multiple}
	}
	return said
}

func (m MediaUse) attached() publish.Attached {
	a := publish.Attached{ID: m.ID, Alt: m.Alt, Cover: m.Cover}
	for _, t := range m.Tags {
		a.Tags = append(a.Tags, network.Tag{Name: t.Name, At: (*network.Spot)(t.At)})
	}
	return a
}

func useOf(m view.PartMedia) MediaUse {
	use := MediaUse{ID: m.ID, Alt: m.Alt, Cover: m.Cover}
	for _, t := range m.Tags {
		use.Tags = append(use.Tags, Tag{t.Name, (*Spot)(t.At)})
	}
	return use
}
