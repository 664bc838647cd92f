package rehearse

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/app"
	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/moderate"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/publish"
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
		for _, name := range []string{onBluesky, onMastodon, onFacebook, onMessenger} {
			if _, err := s.Scripts.Start(sandbox.Scene{Name: "lively", Network: name}); err != nil {
				return err
			}
		}
	}
	return write(ctx, a, actor, channels)
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
		"feed", "mention", "messages", "message_edits", "message_reactions", "messaging_postbacks", "standby"); err != nil {
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
	} {
		c, err := a.House.Connect(ctx, actor, name, settings, "")
		if err != nil {
			return nil, err
		}
		all[name] = c
	}
	for _, g := range s.guests {
		settings, err := g.connect(ctx, g.url, a.URL()+"/hooks/"+g.name)
		if err != nil {
			return nil, err
		}
		c, err := a.House.Connect(ctx, actor, network.Name(g.name), settings, "")
		if err != nil {
			return nil, err
		}
		all[network.Name(g.name)] = c
	}
	return all, nil
}

type sample struct {
	text string
	own  map[network.Name]string // another wording for one network
	in   time.Duration           // from now; negative = a draft
	to   []network.Name
}

// write makes the posts of the sample: some go out at once, some later.
func write(ctx context.Context, a *app.App, actor access.Actor, channels map[network.Name]channel.Channel) error {
	everywhere := []network.Name{onBluesky, onMastodon, onFacebook}
	for _, p := range []sample{
		{text: "Good morning! The coffee is on and the new arrivals are on the table by the window. Which one would you take home first?", to: everywhere},
		{text: "Rencontre jeudi à 19 h : Nadia Ferrand lit des pages de son nouveau roman et répond à vos questions. Entrée libre, dans la limite des places.", to: everywhere},
		{text: "Lost and found: one very loved copy of “The Little Prince”, with a train ticket to Lyon as a bookmark. Is it yours?", to: []network.Name{onBluesky, onMastodon}},
		{text: "Story hour for the little ones this Saturday at 10:30. Cushions are ours, giggles are yours.", in: 3 * time.Hour, to: everywhere},
		{text: "Le club de lecture de décembre est ouvert : trois romans, trois soirées, et un vin chaud. Inscriptions en boutique.", in: 26 * time.Hour,
			own: map[network.Name]string{onFacebook: "Le club de lecture de décembre est ouvert : trois romans, trois soirées, et un vin chaud partagé entre voisins. Inscriptions en boutique ou en commentaire, nous vous répondons à tous !"}, to: everywhere},
		{text: "Inventory Monday: closed until 14:00, counting every single page. Well, nearly.", in: 50 * time.Hour, to: everywhere},
		{text: "Idea: a week of readers’ favourite first sentences. One a day, with a photo of the shelf.", in: -1, to: []network.Name{onMastodon}},
	} {
		if err := one(ctx, a, actor, channels, p); err != nil {
			return err
		}
	}
	return nil
}

func one(ctx context.Context, a *app.App, actor access.Actor, channels map[network.Name]channel.Channel, p sample) error {
	var targets []publish.Target
	for _, name := range p.to {
		t := publish.Target{ChannelID: channels[name].ID, Network: name}
		if own, ok := p.own[name]; ok {
			t.OwnParts = []publish.Content{{Text: own}}
		}
		targets = append(targets, t)
	}
	var post publish.Post
	if err := store.Do(ctx, a.DB, func(ctx context.Context, tx *store.Tx) (err error) {
		post, err = publish.Save(ctx, tx, actor, "", 0, []publish.Content{{Text: p.text}}, targets)
		return err
	}); err != nil || p.in < 0 {
		return err
	}
	return a.House.Schedule(ctx, actor, post.ID, a.DB.Now().Add(p.in))
}
