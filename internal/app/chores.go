package app

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/jobs"
	"github.com/kithhq/kith/internal/mail"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/team"
)

// chores are what the house does for itself besides the ways.
func (a *App) chores() error {
	s := a.Config.SMTP
	sender := mail.Sender{Host: s.Host, Port: s.Port, User: s.User, Password: s.Password, From: s.From, TLS: s.TLS}
	jobs.Handle(a.Runner, team.Mails, func(ctx context.Context, _ *jobs.Job, l team.Letter) error {
		text, err := l.Text(a.Keys)
		if err != nil {
			return err
		}
		return sender.Send(ctx, mail.Message{To: l.To, Subject: l.Subject, Text: text.Reveal()})
	}, nil)
	jobs.Handle(a.Runner, team.Nudges, a.nudge, nil)
	return a.Runner.Every("sweep", "17 * * * *", func(ctx context.Context, tx *store.Tx, _ time.Time) error {
		return team.Sweep(ctx, tx)
	})
}
