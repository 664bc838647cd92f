package tiktok

import (
	"context"
	"slices"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
)

// The options of a post.
const (
	optPrivacy  = "privacy"
	optComments = "comments"
	optDuet     = "duet"
	optStitch   = "stitch"
	optOwn      = "own_business"
	optCover    = "cover"
	optMusic    = "music"
)

// What may be chosen as audience; draft is ours: nobody, until it is finished in
// TikTok's own application.
const (
	everyone  = "PUBLIC_TO_EVERYONE"
	followers = "FOLLOWER_OF_CREATOR"
	friends   = "MUTUAL_FOLLOW_FRIENDS"
	onlyUs    = "SELF_ONLY"
	draft     = "DRAFT"
)

// creator is what TikTok lets an account do today. It wants to be asked before
// every post.
type creator struct {
	Username  string   `json:"creator_username"`
	Privacy   []string `json:"privacy_level_options"`
	NoComment bool     `json:"comment_disabled"`
	NoDuet    bool     `json:"duet_disabled"`
	NoStitch  bool     `json:"stitch_disabled"`
	Longest   int      `json:"max_video_post_duration_sec"`
}

// alone says that nothing can be published but for the account itself.
func (c creator) alone() bool { return len(c.Privacy) == 1 && c.Privacy[0] == onlyUs }

// creator asks. That the account may post nothing today comes with status 200.
func (d *Driver) creator(ctx context.Context, k keys) (creator, error) {
	a := ask{path: "/post/publish/creator_info/query/", harmless: true}
	var c creator
	if _, err := d.send(ctx, k.Access, a, &c); err != nil {
		return creator{}, err
	}
	if len(c.Privacy) == 0 || len(c.Privacy) > 20 {
		return creator{}, a.misunderstood()
	}
	return c, nil
}

// limited are the limits of one account: how long its videos may be, and whether
// a comment can be written below its posts.
func (d *Driver) limited(c creator, k keys) network.Limits {
	l := d.profile.Limits
	if c.Longest > 0 && float64(c.Longest) < l.Media.Video.MaxSeconds {
		l.Media.Video.MaxSeconds = float64(c.Longest)
	}
	l.Comment = k.manages()
	return l
}

// Choices are the audiences that the account may choose today.
func (d *Driver) Choices(ctx context.Context, conn network.Conn, asked network.Choosing) ([]network.Choice, error) {
	if asked.Option != optPrivacy {
		return nil, fault.New(fault.NotFound, "There is no such option.")
	}
	k, err := readKeys(conn.Keys)
	if err != nil {
		return nil, err
	}
	c, err := d.creator(ctx, k)
	if err != nil {
		return nil, err
	}
	var all []network.Choice
	for _, known := range []network.Choice{{Value: everyone, Label: "Everyone"}, {Value: followers, Label: "Followers"}, {Value: friends, Label: "Friends: who follow each other"},
		{Value: onlyUs, Label: "Only you"}} {
		if slices.Contains(c.Privacy, known.Value) {
			all = append(all, known)
		}
	}
	for _, p := range c.Privacy { // one that is newer than this driver
		if !slices.ContainsFunc(all, func(k network.Choice) bool { return k.Value == p }) && ticket.MatchString(p) {
			all = append(all, network.Choice{Value: p, Label: p})
		}
	}
	return append(all, network.Choice{Value: draft, Label: "A draft: you finish it in TikTok's application"}), nil
}
