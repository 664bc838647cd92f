package mail_test

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"io"
	"math/big"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	netmail "net/mail"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/mail"
)

// server speaks enough SMTP to take letters, or to refuse them at some word.
type server struct {
	port    int
	letters chan string
	heard   chan string
	say     map[string]string // instead of the usual answer; "hang up" ends the connection
	offers  []string
	secure  *tls.Config
}

func serve(t *testing.T, say map[string]string, offers ...string) *server {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &server{port: l.Addr().(*net.TCPAddr).Port, letters: make(chan string, 10), heard: make(chan string, 1000), say: say, offers: offers, secure: selfSigned(t)}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			s.talk(conn)
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() { _ = l.Close(); <-done })
	return s
}

func (s *server) talk(conn net.Conn) {
	_ = conn.SetDeadline(time.Now().Add(2 * time.Minute))
	in := bufio.NewScanner(conn)
	answer := func(text string) { fmt.Fprintf(conn, "%s\r\n", text) }
	answer("220 test")
	for in.Scan() {
		s.heard <- in.Text()
		word, _, _ := strings.Cut(in.Text(), " ")
		word = strings.ToUpper(word)
		if other, found := s.say[word]; found {
			if other == "hang up" {
				return
			}
			answer(other)
			continue
		}
		switch word {
		case "EHLO":
			answer("250-test")
			for _, o := range s.offers {
				answer("250-" + o)
			}
			answer("250 8BITMIME")
		case "STARTTLS":
			answer("220 go on")
			secured := tls.Server(conn, s.secure)
			if secured.Handshake() != nil {
				return
			}
			conn, in = secured, bufio.NewScanner(secured)
		case "DATA":
			answer("354 go on")
			var b strings.Builder
			for in.Scan() && in.Text() != "." {
				b.WriteString(strings.TrimPrefix(in.Text(), ".") + "\r\n")
			}
			if other, found := s.say["."]; found {
				if other == "hang up" {
					return
				}
				answer(other)
				continue
			}
			s.letters <- b.String()
			answer("250 taken")
		case "QUIT":
			answer("221 bye")
			return
		default:
			answer("250 ok")
		}
	}
}

func selfSigned(t *testing.T) *tls.Config {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, MinVersion: tls.VersionTLS12}
}

func (s *server) sender() mail.Sender {
	return mail.Sender{Host: "127.0.0.1", Port: s.port, From: "Kith <kith@example.org>", TLS: "none"}
}

func letter(to, subject string) mail.Message {
	return mail.Message{To: to, Subject: subject, Text: "Bonjour à tous\n.\nune ligne après un point\n"}
}

