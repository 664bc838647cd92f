package rehearse

import (
	"bytes"
	"context"
	"embed"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/app"
	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/media"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
)

// Drawn for Kith: a shelf, as a picture and as a film of five seconds.
//
//go:embed pictures/shelf.jpg pictures/shelf.mp4
var pictures embed.FS

const (
	picture = "pictures/shelf.jpg"
	film    = "pictures/shelf.mp4"
)

type sample struct {
	text  string
	title string
	shows string                  // a picture or a film
	own   map[network.Name]string // another wording for one network
	in    time.Duration           // from now; negative = a draft
	to    []network.Name
}

// samples are what the bookshop says this week: in words everywhere, and where a
// network wants to see something, with it.
func samples() []sample {
	words := []network.Name{onBluesky, onMastodon, onFacebook}
	more := append([]network.Name{"x", "linkedin"}, words...)
	seen := []network.Name{"instagram", "pinterest"}
	filmed := []network.Name{"youtube", "tiktok"}
	return []sample{
		{text: "Good morning! The coffee is on and the new arrivals are on the table by the window. Which one would you take home first?", to: words},
		{text: "Rencontre jeudi à 19 h : Nadia Ferrand lit des pages de son nouveau roman et répond à vos questions. Entrée libre, dans la limite des places.", to: more},
		{text: "Lost and found: one very loved copy of “The Little Prince”, with a train ticket to Lyon as a bookmark. Is it yours?", to: []network.Name{onBluesky, onMastodon}},
		{text: "La table du libraire, cette semaine : six couvertures, six humeurs. Laquelle est la vôtre ?", title: "La table du libraire", shows: picture, to: append([]network.Name{"lemmy"}, seen...)},
		{text: "Five seconds of our favourite shelf, in the light of the afternoon.", title: "Our favourite shelf", shows: film, to: filmed},
		{text: "Story hour for the little ones this Saturday at 10:30. Cushions are ours, giggles are yours.", in: 3 * time.Hour, to: words},
		{text: "Le club de lecture de décembre est ouvert : trois romans, trois soirées, et un vin chaud. Inscriptions en boutique.", in: 26 * time.Hour,
			own: map[network.Name]string{onFacebook: "Le club de lecture de décembre est ouvert : trois romans, trois soirées, et un vin chaud partagé entre voisins. Inscriptions en boutique ou en commentaire, nous vous répondons à tous !"}, to: more},
		{text: "New on the shelf: staff picks for long evenings.", title: "Staff picks", shows: picture, in: 30 * time.Hour, to: seen},
		{text: "Inventory Monday: closed until 14:00, counting every single page. Well, nearly.", in: 50 * time.Hour, to: more},
		{text: "Idea: a week of readers’ favourite first sentences. One a day, with a photo of the shelf.", in: -1, to: []network.Name{onMastodon}},
	}
}

// write makes the posts of the sample: some go out at once, some later.
func write(ctx context.Context, a *app.App, actor access.Actor, channels map[network.Name]channel.Channel) error {
	shown := map[string]string{}
	for _, name := range []string{picture, film} {
		m, err := keep(ctx, a, actor, name)
		if err != nil {
			return err
		}
		shown[name] = m
	}
	for _, p := range samples() {
		if err := one(ctx, a, actor, channels, p, shown); err != nil {
			return err
		}
	}
	return nil
}

// keep puts a picture into the library and gives its id.
func keep(ctx context.Context, a *app.App, actor access.Actor, name string) (string, error) {
	data, err := pictures.ReadFile(name)
	if err != nil {
		return "", err
	}
	file, err := media.Take(ctx, a.Blobs, actor.Workspace, bytes.NewReader(data))
	if err != nil {
		return "", err
	}
	var m media.Media
	err = store.Do(ctx, a.DB, func(ctx context.Context, tx *store.Tx) (err error) {
		m, err = media.Keep(ctx, tx, actor, file, strings.TrimPrefix(name, "pictures/"), "A shelf with six books in front of a blue wall")
		return err
	})
	return m.ID, err
}

func one(ctx context.Context, a *app.App, actor access.Actor, channels map[network.Name]channel.Channel, p sample, shown map[string]string) error {
	content := publish.Content{Text: p.text, Title: p.title}
	if p.shows != "" {
		content.Media = []publish.Attached{{ID: shown[p.shows], Alt: "A shelf with six books in front of a blue wall"}}
	}
	var targets []publish.Target
	for _, name := range p.to {
		t := publish.Target{ChannelID: channels[name].ID, Network: name}
		if own, ok := p.own[name]; ok {
			t.OwnParts = []publish.Content{{Text: own}}
		}
		var err error
		if t.Options, err = choose(ctx, a, actor, channels[name]); err != nil {
			return err
		}
		targets = append(targets, t)
	}
	var post publish.Post
	if err := store.Do(ctx, a.DB, func(ctx context.Context, tx *store.Tx) (err error) {
		post, err = publish.Save(ctx, tx, actor, "", 0, []publish.Content{content}, targets)
		return err
	}); err != nil || p.in < 0 {
		return err
	}
	return a.House.Schedule(ctx, actor, post.ID, a.DB.Now().Add(p.in))
}

// choose answers what a network insists on: the first of the choices it gives,
// and everybody may comment.
func choose(ctx context.Context, a *app.App, actor access.Actor, c channel.Channel) (map[string]string, error) {
	driver, err := a.Networks.Get(c.Network)
	if err != nil {
		return nil, err
	}
	chosen := map[string]string{}
	for _, o := range driver.Profile().Options {
		if o.Name == "comments" && o.Kind == "switch" {
			chosen[o.Name] = "true"
		}
		if !o.Required || o.Kind != "choice" {
			continue
		}
		all, err := a.House.Choices(ctx, actor, c.ID, network.Choosing{Option: o.Name})
		if err != nil {
			return nil, err
		}
		if len(all) > 0 {
			chosen[o.Name] = all[0].Value
		}
	}
	return chosen, nil
}
