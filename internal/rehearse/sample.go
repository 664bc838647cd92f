package rehearse

import (
	"context"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/app"
	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/moderate"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/secret"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/team"
)

// Keeper is who signs in to a rehearsal.
const Keeper = "keeper@kith.example"

// Fill makes a workspace, connects a channel on each network and lets posts go
// out: what a community manager finds on a weekday morning.
func Fill(ctx context.Context, a *app.App, s *Stage, password secret.Text, quiet bool) error {
	hash, err := secret.HashPassword(ctx, password)
	if err != nil {
		return err
	}
	var actor access.Actor
	if err := store.Do(ctx, a.DB, func(ctx context.Context, tx *store.Tx) error {
		w, err := team.Begin(ctx, tx, "Librairie Hirondelle", "Europe/Paris", "en")
		if err != nil {
			return err
		}
		owner, err := team.Own(ctx, tx, w.ID, Keeper, "Camille Aubry", hash)
		if err != nil {
			return err
		}
		if err := team.Unspoken(ctx, tx, owner.ID); err != nil { // whoever rehearses reads their own language
			return err
		}
		actor = access.Actor{User: owner.ID, Name: owner.Name, Workspace: w.ID, Role: access.Owner}
		if err := moderate.Begin(ctx, tx, w.ID); err != nil {
			return err
		}
		rules, err := moderate.Rules(ctx, tx, w.ID)
		for _, r := range rules {
			if _, err := moderate.Declare(ctx, tx, w.ID, r.ID, moderate.Live, r.Count, r.Window); err != nil {
				return err
			}
		}
		return err
	}); err != nil {
		return err
	}
	channels, err := s.connect(ctx, a, actor)
	if err != nil {
		return err
	}
	if !quiet {
		if _, err := s.Scripts.Start(sandbox.Scene{Name: "lively"}); err != nil {
			return err
		}
	}
	if err := write(ctx, a, actor, channels); err != nil {
		return err
	}
	return byHand(ctx, a, actor, channels)
}

// The names of the networks, as they and the stage call them.
const (
	onBluesky  = "bluesky"
	onMastodon = "mastodon"
	onFacebook = "facebook"

	onMessenger = "messenger"
)

func (s *Stage) connect(ctx context.Context, a *app.App, actor access.Actor) (map[network.Name]channel.Channel, error) {
	if err := s.Facebook.Subscribe(ctx, a.URL()+"/hooks/facebook", "rehearsal",
		"feed", "mention", "messages", "message_edits", "message_reactions", "message_deliveries", "message_reads", "messaging_postbacks", "standby"); err != nil {
		return nil, err
	}
	sky := s.Bluesky.Account("hirondelle.bsky.test", "Librairie Hirondelle")
	toot := s.Mastodon.Account("hirondelle", "Librairie Hirondelle")
	page := s.Facebook.AddPage("Librairie Hirondelle")
	all := map[network.Name]channel.Channel{}
	for name, settings := range map[network.Name]map[string]string{
		onBluesky:   {"server": s.BlueskyURL, "handle": sky.Handle, "password": sky.AppPassword},
		onMastodon:  {"server": s.MastodonURL, "token": toot.Token},
		onFacebook:  {"page": page.ID, "token": page.Token},
		onMessenger: {"page": page.ID, "token": page.Token},
		onSnapchat:  {"handle": "librairie.hirondelle"},
		onBeReal:    {"handle": "hirondelle"},
	} {
		s.filled.keep(string(name), settings)
		c, err := a.House.Connect(ctx, actor, name, settings, "", "")
		if err != nil {
			return nil, err
		}
		all[name] = c
	}
	for _, g := range s.guests {
		if g.more != nil {
			app := network.App{ID: g.app.ID, Secret: g.app.Secret, Verify: g.app.Verify, Extra: g.more}
			if err := a.House.Register(ctx, actor, network.Name(g.name), app); err != nil {
				return nil, err
			}
		}
		settings, err := s.Invite(ctx, g.name, a.URL())
		if err != nil {
			return nil, err
		}
		s.filled.keep(g.name, settings)
		c, err := a.House.Connect(ctx, actor, network.Name(g.name), settings, "", "")
		if err != nil {
			return nil, err
		}
		all[network.Name(g.name)] = c
	}
	return all, nil
}