func TestALetterArrivesAsItWasWritten(t *testing.T) {
	s := serve(t, nil)
	m := letter("Zoë <a@example.org>", "Invitation à « Kith » ✓")
	m.HTML = "<p>Bonjour <b>à tous</b></p>"
	if err := s.sender().Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	got, err := netmail.ReadMessage(strings.NewReader(<-s.letters))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(got.Header.Get("Subject"))
	if err != nil || subject != m.Subject {
		t.Errorf("subject %q %v", subject, err)
	}
	to, err := got.Header.AddressList("To")
	if err != nil || len(to) != 1 || to[0].Name != "Zoë" || to[0].Address != "a@example.org" {
		t.Errorf("to %v %v", to, err)
	}
	if got.Header.Get("Message-ID") == "" || got.Header.Get("Date") == "" {
		t.Errorf("headers: %v", got.Header)
	}
	_, params, err := mime.ParseMediaType(got.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	parts := multipart.NewReader(got.Body, params["boundary"])
	for _, want := range []struct{ kind, text string }{{"text/plain", m.Text}, {"text/html", m.HTML}} {
		p, err := parts.NextRawPart()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(quotedprintable.NewReader(p))
		if err != nil || !strings.HasPrefix(p.Header.Get("Content-Type"), want.kind) ||
			strings.TrimSpace(strings.ReplaceAll(string(text), "\r\n", "\n")) != strings.TrimSpace(want.text) {
			t.Errorf("%s: %q %v", p.Header.Get("Content-Type"), text, err)
		}
	}
	if _, err := parts.NextRawPart(); err != io.EOF { //nolint:errorlint // multipart gives it bare
		t.Errorf("more than two parts: %v", err)
	}
}

// Whatever a letter says, it has the headers and the receiver that we gave it.
func TestNothingInALetterBecomesAHeader(t *testing.T) {
	breaks := []string{"\r\n", "\n", "\r", "\r\n ", "\n\t", "\x00\r\n", "\u2028", "\u0085", "\v", "=?utf-8?q?=0D=0A?="}
	s := serve(t, nil)
	for _, br := range breaks {
		m := letter("a@example.org", "Hi"+br+"Bcc: spy@example.org"+br+br+"body")
		m.HTML = "x" + br + "Bcc: spy@example.org"
		if err := s.sender().Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		got, err := netmail.ReadMessage(strings.NewReader(<-s.letters))
		if err != nil {
			t.Fatal(err)
		}
		for name := range got.Header {
			switch name {
			case "From", "To", "Subject", "Date", "Message-Id", "Mime-Version", "Content-Type", "Content-Transfer-Encoding", "User-Agent", "X-Mailer":
			default:
				t.Errorf("%q: header %s: %v", br, name, got.Header[name])
			}
		}
		for _, to := range []string{"a@example.org" + br + "Bcc: spy@example.org", "a@example.org" + br, "a" + br + "@example.org", "\"x" + br + "Bcc: y\" <a@example.org>", "a@example.org, b@example.org", "a@example.org> RCPT TO:<b@example.org", ""} {
			if strings.HasPrefix(br, "=?") && strings.Contains(to, br) {
				continue // in an address these are characters like others
			}
			if err := s.sender().Send(t.Context(), letter(to, "x")); !fault.Is(err, fault.Invalid) && !onlySpace(to) {
				t.Errorf("%q: %v", to, err)
			} else if err == nil {
				<-s.letters
			}
		}
	}
	for len(s.heard) > 0 {
		line := <-s.heard
		if strings.HasPrefix(line, "RCPT") && !strings.Contains(line, "<a@example.org>") {
			t.Errorf("another receiver: %s", line)
		}
	}
}

// onlySpace says whether what was added to the address is space around it.
func onlySpace(to string) bool { return strings.TrimSpace(to) == "a@example.org" }

func TestARefusalSaysWhatToDo(t *testing.T) {
	for name, c := range map[string]struct {
		say    map[string]string
		offers []string
		user   string
		tls    string
		want   fault.Kind
	}{
		"no such person":             {say: map[string]string{"RCPT": "550 no such user"}, want: fault.Invalid},
		"try later":                  {say: map[string]string{"RCPT": "451 later"}, want: fault.Unavailable},
		"greylisted":                 {say: map[string]string{"MAIL": "450 greylisted"}, want: fault.Unavailable},
		"content refused":            {say: map[string]string{".": "554 spam"}, want: fault.Invalid},
		"hangs up before":            {say: map[string]string{"MAIL": "hang up"}, want: fault.Unavailable},
		"hangs up after the letter":  {say: map[string]string{".": "hang up"}, want: fault.Unavailable},
		"wrong password":             {say: map[string]string{"AUTH": "535 no"}, offers: []string{"AUTH CRAM-MD5 SCRAM-SHA-256"}, user: "me", want: fault.Denied},
		"TLS asked for, not offered": {tls: "mandatory", want: fault.Unavailable},
		"a stranger's certificate":   {tls: "mandatory", offers: []string{"STARTTLS"}, want: fault.Unavailable},
		"never a plain password":     {offers: []string{"AUTH PLAIN LOGIN"}, user: "me", want: fault.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, c.say, c.offers...)
			sender := s.sender()
			sender.User, sender.Password = c.user, "hunter2"
			if c.tls != "" {
				sender.TLS = c.tls
			}
			err := sender.Send(t.Context(), letter("a@example.org", "x"))
			if !fault.Is(err, c.want) {
				t.Errorf("%v", err)
			}
			if text, _ := fault.Shown(err); text == "" || strings.Contains(text, "127.0.0.1") {
				t.Errorf("shown: %q", text)
			}
			for len(s.heard) > 0 {
				line := <-s.heard
				if strings.Contains(line, "hunter2") || strings.Contains(line, base64.StdEncoding.EncodeToString([]byte("hunter2"))) ||
					strings.Contains(line, base64.StdEncoding.EncodeToString([]byte("\x00me\x00hunter2"))) {
					t.Errorf("the password went over an open line: %s", line)
				}
			}
		})
	}
}

func TestALetterThatWasTakenCountsAlthoughTheServerLeavesRudely(t *testing.T) {
	s := serve(t, map[string]string{"QUIT": "hang up"})
	if err := s.sender().Send(t.Context(), letter("a@example.org", "x")); err != nil {
		t.Error(err)
	}
	if len(s.letters) != 1 {
		t.Error("no letter")
	}
}

func TestWithoutAServerItSaysSo(t *testing.T) {
	for _, s := range []mail.Sender{{}, {Host: "127.0.0.1", Port: 1}, {From: "kith@example.org"}} {
		err := s.Send(t.Context(), letter("a@example.org", "x"))
		if _, hint := fault.Shown(err); !fault.Is(err, fault.Unavailable) || !strings.Contains(hint, "--smtp-host") {
			t.Errorf("%v", err)
		}
	}
	nobody := mail.Sender{Host: "127.0.0.1", Port: 1, From: "kith@example.org", TLS: "none"}
	if err := nobody.Send(t.Context(), letter("a@example.org", "x")); !fault.Is(err, fault.Unavailable) {
		t.Errorf("nobody listens: %v", err)
	}
}
