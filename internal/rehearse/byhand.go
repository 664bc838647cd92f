package rehearse

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/app"
	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/flow"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
)

// Networks on which a person publishes: nobody pretends them, there is nothing to ask.
const (
	onSnapchat = "snapchat"
	onBeReal   = "bereal"
)

// byHand is what a person publishes this week: one that is due in the course of the day,
// with a picture that must be cropped, and one that is out, with the numbers that
// somebody read off.
func byHand(ctx context.Context, a *app.App, actor access.Actor, channels map[network.Name]channel.Channel) error {
	picture, err := keep(ctx, a, actor, picture)
	if err != nil {
		return err
	}
	shown := []publish.Attached{{ID: picture, Alt: "A shelf with six books in front of a blue wall"}}
	if _, err := handed(ctx, a, actor, channels[onSnapchat], "Which cover pulls you in? Tell us, we keep it aside until tonight.", shown, publish.Hand{More: []string{"link"}, Note: "Link to the page of the book club."}, 75*time.Minute); err != nil {
		return err
	}
	out, err := handed(ctx, a, actor, channels[onBeReal], "Unpacking the morning’s boxes.", nil, publish.Hand{}, time.Minute)
	if err != nil {
		return err
	}
	if err := a.House.ByHand(ctx, actor, out.ID); err != nil {
		return err
	}
	if err := a.House.DoneByHand(ctx, actor, out.ID, flow.Word{URL: "https://bere.al/hirondelle/boxes"}); err != nil {
		return err
	}
	return a.House.CountByHand(ctx, actor, out.ID, network.Counts{network.Views: 214, network.Likes: 37, network.Replies: 4})
}

func handed(ctx context.Context, a *app.App, actor access.Actor, c channel.Channel, words string, files []publish.Attached, hand publish.Hand, in time.Duration) (p publish.Publication, err error) {
	var post publish.Post
	if err := store.Do(ctx, a.DB, func(ctx context.Context, tx *store.Tx) (err error) {
		post, err = publish.Save(ctx, tx, actor, "", 0, []publish.Content{{Text: words, Media: files}}, []publish.Target{{ChannelID: c.ID, Network: c.Network, Hand: hand}})
		return err
	}); err != nil {
		return p, err
	}
	if err := a.House.Schedule(ctx, actor, post.ID, a.DB.Now().Add(in)); err != nil {
		return p, err
	}
	return p, store.View(ctx, a.DB, func(ctx context.Context, tx *store.Tx) error {
		all, err := publish.Publications(ctx, tx, actor.Workspace, post.ID)
		if err == nil {
			p = all[0]
		}
		return err
	})
}
