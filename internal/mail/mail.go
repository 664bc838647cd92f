// Package mail sends letters over SMTP.
package mail

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/wneessen/go-mail"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/secret"
)

// Sender is a mail server as it was configured.
type Sender struct {
	Host     string // "" = no mail is sent
	Port     int
	User     string
	Password secret.Text
	From     string
	TLS      string // mandatory, opportunistic, none
}

// Message is one letter to one person.
type Message struct {
	To      string
	Subject string
	Text    string
}

// Send hands a letter to the mail server. Uncertain means that the server may
// have it: a letter that comes twice is better than none, so callers treat it
// as Unavailable.
func (s Sender) Send(ctx context.Context, m Message) error {
	if s.Host == "" {
		return fault.New(fault.Invalid, "No mail server is set.").WithHint("Give --smtp-host and --smtp-from.")
	}
	letter := mail.NewMsg()
	if err := errors.Join(letter.From(s.From), letter.To(m.To)); err != nil {
		return fault.Wrap(fault.Invalid, err, "This is no address that mail can be sent to.")
	}
	// A line break in a subject would begin another header.
	letter.Subject(strings.Join(strings.Fields(m.Subject), " "))
	letter.SetBodyString(mail.TypeTextPlain, m.Text)
	letter.SetDate()
	letter.SetMessageID()
	options := []mail.Option{mail.WithPort(s.Port), mail.WithTimeout(20 * time.Second), mail.WithTLSPolicy(s.policy())}
	if s.User != "" {
		options = append(options, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(s.User), mail.WithPassword(s.Password.Reveal()))
	}
	if s.Port == 465 {
		options = append(options, mail.WithSSL())
	}
	client, err := mail.NewClient(s.Host, options...)
	if err != nil {
		return fault.Wrap(fault.Invalid, err, "The mail server's settings are not right.").WithHint("kith doctor says more.")
	}
	if err := client.DialAndSendWithContext(ctx, letter); err != nil {
		if sent, ok := errors.AsType[*mail.SendError](err); ok && !sent.IsTemp() {
			return fault.Wrap(fault.Invalid, err, "The mail server refused the letter.")
		}
		return fault.Wrap(fault.Unavailable, err, "The mail server did not take the letter.")
	}
	return nil
}

func (s Sender) policy() mail.TLSPolicy {
	switch s.TLS {
	case "none":
		return mail.NoTLS
	case "opportunistic":
		return mail.TLSOpportunistic
	}
	return mail.TLSMandatory
}
