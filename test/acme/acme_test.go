// Package acme lets the whole house get its certificate from a real certificate authority:
// Pebble, which the people of Let's Encrypt try clients with, on this machine.
package acme

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/app"
	"github.com/kithhq/kith/internal/config"
	"github.com/kithhq/kith/test/hand"
)

const (
	name = "kith.test"
	soon = 2 * time.Minute
)

// begin starts the house, where the authority finds it.
func begin(t *testing.T, c config.Config, at *authority) *app.App {
	t.Helper()
	a, err := app.New(t.Context(), c, app.WithLog(slog.New(slog.NewTextHandler(t.Output(), nil))))
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	at.lead(a)
	return a
}

func end(t *testing.T, a *app.App) {
	t.Helper()
	if err := a.Stop(context.WithoutCancel(t.Context())); err != nil {
		t.Error(err)
	}
}

// visit asks the house for its health as a browser does, that trusts this authority alone,
// and gives the certificate with which it answered.
func visit(t *testing.T, at *authority) (leaf *x509.Certificate) {
	t.Helper()
	client := &http.Client{Timeout: soon, Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: at.roots(), MinVersion: tls.VersionTLS12},
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, at.door.Addr().String())
		},
		ForceAttemptHTTP2: true,
	}}
	defer client.CloseIdleConnections()
	hand.Until(t, soon, "the house answers", func() (bool, any) {
		answer, err := client.Get("https://" + name + "/healthz") //nolint:noctx // the client has a limit
		if err != nil {
			return false, err
		}
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		leaf = answer.TLS.PeerCertificates[0]
		return err == nil && answer.StatusCode == http.StatusOK && string(text) == "ok\n", string(text)
	})
	return leaf
}

func house(t *testing.T, at *authority) config.Config {
	return config.Config{Data: filepath.Join(t.TempDir(), "data"), Listen: "127.0.0.1:0", FactsMB: 256, Read: time.Minute,
		PublicURL: "https://" + name, ACME: "keeper@kith.test", Authority: at.server.URL + directory}
}

// The house gets a certificate by itself, before anybody comes, and keeps it: when it starts
// again, it asks for no other.
func TestAHouseGetsItsCertificateAndKeepsIt(t *testing.T) {
	t.Parallel()
	at := open(t, 90*24*time.Hour)
	c := house(t, at)
	a := begin(t, c, at)
	hand.Until(t, soon, "a certificate is asked for before anybody comes", func() (bool, any) { return at.orders.Load() == 1, at.orders.Load() })
	first := visit(t, at)
	if err := first.VerifyHostname(name); err != nil {
		t.Error(err)
	}
	end(t, a)
	a = begin(t, c, at)
	again := visit(t, at)
	end(t, a)
	if again.SerialNumber.Cmp(first.SerialNumber) != 0 || at.orders.Load() != 1 {
		t.Errorf("started again, the house has another certificate, after %d orders", at.orders.Load())
	}
}

// The house has another certificate before the one it has ends.
func TestACertificateIsRenewedAheadOfItsEnd(t *testing.T) {
	t.Parallel()
	at := open(t, 90*time.Second)
	a := begin(t, house(t, at), at)
	defer end(t, a)
	first := visit(t, at)
	hand.Until(t, soon+90*time.Second, "another certificate is served", func() (bool, any) {
		now := visit(t, at)
		if now.SerialNumber.Cmp(first.SerialNumber) == 0 {
			return false, now.NotAfter
		}
		if !now.NotBefore.Before(first.NotAfter) {
			t.Errorf("it was given only when the first one had ended: %s, %s", now.NotBefore, first.NotAfter)
		}
		return true, nil
	})
}
