package mail_test

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/mail"
)

// serve speaks enough SMTP to take one letter, or to refuse its receiver.
func serve(t *testing.T, refuse string) (port int, letter <-chan string) {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	got := make(chan string, 1)
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close() //nolint:errcheck // a test's connection
		in := bufio.NewScanner(conn)
		say := func(s string) { fmt.Fprintf(conn, "%s\r\n", s) }
		say("220 test")
		for in.Scan() {
			switch word, _, _ := strings.Cut(strings.ToUpper(in.Text()), " "); word {
			case "EHLO":
				say("250-test\r\n250 8BITMIME")
			case "RCPT":
				if refuse != "" {
					say(refuse)
					continue
				}
				say("250 ok")
			case "DATA":
				say("354 go on")
				var b strings.Builder
				for in.Scan() && in.Text() != "." {
					b.WriteString(in.Text() + "\n")
				}
				got <- b.String()
				say("250 taken")
			case "QUIT":
				say("221 bye")
				return
			default:
				say("250 ok")
			}
		}
	}()
	return l.Addr().(*net.TCPAddr).Port, got
}

func TestALetterArrivesAsOneLetter(t *testing.T) {
	port, letter := serve(t, "")
	s := mail.Sender{Host: "127.0.0.1", Port: port, From: "Kith <kith@example.org>", TLS: "none"}
	if err := s.Send(t.Context(), mail.Message{To: "a@example.org", Subject: "Hi\r\nBcc: spy@example.org", Text: "Bonjour à tous"}); err != nil {
		t.Fatal(err)
	}
	got := <-letter
	if strings.Contains(got, "\nBcc:") || !strings.Contains(got, "Subject: Hi Bcc: spy@example.org") || !strings.Contains(got, "Bonjour") {
		t.Errorf("got %s", got)
	}
}

func TestARefusalIsSaid(t *testing.T) {
	port, _ := serve(t, "550 no such user")
	s := mail.Sender{Host: "127.0.0.1", Port: port, From: "kith@example.org", TLS: "none"}
	if err := s.Send(t.Context(), mail.Message{To: "a@example.org", Subject: "x", Text: "x"}); !fault.Is(err, fault.Invalid) {
		t.Errorf("refused: %v", err)
	}
	busy, _ := serve(t, "451 later")
	s.Port = busy
	if err := s.Send(t.Context(), mail.Message{To: "a@example.org", Subject: "x", Text: "x"}); !fault.Is(err, fault.Unavailable) {
		t.Errorf("busy: %v", err)
	}
	if err := s.Send(t.Context(), mail.Message{To: "no address", Subject: "x", Text: "x"}); !fault.Is(err, fault.Invalid) {
		t.Errorf("no address: %v", err)
	}
	if err := (mail.Sender{}).Send(t.Context(), mail.Message{To: "a@example.org"}); !fault.Is(err, fault.Invalid) {
		t.Errorf("no server: %v", err)
	}
	s.TLS = "mandatory"
	open, _ := serve(t, "")
	s.Port = open
	if err := s.Send(t.Context(), mail.Message{To: "a@example.org", Subject: "x", Text: "x"}); err == nil {
		t.Error("sent without TLS although it is mandatory")
	}
}
