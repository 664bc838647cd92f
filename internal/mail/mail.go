// Package mail sends letters over SMTP.
package mail

import (
	"context"
	"errors"
	"net"
	netmail "net/mail"
	"net/textproto"
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
	TLS      string // mandatory (also when empty), opportunistic, none; port 465 speaks TLS from the start
}

// Message is one letter to one person.
type Message struct {
	To      string
	Subject string
	Text    string
	HTML    string // "" = text alone
}

// patience is how long a mail server may take for all of it.
const patience = 20 * time.Second

// Send hands a letter to the mail server. Where it is not known whether the
// server has it, the error is Unavailable, not Uncertain: a letter that comes
// twice is better than none.
func (s Sender) Send(ctx context.Context, m Message) error {
	if s.Host == "" || s.From == "" {
		return fault.New(fault.Unavailable, "No mail server is set.").WithHint("Give --smtp-host and --smtp-from.")
	}
	letter, err := s.write(m)
	if err != nil {
		return err
	}
	var line net.Conn // the library leaves it open when TLS or the sign-in fails
	defer func() {
		if line != nil {
			_ = line.Close()
		}
	}()
	client, err := s.client(func(ctx context.Context, network, address string) (conn net.Conn, err error) {
		line, err = new(net.Dialer).DialContext(ctx, network, address)
		return line, err
	})
	if err != nil {
		return fault.Wrap(fault.Invalid, err, "The mail server's settings are not right.").WithHint("kith doctor says more.")
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := client.DialAndSendWithContext(ctx, letter); err != nil && !letter.IsDelivered() {
		return meaning(err)
	}
	return nil // also when the server took it and then did not say good-bye
}

// write makes the letter. No header can carry a line break: addresses are
// parsed, and a subject is one line.
func (s Sender) write(m Message) (*mail.Msg, error) {
	if to, err := netmail.ParseAddress(m.To); err != nil || strings.ContainsFunc(to.Address, control) || strings.ContainsFunc(to.Name, control) {
		return nil, fault.Wrap(fault.Invalid, err, "This is no address that mail can be sent to.").On("email")
	}
	letter := mail.NewMsg()
	if err := letter.From(s.From); err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "The sender of our mail is no address.").WithHint("Look at --smtp-from.")
	}
	if err := letter.To(m.To); err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "This is no address that mail can be sent to.").On("email")
	}
	letter.Subject(strings.Join(strings.FieldsFunc(m.Subject, func(r rune) bool { return r == ' ' || control(r) }), " "))
	letter.SetBodyString(mail.TypeTextPlain, m.Text)
	if m.HTML != "" {
		letter.AddAlternativeString(mail.TypeTextHTML, m.HTML)
	}
	letter.SetDate()
	letter.SetMessageID()
	return letter, nil
}

func control(r rune) bool { return r < ' ' || r == 0x7f || r == 0x85 || r == 0x2028 || r == 0x2029 }

func (s Sender) client(dial mail.DialContextFunc) (*mail.Client, error) {
	policy := mail.TLSMandatory
	switch s.TLS {
	case "none":
		policy = mail.NoTLS
	case "opportunistic":
		policy = mail.TLSOpportunistic
	}
	options := []mail.Option{mail.WithPort(s.Port), mail.WithTimeout(patience), mail.WithTLSPolicy(policy)}
	if s.User != "" {
		// It chooses what the server offers, and never a plain password on an open line.
		options = append(options, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(s.User), mail.WithPassword(s.Password.Reveal()))
	}
	if s.Port == 465 {
		options = append(options, mail.WithSSL()) // it must dial by itself to know that the line is secure
	} else {
		options = append(options, mail.WithDialContextFunc(dial))
	}
	return mail.NewClient(s.Host, options...)
}

// meaning says what an error of the mail server asks for: only a clear "never"
// of the server ends a letter.
func meaning(err error) error {
	code := 0
	if sent, ok := errors.AsType[*mail.SendError](err); ok {
		code = sent.ErrorCode()
	} else if said, ok := errors.AsType[*textproto.Error](err); ok {
		code = said.Code
	}
	switch code {
	case 530, 534, 535, 538:
		return fault.Wrap(fault.Denied, err, "The mail server refused our sign-in.").WithHint("Look at --smtp-user and its password.")
	}
	if code >= 500 {
		return fault.Wrap(fault.Invalid, err, "The mail server refused the letter.")
	}
	return fault.Wrap(fault.Unavailable, err, "The mail server did not take the letter.").WithHint("It is tried again; kith doctor says more.")
}
