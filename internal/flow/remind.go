package flow

import (
	"context"
	"fmt"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/team"
)

// callPerson reminds who wrote a post that it is theirs to publish now: on their
// devices and by mail. Where they have left, those who lead the workspace.
func (h *House) callPerson(ctx context.Context, tx *store.Tx, p publish.Publication) error {
	post, err := publish.Get(ctx, tx, p.Workspace, p.PostID)
	if err != nil {
		return err
	}
	c, err := channel.Get(ctx, tx, p.Workspace, p.ChannelID)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	label := string(p.Network)
	if d, err := h.Networks.Get(p.Network); err == nil {
		label = d.Profile().Label
	}
	people, err := responsible(ctx, tx, p, post.AuthorID)
	if err != nil {
		return err
	}
	for _, m := range people {
		account, err := team.GetAccount(ctx, tx, m.ID)
		if err != nil {
			return err
		}
		title, body, letter := handWords(account.Locale, label, c.Handle, p.Reminded > 1)
		href := "/publish/" + p.PostID
		if err := team.NudgeAll(ctx, tx, p.Workspace, m.ID, title, body, href, "hand-"+p.ID); err != nil {
			return err
		}
		if !h.Mail {
			continue
		}
		if err := team.Post(ctx, tx, h.Keys, p.Workspace, m.Email, title, fmt.Sprintf(letter, m.Name, h.PublicURL+href)); err != nil {
			return err
		}
	}
	return nil
}

// responsible is who wrote it, if they may still publish there; else owners and
// managers.
func responsible(ctx context.Context, tx *store.Tx, p publish.Publication, author string) ([]team.Member, error) {
	all, err := team.Members(ctx, tx, p.Workspace)
	if err != nil {
		return nil, err
	}
	var lead []team.Member
	for _, m := range all {
		if m.Actor(p.Workspace).May(access.Schedule, p.ChannelID) != nil {
			continue
		}
		if m.ID == author {
			return []team.Member{m}, nil
		}
		if m.Role == access.Owner || m.Role == access.Manager {
			lead = append(lead, m)
		}
	}
	return lead, nil
}

// handWords are the reminder in a person's language; letter takes a name and an
// address.
func handWords(locale, label, handle string, again bool) (title, body, letter string) {
	if locale == "fr" {
		title, body = "À publier maintenant : "+label, handle
		if again {
			title = "Toujours à publier : " + label
		}
		return title, body, "Bonjour %s,\n\nUne publication pour " + label + " (" + handle + ") attend que vous la publiiez à la main. Tout est prêt ici :\n%s\n\n" +
			"Une fois publiée, confirmez-le sur la même page.\n"
	}
	title, body = "To publish now: "+label, handle
	if again {
		title = "Still to publish: " + label
	}
	return title, body, "Hello %s,\n\nA post for " + label + " (" + handle + ") waits for you to publish it by hand. Everything is prepared here:\n%s\n\n" +
		"Once it is out, confirm it on the same page.\n"
}
