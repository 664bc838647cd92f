package team

import (
	"context"
	"fmt"
	"time"

	"github.com/kithhq/kith/internal/id"
	"github.com/kithhq/kith/internal/jobs"
	"github.com/kithhq/kith/internal/secret"
	"github.com/kithhq/kith/internal/store"
)

// Letter is a mail on its way. Its text holds a link that opens something, so
// it waits sealed.
type Letter struct {
	ID      string `json:"id"`
	To      string `json:"to"`
	Subject string `json:"subject"`
	Sealed  string `json:"sealed"`
}

// Mails is the job that sends a letter.
var Mails = jobs.Kind[Letter]{Name: "mail.send", Attempts: 20, GiveUp: time.Hour}

// Text opens a letter to send it.
func (l Letter) Text(keys *secret.Keyring) (secret.Text, error) {
	return keys.Open("letter:"+l.ID, l.Sealed)
}

// Post writes the job that sends a letter, in the transaction that needs it.
func Post(ctx context.Context, tx *store.Tx, keys *secret.Keyring, workspace, to, subject, text string) error {
	l := Letter{ID: id.New(), To: to, Subject: subject}
	var err error
	if l.Sealed, err = keys.Seal("letter:"+l.ID, secret.Text(text)); err != nil {
		return err
	}
	_, _, err = jobs.Insert(ctx, tx, Mails, jobs.New{Workspace: workspace}, l)
	return err
}

// InvitationLetter says who invites and gives the link.
func InvitationLetter(locale, workspace, by, link string) (subject, text string) {
	if locale == "fr" {
		return fmt.Sprintf("Invitation à rejoindre %s sur Kith", workspace), fmt.Sprintf("Bonjour,\n\n"+
			"%s vous invite à rejoindre « %s » sur Kith.\n\nPour accepter, ouvrez ce lien dans les sept jours :\n%s\n\n"+
			"Si vous n’attendiez pas ce message, ignorez-le : rien ne se passera.\n", by, workspace, link)
	}
	return fmt.Sprintf("Invitation to join %s on Kith", workspace), fmt.Sprintf("Hello,\n\n"+
		"%s invites you to join “%s” on Kith.\n\nTo accept, open this link within seven days:\n%s\n\n"+
		"If you did not expect this message, ignore it: nothing will happen.\n", by, workspace, link)
}

// ResetLetter gives the link that sets a new password.
func ResetLetter(locale, name, link string) (subject, text string) {
	if locale == "fr" {
		return "Nouveau mot de passe pour Kith", fmt.Sprintf("Bonjour %s,\n\n"+
			"Pour choisir un nouveau mot de passe, ouvrez ce lien dans l’heure. Il ne sert qu’une fois :\n%s\n\n"+
			"Si vous n’avez rien demandé, ignorez ce message : votre mot de passe reste le même.\n", name, link)
	}
	return "New password for Kith", fmt.Sprintf("Hello %s,\n\n"+
		"To choose a new password, open this link within the hour. It works once:\n%s\n\n"+
		"If you did not ask for it, ignore this message: your password stays as it is.\n", name, link)
}
